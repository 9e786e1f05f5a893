//! What is remembered of trials: a small file for each package and runtime, in a folder of the data folder.
//!
//! A note is named by package, file, runtime and version of Adyton, so another runtime or version is another trial. Beside a
//! note lies `<name>.loading` while the server itself loads the model; one that is there at a start tells of a server that died
//! meanwhile. Nothing here is synced: what must survive is the death of a process, not of the machine. A note that cannot be
//! read or written costs another trial, never a start.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use adyton_core::graph_problem::GraphProblem;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{DEATHS, LoadRequest};
use crate::onnx::library::Choice;

/// The version whose trials count.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The ending of the mark of a model that the server loads.
const LOADING: &str = "loading";
/// So many wishes that ended badly are kept.
const MOST_WISHES: usize = 64;

/// What is known of one package on one runtime.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Note {
    /// The version of Adyton that wrote it.
    version: String,
    /// Whether a child came through with it.
    pub(super) passed: bool,
    /// What happened to the last child, where it died.
    pub(super) died: Option<String>,
    /// How often the server died while it loaded it, in a row.
    pub(super) deaths: u32,
    /// Who wanted it when a child or the server died.
    wishes: Vec<LoadRequest>,
}

/// The mark of a model that the server loads.
#[derive(Serialize, Deserialize)]
struct Mark {
    file: String,
    wish: LoadRequest,
}

impl Note {
    /// Of a model that came through.
    pub(super) fn passed() -> Self {
        Self {
            passed: true,
            ..Self::default()
        }
    }

    /// Why the model is not to be tried for this wish; `None` when it may be.
    pub(super) fn failure_for(&self, wish: LoadRequest) -> Option<&str> {
        let gave_up = self.died.as_deref()?;
        self.wishes.contains(&wish).then_some(gave_up)
    }

    /// Notes that it died for this wish.
    pub(super) fn fails(&mut self, cause: &str, wish: LoadRequest) {
        self.passed = false;
        self.died = Some(cause.to_owned());
        self.wishes.retain(|known| *known != wish);
        if self.wishes.len() >= MOST_WISHES {
            self.wishes.remove(0);
        }
        self.wishes.push(wish);
    }

    /// Notes that the server died while it loaded the model: it has to come through a child again, and after some deaths
    /// nobody tries again for the same wish.
    fn took_the_server_along(&mut self, mark: &Mark) {
        self.passed = false;
        self.deaths += 1;
        if self.deaths >= DEATHS {
            let times = &self.deaths.to_string();
            let cause = GraphProblem::ServerDied { times }.of_file(&format!("model/{}", mark.file));
            self.fails(&cause, mark.wish);
        }
    }
}

/// The name of a package's note on a runtime.
pub(super) fn key(choice: &Choice, package: Sha256, file: &str) -> String {
    let runtime = match choice {
        Choice::Library(library) => {
            // Another build at the same place is another runtime.
            let meta = fs::metadata(&library.path).ok();
            let changed = meta.as_ref().and_then(|meta| meta.modified().ok());
            let size = meta.map_or(0, |meta| meta.len());
            format!("{} {} {size} {changed:?}", library.minor, library.path.display())
        }
        Choice::Builtin { .. } => "builtin".to_owned(),
    };
    let mut hasher = sha2::Sha256::new();
    for part in [package.to_string().as_str(), file, &runtime, VERSION] {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    Sha256::from_bytes(hasher.finalize().into()).to_string()
}

/// The folder of notes.
#[derive(Debug)]
pub(super) struct TrialNotes(PathBuf);

impl TrialNotes {
    /// Opens the folder; notes what killed the server before, and removes what older versions left.
    pub(super) fn open(folder: PathBuf) -> Self {
        let notes = Self(folder);
        let entries = fs::create_dir_all(&notes.0).and_then(|()| fs::read_dir(&notes.0));
        if let Err(error) = &entries {
            // A full disk keeps no server from starting.
            tracing::warn!(folder = %notes.0.display(), %error, "what is known of models cannot be read; they are tried again");
        }
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(key) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
                continue;
            };
            if path.extension().is_some_and(|ending| ending == LOADING) {
                let mark = fs::read(&path)
                    .ok()
                    .and_then(|text| serde_json::from_slice::<Mark>(&text).ok());
                if let Some(mark) = mark {
                    let mut note = notes.read(&key);
                    note.took_the_server_along(&mark);
                    notes.write(&key, &note);
                    tracing::warn!(file = mark.file, service = %mark.wish.service, deaths = note.deaths,
                        "the server died while it loaded this model; it is tried in a process of its own first");
                }
                remove(&path);
            } else if notes.of(&key).is_none_or(|note| note.version != VERSION) {
                remove(&path);
            }
        }
        notes
    }

    /// What is known; nothing where there is no note that can be read.
    pub(super) fn read(&self, key: &str) -> Note {
        self.of(key).unwrap_or_default()
    }

    fn of(&self, key: &str) -> Option<Note> {
        serde_json::from_slice(&fs::read(self.0.join(key)).ok()?).ok()
    }

    /// Keeps a note.
    pub(super) fn write(&self, key: &str, note: &Note) {
        let note = Note {
            version: VERSION.to_owned(),
            ..note.clone()
        };
        if let Err(error) = self.write_whole(key, &note) {
            tracing::warn!(folder = %self.0.display(), %error, "a trial of a model cannot be noted; it is held again");
        }
    }

    /// All or nothing: a reader never sees half a file.
    fn write_whole(&self, name: &str, content: &impl Serialize) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        serde_json::to_writer(&mut file, content)?;
        file.flush()?;
        file.persist(self.0.join(name)).map_err(|error| error.error)?;
        Ok(())
    }

    /// Marks that the server loads the model.
    pub(super) fn loads(&self, key: &str, file: &str, wish: LoadRequest) {
        let mark = Mark {
            file: file.to_owned(),
            wish,
        };
        if let Err(error) = self.write_whole(&format!("{key}.{LOADING}"), &mark) {
            tracing::warn!(folder = %self.0.display(), %error, "the loading of a model cannot be marked");
        }
    }

    /// Takes the mark away: the server has lived through it.
    pub(super) fn has_loaded(&self, key: &str) {
        let note = self.read(key);
        if note.deaths > 0 {
            self.write(key, &Note { deaths: 0, ..note });
        }
        remove(&self.0.join(format!("{key}.{LOADING}")));
    }
}

fn remove(path: &Path) {
    // What stays is looked at again at the next start.
    let _ = fs::remove_file(path);
}
