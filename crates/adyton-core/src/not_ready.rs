//! What a server that is not ready waits for. Whoever probes it over HTTP reads English; the command line says it in its reader's language.

use std::borrow::Cow;

use crate::event_pattern::{patterns, read};
use crate::language::Language;

patterns! {
    /// Why a listener is not ready, or why the database does not do what it should.
    NotReady:
    Draining = "nothing: the gateway is draining" "无（网关正在停止）";
    NoLiveState = "the live state: the store has not been read yet" "运行状态：尚未从数据库读取";
    Stale = "the database: changes, revocations among them, have not arrived for longer than `gateway.feed_limit`"
        "数据库：更改（包括撤销）未送达的时间已超过 `gateway.feed_limit`";
    Turning = "the server is starting or stopping" "服务器正在启动或停止";
    WritesFail { problem } = "writes fail: {problem}" "写入失败：{problem}";
    // What the database does not do.
    Late = "the database did not answer in time" "数据库未及时响应";
    Uncertain { said } = "the connection to the database broke during the commit, so the change may have been made or not: {said}"
        "提交时数据库连接中断，更改可能已生效，也可能未生效：{said}";
    NoSpace = "no space is left on the disk of the database" "数据库所在磁盘空间不足";
    ReadOnly = "the database is read-only" "数据库为只读";
    Unreachable { said } = "the database is unreachable: {said}" "无法访问数据库：{said}";
    Failed { said } = "the database failed: {said}" "数据库出错：{said}";
    FileUnwritable { path, said } = "{path} cannot be written to: {said}" "无法写入 {path}：{said}";
}

/// The text of one that was answered, in a language; what is none of these stays as it is.
pub fn waits_in(kept: &str, language: Language) -> Cow<'_, str> {
    match language {
        Language::English => Cow::Borrowed(kept),
        Language::Chinese => {
            let filling = |name: &str, value: &str| match name {
                "problem" => waits_in(value, language).into_owned(),
                _ => value.to_owned(),
            };
            read(TEXTS, kept, filling).map_or(Cow::Borrowed(kept), Cow::Owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::has_english;

    #[test]
    fn what_is_waited_for_is_read_in_chinese() {
        for (english, chinese) in TEXTS {
            let sample = |text: &str| text.replace(['{', '}'], "`");
            let read = waits_in(&sample(english), Language::Chinese).into_owned();
            assert_eq!(read, sample(chinese));
            assert!(!has_english(&read), "{read}");
        }
        let full = NotReady::WritesFail {
            problem: &NotReady::NoSpace.kept(),
        };
        assert_eq!(
            waits_in(&full.kept(), Language::Chinese),
            "写入失败：数据库所在磁盘空间不足"
        );
        assert_eq!(waits_in("another", Language::Chinese), "another");
    }
}
