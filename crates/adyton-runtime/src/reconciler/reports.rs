//! What is told of an instance, taken in: its phase for the plan, and what people are told of it.

use adyton_core::event_cause::Cause;
use adyton_core::event_text::Sentence;
use adyton_core::id::ServiceId;
use adyton_core::instances::{LogLine, Restarting};

use super::launch_parts::LaunchParts;
use super::plan::{Next, Phase, Restart, SeenInstance};
use super::service_events;
use super::wanted::Recipe;
use crate::launcher::{Failure, Served};
use crate::targets::Target;

/// What people are told of an instance; the plan asks for nothing of it.
pub(super) struct InstanceReport {
    /// How it is started again.
    pub(super) recipe: Recipe,
    /// Where it answers.
    pub(super) place: String,
    /// Since its program ended, until it answers again.
    pub(super) restarting: Option<Restarting>,
}

pub(super) fn waiting(
    parts: &LaunchParts,
    service: ServiceId,
    one: &mut SeenInstance,
    known: &InstanceReport,
    cause: &str,
) {
    // One that was ready before is down, for a cause that was told then.
    if matches!(one.phase, Phase::Starting | Phase::Down) {
        let model = &known.recipe.name;
        one.note = Cause::NotReadyYet { model, cause }.kept();
        service_events::normal(parts, service, Sentence::Waiting { model, cause });
    }
}

pub(super) fn ready(
    parts: &LaunchParts,
    service: ServiceId,
    one: &mut SeenInstance,
    known: &mut InstanceReport,
    target: &Target,
) {
    known.place = target.to_string();
    known.restarting = None;
    if one.phase != Phase::Draining {
        (one.phase, one.note) = (Phase::Ready, String::new());
        let (model, place) = (known.recipe.name.as_str(), known.place.as_str());
        service_events::normal(parts, service, Sentence::Ready { model, place });
    }
}

pub(super) fn down(
    parts: &LaunchParts,
    service: ServiceId,
    one: &mut SeenInstance,
    known: &InstanceReport,
    why: &str,
) {
    if one.phase == Phase::Ready {
        let model = &known.recipe.name;
        (one.phase, one.note) = (Phase::Down, Cause::OfModel { model, cause: why }.kept());
        service_events::abnormal(parts, service, Sentence::Down { model, cause: why });
    }
}

/// A run is over: the plan says whether another one follows.
pub(super) fn over(
    parts: &LaunchParts,
    service: ServiceId,
    one: &mut SeenInstance,
    known: &mut InstanceReport,
    why: String,
    served: Option<Served>,
) {
    match one.run_is_over(why, served, parts.clock.monotonic()) {
        Next::Again(restart) => restarting(parts, service, one, known, restart),
        Next::GiveUp(failure) => failed(parts, service, one, known, &failure),
    }
}

fn restarting(
    parts: &LaunchParts,
    service: ServiceId,
    one: &mut SeenInstance,
    known: &mut InstanceReport,
    restart: Restart,
) {
    let now = parts.clock.now();
    let next_start = now.after(restart.pause);
    let (model, cause) = (&known.recipe.name, &restart.why);
    one.note = Cause::OfModel { model, cause }.kept();
    service_events::abnormal(parts, service, Sentence::Again { model, cause });
    known.restarting = Some(Restarting {
        since: known.restarting.take().map_or(now, |before| before.since),
        last_end: restart.why,
        next_start,
        back_at: next_start.after(restart.start_up.unwrap_or_default()),
    });
}

pub(super) fn failed(
    parts: &LaunchParts,
    service: ServiceId,
    one: &mut SeenInstance,
    known: &mut InstanceReport,
    failure: &Failure,
) {
    let lines = parts
        .board
        .log(service)
        .last(service_events::LAST_LINES, |line: &LogLine| {
            line.instance == one.id
        });
    let (model, cause) = (&known.recipe.name, failure.to_string());
    let told = Cause::OfModel { model, cause: &cause };
    one.note = service_events::with_lines(told.kept(), &lines);
    known.restarting = None;
    service_events::abnormal(parts, service, Sentence::InstanceFailed { cause: &one.note });
}
