//! The commands that explanations name can be typed as they stand, and name nothing that their reader may not know.

use super::*;
use crate::explain::explain_in;
use crate::fact::Fact;
use crate::holder::Holder;
use crate::id::{AppId, UserId};
use crate::language::Language;

const ADA: UserId = UserId::from_bits(0x77);
const SHOP: AppId = AppId::from_bits(0x88);

/// Mine and theirs, with a user of the domain and an app of mine.
fn peopled() -> Live {
    let mut live = live();
    live.apply(
        1,
        Change::User(crate::tenant::User {
            id: ADA,
            name: "ada".into(),
            domain: DOMAIN,
            ..sample::user()
        }),
    );
    live.apply(
        1,
        Change::App(crate::tenant::App {
            id: SHOP,
            project: MINE,
            name: "shop".into(),
            ..sample::app()
        }),
    );
    live
}

fn fixes(record: &Record, reader: Reader) -> String {
    explain(record, &peopled(), reader, Some("http://control.test"))
        .fix
        .join("\n")
}

fn credentials(facts: Vec<Fact>, holder: Holder) -> Evidence {
    Evidence::Credentials {
        sent: vec!["X-Apig-AppCode".into()],
        accepted: Vec::new(),
        facts,
        note: String::new(),
        holder: Some(holder),
    }
}

fn token_of(holder: Holder) -> Evidence {
    Evidence::Token {
        key_id: Some("3".into()),
        length: 154,
        issued_at: None,
        expires_at: None,
        server_time: at(),
        facts: vec![Fact::TokenUserDisabled],
        note: String::new(),
        holder: Some(holder),
    }
}

#[test]
fn whose_credential_it_was_stands_in_the_command_for_whoever_may_know() {
    let disabled = refused(Reason::TokenUserDisabled, token_of(Holder::User(ADA)));
    let told = fixes(&disabled, Reader::Project(MINE));
    assert!(told.contains("`adyton user enable ada`"), "{told}");
    // Their own name, too; that of others not.
    let (own, other) = (Holder::User(ADA), Holder::App(SHOP));
    let reader = |holder| Reader::Caller {
        holder,
        service: None,
    };
    assert!(fixes(&disabled, reader(own)).contains("`adyton user enable ada`"));
    assert!(fixes(&disabled, reader(other)).contains("`adyton user enable USER`"));

    let app = refused(
        Reason::AppDisabled,
        credentials(vec![Fact::AppDisabled { app: "shop".into() }], Holder::App(SHOP)),
    );
    let told = fixes(&app, Reader::Project(MINE));
    assert!(told.contains("`adyton app enable shop`"), "{told}");
    let told = fixes(&app, Reader::Project(THEIRS));
    assert!(told.contains("`adyton app enable APP`"), "{told}");
}

#[test]
fn the_role_that_is_lacking_is_granted_by_one_command() {
    let access = |action: &str| Evidence::Access {
        way: String::new(),
        caller: "user ada".into(),
        caller_project: Some(THEIRS),
        target_project: Some(MINE),
        action: String::from(action).into(),
        roles: vec!["auditor".into()],
        holder: Some(Holder::User(ADA)),
    };
    for (reason, action, command) in [
        (
            Reason::IamNotPermitted,
            "modelarts:service:predict",
            "`adyton role grant ada caller --project demo`",
        ),
        (
            Reason::IamNotPermitted,
            "modelarts:service:create",
            "`adyton role grant ada operator --project demo`",
        ),
        (
            Reason::IamNotPermitted,
            "modelarts:service:list",
            "`adyton role grant ada auditor --project demo`",
        ),
        (
            Reason::IamOtherProject,
            "modelarts:service:predict",
            "`adyton login --user ada --project demo`",
        ),
    ] {
        for language in Language::ALL {
            let record = refused(reason, access(action));
            let told = explain_in(&record, &peopled(), Reader::Project(MINE), None, language);
            assert!(told.fix[0].contains(command), "{:?}", told.fix);
            assert!(!told.fix.join(" ").contains("USER"), "{:?}", told.fix);
        }
    }
}

#[test]
fn what_a_shell_would_read_otherwise_is_put_into_no_command() {
    let signed = |path: &str| Record {
        path: path.to_owned(),
        host: "models.example".into(),
        ..refused(Reason::CredentialsMissing, Evidence::None)
    };
    let told = fixes(&signed("/v1/infers/x"), Reader::Project(MINE));
    assert!(
        told.contains("`adyton sign POST http://models.example/v1/infers/x`"),
        "{told}"
    );
    // Prose is no command.
    let encoded = Record {
        reason: Some(Reason::RouteBadEncoding),
        ..signed("/v1/infers/x")
    };
    let told = explain_in(
        &encoded,
        &peopled(),
        Reader::Project(MINE),
        None,
        Language::Chinese,
    )
    .fix;
    assert!(!told.join(" ").contains("http://models.example"), "{told:?}");
    for path in ["/v1/$(reboot)", "/v1/a;b", "/v1/`x`", "/v1/a b", "/v1/'"] {
        let told = fixes(&signed(path), Reader::Project(MINE));
        assert!(told.contains("`adyton sign POST URL`"), "{told}");
    }
}

#[test]
fn no_explanation_for_the_project_leaves_a_name_that_is_known_to_be_filled_in() {
    for reason in Reason::ALL {
        for evidence in [
            credentials(Vec::new(), Holder::App(SHOP)),
            token_of(Holder::User(ADA)),
        ] {
            let known = match evidence.holder() {
                Some(Holder::App(_)) => "APP",
                _ => "USER",
            };
            let record = refused(*reason, evidence);
            let told = explain(&record, &peopled(), Reader::Project(MINE), None).fix;
            for fix in &told {
                let words = fix.split(|letter: char| !letter.is_ascii_alphanumeric());
                let left = words.filter(|word| [known, "SERVICE", "PROJECT", "REQUEST_ID"].contains(word));
                assert_eq!(left.collect::<Vec<_>>(), Vec::<&str>::new(), "{reason}: {fix}");
            }
        }
    }
}

#[test]
fn a_wrong_url_is_answered_by_what_follows_from_it() {
    let routed = |reason, method: &str, path: String| Record {
        method: method.to_owned(),
        path,
        service: None,
        ..refused(reason, Evidence::None)
    };
    let mine = |record: &Record| explain(record, &peopled(), Reader::Project(MINE), None).fix;
    // An id that is like none is not taken for the first one that there is.
    let far = routed(
        Reason::RouteNoSuchService,
        "POST",
        "/v1/infers/ffffffff-ffff-4fff-bfff-ffffffffffff".into(),
    );
    assert!(
        mine(&far)[0].starts_with("None of your services has a similar id"),
        "{:?}",
        mine(&far)
    );
    let near = routed(
        Reason::RouteNoSuchService,
        "POST",
        format!(
            "/v1/infers/{}/predictions/poetry",
            POETRY.to_string().replace("1234", "1235")
        ),
    );
    assert!(mine(&near)[0].starts_with("Call `POST"), "{:?}", mine(&near));
    // Without its dot segments.
    let dots = routed(
        Reason::RouteDotSegment,
        "POST",
        format!("/v1/infers/{POETRY}/a/%2E%2e/./b"),
    );
    assert!(
        mine(&dots)[0].contains(&format!("the path is `/v1/infers/{POETRY}/b`")),
        "{:?}",
        mine(&dots)
    );
    // What a browser asks has one answer.
    let preflight = Record {
        service: Some(POETRY),
        ..routed(
            Reason::RouteWrongMethod,
            "OPTIONS",
            format!("/v1/infers/{POETRY}/predictions/poetry"),
        )
    };
    assert_eq!(mine(&preflight).len(), 1, "{:?}", mine(&preflight));
    // Whoever may know of no service is told what is wrong with the path itself.
    let reader = Reader::Caller {
        holder: Holder::User(ADA),
        service: None,
    };
    let prefixed = routed(
        Reason::RouteNotAnApiAddress,
        "POST",
        format!("/v1/{MINE}/infers/{POETRY}"),
    );
    let told = fixes(&prefixed, reader);
    assert!(told.contains("Leave out the project id"), "{told}");
    let management = routed(
        Reason::RouteNotAnApiAddress,
        "GET",
        format!("/v1/{MINE}/services"),
    );
    let told = fixes(&management, reader);
    assert!(
        told.contains("on the control listener") && !told.contains("control.test"),
        "{told}"
    );
}

#[test]
fn credentials_are_named_in_no_english_words() {
    let evidence = Evidence::Credentials {
        sent: vec!["Authorization (another scheme)".into()],
        accepted: vec![
            "Authorization: SDK-HMAC-SHA256 (app)".into(),
            "X-HW-ID and X-HW-AppKey".into(),
        ],
        facts: Vec::new(),
        note: String::new(),
        holder: None,
    };
    let record = refused(Reason::CredentialsNotAccepted, evidence);
    let told = explain_in(
        &record,
        &peopled(),
        Reader::Project(MINE),
        None,
        Language::Chinese,
    );
    assert_eq!(told.compared[0].got, "Authorization（其他认证方式）");
    assert_eq!(
        told.fix,
        ["发送其中一种：Authorization: SDK-HMAC-SHA256（应用）；X-HW-ID 和 X-HW-AppKey。"]
    );
}

#[test]
fn a_name_that_a_shell_reads_otherwise_is_named_by_its_id() {
    let mut live = peopled();
    live.apply(
        1,
        Change::User(crate::tenant::User {
            id: ADA,
            name: "o'neil b$x".into(),
            domain: DOMAIN,
            ..sample::user()
        }),
    );
    live.apply(
        1,
        Change::App(crate::tenant::App {
            id: SHOP,
            project: MINE,
            name: "\u{5e94}\u{7528}".into(),
            ..sample::app()
        }),
    );
    let access = |reason, holder| {
        let evidence = Evidence::Access {
            way: String::new(),
            caller: "o'neil b$x".into(),
            caller_project: None,
            target_project: Some(MINE),
            action: String::from("modelarts:service:predict").into(),
            roles: Vec::new(),
            holder: Some(holder),
        };
        refused(reason, evidence)
    };
    let (user, app) = (Holder::User(ADA), Holder::App(SHOP));
    for (record, command) in [
        (
            refused(Reason::TokenUserDisabled, token_of(user)),
            format!("`adyton user enable {ADA}`"),
        ),
        (
            access(Reason::IamNotPermitted, user),
            format!("`adyton role grant {ADA} caller --project demo`"),
        ),
        (
            access(Reason::AppNotAuthorised, app),
            format!("`adyton app authorize {SHOP} poetry`"),
        ),
    ] {
        let told = explain(&record, &live, Reader::Project(MINE), None).fix.join(" ");
        assert!(told.contains(&command), "{command}: {told}");
    }
}

#[test]
fn a_throttle_names_a_number_that_can_be_typed() {
    let evidence = Evidence::Throttle {
        scope: ThrottleScope::Api,
        limit: 200,
        interval_seconds: 1,
        retry_after_ms: 5,
        setting: String::from("throttle.default").into(),
    };
    let told = fixes(&refused(Reason::ThrottleApi, evidence), Reader::Project(MINE));
    assert!(
        told.contains("`adyton service update poetry --calls-per-second 400`"),
        "{told}"
    );
}

#[test]
fn where_key_and_secret_are_swapped_no_key_is_looked_up() {
    let seen = crate::evidence::SignatureEvidence {
        key: "s3cret".into(),
        mistake: Some(crate::mistake::SigningMistake::AccessIsSecret.name().into()),
        ..crate::evidence::SignatureEvidence::default()
    };
    let reader = Reader::Caller {
        holder: Holder::App(SHOP),
        service: Some(POETRY),
    };
    for reader in [Reader::Project(MINE), reader] {
        let record = refused(Reason::AppUnknownKey, Evidence::Signature(Box::new(seen.clone())));
        let told = explain(&record, &peopled(), reader, None).fix;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("Key and secret are swapped"), "{told:?}");
    }
}
