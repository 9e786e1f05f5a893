//! `adyton doctor`: looks at everything that an installation needs, and says what to fix. Each check is a file.

mod check_name;
mod clock;
mod configuration;
mod control;
mod data_folder;
mod database;
mod kernel;
mod onnx;
mod ports;
mod server;

use clap::Args;
use serde_json::{Value, json};

use self::check_name::{CheckName, Verdict};
use super::config::Flags;
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::said;
use adyton_cli::terminal::{Printable, Terminal, Tone};
use adyton_core::columns::{columns, padded};
use adyton_core::language::Language;

/// Check this installation and say what to fix
#[derive(Args)]
#[command(after_help = "Examples:
  adyton doctor
  adyton doctor --config /etc/adyton/adyton.toml --fix")]
pub(crate) struct Doctor {
    #[command(flatten)]
    flags: Flags,
    /// Fix what can be fixed: permissions of the data folder, the ONNX Runtime library (from PyPI)
    #[arg(long)]
    fix: bool,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Finding {
    what: CheckName,
    verdict: Verdict,
    said: String,
    fix: Option<String>,
}

impl Finding {
    /// As it should be.
    pub(super) fn fine(what: CheckName, said: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Fine,
            said: said.into(),
            fix: None,
        }
    }
    /// It does not work, and what was found says what to do.
    pub(super) fn plainly_wrong(what: CheckName, said: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Wrong,
            ..Self::fine(what, said)
        }
    }
    /// It works, but could be better.
    pub(super) fn note(what: CheckName, said: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Note,
            said: said.into(),
            fix: Some(fix.into()),
        }
    }
    /// It does not work.
    pub(super) fn wrong(what: CheckName, said: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Wrong,
            ..Self::note(what, said, fix)
        }
    }
}

impl Doctor {
    /// Checks one after the other and prints what it finds.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let (mut findings, config) = configuration::check(context, &self.flags);
        if let Some(config) = &config {
            findings.extend(data_folder::check(config, self.fix));
            findings.extend(database::check(config));
            findings.extend(ports::check(config));
            findings.extend(control::check(config));
            findings.push(onnx::check(context, config, self.fix));
        }
        findings.extend(kernel::check(config.as_ref()));
        findings.extend(clock::check(context));
        findings.extend(server::check(context, config.as_ref()));
        let failure = match findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Wrong)
            .count()
        {
            0 => None,
            1 => Some(Failure::failed(said!(
                "1 problem found; see the fix above",
                "发现 1 个问题；处理方法见上"
            ))),
            many => Some(Failure::failed(said!(
                "{many} problems found; see the fixes above",
                "发现 {many} 个问题；处理方法见上"
            ))),
        };
        let terminal = &context.terminal;
        if !terminal.is_json() {
            report(terminal, &findings);
            return failure.map_or(Ok(()), Err);
        }
        match failure {
            // The one document is what was found; it is printed with the failure.
            Some(failure) => Err(failure.with_document(&document(&findings))),
            None => {
                terminal.document(&document(&findings));
                Ok(())
            }
        }
    }
}

fn document(findings: &[Finding]) -> Value {
    let english = Language::English;
    let list = findings.iter().map(|finding| {
        json!({
            "check": finding.what.name_in(english),
            "verdict": finding.verdict.word_in(english),
            "found": finding.said,
            "fix": finding.fix,
        })
    });
    json!({"checks": list.collect::<Vec<_>>()})
}

fn report(terminal: &Terminal, findings: &[Finding]) {
    let language = spoken();
    let widest = |texts: &mut dyn Iterator<Item = &'static str>| texts.map(columns).max().unwrap_or(0);
    let width = widest(&mut findings.iter().map(|finding| finding.what.name_in(language)));
    let mark_width = widest(&mut Verdict::ALL.iter().map(|verdict| verdict.word_in(language)));
    for finding in findings {
        let tone = match finding.verdict {
            Verdict::Fine => Tone::Good,
            Verdict::Note => Tone::Warn,
            Verdict::Wrong => Tone::Bad,
        };
        let mark = terminal.tone(tone, padded(finding.verdict.word_in(language), mark_width));
        let what = padded(finding.what.name_in(language), width);
        terminal.print(mark + format!("  {what}  {}", finding.said));
        if let Some(fix) = &finding.fix {
            let margin = Printable::from(" ".repeat(mark_width + width + 4));
            terminal.print(margin + terminal.tone(Tone::Dim, said!("fix: {fix}", "处理：{fix}")));
        }
    }
}
