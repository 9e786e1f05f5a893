//! How often services were called before this node was started: the one thing that the reconciler keeps on the disk.
//!
//! A small file in the data folder, read at the start, written whole every half minute when something was called, and at the
//! end. A node that is killed forgets what came after the last writing: these counts are for people, not for bills.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use adyton_core::id::{ModelId, ServiceId};
use adyton_core::instances::Calls;

/// How often the counts are written down.
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// The counts of each service, by model.
pub(super) type CrashCounts = BTreeMap<ServiceId, BTreeMap<ModelId, Calls>>;

/// The file with the counts.
#[derive(Debug)]
pub(super) struct CountsFile {
    file: PathBuf,
    /// As they stand in the file.
    written: CrashCounts,
}

impl CountsFile {
    /// Reads the file; the counts begin anew where there is none, or none that can be read.
    pub(super) fn read(file: PathBuf) -> Self {
        let written = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(CrashCounts::new()),
            Err(error) => Err(error),
        };
        let written = written.unwrap_or_else(|error| {
            tracing::warn!(file = %file.display(), %error, "the counts of calls cannot be read; they begin anew");
            CrashCounts::new()
        });
        Self { file, written }
    }

    /// The counts of the services that `is_there`.
    pub(super) fn of(
        &self,
        is_there: impl Fn(ServiceId) -> bool,
    ) -> HashMap<ServiceId, Vec<(ModelId, Calls)>> {
        self.written
            .iter()
            .filter(|(service, _)| is_there(**service))
            .map(|(service, models)| {
                (
                    *service,
                    models.iter().map(|(model, calls)| (*model, *calls)).collect(),
                )
            })
            .collect()
    }

    /// Writes the counts down, if they have changed. What cannot be written is logged, and tried again the next time.
    pub(super) fn write(&mut self, counts: CrashCounts) {
        if counts == self.written {
            return;
        }
        match write_whole(&self.file, &counts) {
            Ok(()) => self.written = counts,
            Err(error) => {
                tracing::warn!(file = %self.file.display(), %error, "the counts of calls cannot be written");
            }
        }
    }
}

/// All or nothing: a reader never sees half a file.
fn write_whole(path: &Path, counts: &CrashCounts) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, counts)?;
    file.flush()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_was_counted_is_there_again_and_a_spoilt_file_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("calls.json");
        let (service, gone, model) = (
            ServiceId::from_bits(1),
            ServiceId::from_bits(2),
            ModelId::from_bits(3),
        );
        let calls = Calls { all: 7, failed: 2 };
        let counts: CrashCounts = [service, gone].map(|id| (id, [(model, calls)].into())).into();
        CountsFile::read(file.clone()).write(counts);
        let again = CountsFile::read(file.clone()).of(|id| id == service);
        assert_eq!(again, [(service, vec![(model, calls)])].into());
        std::fs::write(&file, "{").unwrap();
        assert!(CountsFile::read(file).of(|_| true).is_empty());
    }
}
