//! Why the journal cannot be opened.

use std::path::PathBuf;

use adyton_core::language::{Language, message};

/// The journal cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub enum OpenError {
    /// The folder or a file in it.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The access log.
    AccessLog {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The writer's thread.
    Thread(std::io::Error),
}

impl OpenError {
    /// What is wrong and what to do.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::Folder { folder, problem } => message!(
                language,
                "the journal in {} cannot be opened: {problem}; give the server's user write access there",
                "无法打开 {} 中的日志：{problem}；请为服务器所用的用户授予该目录的写权限",
                folder.display()
            ),
            Self::AccessLog { path, problem } => message!(
                language,
                "the access log {} cannot be written: {problem}; change `journal.access_log` or the rights of its folder",
                "无法写入访问日志 {}：{problem}；请修改 `journal.access_log`，或修改其目录的权限",
                path.display()
            ),
            Self::Thread(problem) => message!(
                language,
                "the journal's writer thread cannot be started: {problem}; raise the limit of threads (ulimit -u)",
                "无法启动日志写入线程：{problem}；请提高线程数上限（ulimit -u）"
            ),
        }
    }
}
