//! How a change of a service ended, for whoever waited for it: the cause, what answers meanwhile, and what to do.

use std::time::Duration;

use adyton_api::adyton::rollouts::{RolloutShown, RolloutState};
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::event_cause::cause_in;
use adyton_core::service::ServiceStatus;

use super::progress;
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::language::{phrase, spoken};
use crate::said;

/// How many lines of a failed service's log are shown.
const LOG_LINES: usize = 20;

/// What was asked of a service.
#[derive(Clone, Copy)]
pub(super) enum Awaited {
    /// That it stops.
    Stopping,
    /// Anything else.
    Changing,
}

/// What goes on when nobody waits for it any more.
pub(super) fn interrupted(service: &ServiceShown, asked: Awaited) -> Failure {
    let name = &service.summary.service_name;
    let said = match asked {
        Awaited::Stopping => said!(
            "interrupted; the server continues to stop {name}",
            "已中断；服务器会继续停止 {name}"
        ),
        Awaited::Changing => said!(
            "interrupted; the server continues the change to {name}",
            "已中断；服务器会继续变更 {name}"
        ),
    };
    Failure::interrupted(said)
        .hint(said!(
            "watch it with `adyton service events {name} --follow`",
            "用 `adyton service events {name} --follow` 观察"
        ))
        .hint(said!(
            "end it with `adyton service stop {name}`",
            "用 `adyton service stop {name}` 停止"
        ))
}

/// `is_told` says whether whoever waited has read the events, and so the causes, already.
pub(super) fn ended(
    client: &Client,
    rollout: &RolloutShown,
    service: ServiceShown,
    is_told: bool,
) -> Outcome<ServiceShown> {
    match End::of(rollout.state, service.summary.status) {
        End::Through => Ok(service),
        End::Failed => Err(failed(client, &service, is_told)),
        End::Incomplete => Err(incomplete(client, &service)),
        End::RolledBack => Err(rolled_back(rollout, &service)),
        End::Overtaken(why) => Err(overtaken(why, &service)),
    }
}

/// How a change ended, for whoever waited for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// As was asked for.
    Through,
    /// Nothing of the service answers.
    Failed,
    /// Something answers, and not all that was asked for.
    Incomplete,
    /// What was there before is wanted again.
    RolledBack,
    /// It has no end of its own; why.
    Overtaken(&'static str),
}

impl End {
    /// By the rollout, and by what became of the service meanwhile.
    fn of(rollout: RolloutState, service: ServiceStatus) -> Self {
        match (rollout, service) {
            (RolloutState::Done | RolloutState::Failed, ServiceStatus::Failed) => Self::Failed,
            (RolloutState::Done, ServiceStatus::Concerning) | (RolloutState::Failed, _) => Self::Incomplete,
            (RolloutState::Done, _) => Self::Through,
            (RolloutState::RolledBack, _) => Self::RolledBack,
            (RolloutState::Replaced, _) => Self::Overtaken(phrase!(
                spoken(),
                "another change replaced it",
                "已被另一次变更取代"
            )),
            (RolloutState::Stopped | RolloutState::Going, _) => {
                Self::Overtaken(phrase!(spoken(), "the service was stopped", "服务已停止"))
            }
        }
    }
}

/// Where a user reads what happened to a service.
fn see_history(name: &str) -> String {
    said!(
        "see `adyton service events {name}` and `adyton service logs {name}`",
        "参见 `adyton service events {name}` 和 `adyton service logs {name}`"
    )
}

/// Why an update was rolled back.
fn rolled_back(rollout: &RolloutShown, service: &ServiceShown) -> Failure {
    let (name, status) = (&service.summary.service_name, service.summary.status.name());
    Failure::failed(said!(
        "the update of {name} failed: {}",
        "服务 {name} 更新失败：{}",
        cause_in(&rollout.cause, spoken())
    ))
    .fact(said!(
        "state       {status}; the previous instances keep serving",
        "state       {status}；原有实例继续提供服务"
    ))
    .hint(see_history(name))
}

/// Why a change has no end of its own.
fn overtaken(why: &str, service: &ServiceShown) -> Failure {
    let name = &service.summary.service_name;
    Failure::failed(said!(
        "the change to {name} did not complete: {why}",
        "服务 {name} 的变更未完成：{why}"
    ))
    .fact(format!("state       {}", service.summary.status.name()))
    .hint(see_history(name))
}

/// What a service that has not come to where it should be was last seen waiting for.
pub(super) fn too_slow(service: &ServiceShown, asked: Awaited, longest: Duration) -> Failure {
    let name = &service.summary.service_name;
    let cause = match service.summary.error_msg.as_str() {
        "" => String::new(),
        error => format!(": {}", cause_in(error, spoken())),
    };
    let seconds = longest.as_secs();
    let said = match asked {
        Awaited::Stopping => said!(
            "service {name} has not stopped after {seconds} s{cause}",
            "{seconds} 秒后服务 {name} 仍未停止{cause}"
        ),
        Awaited::Changing => said!(
            "service {name} is not ready after {seconds} s{cause}",
            "{seconds} 秒后服务 {name} 仍未就绪{cause}"
        ),
    };
    Failure::failed(said)
        .fact(format!(
            "state       {}",
            progress(service.summary.status, service.summary.progress)
        ))
        .hint(said!(
            "still in progress; check with `adyton service show {name}` or `adyton service events {name}`",
            "仍在进行；用 `adyton service show {name}` 或 `adyton service events {name}` 查看"
        ))
}

/// Why not all came through that was asked for, though some instances answer: the previous ones, or some of the new ones.
fn incomplete(client: &Client, service: &ServiceShown) -> Failure {
    let (name, status) = (&service.summary.service_name, service.summary.status);
    let cause = match service.summary.error_msg.as_str() {
        "" => client
            .service_events(&service.summary.service_id, "event_type=abnormal&limit=1")
            .ok()
            .and_then(|listed| Some(listed.events.into_iter().next()?.event_info))
            .unwrap_or_else(|| said!("no cause was given", "未给出原因")),
        error => cause_in(error, spoken()).into_owned(),
    };
    let (what, answers, next) = match status {
        ServiceStatus::Concerning => (
            said!(
                "not all instances of {name} are ready",
                "服务 {name} 的实例未全部就绪"
            ),
            said!("the ready instances are serving", "已就绪的实例正在提供服务"),
            said!(
                "to retry the failed instances, run `adyton service stop {name}`, then `start`",
                "要重试失败的实例，请执行 `adyton service stop {name}`，再执行 `start`"
            ),
        ),
        ServiceStatus::Running => (
            said!("the update of {name} failed", "服务 {name} 更新失败"),
            said!("the previous instances keep serving", "原有实例继续提供服务"),
            said!(
                "to try another change, run `adyton service update {name}`",
                "要尝试其他变更，请执行 `adyton service update {name}`"
            ),
        ),
        ServiceStatus::Deploying
        | ServiceStatus::Failed
        | ServiceStatus::Stopping
        | ServiceStatus::Stopped
        | ServiceStatus::Deleting => (
            said!("{name} is {}", "服务 {name} 的状态是 {}", status.name()),
            said!("no instance is serving", "没有实例在提供服务"),
            said!(
                "run `adyton service start {name}` to try again",
                "执行 `adyton service start {name}` 重试"
            ),
        ),
    };
    Failure::failed(format!("{what}: {cause}"))
        .fact(format!("state       {}; {answers}", status.name()))
        .hint(said!("{}; {next}", "{}；{next}", see_history(name)))
}

/// Why a service failed: what the reconciler says, and what the model's program said last, unless that is part of it.
fn failed(client: &Client, service: &ServiceShown, is_told: bool) -> Failure {
    let name = &service.summary.service_name;
    let error = cause_in(&service.summary.error_msg, spoken());
    let says_all = error.trim_end().contains('\n');
    let error = match error.split_once('\n') {
        Some((first, _)) if is_told => first,
        _ => &error,
    };
    let mut failure = Failure::failed(said!(
        "the service {name} failed: {error}",
        "服务 {name} 失败：{error}"
    ));
    if !says_all
        && let Ok(log) = client.service_log(&service.summary.service_id, &format!("lines={LOG_LINES}"))
    {
        for line in log.lines {
            failure = failure.fact(format!("{:8} {}", line.stream, line.text));
        }
    }
    failure.hint(see_history(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(status: &str, version: &str) -> ServiceShown {
        serde_json::from_value(json!({
            "service_id": "", "service_name": "iris", "description": "", "tenant": "", "project": "", "owner": "",
            "infer_type": "real-time", "status": status, "progress": 50, "publish_at": 0, "update_time": 0, "transition_at": 0,
            "invocation_times": 0, "failed_times": 0, "is_shared": false, "workspace_id": "0", "api_id": "",
            "access_address": "", "schedule": [],
            "config": [{"model_id": "", "model_name": "iris", "model_version": "0.0.1", "weight": 100, "specification": "",
                "instance_count": 1, "envs": {}, "deploy_timeout_in_seconds": 1200, "status": version, "ready_instances": 0,
                "scaling": false}],
            "additional_properties": {"calls_per_second": null, "app_auth": false, "app_code": true},
        }))
        .unwrap()
    }

    fn rollout(state: RolloutState, cause: &str) -> RolloutShown {
        RolloutShown {
            service_id: String::new(),
            generation: 2,
            state,
            cause: cause.to_owned(),
            status: ServiceStatus::Running,
            progress: 100,
            error_msg: String::new(),
        }
    }

    #[test]
    fn an_update_that_was_taken_back_is_told_with_its_cause() {
        let rollout = rollout(RolloutState::RolledBack, "exit code 1");
        let told = rolled_back(&rollout, &service("running", "ready"));
        let told = told.to_string();
        assert!(
            told.starts_with(
                "error: the update of iris failed: exit code 1\n  state       running; the previous"
            ),
            "{told}"
        );
    }

    #[test]
    fn a_change_has_come_through_only_when_all_instances_are_there() {
        use RolloutState as R;
        use ServiceStatus as S;
        for (rollout, service, end) in [
            (R::Done, S::Running, End::Through),
            (R::Done, S::Stopped, End::Through),
            (R::Done, S::Concerning, End::Incomplete),
            (R::Done, S::Failed, End::Failed),
            (R::Failed, S::Failed, End::Failed),
            (R::Failed, S::Running, End::Incomplete),
            (R::RolledBack, S::Running, End::RolledBack),
            (
                R::Replaced,
                S::Deploying,
                End::Overtaken("another change replaced it"),
            ),
            (R::Stopped, S::Stopped, End::Overtaken("the service was stopped")),
        ] {
            assert_eq!(End::of(rollout, service), end, "{rollout:?} {service:?}");
        }
        let told = overtaken("another change replaced it", &service("deploying", "notReady"));
        let told = told.to_string();
        assert!(told.contains("the change to iris did not complete"), "{told}");
        assert!(told.contains("state       deploying"), "{told}");
    }

    #[test]
    fn a_service_that_is_too_slow_is_told_with_what_it_waits_for() {
        let mut service = service("deploying", "notReady");
        service.summary.error_msg = "nothing listens on 127.0.0.1:40337".to_owned();
        let longest = Duration::from_secs(600);
        let told = too_slow(&service, Awaited::Stopping, longest).to_string();
        assert!(
            told.starts_with("error: service iris has not stopped after 600 s"),
            "{told}"
        );
        let told = too_slow(&service, Awaited::Changing, longest).to_string();
        let first = "error: service iris is not ready after 600 s: nothing listens on 127.0.0.1:40337";
        assert!(told.starts_with(first), "{told}");
        assert!(
            told.contains("still in progress; check with `adyton service show iris`"),
            "{told}"
        );
    }

    #[test]
    fn who_stops_waiting_is_told_what_goes_on_and_how_to_look_at_it() {
        let told = interrupted(&service("deploying", "notReady"), Awaited::Changing).to_string();
        assert!(
            told.starts_with("error: interrupted; the server continues the change to iris\n"),
            "{told}"
        );
        assert!(told.contains("`adyton service events iris --follow`"), "{told}");
    }
}
