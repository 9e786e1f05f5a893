//! Explanations as people read them, one for each kind of evidence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "tests"
)]

mod answers;
mod apis;
mod asks;
mod authentication;
mod chinese;
mod commands;
mod every_reason;
mod routes;
mod serving;
mod share;

use super::{Explanation, Reader, explain};
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::id::{ApiId, DomainId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use crate::live::{Change, Live};
use crate::measured::Measured;
use crate::model::Model;
use crate::record::{AnsweredBy, CallerSeen, Door, Record};
use crate::sample;
use crate::service::{Service, Version};
use crate::tenant::Project;
use crate::throttled::{ThrottleScope, ThrottleSetting};

const MINE: ProjectId = ProjectId::from_bits(0xa1);
const THEIRS: ProjectId = ProjectId::from_bits(0xb2);
const DOMAIN: DomainId = DomainId::from_bits(0xd0);
const POETRY: ServiceId = ServiceId::from_bits(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
const IRIS: ServiceId = ServiceId::from_bits(0x2222_2222_3333_4444_5555_6666_7777_8888);
const SECRETIVE: ServiceId = ServiceId::from_bits(0x1234_5678_9abc_def0_1234_5678_9abc_def1);

fn at() -> Timestamp {
    Timestamp::from_iso("2026-01-15T08:15:30.123456Z").unwrap()
}

/// Two projects of one domain: mine with `poetry` and `iris`, theirs with `secretive`.
fn live() -> Live {
    let mut live = Live::default();
    for (id, name) in [(MINE, "demo"), (THEIRS, "other")] {
        live.apply(
            1,
            Change::Project(Project {
                id,
                name: name.into(),
                domain: DOMAIN,
            }),
        );
    }
    type Paths<'a> = &'a [(&'a str, &'a str)];
    let services: [(ServiceId, ProjectId, &str, Paths<'_>); 3] = [
        (
            POETRY,
            MINE,
            "poetry",
            &[("POST", "/predictions/poetry"), ("GET", "/predictions/titles")],
        ),
        (IRIS, MINE, "iris", &[("POST", "/")]),
        (SECRETIVE, THEIRS, "secretive", &[("POST", "/predictions/poetry")]),
    ];
    for (at, (id, project, name, apis)) in services.into_iter().enumerate() {
        let model = ModelId::from_bits(at as u128 + 1);
        live.apply(1, Change::Model(Box::new(model_with(model, project, name, apis))));
        live.apply(
            1,
            Change::Service(Box::new(service_with(id, project, name, model))),
        );
    }
    live
}

fn model_with(id: ModelId, project: ProjectId, name: &str, apis: &[(&str, &str)]) -> Model {
    Model {
        id,
        project,
        name: name.into(),
        spec: Some(sample::spec(apis)),
        ..sample::model()
    }
}

fn service_with(id: ServiceId, project: ProjectId, name: &str, model: ModelId) -> Service {
    Service {
        id,
        project,
        name: name.into(),
        api: ApiId::from_bits(id.bits() >> 1),
        versions: vec![Version {
            model,
            ..sample::version()
        }],
        app_code: false,
        ..sample::service()
    }
}

/// A call of `poetry` that was refused for `reason`.
fn refused(reason: Reason, evidence: Evidence) -> Record {
    Record {
        id: RequestId::compose(1_768_464_930_123, 0, 1, 42),
        at: at(),
        door: Door::Address,
        source: "10.0.0.7".into(),
        method: "POST".into(),
        host: "models.example:8080".into(),
        path: format!("/v1/infers/{POETRY}/predictions/poetry"),
        query: String::new(),
        stage: None,
        project: Some(MINE),
        service: Some(POETRY),
        api: Some(ApiId::from_bits(3)),
        model: None,
        instance: None,
        caller: None,
        status: reason.code().entry().status,
        reason: Some(reason),
        step: reason.step(),
        answered_by: AnsweredBy::Gateway,
        request_bytes: 0,
        response_bytes: 150,
        took_us: 42,
        model_us: 0,
        head_us: None,
        body_us: None,
        user_agent: "curl/8".into(),
        evidence,
    }
}

/// A call of `poetry` that the model answered.
fn answered(status: u16) -> Record {
    Record {
        caller: Some(admin()),
        status,
        reason: None,
        step: crate::record::Step::Dispatch,
        answered_by: AnsweredBy::Model,
        model: Some(ModelId::from_bits(1)),
        instance: Some(InstanceId::from_bits(5)),
        request_bytes: 19,
        took_us: 3_210,
        model_us: 3_150,
        ..refused(Reason::RouteNoSuchService, Evidence::None)
    }
}

fn admin() -> CallerSeen {
    CallerSeen {
        way: "token".into(),
        id: "u1".into(),
        name: "admin".into(),
    }
}

fn explained(record: &Record) -> Explanation {
    explain(record, &live(), Reader::Project(MINE), None)
}

fn text(record: &Record) -> String {
    explained(record).to_text(100, false)
}
