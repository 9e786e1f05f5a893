//! Facts: what was found out besides what was compared, as closed words with stable names.
//!
//! A record keeps facts and no sentences, so that old records are read in the words of today, and in other languages. One
//! table has both; only [`explain`](crate::explain), the server's log of management calls, and
//! the answers of ONNX models to inputs that do not fit, read the words.
//!
//! What must hold: a name that the journal has kept is never given another meaning, and no fact holds a secret: credential
//! values are digests.

use serde::{Deserialize, Serialize};

use crate::fact_pieces::Piece;
pub use crate::fact_pieces::{Millis, Seconds};
use crate::signing::{HEADERS_MOST, WINDOW};

/// How far a signature's date may be off, in seconds.
const ALLOWED: u64 = WINDOW.as_secs();

macro_rules! facts {
    ($($name:ident $({ $($field:ident: $type:ty),* })? = $words:literal;)*) => {
        /// One thing that was found out. A record has its name in snake case.
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Fact {
            $(#[doc = $words] $name $({ $(#[doc = "As the words have it."] $field: $type),* })?,)*
        }

        impl Fact {
            /// The words of today, as a clause: what was found out, and what to do where that follows from it.
            pub fn words(&self) -> String {
                match self {
                    $(Fact::$name $({ $($field),* })? => format_args!($words).to_string(),)*
                }
            }
            /// Its texts, for whoever keeps a record short.
            pub fn texts(&mut self) -> Vec<&mut String> {
                let texts: Vec<Option<&mut String>> = match self {
                    $(Fact::$name $({ $($field),* })? => vec![$($($field.text()),*)?],)*
                };
                texts.into_iter().flatten().collect()
            }
        }
    };
}

facts! {
    // The request itself.
    HeadUnreadable { error: String } = "what came cannot be read as HTTP/1.1: {error}";
    HeadBroken = "what came cannot be read as HTTP/1.1: something behind its beginning is broken";
    HeadContradicts = "what came cannot be read as HTTP/1.1: its request line or the headers that say where its body ends contradict each other";
    HostMissing = "no Host was sent";
    HostMissingBesideAddress = "no Host was sent; HTTP/1.1 wants one beside an address in absolute form too";
    HostRepeated = "more than one Host was sent";
    HostMalformed { sent: String } = "`{sent}` is no host";
    HostContradicted = "Host and the address in the request line name different hosts";
    ExpectationUnknown { sent: String } = "`Expect: {sent}` was sent; only `100-continue` is known";
    TransferCodingUnknown { sent: String } = "`Transfer-Encoding: {sent}` was sent; only `chunked` is supported, and only once";
    ContentCodingUnknown { sent: String } = "`Content-Encoding: {sent}` was sent; the model takes `gzip`, `deflate` or none";
    ContentDamaged { coding: String, error: String } = "the body says `Content-Encoding: {coding}`, and cannot be decoded: {error}";
    // Its body.
    BodyEmpty = "the body is empty; the model reads its inputs from it";
    BodyBrokeOff { bytes: u64, error: String } = "the body broke off after {bytes} bytes: {error}";
    BodyOverdue { bytes: u64, limit: Millis } = "only {bytes} bytes of the body had come after {limit}, the most for a body whose caller is proven with its last byte (gateway.unproven_body_time)";
    BodyStalled { bytes: u64, waited: Millis } = "after {bytes} bytes of the body nothing came for {waited} (gateway.body_timeout)";
    BodySlow { bytes: u64, seconds: u64, pace: u64 } = "after {seconds} s only {bytes} bytes of the body had come: fewer than {pace} a second";
    BodyWithoutRoom { bytes: u64, waited: Millis, mib: u64 } = "no buffer space for a body of {bytes} bytes within {waited}: other requests hold all {mib} MiB";
    BodyMadeRoom { bytes: u64, mib: u64 } = "after {bytes} bytes the body had to make room: requests whose callers were not proven yet filled all {mib} MiB of gateway.unproven_memory, and this one had been under way for longest";
    // What a model reads of it.
    InputMissing { field: String, expected: String } = "{field}: is missing; expected {expected}";
    InputEmpty { expected: String } = "body: is empty; expected {expected}";
    InputUnfit { field: String, expected: String, got: String } = "{field}: expected {expected}, got {got}";
    InputNoWord { field: String, expected: String, got: String } = "{field}: expected {expected}, got {got}; JSON has no word for it: write \"NaN\", \"Infinity\" or \"-Infinity\", with the quotes";
    InputNamesMissing { expected: String } = "inputs: expected an object, since the model takes {expected}";
    InputTwice { field: String } = "{field}: occurs twice in the body";
    InputUnknown { field: String, known: String } = "{field}: unknown input; the model takes {known}";
    InputNotJson { field: String, error: String } = "{field}: not valid JSON: {error}";
    InputUnread { error: String, expected: String } = "body: {error}; expected {expected}";
    InputNotValue { field: String } = "{field}: expected a value here, as in the elements before, got a list";
    InputNotList { field: String } = "{field}: expected a list here, as in the elements before, got a value";
    InputTooDeep { field: String, most: u64 } = "{field}: lists are nested deeper than {most}";
    InputListsDiffer { field: String, first: u64, length: u64 } = "{field}: lists differ in length: expected {first} elements as in the first, got {length}";
    InputAxesDiffer { field: String, expected: String, axis: String, other: String, got: String } = "{field}: expected {expected} with {axis} as in {other}, got {got}";
    InputTextZero { field: String } = "{field}: has a zero character (\\u0000), which ends a text for the model; leave it out";
    InputHalfCharacter { field: String } = "{field}: has an escape that stands for no character (half of a surrogate pair); write both halves or the character itself";
    InputRows { rows: u64, expected: String } = "data.req_data: has {rows} rows, but the model takes {expected}";
    InputRowsUnread { error: String } = "data.req_data: expected a list of objects: {error}";
    InputColumnMissing { field: String, columns: String } = "{field}: is missing; each row has {columns}";
    // Its client.
    ClientLeftBefore { ms: u64 } = "the client disconnected {ms} ms after its request, before the response";
    ClientLeftWithin { bytes: u64, status: u64 } = "the client disconnected after {bytes} bytes of a response with status {status}";
    // What it called.
    NoMember = "the channel has no member with a weight above 0";
    // Records of before have it; the state of the service says it now.
    ServiceNotRunning = "the service is not running";
    NoInstanceReady = "no instance of the service accepts calls now";
    InstancesRestarting = "the instances of the service are being restarted";
    // Who was to answer it.
    GatewayStopping = "the gateway is stopping (gateway.shutdown_grace expired)";
    AddressOfServer { address: String } = "{address} is a listener of this server";
    AddressLinkLocal { address: String } = "{address} is a link-local address, where clouds keep their metadata";
    AddressOfNoMachine { address: String } = "{address} is not the address of one machine";
    AddressLoopback { address: String } = "{address} is a loopback address, which `gateway.backend_allow` does not have";
    AddressPrivate { address: String } = "{address} is a private address, which `gateway.backend_allow` does not have";
    AddressSocket = "a socket of this machine can be called of instances only";
    ConnectionFailed { error: String } = "no connection: {error}";
    ConnectionOverdue { limit: Millis } = "no connection within {limit} (gateway.connect_timeout)";
    RequestUnsent { error: String } = "the request could not be sent: {error}";
    ClosedBeforeAnswer = "the connection closed before an answer";
    ClosedInHead = "the connection closed inside the head of the answer";
    ClosedInAnswer = "the connection closed inside the answer";
    BrokeBeforeAnswer { error: String } = "the connection broke before an answer: {error}";
    BrokeInAnswer { error: String } = "the connection broke inside the answer: {error}";
    AnswerOverdue { limit: Millis } = "no answer within {limit} (gateway.prediction_timeout)";
    AnswerOverdueForApi { limit: Millis } = "no answer within {limit} (the time limit of the API)";
    AnswerPaused { limit: Millis } = "the response began, then nothing arrived for {limit} (gateway.stream_timeout)";
    ProtocolChanged = "the instance wants to change the protocol, which was not requested";
    HeadNotHttp { error: String } = "what arrived is not HTTP: {error}";
    HeadUnfinished = "what arrived is not HTTP: its head has no status, or is incomplete";
    HeadLong { most: u64 } = "what arrived is not HTTP: its head is longer than {most} bytes";
    HeadLines { lines: u64 } = "what arrived is not HTTP: its head has {lines} header lines";
    LengthNoNumber = "what arrived is not HTTP: its Content-Length is no number";
    LengthsDiffer = "what arrived is not HTTP: it has two different Content-Length";
    CodingNotChunked { sent: String } = "what arrived is not HTTP: its Transfer-Encoding is `{sent}`; only one `chunked` is supported";
    CodingInHttp10 = "what arrived is not HTTP: HTTP/1.0 has no Transfer-Encoding, so its end is not known";
    ChunkSizeMissing = "a chunk of the answer does not begin with its size";
    ChunkSizeLong { most: u64 } = "the line with the size of a chunk is longer than {most} bytes";
    ChunkTooLong = "a chunk of the answer is longer than it says";
    TrailersLong { most: u64 } = "the trailers of the answer are longer than {most} bytes";
    ModelFailed { error: String } = "the model failed: {error}";
    ModelBusy = "too many calls wait for this model";
    ModelStopping = "the model is being stopped";
    StepPanicked = "a step panicked";
    // Which credentials came.
    NoCredentials = "no credentials were sent";
    CredentialInUrl = "no credentials were sent in the headers; a credential is in the URL: send it as a header";
    AppsNotTaken = "apps cannot call this address: authorise the app for the API first";
    AppsNotTakenAtTab = "the Prediction tab takes tokens and access keys (AK/SK) only: call the API address with app credentials";
    AppsNotTakenByManagement = "the management APIs take tokens and access keys (AK/SK) only: apps call APIs";
    BearerNotRead = "`Authorization: Bearer` is not read here: a token goes into the header `X-Auth-Token`, as it is";
    KindNotAccepted = "this address, or the gateway's settings, do not accept this kind of credentials";
    SeveralCredentials { sent: String } = "several credentials were sent ({sent}); only the first accepted one is used";
    // Tokens.
    TokenEmpty = "the header is empty";
    TokenBearer = "it starts with `Bearer`: send the token alone";
    TokenQuoted = "it has quotation marks around it: send only what is between them";
    TokenJwt = "it is a JSON Web Token (JWT), of another system: tokens of this installation come from `POST /v3/auth/tokens`";
    TokenDoubled = "the header contains the token twice: send it once";
    TokenNotAlone = "the header contains more than one token, or something else: a token has no commas or spaces";
    TokenMaybeAppCode = "it is not a token; by its length it may be an AppCode, which belongs in `X-Apig-AppCode`";
    TokenNoText = "tokens are base64url text; what was sent is not, or is too short";
    TokenRepeated = "`X-Auth-Token` was sent more than once: send it once";
    TokenKeyUnknown = "its key is unknown: the token was issued by another installation, or more than a day ago, before its key was retired";
    TokenDoesNotOpen { whole: u64, length: u64 } = "it cannot be decrypted: it was truncated or changed on the way (a complete token has {whole} characters, this one {length})";
    TokenExpired { ago: Seconds } = "it expired {ago} ago";
    TokenAhead { by: Seconds } = "it was issued {by} ahead of this server's clock: compare the clocks";
    TokenRevoked = "it was revoked: by DELETE /v3/auth/tokens, or by signing out";
    TokensRevoked = "all earlier tokens of the user were revoked, for example by a change of password";
    TokenUserDisabled = "the user is disabled";
    TokenUserDeleted = "the user was deleted";
    TokenScopeDeleted = "the project or domain that it is for was deleted";
    // Apps.
    HeaderRepeated = "the header was sent more than once: send it once";
    HeaderEmpty = "the header has no value";
    SentInTheClear = "it was sent in the clear over a network: use HTTPS, or sign the request instead";
    AppCodesOff = "AppCodes are not enabled for this API: enable app_code_auth_type, or sign with AppKey and AppSecret";
    AppCodeUnknown { digest: String, length: u64 } = "no app has this AppCode ({digest}, {length} characters)";
    AppDisabled { app: String } = "the app {app} is disabled";
    PairIncomplete = "X-HW-ID must have the AppKey and X-HW-AppKey the AppSecret, each once";
    BasicUnreadable = "Basic must be followed by base64 of `AppKey:AppSecret`";
    AppKeyUnknown { key: String } = "no app has the AppKey `{key}`";
    PairSwapped = "what was sent as the AppSecret is an AppKey: the two are swapped";
    AppSecretWrong { app: String, digest: String, length: u64 } = "the AppKey belongs to app {app}, but the AppSecret sent ({digest}, {length} characters) does not";
    AppSecretSpaced = "the AppSecret would be correct without the white space around it";
    KeyLocked = "too many failures of this key from this source";
    KeyLockedFor { seconds: u64 } = "too many failures of this key from this source; locked for {seconds} s more";
    // The head of a signed request.
    AuthorizationRepeated = "there is more than one Authorization header";
    SchemeMissing = "the Authorization header names no algorithm: it must begin with `SDK-HMAC-SHA256` and a space";
    SchemeUnfinished { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`, followed by a space and nothing else";
    SchemeNotCapitals { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`, in capitals";
    SchemeOfAnotherCloud { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`; this is the signature of another cloud";
    SchemeUnknown { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`, spelt exactly so";
    AlgorithmNotOffered { name: String } = "signatures by {name} are not verified here: configure the SDK to sign with SDK-HMAC-SHA256";
    FieldMissing { field: String } = "the Authorization header has no `{field}=`";
    FieldEmpty { field: String } = "`{field}=` in the Authorization header is empty";
    FieldRepeated { field: String } = "the Authorization header has `{field}=` twice";
    FieldUnknown { field: String } = "`{field}` in the Authorization header is not one of Access=, SignedHeaders=, Signature= (separate them with commas)";
    AccessUnreadable = "`Access=` has a space or another character that cannot be part of a key";
    SignatureLength { length: u64 } = "`Signature=` has {length} characters; the hex form of HMAC-SHA256 has 64";
    SignatureNotHex { at: u64 } = "`Signature=` has a character that is not a hex digit, at position {at}";
    SignatureBase64 = "`Signature=` is base64 (or base64url); it must be lower-case hex";
    HeaderNameBad { name: String } = "`SignedHeaders=` has `{name}`, which is not a header name (separate names with `;`)";
    HeaderNameRepeated { name: String } = "`SignedHeaders=` names `{name}` twice";
    SignedHeadersTooMany { count: u64 } = "`SignedHeaders=` names {count} headers; at most {HEADERS_MOST} can be signed";
    DateNotSigned = "`SignedHeaders=` does not name `x-sdk-date`, which must be signed";
    DateMissing = "there is no X-Sdk-Date header";
    DateMalformed = "X-Sdk-Date must be written YYYYMMDDTHHMMSSZ, in UTC, for example 20260115T081530Z";
    DateRepeated = "the header `x-sdk-date` was sent more than once";
    DatePast { seconds: u64 } = "the request was signed {seconds} s ago; at most {ALLOWED} s are allowed";
    DateAhead { seconds: u64 } = "the request was signed {seconds} s in the future; at most {ALLOWED} s are allowed";
    DateZoneOff { hours: u64 } = "the date is off by {hours} h, as if written in another time zone";
    SignedHeaderMissing { name: String } = "the header `{name}` is signed, but was not sent (or was removed on the way)";
    DeclaredDigestMalformed = "X-Sdk-Content-Sha256 is neither 64 hex digits of one case nor UNSIGNED-PAYLOAD, or was sent twice";
    // The key of a signature.
    AccessKeyDisabled = "the access key is disabled";
    AccessKeyUserGone = "the user of the access key is disabled or deleted";
    SecurityTokenSent = "X-Security-Token belongs to temporary access keys; this one is permanent: do not send it";
    KeyIsAppKey = "this is an AppKey, and no app can call this address: authorise the app for the API first";
    KeyIsAppKeyAtTab = "this is an AppKey, and the Prediction tab takes tokens and access keys (AK/SK) only: call the API address with app credentials";
    KeyIsAppKeyForManagement = "this is an AppKey, and the management APIs take tokens and access keys (AK/SK) only: apps call APIs";
    KeyIsAccessKey = "this is an access key, and this address takes apps only";
    KeyIsSecret = "what was sent as the key is the secret of a key: the two are swapped";
    KeyShapeless = "no key has this id, and it does not look like one (20 capitals and digits, or 32 hex digits): key and secret may be swapped";
    KeyUnknown = "no key has this id: it was deleted or mistyped, or belongs to another installation";
    // The signature itself.
    SearchCutShort = "the search for mistakes was cut short: the request is large";
    NoMistakeFits { tries: u64 } = "none of {tries} known signing mistakes explains this signature: another secret was used, or the body, a signed header or the URL was changed after signing; the canonical request shows which";
    NotSearched = "mistakes were not searched for: there were too many searches for this key or source in this minute";
    DigestOfOtherBody = "the signature is correct, but the body is empty and X-Sdk-Content-Sha256 declares another";
    BodyChanged = "the signature is correct, but the body was changed after its hash was taken, or the hash is of another body";
}

/// What facts say, each as a clause; `note` is what a record of before says in words of its own.
pub fn clauses(facts: &[Fact], note: &str) -> Vec<String> {
    let own = Some(note.to_owned()).filter(|note| !note.trim().is_empty());
    facts.iter().map(Fact::words).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_records_are_promised() {
        let whole = Fact::TokenDoesNotOpen {
            whole: 158,
            length: 90,
        };
        let field = Fact::FieldMissing {
            field: "Access".into(),
        };
        for (fact, kept) in [
            (Fact::TokenJwt, r#""token_jwt""#),
            (whole, r#"{"token_does_not_open":{"whole":158,"length":90}}"#),
            (
                Fact::TokenExpired { ago: Seconds(7) },
                r#"{"token_expired":{"ago":7}}"#,
            ),
            (field, r#"{"field_missing":{"field":"Access"}}"#),
        ] {
            assert_eq!(serde_json::to_string(&fact).expect("JSON"), kept);
            assert_eq!(serde_json::from_str::<Fact>(kept).expect("a fact"), fact);
        }
    }

    #[test]
    fn facts_are_told_in_todays_words_and_old_records_in_theirs() {
        let facts = [
            Fact::TokenExpired {
                ago: Seconds(3 * 3600 + 120),
            },
            Fact::SeveralCredentials {
                sent: "X-Auth-Token, apikey".into(),
            },
        ];
        assert_eq!(
            clauses(&facts, "what a record of before says"),
            [
                "it expired 3 h 2 min ago",
                "several credentials were sent (X-Auth-Token, apikey); only the first accepted one is used",
                "what a record of before says"
            ]
        );
        assert!(clauses(&[], " ").is_empty());
    }

    #[test]
    fn every_text_can_be_cut() {
        let mut fact = Fact::AppSecretWrong {
            app: "a".repeat(300),
            digest: "dd".into(),
            length: 2,
        };
        for text in fact.texts() {
            text.truncate(1);
        }
        let words = fact.words();
        assert!(
            words.contains("app a,") && words.contains("(d, 2 characters)"),
            "{words}"
        );
        assert!(Fact::NoCredentials.texts().is_empty());
    }
}
