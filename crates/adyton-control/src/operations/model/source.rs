//! Where a model's package may come from: `package://sha256/…`, which the project uploaded, and `file://`, a folder or archive
//! under `import_roots`.

use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;

use crate::failure::{Failure, OperationResult};
use crate::operations::package;
use crate::shared::Shared;

/// A checked source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Location {
    /// A package that the project uploaded.
    Package(Sha256),
    /// A folder on this machine, under one of `import_roots`.
    Folder(PathBuf),
    /// An archive on this machine, under one of `import_roots`.
    Archive(PathBuf),
}

const FIELD: &str = "source_location";

/// Reads and checks `source_location`. Touches the disk: call it on a blocking thread.
pub(crate) fn locate(shared: &Shared, project: ProjectId, text: &str) -> OperationResult<Location> {
    if let Some(digest) = text.strip_prefix("package://sha256/") {
        return uploaded(shared, project, digest);
    }
    if let Some(path) = text.strip_prefix("file://") {
        return local(&shared.settings().import_roots, Path::new(path));
    }
    if text.starts_with("s3://") {
        return Err(Failure::invalid(
            FIELD,
            (
                "s3:// is not supported in this version; upload the package and use its package:// location",
                "本版本不支持 s3://；请上传模型包并使用其 package:// 地址",
            ),
        ));
    }
    Err(Failure::invalid(
        FIELD,
        (
            "must begin with `package://sha256/` (as returned by the upload) or `file:///` (under `import_roots`)",
            "必须以 `package://sha256/`（上传接口返回的地址）或 `file:///`（位于 `import_roots` 之下）开头",
        ),
    ))
}

fn uploaded(shared: &Shared, project: ProjectId, digest: &str) -> OperationResult<Location> {
    let unknown = || {
        Failure::invalid(
            FIELD,
            (
                "this package was not uploaded to this project; upload it first",
                "该模型包没有上传到该项目；请先上传",
            ),
        )
    };
    let digest: Sha256 = digest.parse().map_err(|_| unknown())?;
    if package::upload::is_of(shared, project, digest) && shared.packages.path(digest).is_dir() {
        return Ok(Location::Package(digest));
    }
    Err(unknown())
}

/// Links and `..` are resolved before the path is compared with the roots.
fn local(roots: &[PathBuf], path: &Path) -> OperationResult<Location> {
    let outside = || {
        Failure::invalid(
            FIELD,
            (
                "is not under one of the server's `import_roots`, or does not exist; add its folder to that setting, or upload the package",
                "不在服务器的 `import_roots` 之下或不存在；请把所在目录加入该设置，或上传模型包",
            ),
        )
    };
    if !path.is_absolute() {
        return Err(Failure::invalid(
            FIELD,
            (
                "file:// must be followed by an absolute path: `file:///…`",
                "file:// 之后必须为绝对路径：`file:///…`",
            ),
        ));
    }
    let real = path.canonicalize().map_err(|_| outside())?;
    let inside = roots
        .iter()
        .filter_map(|root| root.canonicalize().ok())
        .any(|root| real.starts_with(root));
    if !inside {
        return Err(outside());
    }
    Ok(if real.is_dir() {
        Location::Folder(real)
    } else {
        Location::Archive(real)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_what_lies_under_a_root_is_read() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let inner = root.path().join("iris");
        std::fs::create_dir(&inner).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("link")).unwrap();
        let roots = [root.path().to_path_buf()];
        assert!(local(&roots, &inner).is_ok());
        for wrong in [
            outside.path().to_path_buf(),
            root.path().join("link"),
            root.path().join("iris/../.."),
            PathBuf::from("iris"),
        ] {
            assert!(local(&roots, &wrong).is_err(), "{}", wrong.display());
        }
        assert!(local(&[], &inner).is_err(), "without roots nothing is read");
    }
}
