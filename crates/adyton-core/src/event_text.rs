//! The sentences of events, in one table, in the languages that they are read in.
//!
//! An event is kept as its English sentence, so a reader of another language gets the sentence that it is. What must hold: each sentence is
//! found again by its English text, and by no other's.

use std::borrow::Cow;

use crate::event_cause::cause_in;
use crate::event_pattern::{patterns, read};
use crate::language::Language;

patterns! {
    /// What happened to a service.
    Sentence:
    Starting { model } = "An instance of model {model} is being started." "模型 {model} 的一个实例正在启动。";
    Ready { model, place } = "An instance of model {model} is ready ({place})." "模型 {model} 的一个实例已就绪（{place}）。";
    Waiting { model, cause } = "An instance of model {model} is not ready yet: {cause}" "模型 {model} 的一个实例尚未就绪：{cause}";
    Down { model, cause } = "An instance of model {model} is down: {cause}" "模型 {model} 的一个实例不可用：{cause}";
    Again { model, cause } = "An instance of model {model} is started again: {cause}" "模型 {model} 的一个实例正在重启：{cause}";
    InstanceFailed { cause } = "An instance failed: {cause}" "一个实例失败：{cause}";
    Noted { model, note } = "An instance of model {model}: {note}" "模型 {model} 的一个实例：{note}";
    Deploying = "The service is being deployed." "服务正在部署。";
    Running = "The service is running: all its instances are ready." "服务正在运行：所有实例均已就绪。";
    Growing { percent } = "{percent} % of the service's instances are ready and serve; the others are being started."
        "服务 {percent} % 的实例已就绪并提供服务；其余实例正在启动。";
    Concerning { percent, because } = "The service is concerning: {percent} % of its instances are ready{because}"
        "服务处于告警（concerning）状态：{percent} % 的实例已就绪{because}";
    Failed { because } = "The service failed{because}" "服务失败{because}";
    Stopping = "The service is being stopped." "服务正在停止。";
    Stopped = "The service was stopped." "服务已停止。";
    Updating = "The service is being updated; the previous configuration serves until all instances are ready."
        "服务正在更新；所有实例就绪之前，由原有配置提供服务。";
    Updated = "The update is complete: the new configuration serves." "更新完成：由新配置提供服务。";
    FormerGone = "The previous configuration no longer answers; the ready instances of the new one serve."
        "原有配置已不再响应；由新配置中已就绪的实例提供服务。";
    RolledBack { cause } = "The update was rolled back, the previous configuration keeps serving: {cause}"
        "更新已回滚；原有配置继续提供服务：{cause}";
}

/// An event's text in a language. One that is no sentence of today stays as it was kept.
pub fn text_in(kept: &str, language: Language) -> Cow<'_, str> {
    match language {
        Language::English => Cow::Borrowed(kept),
        Language::Chinese => {
            let filling = |name: &str, value: &str| match name {
                // What people named.
                "model" | "percent" => value.to_owned(),
                _ => cause_in(value, language).into_owned(),
            };
            read(TEXTS, kept, filling).map_or(Cow::Borrowed(kept), Cow::Owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of the sentence, its fillings being `<name>`.
    fn sample(sentence: &str) -> String {
        sentence.replace('{', "<").replace('}', ">")
    }

    #[test]
    fn every_sentence_is_read_in_chinese_with_what_was_filled_in() {
        for (english, chinese) in TEXTS {
            assert_eq!(text_in(&sample(english), Language::Chinese), sample(chinese));
            assert_eq!(text_in(&sample(english), Language::English), sample(english));
        }
    }

    #[test]
    fn what_is_kept_is_the_english_sentence() {
        let ready = Sentence::Ready {
            model: "iris 0.0.1",
            place: "in process (built-in)",
        };
        assert_eq!(
            ready.kept(),
            "An instance of model iris 0.0.1 is ready (in process (built-in))."
        );
        assert_eq!(
            text_in(&ready.kept(), Language::Chinese),
            "模型 iris 0.0.1 的一个实例已就绪（进程内，内置运行时）。"
        );
        assert_eq!(Sentence::Stopped.kept(), "The service was stopped.");
    }

    #[test]
    fn causes_that_are_known_are_read_too_and_lines_of_programs_stay() {
        let cause = "model poetry 0.0.1: starting: it ended with exit code 1 before it was ready\nlast lines of its output:\n  it ended with all";
        let kept = Sentence::InstanceFailed { cause }.kept();
        assert_eq!(
            text_in(&kept, Language::Chinese),
            "一个实例失败：模型 poetry 0.0.1：启动时：就绪前已退出（退出码 1）\n其输出的最后几行：\n  it ended with all"
        );
        let kept = Sentence::Failed {
            because: ": model a 1: it ended with signal 9",
        }
        .kept();
        assert_eq!(
            text_in(&kept, Language::Chinese),
            "服务失败：模型 a 1：已退出（信号 9）"
        );
        let kept = Sentence::Waiting {
            model: "a 1",
            cause: "GET /health returned status 503",
        }
        .kept();
        assert_eq!(
            text_in(&kept, Language::Chinese),
            "模型 a 1 的一个实例尚未就绪：GET /health 返回状态 503"
        );
    }

    #[test]
    fn what_is_no_known_cause_stays_as_it_is_whatever_stands_in_it() {
        let cause = "{x} is ready (y). The service was stopped.";
        for sentence in [
            Sentence::Waiting { model: "m 1", cause },
            Sentence::InstanceFailed { cause },
            Sentence::RolledBack { cause },
            Sentence::Noted {
                model: "m 1",
                note: "odd: 月",
            },
        ] {
            let (kept, language) = (sentence.kept(), Language::Chinese);
            let read = text_in(&kept, language);
            assert!(!read.starts_with("An ") && !read.starts_with("The "), "{read}");
            assert!(read.ends_with(cause) || read.ends_with("odd: 月"), "{read}");
        }
    }

    #[test]
    fn a_text_that_is_no_sentence_stays_as_it_is() {
        for text in ["", "The service was stopped", "An older sentence: x", "{percent}"] {
            assert_eq!(text_in(text, Language::Chinese), text);
        }
    }
}
