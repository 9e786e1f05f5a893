//! `adyton service metrics`: what became of a service's requests over time.

use adyton_api::adyton::metrics::{MetricsPoint, ServiceMetrics};
use clap::Args;

use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;
use crate::moment::moment;
use crate::said;

/// Show what became of a service's requests: calls, failures, times, instances
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service metrics iris
  adyton service metrics iris --range 7d")]
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
            terminal.print(said!("No calls in this time.", "这段时间内没有调用。"));
        } else {
            terminal.print(terminal.table(
                &[
                    "time", "#calls", "#failed", "#p50 ms", "#p95 ms", "#p99 ms", "#ready", "failures",
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
    vec![
        time,
        point.calls.to_string(),
        point.failed.to_string(),
        format!("{:.1}", point.p50_ms),
        format!("{:.1}", point.p95_ms),
        format!("{:.1}", point.p99_ms),
        point.instances.to_string(),
        failures.join(", "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

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
                "500 ×1, APIG.0301 ×2"
            ]
        );
        assert_eq!(rows[1][0], "total");
    }
}
