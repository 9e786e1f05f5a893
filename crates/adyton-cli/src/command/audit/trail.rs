//! The records that fit, page by page.

use adyton_api::adyton::audit::{AuditList, AuditShown};

use crate::client::Client;
use crate::failure::Outcome;

/// How many records are asked for at once.
pub(super) const PAGE: usize = 100;

/// The records that fit, at the server.
pub(super) struct Trail<'a> {
    /// Who asks.
    pub(super) client: &'a Client,
    /// Whether the domain's are asked for, not the project's.
    pub(super) is_of_domain: bool,
    /// The query that narrows them.
    pub(super) filter: String,
}

impl Trail<'_> {
    /// Newest first, as many as asked for.
    pub(super) fn newest(&self, most: usize) -> Outcome<AuditList> {
        let mut listed = self.page(most.clamp(1, PAGE), None)?;
        while listed.records.len() < most
            && let Some(next) = &listed.next
        {
            let more = self.page((most - listed.records.len()).min(PAGE), Some(("before", next)))?;
            listed.next = more.next;
            if more.records.is_empty() {
                break;
            }
            listed.records.extend(more.records);
        }
        listed.records.truncate(most);
        Ok(listed)
    }
    /// All that were recorded after this number, oldest first.
    pub(super) fn after(&self, number: &str) -> Outcome<Vec<AuditShown>> {
        let mut listed = self.page(PAGE, Some(("after", number)))?;
        let mut found = listed.records;
        while let Some(next) = &listed.next {
            listed = self.page(PAGE, Some(("after", next)))?;
            found.append(&mut listed.records);
            if found.len() >= 10 * PAGE {
                break;
            }
        }
        Ok(found)
    }
    fn page(&self, most: usize, part: Option<(&str, &str)>) -> Outcome<AuditList> {
        let mut parts = vec![format!("limit={most}")];
        parts.extend(part.map(|(name, number)| format!("{name}={number}")));
        parts.extend((!self.filter.is_empty()).then(|| self.filter.clone()));
        self.client.audit(self.is_of_domain, &parts.join("&"))
    }
}
