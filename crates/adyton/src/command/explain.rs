//! `adyton explain REQUEST_ID`: why a request was answered as it was.

use adyton_core::catalogue::Reason;
use adyton_core::explain::Explanation;
use adyton_core::id::RequestId;
use adyton_sign::diff::diff;
use clap::Args;
use serde_json::{Value, json};

use super::input;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::terminal::Tone;

/// Say why a request was answered as it was: which step decided, what was compared with what, and the fix
#[derive(Args)]
pub(crate) struct Explain {
    /// As `X-Request-Id` or the refusal's body says it
    request_id: String,
    /// The canonical request that the client signed, to be compared line by line with the gateway's
    #[arg(long, value_name = "@FILE|TEXT")]
    canonical: Option<String>,
}

impl Explain {
    /// Prints the explanation.
    pub(crate) fn run(self, context: &Context) -> Outcome {
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
        let path = format!("/adyton/v1/{}/requests/{id}", client.project());
        let mut document = client.get(&path, "").map_err(|failure| match failure.status() {
            // Management calls, and they alone, are numbered by this worker; what is refused while the gateway stops is too.
            Some(404) if id.worker() == u8::MAX => Failure::failed(format!(
                "{id} is the id of a management call, and these are not in the journal"
            ))
            .hint(format!(
                "the server's log has a line with `{id}` that says what was compared: look for it where the server's \
                 standard error goes"
            )),
            // The server says why there is none.
            Some(404) if failure.is_for(Reason::ManageRecordLeftOut.sub_code()) => failure,
            Some(404) => Failure::failed(format!("no request of this project has the id {id}"))
                .hint("`adyton requests` lists those that are kept; others were of another project, or are gone by now"),
            _ => failure,
        })?;
        let explanation: Explanation =
            serde_json::from_value(document["explanation"].clone()).map_err(|error| {
                Failure::failed(format!("the server's explanation cannot be read: {error}"))
                    .hint("are server and command of the same version?")
            })?;
        let compared = match theirs {
            None => None,
            Some(theirs) => Some(compare(&explanation, &String::from_utf8_lossy(&theirs))?),
        };
        let terminal = &context.terminal;
        if terminal.is_json() {
            if let Some(compared) = compared {
                document["canonical_diff"] = compared;
            }
            terminal.document(&document);
            return Ok(());
        }
        terminal.print(terminal.explanation(&explanation, terminal.width()));
        if let Some(compared) = compared {
            terminal.print("");
            terminal.print(terminal.tone(Tone::Bold, "The canonical request, line by line"));
            terminal.print(compared["text"].as_str().unwrap_or_default());
        }
        Ok(())
    }
}

/// The gateway's canonical request and the pasted one.
fn compare(explanation: &Explanation, theirs: &str) -> Outcome<Value> {
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
    let lines: Vec<Value> = diff
        .lines
        .iter()
        .map(|line| json!({"component": line.component.to_string(), "gateway": line.ours, "client": line.theirs, "same": line.is_same()}))
        .collect();
    Ok(json!({"text": diff.to_string(), "lines": lines}))
}
