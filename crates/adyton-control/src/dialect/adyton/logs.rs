//! `GET …/services/{service_id}/log`: the newest lines that a service's programs printed.

use adyton_api::adyton::logs::{LineShown, LogTail};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::dialect::modelarts::services::id;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::operations::service;

/// The most lines of one answer.
const MOST: usize = 10_000;

/// How much.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogQuery {
    /// How many lines: 1 to 10000, 200 by default.
    lines: Option<usize>,
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
    let lines = service::log(&call.shared, call.project()?, id(&call)?, most).await?;
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
