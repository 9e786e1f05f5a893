//! The records that fit, page by page.

use adyton_api::adyton::requests::RequestList;

use crate::client::Client;
use crate::failure::Outcome;

/// How many records are asked for at once.
pub(super) const PAGE: usize = 100;

/// The records that fit, at the server.
pub(super) struct Journal<'a> {
    /// Who asks.
    pub(super) client: &'a Client,
    /// The query that narrows them.
    pub(super) filter: String,
}

impl Journal<'_> {
    /// Newest first, as many as asked for.
    pub(super) fn newest(&self, most: usize) -> Outcome<RequestList> {
        let mut listed = self.page(most.min(PAGE), None)?;
        while listed.requests.len() < most
            && let Some(next) = &listed.next
        {
            let more = self.page((most - listed.requests.len()).min(PAGE), Some(next))?;
            listed.next = more.next;
            if more.requests.is_empty() {
                break;
            }
            listed.requests.extend(more.requests);
        }
        Ok(listed)
    }
    /// One page, newest first.
    pub(super) fn page(&self, most: usize, before: Option<&str>) -> Outcome<RequestList> {
        let mut parts = vec![format!("limit={most}")];
        parts.extend(before.map(|id| format!("before={id}")));
        parts.extend((!self.filter.is_empty()).then(|| self.filter.clone()));
        self.client.requests(&parts.join("&"))
    }
}
