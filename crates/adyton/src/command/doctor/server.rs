//! The server: does it answer, are its listeners ready, are the credentials good, do the clocks agree.

use super::Finding;
use super::check_name::CheckName;
use crate::command::health::waited_for;
use crate::config::Config;
use adyton_cli::client::address::Address;
use adyton_cli::client::answer::Answer;
use adyton_cli::client::server_access::ServerAccess;
use adyton_cli::client::{Body, Client, Request, Shown};
use adyton_cli::context::Context;
use adyton_cli::failure::{Outcome, without_label};
use adyton_cli::ready::Ready;
use adyton_cli::said;
use adyton_gateway::DROPPED_HEADERS;

/// The server of the context or environment, else the one that runs on the data folder.
pub(super) fn check(context: &Context, config: Option<&Config>) -> Vec<Finding> {
    let server = match context.sources().find() {
        Ok((server, _)) => server,
        Err(_) => match config.and_then(|config| ServerAccess::local(&config.general.data).ok()) {
            Some(server) => server,
            None => {
                return vec![Finding::fine(
                    CheckName::Server,
                    said!(
                        "none runs here, and no context names one",
                        "此处没有运行，也没有上下文指定"
                    ),
                )];
            }
        },
    };
    let named = server.gateway.clone();
    let local = config.and_then(|config| Ready::of_data_folder(&config.general.data).ok()?);
    let client = Client::new(server, context.clock.clone());
    let control = client.server.control.clone();
    let mut findings = vec![ready(&client, &control, &said!("control", "控制端"))];
    match (named, local) {
        (Some(gateway), _) => findings.push(ready(&client, &gateway, &said!("gateway", "网关"))),
        (None, Some(local)) => findings.extend(gateway(&client, &local)),
        (None, None) => {}
    }
    findings.push(match client.whoami() {
        Ok(_) => Finding::fine(
            CheckName::Credentials,
            said!("those of {} are accepted", "{} 的凭证有效", client.server.said),
        ),
        Err(failure) => Finding::wrong(
            CheckName::Credentials,
            one_line(&failure.to_string()),
            said!("`adyton login` saves others", "`adyton login` 保存其他凭证"),
        ),
    });
    findings.extend(dropped_headers(&client));
    findings
}

/// Headers of callers that the models do not get, as the server has counted since its start. Who may not read that learns nothing.
fn dropped_headers(client: &Client) -> Option<Finding> {
    let count = counted(&client.metrics().ok()?, DROPPED_HEADERS)?;
    (count > 0).then(|| {
        Finding::note(
            CheckName::Headers,
            said!(
                "{count} predictions since the server started had headers that do not reach models: names with `_`, and `Proxy`", "服务器启动以来，有 {count} 次预测带有不会传给模型的请求头：名称含 `_` 的，以及 `Proxy`"
            ),
            said!("send them with `-` in place of `_`; `adyton explain` of such a request names them", "请用 `-` 代替 `_` 发送；对此类请求执行 `adyton explain` 会列出它们"),
        )
    })
}

/// A count without labels.
fn counted(metrics: &str, name: &str) -> Option<u64> {
    let mut lines = metrics.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// The gateway of a server on this machine, where it listens, and where callers are told to find it.
fn gateway(client: &Client, local: &Ready) -> Vec<Finding> {
    let listens = local.gateway_listens.as_ref().unwrap_or(&local.gateway_url);
    let mut findings = Vec::new();
    if let Ok(listens) = Address::parse(listens, "gateway_listens") {
        findings.push(ready(client, &listens, &said!("gateway", "网关")));
    }
    if *listens != local.gateway_url
        && let Ok(public) = Address::parse(&local.gateway_url, "gateway_url")
    {
        findings.push(public_url(&public, ask(client, &public)));
    }
    findings
}

/// Where API addresses lead. A name that this machine does not know, or cannot reach from inside its network, may be right for callers.
fn public_url(public: &Address, asked: Outcome<Answer>) -> Finding {
    let why = match asked {
        Ok(answer) if answer.status.is_success() => {
            return Finding::fine(
                CheckName::PublicUrl,
                said!(
                    "API addresses begin with {public}, which answers",
                    "API 地址以 {public} 开头，该地址有响应"
                ),
            );
        }
        Ok(answer) => format!(
            "{} {}",
            answer.status.as_u16(),
            one_line(&String::from_utf8_lossy(&answer.body))
        ),
        Err(failure) => one_line(&failure.to_string()),
    };
    Finding::note(
        CheckName::PublicUrl,
        said!(
            "API addresses begin with {public} (gateway.public_url), which does not answer from this machine: {why}",
            "API 地址以 {public} 开头（gateway.public_url），从本机访问该地址没有正常响应：{why}"
        ),
        said!(
            "nothing, if callers reach it behind a proxy or NAT: try `curl {public}/healthz/ready` where they are; if it fails there too, \
             correct the name, the proxy or `gateway.public_url`",
            "如果调用方经代理或 NAT 可以访问，则无需处理：请在调用方所在处执行 `curl {public}/healthz/ready`；如果在那里也失败，请修正域名、代理或 `gateway.public_url`"
        ),
    )
}

fn ready(client: &Client, address: &Address, name: &str) -> Finding {
    match ask(client, address) {
        Ok(answer) if answer.status.is_success() => Finding::fine(
            CheckName::Server,
            said!("{name} at {address} is ready", "{name}（{address}）已就绪"),
        ),
        Ok(answer) => Finding::wrong(
            CheckName::Server,
            said!(
                "{name} at {address} is not ready: {} {}",
                "{name}（{address}）未就绪：{} {}",
                answer.status.as_u16(),
                one_line(&waited_for(&String::from_utf8_lossy(&answer.body)))
            ),
            said!(
                "fix what it is waiting for; see its log",
                "请处理它所等待的问题；参见其日志"
            ),
        ),
        Err(failure) => Finding::wrong(
            CheckName::Server,
            one_line(&failure.to_string()),
            said!(
                "start it with `adyton serve`, or name another with `adyton login`",
                "用 `adyton serve` 启动，或用 `adyton login` 指定另一台"
            ),
        ),
    }
}

fn ask(client: &Client, address: &Address) -> Outcome<Answer> {
    let request = Request {
        method: "GET",
        address,
        path: "/healthz/ready",
        query: "",
        headers: Vec::new(),
        body: Body::Empty,
    };
    client.send(request, &Shown::Nobody)
}

/// The first line, without what the report says itself.
fn one_line(text: &str) -> String {
    without_label(text.lines().next().unwrap_or_default())
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_found_by_its_whole_name() {
        let metrics = "# HELP some_total Some\n# TYPE some_total counter\nsome_total_more 7\nsome_total{a=\"b\"} 8\nsome_total 3\n";
        assert_eq!(counted(metrics, "some_total"), Some(3));
        assert_eq!(counted(metrics, "other_total"), None);
    }
}
