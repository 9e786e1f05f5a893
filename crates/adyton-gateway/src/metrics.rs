//! What the gateway counts, as Prometheus text: all its names, labels and units in this file.
//!
//! Each worker counts for itself in memory that no other writes; reading adds them up. Label values are bounded: codes,
//! sub-codes, steps, faults and status classes; never a path, a user or an id.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::record::AnsweredBy;

use crate::meters::BOUNDS;
pub(crate) use crate::meters::Meters;
use crate::meters::{Count, Histogram};

use crate::prometheus::Page;

/// The name of the count of predictions of which headers did not go on to the model.
pub const DROPPED_HEADERS: &str = "adyton_gateway_dropped_headers_predictions_total";

/// How a counter is read.
type Pick = fn(&Meters) -> &Count;

/// Counters without labels: name, help, and where each worker counts.
const COUNTERS: [(&str, &str, Pick); 12] = [
    (
        "adyton_gateway_connections_total",
        "Client connections accepted",
        |w| &w.connections_opened,
    ),
    (
        "adyton_gateway_accept_failures_total",
        "Connections that could not be accepted",
        |w| &w.accept_failed,
    ),
    (
        "adyton_gateway_connections_turned_away_total",
        "Connections closed without a response: the limit was reached, and their source held its share",
        |w| &w.turned_away,
    ),
    (
        "adyton_gateway_unreadable_heads_total",
        "Request heads refused before the pipeline: not HTTP, or over the limits",
        |w| &w.unreadable,
    ),
    (
        "adyton_gateway_health_questions_total",
        "Requests to /healthz",
        |w| &w.health,
    ),
    (
        "adyton_gateway_explanations_total",
        "Requests of callers for the explanation of their own requests",
        |w| &w.explanations,
    ),
    (
        "adyton_gateway_request_body_bytes_total",
        "Bytes of request bodies read",
        |w| &w.request_bytes,
    ),
    (
        "adyton_gateway_response_body_bytes_total",
        "Bytes of response bodies sent",
        |w| &w.response_bytes,
    ),
    (
        "adyton_gateway_upstream_connections_total",
        "Connections opened to instances",
        |w| &w.upstream_opened,
    ),
    (
        "adyton_gateway_upstream_reuses_total",
        "Calls sent on a kept connection",
        |w| &w.upstream_reused,
    ),
    (
        "adyton_gateway_upstream_retries_total",
        "Calls sent again because a kept connection had closed",
        |w| &w.upstream_retried,
    ),
    (
        DROPPED_HEADERS,
        "Predictions of which headers did not go on to the model, because of their names (`adyton explain` says which)",
        |w| &w.stripped,
    ),
];

/// What all workers count, for the control listener's `/metrics`.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<[Arc<Meters>]>);

impl Metrics {
    pub(crate) fn new(meters: Vec<Arc<Meters>>) -> Self {
        Self(meters.into())
    }

    /// Requests that are in the pipeline now.
    pub fn in_flight(&self) -> u64 {
        self.sum(|worker| &worker.begun)
            .saturating_sub(self.sum(|worker| &worker.ended))
    }

    /// Connections that are open now.
    pub fn connections(&self) -> u64 {
        let opened = self.sum(|worker| &worker.connections_opened);
        opened.saturating_sub(self.sum(|worker| &worker.connections_closed))
    }

    /// The metrics in Prometheus' text format (version 0.0.4).
    pub fn render(&self) -> String {
        let mut page = Page::new();
        self.render_requests(&mut page);
        let seconds = "adyton_gateway_request_seconds";
        page.about(
            seconds,
            "histogram",
            "Time from head to response: part=gateway without the model's, part=model the model's",
        );
        self.render_histogram(&mut page, seconds, "gateway", |worker| &worker.ours);
        self.render_histogram(&mut page, seconds, "model", |worker| &worker.models);
        page.one(
            "adyton_gateway_requests_in_flight",
            "gauge",
            "Requests in the pipeline",
            self.in_flight(),
        );
        page.one(
            "adyton_gateway_connections_open",
            "gauge",
            "Open client connections",
            self.connections(),
        );
        for (name, help, pick) in COUNTERS {
            page.one(name, "counter", help, self.sum(pick));
        }
        page.into_text()
    }

    fn render_requests(&self, page: &mut Page) {
        let name = "adyton_gateway_requests_total";
        page.about(name, "counter", "Finished requests, by cause and by who answered");
        for (class, _) in self
            .0
            .first()
            .into_iter()
            .flat_map(|worker| worker.answered.iter().enumerate())
        {
            let number = self.sum(|worker| &worker.answered[class]);
            if number > 0 {
                let by = AnsweredBy::Model.name();
                let labels = format!(
                    "answered_by=\"{by}\",status=\"{class}xx\",code=\"\",reason=\"\",step=\"dispatch\",fault=\"\""
                );
                page.line(name, &labels, number);
            }
        }
        for reason in Reason::ALL {
            let number = self.sum(|worker| &worker.refused[*reason as usize]);
            if number > 0 {
                let entry = reason.code().entry();
                let labels = format!(
                    "answered_by=\"{}\",status=\"{}\",code=\"{}\",reason=\"{reason}\",step=\"{}\",fault=\"{}\"",
                    reason.answered_by().name(),
                    entry.status,
                    entry.wire,
                    reason.step().name(),
                    entry.fault.name()
                );
                page.line(name, &labels, number);
            }
        }
    }

    fn render_histogram(&self, page: &mut Page, name: &str, part: &str, pick: fn(&Meters) -> &Histogram) {
        let mut below = 0;
        for (at, bound) in BOUNDS.iter().enumerate() {
            below += self.sum(|worker| &pick(worker).buckets[at]);
            let bound = Duration::from_micros(*bound).as_secs_f64();
            page.line(
                &format!("{name}_bucket"),
                &format!("part=\"{part}\",le=\"{bound}\""),
                below,
            );
        }
        let count = self.sum(|worker| &pick(worker).count);
        page.line(
            &format!("{name}_bucket"),
            &format!("part=\"{part}\",le=\"+Inf\""),
            count,
        );
        let sum = Duration::from_micros(self.sum(|worker| &pick(worker).sum_us)).as_secs_f64();
        page.line(&format!("{name}_sum"), &format!("part=\"{part}\""), sum);
        page.line(&format!("{name}_count"), &format!("part=\"{part}\""), count);
    }

    fn sum(&self, pick: impl Fn(&Meters) -> &Count) -> u64 {
        self.0.iter().map(|worker| pick(worker).get()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_its_bucket_and_all_above() {
        let meters = Arc::new(Meters::default());
        meters.ours.observe(50);
        meters.ours.observe(51);
        meters.ours.observe(99_000_000);
        let text = Metrics::new(vec![meters]).render();
        let expect = |line: &str| assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
        expect("adyton_gateway_request_seconds_bucket{part=\"gateway\",le=\"0.00005\"} 1");
        expect("adyton_gateway_request_seconds_bucket{part=\"gateway\",le=\"0.0001\"} 2");
        expect("adyton_gateway_request_seconds_bucket{part=\"gateway\",le=\"40\"} 2");
        expect("adyton_gateway_request_seconds_bucket{part=\"gateway\",le=\"+Inf\"} 3");
    }
}
