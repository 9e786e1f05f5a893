//! `adyton explain REQUEST_ID`: why a request was answered as it was.

use std::path::Path;

use adyton_api::adyton::audit::AuditExplained;
use adyton_api::adyton::requests::{OwnRequest, RequestExplained};
use adyton_core::catalogue::Reason;
use adyton_core::explain::Explanation;
use adyton_core::id::RequestId;
use adyton_sign::diff::diff;
use clap::Args;
use serde::Serialize;

use super::audit::told::told;
use super::input;
use super::shown_as::{Auth, held};
use crate::again;
use crate::client::Client;
use crate::client::address::Address;
use crate::client::authorities::authorities;
use crate::client::server_access::{Credentials, ServerAccess};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;
use crate::terminal::Tone;

/// Explain why a request was answered as it was: which step decided, what was compared with what, and the fix
#[derive(Args)]
#[command(after_help = "Examples:
  adyton explain 01a2097c3fcd00000100000000000003
  adyton explain 01a2097c3fcd00000100000000000003 --canonical @canonical.txt")]
pub struct Explain {
    /// The id in `X-Request-Id` or in the refusal's body
    request_id: String,
    /// The canonical request that the client signed, to compare line by line with the gateway's
    #[arg(long, value_name = "@FILE|TEXT")]
    canonical: Option<String>,
    /// Read your own share: authenticate as the request did
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// Ask this listener, the gateway's or the control plane's, for your own share
    #[arg(long, value_name = "URL")]
    at: Option<String>,
}

/// What the server explained: all of it, or the caller's share.
#[derive(Serialize)]
#[serde(untagged)]
enum Explained {
    Whole(Box<RequestExplained>),
    Own(Box<OwnRequest>),
}

impl Explained {
    const fn explanation(&self) -> &Explanation {
        match self {
            Self::Whole(explained) => &explained.explanation,
            Self::Own(own) => &own.explanation,
        }
    }

    /// The explanation with commands that its reader can run as they stand.
    fn pasted(&self) -> Explanation {
        let mut explanation = self.explanation().clone();
        let pasted = match self {
            Self::Whole(_) => again::pasted,
            Self::Own(_) => again::pasted_by_caller,
        };
        for text in explanation.fix.iter_mut().chain(&mut explanation.notes) {
            *text = pasted(std::mem::take(text));
        }
        explanation
    }
}

impl Explain {
    /// Prints the explanation.
    pub fn run(self, context: &Context) -> Outcome {
        let theirs = self
            .canonical
            .as_deref()
            .map(|said| input::bytes(said, "--canonical"))
            .transpose()?;
        let id = RequestId::parse(self.request_id.trim().as_bytes()).ok_or_else(|| {
            Failure::wrong_use(said!("`{}` is not a request id", "`{}` 不是请求 ID", self.request_id))
                .hint(said!("it has 32 hex digits: the answer's `X-Request-Id`, or `request_id` in its body; `adyton requests` lists them", "请求 ID 是 32 位十六进制数：响应的 `X-Request-Id` 或响应体中的 `request_id`；`adyton requests` 可以列出"))
        })?;
        if id.is_of_management() {
            return self.management(context, id);
        }
        let explained = if self.auth.is_some() || self.at.is_some() {
            self.own(context, id)?
        } else {
            of_project(context, id)?
        };
        let canonical_diff = match theirs {
            None => None,
            Some(theirs) => Some(compare(
                explained.explanation(),
                &String::from_utf8_lossy(&theirs),
            )?),
        };
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&ExplainDocument {
                explained,
                canonical_diff,
            });
            return Ok(());
        }
        terminal.print(terminal.explanation(&explained.pasted(), terminal.width()));
        if let Some(compared) = canonical_diff {
            terminal.print("");
            terminal.print(terminal.tone(
                Tone::Bold,
                said!("The canonical request, line by line", "规范请求，逐行对照"),
            ));
            terminal.print(compared.text);
        }
        Ok(())
    }
}

impl Explain {
    /// A management call: of the project's records, or else the caller's share.
    fn management(&self, context: &Context, id: RequestId) -> Outcome {
        if self.canonical.is_some() {
            return Err(Failure::wrong_use(said!(
                "--canonical: {id} is a management call, whose canonical request is not kept",
                "--canonical：{id} 是管理调用，其规范请求没有保留"
            ))
            .hint(said!(
                "`adyton sign` shows the canonical request that the server would have computed",
                "`adyton sign` 显示服务器会计算出的规范请求"
            )));
        }
        let mut client = context.client()?;
        if let Some(url) = &self.at {
            client.server.control = Address::parse(url, "--at")?;
        }
        let explained = match self.auth {
            None => of_trail(context, &client, id)?,
            Some(_) => own_of_trail(context, &client, self.auth, id)?,
        };
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&explained);
        } else {
            terminal.print(told(terminal, &explained));
        }
        Ok(())
    }

    /// The caller's share, as whom `--auth` says, at the listener that `--at` says. Apps may know the gateway's address alone.
    fn own(&self, context: &Context, id: RequestId) -> Outcome<Explained> {
        let listener = match (&self.at, self.auth) {
            (Some(url), _) => Some(Address::parse(url, "--at")?),
            (None, Some(Auth::App | Auth::Appcode)) => match context.variable("ADYTON_GATEWAY_URL") {
                Some(url) => Some(Address::parse(url, "ADYTON_GATEWAY_URL")?),
                None => None,
            },
            (None, _) => None,
        };
        let client = match (listener, self.auth) {
            (Some(address), Some(Auth::App | Auth::Appcode)) => of_listener(context, address)?,
            (Some(address), _) => {
                let mut client = context.client()?;
                client.server.control = address;
                client
            }
            (None, _) => context.client()?,
        };
        let held = held(context, &client, self.auth)?;
        match client.own_request(id, &held.shown()) {
            Ok(own) => Ok(Explained::Own(Box::new(own))),
            Err(failure) if failure.status() == Some(404) => Err(Failure::failed(said!(
                "no request with the id {id} named these credentials",
                "没有 ID 为 {id} 的请求使用过这些凭证"
            ))
            .hint(said!(
                "authenticate as the request did; older requests may have been deleted. Or ask an operator of the service's project to \
                 run `adyton explain {id}`; what `X-Adyton-Reason` in the answer means, everybody may read: `adyton errors REASON`",
                "请使用该请求所用的凭证进行认证；更早的请求可能已被删除。或请服务所属项目的操作员执行 `adyton explain {id}`；响应中 \
                 `X-Adyton-Reason` 的含义任何人都可以查看：`adyton errors REASON`"
            ))),
            Err(failure) => Err(failure),
        }
    }
}

/// A client of a listener of which nothing else is known.
fn of_listener(context: &Context, address: Address) -> Outcome<Client> {
    let authority = context.variable("ADYTON_CA_FILE").map(Path::new);
    let server = ServerAccess {
        said: address.to_string(),
        control: address,
        gateway: None,
        project: String::new(),
        credentials: Credentials::default(),
        authorities: authority.map(authorities).transpose()?,
    };
    Ok(Client::new(server, context.clock.clone()))
}

/// A management call of the project's audit trail, or else the caller's share of it.
fn of_trail(context: &Context, client: &Client, id: RequestId) -> Outcome<AuditExplained> {
    match client.audited(id) {
        Ok(explained) => Ok(explained),
        Err(failure) if matches!(failure.status(), Some(401 | 403 | 404)) => {
            own_of_trail(context, client, None, id)
        }
        Err(failure) => Err(failure),
    }
}

/// The caller's share of a management call, as whom `auth` says.
fn own_of_trail(
    context: &Context,
    client: &Client,
    auth: Option<Auth>,
    id: RequestId,
) -> Outcome<AuditExplained> {
    let held = held(context, client, auth)?;
    client.own_audited(id, &held.shown()).map_err(|failure| match failure.status() {
        Some(404) => Failure::failed(said!(
            "there is no record of the management call {id} that you may read",
            "没有您可以读取的管理调用 {id} 的记录"
        ))
        .hint(said!(
            "whoever made it reads it with the same credentials: `adyton explain {id} --context NAME`; an administrator or auditor of \
             the domain reads it too, also where nobody was proven to have made it: ask one to run `adyton explain {id}`",
            "调用方可以用同一凭证查看：`adyton explain {id} --context NAME`；账号的管理员或审计员也可以查看（包括无法证实调用方的调用）：请其执行 `adyton explain {id}`"
        ))
        .hint(said!(
            "calls that read and succeeded leave no record; of more than 60 refused calls of one caller in a minute (30 of a source where \
             nobody is proven) the rest is only counted: `adyton audit --refused`",
            "成功的读取调用不留记录；同一调用方一分钟内被拒绝的调用超过 60 次（无法证实调用方的来源超过 30 次）时，其余只计数：`adyton audit --refused`"
        )),
        _ => failure,
    })
}

/// A request of the project, or else of the caller.
fn of_project(context: &Context, id: RequestId) -> Outcome<Explained> {
    let client = context.client()?;
    let failure = match client.explained(id) {
        Ok(explained) => return Ok(Explained::Whole(Box::new(explained))),
        Err(failure) => failure,
    };
    // A key that is locked reads its own share still.
    if matches!(failure.status(), Some(401 | 403 | 404))
        && let Ok(held) = held(context, &client, None)
        && let Ok(own) = client.own_request(id, &held.shown())
    {
        return Ok(Explained::Own(Box::new(own)));
    }
    Err(match failure.status() {
        // The server says why there is none.
        Some(404) if failure.is_for(Reason::ManageRecordLeftOut) => failure,
        Some(404) => Failure::failed(said!(
            "this project has no request with the id {id}",
            "该项目没有 ID 为 {id} 的请求"
        ))
        .hint(said!(
            "`adyton requests` lists the requests that are kept; another project's are read with `--project NAME`, and those whose \
             address belongs to none (a wrong URL, a head that cannot be read) by whoever sent them, with the credential that they \
             sent, or by an administrator of the domain: ask one of them to run `adyton explain {id}`",
            "`adyton requests` 列出保留的请求；其他项目的请求用 `--project NAME` 读取；地址不属于任何项目的请求（URL 错误、头部无法解析）\
             由发送者用当时的凭证，或由账号的管理员执行 `adyton explain {id}` 读取"
        )),
        Some(403) if failure.is_for(Reason::IamNotPermitted) => not_own(id),
        _ => failure,
    })
}

/// Of a request that did not name who asks, who may read no others.
fn not_own(id: RequestId) -> Failure {
    Failure::failed(said!(
        "the request {id} did not name your credentials, and your role reads no others",
        "请求 {id} 没有使用您的凭证，而您的角色不能读取其他请求"
    ))
    .hint(said!(
        "ask as it was sent: `--context NAME`, `--auth app` or `--auth appcode`; what was sent without a valid credential is read from the \
         machine that sent it. Or ask an operator of the service's project to run `adyton explain {id}`; where the URL or the head was wrong, \
         an administrator of the domain. What `X-Adyton-Reason` in the answer means, everybody may read: `adyton errors REASON`",
        "请用发送请求时的凭证查询：`--context NAME`、`--auth app` 或 `--auth appcode`；没有有效凭证的请求，须在发送它的机器上查询。或请服务所属\
         项目的操作员执行 `adyton explain {id}`；URL 或请求头部有误时，请账号的管理员执行。响应中 `X-Adyton-Reason` 的含义任何人都可以查看：`adyton errors REASON`"
    ))
}

/// The one document of `--json`.
#[derive(Serialize)]
struct ExplainDocument {
    #[serde(flatten)]
    explained: Explained,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_diff: Option<Compared>,
}

/// Two canonical requests, line by line.
#[derive(Serialize)]
struct Compared {
    /// For people.
    text: String,
    lines: Vec<ComparedLine>,
}

#[derive(Serialize)]
struct ComparedLine {
    component: String,
    gateway: Option<String>,
    client: Option<String>,
    same: bool,
}

/// The gateway's canonical request and the pasted one.
fn compare(explanation: &Explanation, theirs: &str) -> Outcome<Compared> {
    let ours = explanation
        .signature
        .as_ref()
        .and_then(|signature| signature.canonical_request.as_deref());
    let ours = ours.ok_or_else(|| {
        Failure::wrong_use(said!(
            "the gateway computed no canonical request for this one: it was not signed, or it was refused earlier",
            "网关没有为该请求计算规范请求：它未签名，或在此之前已被拒绝"
        ))
    })?;
    // Editors end files with a line feed, which a canonical request has not.
    let theirs = theirs.strip_suffix('\n').unwrap_or(theirs);
    let diff = diff(ours, theirs);
    let text = diff.to_string();
    let lines = diff.lines.into_iter().map(|line| ComparedLine {
        component: line.component.to_string(),
        same: line.is_same(),
        gateway: line.ours,
        client: line.theirs,
    });
    Ok(Compared {
        text,
        lines: lines.collect(),
    })
}
