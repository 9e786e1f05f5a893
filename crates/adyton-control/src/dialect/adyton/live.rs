//! `GET …/live`: what happens in a project, as it happens.

use adyton_core::id::ServiceId;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::endpoint::{Events, Query};
use crate::failure::{Failure, OperationResult};
use crate::live_updates::{self, LiveFilter};

/// What to hear.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveQuery {
    /// Only of these services: ids, with commas between them.
    services: Option<String>,
    /// `refused`: of requests only those that were refused.
    only: Option<String>,
}

/// `GET …/live`
pub(crate) async fn follow(call: Call, Query(query): Query<LiveQuery>) -> OperationResult<Events> {
    let wanted = wanted(query)?;
    let project = call.project()?;
    Ok(events(
        live_updates::stream(call.shared, call.actor, project, wanted).await?,
    ))
}

/// An answer of events that comes bit by bit, and is nobody's to keep.
pub(super) fn events(body: Body) -> Events {
    let mut answer = Response::new(body);
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that gathers what it passes on would keep the events.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Events(answer)
}

fn wanted(query: LiveQuery) -> OperationResult<LiveFilter> {
    let named = query.services.unwrap_or_default();
    let ids = named.split(',').map(str::trim).filter(|id| !id.is_empty());
    let services = ids
        .map(|id| {
            ServiceId::parse(id.as_bytes())
                .ok_or_else(|| Failure::query("services", ("must be ids of services", "必须为服务的 ID")))
        })
        .collect::<OperationResult<_>>()?;
    let refused_only = match query.only.as_deref() {
        None => false,
        Some("refused") => true,
        Some(_) => return Err(Failure::query("only", ("must be `refused`", "必须为 `refused`"))),
    };
    Ok(LiveFilter {
        services,
        refused_only,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(services: Option<&str>, only: Option<&str>) -> OperationResult<LiveFilter> {
        wanted(LiveQuery {
            services: services.map(str::to_owned),
            only: only.map(str::to_owned),
        })
    }

    #[test]
    fn what_to_hear_is_said_in_the_query() {
        let (one, two) = (ServiceId::from_bits(1), ServiceId::from_bits(2));
        assert_eq!(asked(None, None).unwrap(), LiveFilter::default());
        let both = asked(Some(&format!("{one}, {two}")), Some("refused")).unwrap();
        assert_eq!((both.services, both.refused_only), (vec![one, two], true));
        for (services, only, field) in [(Some("x"), None, "services"), (None, Some("all"), "only")] {
            let told = asked(services, only).unwrap_err().to_string();
            assert!(told.starts_with(&format!("{field}: ")), "{told}");
        }
    }
}
