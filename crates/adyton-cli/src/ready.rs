//! The ready document: where the server answers. Written whole once both listeners accept: to `--ready-file`, and to
//! `ready.json` in the data folder, where the command line finds a local server.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};
use crate::said;

/// Its name in the data folder.
pub const FILE: &str = "ready.json";

/// The runtime that is compiled in, in place of the file of a library.
pub const BUILTIN: &str = "builtin";

/// Where a server answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// The gateway, as API addresses are printed with.
    pub gateway_url: String,
    /// The gateway, as it listens on this machine: the other URL may be a proxy's. Earlier servers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_listens: Option<String>,
    /// The control listener.
    pub control_url: String,
    /// The first project.
    pub project_id: String,
    /// The server's process.
    pub pid: u32,
    /// The server's version.
    pub version: String,
    /// What runs its ONNX models: the file of a library, or [`BUILTIN`]. Earlier servers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onnx: Option<PathBuf>,
}

impl Ready {
    /// Writes the document whole or not at all.
    pub fn write(&self, path: &Path) -> Outcome {
        let wrong = |error: std::io::Error| {
            Failure::failed(said!(
                "{}: the ready file cannot be written: {error}",
                "{}：无法写入就绪文件：{error}",
                path.display()
            ))
            .hint(said!(
                "name a file in a folder that exists and is writable",
                "请指定已存在且可写的目录中的文件"
            ))
        };
        let text = serde_json::to_string(self).map_err(|error| Failure::failed(error.to_string()))?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
        writeln!(file, "{text}").map_err(wrong)?;
        file.persist(path).map_err(|error| wrong(error.error))?;
        Ok(())
    }
    /// Removes what a server that has ended left at this place, so that nobody who waits for the new one reads it. What one
    /// that still runs has written stays: it is true until the new one takes its place, or does not come to it.
    pub fn remove_old(path: &Path) {
        let old = std::fs::read_to_string(path)
            .ok()
            .and_then(|text| serde_json::from_str::<Self>(&text).ok());
        // In a container every server has the same process id: this very process has written nothing yet.
        let ended = |old: Self| old.pid == std::process::id() || !is_alive(old.pid);
        if old.is_some_and(ended) {
            // A place that cannot be written to is told when the new document is to be written there.
            let _ = std::fs::remove_file(path);
        }
    }
    /// The server that runs on a data folder, if one does: a file that a killed server left is none.
    pub fn of_data_folder(data: &Path) -> Outcome<Option<Self>> {
        let path: PathBuf = data.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::failed(said!(
                    "{}: cannot be read: {error}",
                    "{}：无法读取：{error}",
                    path.display()
                )));
            }
        };
        let ready: Self = serde_json::from_str(&text).map_err(|error| {
            Failure::failed(said!(
                "{}: is corrupt: {error}",
                "{}：已损坏：{error}",
                path.display()
            ))
        })?;
        Ok(is_alive(ready.pid).then_some(ready))
    }
}

/// Whether a process of this id is there, whoever owns it.
fn is_alive(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else {
        return false;
    };
    !matches!(
        rustix::process::test_kill_process(pid),
        Err(rustix::io::Errno::SRCH)
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_what_an_ended_server_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready.json");
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        for (pid, stays) in [(ended.id(), false), (std::process::id(), false), (1, true)] {
            let ready = Ready {
                gateway_url: String::new(),
                control_url: String::new(),
                project_id: String::new(),
                pid,
                version: String::new(),
                gateway_listens: None,
                onnx: None,
            };
            ready.write(&path).unwrap();
            Ready::remove_old(&path);
            assert_eq!(path.exists(), stays, "{pid}");
        }
        std::fs::write(&path, "something else").unwrap();
        Ready::remove_old(&path);
        assert!(path.exists(), "what is no ready document is not ours to remove");
    }
}
