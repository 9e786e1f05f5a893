//! `/v3/auth/tokens`: sign in, ask about a token, sign out.
//!
//! `sign_in.rs` reads what a client sends, `shown.rs` is what a token says, `catalog.rs` its list of services.

mod catalog;
mod shown;
mod sign_in;

use adyton_identity::Action;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use utoipa::IntoParams;

use self::shown::{TokenAnswer, shown};
use self::sign_in::TokenRequest;
use crate::call::{Call, OpenCall};
use crate::endpoint::{Body, Query, WithHeaders};
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::token::issue::issue;
use crate::operations::token::{inspect, revoke};

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

/// How much to answer.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenQuery {
    /// Leaves the catalog of endpoints out, whatever its value is.
    nocatalog: Option<String>,
}

/// `POST /v3/auth/tokens`
pub(crate) async fn create(
    call: OpenCall,
    (Query(query), Body(wanted)): (Query<TokenQuery>, Body<TokenRequest>),
) -> Outcome<WithHeaders<TokenAnswer>> {
    let (proof, wish) = wanted.read()?;
    let issued = issue(&call.plane, proof, wish).await?;
    let answer = shown(
        &call.plane,
        &call.headers,
        &issued.contents,
        &issued.user,
        query.nocatalog.is_some(),
    );
    subject(answer, &issued.text)
}

/// `GET /v3/auth/tokens` and `HEAD`: what the token in `X-Subject-Token` says.
pub(crate) async fn show(call: Call, Query(query): Query<TokenQuery>) -> Outcome<WithHeaders<TokenAnswer>> {
    let text = asked(&call)?.to_owned();
    let (contents, user) = inspect::inspect(&call, &text, Action::TokenGet)?;
    let answer = shown(
        &call.plane,
        &call.headers,
        &contents,
        &user,
        query.nocatalog.is_some(),
    );
    subject(answer, &text)
}

/// `DELETE /v3/auth/tokens`: revokes the token in `X-Subject-Token`.
pub(crate) async fn delete(call: Call) -> Outcome<()> {
    let text = asked(&call)?.to_owned();
    revoke::revoke(&call, &text).await
}

fn asked(call: &Call) -> Outcome<&str> {
    let value = call
        .headers
        .get(SUBJECT)
        .ok_or_else(|| Failure::Malformed("the header X-Subject-Token is missing".to_owned()))?;
    value.to_str().map_err(|_| Failure::missing(Thing::Token, ""))
}

fn subject(answer: TokenAnswer, text: &str) -> Outcome<WithHeaders<TokenAnswer>> {
    let mut headers = HeaderMap::new();
    let mut value = HeaderValue::from_str(text).map_err(Failure::defect)?;
    value.set_sensitive(true);
    headers.insert(SUBJECT, value);
    Ok(WithHeaders(answer, headers))
}
