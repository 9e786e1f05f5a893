//! Requests and answers in few words: what a person looks at first.

use serde_json::Value;

/// How much of a body is shown in one line, in characters.
const WIDTH: usize = 96;

/// A body in one line, cut where it gets long.
pub(super) fn brief(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim().replace(['\n', '\r'], " ");
    match text.char_indices().nth(WIDTH) {
        None => text,
        Some((end, _)) => format!("{} …", &text[..end]),
    }
}

/// The part of an answer that says something: what was predicted, what was written, else all of it.
pub(super) fn telling(body: &[u8]) -> String {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return brief(body);
    };
    if let Some(rows) = answer["data"]["resp_data"].as_array() {
        let results: Vec<&str> = rows
            .iter()
            .filter_map(|row| row["predictresult"].as_str())
            .collect();
        if !results.is_empty() {
            return format!("predictresult: {}", results.join(", "));
        }
    }
    match (answer["text"].as_str(), answer["continuation"].as_str()) {
        (Some(text), Some(continuation)) => format!("{text} {continuation}"),
        _ => brief(body),
    }
}

#[cfg(test)]
mod tests {
    use super::telling;

    #[test]
    fn the_prediction_is_shown_not_its_wrapping() {
        let rows = br#"{"data":{"resp_data":[{"a":1,"predictresult":"setosa"},{"a":2,"predictresult":"virginica"}]}}"#;
        assert_eq!(telling(rows), "predictresult: setosa, virginica");
        assert_eq!(
            telling(br#"{"text":"The moon","continuation":"and\nsun"}"#),
            "The moon and\nsun"
        );
        assert_eq!(telling(b"[0.5]"), "[0.5]");
        assert_eq!(telling(b"not json"), "not json");
    }
}
