//! The server: does it answer, are its listeners ready, are the credentials good, do the clocks agree.

use super::Finding;
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
                    "server",
                    said!(
                        "none runs here, and no context names one",
                        "此处没有运行，也没有上下文指定"
                    ),
                )];
            }
        },
    };
    let gateway = server.gateway.clone().or_else(|| gateway_of(config?));
    let client = Client::new(server, context.clock.clone());
    let control = client.server.control.clone();
    let mut findings = vec![ready(&client, &control, "control")];
    if let Some(gateway) = gateway {
        findings.push(ready(&client, &gateway, "gateway"));
    }
    findings.push(match client.whoami() {
        Ok(_) => Finding::fine(
            "credentials",
            said!("those of {} are accepted", "{} 的凭证有效", client.server.said),
        ),
        Err(failure) => Finding::wrong(
            "credentials",
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
            "headers",
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

fn gateway_of(config: &Config) -> Option<Address> {
    let ready = Ready::of_data_folder(&config.general.data).ok()??;
    Address::parse(&ready.gateway_url, "gateway_url").ok()
}

fn ready(client: &Client, address: &Address, name: &str) -> Finding {
    match ask(client, address) {
        Ok(answer) if answer.status.is_success() => Finding::fine(
            "server",
            said!("{name} at {address} is ready", "{name}（{address}）已就绪"),
        ),
        Ok(answer) => Finding::wrong(
            "server",
            said!(
                "{name} at {address} is not ready: {} {}",
                "{name}（{address}）未就绪：{} {}",
                answer.status.as_u16(),
                one_line(&String::from_utf8_lossy(&answer.body))
            ),
            said!(
                "fix what it is waiting for; see its log",
                "请处理它所等待的问题；参见其日志"
            ),
        ),
        Err(failure) => Finding::wrong(
            "server",
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
