//! Credentials that are missing, wrong or not enough.

use std::time::Duration;

use expect_test::expect;

use super::*;
use crate::digest::Sha256;
use crate::evidence::SignatureEvidence;
use crate::language::Language;

#[test]
fn an_expired_token() {
    let record = refused(
        Reason::TokenExpired,
        Evidence::Token {
            key_id: Some("3".into()),
            length: 240,
            issued_at: Some(at().before(Duration::from_secs(27 * 3600))),
            expires_at: Some(at().before(Duration::from_secs(3 * 3600))),
            server_time: at(),
            facts: Vec::new(),
            note: String::new(),
            holder: None,
        },
    );
    expect![[r#"
        401  APIG.0301  token.expired
        Refused at authenticate: the token has expired.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✗  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Compared
          expires
            expected    after 2026-01-15T08:15:30.123456Z (server time)
            got         2026-01-15T05:15:30.123456Z, 3 h 0 min ago
          issued
            expected    not after 2026-01-15T08:15:30.123456Z (server time)
            got         2026-01-14T05:15:30.123456Z, 27 h 0 min ago

        Fix
          1. Get a new one: `adyton login` or `POST /v3/auth/tokens`. Programs should renew when
             `expires_at` is near, or sign with an access key, which does not expire.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_token_that_does_not_open() {
    let record = refused(
        Reason::TokenUndecryptable,
        Evidence::Token {
            key_id: Some("3".into()),
            length: 180,
            issued_at: None,
            expires_at: None,
            server_time: at(),
            facts: Vec::new(),
            note: "tokens of key 3 have 240 characters".into(),
            holder: None,
        },
    );
    expect![[r#"
        401  APIG.0301  token.undecryptable
        Refused at authenticate: the token names a key of this installation but cannot be opened: it was
        truncated or changed.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✗  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Compared
          token
            expected    issued by this installation, complete and unchanged
            got         key 3, 180 characters

        Note
          Tokens of key 3 have 240 characters.

        Fix
          1. Compare the length of the token where it is sent with its length where it was issued, and store
             tokens where they fit completely. To get a new one: `adyton login` or `POST /v3/auth/tokens`.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn no_credentials_at_all() {
    let record = refused(
        Reason::CredentialsMissing,
        Evidence::Credentials {
            sent: vec![],
            accepted: vec!["X-Auth-Token".into(), "Authorization: SDK-HMAC-SHA256".into()],
            facts: Vec::new(),
            note: String::new(),
            holder: None,
        },
    );
    expect![[r#"
        401  APIG.0301  credentials.missing
        Refused at authenticate: no credentials were sent.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✗  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Compared
          credentials
            expected    X-Auth-Token, Authorization: SDK-HMAC-SHA256
            got         none

        Fix
          1. Send one of: X-Auth-Token; Authorization: SDK-HMAC-SHA256.
          2. Send `X-Auth-Token: TOKEN`, or sign the request with an access key. To try it:
             `adyton predict poetry --auth token`, or
             `adyton sign POST http://models.example:8080/v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry`,
             which prints the headers to send.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_signature_with_a_mistake() {
    let record = Record {
        request_bytes: 19,
        ..refused(
            Reason::AppSigningMistake,
            Evidence::Signature(Box::new(SignatureEvidence {
                key: "0123456789abcdef0123456789abcdef".into(),
                algorithm: "SDK-HMAC-SHA256".into(),
                signed_headers: "content-type;host;x-sdk-date".into(),
                date: Some("20260115T081235Z".into()),
                server_time: at(),
                declared_digest: None,
                body_digest: Some(Sha256::of(b"{\"text\":\"The moon\"}")),
                canonical_request: Some(format!(
                    "POST\n/v1/infers/{POETRY}/predictions/poetry/\n\ncontent-type:application/json\nhost:models.example:\
                     8080\nx-sdk-date:20260115T081235Z\n\ncontent-type;host;x-sdk-date\n{}",
                    Sha256::of(b"{\"text\":\"The moon\"}")
                )),
                string_to_sign: Some(format!(
                    "SDK-HMAC-SHA256\n20260115T081235Z\n{}",
                    Sha256::of(b"canonical")
                )),
                mistake: Some("no_final_slash".into()),
                advice: Some("end the path of the canonical request with `/`".into()),
                facts: Vec::new(),
                note: String::new(),
            })),
        )
    };
    expect![[r#"
        401  APIG.0303  app.signing_mistake
        Refused at authenticate: the signature matches once a known signing mistake is undone.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✗  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Compared
          X-Sdk-Date
            expected    20260115T081530Z ± 15 min (server time)
            got         20260115T081235Z, 2 min 55 s behind
          signature
            expected    computed with the secret of 0123456789abcdef0123456789abcdef over the canonical
                        request below
            got         different: the client's mistake is `no_final_slash`

        Signature
          key         0123456789abcdef0123456789abcdef
          algorithm   SDK-HMAC-SHA256
          signed      content-type host x-sdk-date
          mistake     no_final_slash

        Canonical request, as the gateway computed it
          │ POST
          │ /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry/
          │
          │ content-type:application/json
          │ host:models.example:8080
          │ x-sdk-date:20260115T081235Z
          │
          │ content-type;host;x-sdk-date
          │ 8e7a82cbe864395060dabc17cd8a4b427ad58d62cecea637c5e6f269a03eb089

        String to sign, as the gateway computed it
          │ SDK-HMAC-SHA256
          │ 20260115T081235Z
          │ 0deeb8fa1dbbee4c0dbe7f5e3c9183940139f26d22797ee8ab07c00557a4c2ff

        Note
          The body (19 bytes) was read before the refusal: a signature can be verified only after the body's
          last byte. The model did not receive it.

        Fix
          1. End the path of the canonical request with `/`.
          2. Print the canonical request in your client, save it, and compare it with
             `adyton explain 019bc0b9554b0000010000000000002a --canonical @FILE`.
          3. Change the signer accordingly, or use an official one.
             `adyton sign POST http://models.example:8080/v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry`
             prints a correct canonical request to compare with.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn an_app_without_authorisation() {
    let record = Record {
        caller: Some(CallerSeen {
            way: "app_signature".into(),
            id: "a1".into(),
            name: "shop".into(),
        }),
        ..refused(
            Reason::AppNotAuthorised,
            Evidence::Access {
                way: String::new(),
                caller: "app shop".into(),
                caller_project: Some(MINE),
                target_project: Some(MINE),
                action: String::from("call the API").into(),
                roles: vec![],
                holder: None,
            },
        )
    };
    expect![[r#"
        403  APIG.0304  app.not_authorised
        Refused at authorise: the app is not authorised for this API.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      shop, by app signature
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✗  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Compared
          authorisation
            expected    the app is authorised for the API of poetry
            got         none

        Fix
          1. Authorise it: `adyton app authorize shop poetry`.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_user_without_a_role() {
    let record = Record {
        caller: Some(CallerSeen {
            way: "aksk".into(),
            id: "u2".into(),
            name: "audrey".into(),
        }),
        ..refused(
            Reason::IamNotPermitted,
            Evidence::Access {
                way: String::new(),
                caller: "user audrey".into(),
                caller_project: Some(MINE),
                target_project: Some(MINE),
                action: String::from("modelarts:service:predict").into(),
                roles: vec!["auditor".into()],
                holder: None,
            },
        )
    };
    expect![[r#"
        403  APIG.0302  iam.not_permitted
        Refused at authorise: no role of the user permits the action.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      audrey, by access key (AK/SK)
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✗  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Compared
          role
            expected    one that permits modelarts:service:predict
            got         auditor

        Fix
          1. Ask an administrator to grant audrey the role `caller` in project demo
             (000000000000000000000000000000a1), which permits modelarts:service:predict:
             `adyton role grant audrey caller --project demo`. It takes effect immediately, also for tokens
             issued before.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn comparing_the_canonical_requests_is_advised_once() {
    for reason in [
        Reason::AkskBadSignature,
        Reason::AkskSigningMistake,
        Reason::AppBadSignature,
        Reason::AppSecretMistake,
        Reason::AppSigningMistake,
    ] {
        let evidence = Evidence::Signature(Box::new(SignatureEvidence {
            canonical_request: Some("POST".into()),
            ..SignatureEvidence::default()
        }));
        let fixes = explained(&refused(reason, evidence)).fix;
        let advised = fixes.iter().filter(|fix| fix.contains("--canonical @FILE"));
        assert_eq!(advised.count(), 1, "{reason}: {fixes:#?}");
    }
}

#[test]
fn app_credentials_at_the_prediction_tab_are_sent_to_the_api_address_and_nothing_is_said_twice() {
    let fixes = |door, reason| {
        let evidence = Evidence::Credentials {
            sent: vec!["X-Apig-AppCode".into()],
            accepted: vec!["X-Auth-Token".into()],
            facts: Vec::new(),
            note: String::new(),
            holder: None,
        };
        let record = Record {
            door,
            ..refused(reason, evidence)
        };
        explain(&record, &live(), Reader::Project(MINE), None).fix
    };
    // The catalogue's advice, with the names of this request.
    let is_general = |fix: &str, reason: Reason| {
        let advice = reason.section_in(Language::English).fix;
        fix.starts_with(advice.get(..20).unwrap_or(advice))
    };
    let there = "With app credentials call the API address";
    let is_told = |fixes: &[String]| fixes.iter().any(|fix| fix.starts_with(there));

    let at_tab = fixes(Door::PredictionTab, Reason::CredentialsNotAccepted);
    assert!(at_tab[0].starts_with("Send one of: X-Auth-Token"), "{at_tab:?}");
    assert!(is_told(&at_tab) && at_tab.len() == 2, "{at_tab:?}");

    let at_address = fixes(Door::Address, Reason::CredentialsNotAccepted);
    assert!(!is_told(&at_address) && at_address.len() == 2, "{at_address:?}");
    assert!(
        at_address[1].contains("`adyton app authorize APP poetry`"),
        "{at_address:?}"
    );

    // Whoever sent nothing did not send an app's credentials.
    let nothing = fixes(Door::PredictionTab, Reason::CredentialsMissing);
    assert!(!is_told(&nothing) && nothing.len() == 2, "{nothing:?}");
    assert!(is_general(&nothing[1], Reason::CredentialsMissing), "{nothing:?}");
}

#[test]
fn of_a_signature_that_was_right_only_the_digests_are_compared() {
    let seen = SignatureEvidence {
        declared_digest: Some("ab".repeat(32)),
        ..SignatureEvidence::default()
    };
    let told = text(&refused(
        Reason::AkskBodyDigest,
        Evidence::Signature(Box::new(seen)),
    ));
    assert!(told.contains("body digest"), "{told}");
    for absent in ["1970", "X-Sdk-Date", "key  ", "signed  "] {
        assert!(!told.contains(absent), "{absent}: {told}");
    }
}
