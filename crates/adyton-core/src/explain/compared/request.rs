//! Rows about what was sent: where to, how large, with which credentials.

use std::borrow::Cow;

use super::listed;
use crate::catalogue::Reason;
use crate::explain::units::{bytes, grouped};
use crate::explain::{Compared, Nearest};
use crate::language::{Language, message, phrase};
use crate::measured::Measured;

/// What differs from the nearest route.
pub(super) fn routes(nearest: &[Nearest], language: Language) -> Vec<Compared> {
    let differs = nearest.first().map(|route| route.differs.as_slice());
    let rows = differs.unwrap_or_default().iter().map(|difference| {
        let sent = match difference.sent.as_str() {
            "" => phrase!(language, "nothing", "无"),
            sent => sent,
        };
        Compared::new(
            difference.part.name_in(language),
            difference.published.clone(),
            sent.to_owned(),
        )
    });
    rows.collect()
}

pub(super) fn sizes(
    what: &Measured,
    limit: u64,
    declared: Option<u64>,
    measured: Option<u64>,
    language: Language,
) -> Vec<Compared> {
    let what = what.words_in(language);
    let expected = || message!(language, "at most {}", "最多 {}", bytes(limit, language));
    let seen = [
        (phrase!(language, "declared", "声明的"), declared),
        (phrase!(language, "measured", "实际的"), measured),
    ];
    let rows = seen.into_iter().filter_map(|(how, size)| {
        let size = size?;
        let over = match size.checked_sub(limit) {
            Some(over) if over > 0 => {
                message!(language, ", {} too many", "，超出 {}", grouped(over))
            }
            _ => String::new(),
        };
        Some(Compared::new(
            &message!(language, "{}, {}", "{}，{}", what, how),
            expected(),
            format!("{}{over}", bytes(size, language)),
        ))
    });
    rows.collect()
}

pub(super) fn credentials(
    reason: Option<Reason>,
    sent: &[String],
    accepted: &[String],
    language: Language,
) -> Compared {
    let said = |names: &[String]| -> Vec<String> {
        let said = names.iter().map(|name| credential(name, language).into_owned());
        said.collect()
    };
    Compared::new(
        phrase!(language, "credentials", "凭证"),
        listed(&said(accepted), wanted(reason, language), language),
        listed(&said(sent), phrase!(language, "none", "没有"), language),
    )
}

/// What the credentials should have been, where the evidence names no kinds.
fn wanted(reason: Option<Reason>, language: Language) -> &'static str {
    match reason {
        Some(Reason::AppCodeUnknown) => phrase!(language, "an AppCode that an app has", "某个应用的 AppCode"),
        Some(Reason::AppCodeEmpty) => phrase!(language, "an AppCode", "AppCode"),
        Some(Reason::AppCodeRepeated | Reason::AppKeyPairRepeated | Reason::AppRepeated) => {
            phrase!(language, "each header once", "每个请求头只出现一次")
        }
        Some(Reason::AppCodeDisabled) => phrase!(
            language,
            "a signature by AppKey and AppSecret",
            "使用 AppKey 和 AppSecret 的签名"
        ),
        Some(Reason::AppDisabled) => {
            phrase!(language, "those of an app that is enabled", "未停用的应用的凭证")
        }
        Some(Reason::AppKeyPairUnknown) => {
            phrase!(language, "an AppKey that an app has", "某个应用的 AppKey")
        }
        Some(Reason::AppKeyPairMismatch) => {
            phrase!(language, "the AppSecret of this AppKey", "该 AppKey 的 AppSecret")
        }
        Some(Reason::AppCodeInsecure | Reason::AppKeyPairInsecure) => {
            phrase!(language, "HTTPS, or a signature", "HTTPS 或签名")
        }
        _ => phrase!(language, "valid ones", "有效的凭证"),
    }
}

/// A kind of credentials as people say it. Records have the English words.
pub(in crate::explain) fn credential(name: &str, language: Language) -> Cow<'_, str> {
    match (language, name) {
        (Language::English, name) => Cow::Borrowed(name),
        (Language::Chinese, "X-HW-ID and X-HW-AppKey") => Cow::Borrowed("X-HW-ID 和 X-HW-AppKey"),
        (Language::Chinese, "Authorization (another scheme)") => {
            Cow::Borrowed("Authorization（其他认证方式）")
        }
        (Language::Chinese, "Authorization (a signature of an unknown scheme)") => {
            Cow::Borrowed("Authorization（未知方式的签名）")
        }
        (Language::Chinese, name) => match name.strip_suffix(" (app)") {
            Some(name) => Cow::Owned(format!("{name}（应用）")),
            None => match name.strip_suffix(" (AK/SK)") {
                Some(name) => Cow::Owned(format!("{name}（AK/SK）")),
                None => Cow::Borrowed(name),
            },
        },
    }
}

pub(super) fn input(reason: Option<Reason>, problem: String, language: Language) -> Compared {
    let expected = match reason {
        Some(Reason::ModelBadInput) => phrase!(language, "what the model declares", "符合模型声明的输入"),
        Some(Reason::ClientClosed) => phrase!(
            language,
            "a client that waits for the response",
            "等待响应的客户端"
        ),
        _ => phrase!(language, "a well-formed request", "格式正确的请求"),
    };
    let label = phrase!(language, "request", "请求");
    Compared::new(label, expected.to_owned(), problem)
}
