//! `GET /adyton/v1/errors`: the error catalogue, for whoever has a code and wants to know.

use adyton_core::catalogue::{Code, SubCode};
use adyton_core::language::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::call::OpenCall;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::language;

/// The catalogue, or the part that was asked for.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Catalogue {
    /// The codes, in the order of the reference page.
    errors: Vec<CodeShown>,
}

/// A code.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CodeShown {
    /// Where it shows: `gateway`, `edge`, `modelarts`, `apig` or `iam`.
    plane: String,
    /// The code on the wire.
    error_code: String,
    /// The HTTP status.
    status: u16,
    /// The public message.
    error_msg: String,
    /// Whose fault it is: `caller`, `limit`, `owner` or `platform`.
    fault: String,
    /// Whether to send the same request again.
    retry: String,
    /// Its causes.
    reasons: Vec<ReasonShown>,
    /// The page: causes and fixes, Markdown.
    page: String,
}

/// A cause.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ReasonShown {
    /// The unique sub-code, as `X-Adyton-Reason` shows it.
    reason: String,
    /// The cause.
    cause: String,
    /// The step of the pipeline that decides it.
    step: String,
    /// Whether to send the same request again: mostly as the code says.
    retry: String,
}

/// Which codes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeQuery {
    /// A wire code (`APIG.0301`) or a sub-code (`token.expired`).
    code: Option<String>,
    /// Only this plane.
    plane: Option<String>,
}

/// `GET /adyton/v1/errors`, in the language of `Accept-Language`: English or Chinese.
pub(crate) async fn list(call: OpenCall, Query(query): Query<CodeQuery>) -> OperationResult<Json<Catalogue>> {
    let language = language::of(&call.headers);
    let errors: Vec<CodeShown> = Code::ALL
        .iter()
        .copied()
        .filter(|code| {
            query
                .plane
                .as_ref()
                .is_none_or(|plane| code.entry().surface.plane() == plane)
        })
        .filter(|code| query.code.as_ref().is_none_or(|wanted| is(*code, wanted)))
        .map(|code| CodeShown::new(code, language))
        .collect();
    match query.code {
        Some(wanted) if errors.is_empty() => Err(Failure::missing(Thing::Code, wanted)),
        _ => Ok(Json(Catalogue { errors })),
    }
}

fn is(code: Code, wanted: &str) -> bool {
    code.entry().wire.eq_ignore_ascii_case(wanted)
        || SubCode::parse(wanted).is_some_and(|shown| shown.code() == code)
}

impl CodeShown {
    fn new(code: Code, language: Language) -> Self {
        let entry = code.entry();
        Self {
            plane: entry.surface.plane().to_owned(),
            error_code: entry.wire.to_owned(),
            status: entry.status,
            error_msg: entry.message.to_owned(),
            fault: entry.fault.name().to_owned(),
            retry: entry.retry.advice_in(language).to_owned(),
            reasons: SubCode::of(code)
                .into_iter()
                .map(|shown| ReasonShown {
                    reason: shown.name().to_owned(),
                    cause: shown.cause_in(language).to_owned(),
                    step: shown.step().name().to_owned(),
                    retry: shown.retry().advice_in(language).to_owned(),
                })
                .collect(),
            page: code.page_in(language),
        }
    }
}
