//! Headers that are read, and every way to be refused.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests"
)]

use super::*;

const HEX: &str = "90b32b337ba969266d63a6df7d5b439e0db48c476a23929f66e3ec91a6164009";

fn check(header: &str, expected: AuthorizationError) {
    let header = header.replace("HEX", HEX);
    assert_eq!(Authorization::parse(header.as_bytes()), Err(expected), "{header}");
}

#[test]
fn spaces_order_and_case_of_names_do_not_matter() {
    for header in [
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=HEX",
        "SDK-HMAC-SHA256 Access=AK,SignedHeaders=host;x-sdk-date,Signature=HEX",
        "  SDK-HMAC-SHA256\t Signature=HEX ,  SignedHeaders=X-Sdk-Date; Host , Access= AK  ",
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date;host, Signature=HEX,",
    ] {
        let header = header.replace("HEX", HEX);
        let read = Authorization::parse(header.as_bytes()).expect(&header);
        assert_eq!(read.access, "AK");
        assert_eq!(read.signed_headers.as_str(), "host;x-sdk-date");
        assert_eq!(read.signature.to_string(), HEX);
    }
}

#[test]
fn every_fault_has_its_own_error() {
    use AuthorizationError as E;
    let fine = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=HEX";
    check("", E::OtherScheme(String::new()));
    // What only Unicode calls a blank belongs to the name.
    let odd = "SDK-HMAC-SHA256 Access\u{a0}=AK, SignedHeaders=host;x-sdk-date, Signature=HEX";
    check(odd, E::UnknownField(quoted("Access\u{a0}", QUOTED)));
    check("Bearer abc", E::OtherScheme("Bearer".into()));
    check(
        "sdk-hmac-sha256 Access=AK",
        E::OtherScheme("sdk-hmac-sha256".into()),
    );
    check("Access=AK, Signature=00", E::OtherScheme(String::new()));
    check(
        "SDK-HMAC-SHA2567 Access=AK",
        E::OtherScheme("SDK-HMAC-SHA2567".into()),
    );
    check(
        &fine.replace("SDK-HMAC-SHA256", "SDK-HMAC-SM3"),
        E::OtherAlgorithm(Algorithm::SdkHmacSm3),
    );
    check(
        "V11-HMAC-SHA256 Credential=AK/20260115/r/s, …",
        E::OtherAlgorithm(Algorithm::V11HmacSha256),
    );
    check(
        "SDK-ECDSA-P256-SHA256 x",
        E::OtherAlgorithm(Algorithm::SdkEcdsaP256Sha256),
    );
    check("SDK-SM2-SM3 x", E::OtherAlgorithm(Algorithm::SdkSm2Sm3));
    check("SDK-HMAC-SHA256", E::MissingField(Field::Access));
    check(&fine.replace("Access=AK, ", ""), E::MissingField(Field::Access));
    check(
        &fine.replace("SignedHeaders=host;x-sdk-date, ", ""),
        E::MissingField(Field::SignedHeaders),
    );
    check(
        &fine.replace(", Signature=HEX", ""),
        E::MissingField(Field::Signature),
    );
    check(&fine.replace("=AK", "="), E::EmptyField(Field::Access));
    check(&format!("{fine}, Access=AK"), E::RepeatedField(Field::Access));
    check(
        &fine.replace("Access=", "Credential="),
        E::UnknownField("Credential".into()),
    );
    check(&fine.replace("Access=AK, ", "Access=AK "), E::BadAccess);
    check(&fine.replace("HEX", &HEX[1..]), E::SignatureLength(63));
    check(
        &fine.replace("HEX", &format!("g{}", &HEX[1..])),
        E::SignatureNotHex(0),
    );
    check(
        &fine.replace("HEX", "kLMrM3upaSZtY6bffVtDng20jEdqI5KfZuPskaYWQAk="),
        E::SignatureBase64,
    );
    check(
        &fine.replace("HEX", "kLMrM3upaSZtY6bffVtDng20jEdqI5KfZuPskaYW_Ak"),
        E::SignatureBase64,
    );
    check(&fine.replace("host;", "ho st;"), E::BadHeaderName("ho st".into()));
    check(&fine.replace("host;", "host;;"), E::BadHeaderName(String::new()));
    check(
        &fine.replace("host;", "host;Host;"),
        E::RepeatedHeaderName("host".into()),
    );
    check(&fine.replace(";x-sdk-date", ""), E::DateNotSigned);
    let many: String = (0..HEADERS_MOST).map(|at| format!("h{at};")).collect();
    check(&fine.replace("host;", &many), E::TooManyHeaders(HEADERS_MOST + 1));
}

#[test]
fn bytes_beyond_ascii_are_refused_and_do_not_panic() {
    assert!(Authorization::parse(b"SDK-HMAC-SHA256 \xff\xfe").is_err());
    assert!(
        Authorization::parse("SDK-HMAC-SHA256 Signature=ääääääääääääääääääääääääääääääää".as_bytes())
            .is_err()
    );
}

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
        assert_eq!(AuthorizationError::OtherScheme(text.to_owned()).fact(), fact);
    }
}

#[test]
fn an_error_says_what_to_change() {
    let many = AuthorizationError::TooManyHeaders(200).to_string();
    assert_eq!(
        many,
        "`SignedHeaders=` names 200 headers; at most 128 can be signed"
    );
    let field = AuthorizationError::MissingField(Field::Access).to_string();
    assert_eq!(field, "the Authorization header has no `Access=`");
}
