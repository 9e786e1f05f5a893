//! What the catalogue says of one code.

use serde::{Deserialize, Serialize};

/// Which surface shows a code. The same number may mean different things on two planes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// Calls through the gateway: APIs and predictions.
    Gateway,
    /// The edge of the management APIs: authentication of a management call.
    Edge,
    /// The ModelArts management API.
    ModelArts,
    /// The API Gateway management API.
    Apig,
    /// The IAM management API.
    Iam,
}

impl Plane {
    /// The word used in `adyton errors` and in the reference page.
    pub const fn name(self) -> &'static str {
        match self {
            Plane::Gateway => "gateway",
            Plane::Edge => "edge",
            Plane::ModelArts => "modelarts",
            Plane::Apig => "apig",
            Plane::Iam => "iam",
        }
    }
}

/// Whose fault it is: the first question of whoever is woken up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The caller sent something wrong.
    Caller,
    /// The caller was right, but over a limit.
    Limit,
    /// Whoever owns the API or the model: it is stopped, broken or too slow.
    Owner,
    /// Adyton or the machine that it runs on.
    Platform,
}

impl Fault {
    /// The word used in metrics, logs and references.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Caller => "caller",
            Fault::Limit => "limit",
            Fault::Owner => "owner",
            Fault::Platform => "platform",
        }
    }
}

/// Whether sending the same request again can help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// No: change the request first.
    No,
    /// Yes, after a while (`Retry-After` says when, if it is known).
    Later,
    /// Only if the model may safely be asked twice: it may have started to work.
    IfSafe,
    /// When its owner has made the service run again; time alone does not.
    OnceMended,
}

impl Retry {
    /// The sentence for people.
    pub const fn advice(self) -> &'static str {
        match self {
            Retry::No => "not before the request is changed",
            Retry::Later => "yes, after a while",
            Retry::IfSafe => "only if the model may be asked twice",
            Retry::OnceMended => "not before the service runs again",
        }
    }
}

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The surface that shows it.
    pub plane: Plane,
    /// The code on the wire, for example `APIG.0101`.
    pub wire: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The public message, without a final full stop.
    pub message: &'static str,
    /// Whose fault it is.
    pub fault: Fault,
    /// Whether to retry.
    pub retry: Retry,
    /// What is written of it alone, Markdown; [`Code::page`](super::Code::page) is the whole page.
    pub(super) written: &'static str,
}
