//! `GET …/services/{service_id}/log` and `…/log/follow`: the newest lines that a service's programs printed, or those that somebody looks for.

use adyton_api::adyton::logs::{LineShown, LogTail};
use adyton_core::clock::Timestamp;
use adyton_core::language::both;
use serde::Deserialize;
use utoipa::IntoParams;

use super::live::events;
use super::requests::moment;
use crate::call::Call;
use crate::dialect::modelarts::services::id;
use crate::endpoint::{Events, Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::live_updates;
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
    /// Only of this instance: its id, or the beginning of the id.
    instance: Option<String>,
    /// Only lines that contain this text; case is ignored.
    contains: Option<String>,
}

/// How to follow.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowQuery {
    /// How many of the lines that are there already come first: 0 to 10000, 100 by default.
    lines: Option<usize>,
    /// Only from this moment on: ISO 8601, or milliseconds since 1970.
    since: Option<String>,
    /// Only of this instance: its id, or the beginning of the id.
    instance: Option<String>,
    /// Only lines that contain this text; case is ignored.
    contains: Option<String>,
}

/// `GET …/services/{service_id}/log`
pub(crate) async fn tail(call: Call, Query(query): Query<LogQuery>) -> OperationResult<Json<LogTail>> {
    let most = query.lines.unwrap_or(200);
    if !(1..=MOST).contains(&most) {
        return Err(Failure::query(
            "lines",
            both!("must be 1 to {}", "必须在 1 到 {} 之间", MOST),
        ));
    }
    let filter = LogFilter {
        since: at("since", query.since.as_deref())?,
        until: at("until", query.until.as_deref())?,
        instance: query.instance,
        contains: query.contains,
    };
    let lines = service::log(&call.shared, call.project()?, id(&call)?, &filter, most).await?;
    Ok(Json(LogTail {
        lines: lines.iter().map(LineShown::of).collect(),
    }))
}

/// `GET …/services/{service_id}/log/follow`
pub(crate) async fn follow(call: Call, Query(query): Query<FollowQuery>) -> OperationResult<Events> {
    let first = query.lines.unwrap_or(100);
    if first > MOST {
        return Err(Failure::query(
            "lines",
            both!("must be 0 to {}", "必须在 0 到 {} 之间", MOST),
        ));
    }
    let filter = LogFilter {
        since: at("since", query.since.as_deref())?,
        until: None,
        instance: query.instance,
        contains: query.contains,
    };
    let (project, service) = (call.project()?, id(&call)?);
    let body = live_updates::log_stream(call.shared, call.actor, project, service, filter, first).await?;
    Ok(events(body))
}

fn at(field: &str, text: Option<&str>) -> OperationResult<Option<Timestamp>> {
    text.map(|text| moment(field, text)).transpose()
}
