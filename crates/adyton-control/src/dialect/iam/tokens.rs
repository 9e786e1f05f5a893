//! `/v3/auth/tokens`: sign in, ask about a token, sign out.
//!
//! `sign_in.rs` reads what a client sends, `shown.rs` is what a token says, `catalog.rs` its list of services.

mod catalog;
mod shown;
mod sign_in;

use adyton_api::iam::tokens::{TokenAnswer, TokenRequest};
use adyton_core::audit::AuditedKind;
use adyton_core::language::both;
use adyton_identity::Action;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use utoipa::IntoParams;

use self::shown::shown;
use crate::call::{Call, OpenCall};
use crate::endpoint::{Body, Query, WithHeaders};
use crate::failure::{Failure, OperationResult};
use crate::operations::token;

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
) -> OperationResult<WithHeaders<TokenAnswer>> {
    let only_domain = call.shared.live().only_domain();
    let (proof, wish) = sign_in::read(wanted, only_domain)?;
    let (named, method) = (proof.named(), proof.method());
    let issued = match token::issue(&call.shared, call.remote.address, proof, wish).await {
        Ok(issued) => issued,
        Err(failure) => {
            let live = call.shared.live();
            call.audit.sign_in(token::named(&live, &named), method, false);
            return Err(failure);
        }
    };
    call.audit.sign_in(Some(&issued.user), method, true);
    let (live, contents) = (call.shared.live(), &issued.contents);
    call.audit.token(&live, contents.id.to_string(), contents.scope);
    let answer = shown(
        &call.shared,
        &call.headers,
        &issued.contents,
        &issued.user,
        query.nocatalog.is_some(),
    );
    let token = HeaderValue::from_str(&issued.text).map_err(Failure::defect)?;
    Ok(subject(answer, token))
}

/// `GET /v3/auth/tokens` and `HEAD`: what the token in `X-Subject-Token` says.
pub(crate) async fn show(
    call: Call,
    Query(query): Query<TokenQuery>,
) -> OperationResult<WithHeaders<TokenAnswer>> {
    let asked = asked(&call)?.clone();
    let (contents, user) = token::inspect(&call.shared, &call.actor, asked.as_bytes(), Action::TokenGet)?;
    let answer = shown(
        &call.shared,
        &call.headers,
        &contents,
        &user,
        query.nocatalog.is_some(),
    );
    Ok(subject(answer, asked))
}

/// `DELETE /v3/auth/tokens`: revokes the token in `X-Subject-Token`.
pub(crate) async fn delete(call: Call) -> OperationResult<()> {
    let (contents, user) = token::revoke(&call.shared, &call.actor, asked(&call)?.as_bytes()).await?;
    call.audit.about(AuditedKind::Token, contents.id, &user.name);
    Ok(())
}

fn asked(call: &Call) -> OperationResult<&HeaderValue> {
    call.headers.get(SUBJECT).ok_or_else(|| {
        Failure::Malformed(both!(
            "the header X-Subject-Token is missing",
            "缺少请求头 X-Subject-Token"
        ))
    })
}

fn subject(answer: TokenAnswer, mut token: HeaderValue) -> WithHeaders<TokenAnswer> {
    let mut headers = HeaderMap::new();
    token.set_sensitive(true);
    headers.insert(SUBJECT, token);
    WithHeaders(answer, headers)
}
