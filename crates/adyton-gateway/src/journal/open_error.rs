//! Why the journal cannot be opened.

use std::path::PathBuf;

/// The journal cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or a file in it.
    #[error("the journal in {} cannot be opened: {problem}; give the server's user write access there", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The access log.
    #[error("the access log {} cannot be written: {problem}; change `journal.access_log` or the rights of its folder", path.display())]
    AccessLog {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The writer's thread.
    #[error("the journal's writer thread cannot be started: {0}; raise the limit of threads (ulimit -u)")]
    Thread(std::io::Error),
}
