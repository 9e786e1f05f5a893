//! `/console`: the web console, a client of the same APIs as all others.

use axum::response::Response;

use crate::call::OpenCall;
use crate::console::Console;
use crate::failure::OperationResult;
use crate::language;

/// `GET /console` and whatever is below it
pub(crate) async fn page(call: OpenCall, (): ()) -> OperationResult<Response> {
    let path = call.payload.uri().path();
    let below = path
        .strip_prefix("/console")
        .unwrap_or_default()
        .trim_start_matches('/');
    Console::built_in().at(below, &call.headers, language::of(&call.headers))
}
