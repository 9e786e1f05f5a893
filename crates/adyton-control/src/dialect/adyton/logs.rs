//! `GET …/services/{service_id}/log`: the newest lines that a service's programs printed, or those that somebody looks for.

use adyton_api::adyton::logs::{LineShown, LogTail};
use serde::Deserialize;
use utoipa::IntoParams;

use super::requests::moment;
use crate::call::Call;
use crate::dialect::modelarts::services::id;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::operations::service::{self, LogFilter};

/// The most lines of one answer.
const MOST: usize = 10_000;

/// How much.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogQuery {
    /// How many lines: 1 to 10000, 200 by default.
    lines: Option<usize>,
    /// Only from this moment on: ISO 8601, or milliseconds since 1970.
    since: Option<String>,
    /// Only before this moment: the same.
    until: Option<String>,
    /// Only of this instance: its id, or how that begins.
    instance: Option<String>,
    /// Only lines that hold this text, in capital or small letters.
    contains: Option<String>,
}

/// `GET …/services/{service_id}/log`
pub(crate) async fn tail(call: Call, Query(query): Query<LogQuery>) -> OperationResult<Json<LogTail>> {
    let most = query.lines.unwrap_or(200);
    if !(1..=MOST).contains(&most) {
        return Err(Failure::Query {
            field: "lines".to_owned(),
            problem: format!("must be 1 to {MOST}"),
        });
    }
    let since = query
        .since
        .as_deref()
        .map(|text| moment("since", text))
        .transpose()?;
    let until = query
        .until
        .as_deref()
        .map(|text| moment("until", text))
        .transpose()?;
    let filter = LogFilter {
        since,
        until,
        instance: query.instance,
        contains: query.contains,
    };
    let lines = service::log(&call.shared, call.project()?, id(&call)?, &filter, most).await?;
    Ok(Json(LogTail {
        lines: lines
            .into_iter()
            .map(|line| LineShown {
                at: line.at.to_iso(),
                instance_id: line.instance.to_string(),
                stream: line.stream,
                text: line.text,
            })
            .collect(),
    }))
}
