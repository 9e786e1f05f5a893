//! `GET …/services/{service_id}/metrics`: what became of a service's requests over time.

use adyton_api::adyton::metrics::{MetricsPoint, ServiceMetrics, UsagePoint};
use adyton_core::clock::Timestamp;
use adyton_core::id::InstanceId;
use adyton_core::language::both;
use adyton_core::tally::Tally;
use adyton_core::usage::Used;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::dialect::modelarts::services::id;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::operations::service::metrics::{self, Range};

/// How far back.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricsQuery {
    /// `5m`, `1h` (the default), `24h` or `7d`.
    range: Option<String>,
}

/// `GET …/services/{service_id}/metrics`
pub(crate) async fn show(
    call: Call,
    Query(query): Query<MetricsQuery>,
) -> OperationResult<Json<ServiceMetrics>> {
    let range = range(query.range.as_deref())?;
    let found = metrics::show(&call.shared, call.project()?, id(&call)?, range).await?;
    Ok(Json(ServiceMetrics {
        range: range.name().to_owned(),
        from: found.from.to_iso(),
        until: found.until.to_iso(),
        step_s: range.step().as_secs(),
        points: found.steps.iter().map(|(at, tally)| point(*at, tally)).collect(),
        total: point(found.from, &found.total),
    }))
}

fn range(asked: Option<&str>) -> OperationResult<Range> {
    let asked = asked.unwrap_or(Range::Hour.name());
    let found = Range::ALL.into_iter().find(|range| range.name() == asked);
    found.ok_or_else(|| {
        let known = Range::ALL.map(Range::name).join(", ");
        Failure::query("range", both!("must be one of {}", "必须为以下之一：{}", known))
    })
}

/// The time in milliseconds that this share of the requests (0 to 1) did not exceed; 0 where there are none.
pub(super) fn percentile_ms(tally: &Tally, share: f64) -> f64 {
    // Microseconds are as exact as a float of milliseconds needs.
    tally.took.percentile(share).unwrap_or(0) as f64 / 1e3
}

fn point(at: Timestamp, tally: &Tally) -> MetricsPoint {
    MetricsPoint {
        at: at.to_iso(),
        calls: tally.calls,
        failed: tally.failed(),
        failures: tally.failures.clone(),
        p50_ms: percentile_ms(tally, 0.50),
        p95_ms: percentile_ms(tally, 0.95),
        p99_ms: percentile_ms(tally, 0.99),
        instances: tally.instances,
        usage: tally.used.iter().map(usage).collect(),
    }
}

fn usage((instance, used): (&InstanceId, &Used)) -> UsagePoint {
    UsagePoint {
        instance_id: instance.to_string(),
        // Microseconds are as exact as a float of seconds needs.
        cpu_s: used.cpu_us as f64 / 1e6,
        cpu_percent: used.cpu_percent().unwrap_or_default(),
        memory_bytes: used.memory,
    }
}
