//! `adyton explain REQUEST_ID`: why a request was answered as it was.

use adyton_api::adyton::requests::RequestExplained;
use adyton_core::catalogue::Reason;
use adyton_core::explain::Explanation;
use adyton_core::id::RequestId;
use adyton_sign::diff::diff;
use clap::Args;
use serde::Serialize;

use super::input;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::terminal::Tone;

/// Say why a request was answered as it was: which step decided, what was compared with what, and the fix
#[derive(Args)]
#[command(after_help = "Examples:
  adyton explain 01a2097c3fcd00000100000000000003
  adyton explain 01a2097c3fcd00000100000000000003 --canonical @canonical.txt")]
pub struct Explain {
    /// As `X-Request-Id` or the refusal's body says it
    request_id: String,
    /// The canonical request that the client signed, to be compared line by line with the gateway's
    #[arg(long, value_name = "@FILE|TEXT")]
    canonical: Option<String>,
}

impl Explain {
    /// Prints the explanation.
    pub fn run(self, context: &Context) -> Outcome {
        let theirs = self
            .canonical
            .as_deref()
            .map(|said| input::bytes(said, "--canonical"))
            .transpose()?;
        let id = RequestId::parse(self.request_id.trim().as_bytes()).ok_or_else(|| {
            Failure::wrong_use(format!("`{}` is not a request id", self.request_id))
                .hint("it has 32 hex digits: the answer's `X-Request-Id`, or `request_id` in its body; `adyton requests` lists them")
        })?;
        let client = context.client()?;
        let explained = client.explained(id).map_err(|failure| match failure.status() {
            Some(404) if id.is_of_management() => Failure::failed(format!(
                "{id} is the id of a management call, and management calls are not in the journal"
            ))
            .hint(format!(
                "the server's log has a line with `{id}` that says what was compared: look for it where the server's \
                 standard error goes"
            )),
            // The server says why there is none.
            Some(404) if failure.is_for(Reason::ManageRecordLeftOut) => failure,
            Some(404) => Failure::failed(format!("this project has no request with the id {id}"))
                .hint("`adyton requests` lists the requests that are kept; older ones may have been deleted, or belong to another project"),
            _ => failure,
        })?;
        let canonical_diff = match theirs {
            None => None,
            Some(theirs) => Some(compare(
                &explained.explanation,
                &String::from_utf8_lossy(&theirs),
            )?),
        };
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&Document {
                explained,
                canonical_diff,
            });
            return Ok(());
        }
        terminal.print(terminal.explanation(&explained.explanation, terminal.width()));
        if let Some(compared) = canonical_diff {
            terminal.print("");
            terminal.print(terminal.tone(Tone::Bold, "The canonical request, line by line"));
            terminal.print(compared.text);
        }
        Ok(())
    }
}

/// The one document of `--json`.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    explained: RequestExplained,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_diff: Option<Compared>,
}

/// Two canonical requests, line by line.
#[derive(Serialize)]
struct Compared {
    /// For people.
    text: String,
    lines: Vec<ComparedLine>,
}

#[derive(Serialize)]
struct ComparedLine {
    component: String,
    gateway: Option<String>,
    client: Option<String>,
    same: bool,
}

/// The gateway's canonical request and the pasted one.
fn compare(explanation: &Explanation, theirs: &str) -> Outcome<Compared> {
    let ours = explanation
        .signature
        .as_ref()
        .and_then(|signature| signature.canonical_request.as_deref());
    let ours = ours.ok_or_else(|| {
        Failure::wrong_use(
            "the gateway computed no canonical request for this one: it was not signed, or refused before",
        )
    })?;
    // Editors end files with a line feed, which a canonical request has not.
    let theirs = theirs.strip_suffix('\n').unwrap_or(theirs);
    let diff = diff(ours, theirs);
    let text = diff.to_string();
    let lines = diff.lines.into_iter().map(|line| ComparedLine {
        component: line.component.to_string(),
        same: line.is_same(),
        gateway: line.ours,
        client: line.theirs,
    });
    Ok(Compared {
        text,
        lines: lines.collect(),
    })
}
