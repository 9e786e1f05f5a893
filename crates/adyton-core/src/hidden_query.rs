//! A query as it may be kept: the values of some keys are digests.
//!
//! Whoever reads a query decodes it, some of them twice, so keys are compared as they are once nothing is left to decode.
//! A value that is itself an address or a query with such a key (`?url=https%3A%2F%2Fh%2F%3Ftoken%3D…`) is hidden as a whole.
//! In doubt a value is hidden: a harmless one that is missing costs less than a secret that is kept.

use std::borrow::Cow;

macro_rules! credential_keys {
    ($first:literal $(, $key:literal)* $(,)?) => {
        /// Query keys by which clients send credentials, though none counts there: the journal keeps digests of their values
        /// unless a setting says otherwise.
        pub const CREDENTIAL_QUERY_KEYS: &[&str] = &[$first $(, $key)*];
        /// The same, as a setting lists them.
        pub const CREDENTIAL_QUERY_KEYS_LISTED: &str = concat!($first $(, ", ", $key)*);
    };
}

credential_keys!(
    "x-auth-token",
    "token",
    "access_token",
    "auth_token",
    "apikey",
    "api_key",
    "api-key",
    "x-api-key",
    "x-apig-appcode",
    "appcode",
    "app_code",
    "app-code",
    "signature",
    "x-hw-appkey",
    "appsecret",
    "app_secret",
    "secret",
    "secret_key",
    "password",
);

/// The query, what belongs to a key of `hidden` replaced by its `digest`.
pub fn hide<'q, S: AsRef<str>>(query: &'q str, hidden: &[S], digest: fn(&[u8]) -> String) -> Cow<'q, str> {
    if hidden.is_empty() || !query.split('&').any(|piece| has_key(piece, hidden)) {
        return Cow::Borrowed(query);
    }
    let mut shown = String::with_capacity(query.len());
    for (at, piece) in query.split('&').enumerate() {
        if at > 0 {
            shown.push('&');
        }
        match piece.split_once('=') {
            _ if !has_key(piece, hidden) => shown.push_str(piece),
            Some((key, value)) if !has_key(key, hidden) => {
                shown.push_str(key);
                shown.push('=');
                shown.push_str(&digest(value.as_bytes()));
            }
            // The secret begins before the first `=` that can be seen.
            _ => shown.push_str(&digest(piece.as_bytes())),
        }
    }
    Cow::Owned(shown)
}

/// Whether a piece of a query (`key=value`) is of one of these keys, or holds one, once it is decoded.
pub fn has_key<S: AsRef<str>>(piece: &str, keys: &[S]) -> bool {
    let decoded = decode(piece);
    decoded
        .split(|byte| matches!(byte, b'&' | b';' | b'?' | b'#'))
        .any(|piece| {
            let mut halves = piece.splitn(2, |byte| *byte == b'=');
            let key = halves.next().unwrap_or_default();
            // `key[]` and `key[0]` are how several values of `key` are written.
            let key = key.split(|byte| *byte == b'[').next().unwrap_or_default();
            let key = key.trim_ascii();
            halves.next().is_some_and(|value| !value.is_empty())
                && keys
                    .iter()
                    .any(|known| known.as_ref().as_bytes().eq_ignore_ascii_case(key))
        })
}

/// Decodes until nothing is left to decode (`%2574` is `t`); `+` is a space. One pass: what an escape gives may be a part of
/// another.
fn decode(text: &str) -> Cow<'_, [u8]> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut decoded = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        decoded.push(if byte == b'+' { b' ' } else { byte });
        while let [.., b'%', high, low] = decoded.as_slice()
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            decoded.truncate(decoded.len() - 3);
            decoded.push(match high << 4 | low {
                b'+' => b' ',
                byte => byte,
            });
        }
    }
    Cow::Owned(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: [&str; 2] = ["token", "access_token"];

    fn hidden(query: &str) -> Cow<'_, str> {
        hide(query, &HIDDEN, |value| format!("<{}>", value.len()))
    }

    #[test]
    fn values_of_hidden_keys_are_digests_however_the_key_is_written() {
        for (query, kept) in [
            ("a=1&TOKEN=LEAK&b", "a=1&TOKEN=<4>&b"),
            (
                "%74oken=LEAK&acc%65ss_token=LEAK",
                "%74oken=<4>&acc%65ss_token=<4>",
            ),
            ("%2574oken=LEAK", "%2574oken=<4>"),
            ("%25%37%34oken=LEAK", "%25%37%34oken=<4>"),
            ("%%374oken=LEAK", "%%374oken=<4>"),
            (
                "+token=LEAK&token+=LEAK&%20token=LEAK",
                "+token=<4>&token+=<4>&%20token=<4>",
            ),
            ("access%5Ftoken=LEAK", "access%5Ftoken=<4>"),
            ("token[]=LEAK&token%5B0%5D=LEAK", "token[]=<4>&token%5B0%5D=<4>"),
            ("token=LEAK=&token==LEAK", "token=<5>&token=<5>"),
        ] {
            assert_eq!(hidden(query), kept, "{query}");
        }
    }

    #[test]
    fn a_secret_inside_of_another_value_is_hidden_with_it() {
        for (query, kept) in [
            ("token%3DLEAK", "<12>"),
            ("a=1%26token=LEAK&b=2", "a=<14>&b=2"),
            ("a=1;token=LEAK", "a=<12>"),
            ("url=https%3A%2F%2Fh%2F%3Ftoken%3DLEAK", "url=<33>"),
            ("a;token%3DLEAK=1", "<16>"),
        ] {
            assert_eq!(hidden(query), kept, "{query}");
        }
    }

    #[test]
    fn what_is_harmless_stays_as_it_was_sent() {
        for query in [
            "",
            "a=1&b",
            "token",
            "token=",
            "tokens=1",
            "a=token",
            "x=%74oken",
            "100%=%zz&%=1",
        ] {
            assert!(
                matches!(hidden(query), Cow::Borrowed(kept) if kept == query),
                "{query}"
            );
        }
        assert_eq!(hide("token=1", &[] as &[&str], |_| String::new()), "token=1");
    }
}
