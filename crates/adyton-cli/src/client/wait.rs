//! Waiting until something is ready: asking again, a little less often each time, with a sign of life and the events of a service
//! as they come (`news.rs`).

mod ended;
pub mod news;

use std::time::Duration;

use adyton_api::adyton::rollouts::RolloutState;
use adyton_api::modelarts::models::ModelShown;
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::model::ModelStatus;
use adyton_core::service::ServiceStatus;

use self::ended::{Awaited, ended, interrupted, too_slow};
use self::news::News;
use super::Client;
use crate::failure::{Failure, Outcome};
use crate::interrupt::Interrupts;
use crate::said;
use crate::terminal::{Progress, Terminal};

/// How long a service may take to get ready before a command stops waiting for it.
pub const READY_TIME: Duration = Duration::from_secs(600);

/// The first pause between two questions; each is a quarter longer than the one before.
const PAUSE_FIRST: Duration = Duration::from_millis(40);
/// The longest pause.
const PAUSE_MOST: Duration = Duration::from_secs(2);

/// Somebody who waits: for whom, and what they are told meanwhile.
pub struct Wait<'a> {
    client: &'a Client,
    terminal: &'a Terminal,
    longest: Duration,
    /// Whether events are told as they come, and Ctrl-C ends the waiting.
    is_watched: bool,
}

impl<'a> Wait<'a> {
    /// A person waits at a terminal, at most so long.
    pub fn watched(client: &'a Client, terminal: &'a Terminal, longest: Duration) -> Self {
        Self {
            client,
            terminal,
            longest,
            is_watched: true,
        }
    }
    /// The same within something else that is going on, which has its own way of ending.
    pub fn quiet(client: &'a Client, terminal: &'a Terminal, longest: Duration) -> Self {
        Self {
            is_watched: false,
            ..Self::watched(client, terminal, longest)
        }
    }

    /// Waits until a model is published; gives its details.
    pub fn model(&self, id: &str) -> Outcome<ModelShown> {
        let spinner = self.terminal.spinner(&said!("importing", "正在导入"));
        let interrupted = || {
            Failure::interrupted(said!(
                "interrupted; the import continues on the server",
                "已中断；服务器会继续导入"
            ))
            .hint(said!(
                "check it with `adyton model show {id}`",
                "用 `adyton model show {id}` 查看"
            ))
        };
        let found = self.until(&interrupted, || {
            let model = self.client.model(id)?;
            Ok((model.summary.model_status != ModelStatus::Publishing).then_some(model))
        });
        spinner.ends();
        let model = found?.ok_or_else(|| {
            Failure::failed(said!(
                "the import has not finished after {} s",
                "{} 秒后导入仍未完成",
                self.longest.as_secs()
            ))
            .hint(said!(
                "still in progress; check with `adyton model show {id}`",
                "仍在进行；用 `adyton model show {id}` 查看"
            ))
        })?;
        match model.summary.model_status {
            ModelStatus::Published => Ok(model),
            ModelStatus::Failed | ModelStatus::Publishing => {
                let reason = match model.summary.error_msg.as_str() {
                    "" => said!("no reason was given", "未给出原因"),
                    reason => reason.to_owned(),
                };
                let failure = Failure::failed(said!("the import failed: {reason}", "导入失败：{reason}"));
                Err(failure.hint(after_failed_import(&reason)))
            }
        }
    }

    /// Waits until a service has stopped.
    pub fn stopped(&self, id: &str) -> Outcome<ServiceShown> {
        let asked = self.client.service(id)?;
        let mut watch = self.watch(&asked);
        let interrupted = || interrupted(&asked, Awaited::Stopping);
        let found = self.until(&interrupted, || {
            let service = self.client.service(id)?;
            watch.looks(progress(service.summary.status, service.summary.progress))?;
            Ok((service.summary.status == ServiceStatus::Stopped).then_some(service))
        });
        watch.ends();
        match found? {
            Some(service) => Ok(service),
            None => Err(too_slow(
                &self.client.service(id)?,
                Awaited::Stopping,
                self.longest,
            )),
        }
    }

    /// Waits until what was asked of a service last has come through: a deployment, a start or an update, all alike. One that has
    /// not ends it, with the cause. The server knows how far it has come, whatever the previous instances answer meanwhile.
    pub fn rollout(&self, id: &str) -> Outcome<ServiceShown> {
        let asked = self.client.service(id)?;
        // Another change may follow before this one is through; then that is said.
        let generation = self.client.service_rollout(id, None)?.generation;
        let mut watch = self.watch(&asked);
        let interrupted = || interrupted(&asked, Awaited::Changing);
        let found = self.until(&interrupted, || {
            let rollout = self.client.service_rollout(id, Some(generation))?;
            watch.looks(progress(rollout.status, rollout.progress))?;
            Ok((rollout.state != RolloutState::Going).then_some(rollout))
        });
        watch.ends();
        let (found, service) = (found?, self.client.service(id)?);
        match found {
            Some(rollout) => ended(self.client, &rollout, service, self.tells()),
            None => Err(too_slow(&service, Awaited::Changing, self.longest)),
        }
    }

    /// Whether somebody reads events: a script that reads the one document does not.
    fn tells(&self) -> bool {
        self.is_watched && !self.terminal.is_json()
    }

    fn watch<'w>(&'w self, service: &'w ServiceShown) -> Watch<'w> {
        let summary = &service.summary;
        Watch {
            client: self.client,
            terminal: self.terminal,
            service: &summary.service_id,
            spinner: self.terminal.spinner(&said!("waiting", "正在等待")),
            news: self.tells().then(|| News::since(summary.update_time)),
        }
    }

    /// Asks `question` until it gives something, at most for the longest time; Ctrl-C ends it with what `interrupted` says.
    fn until<T>(
        &self,
        interrupted: &dyn Fn() -> Failure,
        mut question: impl FnMut() -> Outcome<Option<T>>,
    ) -> Outcome<Option<T>> {
        let interrupts = match self.is_watched {
            true => Interrupts::listen(),
            false => Interrupts::deaf(),
        };
        let start = self.client.clock().monotonic();
        let mut pause = PAUSE_FIRST;
        loop {
            if let Some(found) = question()? {
                return Ok(Some(found));
            }
            if self.client.clock().monotonic().saturating_sub(start) > self.longest {
                return Ok(None);
            }
            if interrupts.wait(pause) {
                return Err(interrupted());
            }
            pause = (pause * 5 / 4).min(PAUSE_MOST);
        }
    }
}

/// What is seen of a service meanwhile.
struct Watch<'w> {
    client: &'w Client,
    terminal: &'w Terminal,
    service: &'w str,
    spinner: Progress,
    /// Events, if somebody reads them.
    news: Option<News>,
}

impl Watch<'_> {
    /// Tells how far it is, and what has happened since the last look.
    fn looks(&mut self, progress: String) -> Outcome {
        if let Some(news) = &mut self.news {
            let new = news.of(self.client, self.service)?;
            self.spinner.aside(|| {
                new.iter()
                    .for_each(|event| self.terminal.note(news::line(self.terminal, event)));
            });
        }
        self.spinner.says(progress);
        Ok(())
    }
    fn ends(&self) {
        self.spinner.ends();
    }
}

/// How far a service has come, for whoever waits.
fn progress(status: ServiceStatus, percent: u32) -> String {
    format!("{} {percent} %", status.name())
}

/// What to do about an import that failed for this reason.
fn after_failed_import(reason: &str) -> String {
    // Nothing is wrong with a package that only needs the other runtime.
    match reason.contains("adyton doctor --fix") {
        true => said!(
            "on the server's machine, as the server's user: `adyton doctor --fix`; restart the server, and import the same package again: that \
             takes the place of this one",
            "在服务器所在的机器上，以服务器的用户执行 `adyton doctor --fix`；重启服务器后重新导入同一个模型包：新的导入会替换这一个"
        ),
        false => said!(
            "fix the package and import it again: that takes the place of this one",
            "请修正模型包后重新导入：新的导入会替换这一个"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_the_other_runtime_is_not_to_be_fixed_in_the_package() {
        let other =
            after_failed_import("no operator X; install ONNX Runtime (`adyton doctor --fix`, then restart)");
        assert!(
            other.contains("the same package") && !other.contains("fix the package"),
            "{other}"
        );
        assert!(after_failed_import("no file").contains("fix the package"));
    }

    #[test]
    fn whoever_waits_sees_the_state_and_the_percentage() {
        assert_eq!(progress(ServiceStatus::Deploying, 50), "deploying 50 %");
    }
}
