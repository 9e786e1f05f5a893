//! `…/audit`: who changed what, who signed in, and which management calls were refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of the audit trail.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    /// Newest first; with `after` oldest first.
    pub records: Vec<AuditShown>,
    /// Pass it as `before` (or, where that was asked with, as `after`) to get the next page; `null` at the end.
    pub next: Option<String>,
}

/// What became of one management call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditShown {
    /// Where it stands in the audit trail: pass it as `after` to get what follows.
    pub number: String,
    /// The id of the request.
    pub request_id: String,
    /// When it was answered: ISO 8601.
    pub time: String,
    /// `change`, `sign_in` or `refusal`.
    pub kind: String,
    /// The operation, as operation ids of this document begin; empty for an address that is none.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// The path as it was sent, at most 256 bytes of it.
    pub path: String,
    /// The domain that it concerns.
    pub domain_id: Option<String>,
    /// The project that it concerns.
    pub project_id: Option<String>,
    /// Who called.
    pub caller: Option<AuditCaller>,
    /// Where from; empty for what was done on the server's own machine.
    pub source: String,
    /// What it was about.
    pub thing: Option<AuditThing>,
    /// HTTP status of the answer; 0 where there was none.
    pub status: u16,
    /// Why it was refused.
    pub refusal: Option<AuditRefused>,
    /// The fields that were changed.
    pub changes: Vec<AuditChange>,
    /// How many further ones like it were counted and not kept.
    pub similar: u64,
}

/// Who called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditCaller {
    /// The id of the user or app.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How they showed who they are: `token`, `aksk`, `password`, `console`, `offline` and the like.
    pub way: String,
    /// The id of the credential: the access key, or the id in the token, which is not the token.
    pub credential: Option<String>,
    /// `false` where the call only claimed to be theirs.
    pub is_proven: bool,
}

/// What a call was about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditThing {
    /// `service`, `model`, `app`, `user` and the like.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name; empty where none is known.
    pub name: String,
}

/// Why a call was refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditRefused {
    /// The code.
    pub code: String,
    /// The sub-code, as `X-Adyton-Reason` said it.
    pub reason: String,
    /// The message.
    pub message: String,
    /// What was compared with what; empty where the message says all.
    pub found: String,
}

/// A field that got another value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditChange {
    /// The field.
    pub field: String,
    /// What it was; `null` for what was just made, and where it is not known.
    pub from: Option<String>,
    /// What it is; `null` for what is gone.
    pub to: Option<String>,
    /// `true` where the values are secret: then neither is shown.
    pub is_secret: bool,
}

/// A management call, explained.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuditExplained {
    /// What was kept of it.
    pub record: AuditShown,
    /// Why it was refused, in one sentence, in the language of `Accept-Language`.
    pub cause: Option<String>,
    /// What the catalogue says of the cause, Markdown.
    pub page: Option<String>,
}
