//! What the server's log says of a refused management call: these calls are not in the journal, so their log line carries
//! what identity compared. Never a secret: evidence holds none, and of its texts only those below are taken.

use adyton_core::evidence::{Evidence, SignatureEvidence};
use adyton_core::fact;
use adyton_core::holder::Holder;
use adyton_core::language::Language;

use crate::failure::Failure;

/// Why, in one line; empty for what the public answer says whole.
pub(crate) fn summary(failure: &Failure) -> String {
    let refusal = match failure {
        Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal) => refusal,
        // Told in public too, but only whoever reads the log can change the settings that they name.
        Failure::Host { .. } | Failure::Origin { .. } => return failure.to_string(),
        _ => return String::new(),
    };
    let mut facts = vec![refusal.reason.sub_code().to_owned()];
    match &*refusal.evidence {
        Evidence::Signature(seen) => facts.extend(signature(seen)),
        evidence @ Evidence::Token { .. } => facts.extend(evidence.clauses()),
        evidence @ Evidence::Credentials { sent, .. } => {
            facts.extend(evidence.clauses());
            if !sent.is_empty() {
                facts.push(format!("sent: {}", sent.join(", ")));
            }
        }
        Evidence::Access { holder, action, .. } => {
            let who = match holder {
                Some(Holder::User(id)) => format!("user {id}"),
                Some(Holder::App(id)) => format!("app {id}"),
                None => "nobody".to_owned(),
            };
            facts.push(format!("{who} requested {}", action.words_in(Language::English)));
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
    facts.join("; ")
}

fn signature(seen: &SignatureEvidence) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(mistake) = &seen.mistake {
        facts.push(format!("mistake {mistake}"));
    }
    facts.extend(seen.advice());
    facts.extend(fact::clauses(&seen.facts, &seen.note));
    if !seen.key.is_empty() {
        facts.push(format!("key {}", seen.key));
    }
    if let Some(date) = &seen.date {
        facts.push(format!(
            "signed {date}, server {}",
            seen.server_time.to_sdk_date()
        ));
    }
    if !seen.signed_headers.is_empty() {
        facts.push(format!("headers {}", seen.signed_headers));
    }
    facts
}

#[cfg(test)]
mod tests {
    use adyton_core::catalogue::Reason;
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
        assert_eq!(summary(&Failure::OtherProject), "");
    }
}
