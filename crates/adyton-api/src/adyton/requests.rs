//! `…/requests` and `…/requests/{request_id}`: the journal of a project, and one request explained.

use adyton_core::explain::Explanation;
use adyton_core::record::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of requests.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RequestList {
    /// Newest first.
    #[schema(value_type = Vec<Object>)]
    pub requests: Vec<RequestShown>,
    /// Pass it as `before` to get the next page; `null` at the end.
    pub next: Option<String>,
}

/// A request.
#[derive(Clone, Serialize, Deserialize)]
pub struct RequestShown {
    /// The wire code of a refusal.
    pub error_code: Option<String>,
    /// When it came, for people.
    pub time: String,
    /// What the journal kept.
    #[serde(flatten)]
    pub record: Record,
}

impl RequestShown {
    /// A record as it is shown.
    pub fn of(record: Record) -> Self {
        Self {
            error_code: record.reason.map(|reason| reason.code().entry().wire.to_owned()),
            time: record.at.to_iso(),
            record,
        }
    }
}

/// A request with its explanation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RequestExplained {
    /// What the journal kept.
    #[schema(value_type = Object)]
    pub request: RequestShown,
    /// Which step decided, what was compared with what, and the fix.
    #[schema(value_type = Object)]
    pub explanation: Explanation,
}

/// What became of one's own request: to whoever proves the credential that it named.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct OwnRequest {
    /// Which step decided, what was expected of the caller, and what they can do. Nothing of the project that was called.
    #[schema(value_type = Object)]
    pub explanation: Explanation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_writes_of_a_record_the_client_reads() {
        let text = r#"{"error_code":"APIG.0101","time":"2026-01-15T08:15:30Z","id":"01a2097c3fcd00000100000000000003","at":1768464930123456,
            "door":"address","source":"127.0.0.1","method":"POST","host":"a","path":"/v1/infers/x","query":"","stage":null,"project":null,
            "service":null,"api":null,"model":null,"instance":null,"caller":null,"status":404,"reason":"route.undeclared_path","step":"route",
            "answered_by":"gateway","request_bytes":0,"response_bytes":120,"took_us":154,"model_us":0,"user_agent":"curl",
            "evidence":{"kind":"left_out","source":"10.0.0.1","count":7,"limit":50,"until":1768464930123456,"setting":"journal.x"}}"#;
        let shown: RequestShown = serde_json::from_str(text).unwrap();
        assert_eq!(shown.record.status, 404);
        let again = serde_json::to_value(&shown).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(text).unwrap());
    }
}
