//! The Debian package, made by `dpkg-deb` alone. Its maintainer is who `DEBFULLNAME` and `DEBEMAIL` name, as Debian's own tools read
//! them; else a name without a mailbox.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Release, open_folders, packaging, put, put_bytes, put_documents};
use crate::process::{command, run};
use crate::repository::root;

/// Makes it; where it is.
pub(super) fn make(release: &Release) -> Result<PathBuf> {
    let name = format!("adyton_{}_{}", release.version, release.architecture);
    let folder = release.out.join(&name);
    let binary = fs::read(release.files.join("adyton"))?;
    put_bytes(&binary, &folder.join("usr/bin/adyton"), 0o755)?;
    put(
        &packaging("adyton.toml"),
        &folder.join("etc/adyton/adyton.toml"),
        0o644,
    )?;
    for unit in ["adyton.service", "adyton.socket"] {
        let from = packaging("systemd").join(unit);
        put(&from, &folder.join("usr/lib/systemd/system").join(unit), 0o644)?;
    }
    for (file, place) in release.completions() {
        put(&file, &folder.join("usr/share").join(place), 0o644)?;
    }
    let maintainer = maintainer();
    documents(release, &folder, &maintainer)?;
    let size = kibibytes(&folder)?;
    control(release, &folder, &binary, (size, &maintainer))?;
    open_folders(&folder)?;
    let package = release.out.join(format!("{name}.deb"));
    let mut build = command("dpkg-deb");
    build.args([
        "--root-owner-group",
        if release.quick { "-Zgzip" } else { "-Zxz" },
    ]);
    if release.quick {
        build.arg("-z1");
    }
    run(build.arg("--build").arg(&folder).arg(&package))?;
    fs::remove_dir_all(folder)?;
    Ok(package)
}

/// Who answers for the package.
fn maintainer() -> String {
    let said = |name| std::env::var(name).ok().filter(|said| !said.trim().is_empty());
    let name = said("DEBFULLNAME").unwrap_or_else(|| "The Adyton developers".to_owned());
    // `.invalid` is reserved for addresses that are none.
    let mail = said("DEBEMAIL").unwrap_or_else(|| "adyton@adyton.invalid".to_owned());
    format!("{} <{}>", name.trim(), mail.trim())
}

/// Debian's own log of changes: that this version was packaged, when and by whom. What changed is in ours.
fn changelog(release: &Release, maintainer: &str) -> Result<String> {
    let mut date = command("date");
    date.args(["--utc", "--rfc-email"]);
    if let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") {
        date.arg(format!("--date=@{epoch}"));
    }
    let date = date.output().context("cannot ask for the date")?;
    Ok(format!(
        "adyton ({}) unstable; urgency=medium\n\n  * Packaged; what changed is in /usr/share/doc/adyton/CHANGELOG.md.gz.\n\n -- {maintainer}  {}",
        release.version,
        String::from_utf8_lossy(&date.stdout),
    ))
}

/// What to read: compressed, as Debian wants it.
fn documents(release: &Release, folder: &Path, maintainer: &str) -> Result<()> {
    let share = folder.join("usr/share");
    let about = share.join("doc/adyton");
    put(&packaging("debian/copyright"), &about.join("copyright"), 0o644)?;
    put(&root().join("README.md"), &about.join("README.md"), 0o644)?;
    // Images of Debian leave out what is in `doc`; samples are more than that.
    put_documents(&about, &share.join("adyton/samples"))?;
    symlink("../../adyton/samples", about.join("samples"))?;
    let packaged = about.join("changelog");
    put_bytes(changelog(release, maintainer)?.as_bytes(), &packaged, 0o644)?;
    compress(&packaged)?;
    let changes = about.join("CHANGELOG.md");
    put(&root().join("CHANGELOG.md"), &changes, 0o644)?;
    compress(&changes)?;
    for page in release.manuals()? {
        let to = share.join("man/man1").join(page.file_name().unwrap_or_default());
        put(&page, &to, 0o644)?;
        compress(&to)?;
    }
    Ok(())
}

fn compress(file: &Path) -> Result<()> {
    run(command("gzip").args(["-9n", "--force"]).arg(file))
}

fn control(release: &Release, folder: &Path, binary: &[u8], about_it: (u64, &str)) -> Result<()> {
    let (size, maintainer) = about_it;
    let about = folder.join("DEBIAN");
    let text = fs::read_to_string(packaging("debian/control.in"))?
        .replace("@VERSION@", &release.version)
        .replace("@ARCHITECTURE@", release.architecture)
        .replace("@SIZE@", &size.to_string())
        .replace("@MAINTAINER@", maintainer)
        .replace(
            "@GLIBC@",
            &needed_glibc(binary).context("the binary names no version of glibc")?,
        );
    put_bytes(text.as_bytes(), &about.join("control"), 0o644)?;
    put_bytes(b"/etc/adyton/adyton.toml\n", &about.join("conffiles"), 0o644)?;
    for script in ["postinst", "prerm", "postrm"] {
        put(&packaging("debian").join(script), &about.join(script), 0o755)?;
    }
    let sums = command("sh")
        .args([
            "-c",
            "find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum",
        ])
        .current_dir(folder)
        .output()?;
    put_bytes(&sums.stdout, &about.join("md5sums"), 0o644)
}

/// The newest version of glibc whose symbols a binary asks for.
fn needed_glibc(binary: &[u8]) -> Option<String> {
    const PREFIX: &[u8] = b"GLIBC_2.";
    let found = binary
        .windows(PREFIX.len())
        .enumerate()
        .filter(|(_, window)| *window == PREFIX);
    let minors = found.filter_map(|(at, _)| {
        let digits: Vec<u8> = binary[at + PREFIX.len()..]
            .iter()
            .copied()
            .take_while(u8::is_ascii_digit)
            .take(3)
            .collect();
        String::from_utf8(digits).ok()?.parse::<u32>().ok()
    });
    minors.max().map(|minor| format!("2.{minor}"))
}

/// How much room a folder takes.
fn kibibytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => kibibytes(&entry.path())? * 1024,
            false => entry.metadata()?.len().next_multiple_of(4096),
        };
    }
    Ok(bytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_that_is_asked_for_counts() {
        let binary = b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0GLIBC_2.";
        assert_eq!(needed_glibc(binary), Some("2.34".to_owned()));
        assert_eq!(needed_glibc(b"static"), None);
    }

    #[test]
    fn a_folder_takes_whole_pages() {
        let folder = target_folder();
        fs::create_dir_all(folder.join("below")).unwrap();
        fs::write(folder.join("a"), "1").unwrap();
        fs::write(folder.join("below/b"), vec![0; 5000]).unwrap();
        assert_eq!(kibibytes(&folder).unwrap(), 4 + 8);
        fs::remove_dir_all(folder).unwrap();
    }

    fn target_folder() -> PathBuf {
        crate::repository::target().join(format!("package-test-{}", std::process::id()))
    }
}
