//! `make package`: what people get. A release archive, a Debian package, the context of a container image, and the checksums of all.
//!
//! It builds nothing but the console and the binary for production, or takes one that is there, as the tests do. What goes into them lies in
//! `packaging/`.

mod debian;
mod image;
mod tarball;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use anyhow::{Context, Result};
use clap::Args;

use crate::console::Console;
use crate::process::{command, find, status, succeeds};
use crate::production::{self, Profile};
use crate::repository::{root, target};
use crate::setup::Python;

/// What to package.
#[derive(Args)]
pub(crate) struct PackageOptions {
    /// Take this binary, not one that is built for production
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Build without a profile of the benchmark's load: in half the time, for 5 to 10 % more processor time a request
    #[arg(long, conflicts_with = "binary")]
    unguided: bool,
    /// Write everything here [default: target/package]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Call it this version [default: the workspace's]
    #[arg(long)]
    version: Option<String>,
    /// Compress quickly, not well
    #[arg(long)]
    quick: bool,
}

/// What is packaged.
struct Release {
    version: String,
    /// Debian's name of what the binary runs on: `amd64`, `arm64`.
    architecture: &'static str,
    /// The binary without symbols, the man pages and the completions.
    files: PathBuf,
    out: PathBuf,
    quick: bool,
}

/// Makes everything, and says where it is.
pub(crate) fn package(options: &PackageOptions) -> Result<()> {
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => {
            Console::prepare(&Python::prepare()?)?.build()?;
            production::build(match options.unguided {
                true => Profile::Unguided,
                false => Profile::Guided,
            })?
        }
    };
    let out = options.out.clone().unwrap_or_else(|| target().join("package"));
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot empty {}", out.display()))?;
    }
    let files = out.join("files");
    fs::create_dir_all(&files)?;
    let release = Release {
        version: options
            .version
            .clone()
            .unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
        architecture: match std::env::consts::ARCH {
            "aarch64" => "arm64",
            "x86_64" => "amd64",
            other => other,
        },
        files,
        out,
        quick: options.quick,
    };
    prepare(&binary, &release)?;
    let mut made = vec![tarball::make(&release)?];
    match find("dpkg-deb") {
        Some(_) => made.push(debian::make(&release)?),
        None => println!("package: no Debian package, because dpkg-deb is not on this machine"),
    }
    let context = image::make(&release)?;
    fs::remove_dir_all(&release.files)?;
    write_sums(&release.out, &made)?;
    for file in &made {
        println!("package: {}", file.display());
    }
    println!(
        "package: an image with: podman build --format docker --tag adyton:{} {}",
        release.version,
        context.display()
    );
    Ok(())
}

/// The binary as it is handed out, and what it says of itself: completions and man pages.
fn prepare(binary: &Path, release: &Release) -> Result<()> {
    let own = release.files.join("adyton");
    let stripped = find("strip").is_some()
        && status(
            command("strip")
                .arg("--strip-unneeded")
                .arg("-o")
                .arg(&own)
                .arg(binary),
        )?
        .success();
    if !stripped {
        fs::copy(binary, &own).with_context(|| format!("cannot copy {}", binary.display()))?;
    }
    set_mode(&own, 0o755)?;
    for shell in ["bash", "zsh", "fish"] {
        // The scripts call the program by the name that it is called with here.
        let output = command(&own)
            .arg0("adyton")
            .args(["completion", shell])
            .output()?;
        if output.status.success() {
            fs::write(release.files.join(shell), output.stdout)?;
        }
    }
    let _ = succeeds(command(&own).arg("man").arg(release.files.join("man")));
    Ok(())
}

impl Release {
    /// Where completions go below `share/`, and from which file, for those that there are.
    fn completions(&self) -> impl Iterator<Item = (PathBuf, &'static str)> {
        let places = [
            ("bash", "bash-completion/completions/adyton"),
            ("zsh", "zsh/vendor-completions/_adyton"),
            ("fish", "fish/vendor_completions.d/adyton.fish"),
        ];
        places
            .into_iter()
            .map(|(file, place)| (self.files.join(file), place))
            .filter(|(file, _)| file.exists())
    }
    /// The man pages, if there are any.
    fn manuals(&self) -> Result<Vec<PathBuf>> {
        let folder = self.files.join("man");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            found.push(entry?.path());
        }
        found.sort();
        Ok(found)
    }
}

/// Copies a file to where it belongs, with the folders above it.
fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    put_bytes(&bytes, to, mode)
}

fn put_bytes(bytes: &[u8], to: &Path, mode: u32) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    set_mode(to, mode)
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

/// Folders of what is packaged are everybody's to read, whatever the mask of whoever packages.
fn open_folders(folder: &Path) -> Result<()> {
    set_mode(folder, 0o755)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_folders(&entry.path())?;
        }
    }
    Ok(())
}

/// Puts what the guide needs beside each other, as in the repository, so that links from page to page and to samples lead somewhere.
fn put_documents(pages: &Path, samples: &Path) -> Result<()> {
    put(&root().join("SECURITY.md"), &pages.join("SECURITY.md"), 0o644)?;
    put(
        &root().join("docs/README.md"),
        &pages.join("docs/README.md"),
        0o644,
    )?;
    for part in ["guide", "reference", "monitoring"] {
        put_all(&root().join("docs").join(part), &pages.join("docs").join(part))?;
    }
    put(
        &root().join("samples/README.md"),
        &samples.join("README.md"),
        0o644,
    )?;
    for sample in ["iris", "poetry"] {
        put_all(&root().join("samples").join(sample), &samples.join(sample))?;
    }
    Ok(())
}

/// Copies the files of a folder and of those below it, but not what Python or an editor left there.
fn put_all(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(['.', '_']) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => put_all(&entry.path(), &to.join(name))?,
            false => put(&entry.path(), &to.join(name), 0o644)?,
        }
    }
    Ok(())
}

/// A file of `packaging/`.
fn packaging(name: &str) -> PathBuf {
    root().join("packaging").join(name)
}

fn write_sums(out: &Path, made: &[PathBuf]) -> Result<()> {
    let mut sums = String::new();
    for file in made {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        sums.push_str(&format!("{}  {name}\n", Sha256::of(&fs::read(file)?)));
    }
    fs::write(out.join("SHA256SUMS"), sums)?;
    Ok(())
}
