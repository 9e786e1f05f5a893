//! The catalogue's advice with the names of this request in place of its capitals. A reader meets no name that they may not know.

use crate::advice::{self, plain_or_id};
use crate::evidence::Evidence;
use crate::explain::{Asked, Reader};
use crate::holder::Holder;

/// The catalogue's advice with the names of this request in place of its capitals. A capital that is not known stays.
pub(in crate::explain) fn filled(asked: &Asked<'_>, advice: &str) -> String {
    advice::named(advice, |word| value(asked, word))
}

/// What a capital stands for in this request.
fn value(asked: &Asked<'_>, word: &str) -> Option<String> {
    let record = asked.record;
    Some(match word {
        "SERVICE" => asked.service_name(),
        "REQUEST_ID" => record.id.to_string(),
        "USER" => caller(asked, |holder| matches!(holder, Holder::User(_)))?,
        "APP" => caller(asked, |holder| matches!(holder, Holder::App(_)))?,
        "PROJECT" => asked.project_in_commands(record.project?)?,
        "AK" => {
            let Evidence::Signature(seen) = &record.evidence else {
                return None;
            };
            seen.key.clone()
        }
        // Where a program listens is for who runs it.
        "INSTANCE" if !matches!(asked.reader, Reader::Caller { .. }) => {
            let Evidence::Instance { address, .. } = &record.evidence else {
                return None;
            };
            address.clone()
        }
        // Twice as many, to begin with.
        "NUMBER" => {
            let Evidence::Throttle { limit, .. } = &record.evidence else {
                return None;
            };
            limit.saturating_mul(2).to_string()
        }
        "METHOD" => record.method.clone(),
        "URL" if !record.host.is_empty() => advice::url(&format!("http://{}", record.host), &record.path)?,
        _ => return None,
    })
}

/// Who the request showed itself as, as commands name them, if it is of the wanted kind.
pub(in crate::explain) fn caller(asked: &Asked<'_>, is_wanted: impl Fn(&Holder) -> bool) -> Option<String> {
    let holder = asked.record.evidence.named(asked.live).filter(is_wanted)?;
    let (live, reader) = (asked.live, asked.reader);
    let is_own = matches!(reader, Reader::Caller { holder: own, .. } if own == holder);
    match holder {
        Holder::App(id) => {
            let app = live.app(id)?;
            (is_own || reader.sees(live, app.project)).then(|| plain_or_id(&app.name, id))
        }
        Holder::User(id) => {
            let user = live.user(id)?;
            let domain = match reader {
                Reader::Project(project) => live.project(project).map(|project| project.domain),
                Reader::Administrator(domain) => Some(domain),
                Reader::Caller { .. } => None,
            };
            (is_own || domain == Some(user.domain)).then(|| plain_or_id(&user.name, id))
        }
    }
}
