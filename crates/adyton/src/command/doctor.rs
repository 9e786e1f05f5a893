//! `adyton doctor`: looks at everything that an installation needs, and says what to fix. Each check is a file.

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

use super::config::Flags;
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;
use adyton_cli::terminal::{Printable, Terminal, Tone};

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

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// As it should be.
    Fine,
    /// It works, but something is less than it could be.
    Note,
    /// It does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Finding {
    what: &'static str,
    verdict: Verdict,
    said: String,
    fix: Option<String>,
}

impl Finding {
    /// As it should be.
    pub(super) fn fine(what: &'static str, said: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Fine,
            said: said.into(),
            fix: None,
        }
    }
    /// It does not work, and what was found says what to do.
    pub(super) fn plainly_wrong(what: &'static str, said: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Wrong,
            ..Self::fine(what, said)
        }
    }
    /// It works, but could be better.
    pub(super) fn note(what: &'static str, said: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Note,
            said: said.into(),
            fix: Some(fix.into()),
        }
    }
    /// It does not work.
    pub(super) fn wrong(what: &'static str, said: impl Into<String>, fix: impl Into<String>) -> Self {
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
    let name = |verdict| match verdict {
        Verdict::Fine => "fine",
        Verdict::Note => "note",
        Verdict::Wrong => "wrong",
    };
    let list = findings.iter().map(|finding| {
        json!({"check": finding.what, "verdict": name(finding.verdict), "found": finding.said, "fix": finding.fix})
    });
    json!({"checks": list.collect::<Vec<_>>()})
}

fn report(terminal: &Terminal, findings: &[Finding]) {
    let width = findings
        .iter()
        .map(|finding| finding.what.len())
        .max()
        .unwrap_or(0);
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Fine => terminal.tone(Tone::Good, "fine "),
            Verdict::Note => terminal.tone(Tone::Warn, "note "),
            Verdict::Wrong => terminal.tone(Tone::Bad, "wrong"),
        };
        terminal.print(mark + format!("  {:width$}  {}", finding.what, finding.said));
        if let Some(fix) = &finding.fix {
            let margin = Printable::from(format!("{:7}{:width$}  ", "", ""));
            terminal.print(margin + terminal.tone(Tone::Dim, said!("fix: {fix}", "处理：{fix}")));
        }
    }
}
