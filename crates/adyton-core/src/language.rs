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

/// A message in both languages at once: `both!("{} bytes", "{} 字节", count)`. It is a [`Bilingual`].
#[macro_export]
#[doc(hidden)]
macro_rules! __both {
    ($english:literal, $chinese:literal $(, $($arguments:tt)*)?) => {
        $crate::language::Bilingual {
            english: ::std::format!($english $(, $($arguments)*)?),
            chinese: ::std::format!($chinese $(, $($arguments)*)?),
        }
    };
}

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::columns::is_han;
pub use crate::{__both as both, __message as message, __phrase as phrase};

/// The two texts of something that is said as it stands: English, Chinese.
pub type Words = (&'static str, &'static str);

/// What is said where the language of whoever reads it is not known yet. It is made of both texts, so that none can be forgotten.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bilingual {
    /// The English text, which is also what `Display` shows.
    pub english: String,
    /// The Chinese one.
    pub chinese: String,
}

impl Bilingual {
    /// The text in a language.
    pub fn text_in(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }

    /// What is the same in all languages, such as the words of a library.
    pub fn as_it_is(text: impl Into<String>) -> Self {
        let english = text.into();
        Self {
            chinese: english.clone(),
            english,
        }
    }
}

/// How both texts are kept in one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BothKept<'t> {
    en: Cow<'t, str>,
    zh: Cow<'t, str>,
}

impl Bilingual {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.english.is_empty()
    }

    /// Both texts as one that is kept.
    pub fn kept(&self) -> String {
        if self.english == self.chinese {
            return self.english.clone();
        }
        let both = BothKept {
            en: self.english.as_str().into(),
            zh: self.chinese.as_str().into(),
        };
        serde_json::to_string(&both).unwrap_or_else(|_| self.english.clone())
    }

    /// What was kept: by us, or before both were, in English alone.
    pub fn of_kept(kept: &str) -> Self {
        match serde_json::from_str::<BothKept<'_>>(kept) {
            Ok(both) => Self {
                english: both.en.into_owned(),
                chinese: both.zh.into_owned(),
            },
            Err(_) => Self::as_it_is(kept),
        }
    }
}

impl Serialize for Bilingual {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.kept())
    }
}

impl<'de> Deserialize<'de> for Bilingual {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|kept| Self::of_kept(&kept))
    }
}

impl From<Words> for Bilingual {
    fn from((english, chinese): Words) -> Self {
        Self {
            english: english.to_owned(),
            chinese: chinese.to_owned(),
        }
    }
}

impl std::fmt::Display for Bilingual {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.english)
    }
}

/// A Chinese text in which what was filled in stands as Chinese is set: a space between a Han character and a Latin one, none
/// beside full-width punctuation. What stands between backticks stays as it is; so does every other language.
pub fn spaced(text: String, language: Language) -> String {
    if language != Language::Chinese {
        return text;
    }
    let mut set = String::with_capacity(text.len() + 8);
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(letter) = letters.next() {
        if letter == '`' {
            // The space belongs outside of the quotation, on both of its sides.
            if !is_quoted && before.is_some_and(is_han) {
                set.push(' ');
            }
            is_quoted = !is_quoted;
            set.push(letter);
            if !is_quoted && letters.peek().copied().is_some_and(is_han) {
                set.push(' ');
            }
            before = Some(' ');
            continue;
        }
        if is_quoted {
            set.push(letter);
            continue;
        }
        let after = letters.peek().copied();
        let is_needless =
            letter == ' ' && (before.is_some_and(is_wide_mark) || after.is_some_and(is_wide_mark));
        if is_needless {
            continue;
        }
        let is_latin = |letter: char, bracket: char| letter.is_ascii_alphanumeric() || letter == bracket;
        let meets = |before: char| {
            (is_han(before) && is_latin(letter, '(')) || (is_latin(before, ')') && is_han(letter))
        };
        if before.is_some_and(meets) {
            set.push(' ');
        }
        set.push(letter);
        before = Some(letter);
    }
    set
}

/// Whether a Chinese text has a word of English outside of what it quotes: names and code stand between backticks or quotation marks.
/// For tests.
pub fn has_english(text: &str) -> bool {
    let outside: String = text.split(['`', '"']).step_by(2).collect();
    let mut words = outside.split(|letter: char| !letter.is_ascii_alphabetic());
    words.any(|word| word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_lowercase()))
}

/// Punctuation that has its space in itself.
fn is_wide_mark(letter: char) -> bool {
    matches!(
        letter,
        '，' | '。' | '；' | '：' | '、' | '（' | '）' | '！' | '？'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_set_as_chinese_is_set() {
        for (text, set) in [
            (
                "将URI控制在 12 字节（12 MiB） 以内",
                "将 URI 控制在 12 字节（12 MiB）以内",
            ),
            ("服务 ID不同", "服务 ID 不同"),
            ("在项目 demo (a1) 中", "在项目 demo (a1) 中"),
            ("执行`a 中b`即可，`x` 。", "执行 `a 中b` 即可，`x`。"),
            ("请求体，声明的", "请求体，声明的"),
            ("适用于项目 demo (a1)的凭证", "适用于项目 demo (a1) 的凭证"),
        ] {
            assert_eq!(spaced(text.to_owned(), Language::Chinese), set);
            assert_eq!(spaced(text.to_owned(), Language::English), text);
        }
    }

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
    fn both_texts_are_kept_in_one_and_a_text_of_before_stays_what_it_was() {
        let told = both!("{} rows", "{} 行", 3);
        assert_eq!(Bilingual::of_kept(&told.kept()), told);
        for before in ["model/config.json: is missing", "", "{", "{\"en\": 7}", "[]"] {
            let read = Bilingual::of_kept(before);
            assert_eq!((read.english.as_str(), read.chinese.as_str()), (before, before));
            assert_eq!(read.kept(), before);
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
