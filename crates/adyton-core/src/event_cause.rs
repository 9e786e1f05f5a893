//! The causes that stand in events, in one table, in the languages that they are read in.
//!
//! They are kept in English inside their events, and found again by their text. One may hold another: what stands for `cause`, `how` and `problem`
//! is read in its turn. What the system, a program or a runtime said stays as it is.

use std::borrow::Cow;

use crate::event_pattern::{patterns, read};
use crate::language::Language;

patterns! {
    /// Why an instance is not ready, or no longer there. Those that begin with what they are about stand first.
    Cause:
    WithLines { cause, lines } = "{cause}\nlast lines of its output:\n{lines}" "{cause}\n其输出的最后几行：\n{lines}";
    NotReadyYet { model, cause } = "model {model} is not ready yet: {cause}" "模型 {model} 尚未就绪：{cause}";
    OfModel { model, cause } = "model {model}: {cause}" "模型 {model}：{cause}";
    Starting { cause } = "starting: {cause}" "启动时：{cause}";
    Running { cause } = "running: {cause}" "运行时：{cause}";
    Loading { cause } = "loading: {cause}" "加载时：{cause}";
    Preparing { cause } = "preparing: {cause}" "准备时：{cause}";
    Importing { cause } = "importing: {cause}" "导入时：{cause}";
    EndedOverPort { how } = "it ended with {how} before it was ready, when it tried to listen: a program may listen on $PORT only"
        "尝试监听端口时已退出（{how}），尚未就绪：程序只能监听 $PORT";
    EndedBeforeReady { how } = "it ended with {how} before it was ready" "就绪前已退出（{how}）";
    EndedAtOnce { how } = "it ended at once: {how}" "启动后立即退出：{how}";
    Ended { how } = "it ended with {how}" "已退出（{how}）";
    InARow { times, cause } = "the program ended, or was ended, {times} times in a row; the last time: {cause}"
        "程序连续 {times} 次退出或被终止；最后一次：{cause}";
    NotReadyWithin { limit, cause } = "it was not ready within {limit} s: {cause}" "{limit} 秒内未就绪：{cause}";
    TooLate = "it answered too late" "响应过晚";
    Lost { cause } = "it stopped responding: {cause}" "停止响应：{cause}";
    NoPort { problem } = "no port is free: {problem}" "没有空闲端口：{problem}";
    NothingListens { port } = "nothing listens on 127.0.0.1:{port}; the program must listen on $PORT"
        "127.0.0.1:{port} 上没有程序监听；程序必须监听 $PORT";
    ListensElsewhere { port, other } = "nothing listens on 127.0.0.1:{port}: the program listens on {other}; it must listen on $PORT"
        "127.0.0.1:{port} 上没有程序监听：该程序监听的是 {other}；它必须监听 $PORT";
    NotHttp = "what listens on $PORT does not answer in HTTP/1 (plain HTTP is needed, not HTTPS)"
        "监听 $PORT 的程序没有以 HTTP/1 响应（请使用明文 HTTP，而不是 HTTPS）";
    NoCode = "programs of models are forbidden here (`runtime.run_code = false`)"
        "该服务器不允许运行模型的程序（`runtime.run_code = false`）";
    ServerFailed = "the server failed over this instance; its log says more" "服务器在处理该实例时出错；详见服务器日志";
    NoThread { problem } = "no thread to load the model on: {problem}" "没有可用于加载模型的线程：{problem}";
    Panicked = "the runtime panicked while it loaded the model" "运行时在加载模型时崩溃";
    NotAnswered { file, limit } = "model/{file} had not answered once after {limit} s" "model/{file} 在 {limit} 秒后仍未响应过一次";
    Deleted = "the model was deleted" "模型已删除";
    NotPublished { status } = "the model is not published: it is {status}" "模型尚未发布：状态为 {status}";
    ModelState { status, problem } = "the model is {status}: {problem}" "模型的状态为 {status}：{problem}";
    ExitCode { code } = "exit code {code}" "退出码 {code}";
    NotWithinGrace = "signal 9 (it did not end within its grace)" "信号 9（未在宽限期内退出）";
    Signal { signal } = "signal {signal}" "信号 {signal}";
    NotFound { program, problem } = "`{program}` was not found: {problem}" "找不到 `{program}`：{problem}";
    NotStarted { program, problem } = "`{program}` cannot be started: {problem}" "无法启动 `{program}`：{problem}";
    BadStatus { question, status } = "{question} returned status {status}" "{question} 返回状态 {status}";
    Silent { question } = "{question} was not answered in time" "{question} 没有及时得到响应";
    // Where an instance is, which stands in an event as causes do.
    BuiltIn = "in process (built-in)" "进程内，内置运行时";
    InProcess { runtime } = "in process ({runtime})" "进程内，{runtime}";
    Because { cause } = ": {cause}" "：{cause}";
}

/// A cause's text in a language. What is no cause of this table stays as it was kept.
pub fn cause_in(kept: &str, language: Language) -> Cow<'_, str> {
    match language {
        Language::English => Cow::Borrowed(kept),
        Language::Chinese => {
            let filling = |name: &str, value: &str| match name {
                "cause" | "how" | "problem" => cause_in(value, language).into_owned(),
                _ => value.to_owned(),
            };
            read(TEXTS, kept, filling).map_or(Cow::Borrowed(kept), Cow::Owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_found_again_by_its_own_text() {
        for (english, chinese) in TEXTS {
            let sample = |text: &str| text.replace('{', "<").replace('}', ">");
            assert_eq!(cause_in(&sample(english), Language::Chinese), sample(chinese));
            assert_eq!(cause_in(&sample(english), Language::English), sample(english));
        }
    }

    #[test]
    fn a_cause_in_a_cause_is_read_in_its_turn() {
        let last = Cause::NotReadyWithin {
            limit: "20",
            cause: &Cause::NothingListens { port: "4000" }.kept(),
        };
        let all = Cause::InARow {
            times: "5",
            cause: &last.kept(),
        };
        assert_eq!(
            cause_in(&all.kept(), Language::Chinese),
            "程序连续 5 次退出或被终止；最后一次：20 秒内未就绪：127.0.0.1:4000 上没有程序监听；程序必须监听 $PORT"
        );
    }

    #[test]
    fn what_others_said_stays_as_it_is() {
        for text in [
            "",
            "No such file or directory (os error 2)",
            "it ended",
            "{cause}",
            "exit codes",
        ] {
            assert_eq!(cause_in(text, Language::Chinese), text);
        }
        let refused = Cause::NotFound {
            program: "python9",
            problem: "No such file or directory (os error 2)",
        };
        assert_eq!(
            cause_in(&refused.kept(), Language::Chinese),
            "找不到 `python9`：No such file or directory (os error 2)"
        );
    }
}
