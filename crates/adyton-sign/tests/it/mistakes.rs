//! The corpus of mistakes: each is made by hand on a request of its own, and must be found by name. A home-made signer
//! is imitated in plain text here, so that the table is not proven by itself.

use adyton_core::digest::Sha256;
use adyton_core::mistake::SigningMistake;
use adyton_core::secret::Secret;
use adyton_sign::mistakes::{Autopsy, AutopsyInput, SeenBody, TABLE, WORK_MAX, autopsy};
use adyton_sign::{Authorization, EncodedSlash, Head};

use crate::vectors::hmac;

const DATE: &str = "20260115T081530Z";
const ACCESS: &str = "EXAMPLEACCESSKEY0001";

/// A request, and how its client signed it.
struct Client {
    method: &'static str,
    path: String,
    query: &'static str,
    headers: Vec<(String, String)>,
    list: String,
    body: Vec<u8>,
    secret: String,
    /// What the client canonicalised.
    canonical: String,
    /// What it signed, when that is not the right three lines.
    string: Option<String>,
    /// What it used as the key, when that is not the secret.
    key: Option<Vec<u8>>,
    /// What it computed, when that is no HMAC.
    signature: Option<[u8; 32]>,
}

fn hash(text: &str) -> String {
    Sha256::of(text.as_bytes()).to_string()
}

impl Client {
    fn new() -> Self {
        Self::of(
            "/v1/infers/0f1e/my%20model",
            "/v1/infers/0f1e/my%20model/",
            "q=a%20b&r=c%2Fd&s",
            "q=a%20b&r=c%2Fd&s=",
        )
    }

    /// A client that does all right: path and query as sent, and their canonical forms.
    fn of(path: &str, canonical_path: &str, query: &'static str, canonical_query: &str) -> Self {
        let body = "{\"text\": \"a, b\"}";
        let headers = [
            ("content-type", "application/json"),
            ("host", "127.0.0.1:8080"),
            ("x-sdk-date", DATE),
            ("x-stage", "BETA"),
        ];
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let list = headers.map(|(name, _)| name).join(";");
        Self {
            method: "POST",
            path: path.into(),
            query,
            headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
            canonical: format!(
                "POST\n{canonical_path}\n{canonical_query}\n{lines}\n{list}\n{}",
                hash(body)
            ),
            list,
            body: body.into(),
            secret: "c2VjcmV0LWtleS1mb3ItdGVzdHM=".into(),
            string: None,
            key: None,
            signature: None,
        }
    }

    /// The client's canonical request has `new` where it should have `old`.
    fn swap(mut self, old: &str, new: &str) -> Self {
        assert!(
            self.canonical.contains(old),
            "{old:?} is not in {:?}",
            self.canonical
        );
        self.canonical = self.canonical.replacen(old, new, 1);
        self
    }

    /// Sends another header, signed as given; `None` does not sign it.
    fn header(mut self, name: &str, sent: &str, signed: Option<&str>) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self.headers.push((name.into(), sent.into()));
        if let Some(signed) = signed {
            let line = self
                .canonical
                .lines()
                .find(|line| line.starts_with(&format!("{name}:")))
                .map(str::to_owned);
            self = self.swap(&line.expect("the header is signed"), &format!("{name}:{signed}"));
        }
        self
    }

    /// Sends another body; what was signed stays.
    fn sends(mut self, body: &str) -> Self {
        self.body = body.into();
        self
    }

    /// Signs the hash of another text in place of the body's.
    fn signs_body(self, text: &str) -> Self {
        let own = self.canonical.lines().last().expect("a hash").to_owned();
        self.swap(&own, &hash(text))
    }

    fn string(mut self, make: impl FnOnce(&str) -> String) -> Self {
        self.string = Some(make(&self.canonical));
        self
    }

    fn key(mut self, secret: &str, key: impl Into<Vec<u8>>) -> Self {
        self.secret = secret.into();
        self.key = Some(key.into());
        self
    }

    fn autopsy(&self) -> Autopsy {
        let string = self
            .string
            .clone()
            .unwrap_or_else(|| format!("SDK-HMAC-SHA256\n{DATE}\n{}", hash(&self.canonical)));
        let key = self.key.as_deref().unwrap_or(self.secret.as_bytes());
        let signature = hex::encode(self.signature.unwrap_or_else(|| hmac(key, string.as_bytes())));
        let header = format!(
            "SDK-HMAC-SHA256 Access={ACCESS}, SignedHeaders={}, Signature={signature}",
            self.list
        );
        let authorization = Authorization::parse(header.as_bytes()).expect("a header");
        let head = Head {
            method: self.method,
            path: &self.path,
            query: self.query,
            host: None,
            headers: &self.headers,
        };
        let scene = AutopsyInput {
            head: &head,
            authorization: &authorization,
            body: SeenBody {
                digest: Some(Sha256::of(&self.body)),
                bytes: Some(&self.body),
            },
            slash: EncodedSlash::Decode,
        };
        autopsy(&scene, &Secret::new(self.secret.clone()))
    }
}

/// One client for every mistake of the table, and several for some.
#[expect(clippy::too_many_lines, reason = "a list")]
fn seeds() -> Vec<(&'static str, Client)> {
    let c = Client::new;
    let unsigned = "X-Sdk-Content-Sha256";
    let string = |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        move |canonical: &str| {
            lines
                .join("\n")
                .replace("HASH", &hash(canonical))
                .replace("TEXT", canonical)
        }
    };
    // Longer than what the table looks into.
    let long = |end: &str| format!("{}{end}", vec!["a line of text"; 800].join("\n"));
    let reserved = || Client::of("/v1/a(b)~c", "/v1/a%28b%29~c/", "", "");
    let days = |secret: &str| hmac(format!("AWS4{secret}").as_bytes(), b"20260115").to_vec();
    vec![
        ("path.no_trailing_slash", c().swap("model/\n", "model\n")),
        ("secret.trailing_newline", c().key("s3cret", "s3cret\n")),
        ("secret.trailing_newline", c().key("s3cret", "s3cret\r\n")),
        ("secret.leading_newline", c().key("s3cret", "\ns3cret")),
        ("secret.byte_order_mark", c().key("s3cret", "\u{feff}s3cret")),
        ("secret.byte_order_mark", c().key("s3cret", "\u{feff}s3cret\r\n")),
        ("secret.surrounding_space", c().key("s3cret", " s3cret")),
        ("secret.quoted", c().key("s3cret", "\"s3cret\"")),
        ("secret.quoted", c().key("s3cret", "\"s3cret\"\n")),
        ("body.empty_hash", c().signs_body("")),
        ("body.declared_but_unequal", {
            let mut client = c().sends("").signs_body("");
            client.headers.push((unsigned.into(), hash("another body")));
            client
        }),
        ("body.empty_object_hash", c().sends("").signs_body("{}")),
        (
            "body.unsigned_not_declared",
            c().swap(&hash("{\"text\": \"a, b\"}"), "UNSIGNED-PAYLOAD"),
        ),
        ("body.unsigned_but_hashed", {
            let mut client = c();
            client.headers.push((unsigned.into(), "UNSIGNED-PAYLOAD".into()));
            client
        }),
        ("body.declared_but_unequal", {
            let mut client = c();
            client.headers.push((unsigned.into(), hash("another body")));
            client
        }),
        ("body.trailing_newline", c().signs_body("{\"text\": \"a, b\"}\n")),
        ("body.trailing_newline", c().sends("{\"text\": \"a, b\"}\n")),
        ("body.json_spacing", c().signs_body("{\"text\":\"a, b\"}")),
        ("body.json_spacing", c().signs_body("{\n  \"text\": \"a, b\"\n}")),
        (
            "body.json_rewritten",
            c().sends("{\"b\":1,\"a\":\"春\"}")
                .signs_body("{\"a\":\"春\",\"b\":1}"),
        ),
        (
            "body.json_rewritten",
            c().sends("{\"b\":1,\"a\":\"春\"}")
                .signs_body("{\"a\": \"\\u6625\", \"b\": 1}"),
        ),
        (
            "body.json_rewritten",
            c().sends("{\"b\":1,\"a\":\"春\"}")
                .signs_body("{\"b\": 1, \"a\": \"\\u6625\"}"),
        ),
        (
            "body.json_rewritten",
            c().sends("{\"a\": \"\\u6625\"}").signs_body("{\"a\":\"春\"}"),
        ),
        ("body.line_ends", c().sends("a\r\nb").signs_body("a\nb")),
        ("body.line_ends", c().sends("ab\nc").signs_body("abc")),
        // One line end of several; all of them and one at the end; one of two at the end; a long body.
        ("body.line_ends", c().sends("a\nb\r\nc\n").signs_body("a\nb\nc\n")),
        ("body.line_ends", c().sends("a\nb\nc").signs_body("a\r\nb\nc")),
        ("body.line_ends", c().sends("a\r\nb\r\n").signs_body("a\nb")),
        ("body.line_ends", c().sends("a\nb").signs_body("a\r\nb\r\n")),
        (
            "body.trailing_newline",
            c().sends("a b \n\n").signs_body("a b \n"),
        ),
        (
            "body.trailing_newline",
            c().sends(&long("\n")).signs_body(&long("")),
        ),
        (
            "body.trailing_newline",
            c().sends(&long("")).signs_body(&long("\n")),
        ),
        (
            "body.line_ends",
            c().sends(&long("").replace('\n', "\r\n")).signs_body(&long("")),
        ),
        ("body.placeholder_hash", c().sends("").signs_body("null")),
        ("host.port", c().swap("127.0.0.1:8080", "127.0.0.1")),
        ("host.port", c().header("host", "gateway", Some("gateway:443"))),
        ("host.forwarded", {
            let mut client = c().swap("127.0.0.1:8080", "public.example.com");
            client
                .headers
                .push(("X-Forwarded-Host".into(), "public.example.com, inner".into()));
            client
        }),
        (
            "host.spelling",
            c().swap("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ),
        ("host.local", c().swap("127.0.0.1:8080", "localhost:8080")),
        (
            "content_type.parameter",
            c().header("content-type", "application/json;charset=UTF-8", None),
        ),
        (
            "content_type.parameter",
            c().swap("/json", "/json; charset=utf-8"),
        ),
        (
            "content_type.other",
            c().header("content-type", "application/octet-stream", None),
        ),
        ("path.not_encoded", c().swap("my%20model/", "my model/")),
        ("path.not_encoded", c().swap("my%20model/", "my model")),
        ("path.plus_for_space", c().swap("my%20model/", "my+model/")),
        (
            "path.plus_for_space",
            Client::of("/v1/a+b", "/v1/a%2Bb/", "", "").swap("a%2Bb", "a%20b"),
        ),
        ("path.end_dropped", c().swap("0f1e/my%20model/", "0f1e/")),
        ("path.end_dropped", c().swap("0f1e/my%20model/", "0f1e")),
        ("path.encoded_twice", c().swap("my%20model/", "my%2520model/")),
        ("path.as_sent", Client::of("/v1/a+b%20c", "/v1/a+b%20c/", "", "")),
        ("path.as_sent", Client::of("/v1/a+b%20c", "/v1/a+b%20c", "", "")),
        (
            "path.escapes_lower_case",
            Client::of("/v1/%E6%98%A5", "/v1/%e6%98%a5/", "", ""),
        ),
        ("path.escapes_lower_case", c().swap("c%2Fd", "c%2fd")),
        ("path.leading_slash_dropped", c().swap("\n/v1", "\nv1")),
        ("path.full_url", c().swap("\n/v1", "\nhttp://127.0.0.1:8080/v1")),
        (
            "path.full_url",
            c().swap("\n/v1", "\nhttps://127.0.0.1:8080/v1")
                .swap("model/", "model?q=a%20b&r=c%2Fd&s"),
        ),
        (
            "path.query_left_in",
            c().swap("model/\nq=a%20b&r=c%2Fd&s=", "model?q=a%20b&r=c%2Fd&s\n"),
        ),
        (
            "path.query_left_in",
            c().swap("model/", "model/?q=a%20b&r=c%2Fd&s"),
        ),
        (
            "path.query_encoded",
            Client::of("/v1/x%3Fa=b", "/v1/x%3Fa%3Db/", "", "").swap("/v1/x%3Fa%3Db/\n\n", "/v1/x/\na=b\n"),
        ),
        (
            "path.query_encoded",
            Client::of("/v1/x%3fb%3D1%26a%3D2", "/v1/x%3Fb%3D1%26a%3D2/", "", "")
                .swap("/v1/x%3Fb%3D1%26a%3D2/\n\n", "/v1/x/\na=2&b=1\n"),
        ),
        ("path.base_dropped", c().swap("/v1/infers/0f1e", "")),
        ("path.only_slash", c().swap("/v1/infers/0f1e/my%20model/", "/")),
        ("path.slashes_merged", Client::of("/v1//p", "/v1/p/", "", "")),
        ("path.slash_doubled", Client::of("/v1/p/", "/v1/p//", "", "")),
        (
            "path.slashes_encoded",
            c().swap(
                "/v1/infers/0f1e/my%20model/",
                "%2Fv1%2Finfers%2F0f1e%2Fmy%20model%2F",
            ),
        ),
        (
            "path.encoded_slash",
            Client::of("/v1/a%2fb", "/v1/a%2Fb/", "", ""),
        ),
        ("path.lower_case", Client::of("/v1/Poems", "/v1/poems/", "", "")),
        (
            "encoding.marks_kept",
            Client::of("/v1/a%28b%29%20c", "/v1/a(b)%20c/", "", ""),
        ),
        (
            "encoding.marks_kept",
            Client::of("/v1/p", "/v1/p/", "q=it%27s%21%3D", "q=it's!%3D"),
        ),
        ("encoding.tilde_encoded", reserved().swap("~", "%7E")),
        (
            "query.plus_for_space",
            Client::of("/p", "/p/", "q=a+b", "q=a%20b"),
        ),
        (
            "query.plus_for_space",
            Client::of("/p", "/p/", "q=a%20b", "q=a+b"),
        ),
        (
            "query.plus_for_space",
            Client::of("/p", "/p/", "z=%2F&q=a+b", "q=a+b&z=%2F"),
        ),
        ("query.not_encoded", c().swap("q=a%20b&r=c%2Fd", "q=a b&r=c/d")),
        (
            "query.encoded_twice",
            c().swap("q=a%20b&r=c%2Fd", "q=a%2520b&r=c%252Fd"),
        ),
        ("query.no_equals", c().swap("&s=", "&s")),
        ("query.empty_dropped", c().swap("&s=", "")),
        ("query.missing", c().swap("q=a%20b&r=c%2Fd&s=", "")),
        ("query.question_mark", c().swap("q=a", "?q=a")),
        ("query.slash_kept", c().swap("c%2Fd", "c/d")),
        (
            "query.repeated_key_once",
            Client::of("/p", "/p/", "a=2&a=1&b=3", "a=1&b=3"),
        ),
        (
            "query.repeated_key_once",
            Client::of("/p", "/p/", "a=2&a=1&b=3", "a=2&b=3"),
        ),
        (
            "query.as_sent",
            Client::of("/p", "/p/", "b=x:y&a=(1)", "b=x:y&a=(1)"),
        ),
        (
            "query.sorted_backwards",
            Client::of("/p", "/p/", "a=1&c=3&b=2", "c=3&b=2&a=1"),
        ),
        (
            "query.sorted_ignoring_case",
            Client::of("/p", "/p/", "c=3&B=2&a=1", "a=1&B=2&c=3"),
        ),
        ("body.hash_upper_case", {
            let own = hash("{\"text\": \"a, b\"}");
            c().swap(&own, &own.to_uppercase())
        }),
        ("body.hash_missing", c().swap(&hash("{\"text\": \"a, b\"}"), "")),
        (
            "body.hash_missing",
            c().swap(&format!("\n{}", hash("{\"text\": \"a, b\"}")), ""),
        ),
        (
            "body.not_hashed",
            c().swap(&hash("{\"text\": \"a, b\"}"), "{\"text\": \"a, b\"}"),
        ),
        (
            "body.hash_base64",
            c().sends("").swap(
                &hash("{\"text\": \"a, b\"}"),
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            ),
        ),
        ("body.hashed_twice", c().signs_body(&hash("{\"text\": \"a, b\"}"))),
        (
            "headers.space_after_colon",
            c().swap("type:", "type: ")
                .swap("host:", "host: ")
                .swap("date:", "date: ")
                .swap("stage:", "stage: "),
        ),
        ("headers.space_after_colon", c().swap("BETA", "BETA ")),
        (
            "headers.names_not_lower_case",
            c().swap("content-type:", "Content-Type:")
                .swap("host:", "Host:")
                .swap("x-sdk-date:", "X-Sdk-Date:")
                .swap("x-stage:", "X-Stage:"),
        ),
        ("signed_headers.not_lower_case", {
            let mut client = c().swap(
                "content-type;host;x-sdk-date;x-stage",
                "Content-Type;Host;X-Sdk-Date;X-Stage",
            );
            client.list = "Content-Type;Host;X-Sdk-Date;X-Stage".into();
            client
        }),
        ("headers.unsorted", {
            let mut client = c()
                .swap("content-type;host;x-sdk-date;x-stage", "host;x-stage;x-sdk-date;content-type")
                .swap("content-type:application/json\nhost:127.0.0.1:8080\nx-sdk-date:20260115T081530Z\nx-stage:BETA\n", "host:127.0.0.1:8080\nx-stage:BETA\nx-sdk-date:20260115T081530Z\ncontent-type:application/json\n");
            client.list = "host;x-stage;x-sdk-date;content-type".into();
            client
        }),
        ("headers.no_empty_line", c().swap("BETA\n\n", "BETA\n")),
        ("headers.extra_empty_line", c().swap("BETA\n\n", "BETA\n\n\n")),
        (
            "signed_headers.separator",
            c().swap(
                "content-type;host;x-sdk-date;x-stage",
                "content-type,host,x-sdk-date,x-stage",
            ),
        ),
        (
            "signed_headers.separator",
            c().swap("date;x-stage", "date;x-stage;"),
        ),
        ("headers.line_missing", c().swap("x-stage:BETA\n", "")),
        ("headers.value_empty", c().swap("x-stage:BETA\n", "x-stage:\n")),
        ("signed_headers.name_missing", c().swap("date;x-stage", "date")),
        (
            "signed_headers.name_missing",
            c().swap("date;x-stage", "date").swap("x-stage:BETA\n", ""),
        ),
        ("signed_headers.not_listed", {
            let mut client = c()
                .swap("content-type:", "accept:*/*\ncontent-type:")
                .swap("content-type;", "accept;content-type;");
            client.headers.push(("Accept".into(), "*/*".into()));
            client
        }),
        ("headers.repeated_joined", {
            let mut client = c().swap("x-stage:BETA", "x-stage:BETA,ALPHA");
            client.headers.push(("x-stage".into(), "ALPHA".into()));
            client.canonical = client.canonical.replace("BETA,ALPHA", "ALPHA,BETA");
            client
        }),
        ("headers.repeated_joined", {
            let mut client = c();
            client.headers.push(("x-stage".into(), "ALPHA".into()));
            client
        }),
        (
            "headers.spaces_collapsed",
            c().header("x-stage", "BE  TA", Some("BE TA")),
        ),
        ("method.missing", c().swap("POST\n", "")),
        ("method.lower_case", c().swap("POST", "post")),
        ("method.other", c().swap("POST", "GET")),
        (
            "date.format",
            c().string(string(&["SDK-HMAC-SHA256", "2026-01-15T08:15:30Z", "HASH"])),
        ),
        ("date.other_header", {
            let mut client = c().string(string(&[
                "SDK-HMAC-SHA256",
                "Thu, 15 Jan 2026 08:15:30 GMT",
                "HASH",
            ]));
            client
                .headers
                .push(("Date".into(), "Thu, 15 Jan 2026 08:15:30 GMT".into()));
            client
        }),
        (
            "date.taken_twice",
            c().string(string(&["SDK-HMAC-SHA256", "20260115T081531Z", "HASH"])),
        ),
        (
            "date.taken_twice",
            c().string(string(&["SDK-HMAC-SHA256", "20260115T081525Z", "HASH"])),
        ),
        (
            "date.taken_twice",
            c().string(string(&["SDK-HMAC-SHA256", "20260115T081448Z", "HASH"])),
        ),
        // Kept for a quarter of an hour, and local time.
        (
            "date.taken_twice",
            c().string(string(&["SDK-HMAC-SHA256", "20260115T080043Z", "HASH"])),
        ),
        (
            "date.taken_twice",
            c().string(string(&["SDK-HMAC-SHA256", "20260115T081702Z", "HASH"])),
        ),
        (
            "date.taken_twice",
            c().swap(DATE, "20260115T161530Z").string(string(&[
                "SDK-HMAC-SHA256",
                "20260115T161530Z",
                "HASH",
            ])),
        ),
        (
            "date.taken_twice",
            c().swap(DATE, "20260115T081529Z").string(string(&[
                "SDK-HMAC-SHA256",
                "20260115T081529Z",
                "HASH",
            ])),
        ),
        ("canonical.line_ends", {
            let mut client = c();
            client.canonical = client.canonical.replace('\n', "\r\n");
            client.string(|text| format!("SDK-HMAC-SHA256\r\n{DATE}\r\n{}", hash(text)))
        }),
        ("canonical.trailing_newline", {
            let mut client = c();
            client.canonical.push('\n');
            client
        }),
        (
            "canonical.query_line_missing",
            Client::of("/p", "/p/", "", "").swap("/p/\n\n", "/p/\n"),
        ),
        ("canonical.headers_missing", {
            let mut client = c();
            let (start, end) = (
                client.canonical.find("content-type:").expect("it"),
                client.canonical.find("\n\n").expect("it"),
            );
            client.canonical.replace_range(start..=end, "");
            client
        }),
        (
            "canonical.list_missing",
            c().swap("content-type;host;x-sdk-date;x-stage", ""),
        ),
        ("string_to_sign.no_algorithm", c().string(string(&[DATE, "HASH"]))),
        (
            "string_to_sign.other_algorithm",
            c().string(string(&["AWS4-HMAC-SHA256", DATE, "HASH"])),
        ),
        (
            "string_to_sign.no_date",
            c().string(string(&["SDK-HMAC-SHA256", "HASH"])),
        ),
        (
            "string_to_sign.scope_line",
            c().string(string(&[
                "AWS4-HMAC-SHA256",
                DATE,
                "20260115/us-east-1/execute-api/aws4_request",
                "HASH",
            ])),
        ),
        (
            "string_to_sign.lines_swapped",
            c().string(string(&[DATE, "SDK-HMAC-SHA256", "HASH"])),
        ),
        (
            "string_to_sign.not_hashed",
            c().string(string(&["SDK-HMAC-SHA256", DATE, "TEXT"])),
        ),
        ("string_to_sign.skipped", c().string(string(&["TEXT"]))),
        ("string_to_sign.skipped", c().string(string(&["HASH"]))),
        (
            "string_to_sign.hash_form",
            c().string(|text| format!("SDK-HMAC-SHA256\n{DATE}\n{}", hash(text).to_uppercase())),
        ),
        (
            "string_to_sign.trailing_newline",
            c().string(string(&["SDK-HMAC-SHA256", DATE, "HASH", ""])),
        ),
        (
            "secret.base64",
            c().key("c2VjcmV0LWtleS1mb3ItdGVzdHM=", "secret-key-for-tests"),
        ),
        ("secret.hex", c().key("00ff10", [0u8, 0xff, 0x10])),
        ("secret.is_access_key", c().key("s3cret", ACCESS)),
        ("secret.empty", c().key("s3cret", "")),
        ("secret.letter_case", c().key("s3cret", "S3CRET")),
        ("secret.prefixed", c().key("s3cret", "s3cret&")),
        ("secret.prefixed", c().key("s3cret", "s3cret,")),
        ("secret.prefixed", c().key("s3cret", "s3cret;")),
        ("secret.prefixed", c().key("s3cret", "s3cret\u{a0}")),
        ("secret.prefixed", c().key("s3cret", "\u{200b}s3cret")),
        ("secret.derived_key", c().key("s3cret", days("s3cret"))),
        (
            "secret.derived_key",
            c().key("s3cret", hmac(&days("s3cret"), b"aws4_request")),
        ),
        (
            "secret.derived_key",
            c().key("s3cret", hmac(&days("s3cret"), b"v4_request")),
        ),
        (
            "secret.derived_key",
            c().key(
                "s3cret",
                chain(b"AWS4s3cret", "cn-north-4/modelarts/aws4_request"),
            ),
        ),
        (
            "secret.derived_key",
            c().key("s3cret", chain(b"s3cret", "region-1/apig/aws4_request")),
        ),
        (
            "secret.derived_key",
            c().key(
                "s3cret",
                chain(b"AWS4s3cret", "us-east-1/execute-api/aws4_request"),
            )
            .string(string(&[
                "AWS4-HMAC-SHA256",
                DATE,
                "20260115/us-east-1/execute-api/aws4_request",
                "HASH",
            ])),
        ),
        (
            "secret.derived_key",
            c().key(
                "s3cret",
                chain(b"AWS4s3cret", "eu-central-1/apigateway/aws4_request"),
            ),
        ),
        (
            "secret.derived_key",
            c().key(
                "s3cret",
                chain(b"AWS4s3cret", "cn-north-4/execute-api/aws4_request"),
            )
            .string(string(&[
                "SDK-HMAC-SHA256",
                DATE,
                "20260115/cn-north-4/execute-api/aws4_request",
                "HASH",
            ])),
        ),
        // No table names this region; the host does.
        ("secret.derived_key", {
            let host = "b7a.execute-api.me-south-7.example.com";
            c().header("host", host, Some(host)).key(
                "s3cret",
                chain(b"SDKs3cret", "me-south-7/execute-api/sdk_request"),
            )
        }),
        ("secret.character_lost", c().key("s3cret", "s3cre")),
        ("secret.percent_encoded", c().key("s3cret==", "s3cret%3D%3D")),
        ("secret.twice", c().key("s3cret", "s3crets3cret")),
        ("secret.hashed", c().key("s3cret", hash("s3cret"))),
        ("hmac.swapped", {
            let mut client = c();
            let string = format!("SDK-HMAC-SHA256\n{DATE}\n{}", hash(&client.canonical));
            client.signature = Some(hmac(string.as_bytes(), client.secret.as_bytes()));
            client
        }),
        ("hmac.plain_hash", {
            let mut client = c();
            let string = format!("SDK-HMAC-SHA256\n{DATE}\n{}", hash(&client.canonical));
            client.signature = Some(*Sha256::of(format!("{}{string}", client.secret).as_bytes()).as_bytes());
            client
        }),
    ]
}

/// The key that a day, a region, a service and an end give.
fn chain(start: &[u8], scope: &str) -> [u8; 32] {
    let day = hmac(start, b"20260115");
    scope
        .split('/')
        .fold(day, |key, link| hmac(&key, link.as_bytes()))
}

#[test]
fn every_seeded_mistake_is_named() {
    let mut wrong = Vec::new();
    for (at, (name, client)) in seeds().into_iter().enumerate() {
        let found = client
            .autopsy()
            .finding
            .map(|finding| finding.name())
            .unwrap_or_default();
        if found != name {
            wrong.push(format!(
                "seed {at}: {name} was taken for `{found}`; signed: {:?}",
                client.canonical
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mistake_has_a_seed_and_a_name_of_its_own() {
    let seeds = seeds();
    for (at, mistake) in TABLE.iter().enumerate() {
        assert!(
            seeds.iter().any(|(name, _)| *name == mistake.what.name()),
            "no seed for {}",
            mistake.what.name()
        );
        assert!(
            TABLE[..at].iter().all(|other| other.what != mistake.what),
            "{} is there twice",
            mistake.what.name()
        );
    }
    // What is known of the head alone is found elsewhere; all others are tried here.
    let of_the_head = [SigningMistake::DateLocalTime, SigningMistake::AccessIsSecret];
    for known in SigningMistake::ALL {
        let is_tried = TABLE.iter().any(|mistake| mistake.what == *known);
        assert_eq!(is_tried, !of_the_head.contains(known), "{}", known.name());
    }
}

#[test]
fn the_commonest_are_found_in_pairs() {
    let c = Client::new;
    let check = |client: Client, expected: &str| {
        let finding = client.autopsy().finding.expect(expected);
        assert_eq!(finding.name(), expected);
        assert_eq!(finding.canonical_request, client.canonical);
        assert_eq!(finding.mistakes.len(), 2);
    };
    check(
        c().swap("model/\n", "model\n").signs_body(""),
        "path.no_trailing_slash+body.empty_hash",
    );
    check(
        c().swap("model/\n", "model\n").swap("BETA\n\n", "BETA\n"),
        "path.no_trailing_slash+headers.no_empty_line",
    );
    let mut newline = c().swap("model/\n", "model\n");
    newline.key = Some(format!("{}\n", newline.secret).into());
    check(newline, "path.no_trailing_slash+secret.trailing_newline");
    check(
        c().swap("q=a%20b&r=c%2Fd&s=", "")
            .swap("127.0.0.1:8080", "127.0.0.1"),
        "host.port+query.missing",
    );
}

#[test]
fn another_secret_is_not_explained_away() {
    let autopsy = Client::new().key("the true one", "quite another one").autopsy();
    assert!(autopsy.finding.is_none() && !autopsy.cut_short, "{autopsy:?}");
    assert!(autopsy.tries > 200, "{}", autopsy.tries);
}

#[test]
fn a_huge_request_ends_the_search_early() {
    let path = format!("/{}", "a%20".repeat(8_000));
    let canonical = format!("{path}/");
    let autopsy = Client::of(&path, &canonical, "", "")
        .key("the true one", "quite another one")
        .autopsy();
    assert!(
        autopsy.cut_short && autopsy.tries < 2 * WORK_MAX / path.len(),
        "{autopsy:?}"
    );
}

/// Prints what an autopsy costs; the bound is asserted on work, which does not depend on the machine.
#[test]
fn the_cost_of_an_autopsy() {
    let client = Client::new().key("the true one", "quite another one");
    let start = std::time::Instant::now();
    let rounds = 20;
    let tries: usize = (0..rounds).map(|_| client.autopsy().tries).sum();
    let each = start.elapsed() / rounds;
    println!("one autopsy: {} recipes, {each:?}", tries / rounds as usize);
}
