//! What drafts note: names only for whoever may know them, secrets of nobody.

use adyton_core::audit::AuditKind;
use adyton_core::catalogue::Reason;
use adyton_core::evidence::SignatureEvidence;
use adyton_core::refusal::Refusal;
use adyton_core::sample;
use adyton_core::tenant::Role;
use http::HeaderValue;

use super::*;
use crate::sample::{by_token, with_role};

const HERE: Scope = Scope::Project(sample::PROJECT);
const ELSEWHERE: ProjectId = ProjectId::from_bits(99);

fn live() -> Live {
    sample::live(sample::long_ago(), [])
}

/// The record of a call that has noted this.
fn record(draft: &Draft) -> AuditRecord {
    let mut record = AuditRecord {
        caller: None,
        holder: None,
        domain: None,
        project: None,
        thing: None,
        changes: Vec::new(),
        ..sample::audit_record()
    };
    draft.fill(&mut record);
    record
}

#[test]
fn a_path_names_its_innermost_thing_and_a_project_that_is_there() {
    let (live, draft) = (live(), Draft::default());
    let (project, app) = (sample::PROJECT.to_string(), sample::APP.to_string());
    draft.path(
        &Parameters::from([("project_id", &*project), ("app_id", &*app), ("app_code_id", "7")]),
        &live,
    );
    let noted = record(&draft);
    let thing = noted.thing.unwrap();
    assert_eq!(noted.project, Some(sample::PROJECT));
    assert_eq!((thing.kind, thing.id.as_str()), (AuditedKind::AppCode, "7"));
    assert_eq!(thing.name, "", "nobody has been shown to be allowed to know it");

    let unknown = ELSEWHERE.to_string();
    let long = "x".repeat(10_000);
    draft.path(
        &Parameters::from([("project_id", &*unknown), ("app_id", &*long)]),
        &live,
    );
    let noted = record(&draft);
    assert_eq!(noted.project, None);
    assert_eq!(
        noted.thing.unwrap().id.len(),
        256,
        "as much as records keep of a text"
    );
}

#[test]
fn names_are_told_of_things_in_the_project_of_the_path_and_of_people_in_the_callers_domain() {
    let live = live();
    let name = |kind, id: &str, project, domain| {
        let known = Known {
            live: &live,
            project,
            domain,
        };
        known.name_of(kind, id)
    };
    let model = format!("{} {}", sample::model().name, sample::model().version);
    for (kind, id, called) in [
        (AuditedKind::App, sample::APP.to_string(), sample::app().name),
        (
            AuditedKind::Service,
            sample::SERVICE.to_string(),
            sample::service().name,
        ),
        (AuditedKind::Model, sample::MODEL.to_string(), model),
    ] {
        let of = |project| name(kind, &id, project, Some(sample::DOMAIN));
        assert_eq!(of(Some(sample::PROJECT)), Some(called), "{kind:?}");
        assert_eq!((of(Some(ELSEWHERE)), of(None)), (None, None), "{kind:?}");
    }
    for (kind, id, called) in [
        (AuditedKind::User, sample::USER.to_string(), sample::user().name),
        (
            AuditedKind::AccessKey,
            sample::ACCESS_KEY.to_owned(),
            sample::user().name,
        ),
        (
            AuditedKind::Project,
            sample::PROJECT.to_string(),
            sample::project().name,
        ),
    ] {
        let of = |domain| name(kind, &id, None, domain);
        assert_eq!(of(Some(sample::DOMAIN)), Some(called), "{kind:?}");
        assert_eq!(
            (of(Some(DomainId::from_bits(98))), of(None)),
            (None, None),
            "{kind:?}"
        );
    }
    for kind in AuditedKind::ALL {
        let odd = name(*kind, "no id", Some(sample::PROJECT), Some(sample::DOMAIN));
        assert_eq!(odd, None, "{kind:?}");
    }
}

#[test]
fn a_record_concerns_the_domain_of_its_project_or_else_of_whoever_is_named() {
    let live = live();
    let foreign = DomainId::from_bits(98);
    for (project, domain, holder, concerned) in [
        (Some(sample::PROJECT), Some(foreign), None, Some(sample::DOMAIN)),
        (
            None,
            Some(foreign),
            Some(Holder::User(sample::USER)),
            Some(foreign),
        ),
        (None, None, Some(Holder::User(sample::USER)), Some(sample::DOMAIN)),
        (None, None, Some(Holder::App(sample::APP)), Some(sample::DOMAIN)),
        (None, None, Some(Holder::User(UserId::from_bits(97))), None),
        (Some(ELSEWHERE), None, None, None),
        (None, None, None, None),
    ] {
        let record = AuditRecord {
            project,
            domain,
            holder,
            ..sample::audit_record()
        };
        assert_eq!(domain_of(&live, &record), concerned, "{record:?}");
    }
}

#[test]
fn a_refused_call_names_whose_key_it_was_signed_with() {
    let live = live();
    let signed = |key: &str| {
        let seen = SignatureEvidence {
            key: key.to_owned(),
            ..SignatureEvidence::default()
        };
        let evidence = Evidence::Signature(Box::new(seen));
        Failure::from(Refusal::new(Reason::AkskSigningMistake, evidence))
    };
    for (failure, holder) in [
        (signed(sample::ACCESS_KEY), Some(Holder::User(sample::USER))),
        (signed(sample::APP_KEY), Some(Holder::App(sample::APP))),
        (signed("nobody's"), None),
        (Failure::OtherProject, None),
    ] {
        assert_eq!(named(&failure, &live), holder, "{failure}");
    }
}

#[test]
fn a_caller_is_kept_by_their_id_and_the_id_of_their_credential() {
    let live = with_role(Role::Operator, HERE);
    let caller = by_token(&live, HERE);
    let draft = Draft::default();
    draft.caller(&caller, &HeaderMap::new(), false);
    let noted = record(&draft);
    let seen = noted.caller.unwrap();
    assert_eq!((seen.way.as_str(), seen.id), ("token", sample::USER.to_string()));
    assert_eq!(
        noted.credential,
        Some(caller.token().unwrap().id.to_string()),
        "the token's id, which is not the token"
    );
    assert_eq!(noted.holder, Some(Holder::User(sample::USER)));
    assert_eq!((noted.domain, noted.is_proven), (Some(sample::DOMAIN), false));
    // What a console's session shows is no header of its own.
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic hush"));
    assert_eq!(credential(&caller.through_console(), &headers), noted.credential);
}

#[test]
fn whoever_signs_in_under_a_name_that_nobody_has_leaves_no_name() {
    let draft = Draft::default();
    draft.sign_in(None, "password", false);
    let noted = record(&draft);
    assert!(draft.signs_in());
    assert_eq!((noted.caller, noted.holder, noted.domain), (None, None, None));
    draft.sign_in(Some(&sample::user()), "password", true);
    let noted = record(&draft);
    assert_eq!(noted.caller.unwrap().id, sample::USER.to_string());
    assert_eq!((noted.domain, noted.is_proven), (Some(sample::DOMAIN), true));
}

#[test]
fn a_record_keeps_so_many_fields_and_so_much_of_each() {
    let draft = Draft::default();
    for at in 0..100 {
        draft.field(&format!("f{at}"), None, Some("x".repeat(10_000)));
    }
    draft.partly_refused(AuditRefusal {
        code: "ModelArts.3002".to_owned(),
        reason: "modelarts.no_such_model".to_owned(),
        message: String::new(),
        ..AuditRefusal::default()
    });
    let noted = record(&draft);
    assert_eq!(noted.changes.len(), CHANGES_MOST);
    assert_eq!(noted.changes[0].to.as_ref().map(String::len), Some(256));
    assert_eq!(
        noted.kind,
        AuditKind::Change,
        "the kind is the middleware's to say"
    );
    assert_eq!(noted.refusal.unwrap().code, "ModelArts.3002");
}
