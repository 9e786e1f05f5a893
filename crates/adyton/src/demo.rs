//! The demo: imports, deploys and calls the samples, then is refused on purpose and shows why. Everything goes through the
//! public HTTP interfaces, as a client would do it; nothing of it is needed to serve.
//!
//! A second run on the same data folder finds its models, services and app, and uses them again.

mod callers;
mod samples;
mod telling;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use adyton_api::modelarts::services::ServiceShown;
use adyton_core::columns::padded;
use adyton_core::header::X_ADYTON_ANSWERED_BY;
use adyton_core::id::RequestId;
use adyton_core::service::ServiceStatus;

use self::callers::Callers;
use self::samples::{Sample, samples};
use self::telling::{brief, telling};
use adyton_cli::client::access_sources::{AccessSources, LOCAL};
use adyton_cli::client::answer::{Answer, Asked};
use adyton_cli::client::lookup::service_named;
use adyton_cli::client::server_access::ServerAccess;
use adyton_cli::client::service_call::{ServiceCall, call, url};
use adyton_cli::client::wait::{READY_TIME, Wait};
use adyton_cli::client::{Body, Client, ModelFilter};
use adyton_cli::command::model::{Naming, import, next_version};
use adyton_cli::command::service::{deploy, status, wish};
use adyton_cli::command::shown_as::Held;
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::{phrase, spoken};
use adyton_cli::said;
use adyton_cli::terminal::{Printable, Tone};

/// A sample that is deployed.
struct Deployed<'a> {
    sample: &'a Sample,
    service: ServiceShown,
}

/// Shows everything; the server goes on afterwards.
pub(crate) fn show(context: &Context, data: &Path) -> Outcome {
    let client = Client::new(ServerAccess::local(data)?, context.clock.clone());
    let run = DemoRun {
        context,
        client: &client,
    };
    run.open(data)?;
    let samples = samples(&context.folder)?;
    run.title(
        1,
        &said!(
            "{} models, imported and deployed",
            "导入并部署{}个模型",
            count(samples.there.len())
        ),
    );
    for name in &samples.missing {
        run.say(said!(
            "   - {name:8} is left out: its package is not here; `make demo` in the sources fetches it",
            "   - {name:8} 已跳过：此处没有它的模型包；在源码目录中执行 `make demo` 可获取"
        ));
    }
    let deployed = samples
        .there
        .iter()
        .map(|sample| run.deploy(sample))
        .collect::<Outcome<Vec<_>>>()?;
    let kinds: BTreeSet<&str> = samples.there.iter().map(|sample| sample.auth.as_str()).collect();
    let kinds = match kinds.len() {
        1 => said!("one kind", "一种"),
        more => said!("{} kinds", "{}种", count(more).to_lowercase()),
    };
    run.title(
        2,
        &said!(
            "One prediction of each, by {kinds} of callers",
            "每个模型预测一次，使用{kinds}调用方身份"
        ),
    );
    let callers = Callers::prepare(&client, data, &deployed)?;
    for (at, one) in deployed.iter().enumerate() {
        if at > 0 {
            run.say("");
        }
        run.predict(one, &callers)?;
    }
    run.title(
        3,
        &said!(
            "One refusal, on purpose: a wrong URL",
            "故意触发一次拒绝：错误的 URL"
        ),
    );
    run.refused(&deployed, &callers)?;
    run.close(data)
}

fn count(number: usize) -> String {
    let words = phrase!(
        spoken(),
        ["No", "One", "Two", "Three", "Four"],
        ["零", "一", "两", "三", "四"]
    );
    words
        .get(number)
        .map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// One run of the demo.
struct DemoRun<'a> {
    context: &'a Context,
    client: &'a Client,
}

impl DemoRun<'_> {
    fn say(&self, text: impl Into<Printable>) {
        self.context.terminal.print(text);
    }
    fn tone(&self, tone: Tone, text: impl Into<Printable>) -> Printable {
        self.context.terminal.tone(tone, text)
    }
    fn title(&self, number: usize, title: &str) {
        let title = self.tone(Tone::Bold, format!("{number}. {title}"));
        self.say(Printable::from("\n") + title + "\n\n");
    }
    /// Whether commands go to this server when nothing is said: not with a context or an environment that names another one.
    fn is_found(&self) -> bool {
        self.context
            .sources()
            .find()
            .is_ok_and(|(server, _)| server.control.to_string() == self.client.server.control.to_string())
    }
    /// A command for people to copy, that goes to this server.
    fn command(&self, verb: &str) -> String {
        let context = match (self.is_found(), self.is_local()) {
            (true, _) => "",
            (false, true) => " --context local",
            (false, false) => " --context demo",
        };
        format!("{} {verb}{context}", program(&self.context.folder))
    }
    /// Whether this server can be named by its place.
    fn is_local(&self) -> bool {
        let sources = AccessSources {
            context: Some(LOCAL),
            ..self.context.sources()
        };
        sources
            .find()
            .is_ok_and(|(server, _)| server.control.to_string() == self.client.server.control.to_string())
    }
    fn now(&self) -> Duration {
        self.context.clock.monotonic()
    }
    fn since(&self, start: Duration) -> f64 {
        self.now().saturating_sub(start).as_secs_f64()
    }

    fn open(&self, data: &Path) -> Outcome {
        let ready = adyton_cli::ready::Ready::of_data_folder(data)?
            .ok_or_else(|| Failure::failed(said!("the server is not ready", "服务器未就绪")))?;
        let title = format!("Adyton {}", env!("CARGO_PKG_VERSION"));
        let title = self.tone(Tone::Bold, title);
        let about = said!("real models behind a real gateway", "真实的网关，真实的模型");
        self.say(Printable::from("\n") + title + "  " + about + "\n\n");
        for (name, value, about) in [
            (
                "gateway",
                ready.gateway_url,
                said!("where predictions are called", "预测请求的地址"),
            ),
            (
                "control",
                ready.control_url,
                said!(
                    "where models, services and apps are managed",
                    "管理模型、服务和应用的地址"
                ),
            ),
            (
                "credentials",
                data.join("bootstrap.json").display().to_string(),
                said!(
                    "the administrator's password and access key",
                    "管理员的密码和访问密钥"
                ),
            ),
        ] {
            self.say(Printable::from(format!("   {name:12} {value:32} ")) + self.tone(Tone::Dim, about));
        }
        Ok(())
    }

    /// Uses the service that is there, else the model, else imports it.
    fn deploy<'s>(&self, sample: &'s Sample) -> Outcome<Deployed<'s>> {
        let (start, terminal) = (self.now(), &self.context.terminal);
        let name = sample.name.clone();
        let (id, how) = match service_named(self.client, &name)? {
            Some(service) => {
                let id = service.service_id;
                if service.status == ServiceStatus::Stopped {
                    self.client.update_service(&id, &status("running"))?;
                    (id, said!("already there, started", "已存在，已启动"))
                } else {
                    (id, said!("already there", "已存在"))
                }
            }
            None => {
                let (model, how) = self.model(sample)?;
                (deploy(self.client, wish(&name, &model))?, how)
            }
        };
        let service = Wait::quiet(self.client, terminal, READY_TIME).rollout(&id)?;
        let engine = service
            .config
            .first()
            .and_then(|version| self.client.model(&version.settings.model_id).ok())
            .map(|model| model.summary.model_type)
            .unwrap_or_default();
        let how = padded(&how, 24);
        let done = format!(" {name:8} {engine:8} {how} {:6.1} s", self.since(start));
        self.say(Printable::from("   ") + self.tone(Tone::Good, "✓") + done);
        Ok(Deployed { sample, service })
    }

    /// The published model of the sample's name, else a new one.
    fn model(&self, sample: &Sample) -> Outcome<(String, String)> {
        let filter = ModelFilter {
            name: Some(&sample.name),
            published: true,
        };
        if let Some(model) = self.client.models(filter)?.models.into_iter().next() {
            return Ok((model.model_id, said!("deployed again", "已重新部署")));
        }
        let version = next_version(self.client, &sample.name)?;
        let naming = Naming {
            name: sample.name.clone(),
            version,
            description: "a sample of the demo".to_owned(),
        };
        let model = import(
            self.client,
            &self.context.terminal,
            &sample.package.display().to_string(),
            &naming,
        )?;
        Ok((
            model.summary.model_id,
            said!("imported and deployed", "已导入并部署"),
        ))
    }

    fn call(&self, url: &str, sample: &Sample, held: &Held) -> Outcome<Answer> {
        let body = Body::Bytes(sample.request.clone(), "application/json".to_owned());
        let headers = Vec::new();
        call(
            self.client,
            ServiceCall {
                url,
                method: "POST",
                headers,
                body,
            },
            &held.shown(),
        )
    }

    fn predict(&self, one: &Deployed<'_>, callers: &Callers) -> Outcome {
        let sample = one.sample;
        let (held, credentials) = callers.of(&sample.auth)?;
        let url = url(self.client, &one.service.summary.access_address, &sample.path)?;
        let start = self.now();
        let answer = self.call(&url, sample, held)?;
        let took = self.since(start) * 1e3;
        if !answer.status.is_success() {
            return Err(answer.refusal(Asked::Gateway));
        }
        let by = answer.header(X_ADYTON_ANSWERED_BY.as_str()).unwrap_or("?");
        let status = self.tone(Tone::Good, answer.status.as_u16().to_string());
        let head = self.tone(Tone::Bold, format!("{:8}", sample.name));
        self.say(Printable::from("   ") + head + " " + self.tone(Tone::Dim, credentials));
        self.say(format!("            POST {url}"));
        self.say(format!("            {}", brief(&sample.request)));
        self.say(
            Printable::from("            ")
                + status
                + said!(" by the {by} in {took:.1} ms", " 由 {by} 响应，耗时 {took:.1} ms"),
        );
        for line in telling(&answer.body).lines() {
            self.say(format!("              {line}"));
        }
        Ok(())
    }

    /// Calls a path that no model declares, and shows the explanation that only the owner gets.
    fn refused(&self, deployed: &[Deployed<'_>], callers: &Callers) -> Outcome {
        let one = deployed
            .iter()
            .find(|one| !one.sample.path.is_empty())
            .or(deployed.first());
        let one =
            one.ok_or_else(|| Failure::failed(said!("there is no sample to call", "没有可调用的示例")))?;
        let wrong = match one.sample.path.as_str() {
            "" => "/predictions".to_owned(),
            path => path.chars().take(path.chars().count() - 1).collect(),
        };
        let url = url(self.client, &one.service.summary.access_address, &wrong)?;
        let answer = self.call(&url, one.sample, callers.of("token")?.0)?;
        let id = answer.request_id().ok_or_else(|| {
            Failure::failed(said!("the refusal has no request id", "拒绝的响应中没有请求 ID"))
        })?;
        self.say(format!("   POST {url}"));
        let status = self.tone(Tone::Bad, answer.status.as_u16().to_string());
        let body = String::from_utf8_lossy(&answer.body);
        self.say(Printable::from("   ") + status + " " + body + "\n\n");
        let ask = self.tone(Tone::Bold, self.command(&format!("explain {id}")));
        let who = said!(
            "That is all the caller sees. The operator runs:",
            "调用方只能看到这些。操作员可执行："
        );
        self.say(Printable::from("   ") + who + "\n   " + ask + "\n\n");
        let id = RequestId::parse(id.as_bytes())
            .ok_or_else(|| Failure::failed(said!("`{id}` is not a request id", "`{id}` 不是请求 ID")))?;
        let explanation = self.client.explained(id)?.explanation;
        let terminal = &self.context.terminal;
        let explained = terminal.explanation(&explanation, terminal.width() - 6);
        for line in explained.lines() {
            self.say((Printable::from("   ") + self.tone(Tone::Dim, "│") + " " + line).trimmed());
        }
        Ok(())
    }

    fn close(&self, data: &Path) -> Outcome {
        let listed = self.client.services(None)?.services;
        let rows = listed.into_iter().map(|service| {
            let address = self
                .client
                .service(&service.service_id)
                .map(|service| service.summary.access_address)
                .unwrap_or_default();
            vec![service.service_name, service.status.name().to_owned(), address]
        });
        self.say("");
        let table = self
            .context
            .terminal
            .table(&["service", "status", "api address"], rows.collect());
        table
            .lines()
            .for_each(|line| self.say(Printable::from("   ") + line));
        let next = self.tone(
            Tone::Bold,
            said!("Try next, in another terminal", "接下来，请在另一个终端中尝试"),
        );
        self.say(Printable::from("\n") + next + "\n\n");
        if !self.is_found() && !self.is_local() {
            self.say(format!(
                "   {}",
                self.command(&format!("login --data {}", data.display()))
            ));
        }
        for next in [
            "service list",
            "predict poetry --data '{\"text\":\"The moon\"}'",
            "requests --follow",
        ] {
            self.say(format!("   {}", self.command(next)));
        }
        let link = self.client.sign_in_link()?;
        let open = self.tone(Tone::Bold, said!("Or open the console", "或打开控制台"));
        let how = said!(
            "signs you in once, within five minutes; later: {}",
            "链接五分钟内有效，只能登录一次；之后请用：{}",
            self.command("console")
        );
        self.say(Printable::from("\n") + open + "  " + self.tone(Tone::Dim, how) + "\n\n");
        self.say(format!("   {}", link.url));
        let end = said!(
            "Serving. Ctrl-C stops it; run `adyton demo` again to resume.",
            "服务运行中。按 Ctrl-C 停止；再次执行 `adyton demo` 可继续。"
        );
        self.say(Printable::from("\n") + self.tone(Tone::Dim, end));
        Ok(())
    }
}

/// How people start this program from their folder: `adyton` when that is on the path, else its relative or whole path.
fn program(folder: &Path) -> String {
    let Ok(own) = std::env::current_exe() else {
        return "adyton".to_owned();
    };
    match own.strip_prefix(folder) {
        Ok(relative) if relative.components().count() == 1 => format!("./{}", relative.display()),
        Ok(relative) => relative.display().to_string(),
        Err(_) if own.parent().is_some_and(|folder| folder.ends_with("bin")) => "adyton".to_owned(),
        Err(_) => own.display().to_string(),
    }
}
