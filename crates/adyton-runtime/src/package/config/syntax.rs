//! The text of a `config.json`: what is wrong with it is told with line and column, and by name where editors and people put
//! what JSON does not have.

use adyton_core::event_cause::cause_in;
use adyton_core::language::{Bilingual, Language, both};
use serde_json::Value as Json;

use crate::package::error::ImportError;

/// Reads the text of a `config.json`.
pub(in crate::package) fn parse(text: &[u8]) -> Result<Json, ImportError> {
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return Err(ImportError::field(
            "",
            ("is text in UTF-16", "是 UTF-16 文本"),
            ("save the file as UTF-8", "请将文件保存为 UTF-8"),
        ));
    }
    // Editors of some systems put a mark in front that JSON does not have.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::from_slice(text).map_err(|problem| {
        let (line, column) = (problem.line(), problem.column());
        let full = problem.to_string();
        let place = format!(" at line {line} column {column}");
        let cause = full.strip_suffix(&place).unwrap_or(&full);
        match is_comment(text, line, column) {
            true => ImportError::field(
                "",
                both!(
                    "line {line}, column {column}: not valid JSON: a comment, which JSON does not have",
                    "第 {line} 行第 {column} 列：不是有效的 JSON：JSON 不支持注释"
                ),
                ("remove it", "请删除"),
            ),
            false => ImportError::field(
                "",
                Bilingual {
                    english: format!("line {line}, column {column}: not valid JSON: {cause}"),
                    chinese: format!(
                        "第 {line} 行第 {column} 列：不是有效的 JSON：{}",
                        cause_in(cause, Language::Chinese)
                    ),
                },
                match cause {
                    "trailing comma" => (
                        "remove the comma before the closing bracket",
                        "请删除右括号前的逗号",
                    ),
                    _ => ("", ""),
                },
            ),
        }
    })
}

/// Whether the reader stumbled over the first sign of a comment: `//`, `/*` or `#`. Columns count bytes from 1.
fn is_comment(text: &[u8], line: usize, column: usize) -> bool {
    let Some(line) = text.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)) else {
        return false;
    };
    let from = line.get(column.saturating_sub(1)..).unwrap_or_default();
    from.starts_with(b"//") || from.starts_with(b"/*") || from.starts_with(b"#")
}
