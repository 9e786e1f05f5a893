//! What is wrong with the words of a command, in Chinese: clap says it in English.
//!
//! What must hold: names of verbs, options and values stand as they are typed; what clap has no context for is told by clap.

use std::fmt::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The error in Chinese, if it is one of those that people make.
pub(crate) fn in_chinese(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join("、")),
        _ => None,
    };
    let argument = || text(ContextKind::InvalidArg);
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("没有命令 `{}`", text(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => format!("没有参数 `{}`", argument()?),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{}", argument()?),
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg)?;
            format!("`{}` 不能与 `{other}` 同时使用", argument()?)
        }
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue)?.is_empty() => {
            format!("`{}` 需要一个值", argument()?)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = text(ContextKind::InvalidValue)?;
            let why = std::error::Error::source(error).map(|why| format!("：{why}"));
            format!("`{}` 的值 `{value}` 无效{}", argument()?, why.unwrap_or_default())
        }
        _ => return None,
    };
    let mut told = format!("错误：{what}\n");
    for (kind, label) in [
        (ContextKind::ValidValue, "  可用的值"),
        (ContextKind::SuggestedSubcommand, "提示：您是否要使用"),
        (ContextKind::SuggestedArg, "提示：您是否要使用"),
        (ContextKind::SuggestedValue, "提示：您是否要使用"),
    ] {
        if let Some(text) = text(kind).filter(|text| !text.is_empty()) {
            // Writing to a String cannot fail.
            let _ = writeln!(told, "{label}：{text}");
        }
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let _ = write!(told, "\n用法：{}\n", usage.trim_start_matches("Usage:").trim());
    }
    told.push_str("\n加上 `--help` 可以查看说明。\n");
    Some(told)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::in_chinese;
    use crate::cli::Cli;

    fn told(words: &[&str]) -> String {
        let words = std::iter::once(&"adyton").chain(words);
        let error = Cli::try_parse_from(words).err().unwrap();
        in_chinese(&error).unwrap()
    }

    #[test]
    fn mistakes_in_the_words_of_a_command_are_told_with_what_is_there() {
        for (words, parts) in [
            (&["nope"][..], &["错误：没有命令 `nope`", "用法：adyton"][..]),
            (
                &["service", "sho"],
                &["没有命令 `sho`", "提示：您是否要使用：", "show"],
            ),
            (
                &["service", "show"],
                &["缺少必需的参数：<SERVICE>", "用法：adyton service show <SERVICE>"],
            ),
            (&["service", "list", "--quiet"], &["没有参数 `--quiet`"]),
            (
                &["role", "grant", "ada", "operatr"],
                &[
                    "`<ROLE>` 的值 `operatr` 无效",
                    "可用的值：administrator、operator、caller、auditor",
                    "您是否要使用：operator",
                ],
            ),
            (
                &["service", "scale", "iris", "x"],
                &["`<INSTANCES>` 的值 `x` 无效：must be a whole number"],
            ),
            (&["requests", "-n"], &["需要一个值"]),
            (
                &["role", "grant", "a", "caller", "--project", "p", "--whole-domain"],
                &["不能与", "同时使用"],
            ),
        ] {
            let told = told(words);
            for part in parts {
                assert!(told.contains(part), "{words:?}: {part} in {told}");
            }
        }
    }
}
