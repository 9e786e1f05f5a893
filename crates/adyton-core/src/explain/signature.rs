//! The autopsy of a signature, made readable: what the client said, what we computed, and the mistake between them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Compared;
use super::units::span;
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::{Evidence, SignatureEvidence};
use crate::fact;
use crate::language::{Language, message, phrase};
use crate::record::Record;
use crate::signing::WINDOW;

/// What is known of a signature. The canonical request is ours; what the client canonicalised cannot be seen, but
/// `adyton explain ID --canonical @FILE` compares a pasted one with it, line by line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignatureExplained {
    /// The key id as sent.
    pub key: String,
    /// The algorithm as sent.
    pub algorithm: String,
    /// The signed headers as sent.
    pub signed_headers: Vec<String>,
    /// `X-Sdk-Date` as sent.
    pub date: Option<String>,
    /// Our clock when it was checked.
    pub server_time: String,
    /// How many seconds the client's date is behind (positive) or ahead of (negative) our clock.
    pub skew_seconds: Option<i64>,
    /// `X-Sdk-Content-Sha256` as sent.
    pub declared_digest: Option<String>,
    /// The digest of the body that arrived.
    pub body_digest: Option<String>,
    /// Whether the two are the same; absent when nothing was declared or no digest computed.
    pub digest_matches: Option<bool>,
    /// The canonical request that we computed. Values of credential headers are replaced by their digest.
    pub canonical_request: Option<String>,
    /// The string to sign that we computed.
    pub string_to_sign: Option<String>,
    /// The name of the mistake that explains the signature.
    pub mistake: Option<String>,
    /// What to change in the client.
    pub advice: Option<String>,
    /// What else is known.
    pub note: String,
}

/// What the record says of a signature, if it says anything.
pub(super) fn of(record: &Record, language: Language) -> Option<SignatureExplained> {
    let Evidence::Signature(seen) = &record.evidence else {
        return None;
    };
    Some(SignatureExplained {
        key: seen.key.clone(),
        algorithm: seen.algorithm.clone(),
        signed_headers: seen
            .signed_headers
            .split(';')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        date: seen.date.clone(),
        server_time: seen.server_time.to_iso(),
        skew_seconds: skew_seconds(seen),
        declared_digest: seen.declared_digest.clone(),
        body_digest: seen.body_digest.map(|digest| digest.to_string()),
        digest_matches: digest_matches(seen),
        canonical_request: seen.canonical_request.clone(),
        string_to_sign: seen.string_to_sign.clone(),
        mistake: seen.mistake.clone(),
        advice: seen.advice_in(language),
        note: fact::clauses_in(&seen.facts, &seen.note, language).join(phrase!(language, "; ", "；")),
    })
}

/// What the reason and the evidence of a signed request compare: the date, the body's digest, the signature.
pub(super) fn compared(
    reason: Option<Reason>,
    seen: &SignatureEvidence,
    language: Language,
) -> Vec<Compared> {
    let mut rows = Vec::new();
    let not_sent = || phrase!(language, "not sent", "没有发送").to_owned();
    let date = seen.date.clone().unwrap_or_else(not_sent);
    let offset = skew_seconds(seen).map_or_else(String::new, |seconds| {
        let span = span(Duration::from_secs(seconds.unsigned_abs()), language);
        match seconds {
            0 => phrase!(language, ", no difference", "，没有偏差").to_owned(),
            1.. => message!(language, ", {} behind", "，慢 {}", span),
            _ => message!(language, ", {} ahead", "，快 {}", span),
        }
    });
    // Once the signature was found right, nothing of its date is kept.
    let is_dated = seen.server_time != Timestamp::default();
    rows.extend(is_dated.then(|| {
        Compared::new(
            "X-Sdk-Date",
            message!(
                language,
                "{} ± {} min (server time)",
                "{} ± {} 分钟（服务器时间）",
                seen.server_time.to_sdk_date(),
                WINDOW.as_secs() / 60
            ),
            format!("{date}{offset}"),
        )
    }));
    if let Some(declared) = &seen.declared_digest {
        let unknown = || phrase!(language, "the body's digest", "请求体的摘要").to_owned();
        let expected = seen.body_digest.map_or_else(unknown, |digest| digest.to_string());
        let label = phrase!(language, "body digest", "请求体摘要");
        rows.push(Compared::new(label, expected, declared.clone()));
    }
    let is_mismatch = matches!(
        reason,
        Some(
            Reason::AkskBadSignature
                | Reason::AkskSigningMistake
                | Reason::AppBadSignature
                | Reason::AppSecretMistake
                | Reason::AppSigningMistake
        )
    );
    rows.extend(is_mismatch.then(|| mismatch(seen, language)));
    rows
}

/// The signature itself: what it was to be made with, and the mistake that explains it.
fn mismatch(seen: &SignatureEvidence, language: Language) -> Compared {
    let got = match &seen.mistake {
        Some(mistake) => message!(
            language,
            "different: the client's mistake is `{}`",
            "不一致：客户端的错误是 `{}`",
            mistake
        ),
        None => phrase!(
            language,
            "different, and no known mistake explains it: the secret is wrong, or the body, a signed header or the URL was changed on the way",
            "不一致，也不属于任何已知的签名错误：密钥不对，或请求体、参与签名的请求头或 URL 在途中被改动"
        )
        .to_owned(),
    };
    Compared::new(
        phrase!(language, "signature", "签名"),
        message!(
            language,
            "computed with the secret of {} over the canonical request below",
            "用 {} 的密钥对下面的规范请求签名",
            seen.key
        ),
        got,
    )
}

/// Our clock minus the client's, in seconds.
fn skew_seconds(seen: &SignatureEvidence) -> Option<i64> {
    let date = Timestamp::from_sdk_date(seen.date.as_deref()?)?;
    Some(seen.server_time.seconds() - date.seconds())
}

/// Whether the declared digest is that of the body; `UNSIGNED-PAYLOAD` declares nothing.
pub(super) fn digest_matches(seen: &SignatureEvidence) -> Option<bool> {
    let declared = seen.declared_digest.as_deref()?;
    let body = seen.body_digest?;
    (declared != "UNSIGNED-PAYLOAD").then(|| declared.eq_ignore_ascii_case(&body.to_string()))
}
