//! `adyton errors [CODE]`: the error catalogue, offline.

use adyton_core::catalogue::{Code, Entry, SubCode};
use adyton_core::spelling::nearest;
use clap::Args;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::language::spoken;
use crate::said;
use crate::terminal::{Printable, Terminal, Tone};

/// Show the error catalogue: code, meaning, cause, fix
#[derive(Args)]
#[command(after_help = "Examples:
  adyton errors
  adyton errors APIG.0301
  adyton errors token.expired")]
pub struct Errors {
    /// A code (APIG.0301) or a sub-code (token.expired); without it, all codes
    code: Option<String>,
}

impl Errors {
    /// Prints the table, or the pages that were asked for.
    pub fn run(self, context: &Context) -> Outcome {
        let terminal = &context.terminal;
        let Some(said) = self.code else {
            if terminal.is_json() {
                terminal.document(
                    &json!({"errors": Code::ALL.iter().map(|code| document(*code)).collect::<Vec<_>>()}),
                );
            } else {
                terminal.print(table(terminal));
            }
            return Ok(());
        };
        let wanted = SubCode::parse(&said.to_lowercase());
        let codes = match wanted {
            Some(wanted) => vec![wanted.code()],
            None => codes(&said),
        };
        if codes.is_empty() {
            return Err(unknown(&said));
        }
        if terminal.is_json() {
            terminal
                .document(&json!({"errors": codes.iter().map(|code| document(*code)).collect::<Vec<_>>()}));
        } else {
            let pages = codes.iter().map(|code| page(terminal, *code, wanted));
            terminal.print(Printable::joined(pages, "\n\n"));
        }
        Ok(())
    }
}

/// All codes of a wire code, on whatever surface.
fn codes(said: &str) -> Vec<Code> {
    Code::ALL
        .iter()
        .copied()
        .filter(|code| code.entry().wire.eq_ignore_ascii_case(said))
        .collect()
}

fn unknown(said: &str) -> Failure {
    let failure = Failure::wrong_use(said!(
        "the catalogue has no code or sub-code `{}`",
        "错误码目录中没有错误码或子错误码 `{}`",
        said
    ));
    // Every number is near to every other one, so only words are guessed at.
    match nearest(said, SubCode::all().into_iter().map(SubCode::name)) {
        Some(meant) => failure.hint(said!("did you mean `{}`?", "您是否要查 `{}`？", meant)),
        None => failure.hint(said!(
            "`adyton errors` lists all codes",
            "`adyton errors` 列出全部错误码"
        )),
    }
}

fn table(terminal: &Terminal) -> Printable {
    let rows = Code::ALL.iter().map(|code| {
        let Entry {
            surface,
            wire,
            status,
            message,
            ..
        } = *code.entry();
        vec![
            wire.to_owned(),
            status.to_string(),
            surface.plane().to_owned(),
            message.trim().to_owned(),
        ]
    });
    let table = terminal.table(&["code", "#http", "plane", "message"], rows.collect());
    table
        + "\n\n"
        + said!(
            "`adyton errors CODE` shows the causes of a code and what to do.",
            "`adyton errors CODE` 显示错误码的原因和处理方法。"
        )
}

fn page(terminal: &Terminal, code: Code, wanted: Option<SubCode>) -> Printable {
    let Entry {
        surface,
        wire,
        status,
        message,
        fault,
        retry,
        ..
    } = *code.entry();
    let language = spoken();
    let title = terminal.tone(Tone::Bold, format!("{wire} ({status}) {}", message.trim()));
    let facts = terminal.facts(&[
        ("plane", surface.plane().to_owned()),
        ("fault", fault.name().to_owned()),
        (
            "retry",
            wanted
                .map_or(retry, SubCode::retry)
                .advice_in(language)
                .to_owned(),
        ),
    ]);
    let mut text = title + "\n" + facts + "\n";
    let meaning = code.meaning_in(language);
    if wanted.is_none() && !meaning.is_empty() {
        text = text + "\n" + terminal.paragraph(meaning) + "\n";
    }
    let all = SubCode::of(code);
    for one in all
        .iter()
        .filter(|one| wanted.is_none_or(|wanted| wanted == **one))
    {
        let section = one.section_in(language);
        let name = terminal.tone(Tone::Bold, one.name());
        let cause = if section.cause.is_empty() {
            one.cause_in(language)
        } else {
            section.cause
        };
        let exception = if one.retry() == wanted.map_or(retry, SubCode::retry) {
            String::new()
        } else {
            said!("; retry: {}", "；重试：{}", one.retry().advice_in(language))
        };
        let decided = said!("  (step {}{})", "（步骤 {}{}）", one.step().name(), exception);
        text = text + "\n" + name + decided + "\n" + terminal.entry(&said!("cause", "原因"), cause) + "\n";
        if !section.fix.is_empty() {
            text = text + terminal.entry(&said!("fix", "处理"), section.fix) + "\n";
        }
    }
    text.trimmed()
}

fn document(code: Code) -> Value {
    let Entry {
        surface,
        wire,
        status,
        message,
        fault,
        retry,
        ..
    } = *code.entry();
    json!({
        "error_code": wire,
        "error_msg": message,
        "status": status,
        "plane": surface.plane(),
        "fault": fault.name(),
        "retry": retry.advice(),
        "reasons": SubCode::of(code)
            .into_iter()
            .map(|shown| json!({
                "reason": shown.name(),
                "step": shown.step().name(),
                "retry": shown.retry().advice(),
                "cause": shown.section().cause,
                "fix": shown.section().fix,
            }))
            .collect::<Vec<_>>(),
        "page": code.page(),
    })
}
