//! The data folder, the store and the live state: what is wanted, and where it is kept.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::{DataFolder, Feed, OpenError, Store, StoreError};

use crate::config::Config;
use crate::server::parts;
use adyton_cli::failure::{Failure, Outcome};

/// The data folder, the store and the live state.
pub(super) struct Truth {
    folder: Arc<DataFolder>,
    pub(super) data: PathBuf,
    pub(super) store: Store,
    pub(super) feed: Feed,
}

impl Truth {
    pub(super) async fn open(config: &Config, clock: &Clock) -> Outcome<Self> {
        let folder = Arc::new(DataFolder::open(&config.general.data).map_err(|error| opened(&error))?);
        let data = folder.path().to_owned();
        let store = Store::open(folder.clone(), parts::store(config), clock.clone());
        let store = store.await.map_err(|error| opened(&error))?;
        let feed = Feed::start(&store)
            .await
            .map_err(|error| Failure::failed(error.to_string()))?;
        Ok(Self {
            folder,
            data,
            store,
            feed,
        })
    }
    /// The project of the first start; on another node of a cluster, the first by name.
    pub(super) fn first_project(&self) -> Outcome<String> {
        if let Some(first) = Bootstrap::read(&self.folder).map_err(|error| opened(&error))? {
            return Ok(first.project.id.to_string());
        }
        let live = self.feed.cell().load();
        let first = live.projects().min_by(|one, other| one.name.cmp(&other.name));
        Ok(first.map(|project| project.id.to_string()).unwrap_or_default())
    }
}

/// Settings and a held data folder are wrong use; the rest failed at run time.
fn opened(error: &OpenError) -> Failure {
    match error {
        OpenError::Setting { .. } | OpenError::Locked { .. } | OpenError::MasterKey(_) => {
            Failure::wrong_use(error.to_string())
        }
        OpenError::File { .. } => Failure::failed(error.to_string())
            .hint("--data must name a folder that this user can write to; it is created if it does not exist"),
        OpenError::Database { .. } => Failure::failed(error.to_string()).hint(
            "without `database_url` it is a file in the data folder: restore it from a backup, or name another folder with --data; \
             with it, check the address and that PostgreSQL runs",
        ),
        OpenError::Store(StoreError::NoSpace) => Failure::failed(error.to_string())
            .hint("free some space on the disk of the data folder: the first start, and each upgrade, write to it"),
        OpenError::TooNew { .. } | OpenError::Store(_) => Failure::failed(error.to_string()),
    }
}
