//! What else is worth knowing of a request, in sentences.

use std::borrow::Cow;

use super::{Asked, Reader, units};
use crate::columns::is_han;
use crate::evidence::Evidence;
use crate::header;
use crate::language::{Language, message, phrase};
use crate::record::{Record, Step};

/// Which model a call went to, where its service has another one too, or had: a reader who compares versions needs it.
pub(super) fn chosen(asked: &Asked<'_>) -> Option<String> {
    let Asked {
        record,
        live,
        reader,
        language,
        ..
    } = *asked;
    let model = record.model?;
    let service = reader.service(live, record.service?)?;
    let is_only_one = service
        .service
        .versions
        .iter()
        .all(|version| version.model == model);
    let is_hidden = matches!(reader, Reader::Caller { .. });
    (!is_only_one && !is_hidden).then(|| {
        let named = live.model(model).map_or_else(
            || model.to_string(),
            |model| format!("{}:{}", model.name, model.version),
        );
        message!(
            language,
            "The call went to model {}.",
            "该调用由模型 {} 处理。",
            named
        )
    })
}

/// The notes on a record, as whoever runs the service is told them.
pub(super) fn of(record: &Record, language: Language) -> Vec<String> {
    // Of these the row that compares says it.
    let is_compared = matches!(
        record.evidence,
        Evidence::Request { .. } | Evidence::Instance { .. }
    );
    let clauses = if is_compared {
        Vec::new()
    } else {
        record.evidence.clauses_in(language)
    };
    let mut notes: Vec<String> = clauses.iter().filter_map(|clause| sentence(clause)).collect();
    if let Evidence::Dropped {
        headers,
        fields,
        is_query_unread,
    } = &record.evidence
    {
        notes.extend(unread(record, fields, *is_query_unread, language));
        notes.extend((!headers.is_empty()).then(|| message!(
            language,
            "Not passed on to the model: {}. Programs that put headers into variables would confuse such a name with another one; send it with `-` in place of `_` and other signs.",
            "没有转发给模型：{}。把请求头放入变量的程序会把这样的名称误认为另一个请求头；请用 `-` 代替 `_` 和其他符号发送。",
            quoted(headers.iter(), language)
        )));
    }
    if let Evidence::LeftOut { count, .. } = &record.evidence {
        notes.push(message!(
            language,
            "This record is the first of {} unauthenticated requests that were counted but not kept; what was compared for it is not kept either.",
            "该记录是 {} 个只计数、未保留的未认证请求中的第一个；其比较内容也没有保留。",
            units::grouped(*count)
        ));
    }
    if record.step == Step::Authenticate && record.request_bytes > 0 {
        notes.push(message!(
            language,
            "The body ({}) was read before the refusal: a signature can be verified only after the body's last byte. The model did not receive it.",
            "拒绝之前已读取请求体（{}）：收到请求体的最后一个字节才能验证签名。模型没有收到它。",
            units::bytes(record.request_bytes, language)
        ));
    }
    notes
}

/// What the model did not read of a request that it answered.
fn unread(record: &Record, fields: &[String], is_query_unread: bool, language: Language) -> Option<String> {
    let parameters = is_query_unread.then(|| header::query_names(&record.query));
    let fields = fields.iter().map(|name| Cow::Borrowed(&**name));
    let all: Vec<Cow<'_, str>> = fields.chain(parameters.into_iter().flatten()).collect();
    (!all.is_empty()).then(|| {
        message!(
            language,
            "Not read by the model, so without effect on its answer: {}. A model in ONNX form reads the inputs and columns that it declares, and no query.",
            "模型没有读取、因而对其响应没有影响的内容：{}。ONNX 模型只读取其声明的输入和列，不读取查询参数。",
            quoted(all.iter(), language)
        )
    })
}

fn quoted<S: std::fmt::Display>(names: impl Iterator<Item = S>, language: Language) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(phrase!(language, ", ", "、"))
}

/// A clause as a sentence; nothing for an empty one. What a program printed last, on lines of its own, ends without a stop.
/// Its stop is that of the words before it: a record of before may have English ones among Chinese.
pub(super) fn sentence(clause: &str) -> Option<String> {
    let clause = clause.trim();
    let mut letters = clause.chars();
    let first = letters.next()?;
    let is_ended = clause.ends_with(['.', '!', '?', '。', '！', '？']) || clause.contains('\n');
    let stop = match clause.chars().any(is_han) {
        _ if is_ended => "",
        true => "。",
        false => ".",
    };
    Some(format!("{}{}{stop}", first.to_uppercase(), letters.as_str()))
}
