//! `adyton health`: whether the server on this machine is ready, for health checks of containers and scripts. It needs no credentials.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::installation::Installation;
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::ready::Ready;
use adyton_cli::said;
use adyton_core::not_ready::waits_in;

/// How long each step of a question may take.
const STEP: Duration = Duration::from_secs(4);
/// The longest answer that is read, in bytes.
const ANSWER_MOST: u64 = 16 << 10;

/// Say whether the server that runs on a data folder is ready
#[derive(Args)]
#[command(after_help = "Example:
  adyton health --data /var/lib/adyton")]
pub(crate) struct Health {
    #[command(flatten)]
    installation: Installation,
}

impl Health {
    /// Asks both listeners; fails unless both are ready.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let config = self.installation.load(context)?;
        let data = &config.general.data;
        let Some(ready) = Ready::of_data_folder(data)? else {
            return Err(Failure::failed(said!(
                "no server is running on {}",
                "{} 上没有运行服务器",
                data.display()
            ))
            .hint(said!(
                "start one with `adyton serve`, or name its data folder with --data",
                "用 `adyton serve` 启动，或用 --data 指定其数据目录"
            )));
        };
        // Where the gateway listens: its addresses may be printed with the URL of a proxy.
        let gateway = match (&ready.gateway_listens, config.gateway.listen.port()) {
            (Some(listens), _) => listens.clone(),
            (None, 0) => ready.gateway_url.clone(),
            (None, _) => crate::server::url(config.gateway.listen),
        };
        let control_listener = said!("control listener", "控制监听端口");
        let gateway_name = said!("gateway", "网关");
        for (name, url) in [(&control_listener, &ready.control_url), (&gateway_name, &gateway)] {
            require_ready(name, url)?;
        }
        let control = &ready.control_url;
        match context.terminal.is_json() {
            true => context
                .terminal
                .document(&json!({"status": "ready", "control_url": control, "gateway_url": gateway})),
            false => context.terminal.print(said!(
                "ready: control at {control}, gateway at {gateway}",
                "已就绪：control 位于 {control}，gateway 位于 {gateway}"
            )),
        }
        Ok(())
    }
}

fn require_ready(name: &str, url: &str) -> Outcome {
    let told = |problem: String| {
        Failure::failed(said!(
            "the {name} at {url} is not ready: {problem}",
            "{name}（{url}）未就绪：{problem}"
        ))
        .hint(said!(
            "its log says what it is waiting for",
            "其日志说明了它在等待什么"
        ))
    };
    let address = url
        .strip_prefix("http://")
        .and_then(|address| address.parse().ok());
    let address = address.ok_or_else(|| {
        told(said!(
            "its address is not one of this machine",
            "其地址不属于本机"
        ))
    })?;
    let answer = ask(address).map_err(|error| told(error.to_string()))?;
    let code = answer.split(' ').nth(1).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body.trim());
    match code {
        "200" => Ok(()),
        code => Err(told(format!("{code} {}", waited_for(body)))),
    }
}

/// What a listener that is not ready answers that it waits for, as its reader says it; all else as it came.
pub(super) fn waited_for(body: &str) -> String {
    let answer: Option<Value> = serde_json::from_str(body).ok();
    match answer
        .as_ref()
        .and_then(|answer| answer.get("waits_for")?.as_str())
    {
        Some(waits) => {
            let waits = waits_in(waits, spoken());
            said!("waits for: {waits}", "等待：{waits}")
        }
        None => body.to_owned(),
    }
}

/// The answer to the one question, as it came.
fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, STEP)?;
    stream.set_read_timeout(Some(STEP))?;
    stream.set_write_timeout(Some(STEP))?;
    write!(
        stream,
        "GET /healthz/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MOST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
