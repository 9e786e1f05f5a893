//! A record as a line of a table.

use adyton_api::adyton::requests::RequestShown;
use adyton_core::evidence::Evidence;

use crate::moment::readable;

/// How many letters of a path a table shows.
const PATH_LETTERS: usize = 72;

/// What the columns are called.
pub(super) const TITLES: [&str; 7] = ["time", "#http", "answer", "method", "path", "#ms", "request id"];

/// The cells of a record.
pub(super) fn row(shown: &RequestShown) -> Vec<String> {
    let record = &shown.record;
    let answer = match (record.reason, &record.evidence) {
        (None, _) => format!("by the {}", record.answered_by.name()),
        // The record stands for others, which were counted and not kept.
        (Some(reason), Evidence::LeftOut { count, .. }) => format!("{} ×{count}", reason.sub_code()),
        (Some(reason), _) => reason.sub_code().to_owned(),
    };
    let mut path = record.path.clone();
    if let Some((end, _)) = path.char_indices().nth(PATH_LETTERS) {
        path.truncate(end);
        path.push('…');
    }
    vec![
        readable(record.at),
        record.status.to_string(),
        answer,
        record.method.clone(),
        path,
        format!("{:.1}", record.took_us as f64 / 1e3),
        record.id.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(reason: &str, evidence: serde_json::Value) -> RequestShown {
        serde_json::from_value(serde_json::json!({
            "error_code": null, "time": "", "id": "01a2097c3fcd00000100000000000003", "at": 1_768_464_930_123_456_i64, "door": "address",
            "source": "", "method": "POST", "host": "", "path": "/".repeat(100), "query": "", "stage": null, "project": null,
            "service": null, "api": null, "model": null, "instance": null, "caller": null, "status": 404, "reason": reason,
            "step": "route", "answered_by": "gateway", "request_bytes": 0, "response_bytes": 0, "took_us": 154, "model_us": 0,
            "user_agent": "", "evidence": evidence,
        }))
        .unwrap()
    }

    #[test]
    fn a_row_says_why_and_for_how_many_it_stands() {
        let left_out = serde_json::json!({"kind": "left_out", "source": "", "count": 7, "limit": 50, "until": 0, "setting": ""});
        let cells = row(&request("route.undeclared_path", left_out));
        assert_eq!(cells[2], "route.undeclared_path ×7");
        assert_eq!(cells[4].chars().count(), PATH_LETTERS + 1);
        assert_eq!(cells[5], "0.2");
    }
}
