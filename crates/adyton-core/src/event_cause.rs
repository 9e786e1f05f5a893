//! The causes that stand in events, in one table, in the languages that they are read in.
//!
//! They are kept in English inside their events, and found again by their text. One may hold another: what stands for `cause`, `how` and `problem`
//! is read in its turn. What the system, a program or a runtime said stays as it is. Why a model does not load, and what an import tells
//! beside its success, have tables of their own.

use std::borrow::Cow;

use crate::event_pattern::{patterns, read};
use crate::fact;
use crate::graph_fault;
use crate::graph_problem;
use crate::json_words;
use crate::language::Language;
use crate::package_note;

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
    ListensForIt { port } = "another program listens on 127.0.0.1:{port}; its answers are ignored; this program must listen on $PORT itself"
        "127.0.0.1:{port} 上监听的是另一个程序，其响应不予采用；该程序必须自行监听 $PORT";
    AskedLater { path, delay } = "GET {path} is asked {delay} s after the start" "启动 {delay} 秒后才请求 GET {path}";
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
    Inside = "in process" "进程内";
    InProcess { runtime } = "in process ({runtime})" "进程内，{runtime}";
    NoStart { problem } = "the program cannot be started: {problem}" "无法启动程序：{problem}";
    NoKeeper { problem } = "the keeper cannot be started: {problem}" "无法启动看护进程：{problem}";
    KeeperSilent { program, how } = "{program} printed nothing and ended with {how}" "{program} 没有输出，已退出（{how}）";
    NoProcessId = "the program has no process id" "程序没有进程 ID";
    EndedBefore = "the process that was to become the program ended before it did" "准备运行程序的进程提前退出";
    NoFence { problem } = "the fence cannot be raised: {problem}" "无法建立隔离：{problem}";
    EmptyCommand = "the command is empty" "启动命令为空";
    Hidden { path, folder } = "`{path}` lies in {folder}, which programs cannot read; add its folder to `runtime.readable`, or install it elsewhere"
        "`{path}` 位于 {folder} 中，程序不能读取该目录；请将其所在目录加入 `runtime.readable`，或安装到其他位置";
    FolderUnread { folder, problem } = "{folder} cannot be read: {problem}; programs of root obey file permissions like others: let root own the folders on the way to the data folder, or open them to all"
        "无法读取 {folder}：{problem}；root 的程序同样受文件权限约束：请让数据目录的各级上级目录归 root 所有，或对所有用户开放";
    NotEnded = "unknown (it could not be ended)" "未知（无法终止）";
    Because { cause } = ": {cause}" "：{cause}";
}

/// All causes, each table in its order.
const TABLES: [&[(&str, &str)]; 5] = [
    TEXTS,
    graph_problem::TEXTS,
    graph_fault::TEXTS,
    package_note::TEXTS,
    json_words::TEXTS,
];
/// What of a cause is read in its turn.
const READ: [&str; 10] = [
    "cause", "how", "problem", "fault", "what", "why", "runtime", "during", "shape", "tensor",
];
/// A body that does not fit a model, in the words of facts; in none but this place, since those words are everybody's.
const UNFIT: &str = "unfit";

/// A cause's text in a language. What is no cause of these tables stays as it was kept.
pub fn cause_in(kept: &str, language: Language) -> Cow<'_, str> {
    match language {
        Language::English => Cow::Borrowed(kept),
        Language::Chinese => in_chinese(kept).map_or(Cow::Borrowed(kept), Cow::Owned),
    }
}

fn in_chinese(kept: &str) -> Option<String> {
    TABLES.iter().find_map(|texts| {
        read(texts, kept, |name, value| {
            let told = match name {
                UNFIT => fact::unfit_in_chinese(value).or_else(|| in_chinese(value)),
                _ if READ.contains(&name) => in_chinese(value),
                _ => None,
            };
            told.unwrap_or_else(|| value.to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::has_english;

    #[test]
    fn every_cause_is_found_again_by_its_own_text() {
        let sample = |text: &str| text.replace('{', "<").replace('}', ">");
        for (english, chinese) in TABLES.into_iter().flatten() {
            assert_eq!(cause_in(&sample(english), Language::Chinese), sample(chinese));
            assert_eq!(cause_in(&sample(english), Language::English), sample(english));
        }
    }

    #[test]
    fn no_cause_has_english_in_its_chinese() {
        // Names that have no other.
        const NAMES: [&str; 17] = [
            "root",
            "\"auto\"",
            "ONNX Runtime",
            "Python",
            "Debian",
            "KiB",
            "MiB",
            "opset",
            "schema",
            "shell",
            "model/",
            "config.json",
            "req_data",
            "request.data",
            "apis[",
            "].url",
            "inputs.",
        ];
        let mut found = Vec::new();
        for (_, chinese) in TABLES.into_iter().flatten() {
            let pieces = chinese
                .split('{')
                .map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
            let mut own = pieces.collect::<String>();
            for name in NAMES {
                own = own.replace(name, "");
            }
            if has_english(&own) {
                found.push(*chinese);
            }
        }
        assert!(found.is_empty(), "{found:#?}");
    }

    #[test]
    fn why_a_model_does_not_load_is_read_in_chinese_as_it_was_kept() {
        for (kept, read) in [
            (
                "loading: model/m.onnx: the compiled-in runtime has no operator com.x.Foo; install ONNX Runtime (`adyton doctor --fix`, then restart the server) or set `onnx.library` to its shared library",
                "加载时：model/m.onnx：内置运行时没有算子 com.x.Foo；请安装 ONNX Runtime（`adyton doctor --fix`，然后重启服务器），或将 `onnx.library` 设为其共享库",
            ),
            (
                "model a 1: loading: model/m.onnx: the runtime crashed with signal 11 (SIGSEGV) while it was tried in a process of its own; it will not be retried automatically; restart the service to retry",
                "模型 a 1：加载时：model/m.onnx：在独立进程中试加载时，运行时崩溃（信号 11，SIGSEGV）；不会自动重试；如需重试，请重启服务",
            ),
            (
                "model/m.onnx: ONNX Runtime 1.20 cannot prepare the model: Fatal error: x; `onnx.checker.check_model(path, full_check=True)` in Python says more about the file",
                "model/m.onnx：ONNX Runtime 1.20 无法准备该模型：Fatal error: x；在 Python 中执行 `onnx.checker.check_model(path, full_check=True)` 可了解该文件的详情",
            ),
            (
                "the model produced no output during warm-up: with the package's example: inputs.x: expected float32 [N,4], got [1,3]; it is served anyway; to test it at deployment, add a body that it accepts as `model/example.json`",
                "模型预热时没有输出：使用模型包中的示例：inputs.x：应为 float32 [N,4]，实际为 [1,3]；仍会提供服务；如需在部署时测试，请添加模型可接受的请求体 `model/example.json`",
            ),
            (
                "ignored: `gpu` (models run on the processor)",
                "未使用：`gpu`（模型在 CPU 上运行）",
            ),
            ("ignored: `apis[0].what`", "未使用：`apis[0].what`"),
        ] {
            assert_eq!(cause_in(kept, Language::Chinese), read);
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
