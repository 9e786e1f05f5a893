//! The release archive: one folder with the binary, the units and what to read.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::{Release, open_folders, packaging, put, put_documents};
use crate::process::{command, run};
use crate::repository::root;

/// Makes it; where it is.
pub(super) fn make(release: &Release) -> Result<PathBuf> {
    let name = format!("adyton-{}-linux-{}", release.version, release.architecture);
    let folder = release.out.join(&name);
    put(&release.files.join("adyton"), &folder.join("bin/adyton"), 0o755)?;
    for page in ["LICENSE", "README.md", "CHANGELOG.md"] {
        put(&root().join(page), &folder.join(page), 0o644)?;
    }
    put_documents(&folder, &folder.join("samples"))?;
    put(&packaging("adyton.toml"), &folder.join("etc/adyton.toml"), 0o644)?;
    for unit in ["adyton.service", "adyton.socket"] {
        let from = packaging("systemd").join(unit);
        put(&from, &folder.join("systemd").join(unit), 0o644)?;
    }
    for (file, place) in release.completions() {
        put(&file, &folder.join("share").join(place), 0o644)?;
    }
    for page in release.manuals()? {
        let to = folder
            .join("share/man/man1")
            .join(page.file_name().unwrap_or_default());
        put(&page, &to, 0o644)?;
    }
    open_folders(&folder)?;
    let archive = release.out.join(format!("{name}.tar.gz"));
    let compression = if release.quick { "gzip -1n" } else { "gzip -9n" };
    let mut tar = command("tar");
    tar.args([
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mtime=@0",
    ]);
    tar.arg("--use-compress-program").arg(compression);
    tar.arg("--create")
        .arg("--file")
        .arg(&archive)
        .arg("--directory")
        .arg(&release.out)
        .arg(&name);
    run(&mut tar)?;
    fs::remove_dir_all(folder)?;
    Ok(archive)
}
