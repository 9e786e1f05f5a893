//! Names of files and folders as archives and folders give them: checked, and brought into plain form.

use std::path::PathBuf;

use adyton_core::language::{Bilingual, both};

use crate::package::error::{ImportError, RENAME, shown};

/// The longest path inside a package, in bytes.
const LONGEST_PATH: usize = 512;
/// The longest name of one file or folder, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;
/// What archivers of some systems add beside the package; it is not part of it.
const NOISE: [&str; 4] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// Checks an entry's name and gives it in plain form; `None` for what is not part of the package.
pub(super) fn plain(name: &str) -> Result<Option<PathBuf>, ImportError> {
    let refuse = |cause: Bilingual| {
        Err(ImportError::package(
            shown(name),
            cause,
            (
                "re-create the archive with paths relative to the folder",
                "请用相对于该目录的路径重新打包",
            ),
        ))
    };
    if name.len() > LONGEST_PATH {
        return refuse(both!(
            "the path is longer than {LONGEST_PATH} bytes",
            "路径超过 {LONGEST_PATH} 字节"
        ));
    }
    if name.starts_with('/') || name.starts_with('\\') || name.as_bytes().get(1) == Some(&b':') {
        return refuse(("the path is absolute", "路径是绝对路径").into());
    }
    if name.contains('\0') || name.contains('\\') {
        return refuse(
            (
                "the path has a character that a path cannot have",
                "路径含有不允许的字符",
            )
                .into(),
        );
    }
    if name.chars().any(char::is_control) {
        return Err(ImportError::package(
            shown(name),
            ("the name has a control character", "名称含有控制字符"),
            RENAME,
        ));
    }
    let mut plain = PathBuf::new();
    for part in name.split('/') {
        match part {
            part if part.len() > LONGEST_NAME => {
                return Err(ImportError::package(
                    shown(name),
                    both!(
                        "a name in the path is longer than {LONGEST_NAME} bytes",
                        "路径中有名称超过 {LONGEST_NAME} 字节"
                    ),
                    ("rename the file or folder", "请重命名该文件或目录"),
                ));
            }
            "" | "." => {}
            ".." => {
                return refuse(
                    (
                        "the path leads out of the package (`..`)",
                        "路径指向模型包之外（`..`）",
                    )
                        .into(),
                );
            }
            part if NOISE.contains(&part) || part.starts_with("._") => return Ok(None),
            part => plain.push(part),
        }
    }
    Ok(Some(plain).filter(|plain| !plain.as_os_str().is_empty()))
}
