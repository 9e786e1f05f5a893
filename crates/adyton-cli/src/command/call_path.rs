//! The path of a call, from what people write: with a space, with `%20`, or as a model declares it.

use adyton_core::live::route::encoded;

/// A path as it is sent. What is already escaped stays so, and `?` begins a query; everything that may not stand in an address gets
/// its escapes.
pub(super) fn sent(written: &str) -> String {
    let (path, query) = match written.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (written, None),
    };
    let path = escaped(path, "");
    match query {
        None => path,
        Some(query) => format!("{path}?{}", escaped(query, "?")),
    }
}

/// The path that was written, without a query and escapes.
pub(super) fn decoded(written: &str) -> String {
    let path = written.split('?').next().unwrap_or(written);
    percent_encoding::percent_decode_str(path)
        .decode_utf8_lossy()
        .into_owned()
}

/// Escapes all but what is escaped, what a path may hold, and `more`.
fn escaped(text: &str, more: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let is_escape = || {
            let digits = text.as_bytes().get(at + 1..at + 3);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        if more.contains(letter) || (letter == '%' && is_escape()) {
            out.push(letter);
        } else {
            out.push_str(&encoded(letter.encode_utf8(&mut [0; 4])));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_in_an_address_is_escaped_once() {
        for (written, expected) in [
            ("/predictions/poetry", "/predictions/poetry"),
            ("with space", "with%20space"),
            ("with%20space", "with%20space"),
            ("/a%b", "/a%25b"),
            ("/50%", "/50%25"),
            ("/grüße", "/gr%C3%BC%C3%9Fe"),
            ("/a?b=c d&e=%2F?", "/a?b=c%20d&e=%2F?"),
            ("/a#b", "/a%23b"),
        ] {
            assert_eq!(sent(written), expected, "{written}");
        }
        assert_eq!(decoded("/with%20space?a=b"), "/with space");
    }
}
