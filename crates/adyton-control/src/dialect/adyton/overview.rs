//! `GET …/overview`: how everything of a project does, in one answer.

use std::collections::BTreeMap;

use adyton_api::adyton::overview::{
    CallsOverview, ProjectOverview, RefusedCode, ServerShown, ServiceAttention, ServiceCalls,
    ServicesOverview,
};
use adyton_core::id::ServiceId;
use adyton_core::tally::Tally;

use super::audit;
use super::metrics::percentile_ms;
use crate::call::Call;
use crate::endpoint::Json;
use crate::failure::OperationResult;
use crate::operations::overview::{self, CodeCount, Overview, Server, attention};
use crate::operations::service::status::Seen;

/// The most services that are shown because somebody should look at them.
const ATTENTION: usize = 20;
/// The most services whose calls are shown.
const CALLED: usize = 10;

/// `GET /adyton/v1/{project_id}/overview`
pub(crate) async fn show(call: Call) -> OperationResult<Json<ProjectOverview>> {
    let found = overview::show(&call.shared, &call.actor, call.project()?).await?;
    Ok(Json(ProjectOverview {
        at: found.at.to_iso(),
        services: services(&found.services),
        calls: calls(&found),
        refused: found.refused.map(|all| all.into_iter().map(refused).collect()),
        changes: found
            .changes
            .map(|all| all.into_iter().map(audit::shown).collect()),
        server: server(&found.server),
    }))
}

fn services(all: &[Seen]) -> ServicesOverview {
    let mut by_status: BTreeMap<String, usize> = BTreeMap::new();
    for seen in all {
        *by_status.entry(seen.status.name().to_owned()).or_default() += 1;
    }
    ServicesOverview {
        total: all.len(),
        by_status,
        wanted_instances: all.iter().map(Seen::wanted_instances).sum(),
        ready_instances: all.iter().map(|seen| seen.ready_instances() as u64).sum(),
        attention: attention(all).into_iter().take(ATTENTION).map(awry).collect(),
    }
}

fn awry(seen: &Seen) -> ServiceAttention {
    ServiceAttention {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name.clone(),
        status: seen.status.name().to_owned(),
        progress: seen.progress,
        wanted_instances: seen.wanted_instances(),
        ready_instances: seen.ready_instances() as u64,
        error_msg: seen.error().to_owned(),
    }
}

fn calls(found: &Overview) -> CallsOverview {
    let mut total = Tally::default();
    found.calls.values().for_each(|tally| total.add(tally));
    let names: BTreeMap<ServiceId, &str> = found
        .services
        .iter()
        .map(|seen| (seen.service.id, seen.service.name.as_str()))
        .collect();
    let mut services: Vec<ServiceCalls> = found
        .calls
        .iter()
        .filter_map(|(id, tally)| {
            Some(ServiceCalls {
                service_id: id.to_string(),
                service_name: (*names.get(id)?).to_owned(),
                calls: tally.calls,
                failed: tally.failed(),
                p95_ms: percentile_ms(tally, 0.95),
            })
        })
        .collect();
    services.sort_by_key(|one| std::cmp::Reverse((one.failed, one.calls)));
    services.truncate(CALLED);
    CallsOverview {
        from: found.from.to_iso(),
        until: found.until.to_iso(),
        calls: total.calls,
        failed: total.failed(),
        p50_ms: percentile_ms(&total, 0.50),
        p95_ms: percentile_ms(&total, 0.95),
        p99_ms: percentile_ms(&total, 0.99),
        services,
    }
}

fn refused(one: CodeCount) -> RefusedCode {
    let (reason, request) = one.example.unzip();
    RefusedCode {
        code: one.code,
        count: one.count,
        reason: reason.flatten().map(str::to_owned),
        request_id: request.map(|id| id.to_string()),
    }
}

fn server(server: &Server) -> ServerShown {
    let (free, total) = server.disk.unzip();
    ServerShown {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_s: server.uptime.as_secs(),
        ready: server.waits_for.is_none(),
        waiting_for: server.waits_for.iter().cloned().collect(),
        disk_free_bytes: free,
        disk_total_bytes: total,
    }
}
