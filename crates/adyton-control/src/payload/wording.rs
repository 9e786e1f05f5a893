//! What the readers of JSON and of queries say, in both languages. They say it in English: the English text stays theirs, but where it
//! speaks to programmers; the Chinese one is made of its parts.
//!
//! What a type of ours says of a value that it refuses has its words beside that type.

use adyton_api::lenient::UNSUPPORTED;
use adyton_core::language::{Bilingual, both};

/// A problem in both languages.
pub(super) fn told(problem: &str) -> Bilingual {
    match problem {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            both!("must be a whole number", "必须为整数")
        }
        "number too large to fit in target type" => both!("the number is too large", "数字过大"),
        "number too small to fit in target type" => both!("the number is too small", "数字过小"),
        "provided string was not `true` or `false`" => {
            both!("must be `true` or `false`", "必须为 `true` 或 `false`")
        }
        "invalid float literal" | "cannot parse float from empty string" => {
            both!("must be a number", "必须为数字")
        }
        own if own == UNSUPPORTED.0 => UNSUPPORTED.into(),
        other => Bilingual {
            english: other.to_owned(),
            chinese: in_chinese(other).unwrap_or_else(|| other.to_owned()),
        },
    }
}

/// The forms that `serde` has.
fn in_chinese(problem: &str) -> Option<String> {
    let (said, expected) = match problem.split_once(", expected ") {
        Some((said, expected)) => (said, Some(expected)),
        None => (problem, None),
    };
    let wanted = expected.map(expectation);
    let should = wanted.map_or_else(String::new, |wanted| format!("，应为{wanted}"));
    if let Some(name) = said.strip_prefix("missing field ") {
        return Some(format!("缺少字段 {name}"));
    }
    if let Some(name) = said.strip_prefix("duplicate field ") {
        return Some(format!("字段 {name} 出现了两次"));
    }
    if let Some(name) = said.strip_prefix("unknown field ") {
        return Some(format!("没有字段 {}{should}", bare(name)));
    }
    if let Some(name) = said.strip_prefix("unknown variant ") {
        return Some(format!("不支持取值 {}{should}", bare(name)));
    }
    if let Some(kind) = said.strip_prefix("invalid type: ") {
        return Some(format!("类型不正确：收到{}{should}", seen(kind)));
    }
    if let Some(value) = said.strip_prefix("invalid value: ") {
        return Some(format!("取值不正确：收到{}{should}", seen(value)));
    }
    if let Some(length) = said.strip_prefix("invalid length ") {
        return Some(format!("元素个数不正确：收到 {length} 个{should}"));
    }
    problem
        .strip_prefix("data did not match any variant of untagged enum ")
        .map(|_| "取值的形式都不符合".to_owned())
}

/// A name without the ends that say that there are none to choose from.
fn bare(name: &str) -> &str {
    let end = name.find(", there are no ").unwrap_or(name.len());
    &name[..end]
}

/// What was met: its kind, and its value where that is told.
fn seen(kind: &str) -> String {
    let (kind, value) = match kind.find(['`', '"']) {
        Some(at) => (kind[..at].trim_end(), &kind[at..]),
        None => (kind, ""),
    };
    let named = match kind {
        "integer" => "整数",
        "floating point" | "floating point number" => "小数",
        "string" => "字符串",
        "boolean" => "布尔值",
        "character" => "字符",
        "sequence" => "数组",
        "map" => "对象",
        "null" | "unit value" | "Option value" => "空值",
        other => return format!(" {other} {value}"),
    };
    match value {
        "" => named.to_owned(),
        value => format!("{named} {value}"),
    }
}

/// What was expected: the kinds by name, all else, such as names of fields, as it is.
fn expectation(expected: &str) -> String {
    let one_of = expected.strip_prefix("one of ");
    if let Some(names) = one_of {
        return format!(" {} 之一", names.replace("`, `", "`、`"));
    }
    if expected.starts_with("struct ") {
        return "对象".to_owned();
    }
    if let Some(count) = expected.strip_suffix(" elements") {
        return format!(" {count} 个元素");
    }
    if let Some(count) = expected.strip_prefix("a tuple of size ") {
        return format!(" {count} 个元素");
    }
    let named = match expected {
        "a string" | "a borrowed string" | "str" => "字符串",
        "a boolean" | "bool" => "布尔值",
        "a sequence" | "an array" => "数组",
        "a map" | "an object" => "对象",
        "u8" | "u16" | "u32" | "u64" | "usize" => "不太大的非负整数",
        "i8" | "i16" | "i32" | "i64" | "isize" => "整数",
        "f32" | "f64" => "数字",
        "a whole number" => "整数",
        "unit" => "空值",
        "option" => "可省略的值",
        other => return format!(" {}", other.replace("` or `", "` 或 `")),
    };
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use adyton_core::language::has_english;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct Sample {
        count: u32,
        #[serde(default)]
        part: i64,
        #[serde(default)]
        share: f64,
        #[serde(default)]
        name: String,
        #[serde(default)]
        is_on: bool,
        #[serde(default)]
        list: Vec<u8>,
        #[serde(default)]
        pair: (u8, u8),
        #[serde(default)]
        map: BTreeMap<String, u8>,
        kind: Option<Kind>,
        either: Option<Either>,
        inner: Option<Box<Sample>>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        One,
        Two,
    }

    #[derive(Deserialize, Debug)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only its reading is tested")]
    enum Either {
        Number(u8),
        Text(String),
    }

    #[test]
    fn all_that_the_reader_of_json_says_is_told_in_chinese() {
        for body in [
            r#"{}"#,
            r#"{"count":-1}"#,
            r#"{"count":1.5}"#,
            r#"{"count":"x"}"#,
            r#"{"count":null}"#,
            r#"{"count":true}"#,
            r#"{"count":[]}"#,
            r#"{"count":{}}"#,
            r#"{"count":1,"count":2}"#,
            r#"{"count":1,"more":2}"#,
            r#"{"count":1,"part":"x"}"#,
            r#"{"count":1,"share":"x"}"#,
            r#"{"count":1,"name":7}"#,
            r#"{"count":1,"is_on":7}"#,
            r#"{"count":1,"list":7}"#,
            r#"{"count":1,"list":[256]}"#,
            r#"{"count":1,"pair":[1]}"#,
            r#"{"count":1,"map":[]}"#,
            r#"{"count":1,"kind":"three"}"#,
            r#"{"count":1,"either":[]}"#,
            r#"{"count":1,"inner":7}"#,
        ] {
            let error = serde_json::from_str::<Sample>(body).expect_err(body).to_string();
            let told = told(super::super::without_place(&error));
            assert!(!has_english(&told.chinese), "{body}: {}", told.chinese);
            assert_eq!(told.english, super::super::without_place(&error));
        }
        let wrong = told("invalid value: integer `-1`, expected u32");
        assert_eq!(wrong.chinese, "取值不正确：收到整数 `-1`，应为不太大的非负整数");
        let unknown = told("unknown field `more`, expected one of `a`, `b`");
        assert_eq!(unknown.chinese, "没有字段 `more`，应为 `a`、`b` 之一");
    }

    #[test]
    fn all_that_the_reader_of_queries_says_is_told_in_chinese() {
        for query in [
            "count=x",
            "count=",
            "count=9999999999",
            "count=-1",
            "count=1&part=x",
            "count=1&share=x",
            "count=1&share=",
            "count=1&is_on=x",
            "count=1&more=2",
            "part=2",
            "count=1&count=2",
        ] {
            let uri: http::Uri = format!("/?{query}").parse().expect("an address");
            let payload = super::super::Payload::new(uri, bytes::Bytes::new());
            let Err(crate::failure::Failure::Query { problem, .. }) = payload.query::<Sample>() else {
                panic!("{query} was read");
            };
            assert!(!has_english(&problem.chinese), "{query}: {}", problem.chinese);
        }
    }
}
