//! What is wrong with the head of a signed request, as facts.

use adyton_core::fact::Fact;
use adyton_sign::{Algorithm, AuthorizationError, CanonicalError, DateError};

/// Why the header cannot be read.
pub(super) fn of_header(error: &AuthorizationError) -> Fact {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    match error {
        AuthorizationError::OtherScheme(sent) => scheme(sent),
        AuthorizationError::OtherAlgorithm(algorithm) => Fact::AlgorithmNotOffered {
            name: algorithm.name().to_owned(),
        },
        AuthorizationError::MissingField(field) => Fact::FieldMissing {
            field: field.to_string(),
        },
        AuthorizationError::EmptyField(field) => Fact::FieldEmpty {
            field: field.to_string(),
        },
        AuthorizationError::RepeatedField(field) => Fact::FieldRepeated {
            field: field.to_string(),
        },
        AuthorizationError::UnknownField(field) => Fact::FieldUnknown { field: field.clone() },
        AuthorizationError::BadAccess => Fact::AccessUnreadable,
        AuthorizationError::SignatureLength(length) => Fact::SignatureLength {
            length: count(*length),
        },
        AuthorizationError::SignatureNotHex(at) => Fact::SignatureNotHex { at: count(*at) },
        AuthorizationError::SignatureBase64 => Fact::SignatureBase64,
        AuthorizationError::BadHeaderName(name) => Fact::HeaderNameBad { name: name.clone() },
        AuthorizationError::RepeatedHeaderName(name) => Fact::HeaderNameRepeated { name: name.clone() },
        AuthorizationError::TooManyHeaders(names) => Fact::SignedHeadersTooMany { count: count(*names) },
        AuthorizationError::DateNotSigned => Fact::DateNotSigned,
    }
}

/// What opens the header in place of our algorithm.
fn scheme(sent: &str) -> Fact {
    let right = Algorithm::SdkHmacSha256.name();
    let bare = sent.trim_end_matches([',', ':']);
    let sent = sent.to_owned();
    if sent.is_empty() {
        Fact::SchemeMissing
    } else if bare == right {
        Fact::SchemeUnfinished { sent }
    } else if bare.eq_ignore_ascii_case(right) {
        Fact::SchemeNotCapitals { sent }
    } else if bare.starts_with("AWS") {
        Fact::SchemeOfAnotherCloud { sent }
    } else {
        Fact::SchemeUnknown { sent }
    }
}

/// Why the head has no canonical form.
pub(super) fn of_canonical(error: &CanonicalError) -> Fact {
    match error {
        CanonicalError::HeaderNotSent(name) => Fact::SignedHeaderMissing { name: name.clone() },
        CanonicalError::DateTwice => Fact::DateRepeated,
    }
}

/// Why the date does not count.
pub(super) const fn of_date(error: DateError) -> Fact {
    match error {
        DateError::Missing => Fact::DateMissing,
        DateError::Malformed => Fact::DateMalformed,
        DateError::Expired { signed: _, by } => Fact::DatePast {
            seconds: by.as_secs(),
        },
        DateError::Ahead { signed: _, by } => Fact::DateAhead {
            seconds: by.as_secs(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_told_by_what_is_wrong_with_it() {
        let sent = |text: &str| text.to_owned();
        for (text, fact) in [
            ("", Fact::SchemeMissing),
            (
                "SDK-HMAC-SHA256,",
                Fact::SchemeUnfinished {
                    sent: sent("SDK-HMAC-SHA256,"),
                },
            ),
            (
                "sdk-hmac-sha256",
                Fact::SchemeNotCapitals {
                    sent: sent("sdk-hmac-sha256"),
                },
            ),
            (
                "AWS4-HMAC-SHA256",
                Fact::SchemeOfAnotherCloud {
                    sent: sent("AWS4-HMAC-SHA256"),
                },
            ),
            ("Hmac", Fact::SchemeUnknown { sent: sent("Hmac") }),
        ] {
            assert_eq!(scheme(text), fact);
        }
    }

    #[test]
    fn the_words_are_those_of_the_error() {
        // The command line prints the error of its own signing; a record is explained in the same words.
        for error in [
            AuthorizationError::BadAccess,
            AuthorizationError::SignatureLength(7),
            AuthorizationError::SignatureNotHex(3),
            AuthorizationError::SignatureBase64,
            AuthorizationError::UnknownField("x".into()),
            AuthorizationError::BadHeaderName("a b".into()),
            AuthorizationError::RepeatedHeaderName("host".into()),
            AuthorizationError::TooManyHeaders(200),
            AuthorizationError::DateNotSigned,
            AuthorizationError::OtherAlgorithm(Algorithm::SdkHmacSm3),
        ] {
            assert_eq!(of_header(&error).words(), error.to_string());
        }
        for error in [DateError::Missing, DateError::Malformed] {
            assert_eq!(of_date(error).words(), error.to_string());
        }
        let error = CanonicalError::HeaderNotSent("host".into());
        assert_eq!(of_canonical(&error).words(), error.to_string());
    }
}
