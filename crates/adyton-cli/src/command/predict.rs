//! `adyton predict SERVICE [PATH]`: calls a service at its API address, as its callers do. `called.rs` finds what is meant.

mod called;

use std::time::Duration;

use adyton_core::advice::is_plain;
use adyton_core::catalogue::Reason;
use adyton_core::header::{X_ADYTON_ANSWERED_BY, X_ADYTON_IGNORED};
use adyton_core::live::route::encoded;
use clap::Args;
use serde_json::{Value, json};

use self::called::{Called, called, joined, only_path, plain};
use super::call_path;
use super::curl;
use super::input;
use super::shown_as::{Auth, Held, held, usual};
use super::sign::headers;
use crate::client::answer::{Answer, Asked};
use crate::client::lookup;
use crate::client::multipart;
use crate::client::service_call::{ServiceCall, as_request, call, url};
use crate::client::{Body, Client, encoded as encoded_query};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;
use crate::terminal::Tone;

/// Call a service
#[derive(Args)]
#[command(after_help = "Examples:
  adyton predict iris --data @request.json
  adyton predict poetry /predictions/poetry --data '{\"text\": \"The moon\"}'
  adyton predict iris --auth token < request.json
  adyton predict vision --form image=@cat.png
  adyton predict $ADDRESS --data @request.json
  adyton predict iris --example > request.json
  adyton predict iris --data @request.json --curl")]
pub struct Predict {
    /// Name or id; or the API address, if you may call it but not look it up
    service: String,
    /// The path below the API address, with or without its escapes [default: the one that the model declares]
    path: Option<String>,
    /// The body: JSON or other text, @FILE, or @- for standard input [default: what is piped in]
    #[arg(long, short, value_name = "JSON|@FILE", conflicts_with = "form")]
    data: Option<String>,
    /// A field of a form: NAME=VALUE, or NAME=@FILE to upload a file
    #[arg(long, short = 'F', value_name = "NAME=@FILE")]
    form: Vec<String>,
    /// How to authenticate [default: with the context's key or token]
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// GET, POST, … [default: what the model declares]
    #[arg(long, short = 'X')]
    method: Option<String>,
    /// A further header
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Print the answer's bytes as they are, on a terminal too: there, control characters are escaped otherwise
    #[arg(long)]
    raw: bool,
    /// Print a body that fits what the service declares for the path, instead of calling it
    #[arg(long, conflicts_with_all = ["data", "form", "curl", "headers"])]
    example: bool,
    /// Print the call as a curl command instead of making it; a signature in it is valid for 15 minutes
    #[arg(long)]
    curl: bool,
}

impl Predict {
    /// Prints the body alone, so that it can be kept as a file; of a form, what it takes.
    fn print_example(&self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = lookup::service_id(&client, &self.service)?;
        let asked = [("path", &self.path), ("method", &self.method)];
        let asked = asked
            .iter()
            .filter_map(|(name, said)| Some(format!("{name}={}", encoded_query(said.as_deref()?))));
        let example = client.service_example(&id, &asked.collect::<Vec<_>>().join("&"))?;
        let terminal = &context.terminal;
        if !example.files.is_empty() {
            let fields: Vec<String> = example
                .files
                .iter()
                .map(|name| format!("--form {name}=@FILE"))
                .collect();
            terminal.note(said!(
                "a form with files: send them with {}",
                "带文件的表单：用 {} 发送",
                fields.join(" ")
            ));
        }
        match &example.body {
            Some(body) => terminal.document(body),
            None if example.files.is_empty() => {
                return Err(Failure::failed(said!(
                    "{} {} declares no body",
                    "{} {} 没有声明请求体",
                    example.method,
                    example.path
                ))
                .hint(said!(
                    "`apis[].request` in the model's config.json declares it; to call without: --data JSON or --data @FILE",
                    "请求体在模型 config.json 的 `apis[].request` 中声明；没有声明时可用 --data JSON 或 --data @FILE 调用"
                )));
            }
            None => {}
        }
        Ok(())
    }
    /// Calls it and prints the answer as it came.
    pub fn run(self, context: &Context) -> Outcome {
        if self.example {
            return self.print_example(context);
        }
        let further = headers(&self.headers)?;
        let data = match &self.data {
            Some(data) => Some(data.clone()),
            None => input::piped(&context.terminal, self.method.as_deref(), &self.form),
        };
        let body = body(data.as_deref(), &self.form)?;
        let client = context.client()?;
        let (called, declared) = called(&client, &self.service, self.path.as_deref())?;
        let path = match (&self.path, &declared) {
            (None, None) => String::new(),
            (None, Some(declared)) => only_path(&self.service, &declared.url)?,
            // As the model declares it, letter by letter: `?` and `%` are letters too.
            (Some(path), Some(declared)) if plain(path) == plain(&declared.url) => encoded(path).into_owned(),
            (Some(path), _) => call_path::sent(path),
        };
        let method = match (&self.method, &declared, &body) {
            (Some(method), ..) => method.to_uppercase(),
            (None, Some(declared), _) => declared.method.to_uppercase(),
            (None, None, Body::Empty) => "GET".to_owned(),
            (None, None, _) => "POST".to_owned(),
        };
        let url = match called {
            Called::Service(service) => url(&client, &service.summary.access_address, &path)?,
            Called::Address(address) => joined(address, &path),
        };
        let planned = ServiceCall {
            url: &url,
            method: &method,
            headers: further,
            body,
        };
        if self.curl {
            let shown = self.as_curl(context, &client, planned, data.as_deref())?;
            context.terminal.print(shown);
            return Ok(());
        }
        let held = held(context, &client, self.auth)?;
        let start = context.clock.monotonic();
        let answer = call(&client, planned, &held.shown())?;
        let took = context.clock.monotonic().saturating_sub(start);
        let shown = show(context, answer, took, self.raw);
        match self.path {
            // One of several paths is meant, and the service tells which.
            None => shown.map_err(|failure| match failure.is_for(Reason::RouteUndeclaredPath) {
                true => failure.hint(said!(
                    "`adyton service show {}` lists the paths; name one: `adyton predict {} PATH`",
                    "`adyton service show {}` 列出各路径；请指定其中之一：`adyton predict {} PATH`",
                    self.service,
                    self.service
                )),
                false => failure,
            }),
            Some(_) => shown,
        }
    }

    /// The call as a curl command. Signatures stand in it; what is secret is named, and fetched when it runs.
    fn as_curl(
        &self,
        context: &Context,
        client: &Client,
        call: ServiceCall<'_>,
        data: Option<&str>,
    ) -> Outcome<String> {
        let auth = self.auth.unwrap_or_else(|| usual(client));
        let (held, secret) = match auth {
            Auth::Token => (Held::Nothing, Some(token_header(context.named.as_deref()))),
            Auth::Appcode => (Held::Nothing, Some("X-Apig-AppCode: $ADYTON_APP_CODE".to_owned())),
            Auth::Aksk | Auth::App if !self.form.is_empty() => {
                return Err(Failure::wrong_use(said!(
                    "curl builds the form itself, so it cannot be signed in advance",
                    "表单由 curl 组装，因此无法预先签名"
                ))
                .hint(said!(
                    "use --auth token or --auth appcode with --form and --curl",
                    "同时使用 --form 和 --curl 时，请用 --auth token 或 --auth appcode"
                )));
            }
            Auth::Aksk | Auth::App => (held(context, client, Some(auth))?, None),
            Auth::None => (Held::Nothing, None),
        };
        let method = call.method;
        let (url, headers) = as_request(call, |request| request.head(&held.shown(), client.clock().now()))?;
        Ok(curl::command(&curl::CurlCall {
            method,
            url: &url,
            headers: &headers,
            secret: secret.as_deref(),
            data,
            form: &self.form,
        }))
    }
}

/// The header whose token a shell gets, of the context that was named.
fn token_header(named: Option<&str>) -> String {
    let context = named
        .filter(|name| is_plain(name))
        .map(|name| format!(" --context {name}"));
    format!(
        "X-Auth-Token: $(adyton{} token create)",
        context.unwrap_or_default()
    )
}

fn body(data: Option<&str>, form: &[String]) -> Outcome<Body> {
    if !form.is_empty() {
        let (bytes, kind) = multipart::form(form)?;
        return Ok(Body::Bytes(bytes, kind));
    }
    let Some(data) = data else { return Ok(Body::Empty) };
    let bytes = input::bytes(data, "--data")?;
    let is_json = matches!(bytes.trim_ascii().first(), Some(b'{' | b'['));
    Ok(Body::Bytes(
        bytes,
        if is_json {
            "application/json"
        } else {
            "application/octet-stream"
        }
        .to_owned(),
    ))
}

fn show(context: &Context, answer: Answer, took: Duration, raw: bool) -> Outcome {
    let by = answer
        .header(X_ADYTON_ANSWERED_BY.as_str())
        .unwrap_or("?")
        .to_owned();
    // What the model answers is its own, also when it is an error; only the gateway's refusals are explained.
    if !answer.status.is_success() && by != "model" {
        return Err(answer.refusal(Asked::Gateway));
    }
    let id = answer.request_id().unwrap_or_default();
    let status = answer.status.as_u16();
    let by = match by.as_str() {
        "model" => said!("the model", "模型"),
        "gateway" => said!("the gateway", "网关"),
        other => other.to_owned(),
    };
    let line = said!(
        "{status} from {by} in {:.1} ms, request id {id}",
        "{status}，由{by}返回，用时 {:.1} ms，请求 ID {id}",
        took.as_secs_f64() * 1e3
    );
    let failed = || {
        Failure::failed(said!("the model answered {status}", "模型返回了 {status}"))
            .hint(format!("`adyton explain {id}`"))
    };
    let is_failed = !answer.status.is_success();
    if context.terminal.is_json() {
        let document = serde_json::from_slice::<Value>(&answer.body)
            .unwrap_or_else(|_| json!({"status": status, "body": String::from_utf8_lossy(&answer.body)}));
        if is_failed {
            // The one document is what the model said; it is printed with the failure.
            return Err(failed().with_document(&document));
        }
        context.terminal.document(&document);
        return Ok(());
    }
    context.terminal.print_answer(&answer.body, raw);
    if let Some(names) = answer.header(X_ADYTON_IGNORED.as_str()) {
        context
            .terminal
            .note(said!("not read by the model: {names}", "模型没有读取：{names}"));
    }
    context.terminal.note(context.terminal.tone(Tone::Dim, line));
    if is_failed { Err(failed()) } else { Ok(()) }
}
