//! One management call, told whole: what `adyton explain` prints of it.

use adyton_api::adyton::audit::{AuditExplained, AuditShown};
use adyton_core::language::{Language, message, phrase};

use super::row::{change, who};
use crate::again;
use crate::language::spoken;
use crate::moment::moment;
use crate::terminal::{Printable, Terminal, Tone};

/// The explanation, for people.
pub(crate) fn told(terminal: &Terminal, explained: &AuditExplained) -> Printable {
    let record = &explained.record;
    let mut text = terminal.tone(Tone::Bold, title(record));
    if let Some(cause) = &explained.cause {
        text = text + "\n" + terminal.paragraph(&message!(spoken(), "Refused: {}.", "被拒绝：{}。", cause));
    }
    text = text + "\n\n" + terminal.facts(&facts(record, spoken()));
    let changes: Vec<String> = record
        .changes
        .iter()
        .map(|one| format!("  {}", change(one)))
        .collect();
    if !changes.is_empty() {
        let changed = phrase!(spoken(), "Changed", "变更");
        text = text + "\n\n" + terminal.tone(Tone::Bold, changed) + "\n" + changes.join("\n");
    }
    if let Some(page) = &explained.page {
        let paragraphs: Vec<String> = page
            .split("\n\n")
            .map(|part| terminal.paragraph(&again::pasted(part.to_owned())))
            .collect();
        text = text + "\n\n" + paragraphs.join("\n\n");
    }
    text
}

/// The status and the codes, as an explanation of a prediction begins; or what was done.
fn title(record: &AuditShown) -> String {
    match &record.refusal {
        Some(_) if record.status == 0 => {
            message!(spoken(), "{}: refused", "{}：被拒绝", record.operation)
        }
        // Of IAM the status is the code.
        Some(refusal) if refusal.code == record.status.to_string() => {
            format!("{}  {}", refusal.code, refusal.reason)
        }
        Some(refusal) => format!("{}  {}  {}", record.status, refusal.code, refusal.reason),
        // What was done without a server has no status.
        None if record.status == 0 => record.operation.clone(),
        None => format!("{}  {}", record.status, record.operation),
    }
}

fn facts(record: &AuditShown, language: Language) -> Vec<(&'static str, String)> {
    let refusal = record.refusal.as_ref();
    let caller = record.caller.as_ref().map(|caller| {
        let credential = caller.credential.as_ref().map(|id| format!(" {id}"));
        let credential = credential.unwrap_or_default();
        let claimed = match caller.is_proven {
            true => "",
            false => phrase!(language, ", not proven", "，未经证实"),
        };
        format!("{} ({}{credential}{claimed})", caller.name, caller.way)
    });
    let thing = record.thing.as_ref().map(|thing| match thing.name.as_str() {
        "" => format!("{} {}", thing.kind, thing.id),
        name => format!("{} {name} ({})", thing.kind, thing.id),
    });
    let similar = match record.similar {
        0 => String::new(),
        more => more.to_string(),
    };
    vec![
        (
            phrase!(language, "request", "请求"),
            format!("{} {}", record.method, record.path).trim().to_owned(),
        ),
        (phrase!(language, "operation", "操作"), record.operation.clone()),
        (phrase!(language, "time", "时间"), moment(&record.time)),
        (
            phrase!(language, "caller", "调用方"),
            caller.unwrap_or_else(|| who(record)),
        ),
        (phrase!(language, "from", "来源"), record.source.clone()),
        (phrase!(language, "resource", "资源"), thing.unwrap_or_default()),
        (
            phrase!(language, "message", "消息"),
            refusal.map(|refusal| refusal.message.clone()).unwrap_or_default(),
        ),
        (
            phrase!(language, "compared", "比较"),
            refusal
                // Where the message says it all, once is enough.
                .filter(|refusal| refusal.found != refusal.message)
                .map(|refusal| refusal.found.clone())
                .unwrap_or_default(),
        ),
        (phrase!(language, "similar calls", "同类调用"), similar),
        (
            phrase!(language, "request id", "请求 ID"),
            record.request_id.clone(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::{refused, refused_at_the_machine, sample};
    use super::*;

    #[test]
    fn a_refused_call_is_told_with_its_cause_and_what_to_do() {
        let terminal = Terminal::new(false, &[]);
        let explained = AuditExplained {
            record: refused(),
            cause: Some("no role permits it".to_owned()),
            page: Some("Cause: a role is missing.\n\nFix: ask for it.".to_owned()),
        };
        let text = told(&terminal, &explained);
        for part in [
            "403  APIG.1005  apig.not_permitted",
            "Refused: no role permits it.",
            "ada (token c0de, not proven)",
            "app shop (a)",
            "permits apig:apps:update",
            "Fix: ask for it.",
        ] {
            assert!(text.as_str().contains(part), "{part} in {}", text.as_str());
        }
    }

    #[test]
    fn what_was_refused_at_the_machine_is_told_by_its_operation_and_message() {
        let terminal = Terminal::new(false, &[]);
        let explained = AuditExplained {
            record: refused_at_the_machine(),
            cause: None,
            page: None,
        };
        let text = told(&terminal, &explained);
        assert!(
            text.as_str().starts_with("restore: refused\n"),
            "{}",
            text.as_str()
        );
        assert!(text.as_str().contains("the archive is damaged"));
        assert!(!text.as_str().contains("request  "), "{}", text.as_str());
    }

    #[test]
    fn a_change_is_told_with_its_fields() {
        let terminal = Terminal::new(false, &[]);
        let explained = AuditExplained {
            record: sample(),
            cause: None,
            page: None,
        };
        let text = told(&terminal, &explained);
        assert!(text.as_str().starts_with("200  apps_update"), "{}", text.as_str());
        assert!(
            text.as_str()
                .contains("  name: store → shop\n  app_secret: (secret)"),
            "{}",
            text.as_str()
        );
        let chinese = facts(&refused(), Language::Chinese);
        assert!(
            chinese
                .iter()
                .any(|(name, value)| *name == "调用方" && value.contains("未经证实")),
            "{chinese:?}"
        );
    }
}
