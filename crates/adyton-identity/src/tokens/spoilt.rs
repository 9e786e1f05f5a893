//! What a text is that was sent as a token and has not the form of one: said so that people know what to change.

use adyton_core::fact::Fact;

use super::contents::TOKEN_LENGTH;

/// Whether one token was pasted twice.
pub(super) fn is_doubled(text: &[u8]) -> bool {
    text.len() == 2 * TOKEN_LENGTH && text[..TOKEN_LENGTH] == text[TOKEN_LENGTH..]
}

/// Whether it is what should have been replaced by a token: `$TOKEN`, `${TOKEN}`, `%TOKEN%`, `{{token}}`, `<token>`, `TOKEN`, or
/// how languages write a variable that is not set.
fn is_placeholder(text: &[u8]) -> bool {
    const MARKS: [(&[u8], &[u8]); 5] = [
        (b"$", b""),
        (b"%", b"%"),
        (b"{", b"}"),
        (b"<", b">"),
        (b"[", b"]"),
    ];
    let is_marked = MARKS
        .iter()
        .any(|(begin, end)| text.starts_with(begin) && text.ends_with(end));
    const WORDS: [&[u8]; 8] = [
        b"token",
        b"your_token",
        b"your-token",
        b"x-auth-token",
        b"null",
        b"none",
        b"undefined",
        b"nil",
    ];
    text.len() < 64 && (is_marked || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Whether it is the body of the answer that had the token in a header, or another JSON document.
fn is_answer(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"{").and_then(|text| text.strip_suffix(b"}"));
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(b"\"") && inside.contains(&b':'))
}

/// What it looks like. Nothing of the text itself is repeated.
pub(super) fn looks_like(text: &[u8]) -> Fact {
    let is_ours = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let lower = text.to_ascii_lowercase();
    let dotted = text.split(|byte| *byte == b'.').count() == 3 && text.starts_with(b"ey");
    if text.is_empty() {
        Fact::TokenEmpty
    } else if lower.starts_with(b"bearer") {
        Fact::TokenBearer
    } else if matches!(text.first(), Some(b'"' | b'\'' | b'`'))
        || matches!(text.last(), Some(b'"' | b'\'' | b'`'))
    {
        Fact::TokenQuoted
    } else if is_answer(text) {
        Fact::TokenIsAnswer
    } else if is_placeholder(text) {
        Fact::TokenPlaceholder
    } else if dotted {
        Fact::TokenJwt
    } else if text.starts_with(b"MII") && text.len() > TOKEN_LENGTH {
        Fact::TokenOfCloud
    } else if is_doubled(text) {
        Fact::TokenDoubled
    } else if text.contains(&b',') || text.contains(&b' ') {
        Fact::TokenNotAlone
    } else if (64..=180).contains(&text.len()) && text.len() != TOKEN_LENGTH && text.iter().all(is_ours) {
        Fact::TokenMaybeAppCode
    } else {
        Fact::TokenNoText
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_in_a_tokens_place_is_named() {
        let whole = "a".repeat(TOKEN_LENGTH);
        for (text, fact) in [
            (String::new(), Fact::TokenEmpty),
            (format!("Bearer {whole}"), Fact::TokenBearer),
            (format!("\"{whole}\""), Fact::TokenQuoted),
            (
                r#"{"token":{"methods":["password"]}}"#.to_owned(),
                Fact::TokenIsAnswer,
            ),
            (r#"{ "error_code": "x" }"#.to_owned(), Fact::TokenIsAnswer),
            ("$TOKEN".to_owned(), Fact::TokenPlaceholder),
            ("${TOKEN}".to_owned(), Fact::TokenPlaceholder),
            ("%TOKEN%".to_owned(), Fact::TokenPlaceholder),
            ("{{token}}".to_owned(), Fact::TokenPlaceholder),
            ("<your token>".to_owned(), Fact::TokenPlaceholder),
            ("TOKEN".to_owned(), Fact::TokenPlaceholder),
            ("undefined".to_owned(), Fact::TokenPlaceholder),
            ("eyJh.eyJz.c2ln".to_owned(), Fact::TokenJwt),
            (format!("MIIa{}", "b/+".repeat(100)), Fact::TokenOfCloud),
            (format!("{whole}{whole}"), Fact::TokenDoubled),
            (format!("{whole}, {whole}"), Fact::TokenNotAlone),
            ("c".repeat(64), Fact::TokenMaybeAppCode),
            ("?".to_owned(), Fact::TokenNoText),
        ] {
            assert_eq!(looks_like(text.as_bytes()), fact, "{text}");
        }
    }
}
