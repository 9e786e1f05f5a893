//! An explanation as plain text: aligned, wrapped, with or without colour.
//!
//! What must hold: texts that came from outside never reach a terminal raw. Control characters are printed as escapes.

use super::layout::{Paper, Style};
use super::{Explanation, Nearest, SignatureExplained, StepOutcome, units};
use crate::language::{Language, message, phrase};
use crate::record::{Door, Step};

/// The narrowest text that is still readable.
const NARROWEST: usize = 60;

impl Explanation {
    /// The explanation in English, for a terminal of `width` columns (at least 60 are used), with ANSI colours if `colour`.
    pub fn to_text(&self, width: usize, colour: bool) -> String {
        self.to_text_in(width, colour, Language::English)
    }

    /// The same with headings in the language in which it was explained.
    pub fn to_text_in(&self, width: usize, colour: bool, language: Language) -> String {
        let mut paper = Paper::new(width.max(NARROWEST), colour);
        self.title(&mut paper);
        self.facts(&mut paper, language);
        self.comparison(&mut paper, language);
        if !self.nearest.is_empty() {
            paper.heading(match (language, self.nearest.len()) {
                (Language::English, 1) => "Did you mean",
                (Language::English, _) => "Did you mean one of",
                (Language::Chinese, _) => "您是否要调用",
            });
            for route in &self.nearest {
                nearest(route, &mut paper, language);
            }
        }
        if let Some(signature) = &self.signature {
            autopsy(signature, &mut paper, language);
        }
        if !self.notes.is_empty() {
            paper.heading(phrase!(language, "Note", "说明"));
            for note in &self.notes {
                paper.block(2, note);
            }
        }
        if !self.fix.is_empty() {
            paper.heading(phrase!(language, "Fix", "处理方法"));
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

    fn facts(&self, paper: &mut Paper, language: Language) {
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
        paper.fact(phrase!(language, "request", "请求"), &self.request);
        paper.fact(
            phrase!(language, "to", "目标"),
            &match self.host.as_str() {
                // What could not be read has none.
                "" => message!(language, "this server, from {}", "本服务器，来自 {}", self.source),
                host => message!(language, "{}, from {}", "{}，来自 {}", host, self.source),
            },
        );
        if self.door == Door::PredictionTab {
            paper.fact(
                phrase!(language, "through", "入口"),
                phrase!(
                    language,
                    "the Prediction tab, on the control listener",
                    "管理监听地址上的“预测”页签"
                ),
            );
        }
        paper.fact(phrase!(language, "at", "时间"), &self.at);
        paper.fact(phrase!(language, "id", "请求 ID"), &self.request_id.to_string());
        if let Some(caller) = &self.caller {
            let name = if caller.name.is_empty() {
                &caller.id
            } else {
                &caller.name
            };
            paper.fact(
                phrase!(language, "caller", "调用方"),
                &message!(
                    language,
                    "{}, by {}",
                    "{}，使用{}",
                    name,
                    way(&caller.way, language)
                ),
            );
        }
        let time = self.time;
        paper.fact(
            phrase!(language, "took", "耗时"),
            &format!("{}{}", units::micros(time.total_us), time.parts(language)),
        );
        paper.words(phrase!(language, "steps", "步骤"), &steps);
        if let (Some(fault), Some(retry)) = (self.fault, self.retry) {
            paper.fact(phrase!(language, "fault", "责任方"), fault.whose_in(language));
            paper.fact(phrase!(language, "retry", "重试"), retry.advice_in(language));
        }
    }

    fn comparison(&self, paper: &mut Paper, language: Language) {
        // A near route shows the same differences, and more.
        if self.compared.is_empty() || !self.nearest.is_empty() {
            return;
        }
        paper.heading(phrase!(language, "Compared", "对比"));
        let (expected, got) = phrase!(language, ("expected", "got"), ("期望", "实际"));
        for compared in &self.compared {
            paper.label(&compared.label);
            paper.pair(expected, Style::Good, &compared.expected);
            paper.pair(got, Style::Bad, &compared.got);
        }
    }
}

/// The way a caller showed who they are, in words.
fn way(way: &str, language: Language) -> &str {
    match way {
        "token" => phrase!(language, "token", "令牌"),
        "aksk" => phrase!(language, "access key (AK/SK)", "访问密钥（AK/SK）"),
        "app_signature" => phrase!(language, "app signature", "应用签名"),
        "app_code" => phrase!(language, "AppCode", " AppCode"),
        "key_pair" => phrase!(language, "AppKey and AppSecret", " AppKey 和 AppSecret"),
        other => other,
    }
}

fn nearest(route: &Nearest, paper: &mut Paper, language: Language) {
    paper.label(&format!("{} {}", route.method, route.path));
    paper.pair(route.owner.kind_in(language), Style::Plain, route.owner.name());
    for differs in &route.differs {
        let sent = if differs.sent.is_empty() {
            phrase!(language, "nothing", "无")
        } else {
            &differs.sent
        };
        paper.pair(
            differs.part.name_in(language),
            Style::Plain,
            &format!("{sent} → {}", differs.published),
        );
    }
}

fn autopsy(signature: &SignatureExplained, paper: &mut Paper, language: Language) {
    paper.heading(phrase!(language, "Signature", "签名"));
    let signed = signature.signed_headers.join(" ");
    for (name, sent) in [
        (phrase!(language, "key", "密钥 ID"), &signature.key),
        (phrase!(language, "algorithm", "算法"), &signature.algorithm),
        (phrase!(language, "signed", "签名头"), &signed),
    ] {
        if !sent.is_empty() {
            paper.fact(name, sent);
        }
    }
    if let Some(mistake) = &signature.mistake {
        paper.fact(phrase!(language, "mistake", "签名错误"), mistake);
    }
    for (name, text) in [
        (
            phrase!(
                language,
                "Canonical request, as the gateway computed it",
                "网关计算的规范请求"
            ),
            &signature.canonical_request,
        ),
        (
            phrase!(
                language,
                "String to sign, as the gateway computed it",
                "网关计算的待签字符串"
            ),
            &signature.string_to_sign,
        ),
    ] {
        if let Some(text) = text {
            paper.heading(name);
            paper.verbatim(text);
        }
    }
}
