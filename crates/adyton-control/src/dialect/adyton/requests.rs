//! `GET …/requests` and `GET …/requests/{request_id}`: the journal of a project, and one request explained.

use std::ops::RangeInclusive;

use adyton_api::adyton::requests::{RequestExplained, RequestList, RequestShown};
use adyton_core::clock::Timestamp;
use adyton_core::id::{ApiId, RequestId, ServiceId};
use adyton_core::journal::Filter;
use adyton_core::language::both;
use adyton_core::record::Step;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::dialect::iam::shapes::base;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::language;
use crate::operations::request;

/// The most records of one page.
const MOST: usize = 1000;

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestQuery {
    /// Only to this service.
    service: Option<String>,
    /// Only to this API.
    api: Option<String>,
    /// Only of this app.
    app: Option<String>,
    /// Only of this user.
    user: Option<String>,
    /// Only with this wire code (`APIG.0301`) or sub-code (`token.expired`).
    code: Option<String>,
    /// Only with this HTTP status (`404`), or one of this class (`4xx`).
    status: Option<String>,
    /// Only those that this step decided: `route`, `admit`, `authenticate`, `authorise`, `throttle`, `limit`, `dispatch`, …
    stage: Option<String>,
    /// From this moment on: ISO 8601, or milliseconds since 1970.
    from: Option<String>,
    /// Before this moment: the same.
    until: Option<String>,
    /// The page after the one whose `next` this was.
    before: Option<String>,
    /// How many a page holds: 1 to 1000, 50 by default.
    limit: Option<usize>,
}

/// `GET …/requests`
pub(crate) async fn list(
    call: Call,
    Query(query): Query<RequestQuery>,
) -> OperationResult<Json<RequestList>> {
    let before = query
        .before
        .as_deref()
        .map(|text| id("before", text))
        .transpose()?;
    let limit = query.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(Failure::query(
            "limit",
            both!("must be 1 to {}", "必须在 1 到 {} 之间", MOST),
        ));
    }
    let filter = filter(query)?;
    let page = request::search(&call.shared, &call.actor, call.project()?, filter, before, limit).await?;
    Ok(Json(RequestList {
        requests: page.records.into_iter().map(RequestShown::of).collect(),
        next: page.next.map(|id| id.to_string()),
    }))
}

/// `GET …/requests/{request_id}`, explained in the language of `Accept-Language`: English or Chinese.
pub(crate) async fn show(call: Call) -> OperationResult<Json<RequestExplained>> {
    let id: RequestId = call.parameter("request_id", Thing::Request)?;
    let control_url = base(&call.shared, &call.headers);
    let (shared, language) = (&call.shared, language::of(&call.headers));
    let (record, explanation) =
        request::explain(shared, &call.actor, call.project()?, id, &control_url, language).await?;
    Ok(Json(RequestExplained {
        request: RequestShown::of(record),
        explanation,
    }))
}

/// `404`, or `4xx` for a whole class.
fn statuses(text: &str) -> OperationResult<RangeInclusive<u16>> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| digits(text));
    let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
    let class = class.and_then(number).filter(|class| (1..=5).contains(class));
    let one = number(text).filter(|status| (100..=999).contains(status));
    match (class, one) {
        (Some(class), _) => Ok(class * 100..=class * 100 + 99),
        (None, Some(status)) => Ok(status..=status),
        (None, None) => Err(Failure::query(
            "status",
            (
                "must be a status such as 404, or a class such as 4xx",
                "必须为状态码（如 404）或一类状态码（如 4xx）",
            ),
        )),
    }
}

fn filter(query: RequestQuery) -> OperationResult<Filter> {
    let step = match query.stage.as_deref() {
        None => None,
        Some(word) => Some(Step::parse(word).ok_or_else(|| {
            Failure::query(
                "stage",
                (
                    "must be a step of the pipeline: route, admit, authenticate, authorise, throttle, limit, dispatch or respond",
                    "必须为流水线的步骤：route、admit、authenticate、authorise、throttle、limit、dispatch 或 respond",
                ),
            )
        })?),
    };
    if query.app.is_some() && query.user.is_some() {
        return Err(Failure::query(
            "app",
            (
                "a request is made by an app or by a user: give one of the two",
                "请求由应用或用户发出：只能给出其中之一",
            ),
        ));
    }
    let service: Option<ServiceId> = query
        .service
        .as_deref()
        .map(|text| id("service", text))
        .transpose()?;
    let api: Option<ApiId> = query.api.as_deref().map(|text| id("api", text)).transpose()?;
    Ok(Filter {
        project: None,
        with_unmatched: false,
        service,
        api,
        caller: query.app.or(query.user),
        code: query.code,
        statuses: query.status.as_deref().map(statuses).transpose()?,
        step,
        from: query
            .from
            .as_deref()
            .map(|text| moment("from", text))
            .transpose()?,
        until: query
            .until
            .as_deref()
            .map(|text| moment("until", text))
            .transpose()?,
    })
}

fn id<T: std::str::FromStr<Err = adyton_core::id::IdError>>(field: &str, text: &str) -> OperationResult<T> {
    text.parse()
        .map_err(|error: adyton_core::id::IdError| Failure::query(field, error))
}

pub(super) fn moment(field: &str, text: &str) -> OperationResult<Timestamp> {
    let millis = text.parse::<i64>().ok().map(Timestamp::from_millis);
    millis.or_else(|| Timestamp::from_iso(text)).ok_or_else(|| {
        Failure::query(
            field,
            (
                "must be an ISO 8601 time (2026-01-15T08:15:30Z) or milliseconds since 1970",
                "必须为 ISO 8601 时间（2026-01-15T08:15:30Z）或 1970 年以来的毫秒数",
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_number_or_a_class() {
        assert_eq!(statuses("404").unwrap(), 404..=404);
        assert_eq!(statuses("4xx").unwrap(), 400..=499);
        assert_eq!(statuses("5XX").unwrap(), 500..=599);
        for wrong in [
            "", "xx", "4x", "9xx", "0xx", "44xx", "-4xx", "+4xx", "40", "4000", "ok",
        ] {
            assert!(statuses(wrong).is_err(), "{wrong}");
        }
    }
}
