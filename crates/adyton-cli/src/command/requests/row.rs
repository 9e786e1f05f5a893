//! A record as a line of a table.

use adyton_api::adyton::requests::RequestShown;
use adyton_core::address::split_service;
use adyton_core::evidence::Evidence;

use super::names::ServiceNames;
use crate::moment::readable;

/// How many letters of a path a table shows.
const PATH_LETTERS: usize = 72;

/// What the columns are called.
pub(super) const TITLES: [&str; 8] = [
    "time",
    "#http",
    "answer",
    "method",
    "service",
    "path",
    "#ms",
    "request id",
];

/// The cells of a record. A service is named, and its path is what is below its API address.
pub(super) fn row(shown: &RequestShown, names: &ServiceNames) -> Vec<String> {
    let record = &shown.record;
    let answer = match (record.reason, &record.evidence) {
        (None, _) => format!("by the {}", record.answered_by.name()),
        // The record stands for others, which were counted and not kept.
        (Some(reason), Evidence::LeftOut { count, .. }) => format!("{} ×{count}", reason.sub_code()),
        (Some(reason), _) => reason.sub_code().to_owned(),
    };
    let service = record.service.map(|id| id.to_string());
    let service = service.as_deref().and_then(|id| names.of(id)).unwrap_or_default();
    let mut path = match (service, split_service(&record.path)) {
        ("", _) | (_, None) => record.path.clone(),
        (_, Some((_, ""))) => "/".to_owned(),
        (_, Some((_, below))) => below.to_owned(),
    };
    if let Some((end, _)) = path.char_indices().nth(PATH_LETTERS) {
        path.truncate(end);
        path.push('…');
    }
    vec![
        readable(record.at),
        record.status.to_string(),
        answer,
        record.method.clone(),
        service.to_owned(),
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
        let cells = row(
            &request("route.undeclared_path", left_out),
            &ServiceNames::default(),
        );
        assert_eq!(cells[2], "route.undeclared_path ×7");
        assert_eq!(cells[5].chars().count(), PATH_LETTERS + 1);
        assert_eq!(cells[6], "0.2");
    }

    #[test]
    fn a_service_is_named_and_its_path_is_below_its_address() {
        let id = "2e934724-2d0b-4e0e-9d1a-0c0b7d6e5f4a";
        let names = ServiceNames::known(&[(id, "poetry")]);
        let mut one = request("route.undeclared_path", serde_json::json!({"kind": "none"}));
        one.record.service = adyton_core::id::ServiceId::parse(id.as_bytes());
        assert!(one.record.service.is_some());
        for (path, service, shown) in [
            (format!("/v1/infers/{id}/predictions"), "poetry", "/predictions"),
            (format!("/v1/infers/{id}"), "poetry", "/"),
        ] {
            one.record.path = path;
            let cells = row(&one, &names);
            assert_eq!((cells[4].as_str(), cells[5].as_str()), (service, shown));
        }
        let cells = row(&one, &ServiceNames::default());
        assert_eq!(cells[4], "");
        assert_eq!(
            cells[5], one.record.path,
            "a name that is not known leaves the address"
        );
    }
}
