//! The language that a call wants to be told things in: `Accept-Language`. Refusals, with their `error_msg`, are English.

use adyton_core::language::Language;
use http::{HeaderMap, header};

/// The language that the head prefers; English where it names none that there is.
pub(crate) fn of(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE);
    wanted
        .and_then(|value| value.to_str().ok())
        .and_then(Language::accepted)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_head_without_a_known_language_is_english() {
        let mut headers = HeaderMap::new();
        assert_eq!(of(&headers), Language::English);
        for (value, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("fr", Language::English),
        ] {
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(value));
            assert_eq!(of(&headers), language);
        }
    }
}
