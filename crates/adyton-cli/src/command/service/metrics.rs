//! `adyton service metrics`: what became of a service's requests over time.

use adyton_api::adyton::metrics::{MetricsPoint, ServiceMetrics, UsagePoint};
use clap::Args;

use crate::client::lookup::service_id;
use crate::command::model::size;
use crate::context::Context;
use crate::failure::Outcome;
use crate::moment::moment;
use crate::said;

/// Show calls, failures, times, and the resources of the instances and what they take
///
/// `cpu s` is the processor time of all instances, `memory` the most that one of them had; `--json` has each of them.
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service metrics iris
  adyton service metrics iris --range 7d
  adyton service metrics iris --json  what each instance takes")]
pub struct Metrics {
    /// Name or id
    service: String,
    /// How far back: minutes of the last 5m or 1h, quarters of an hour of 24h, hours of 7d
    #[arg(long, value_name = "RANGE", default_value = "1h", value_parser = ["5m", "1h", "24h", "7d"])]
    range: String,
}

impl Metrics {
    /// Asks the server, and shows it, oldest first.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let found = client.service_metrics(&id, &self.range)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&found);
        } else if found.points.is_empty() {
            terminal.print(said!(
                "No calls in this period, and no instance used any resources.",
                "这段时间内没有调用，实例也没有占用资源。"
            ));
        } else {
            terminal.print(terminal.table(
                &[
                    "time", "#calls", "#failed", "#p50 ms", "#p95 ms", "#p99 ms", "#ready", "#cpu s",
                    "#memory", "failures",
                ],
                rows(&found),
            ));
        }
        Ok(())
    }
}

/// A row a step, and one of all.
fn rows(found: &ServiceMetrics) -> Vec<Vec<String>> {
    let steps = found.points.iter().map(|point| row(moment(&point.at), point));
    steps.chain([row("total".to_owned(), &found.total)]).collect()
}

fn row(time: String, point: &MetricsPoint) -> Vec<String> {
    let failures: Vec<String> = point
        .failures
        .iter()
        .map(|(code, count)| format!("{code} ×{count}"))
        .collect();
    let millis = |millis: f64| match point.calls {
        0 => "-".to_owned(),
        _ => format!("{millis:.1}"),
    };
    vec![
        time,
        point.calls.to_string(),
        point.failed.to_string(),
        millis(point.p50_ms),
        millis(point.p95_ms),
        millis(point.p99_ms),
        point.instances.to_string(),
        cpu(&point.usage),
        memory(&point.usage),
        failures.join(", "),
    ]
}

/// Processor time of all instances.
fn cpu(usage: &[UsagePoint]) -> String {
    match usage {
        [] => "-".to_owned(),
        usage => format!("{:.1}", usage.iter().map(|one| one.cpu_s).sum::<f64>()),
    }
}

/// The most that one instance had.
fn memory(usage: &[UsagePoint]) -> String {
    let most = usage.iter().filter_map(|one| one.memory_bytes).max();
    most.map_or_else(|| "-".to_owned(), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(cpu_s: f64, memory_bytes: Option<u64>) -> UsagePoint {
        UsagePoint {
            instance_id: "a".to_owned(),
            cpu_s,
            cpu_percent: 0.0,
            memory_bytes,
        }
    }

    #[test]
    fn what_nobody_measured_is_not_told_as_nothing() {
        let idle = MetricsPoint {
            at: String::new(),
            calls: 0,
            failed: 0,
            failures: [].into(),
            p50_ms: 0.0,
            p95_ms: 0.0,
            p99_ms: 0.0,
            instances: 1,
            usage: vec![],
        };
        assert_eq!(row("t".to_owned(), &idle)[3..9], ["-", "-", "-", "1", "-", "-"]);
    }

    #[test]
    fn a_row_names_what_failed_and_the_last_is_the_total() {
        let point = MetricsPoint {
            at: "2026-05-04T03:02:00Z".to_owned(),
            calls: 7,
            failed: 3,
            failures: [("APIG.0301".to_owned(), 2), ("500".to_owned(), 1)].into(),
            p50_ms: 1.26,
            p95_ms: 2.0,
            p99_ms: 30.0,
            instances: 1,
            usage: vec![used(0.25, Some(3 << 20)), used(1.0, None)],
        };
        let found = ServiceMetrics {
            range: "1h".to_owned(),
            from: String::new(),
            until: String::new(),
            step_s: 60,
            points: vec![point.clone()],
            total: point,
        };
        let rows = rows(&found);
        assert_eq!(
            rows[0],
            [
                "2026-05-04 03:02:00",
                "7",
                "3",
                "1.3",
                "2.0",
                "30.0",
                "1",
                "1.2",
                "3.0 MiB",
                "500 ×1, APIG.0301 ×2"
            ]
        );
        assert_eq!(rows[1][0], "total");
    }
}
