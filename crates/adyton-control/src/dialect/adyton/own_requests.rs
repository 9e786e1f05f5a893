//! `GET /adyton/v1/requests/{request_id}`: what became of one's own request, told to whoever sent it.

use adyton_api::adyton::requests::OwnRequest;
use adyton_core::id::RequestId;

use crate::endpoint::Json;
use crate::failure::{Failure, OperationResult, Thing};
use crate::language;
use crate::operations::own_request;
use crate::read_call::ReadCall;

/// `GET /adyton/v1/requests/{request_id}`, explained in the language of `Accept-Language`: English or Chinese.
pub(crate) async fn show(call: ReadCall) -> OperationResult<Json<OwnRequest>> {
    let (sent, language) = (call.text("request_id"), language::of(&call.headers));
    let found = match RequestId::parse(sent.as_bytes()) {
        Some(id) => own_request::explain(&call.shared, &call.caller, call.remote.address, id, language).await,
        None => Err(Failure::missing(Thing::Request, sent)),
    };
    if let Err(Failure::Missing { .. }) = found {
        call.asked_in_vain();
    }
    Ok(Json(OwnRequest { explanation: found? }))
}
