//! What the gateway counts, as Prometheus text: all its names, labels and units in this file.
//!
//! Each worker counts for itself in memory that no other writes; reading adds them up. Label values are bounded: codes,
//! sub-codes, steps, faults, statuses, and names of what is deployed (`service_meters.rs`); never a path, a user or an id of a request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::id::{ModelId, ServiceId};
use adyton_core::instances::Instances;
use adyton_core::live::Live;
use adyton_core::record::AnsweredBy;

use crate::count::Count;
use crate::meters::BOUNDS;
use crate::meters::Histogram;
pub(crate) use crate::meters::Meters;

use crate::prometheus::Page;
use crate::service_meters::{AnswerKey, InstanceKey, SERIES_MOST, add};

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

    /// What services, their models and their instances were asked: by name, as `live` knows them. What `instances` does not show any more
    /// is counted as `other`.
    pub fn render_services(&self, live: &Live, instances: &dyn Instances) -> String {
        let (mut answers, mut seconds, mut calls) = (Sums::new(), Sums::new(), Sums::new());
        let (mut other, mut other_calls) = ([0; 2], [0; 2]);
        let is_running = |key: &InstanceKey| {
            let seen = instances.service(key.service);
            seen.is_some_and(|seen| seen.instances.iter().any(|one| one.id == key.instance))
        };
        for worker in self.0.iter() {
            let is_deployed = |key: &AnswerKey| live.service(key.service).is_some();
            let left = worker.answers.read(is_deployed, |key, numbers| {
                let names = names(live, key.service, key.model);
                add(
                    answers.entry(format!("{names},{}", outcome(key))).or_default(),
                    numbers,
                );
                if key.model.is_some() {
                    add(seconds.entry(names).or_default(), numbers);
                }
            });
            add(&mut other, left);
            let left = worker.instances.read(is_running, |key, numbers| {
                let names = names(live, key.service, Some(key.model));
                let labels = format!("{names},instance_id=\"{}\"", key.instance);
                add(calls.entry(labels).or_default(), numbers);
            });
            add(&mut other_calls, left);
        }
        if other[0] > 0 {
            answers.insert(format!("{OTHER},status=\"\",code=\"\",reason=\"\""), other);
            seconds.insert(OTHER.to_owned(), other);
        }
        if other_calls[0] > 0 {
            calls.insert(format!("{OTHER},instance_id=\"\""), other_calls);
        }
        let mut page = Page::new();
        page.about(
            "adyton_service_requests_total",
            "counter",
            "Finished requests of services, by model version and result; service=other: of deleted services, and of more than are told apart",
        );
        for (labels, [requests, _]) in &answers {
            page.line("adyton_service_requests_total", labels, requests);
        }
        page.about(
            "adyton_service_model_seconds_total",
            "counter",
            "Time spent waiting for the model versions of services",
        );
        for (labels, [_, micros]) in &seconds {
            let seconds = Duration::from_micros(*micros).as_secs_f64();
            page.line("adyton_service_model_seconds_total", labels, seconds);
        }
        page.about(
            "adyton_instance_requests_total",
            "counter",
            "Finished requests that were sent to running instances; service=other: to instances that have ended",
        );
        for (labels, [requests, _]) in &calls {
            page.line("adyton_instance_requests_total", labels, requests);
        }
        page.into_text()
    }

    /// What running instances take of the machine, by the same names; measured now. It reads files of the system.
    pub fn render_usage(live: &Live, instances: &dyn Instances) -> String {
        let mut usage = instances.usage();
        usage.sort_unstable_by_key(|one| one.instance);
        usage.truncate(SERIES_MOST);
        let (mut seconds, mut bytes) = (BTreeMap::new(), BTreeMap::new());
        for one in &usage {
            let names = names(live, one.service, Some(one.model));
            let labels = format!("{names},instance_id=\"{}\"", one.instance);
            if let Some(memory) = one.memory {
                bytes.insert(labels.clone(), memory);
            }
            seconds.insert(labels, one.cpu.as_secs_f64());
        }
        let mut page = Page::new();
        page.about(
            "adyton_instance_cpu_seconds_total",
            "counter",
            "Processor time of running instances, of 1000 at most: of their processes; of models in the server, that of the threads which worked on their calls",
        );
        for (labels, seconds) in &seconds {
            page.line("adyton_instance_cpu_seconds_total", labels, seconds);
        }
        page.about(
            "adyton_instance_memory_bytes",
            "gauge",
            "Memory in RAM of the processes of running instances, of 1000 at most; models in the server have none of their own",
        );
        for (labels, bytes) in &bytes {
            page.line("adyton_instance_memory_bytes", labels, bytes);
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

/// Numbers by the text of their labels, in its order.
type Sums = BTreeMap<String, [u64; 2]>;

/// The labels of what is not told apart.
const OTHER: &str = "project=\"\",service=\"other\",model=\"\"";

/// The labels that name a service and the version that was chosen.
fn names(live: &Live, service: ServiceId, model: Option<ModelId>) -> String {
    let (project, service) = match live.service(service) {
        Some(known) => {
            let project = live.project(known.service.project);
            let project = project.map(|project| project.name.clone());
            (project.unwrap_or_default(), known.service.name.clone())
        }
        None => (String::new(), service.to_string()),
    };
    let model = model.map_or_else(String::new, |id| match live.model(id) {
        Some(model) => format!("{} {}", model.name, model.version),
        None => id.to_string(),
    });
    format!(
        "project=\"{}\",service=\"{}\",model=\"{}\"",
        escaped(&project),
        escaped(&service),
        escaped(&model)
    )
}

/// The labels that say how a request ended.
fn outcome(key: &AnswerKey) -> String {
    let reason = key.reason.and_then(|number| Reason::ALL.get(number));
    let (code, reason) = match reason {
        Some(reason) => (reason.code().entry().wire, reason.sub_code()),
        None => ("", ""),
    };
    format!("status=\"{}\",code=\"{code}\",reason=\"{reason}\"", key.status)
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;

    use super::*;

    #[test]
    fn a_label_is_escaped_and_what_is_gone_has_none_of_its_own() {
        assert_eq!(escaped("a\"b\\c\n"), "a\\\"b\\\\c\\n");
        let live = sample::live(sample::long_ago(), []);
        let known = names(&live, sample::SERVICE, Some(sample::MODEL));
        let (service, model) = (sample::service(), sample::model());
        assert_eq!(
            known,
            format!(
                "project=\"{}\",service=\"{}\",model=\"{} {}\"",
                sample::project().name,
                service.name,
                model.name,
                model.version
            )
        );
        let refused = AnswerKey {
            service: sample::SERVICE,
            model: None,
            status: 413,
            reason: Some(Reason::BodyTooLarge as usize),
        };
        let told = outcome(&refused);
        assert!(
            told.starts_with("status=\"413\",code=\"APIG.0201\",reason=\""),
            "{told}"
        );
    }

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
