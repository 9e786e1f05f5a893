//! What the server's log says of a refused management call: these calls are not in the journal, so their log line carries
//! what identity compared. Never a secret: evidence holds none, and of its texts only those below are taken.

use adyton_core::evidence::{Evidence, SignatureEvidence};
use adyton_core::fact;
use adyton_core::holder::Holder;
use adyton_core::language::{Language, message, phrase};

use crate::failure::Failure;

/// Why, in one line; empty for what the public answer says whole.
pub(crate) fn summary(failure: &Failure) -> String {
    summary_in(failure, Language::English)
}

/// The same in a language: explanations have both.
pub(crate) fn summary_in(failure: &Failure, language: Language) -> String {
    let refusal = match failure {
        Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal) => refusal,
        // Told in public too, but only whoever reads the log can change the settings that they name.
        Failure::Host { .. } | Failure::Origin { .. } => return failure.told_in(language),
        _ => return String::new(),
    };
    let mut facts = vec![refusal.reason.sub_code().to_owned()];
    match &*refusal.evidence {
        Evidence::Signature(seen) => facts.extend(signature(seen, language)),
        evidence @ Evidence::Token { .. } => facts.extend(evidence.clauses_in(language)),
        evidence @ Evidence::Credentials { sent, .. } => {
            facts.extend(evidence.clauses_in(language));
            if !sent.is_empty() {
                facts.push(message!(language, "sent: {}", "已发送：{}", sent.join(", ")));
            }
        }
        Evidence::Access { holder, action, .. } => {
            let who = match holder {
                Some(Holder::User(id)) => message!(language, "user {}", "用户 {} ", id),
                Some(Holder::App(id)) => message!(language, "app {}", "应用 {} ", id),
                None => phrase!(language, "an unknown caller", "未知的调用方").to_owned(),
            };
            facts.push(message!(
                language,
                "{} requested {}",
                "{}请求了 {}",
                who,
                action.words_in(language)
            ));
        }
        Evidence::None
        | Evidence::Route { .. }
        | Evidence::Size { .. }
        | Evidence::Throttle { .. }
        | Evidence::Service { .. }
        | Evidence::Restarting { .. }
        | Evidence::LeftOut { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::Request { .. } => {}
    }
    facts.retain(|fact| !fact.is_empty());
    facts.join(phrase!(language, "; ", "；"))
}

fn signature(seen: &SignatureEvidence, language: Language) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(mistake) = &seen.mistake {
        facts.push(message!(language, "mistake {}", "错误 {}", mistake));
    }
    facts.extend(seen.advice_in(language));
    facts.extend(fact::clauses_in(&seen.facts, &seen.note, language));
    if !seen.key.is_empty() {
        facts.push(message!(language, "key {}", "密钥 {}", seen.key));
    }
    if let Some(date) = &seen.date {
        facts.push(message!(
            language,
            "signed {}, server {}",
            "签名时间 {}，服务器时间 {}",
            date,
            seen.server_time.to_sdk_date()
        ));
    }
    if !seen.signed_headers.is_empty() {
        facts.push(message!(language, "headers {}", "请求头 {}", seen.signed_headers));
    }
    facts
}

#[cfg(test)]
mod tests {
    use adyton_core::catalogue::Reason;
    use adyton_core::fact::Fact;
    use adyton_core::refusal::Refusal;
    use adyton_core::requested::Requested;
    use adyton_core::sample;

    use super::*;

    #[test]
    fn the_log_names_what_was_compared() {
        let seen = SignatureEvidence {
            key: "AK".to_owned(),
            mistake: Some("path.no_trailing_slash".to_owned()),
            facts: vec![fact::Fact::KeyUnknown],
            ..SignatureEvidence::default()
        };
        let refusal = Refusal::new(Reason::AkskSigningMistake, Evidence::Signature(Box::new(seen)));
        assert_eq!(
            summary(&Failure::Unauthenticated(Box::new(refusal))),
            "aksk.signing_mistake; mistake path.no_trailing_slash; The path was signed without the `/` at its end: end the canonical path with `/`, also where the URL has none.; no key has this id: it was deleted or mistyped, or belongs to another installation; key AK"
        );
        let evidence = Evidence::Access {
            way: String::new(),
            caller: String::new(),
            caller_project: None,
            target_project: None,
            action: Requested::Action("iam:tokens:revoke".to_owned()),
            roles: Vec::new(),
            holder: Some(Holder::User(sample::USER)),
        };
        let refusal = Refusal::new(Reason::IamNotPermitted, evidence);
        assert_eq!(
            summary(&Failure::SubjectToken(Box::new(refusal))),
            format!(
                "iam.not_permitted; user {} requested iam:tokens:revoke",
                sample::USER
            )
        );
    }

    fn told(evidence: Evidence) -> String {
        let refusal = Refusal::new(Reason::TokenExpired, evidence);
        summary(&Failure::Unauthenticated(Box::new(refusal)))
    }

    #[test]
    fn of_a_signature_the_log_names_its_date_and_its_headers_too() {
        let seen = SignatureEvidence {
            date: Some("20260115T081530Z".to_owned()),
            server_time: sample::long_ago(),
            signed_headers: "host;x-sdk-date".to_owned(),
            ..SignatureEvidence::default()
        };
        assert_eq!(
            told(Evidence::Signature(Box::new(seen))),
            format!(
                "token.expired; signed 20260115T081530Z, server {}; headers host;x-sdk-date",
                sample::long_ago().to_sdk_date()
            )
        );
    }

    #[test]
    fn of_a_token_and_of_credentials_the_log_names_what_was_found_out_and_what_was_sent() {
        let token = Evidence::Token {
            key_id: None,
            length: 9,
            issued_at: None,
            expires_at: None,
            server_time: sample::long_ago(),
            facts: vec![Fact::TokenKeyUnknown],
            note: String::new(),
            holder: None,
        };
        let found = Fact::TokenKeyUnknown.words();
        assert_eq!(told(token), format!("token.expired; {found}"));
        let credentials = |sent: &[&str]| Evidence::Credentials {
            sent: sent.iter().map(|one| (*one).to_owned()).collect(),
            accepted: vec!["X-Auth-Token".to_owned()],
            facts: Vec::new(),
            note: String::new(),
            holder: None,
        };
        assert_eq!(told(credentials(&[])), "token.expired");
        assert_eq!(
            told(credentials(&["X-HW-AppKey", "Authorization"])),
            "token.expired; sent: X-HW-AppKey, Authorization"
        );
    }

    #[test]
    fn whoever_may_not_is_named_by_their_id_or_as_nobody() {
        let access = |holder| Evidence::Access {
            way: String::new(),
            caller: String::new(),
            caller_project: None,
            target_project: None,
            action: Requested::Action("a:b".to_owned()),
            roles: Vec::new(),
            holder,
        };
        assert_eq!(
            told(access(Some(Holder::App(sample::APP)))),
            format!("token.expired; app {} requested a:b", sample::APP)
        );
        assert_eq!(
            told(access(None)),
            "token.expired; an unknown caller requested a:b"
        );
    }

    #[test]
    fn names_and_origins_that_are_not_the_servers_own_are_told_as_in_public_and_all_else_by_its_reason_alone()
    {
        let host = Failure::Host {
            host: "evil.example".to_owned(),
        };
        let origin = Failure::Origin {
            sent: "`Origin: http://evil.example`".to_owned(),
        };
        for failure in [host, origin] {
            let said = summary(&failure);
            assert!(
                said.contains("evil.example") && said == failure.to_string(),
                "{said}"
            );
        }
        assert_eq!(told(Evidence::None), "token.expired");
        let size = Evidence::Size {
            what: adyton_core::measured::Measured::Body,
            limit: 1,
            declared: None,
            measured: None,
            setting: "limits.address_body".to_owned(),
        };
        assert_eq!(told(size), "token.expired");
        assert_eq!(summary(&Failure::OtherProject), "");
        assert_eq!(summary(&Failure::Defect("a secret of ours".to_owned())), "");
    }
}
