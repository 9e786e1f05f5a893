//! `adyton sign METHOD URL`: signs a request, and shows every step of it.

use adyton_core::address;
use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_sign::{Outgoing, OutgoingBody, Signed};
use clap::Args;
use serde_json::{Map, Value, json};
use ureq::http;

use super::{curl, input};
use crate::client::address::Address;
use crate::client::request::signed;
use crate::client::server_access::KeyPair;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;
use crate::terminal::{Printable, Tone};

/// Sign a request and show how: canonical request and headers
#[derive(Args)]
#[command(after_help = "Examples:
  adyton sign POST $ADDRESS --data @request.json
  adyton sign GET http://127.0.0.1:8081/v1/PROJECT/services --curl
  adyton sign POST $ADDRESS --app")]
pub struct Sign {
    /// GET, POST, …
    method: String,
    /// The whole URL, as it will be sent
    url: String,
    /// The body: TEXT, @FILE, or @- for standard input
    #[arg(long, value_name = "TEXT|@FILE")]
    data: Option<String>,
    /// Do not sign the body (X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD)
    #[arg(long, conflicts_with = "data")]
    unsigned_payload: bool,
    /// A further header that will be sent, and is signed
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Sign as an app
    #[arg(long)]
    app: bool,
    /// Sign at this time instead of now
    #[arg(long, value_name = "YYYYMMDDTHHMMSSZ")]
    date: Option<String>,
    /// Print a curl command that sends the signed request
    #[arg(long)]
    curl: bool,
}

impl Sign {
    /// Signs and prints.
    pub fn run(self, context: &Context) -> Outcome {
        let (address, rest) = Address::split(&self.url).ok_or_else(|| {
            Failure::wrong_use(said!("`{}` is not a URL", "`{}` 不是 URL", self.url)).hint(said!(
                "write the whole of it: `http://127.0.0.1:8080{}…`",
                "请写完整：`http://127.0.0.1:8080{}…`",
                address::SERVICES
            ))
        })?;
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let method = self.method.to_uppercase();
        if http::Method::from_bytes(method.as_bytes()).is_err() {
            return Err(
                Failure::wrong_use(said!("`{}` is not a method", "`{}` 不是请求方法", self.method)).hint(
                    said!(
                        "write one word, such as GET or POST",
                        "请写一个单词，例如 GET 或 POST"
                    ),
                ),
            );
        }
        let at = match &self.date {
            None => context.clock.now(),
            Some(text) => Timestamp::from_sdk_date(text).ok_or_else(|| {
                Failure::wrong_use(said!("--date {text}: not a time", "--date {text}：不是时间"))
                    .hint(said!("write it as 20260115T081530Z", "请写成 20260115T081530Z"))
            })?,
        };
        let body = match (&self.data, self.unsigned_payload) {
            (_, true) => OutgoingBody::Unsigned,
            (Some(data), _) => OutgoingBody::Hashed(Sha256::of(&input::bytes(data, "--data")?)),
            (None, _) => OutgoingBody::Hashed(Sha256::EMPTY),
        };
        let headers = headers(&self.headers)?;
        let keys = if self.app {
            app_keys(context)?
        } else {
            context.sources().keys()?
        };
        let path = if path.is_empty() { "/" } else { path };
        let outgoing = Outgoing {
            method: &method,
            path,
            query,
            host: address.host(),
            headers: &headers,
            body,
        };
        let signed = signed(&outgoing, &keys, at)?;
        if self.curl {
            let all: Vec<(String, String)> = headers.iter().chain(&signed.headers).cloned().collect();
            context.terminal.print(curl::command(&curl::CurlCall {
                method: &method,
                url: self.url.split('#').next().unwrap_or_default(),
                headers: &all,
                secret: None,
                data: self.data.as_deref(),
                form: &[],
            }));
            return Ok(());
        }
        show(context, &signed);
        Ok(())
    }
}

/// Headers as they are written after `-H`.
pub fn headers(said: &[String]) -> Outcome<Vec<(String, String)>> {
    let pair = |header: &String| match header.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(Failure::wrong_use(said!(
            "--header `{header}`: expected `Name: value`",
            "--header `{header}`：应为 `Name: value`"
        ))
        .hint(said!(
            "write --header 'Name: value'",
            "请写成 --header 'Name: value'"
        ))),
    };
    said.iter().map(pair).collect()
}

/// `ADYTON_APP_KEY` and `ADYTON_APP_SECRET`.
pub fn app_keys(context: &Context) -> Outcome<KeyPair> {
    let missing = |name: &str| {
        Failure::wrong_use(said!("{name} is not set", "未设置 {name}"))
            .hint(said!("`adyton app create` prints an AppKey and its AppSecret; set ADYTON_APP_KEY and ADYTON_APP_SECRET to them", "`adyton app create` 输出 AppKey 和 AppSecret；请将 ADYTON_APP_KEY 和 ADYTON_APP_SECRET 设为它们"))
    };
    let access = context
        .variable("ADYTON_APP_KEY")
        .ok_or_else(|| missing("ADYTON_APP_KEY"))?;
    let secret = context
        .variable("ADYTON_APP_SECRET")
        .ok_or_else(|| missing("ADYTON_APP_SECRET"))?;
    Ok(KeyPair {
        access: access.to_owned(),
        secret: adyton_core::secret::Secret::new(secret.to_owned()),
    })
}

fn show(context: &Context, signed: &Signed) {
    let terminal = &context.terminal;
    if terminal.is_json() {
        let headers: Map<String, Value> = signed
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), Value::String(value.clone())))
            .collect();
        terminal.document(&json!({
            "canonical_request": signed.canonical_request,
            "string_to_sign": signed.string_to_sign,
            "headers": headers,
        }));
        return;
    }
    let headers: Vec<String> = signed
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let parts = [
        ("canonical request", signed.canonical_request.clone()),
        ("string to sign", signed.string_to_sign.clone()),
        ("headers", headers.join("\n")),
    ];
    let parts = parts.map(|(title, text)| terminal.tone(Tone::Bold, title) + "\n" + text);
    terminal.print(Printable::joined(parts, "\n\n"));
}

#[cfg(test)]
mod tests {
    use super::headers;

    #[test]
    fn a_header_is_a_name_a_colon_and_any_value() {
        let read = |said: &str| headers(&[said.to_owned()]);
        let pair = |name: &str, value: &str| Some(vec![(name.to_owned(), value.to_owned())]);
        assert_eq!(read("X-Stage: RELEASE").ok(), pair("X-Stage", "RELEASE"));
        assert_eq!(read("A:b:c").ok(), pair("A", "b:c"));
        assert_eq!(read("Empty:").ok(), pair("Empty", ""));
        for wrong in ["X-Stage", ": value", ""] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
