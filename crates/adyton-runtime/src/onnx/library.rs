//! The ONNX Runtime shared library: where it is looked for, how it is tried, and how it is loaded, once for a process.
//!
//! `ort` binds one library and one environment to the process, so the choice is made at start and stays. When no library
//! is found or it does not load, models run in the compiled-in runtime, and [`Choice`] says why.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use adyton_core::language::{Language, message};
use ort::environment::{Environment, GlobalThreadPoolOptions};
use ort::logging::LogLevel;

pub use super::no_library::{FoundUnfit, OLDEST, ProbeError, WhyBuiltin};

/// The setting `onnx.library`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum LibrarySetting {
    /// Not set: search, and use the compiled-in runtime where nothing is found.
    #[default]
    Search,
    /// `builtin`: the compiled-in runtime, whatever is installed.
    Builtin,
    /// This file.
    File(PathBuf),
}

impl LibrarySetting {
    /// Reads the setting: empty searches, `builtin` is the compiled-in runtime, all else is a path.
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "" => Self::Search,
            "builtin" => Self::Builtin,
            path => Self::File(PathBuf::from(path)),
        }
    }
}

/// A library that was tried and serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnnxLibrary {
    /// Its file.
    pub path: PathBuf,
    /// Its minor version: `20` for ONNX Runtime 1.20.
    pub minor: u32,
}

/// Which runtime serves, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// ONNX Runtime.
    Library(OnnxLibrary),
    /// The compiled-in runtime.
    Builtin {
        /// Why.
        reason: WhyBuiltin,
    },
}

impl Choice {
    /// The library and its minor version, if one serves.
    pub(crate) fn library(&self) -> Option<(PathBuf, u32)> {
        match self {
            Self::Library(library) => Some((library.path.clone(), library.minor)),
            Self::Builtin { .. } => None,
        }
    }

    /// Which runtime, and why, for people.
    pub fn text_in(&self, language: Language) -> String {
        match self {
            Self::Library(library) => {
                format!("ONNX Runtime 1.{} ({})", library.minor, library.path.display())
            }
            Self::Builtin { reason } => {
                let reason = reason.text_in(language);
                message!(
                    language,
                    "the compiled-in runtime: {reason}",
                    "内置运行时：{reason}"
                )
            }
        }
    }

    /// The runtime's name, as messages about a model have it.
    pub fn runtime(&self) -> String {
        match self {
            Self::Library(library) => format!("ONNX Runtime 1.{}", library.minor),
            Self::Builtin { .. } => "the compiled-in runtime".to_owned(),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text_in(Language::English))
    }
}

impl OnnxLibrary {
    /// Looks for a library: the set file, or the first that serves among `places` (files or folders, in order) and the
    /// folders where systems install it. Loads each candidate to ask its version, and lets it go again.
    pub fn find(setting: &LibrarySetting, places: &[PathBuf]) -> Choice {
        match setting {
            LibrarySetting::Builtin => Choice::Builtin {
                reason: WhyBuiltin::Set,
            },
            LibrarySetting::File(path) => match Self::probe(path) {
                Ok(library) => Choice::Library(library),
                Err(problem) => Choice::Builtin {
                    reason: WhyBuiltin::WrongFile(problem),
                },
            },
            LibrarySetting::Search => {
                let mut problems = Vec::new();
                for place in places.iter().cloned().chain(usual_places()) {
                    let files = libraries_in(&place).unwrap_or_else(|error| {
                        problems.push(FoundUnfit::Unreadable {
                            folder: place.clone(),
                            problem: error.to_string(),
                        });
                        Vec::new()
                    });
                    for file in files {
                        match Self::probe(&file) {
                            Ok(library) => return Choice::Library(library),
                            Err(problem) => problems.push(FoundUnfit::File(problem)),
                        }
                    }
                }
                let reason = match problems.is_empty() {
                    true => WhyBuiltin::NotFound,
                    false => WhyBuiltin::NoneServes(problems),
                };
                Choice::Builtin { reason }
            }
        }
    }

    /// Tries one file: it must load and be ONNX Runtime 1.x, new enough.
    ///
    /// # Errors
    /// [`ProbeError`] names the file and what is wrong with it.
    pub fn probe(path: &Path) -> Result<Self, ProbeError> {
        let path = path
            .canonicalize()
            .map_err(|_| ProbeError::Missing(path.to_owned()))?;
        match ort::util::probe(&path) {
            None => Err(ProbeError::NotOnnxRuntime(path)),
            Some(minor) if minor < OLDEST => Err(ProbeError::TooOld { path, minor }),
            Some(minor) => Ok(Self { path, minor }),
        }
    }
}

/// Where systems and Python put the library, besides what the caller knows.
fn usual_places() -> Vec<PathBuf> {
    let arch = std::env::consts::ARCH;
    let mut places: Vec<PathBuf> = vec![
        PathBuf::from("/usr/local/lib"),
        PathBuf::from("/opt/onnxruntime/lib"),
        PathBuf::from(format!("/usr/lib/{arch}-linux-gnu")),
        PathBuf::from("/usr/lib64"),
        PathBuf::from("/usr/lib"),
    ];
    if let Ok(program) = std::env::current_exe()
        && let Some(folder) = program.parent()
    {
        places.insert(0, folder.join("../lib"));
        places.insert(0, folder.to_owned());
    }
    places
}

/// The library files at `place`: itself, or those of a folder, newest version first.
fn libraries_in(place: &Path) -> std::io::Result<Vec<PathBuf>> {
    if place.is_file() {
        return Ok(vec![place.to_owned()]);
    }
    let entries = match std::fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            name == "libonnxruntime.dylib" || name.starts_with("libonnxruntime.so")
        })
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(version_of(path)));
    Ok(found)
}

/// The numbers behind `.so.`, for sorting.
fn version_of(path: &Path) -> Vec<u32> {
    let name = path.to_string_lossy();
    name.rsplit(".so.")
        .next()
        .unwrap_or_default()
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect()
}

static LOADED: OnceLock<Result<Environment, String>> = OnceLock::new();

/// Loads the library into the process and makes its one environment: one thread pool for all models, which does not spin
/// (spinning threads would take the gateway's cores). The first call decides; later ones give the same environment.
///
/// # Errors
/// The loader's words.
pub fn load(library: &OnnxLibrary, threads: usize) -> Result<Environment, String> {
    LOADED
        .get_or_init(|| {
            let builder = ort::init_from(&library.path).map_err(|problem| problem.to_string())?;
            let pool = GlobalThreadPoolOptions::default()
                .with_intra_threads(threads.max(1))
                .and_then(|pool| pool.with_inter_threads(1))
                .and_then(|pool| pool.with_spin_control(false))
                .map_err(|problem| problem.to_string())?;
            let environment = builder
                .with_name("adyton")
                .with_telemetry(false)
                .with_global_thread_pool(pool)
                .with_logger(Arc::new(said))
                .build()
                .map_err(|problem| problem.to_string())?;
            environment.set_log_level(LogLevel::Warning);
            Ok(environment)
        })
        .clone()
}

/// What the library has to say. What goes wrong with a call is told to its caller, so here it is only for those who look.
fn said(level: LogLevel, _category: &str, _id: &str, place: &str, message: &str) {
    tracing::debug!(?level, place, "ONNX Runtime: {message}");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_that_is_no_library_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("libonnxruntime.so.1.99.0");
        std::fs::write(&file, b"not a library").unwrap();
        let choice = OnnxLibrary::find(&LibrarySetting::File(file.clone()), &[]);
        let Choice::Builtin { reason } = choice else {
            panic!("{choice}")
        };
        let reason = reason.text_in(Language::English);
        assert!(
            reason.contains("libonnxruntime.so.1.99.0 does not load"),
            "{reason}"
        );
        let missing = OnnxLibrary::probe(Path::new("/nowhere/libonnxruntime.so")).unwrap_err();
        assert_eq!(missing.to_string(), "/nowhere/libonnxruntime.so does not exist");
    }

    #[test]
    fn the_newest_library_of_a_folder_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "libonnxruntime.so.1.9.0",
            "libonnxruntime.so.1.20.1",
            "libother.so",
        ] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let found = libraries_in(folder.path()).unwrap();
        assert_eq!(found.len(), 2);
        assert!(found[0].ends_with("libonnxruntime.so.1.20.1"), "{found:?}");
    }

    #[test]
    fn builtin_is_a_choice() {
        assert_eq!(LibrarySetting::parse(" builtin "), LibrarySetting::Builtin);
        assert_eq!(LibrarySetting::parse(""), LibrarySetting::Search);
        assert!(matches!(
            OnnxLibrary::find(&LibrarySetting::Builtin, &[]),
            Choice::Builtin { .. }
        ));
    }
}
