//! What every dialect answers to every failure: clients rely on codes, statuses and sub-codes, so all of them are written
//! down in `tests/refusals.txt`.

use std::fmt::Write as _;
use std::time::Duration;

use adyton_core::catalogue::{Reason, Surface};
use adyton_core::evidence::Evidence;
use adyton_core::id::RequestId;
use adyton_core::quota::Quota;
use adyton_core::record::Step;
use adyton_core::refusal::{PublicDetail, Refusal};
use expect_test::expect_file;

use crate::failure::{Failure, Thing};

const THINGS: [Thing; 15] = [
    Thing::Model,
    Thing::Service,
    Thing::App,
    Thing::AppCode,
    Thing::Api,
    Thing::Environment,
    Thing::Authorisation,
    Thing::Instance,
    Thing::User,
    Thing::Credential,
    Thing::Project,
    Thing::Request,
    Thing::Role,
    Thing::Code,
    Thing::File,
];

fn refusal(reason: Reason, detail: PublicDetail) -> Box<Refusal> {
    Box::new(Refusal::new(reason, Evidence::None).with_detail(detail))
}

/// Every failure, with a name for the list. Whoever adds a variant adds it here.
fn failures() -> Vec<(String, Failure)> {
    let text = || "text".to_owned();
    let both = || adyton_core::language::Bilingual::from(("text", "文本"));
    let second = Duration::from_secs(1);
    let mut all: Vec<(String, Failure)> = Vec::new();
    for reason in Reason::ALL {
        if reason.step() == Step::Authenticate {
            let failure = Failure::Unauthenticated(refusal(*reason, PublicDetail::None));
            all.push((format!("unauthenticated {reason}"), failure));
        }
    }
    let detailed = Failure::Unauthenticated(refusal(Reason::TokenMalformed, PublicDetail::DecryptTokenFail));
    all.push(("unauthenticated with a detail".to_owned(), detailed));
    for reason in Reason::ALL {
        if reason.step() == Step::Authenticate && reason.sub_code().starts_with("token.") {
            let failure = Failure::SubjectToken(refusal(*reason, PublicDetail::None));
            all.push((format!("subject {reason}"), failure));
        }
    }
    let others = refusal(Reason::IamNotPermitted, PublicDetail::None);
    all.push(("subject not permitted".to_owned(), Failure::SubjectToken(others)));
    for thing in THINGS {
        let name = thing.name();
        all.push((format!("missing {name}"), Failure::missing(thing, "x")));
        all.push((format!("taken {name}"), Failure::taken(thing, "x")));
    }
    for quota in Quota::ALL {
        let failure = Failure::Quota {
            quota,
            most: 2,
            used: 2,
            more: 1,
        };
        all.push((format!("quota {}", quota.name()), failure));
    }
    let plain = [
        ("malformed", Failure::Malformed(both())),
        ("invalid", Failure::invalid("field", ("is wrong", "不正确"))),
        (
            "query",
            Failure::Query {
                field: "field".to_owned(),
                problem: ("is wrong", "不正确").into(),
            },
        ),
        ("forbidden", Failure::Forbidden { action: text() }),
        ("no role in scope", Failure::NoRoleInScope { scope: text() }),
        (
            "wrong method",
            Failure::WrongMethod {
                sent: "PATCH".to_owned(),
                allowed: "GET, POST".to_owned(),
            },
        ),
        ("other project", Failure::OtherProject),
        ("no project", Failure::NoProject),
        (
            "not published",
            Failure::NotPublished {
                model: text(),
                status: "failed",
            },
        ),
        ("repeated", Failure::Repeated { model: text() }),
        ("model in use", Failure::ModelInUse { service: text() }),
        (
            "model not in service",
            Failure::ModelNotInService { model: text() },
        ),
        ("state forbids", Failure::StateForbids { status: "stopping" }),
        ("bad config", Failure::BadConfig(both())),
        ("bad package", Failure::BadPackage(both())),
        ("already authorised", Failure::AlreadyAuthorised),
        ("wrong password", Failure::WrongPassword),
        ("locked", Failure::Locked { left: second }),
        ("too many sign-ins", Failure::TooManySignIns { after: second }),
        ("sign-ins full", Failure::SignInsFull { after: second }),
        ("host", Failure::Host { host: text() }),
        ("origin", Failure::Origin { sent: text() }),
        ("console header", Failure::ConsoleHeader),
        ("sign-in link", Failure::SignInLink),
        ("media type", Failure::MediaType),
        ("metrics", Failure::Metrics { how: "how" }),
        ("too large", Failure::TooLarge { limit: 10 }),
        (
            "busy",
            Failure::Busy {
                what: "searches",
                after: second,
            },
        ),
        ("asked in vain", Failure::AskedInVain { after: second }),
        (
            "left out",
            Failure::LeftOut {
                id: RequestId::from_bits(2),
                first: RequestId::from_bits(1),
                source_shown: text(),
                count: 150,
                limit: 50,
                setting: text(),
            },
        ),
        ("no space", Failure::NoSpace(both())),
        ("storage", Failure::Storage(both())),
        ("unproven upload", Failure::UnprovenUpload(both())),
        ("upload quota", Failure::UploadQuota(both())),
        ("defect", Failure::Defect("a secret of the inside".to_owned())),
    ];
    all.extend(plain.map(|(name, failure)| (name.to_owned(), failure)));
    all
}

#[tokio::test]
async fn every_dialect_answers_every_failure_as_promised() {
    let mut all = String::new();
    for (name, failure) in failures() {
        for surface in [Surface::ModelArts, Surface::Apig, Surface::Adyton, Surface::Iam] {
            let answer = super::refuse(surface, &failure, RequestId::from_bits(7));
            let (head, body) = answer.into_parts();
            let body = axum::body::to_bytes(body, 4_096).await.expect("a short body");
            let _ = writeln!(
                all,
                "{name} | {surface:?} | {} {} | {}",
                head.status.as_u16(),
                head.headers["x-adyton-reason"].to_str().expect("ASCII"),
                String::from_utf8_lossy(&body)
            );
        }
    }
    expect_file!["./tests/refusals.txt"].assert_eq(&all);
}
