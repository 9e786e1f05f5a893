//! Rows about what was sent: where to, how large, with which credentials.

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

pub(super) fn credentials(sent: &[String], accepted: &[String], language: Language) -> Compared {
    Compared::new(
        phrase!(language, "credentials", "凭证"),
        listed(accepted, phrase!(language, "valid ones", "有效的凭证"), language),
        listed(sent, phrase!(language, "none", "没有"), language),
    )
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
