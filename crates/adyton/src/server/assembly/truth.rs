//! The data folder, the store and the live state: what is wanted, and where it is kept.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::{DataFolder, Feed, Store, outside_audit};

use crate::config::Config;
use crate::server::{could_not_open, parts};
use adyton_cli::failure::Outcome;

/// The data folder, the store and the live state.
pub(super) struct Truth {
    folder: Arc<DataFolder>,
    pub(super) data: PathBuf,
    pub(super) store: Store,
    pub(super) feed: Feed,
}

impl Truth {
    pub(super) async fn open(config: &Config, clock: &Clock) -> Outcome<Self> {
        let folder =
            Arc::new(DataFolder::open(&config.general.data).map_err(|error| could_not_open(&error))?);
        let data = folder.path().to_owned();
        let store = Store::open(folder.clone(), parts::store(config), clock.clone());
        let store = store.await.map_err(|error| could_not_open(&error))?;
        outside_audit::take(&data, &store).await;
        let feed = Feed::start(&store)
            .await
            .map_err(|error| could_not_open(&error.into()))?;
        Ok(Self {
            folder,
            data,
            store,
            feed,
        })
    }
    /// The project of the first start; on another node of a cluster, the first by name.
    pub(super) fn first_project(&self) -> Outcome<String> {
        if let Some(first) = Bootstrap::read(&self.folder).map_err(|error| could_not_open(&error))? {
            return Ok(first.project.id.to_string());
        }
        let live = self.feed.cell().load();
        let first = live.projects().min_by(|one, other| one.name.cmp(&other.name));
        Ok(first.map(|project| project.id.to_string()).unwrap_or_default())
    }
}
