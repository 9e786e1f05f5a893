//! The events of a service: what its people read (ModelArts User Guide, "Viewing Events of a Service": deployment, start,
//! readiness, update, stop, and failures with their causes).

use adyton_core::event_cause::Cause;
use adyton_core::event_text::Sentence;
use adyton_core::events::{Event, EventKind};
use adyton_core::id::ServiceId;
use adyton_core::instances::{LogLine, Rollout};
use adyton_core::service::ServiceStatus;

use super::launch_parts::LaunchParts;
use super::plan::Verdict;
use crate::command::supervise::{OURS, STARTED};

/// So many of the last lines of a program are part of its failure.
pub(super) const LAST_LINES: usize = 20;

pub(super) fn normal(parts: &LaunchParts, service: ServiceId, sentence: Sentence<'_>) {
    record(parts, service, EventKind::Normal, sentence.kept());
}

pub(super) fn abnormal(parts: &LaunchParts, service: ServiceId, sentence: Sentence<'_>) {
    record(parts, service, EventKind::Abnormal, sentence.kept());
}

fn record(parts: &LaunchParts, service: ServiceId, kind: EventKind, text: String) {
    parts.events.record(Event {
        service,
        at: parts.clock.now(),
        kind,
        text,
    });
}

/// Tells of a change of status, unless the rollout has told it already.
pub(super) fn status(
    parts: &LaunchParts,
    service: ServiceId,
    before: Option<ServiceStatus>,
    now: &Verdict,
    rollout: Option<&Rollout>,
) {
    if before == Some(now.status) {
        return;
    }
    // What a program printed last is part of the event of its own failure.
    let because = match now.error.lines().next() {
        None | Some("") => String::new(),
        Some(error) => Cause::Because { cause: error }.kept(),
    };
    let percent = now.progress.to_string();
    let percent = percent.as_str();
    match now.status {
        ServiceStatus::Deploying => normal(parts, service, Sentence::Deploying),
        ServiceStatus::Running => normal(parts, service, Sentence::Running),
        // That the update was rolled back has been told, and the former instances serve as before.
        ServiceStatus::Concerning if matches!(rollout, Some(Rollout::RolledBack { .. })) => {}
        // None is down or failed: more are wanted than before.
        ServiceStatus::Concerning if now.error.is_empty() && now.progress > 0 => {
            normal(parts, service, Sentence::Growing { percent });
        }
        ServiceStatus::Concerning => {
            let because = because.as_str();
            abnormal(parts, service, Sentence::Concerning { percent, because });
        }
        ServiceStatus::Failed => {
            let because = because.as_str();
            abnormal(parts, service, Sentence::Failed { because });
        }
        ServiceStatus::Stopping => normal(parts, service, Sentence::Stopping),
        ServiceStatus::Stopped => normal(parts, service, Sentence::Stopped),
        // The events of a deleted service are deleted with it.
        ServiceStatus::Deleting => {}
    }
}

/// What is told of a rollout.
pub(super) struct Progress<'p> {
    /// The rollout that was seen before, with its generation.
    pub(super) before: Option<&'p (u64, Rollout)>,
    /// The one that is seen now.
    pub(super) now: Option<&'p (u64, Rollout)>,
    /// Whether the former configuration serves.
    pub(super) former_serves: bool,
    /// Whether one that served before has nobody left. A version that was added to others leaves these in service.
    pub(super) former_gone: bool,
    /// Whether others serve now than before.
    pub(super) changed: bool,
}

/// Tells of an update of a service that serves: that it begins, that it is done, or that it was rolled back. A deployment is told
/// by the status alone.
pub(super) fn rollout(parts: &LaunchParts, service: ServiceId, progress: &Progress<'_>) {
    if progress.changed {
        let sentence = match progress.now {
            Some((_, Rollout::Done)) => Some(Sentence::Updated),
            Some((_, Rollout::Going | Rollout::RolledBack { .. } | Rollout::Failed { .. })) | None => {
                progress.former_gone.then_some(Sentence::FormerGone)
            }
        };
        if let Some(sentence) = sentence {
            normal(parts, service, sentence);
        }
    }
    if progress.before == progress.now {
        return;
    }
    match progress.now {
        Some((_, Rollout::Going)) if progress.former_serves => normal(parts, service, Sentence::Updating),
        Some((_, Rollout::RolledBack { cause })) => abnormal(parts, service, Sentence::RolledBack { cause }),
        Some((_, Rollout::Going | Rollout::Done | Rollout::Failed { .. })) | None => {}
    }
}

/// A failure with the last lines that the program printed.
pub(super) fn with_lines(failure: String, lines: &[LogLine]) -> String {
    if lines.is_empty() {
        return failure;
    }
    let lines: Vec<String> = of_the_last_start(lines)
        .iter()
        .map(|line| format!("  {}", line.text))
        .collect();
    Cause::WithLines {
        cause: &failure,
        lines: &lines.join("\n"),
    }
    .kept()
}

/// What was printed before belongs to a start that failed in the same way, as a rule.
fn of_the_last_start(lines: &[LogLine]) -> &[LogLine] {
    let is_start = |line: &LogLine| line.stream == OURS && line.text.starts_with(STARTED);
    let last = lines.iter().rposition(is_start).unwrap_or_default();
    // A program that ended before it printed anything says so by what it printed before.
    match lines.get(last..) {
        Some(found) if found.len() > 1 => found,
        _ => lines,
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;
    use adyton_core::sample;

    use super::*;

    #[test]
    fn a_program_that_fails_several_times_is_told_with_the_lines_of_its_last_start() {
        let line = |stream: &str, text: &str| LogLine {
            at: Timestamp::from_millis(0),
            instance: sample::INSTANCE,
            stream: stream.to_owned(),
            text: text.to_owned(),
        };
        let start = |port: u16| line(OURS, &format!("{STARTED}`python3 s.py` with PORT={port}"));
        let error = || line("stderr", "ModuleNotFoundError: No module named 'x'");
        let lines = [start(1), error(), start(2), error()];
        let told = with_lines("it ended".to_owned(), &lines);
        assert!(told.contains("PORT=2") && !told.contains("PORT=1"), "{told}");
        assert_eq!(told.matches("ModuleNotFoundError").count(), 1, "{told}");
        // One that was cut before its start, and one that printed nothing.
        assert_eq!(of_the_last_start(&[error(), error()]).len(), 2);
        assert_eq!(of_the_last_start(&[start(1), error(), start(2)]).len(), 3);
    }
}
