//! What the catalogue says of one code.

use serde::{Deserialize, Serialize};

use super::surface::Surface;
use crate::language::{Language, phrase};

/// Whose fault it is: the first question of whoever is woken up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The caller sent something wrong.
    Caller,
    /// The caller was right, but over a limit.
    Limit,
    /// Whoever owns the API or the model: it is stopped, broken or too slow.
    Owner,
    /// Adyton or the machine that it runs on.
    Platform,
}

impl Fault {
    /// Whose it is, in words.
    pub const fn whose_in(self, language: Language) -> &'static str {
        match self {
            Fault::Caller => phrase!(language, "the caller", "调用方"),
            Fault::Limit => phrase!(language, "nobody: a limit was reached", "无：达到上限"),
            Fault::Owner => phrase!(language, "the owner of the service or API", "服务或 API 的所有者"),
            Fault::Platform => phrase!(language, "Adyton or its machine", "Adyton 或其所在的机器"),
        }
    }

    /// The word used in metrics, logs and references.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Caller => "caller",
            Fault::Limit => "limit",
            Fault::Owner => "owner",
            Fault::Platform => "platform",
        }
    }
}

/// Whether sending the same request again can help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// No: change the request first.
    No,
    /// Yes, after a while (`Retry-After` says when, if it is known).
    Later,
    /// Only if the model may run twice: it may have started to work.
    IfSafe,
    /// When its owner has made the service run again; time alone does not.
    OnceMended,
}

impl Retry {
    /// The sentence in English.
    pub const fn advice(self) -> &'static str {
        self.advice_in(Language::English)
    }

    /// The sentence for people.
    pub const fn advice_in(self, language: Language) -> &'static str {
        match self {
            Retry::No => phrase!(language, "no: change the request first", "否：请先修改请求"),
            Retry::Later => phrase!(language, "yes, after a while", "可以，稍后重试"),
            Retry::IfSafe => phrase!(
                language,
                "only if the request may run twice",
                "仅当请求可以重复执行时"
            ),
            Retry::OnceMended => phrase!(
                language,
                "no: wait until the service runs again",
                "否：请等待服务恢复运行"
            ),
        }
    }
}

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The surface whose code it is. ModelArts and APIG show those of Adyton's own API too, where they have none.
    pub surface: Surface,
    /// The code on the wire, for example `APIG.0101`.
    pub wire: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The public message, without a final full stop.
    pub message: &'static str,
    /// Whose fault it is.
    pub fault: Fault,
    /// Whether to retry.
    pub retry: Retry,
    /// What is written of it alone, Markdown; [`Code::page`](super::Code::page) is the whole page.
    pub(super) written: &'static str,
}
