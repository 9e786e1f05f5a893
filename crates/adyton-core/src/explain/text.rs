//! An explanation as plain text: aligned, wrapped, with or without colour.
//!
//! What must hold: texts that came from outside never reach a terminal raw. Control characters are printed as escapes.

use super::layout::{Paper, Style};
use super::{Explanation, Nearest, SignatureExplained, StepOutcome, units};
use crate::catalogue::{Fault, Retry};
use crate::record::{Door, Step};

/// The narrowest text that is still readable.
const NARROWEST: usize = 60;

impl Explanation {
    /// The explanation for a terminal of `width` columns (at least 60 are used), with ANSI colours if `colour`.
    pub fn to_text(&self, width: usize, colour: bool) -> String {
        let mut paper = Paper::new(width.max(NARROWEST), colour);
        self.title(&mut paper);
        self.facts(&mut paper);
        self.comparison(&mut paper);
        if !self.nearest.is_empty() {
            paper.heading(if self.nearest.len() == 1 {
                "Did you mean"
            } else {
                "Did you mean one of"
            });
            for route in &self.nearest {
                nearest(route, &mut paper);
            }
        }
        if let Some(signature) = &self.signature {
            autopsy(signature, &mut paper);
        }
        if !self.notes.is_empty() {
            paper.heading("Note");
            for note in &self.notes {
                paper.block(2, note);
            }
        }
        if !self.fix.is_empty() {
            paper.heading("Fix");
            for (at, fix) in self.fix.iter().enumerate() {
                paper.item(&format!("{}.", at + 1), fix);
            }
        }
        paper.finish()
    }

    fn title(&self, paper: &mut Paper) {
        let style = match self.status {
            0..400 => Style::Good,
            400.. => Style::Bad,
        };
        let mut words = vec![self.status.to_string()];
        words.extend(self.code.clone());
        words.extend(self.reason.clone());
        paper.title(style, &words.join("  "));
        paper.paragraph(0, &self.headline);
    }

    fn facts(&self, paper: &mut Paper) {
        let steps: Vec<(Style, String)> = self
            .steps
            .iter()
            .filter(|seen| seen.step != Step::Respond || seen.outcome == StepOutcome::Decided)
            .map(|seen| {
                let name = seen.step.name();
                match seen.outcome {
                    StepOutcome::Passed => (Style::Good, format!("{name} ✓")),
                    StepOutcome::Decided => (Style::Bad, format!("{name} ✗")),
                    StepOutcome::NotReached => (Style::Faint, format!("{name} ·")),
                }
            })
            .collect();
        paper.gap();
        paper.fact("request", &self.request);
        paper.fact("to", &format!("{}, from {}", self.host, self.source));
        if self.door == Door::PredictionTab {
            paper.fact("through", "the Prediction tab, on the control listener");
        }
        paper.fact("at", &self.at);
        paper.fact("id", &self.request_id.to_string());
        if let Some(caller) = &self.caller {
            let name = if caller.name.is_empty() {
                &caller.id
            } else {
                &caller.name
            };
            paper.fact("caller", &format!("{name}, by {}", way(&caller.way)));
        }
        let time = self.time;
        let split = match time.model_us {
            0 => String::new(),
            model => format!(
                " (gateway {}, model {})",
                units::micros(time.gateway_us),
                units::micros(model)
            ),
        };
        paper.fact("took", &format!("{}{split}", units::micros(time.total_us)));
        paper.words("steps", &steps);
        if let (Some(fault), Some(retry)) = (self.fault, self.retry) {
            paper.fact("fault", whose(fault));
            paper.fact("retry", Retry::advice(retry));
        }
    }

    fn comparison(&self, paper: &mut Paper) {
        // A near route shows the same differences, and more.
        if self.compared.is_empty() || !self.nearest.is_empty() {
            return;
        }
        paper.heading("Compared");
        for compared in &self.compared {
            paper.label(&compared.label);
            paper.pair("expected", Style::Good, &compared.expected);
            paper.pair("got", Style::Bad, &compared.got);
        }
    }
}

/// The way a caller showed who they are, in words.
fn way(way: &str) -> &str {
    match way {
        "aksk" => "access key (AK/SK)",
        "app_signature" => "app signature",
        "app_code" => "AppCode",
        "key_pair" => "AppKey and AppSecret",
        other => other,
    }
}

const fn whose(fault: Fault) -> &'static str {
    match fault {
        Fault::Caller => "the caller's",
        Fault::Limit => "nobody's: a limit was reached",
        Fault::Owner => "the owner's, of the service or API",
        Fault::Platform => "Adyton's, or the machine's",
    }
}

fn nearest(route: &Nearest, paper: &mut Paper) {
    paper.label(&format!("{} {}", route.method, route.path));
    paper.pair(route.owner.kind(), Style::Plain, route.owner.name());
    for differs in &route.differs {
        let sent = if differs.sent.is_empty() {
            "nothing"
        } else {
            &differs.sent
        };
        paper.pair(
            differs.part.name(),
            Style::Plain,
            &format!("{sent} → {}", differs.published),
        );
    }
}

fn autopsy(signature: &SignatureExplained, paper: &mut Paper) {
    paper.heading("Signature");
    paper.fact("key", &signature.key);
    paper.fact("algorithm", &signature.algorithm);
    paper.fact("signed", &signature.signed_headers.join(" "));
    if let Some(mistake) = &signature.mistake {
        paper.fact("mistake", mistake);
    }
    for (name, text) in [
        (
            "Canonical request, as the gateway computed it",
            &signature.canonical_request,
        ),
        (
            "String to sign, as the gateway computed it",
            &signature.string_to_sign,
        ),
    ] {
        if let Some(text) = text {
            paper.heading(name);
            paper.verbatim(text);
        }
    }
}
