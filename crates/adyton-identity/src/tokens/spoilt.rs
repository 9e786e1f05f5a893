//! What a text is that was sent as a token and has not the form of one: said so that people know what to change.

use super::contents::TOKEN_LENGTH;

/// Whether one token was pasted twice.
pub(super) fn is_doubled(text: &[u8]) -> bool {
    text.len() == 2 * TOKEN_LENGTH && text[..TOKEN_LENGTH] == text[TOKEN_LENGTH..]
}

/// What it looks like. Nothing of the text itself is repeated.
pub(super) fn told(text: &[u8]) -> &'static str {
    let is_ours = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let lower = text.to_ascii_lowercase();
    let dotted = text.split(|byte| *byte == b'.').count() == 3 && text.starts_with(b"ey");
    if text.is_empty() {
        "the header is empty"
    } else if lower.starts_with(b"bearer") {
        "it starts with `Bearer`: send the token alone"
    } else if matches!(text.first(), Some(b'"' | b'\'' | b'`'))
        || matches!(text.last(), Some(b'"' | b'\'' | b'`'))
    {
        "it has quotation marks around it: send only what is between them"
    } else if dotted {
        "it is a JSON Web Token (JWT), of another system: tokens of this installation come from `POST /v3/auth/tokens`"
    } else if is_doubled(text) {
        "the token stands there twice, one after the other: send it once"
    } else if text.contains(&b',') || text.contains(&b' ') {
        "there is more than one token, or something else, in the header: a comma or a space is no part of a token"
    } else if (64..=180).contains(&text.len()) && text.len() != TOKEN_LENGTH && text.iter().all(is_ours) {
        "it is no token; by its length it may be an AppCode, which goes into `X-Apig-AppCode`"
    } else {
        "a token of ours is base64url text; what was sent is not, or is too short"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_in_a_tokens_place_is_named() {
        let whole = "a".repeat(TOKEN_LENGTH);
        for (text, says) in [
            (String::new(), "empty"),
            (format!("Bearer {whole}"), "`Bearer`"),
            (format!("\"{whole}\""), "quotation marks"),
            ("eyJh.eyJz.c2ln".to_owned(), "JWT"),
            (format!("{whole}{whole}"), "twice"),
            (format!("{whole}, {whole}"), "more than one"),
            ("c".repeat(64), "AppCode"),
            ("?".to_owned(), "base64url"),
        ] {
            assert!(
                told(text.as_bytes()).contains(says),
                "{text}: {}",
                told(text.as_bytes())
            );
        }
    }
}
