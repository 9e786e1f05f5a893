//! The names of services, for records that hold their ids. One that is gone, or not for whoever asks, has none.

use std::collections::BTreeMap;

use crate::client::Client;

/// The names that are known so far.
#[derive(Default)]
pub(super) struct ServiceNames(BTreeMap<String, Option<String>>);

impl ServiceNames {
    /// Makes the names of these services known; the server is asked only when one was never heard of.
    pub(super) fn learn(&mut self, client: &Client, services: impl Iterator<Item = String>) {
        let unknown: Vec<String> = services.filter(|id| !self.0.contains_key(id)).collect();
        if unknown.is_empty() {
            return;
        }
        // Whoever may read records and no services sees addresses.
        let listed = client
            .services(None)
            .map(|listed| listed.services)
            .unwrap_or_default();
        for service in listed {
            self.0.insert(service.service_id, Some(service.service_name));
        }
        for id in unknown {
            self.0.entry(id).or_default();
        }
    }
    /// The name of a service.
    pub(super) fn of(&self, id: &str) -> Option<&str> {
        self.0.get(id)?.as_deref()
    }
    #[cfg(test)]
    pub(super) fn known(pairs: &[(&str, &str)]) -> Self {
        let known = pairs
            .iter()
            .map(|(id, name)| ((*id).to_owned(), Some((*name).to_owned())));
        Self(known.collect())
    }
}
