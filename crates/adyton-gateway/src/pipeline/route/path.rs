//! A path is decoded once, and every step uses the result.

use std::borrow::Cow;

use adyton_sign::EncodedSlash;

/// Why a path is no path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// A broken escape, or bytes that are not UTF-8.
    Encoding,
    /// A `.` or `..` segment.
    DotSegment,
}

/// A slash that was sent encoded and is kept so: no slash, and no character that a path can have. Paths are declared decoded,
/// so it fits none of them.
pub(crate) const KEPT_SLASH: char = '\0';

/// Decodes a path.
pub(crate) fn decoded(path: &str, slash: EncodedSlash) -> Result<Cow<'_, str>, Fault> {
    let path = if path.as_bytes().contains(&b'%') {
        Cow::Owned(decode(path, slash)?)
    } else {
        Cow::Borrowed(path)
    };
    // Almost every path: no segment begins with a dot.
    let dotted = path.contains("/.") && path.split('/').any(|segment| matches!(segment, "." | ".."));
    if dotted { Err(Fault::DotSegment) } else { Ok(path) }
}

fn decode(path: &str, slash: EncodedSlash) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let Some((digits, after)) = rest.split_at_checked(2) else {
            return Err(Fault::Encoding);
        };
        rest = after;
        let mut value = [0u8];
        hex::decode_to_slice(digits, &mut value).map_err(|_| Fault::Encoding)?;
        match (value[0], slash) {
            (0, _) => return Err(Fault::Encoding),
            (b'/', EncodedSlash::Keep) => bytes.push(KEPT_SLASH as u8),
            (value, _) => bytes.push(value),
        }
    }
    String::from_utf8(bytes).map_err(|_| Fault::Encoding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(path: &str, slash: EncodedSlash, expected: Result<&str, Fault>) {
        assert_eq!(
            decoded(path, slash).as_deref(),
            expected.as_ref().copied(),
            "{path}"
        );
    }

    #[test]
    fn a_path_is_decoded_once() {
        use EncodedSlash::{Decode, Keep};
        check("/a/b", Decode, Ok("/a/b"));
        check("/aa%2Faa", Decode, Ok("/aa/aa"));
        check("/aa%2faa", Keep, Ok("/aa\0aa"));
        check("/%252F", Decode, Ok("/%2F"));
        check("/%252F", Keep, Ok("/%2F"));
        check("/%E6%98%A5", Decode, Ok("/春"));
        check("/a.b/.c/..d", Decode, Ok("/a.b/.c/..d"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        use EncodedSlash::{Decode, Keep};
        for dotted in ["/a/../b", "/a/.", "/..", "/a/%2e%2E/b", "/a%2F..%2Fb", "/./a"] {
            check(dotted, Decode, Err(Fault::DotSegment));
        }
        for broken in ["/%", "/%2", "/%zz", "/%ff", "/%00", "/a%e6%98"] {
            check(broken, Decode, Err(Fault::Encoding));
            check(broken, Keep, Err(Fault::Encoding));
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(segments in prop::collection::vec("[^/\0]{0,8}", 0..4)) {
            let path = format!("/{}", segments.join("/"));
            prop_assume!(!path.split('/').any(|segment| matches!(segment, "." | "..")));
            let wire = adyton_core::live::route::encoded(&path);
            prop_assert!(wire.is_ascii());
            let back = decoded(&wire, EncodedSlash::Decode);
            prop_assert_eq!(back.as_deref(), Ok(path.as_str()));
        }

        #[test]
        fn no_path_panics(path in "\\PC{0,40}") {
            let _ = decoded(&path, EncodedSlash::Keep);
            let _ = decoded(&path, EncodedSlash::Decode);
        }
    }
}
