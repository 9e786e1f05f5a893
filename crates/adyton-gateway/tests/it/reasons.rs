//! Every reason of the gateway's surface, provoked over a socket. A reason that is in the catalogue and not in one of these
//! tables fails [`no_reason_is_forgotten`].

mod caller;
mod credentials;
mod request;
mod service;

use std::collections::BTreeSet;

use adyton_core::catalogue::{Reason, Surface};
use adyton_core::record::AnsweredBy;

use crate::client::Reply;
use crate::world::World;

/// A reason and how to get it.
pub(crate) type Case = (Reason, fn() -> (World, Reply));

/// What nothing in this version can cause over a socket, and why.
const OUT_OF_REACH: [(Reason, &str); 1] = [(
    Reason::ClientClosed,
    "whoever left gets no answer; cancel.rs reads it from the journal",
)];

fn cases() -> impl Iterator<Item = &'static Case> {
    request::CASES
        .iter()
        .chain(credentials::CASES)
        .chain(caller::CASES)
        .chain(service::CASES)
}

#[test]
fn no_reason_is_forgotten() {
    let provoked = cases()
        .map(|(reason, _)| *reason)
        .chain(OUT_OF_REACH.map(|(reason, _)| reason));
    let provoked: BTreeSet<&str> = provoked.map(Reason::sub_code).collect();
    let all: BTreeSet<&str> = Reason::ALL
        .iter()
        .filter(|reason| reason.code().entry().surface == Surface::Gateway)
        .map(|reason| reason.sub_code())
        .collect();
    let missing: Vec<_> = all.difference(&provoked).collect();
    assert!(missing.is_empty(), "no test provokes {missing:?}");
}

/// What every refusal has, whatever the reason.
fn check(cases: &[Case]) {
    for (reason, provoke) in cases {
        let (world, reply) = provoke();
        let entry = reason.code().entry();
        let name = reason.sub_code();
        assert_eq!(
            (reply.reason(), reply.status),
            (name, entry.status),
            "{}",
            reply.text()
        );
        let record = world.record(&reply);
        assert_eq!(
            (record.reason, record.status, record.step),
            (Some(*reason), entry.status, reason.step()),
            "{name}"
        );
        let count = format!(
            "reason=\"{name}\",step=\"{}\",fault=\"{}\"}} ",
            reason.step().name(),
            entry.fault.name()
        );
        assert!(
            world.gateway.metrics().render().contains(&count),
            "{name} is not counted"
        );
        let by = reason.answered_by();
        assert_eq!(reply.header("x-adyton-answered-by"), by.name(), "{name}");
        if by == AnsweredBy::Model {
            continue;
        }
        assert_eq!(reply.header("content-type"), "application/json", "{name}");
        let id = reply.header("x-request-id");
        let start = format!(
            "{{\"error_code\":\"{}\",\"error_msg\":\"{}",
            entry.wire,
            entry.message.split(' ').next().unwrap_or_default()
        );
        assert!(reply.text().starts_with(&start), "{name}: {}", reply.text());
        assert!(
            reply.text().ends_with(&format!("\",\"request_id\":\"{id}\"}}")),
            "{name}: {}",
            reply.text()
        );
    }
}

#[test]
fn of_the_request() {
    check(request::CASES);
}

#[test]
fn of_tokens_and_credentials() {
    check(credentials::CASES);
}

#[test]
fn of_signatures() {
    check(caller::CASES);
}

#[test]
fn of_the_service() {
    check(service::CASES);
}
