//! What callers are told of their own requests: their share, and nothing of the project that they called.

use super::*;
use crate::evidence::SignatureEvidence;
use crate::fact::Fact;
use crate::holder::Holder;
use crate::id::{AppId, UserId};

const ME: Holder = Holder::User(UserId::from_bits(0x99));

/// The request as I sent it.
fn mine(record: Record) -> Record {
    let caller = CallerSeen {
        way: "aksk".into(),
        id: ME.id(),
        name: "me".into(),
    };
    Record {
        caller: Some(caller),
        ..record
    }
}

fn told(record: &Record, service: Option<ServiceId>) -> Explanation {
    explain(
        record,
        &live(),
        Reader::Caller { holder: ME, service },
        Some("http://control.test"),
    )
}

/// Words of the project that was called, its settings, its instances and other callers.
const HIDDEN: [&str; 10] = [
    "demo",
    "poetry",
    "secretive",
    "throttle.default",
    "throttle.x",
    "limits.",
    "10.9.8.7",
    "Traceback",
    "neighbour",
    "gateway.",
];

#[test]
fn no_kind_of_evidence_tells_a_caller_of_the_project() {
    let service = POETRY;
    let all = [
        (
            Reason::BodyTooLarge,
            Evidence::Size {
                what: Measured::Body,
                limit: 8,
                declared: Some(9),
                measured: None,
                setting: "limits.body".into(),
            },
        ),
        (
            Reason::IamOtherProject,
            Evidence::Access {
                way: String::new(),
                caller: "user neighbour".into(),
                caller_project: Some(THEIRS),
                target_project: Some(MINE),
                action: String::from("modelarts:service:predict").into(),
                roles: Vec::new(),
                holder: None,
            },
        ),
        (
            Reason::AppNotAuthorised,
            Evidence::Access {
                way: String::new(),
                caller: "app neighbour".into(),
                caller_project: Some(THEIRS),
                target_project: Some(MINE),
                action: String::from("call").into(),
                roles: Vec::new(),
                holder: None,
            },
        ),
        (
            Reason::ThrottleApi,
            Evidence::Throttle {
                scope: ThrottleScope::Api,
                limit: 200,
                interval_seconds: 1,
                retry_after_ms: 5,
                setting: String::from("throttle.default").into(),
            },
        ),
        (
            Reason::InstanceNone,
            Evidence::Service {
                service,
                status: "failed".into(),
                facts: vec![Fact::NoInstanceReady],
                note: "Traceback".into(),
            },
        ),
        (
            Reason::InstanceRefused,
            Evidence::Instance {
                instance: None,
                address: "10.9.8.7:80".into(),
                after_ms: 1,
                attempts: 1,
                facts: vec![Fact::ConnectionFailed {
                    error: "10.9.8.7".into(),
                }],
                error: String::new(),
            },
        ),
        (
            Reason::InstanceRestarting,
            Evidence::Restarting {
                service,
                instance: InstanceId::from_bits(1),
                since: at(),
                restarts: 1,
                last_end: "Traceback".into(),
                next_start: at(),
                server_time: at(),
            },
        ),
        (
            Reason::TokenMalformed,
            Evidence::LeftOut {
                source: "10.9.8.7".into(),
                count: 5,
                limit: 1,
                until: at(),
                setting: "throttle.x".into(),
            },
        ),
    ];
    for (reason, evidence) in all {
        // The path names the service by its id alone, so that its name can only come from the live state.
        let record = mine(Record {
            path: format!("/v1/infers/{POETRY}"),
            ..refused(reason, evidence)
        });
        let mut shown = told(&record, None);
        assert_eq!(shown.reason.as_deref(), Some(reason.sub_code()));
        assert!(!shown.fix.is_empty(), "{reason}");
        // The page is the reference's, the same for everybody; so is the general advice that the last fix is.
        shown.page = None;
        if shown
            .fix
            .last()
            .is_some_and(|fix| fix.contains("ask an operator"))
        {
            shown.fix.pop();
        }
        if shown.fix.len() > 1 || shown.fix[0] == reason.section().fix {
            shown.fix.pop();
        }
        let text = serde_json::to_string(&shown).unwrap();
        for hidden in HIDDEN {
            assert!(!text.contains(hidden), "{reason} tells `{hidden}`: {text}");
        }
    }
}

#[test]
fn a_caller_is_told_what_was_expected_and_their_mistake() {
    let seen = SignatureEvidence {
        key: "AK".into(),
        canonical_request: Some("POST\n/x/\n".into()),
        mistake: Some("path.no_trailing_slash".into()),
        ..SignatureEvidence::default()
    };
    let record = mine(refused(
        Reason::AkskSigningMistake,
        Evidence::Signature(Box::new(seen)),
    ));
    let shown = told(&record, None);
    let signature = shown.signature.expect("its autopsy");
    assert_eq!(signature.mistake.as_deref(), Some("path.no_trailing_slash"));
    assert_eq!(signature.canonical_request.as_deref(), Some("POST\n/x/\n"));
    assert!(shown.fix[0].contains("without the `/`"), "{:?}", shown.fix);
    assert_eq!(shown.caller.map(|caller| caller.name).as_deref(), Some("me"));
    let record = mine(refused(
        Reason::BodyTooLarge,
        Evidence::Size {
            what: Measured::Body,
            limit: 8,
            declared: Some(9),
            measured: None,
            setting: "limits.body".into(),
        },
    ));
    let shown = told(&record, None);
    assert_eq!(shown.fix[0], "Keep the body at 8 bytes or below.");
    assert_eq!(shown.compared[0].got, "9 bytes, 1 too many");
}

#[test]
fn a_caller_who_may_call_the_service_is_told_its_routes() {
    let record = mine(Record {
        path: format!("/v1/infers/{POETRY}/predictions/poetr"),
        ..refused(
            Reason::RouteUndeclaredPath,
            Evidence::Route {
                service: Some(POETRY),
                path: "/predictions/poetr".into(),
                method: "POST".into(),
                stage: "RELEASE".into(),
                is_stage_repeated: false,
                holder: Some(ME),
            },
        )
    });
    assert_eq!(told(&record, None).nearest, []);
    let shown = told(&record, Some(POETRY));
    assert_eq!(
        shown.nearest[0].path,
        format!("/v1/infers/{POETRY}/predictions/poetry")
    );
    assert!(shown.fix[0].starts_with("Call `POST"), "{:?}", shown.fix);
}

#[test]
fn who_may_look_nothing_up_is_told_whom_to_ask() {
    let id = ServiceId::from_bits(0x99);
    let unknown = mine(Record {
        path: format!("/v1/infers/{id}"),
        service: None,
        project: None,
        ..refused(
            Reason::RouteNoSuchService,
            Evidence::Route {
                service: Some(id),
                path: String::new(),
                method: "POST".into(),
                stage: "RELEASE".into(),
                is_stage_repeated: false,
                holder: None,
            },
        )
    });
    let fixes = told(&unknown, None).fix;
    assert!(
        fixes.iter().any(|fix| fix.contains("`adyton service list`")),
        "{fixes:?}"
    );
    assert!(
        fixes.last().is_some_and(|fix| fix.contains("ask an operator")),
        "{fixes:?}"
    );
}

#[test]
fn who_is_to_be_asked_is_told_with_the_command() {
    let access = || Evidence::Access {
        way: String::new(),
        caller: String::new(),
        caller_project: None,
        target_project: Some(MINE),
        action: String::from("modelarts:service:predict").into(),
        roles: vec!["auditor".into()],
        holder: None,
    };
    let shown = told(&mine(refused(Reason::IamNotPermitted, access())), None);
    assert!(
        shown.fix[0].contains(&format!("`adyton role grant {} caller`", ME.id())),
        "{:?}",
        shown.fix
    );
    assert_eq!(shown.compared[0].got, "auditor");
    let shown = told(&mine(refused(Reason::AppNotAuthorised, access())), None);
    assert!(
        shown.fix[0].contains(&format!("`adyton app authorize {} {POETRY}`", ME.id())),
        "{:?}",
        shown.fix
    );
}

#[test]
fn another_who_used_the_key_stays_unnamed() {
    let record = Record {
        caller: Some(admin()),
        ..refused(Reason::AkskLocked, Evidence::None)
    };
    assert_eq!(told(&record, None).caller, None);
    assert!(explained(&record).caller.is_some());
}

#[test]
fn an_app_that_signed_is_authorised_by_its_name_though_it_was_not_proven_yet() {
    let evidence = |holder| Evidence::Access {
        way: String::new(),
        caller: "app other (7ead) by Authorization: SDK-HMAC-SHA256 (app)".into(),
        caller_project: Some(MINE),
        target_project: Some(MINE),
        action: String::from("call API x").into(),
        roles: Vec::new(),
        holder: Some(Holder::App(holder)),
    };
    let mut live = live();
    for (id, project, name) in [(1, MINE, "other"), (2, THEIRS, "hidden")] {
        live.apply(
            1,
            Change::App(crate::tenant::App {
                id: AppId::from_bits(id),
                project,
                name: name.into(),
                ..sample::app()
            }),
        );
    }
    let fix = |id| {
        let record = refused(Reason::AppNotAuthorised, evidence(AppId::from_bits(id)));
        explain(&record, &live, Reader::Project(MINE), None).fix.remove(0)
    };
    assert_eq!(fix(1), "Authorise it: `adyton app authorize other poetry`.");
    assert_eq!(
        fix(2),
        format!(
            "Authorise it: `adyton app authorize {} poetry`.",
            AppId::from_bits(2)
        )
    );
}

#[test]
fn of_what_its_owner_has_to_change_the_caller_is_told_whom_to_ask() {
    for reason in [
        Reason::PredictionTimeout,
        Reason::InstanceClosed,
        Reason::ServiceStopped,
        Reason::ModelFailed,
    ] {
        let record = mine(refused(reason, Evidence::None));
        let last = told(&record, None).fix.pop().unwrap_or_default();
        let whom = format!("`adyton explain {}` shows them", record.id);
        assert!(
            last.contains("operator") && last.contains(&whom),
            "{reason:?}: {last}"
        );
    }
    let whom = |status| {
        told(&mine(answered(status)), None)
            .fix
            .join(" ")
            .contains("operator")
    };
    assert!(
        whom(500) && !whom(422),
        "what the model refuses, the caller changes"
    );
}

#[test]
fn who_called_another_project_is_told_of_the_role_and_the_token_that_they_lack() {
    let fixes = |of: Option<ProjectId>, roles: &[&str]| {
        let evidence = Evidence::Access {
            way: String::new(),
            caller: String::new(),
            caller_project: of,
            target_project: Some(MINE),
            action: String::from("modelarts:service:predict").into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            holder: Some(ME),
        };
        let record = mine(refused(Reason::IamOtherProject, evidence));
        let whole = explained(&record).to_text(100, false);
        (told(&record, None).fix.join("\n"), whole)
    };
    let (grant, login) = ("adyton role grant", "adyton login --project PROJECT");
    let (sent, _) = fixes(Some(THEIRS), &[]);
    assert!(sent.contains(grant) && sent.contains(login), "{sent}");
    let (sent, _) = fixes(Some(THEIRS), &["caller"]);
    assert!(
        !sent.contains(grant) && sent.contains(login),
        "the role is there: {sent}"
    );
    let (sent, whole) = fixes(None, &[]);
    assert!(
        sent.contains(grant) && !sent.contains(login),
        "a key is of no project: {sent}"
    );
    assert!(
        whole.contains(grant) && !whole.contains("adyton login"),
        "{whole}"
    );
    assert!(!whole.contains("no project"), "{whole}");
}

#[test]
fn who_has_a_role_in_the_project_is_told_its_name_and_others_are_not() {
    let evidence = || Evidence::Access {
        way: String::new(),
        caller: "user me".into(),
        caller_project: Some(THEIRS),
        target_project: Some(MINE),
        action: String::from("modelarts:service:predict").into(),
        roles: Vec::new(),
        holder: Some(ME),
    };
    let me = |scope| crate::tenant::User {
        id: UserId::from_bits(0x99),
        domain: DOMAIN,
        assignments: vec![crate::tenant::Assignment {
            scope,
            role: crate::tenant::Role::Caller,
        }],
        ..sample::user()
    };
    for (project, is_told) in [(MINE, true), (THEIRS, false)] {
        let mut live = live();
        live.apply(1, Change::User(me(crate::tenant::Scope::Project(project))));
        let reader = Reader::Caller {
            holder: ME,
            service: None,
        };
        let told = explain(&refused(Reason::IamOtherProject, evidence()), &live, reader, None).fix;
        let named = told.join(" ").contains("`adyton login --project demo`");
        assert_eq!(named, is_told, "{told:?}");
    }
}

#[test]
fn an_app_whose_credentials_count_nowhere_is_told_who_lets_it_in() {
    let app = Holder::App(AppId::from_bits(0x88));
    let evidence = Evidence::Credentials {
        sent: vec!["X-Apig-AppCode".into()],
        accepted: vec!["X-Auth-Token".into()],
        facts: Vec::new(),
        note: String::new(),
        holder: Some(app),
    };
    let reader = Reader::Caller {
        holder: app,
        service: None,
    };
    let told = explain(
        &refused(Reason::CredentialsNotAccepted, evidence),
        &live(),
        reader,
        None,
    );
    let command = format!("`adyton app authorize {} {POETRY}`", app.id());
    assert!(told.fix.join(" ").contains(&command), "{:?}", told.fix);
}

#[test]
fn who_may_only_call_is_told_to_call_the_address() {
    let record = mine(refused(Reason::RequestEmpty, Evidence::None));
    let told = told(&record, Some(POETRY)).fix.join(" ");
    let call = format!("`adyton predict http://models.example:8080/v1/infers/{POETRY} --data @FILE`");
    assert!(told.contains(&call), "{told}");
}
