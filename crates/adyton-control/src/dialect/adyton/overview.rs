//! `GET …/overview`: how everything of a project does, in one answer.

use std::collections::BTreeMap;

use adyton_api::adyton::overview::{
    CallsOverview, ProjectOverview, RefusedCode, ServerShown, ServiceAttention, ServiceCalls,
    ServicesOverview,
};
use adyton_core::event_cause::cause_in;
use adyton_core::id::ServiceId;
use adyton_core::language::Language;
use adyton_core::tally::Tally;

use super::audit;
use super::metrics::percentile_ms;
use crate::call::Call;
use crate::endpoint::Json;
use crate::failure::OperationResult;
use crate::language;
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
        services: services(&found.services, language::of(&call.headers)),
        calls: calls(&found),
        refused: found.refused.map(|all| all.into_iter().map(refused).collect()),
        changes: found
            .changes
            .map(|all| all.into_iter().map(audit::shown).collect()),
        server: server(&found.server),
    }))
}

fn services(all: &[Seen], language: Language) -> ServicesOverview {
    let mut by_status: BTreeMap<String, usize> = BTreeMap::new();
    for seen in all {
        *by_status.entry(seen.status.name().to_owned()).or_default() += 1;
    }
    ServicesOverview {
        total: all.len(),
        by_status,
        wanted_instances: all.iter().map(Seen::wanted_instances).sum(),
        ready_instances: all.iter().map(|seen| seen.ready_instances() as u64).sum(),
        attention: attention(all)
            .into_iter()
            .take(ATTENTION)
            .map(|seen| attention_shown(seen, language))
            .collect(),
    }
}

fn attention_shown(seen: &Seen, language: Language) -> ServiceAttention {
    ServiceAttention {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name.clone(),
        status: seen.status.name().to_owned(),
        progress: seen.progress,
        wanted_instances: seen.wanted_instances(),
        ready_instances: seen.ready_instances() as u64,
        error_msg: cause_in(seen.error(), language).into_owned(),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use adyton_core::clock::Timestamp;
    use adyton_core::id::RequestId;
    use adyton_core::sample;
    use adyton_core::service::{Service, ServiceStatus, Wanted};

    use super::*;

    fn seen(number: u128, status: ServiceStatus) -> Seen {
        let mut service = Service {
            id: ServiceId::from_bits(number),
            name: format!("s{number}"),
            wanted: Wanted::Running,
            ..sample::service()
        };
        service.versions[0].instance_count = 2;
        Seen {
            service,
            status,
            progress: 40,
            is_rolling_out: false,
            seen: None,
        }
    }

    fn found(services: Vec<Seen>, calls: impl IntoIterator<Item = (u128, u64, u64)>) -> Overview {
        let tallies = calls.into_iter().map(|(service, calls, failed)| {
            let mut tally = Tally::default();
            for number in 0..calls {
                tally.count(2_000, (number < failed).then(|| "APIG.0301".to_owned()));
            }
            (ServiceId::from_bits(service), tally)
        });
        Overview {
            at: sample::long_ago(),
            services,
            from: Timestamp::from_micros(0),
            until: sample::long_ago(),
            calls: tallies.collect(),
            refused: None,
            changes: None,
            server: Server {
                uptime: Duration::ZERO,
                waits_for: None,
                disk: None,
            },
        }
    }

    #[test]
    fn services_are_counted_by_their_state_and_only_so_many_ask_for_attention() {
        let failed = (0..30).map(|number| seen(number, ServiceStatus::Failed));
        let all: Vec<Seen> = failed.chain([seen(30, ServiceStatus::Running)]).collect();
        let shown = services(&all, Language::English);
        assert_eq!(
            (shown.total, shown.wanted_instances, shown.ready_instances),
            (31, 62, 0)
        );
        assert_eq!(
            shown.by_status,
            [("failed".to_owned(), 30), ("running".to_owned(), 1)].into()
        );
        assert_eq!(shown.attention.len(), ATTENTION);
        let first = &shown.attention[0];
        assert_eq!(
            (
                &*first.service_name,
                &*first.status,
                first.progress,
                first.wanted_instances
            ),
            ("s0", "failed", 40, 2)
        );
    }

    #[test]
    fn calls_are_those_of_all_services_and_shown_are_the_ones_that_failed_most_then_those_called_most() {
        let services = (0..20)
            .map(|number| seen(number, ServiceStatus::Running))
            .collect();
        let even = (0..20).map(|number| (number, 1, 0));
        let counted = even.chain([(3, 5, 2), (4, 9, 1), (5, 7, 0), (99, 50, 50)]);
        let shown = calls(&found(services, counted));
        // One that was deleted counts, and has no name to be shown under.
        assert_eq!((shown.calls, shown.failed), (17 + 5 + 9 + 7 + 50, 53));
        assert_eq!(shown.services.len(), CALLED);
        let first: Vec<(&str, u64, u64)> = shown.services[..4]
            .iter()
            .map(|one| (&*one.service_name, one.calls, one.failed))
            .collect();
        assert_eq!(first[..3], [("s3", 5, 2), ("s4", 9, 1), ("s5", 7, 0)]);
        assert_eq!((first[3].1, first[3].2), (1, 0));
        assert!(shown.p50_ms > 1.5 && shown.p99_ms < 2.5, "{}", shown.p50_ms);
        let nothing = calls(&found(Vec::new(), []));
        assert_eq!((nothing.calls, nothing.p99_ms), (0, 0.0));
    }

    #[test]
    fn a_code_has_the_example_that_there_is() {
        let of = |example| {
            let shown = refused(CodeCount {
                code: "APIG.0301".to_owned(),
                count: 3,
                example,
            });
            (shown.count, shown.reason, shown.request_id)
        };
        let id = RequestId::from_bits(7);
        assert_eq!(of(None), (3, None, None));
        assert_eq!(of(Some((None, id))), (3, None, Some(id.to_string())));
        assert_eq!(
            of(Some((Some("token.expired"), id))),
            (3, Some("token.expired".to_owned()), Some(id.to_string()))
        );
    }

    #[test]
    fn a_server_that_waits_says_for_what_and_its_disk_is_shown_where_it_is_known() {
        let shown = server(&Server {
            uptime: Duration::from_millis(61_900),
            waits_for: Some("the database".to_owned()),
            disk: Some((1, 2)),
        });
        assert_eq!((shown.uptime_s, shown.ready), (61, false));
        assert_eq!(shown.waiting_for, ["the database"]);
        assert_eq!(
            (shown.disk_free_bytes, shown.disk_total_bytes),
            (Some(1), Some(2))
        );
        let ready = server(&found(Vec::new(), []).server);
        assert!(ready.ready && ready.waiting_for.is_empty() && ready.disk_free_bytes.is_none());
    }
}
