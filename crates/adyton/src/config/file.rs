//! The TOML file: every key with its line, whatever it is called. Broken lines are reported together, not one a run.

use std::path::Path;

use adyton_core::spelling::nearest;
use toml::de::{DeTable, DeValue};

use super::found::{Found, Origin, Raw};
use super::problem::Problems;
use super::section::settings;
use adyton_cli::said;

/// The largest file that is read, in bytes; a configuration is a page of text.
const FILE_MAX: u64 = 1024 * 1024;

/// All values of the file; what cannot be read is a problem.
pub(crate) fn read(path: &Path, problems: &mut Problems) -> Vec<Found> {
    let text = match std::fs::metadata(path).and_then(|about| {
        if about.len() > FILE_MAX {
            return Err(std::io::Error::other(said!(
                "it is larger than 1 MiB",
                "文件大于 1 MiB"
            )));
        }
        std::fs::read_to_string(path)
    }) {
        Ok(text) => text,
        Err(error) => {
            let hint = said!(
                "name a readable TOML file after --config, or leave the flag out",
                "请在 --config 后指定可读的 TOML 文件，或不使用该参数"
            );
            problems.add(
                Origin::File(path.to_owned(), 0),
                said!(
                    "the configuration file cannot be read: {error}",
                    "无法读取配置文件：{error}"
                ),
                Some(hint),
            );
            return Vec::new();
        }
    };
    parse(path, &text, problems)
}

/// All values of a text.
pub(crate) fn parse(path: &Path, text: &str, problems: &mut Problems) -> Vec<Found> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for (number, error) in errors.iter().enumerate() {
        let at = error.span().map_or(0, |span| span.start);
        // Once is enough: the later ones mostly follow from the first.
        let hint = (number + 1 == errors.len()).then(how_it_is_written);
        problems.add(
            Origin::File(path.to_owned(), line(text, at)),
            said!("not TOML: {}", "不是 TOML：{}", error.message()),
            hint,
        );
    }
    let mut walk = Walk {
        path,
        text,
        problems,
        found: Vec::new(),
    };
    if errors.is_empty() {
        walk.table("", table.get_ref());
    }
    walk.found
}

/// The line of a byte, counted from 1.
fn line(text: &str, at: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(at)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// What a file looks like.
fn how_it_is_written() -> String {
    said!(
        "write `[section]` on a line of its own and `key = value` below it, strings in quotes; `adyton config example` prints a whole file",
        "`[section]` 单独一行，其下写 `key = value`，字符串加引号；`adyton config example` 输出完整的文件"
    )
}

struct Walk<'a> {
    path: &'a Path,
    text: &'a str,
    problems: &'a mut Problems,
    found: Vec<Found>,
}

impl Walk<'_> {
    /// A section that holds nothing: it must be one, so that a misspelt name is found before its first key.
    fn section(&mut self, name: &str, origin: Origin) {
        let known =
            || settings().filter_map(|setting| setting.name.split_once('.').map(|(section, _)| section));
        if known().any(|section| section == name) {
            return;
        }
        let hint = match nearest(name, known()) {
            Some(meant) => said!("did you mean `[{meant}]`?", "您是否想写 `[{meant}]`？"),
            None => said!(
                "`adyton config reference` lists all sections",
                "`adyton config reference` 列出所有节"
            ),
        };
        self.problems.add(
            origin,
            said!("unknown section `[{name}]`", "未知的节 `[{name}]`"),
            Some(hint),
        );
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table.iter() {
            let key = match prefix {
                "" => name.get_ref().to_string(),
                prefix => format!("{prefix}.{}", name.get_ref()),
            };
            let origin = Origin::File(self.path.to_owned(), line(self.text, name.span().start));
            match value.get_ref() {
                DeValue::Table(inner) if inner.is_empty() && prefix.is_empty() => self.section(&key, origin),
                DeValue::Table(inner) => self.table(&key, inner),
                DeValue::Array(items) => {
                    let parts: Option<Vec<String>> =
                        items.iter().map(|item| scalar(item.get_ref())).collect();
                    match parts {
                        Some(parts) => self.found.push(Found {
                            key,
                            raw: Raw::List(parts),
                            origin,
                        }),
                        None => self.problems.add(
                            origin,
                            said!(
                                "`{key}` must be a list of strings, not of tables or lists",
                                "`{key}` 应为字符串列表，而不是表或列表的列表"
                            ),
                            None,
                        ),
                    }
                }
                other => {
                    let text = scalar(other).unwrap_or_default();
                    self.found.push(Found {
                        key,
                        raw: Raw::Text(text),
                        origin,
                    });
                }
            }
        }
    }
}

/// A scalar as text; `None` for a table or a list.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
