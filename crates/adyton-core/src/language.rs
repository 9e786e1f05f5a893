//! The languages in which people are told things, and the two macros with which everything is told: [`phrase!`] and
//! [`message!`], whose texts stand side by side.
//!
//! What must hold: a message without one of its texts does not compile, and neither does one whose texts do not all have what
//! is filled in. Codes, `error_msg`, `--json`, logs, `--help` and the reference are English, whoever reads them.

/// A language that everything is told in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English: where nothing else is asked for.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// As `--lang` and `Accept-Language` have it.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// The language of a tag (`zh-CN`) or a locale (`zh_CN.UTF-8`), by its first part; `None` for one that nothing is told in.
    pub fn parse(name: &str) -> Option<Self> {
        let first = name.split(['-', '_', '.', '@']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(first.trim()))
    }

    /// The one that a header `Accept-Language` prefers; `None` if it names none that there is.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',') {
            let (name, rest) = part.split_once(';').unwrap_or((part, ""));
            let weight = match rest.trim().strip_prefix("q=") {
                Some(weight) => weight.trim().parse().unwrap_or(0.0),
                None => 1.0,
            };
            if let Some(language) = Self::parse(name)
                && weight > best.map_or(0.0, |(most, _)| most)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// A text of ours in a language: `phrase!(language, "nothing", "无")`. It is `&'static str` and fills nothing in.
#[macro_export]
#[doc(hidden)]
macro_rules! __phrase {
    ($language:expr, $english:expr, $chinese:expr $(,)?) => {
        match $language {
            $crate::language::Language::English => $english,
            $crate::language::Language::Chinese => $chinese,
        }
    };
}

/// A message in a language, with what is filled in: `message!(language, "{} bytes", "{} 字节", count)`. It is a `String`; each
/// text must use every argument, else it does not compile.
#[macro_export]
#[doc(hidden)]
macro_rules! __message {
    ($language:expr, $english:literal, $chinese:literal $(, $($arguments:tt)*)?) => {
        match $language {
            $crate::language::Language::English => ::std::format!($english $(, $($arguments)*)?),
            $crate::language::Language::Chinese => ::std::format!($chinese $(, $($arguments)*)?),
        }
    };
}

pub use crate::{__message as message, __phrase as phrase};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_locales_name_a_language_by_their_first_part() {
        for (name, language) in [
            ("zh", Some(Language::Chinese)),
            ("zh-CN", Some(Language::Chinese)),
            ("zh_CN.UTF-8", Some(Language::Chinese)),
            ("ZH", Some(Language::Chinese)),
            ("en_GB.UTF-8", Some(Language::English)),
            ("C.UTF-8", None),
            ("POSIX", None),
            ("zhuang", None),
            ("", None),
        ] {
            assert_eq!(Language::parse(name), language, "{name}");
        }
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
        }
    }

    #[test]
    fn accept_language_is_weighed() {
        for (header, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Language::Chinese)),
            ("en;q=0.5, zh;q=0.7", Some(Language::Chinese)),
            ("en, zh", Some(Language::English)),
            ("fr, zh;q=0.1", Some(Language::Chinese)),
            ("zh;q=0, en;q=0.1", Some(Language::English)),
            ("zh;q=0", None),
            ("zh;q=much", None),
            ("fr, *", None),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn a_message_fills_the_same_into_both_texts() {
        let said = |language| message!(language, "{count} of {}", "{} 之 {count}", 9, count = 3);
        assert_eq!(said(Language::English), "3 of 9");
        assert_eq!(said(Language::Chinese), "9 之 3");
        assert_eq!(phrase!(Language::Chinese, "nothing", "无"), "无");
    }
}
