//! What may be kept of a request: texts cut to a bound, values of credentials as digests.

use adyton_core::digest::Sha256;
use adyton_core::header::is_credential;
use adyton_core::hidden_query;
use adyton_core::id::AccessKeyId;
use adyton_core::shown::quoted_bytes;

/// The most characters that evidence keeps of one text that a client chose.
pub const TEXT_MAX: usize = 200;

/// The most bytes that evidence keeps of a canonical request.
pub const CANONICAL_MAX: usize = 3 * 1024;

/// A credential as evidence keeps it: enough to tell two apart.
pub fn digest(value: &[u8]) -> String {
    let digest = Sha256::of(value).to_string();
    format!("sha256:{}", digest.get(..16).unwrap_or_default())
}

/// A text of the client's, cut, without control characters.
pub fn cut(text: &[u8]) -> String {
    quoted_bytes(text, TEXT_MAX)
}

/// The public half of a credential, as evidence keeps it. What is no key of ours may be a secret in the wrong place (the
/// two halves swapped), so only a `known` key, or what cannot be a secret of ours by its shape, is kept whole.
pub fn key(text: &[u8], known: bool) -> String {
    match str::from_utf8(text) {
        Ok(text) if known || AccessKeyId::has_shape(text) || text.len() < 8 => cut(text.as_bytes()),
        _ => {
            let start = cut(text.get(..4).unwrap_or_default());
            format!("{start}… ({} characters, {})", text.len(), digest(text))
        }
    }
}

/// A canonical request for the evidence: values of credential headers, and of the query keys in `private_keys`, as
/// digests; cut at a line's end where it can be.
pub fn canonical(text: &str, private_keys: &[String]) -> String {
    let mut kept = String::with_capacity(text.len().min(CANONICAL_MAX));
    for (at, line) in text.split('\n').enumerate() {
        let line = match (at, line.split_once(':')) {
            (2, _) => hidden_query::hide(line, private_keys, digest).into_owned(),
            (3.., Some((name, value))) if is_credential(&name.to_ascii_lowercase()) => {
                format!("{name}:{}", digest(value.as_bytes()))
            }
            _ => line.to_owned(),
        };
        if kept.len() + line.len() > CANONICAL_MAX {
            let left = line.floor_char_boundary(CANONICAL_MAX.saturating_sub(kept.len()));
            kept.push_str(if at > 0 { "\n" } else { "" });
            kept.push_str(&line[..left]);
            kept.push_str("… (cut)");
            break;
        }
        if at > 0 {
            kept.push('\n');
        }
        kept.push_str(&line);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_digests_and_long_texts_are_cut() {
        let text = "GET\n/\ntoken=abc&to%6ben=abc&a=1\nhost:h\nx-auth-token:secret\n\nhost\nhash";
        let kept = canonical(text, &["token".to_owned()]);
        assert!(!kept.contains("secret") && !kept.contains("abc"), "{kept}");
        assert!(
            kept.contains("token=sha256:") && kept.contains("x-auth-token:sha256:"),
            "{kept}"
        );
        assert!(
            kept.starts_with("GET\n/\n") && kept.ends_with("\n\nhost\nhash"),
            "{kept}"
        );
        let long = format!("GET\n/{}\n\nhost:h", "ä".repeat(5_000));
        let kept = canonical(&long, &[]);
        assert!(kept.len() < CANONICAL_MAX + 32 && kept.ends_with("(cut)"));
    }
}
