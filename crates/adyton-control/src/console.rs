//! The web console's files, as they are built into the binary, and how they are served.
//!
//! The page is one for every address below `/console`: it finds out itself what to show. Its scripts and styles have names that
//! hold their digest, so browsers keep them for good; all else is asked for again, and answered with 304 while it is the same.
//! Nothing may come from anywhere else, and nobody may put the page into a frame.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use adyton_core::language::Language;

use crate::failure::{Failure, OperationResult};

/// A file of the console.
struct EmbeddedFile {
    /// Its place below `console/dist`.
    path: &'static str,
    /// Its media type.
    kind: &'static str,
    /// The first digits of its SHA-256.
    digest: &'static str,
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

/// What was built in; empty where the console was not built before the binary.
static FILES: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/console_files.rs"));

/// What the page may load: this server's own files, images that it makes itself, and what its requests bring.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
     font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
);
/// For files whose names change with their content.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For all others: kept, and asked for again each time.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// Where files lie whose names change with their content.
const HASHED: &str = "assets/";

/// A set of files with a page.
#[derive(Clone, Copy)]
pub(crate) struct Console(&'static [EmbeddedFile]);

impl Console {
    /// The one that is built in.
    pub(crate) const fn built_in() -> Self {
        Self(FILES)
    }
    /// What is at an address below `/console/`: a file, or the page.
    pub(crate) fn at(self, path: &str, headers: &HeaderMap, language: Language) -> OperationResult<Response> {
        match self.find(path) {
            Some(file) => file.answer(headers),
            // What a page names and is not there must not look like a page.
            None if path.starts_with(HASHED) => Err(Failure::missing(crate::thing::Thing::File, path)),
            None => self.page(headers, language),
        }
    }
    /// The page; where there is none, one that says how to build it.
    pub(crate) fn page(self, headers: &HeaderMap, language: Language) -> OperationResult<Response> {
        match self.find("index.html") {
            Some(page) => page.answer(headers),
            None => Ok(not_built(language)),
        }
    }
    fn find(self, path: &str) -> Option<&'static EmbeddedFile> {
        self.0.iter().find(|file| file.path == path)
    }
}

impl EmbeddedFile {
    /// The smallest form of it that the client takes, or that it has it already.
    fn answer(&self, headers: &HeaderMap) -> OperationResult<Response> {
        let (coding, bytes) = [("br", self.brotli), ("gzip", self.gzip)]
            .into_iter()
            .find_map(|(coding, bytes)| {
                bytes
                    .filter(|_| takes(headers, coding))
                    .map(|bytes| (coding, bytes))
            })
            .unwrap_or(("", self.bytes));
        let tag = format!("\"{}{coding}\"", self.digest);
        let mut answer = secured(match has(headers, &tag) {
            true => {
                let mut unchanged = Response::new(Body::empty());
                *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
                unchanged
            }
            false => Response::new(Body::from(Bytes::from_static(bytes))),
        });
        let keeps = if self.path.starts_with(HASHED) {
            FOR_GOOD
        } else {
            ASK_AGAIN
        };
        let to = answer.headers_mut();
        to.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        to.insert(header::CACHE_CONTROL, keeps);
        to.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        to.insert(
            header::ETAG,
            HeaderValue::from_str(&tag).map_err(Failure::defect)?,
        );
        if !coding.is_empty() {
            to.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        Ok(answer)
    }
}

/// Whether a client takes a coding of the content: it names it, and not with a weight of nothing.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    values(headers, header::ACCEPT_ENCODING).any(|value| {
        let (name, weight) = value.split_once(';').unwrap_or((value, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1").trim();
        name.trim().eq_ignore_ascii_case(coding) && weight.parse().is_ok_and(|weight: f32| weight > 0.0)
    })
}

/// Whether a client has what this tag names.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    values(headers, header::IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// The values of a header that is a list.
fn values(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

/// An answer with what keeps the page to itself.
fn secured(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    answer
}

/// The page of a binary that was built without the console.
fn not_built(language: Language) -> Response {
    let page = match language {
        Language::English => {
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Adyton</title><h1>Adyton</h1>\
             <p>This is the control listener. The web console was not built into this binary: in the sources, \
             <code>cargo xtask console</code> builds it (it brings Node.js if need be); then build the server again.</p>\
             <ul><li>Command line: <code>adyton login</code>, then <code>adyton service list</code></li>\
             <li>The API: <a href=\"/docs\">reference</a>, <a href=\"/openapi.json\">OpenAPI document</a></li>\
             <li>Health: <a href=\"/healthz/ready\">/healthz/ready</a></li></ul></html>\n"
        }
        Language::Chinese => {
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Adyton</title><h1>Adyton</h1>\
             <p>这里是管理监听地址。此程序在构建时没有包含 Web 控制台：请在源码中执行 <code>cargo xtask console</code> \
             构建控制台（必要时会自动获取 Node.js），然后重新构建服务器。</p>\
             <ul><li>命令行：<code>adyton login</code>，然后 <code>adyton service list</code></li>\
             <li>API：<a href=\"/docs\">参考</a>、<a href=\"/openapi.json\">OpenAPI 文档</a></li>\
             <li>健康状态：<a href=\"/healthz/ready\">/healthz/ready</a></li></ul></html>\n"
        }
    };
    let mut answer = secured(Response::new(Body::from(page)));
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    static SOME: &[EmbeddedFile] = &[
        EmbeddedFile {
            path: "index.html",
            kind: "text/html; charset=utf-8",
            digest: "aa",
            bytes: b"<page>",
            gzip: Some(b"gz"),
            brotli: Some(b"br"),
        },
        EmbeddedFile {
            path: "assets/logo.png",
            kind: "image/png",
            digest: "bb",
            bytes: b"png",
            gzip: None,
            brotli: None,
        },
    ];

    fn head(lines: &[(&'static str, &str)]) -> HeaderMap {
        let lines = lines.iter();
        lines
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    async fn get(path: &str, lines: &[(&'static str, &str)]) -> (StatusCode, HeaderMap, String) {
        let answer = Console(SOME).at(path, &head(lines), Language::English).unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, 4_096).await.unwrap();
        (
            parts.status,
            parts.headers,
            String::from_utf8_lossy(&body).into_owned(),
        )
    }

    #[tokio::test]
    async fn every_address_that_is_no_file_is_the_page() {
        for path in ["", "services/s/logs", "models/a.b/1.0.0", "index.html"] {
            let (status, headers, body) = get(path, &[]).await;
            assert_eq!((status, body.as_str()), (StatusCode::OK, "<page>"), "{path}");
            assert_eq!(headers["cache-control"], "no-cache", "{path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self';"),
                "{policy}"
            );
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
            assert_eq!(headers["referrer-policy"], "no-referrer");
        }
    }

    #[tokio::test]
    async fn what_a_page_names_is_kept_for_good_or_is_missing() {
        let (_, headers, body) = get("assets/logo.png", &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(
            (body.as_str(), &headers["content-type"]),
            ("png", &HeaderValue::from_static("image/png"))
        );
        assert_eq!(headers["cache-control"], FOR_GOOD);
        let missing = Console(SOME).at("assets/gone.js", &HeaderMap::new(), Language::English);
        assert!(matches!(missing, Err(Failure::Missing { .. })));
    }

    #[tokio::test]
    async fn the_smallest_form_that_the_browser_takes_is_sent() {
        for (accepts, coding, body) in [
            ("gzip, deflate, br", "br", "br"),
            ("gzip;q=1.0, br;q=0", "gzip", "gz"),
            ("GZIP", "gzip", "gz"),
            ("gzip;q=0", "", "<page>"),
            ("identity", "", "<page>"),
        ] {
            let (_, headers, sent) = get("", &[("accept-encoding", accepts)]).await;
            let found = headers
                .get("content-encoding")
                .map_or("", |value| value.to_str().unwrap());
            assert_eq!((found, sent.as_str()), (coding, body), "{accepts}");
            assert_eq!(headers["vary"], "Accept-Encoding");
            assert_eq!(headers["etag"], format!("\"aa{coding}\""));
        }
    }

    #[tokio::test]
    async fn what_the_browser_has_is_not_sent_again() {
        for known in ["\"aa\"", "W/\"aa\"", "\"x\", \"aa\"", "*"] {
            let (status, headers, body) = get("", &[("if-none-match", known)]).await;
            assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
            assert_eq!(headers["etag"], "\"aa\"");
        }
        let (status, _, _) = get("", &[("if-none-match", "\"aa\""), ("accept-encoding", "br")]).await;
        assert_eq!(status, StatusCode::OK, "another form of it");
    }

    #[tokio::test]
    async fn a_binary_without_the_console_says_how_to_build_it() {
        for (language, says) in [
            (Language::English, "was not built"),
            (Language::Chinese, "没有包含"),
        ] {
            let answer = Console(&[]).at("services", &HeaderMap::new(), language).unwrap();
            assert!(answer.headers().contains_key("content-security-policy"));
            let body = axum::body::to_bytes(answer.into_body(), 4_096).await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(
                body.contains(says) && body.contains("cargo xtask console"),
                "{body}"
            );
            assert!(
                !body.contains("<style") && !body.contains("<script"),
                "the policy forbids it"
            );
        }
    }
}
