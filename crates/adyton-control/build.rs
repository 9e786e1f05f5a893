//! Embeds the web console: the files of `console/dist`, which `cargo xtask console` makes, each with its gzip form. Without them the
//! binary builds all the same, and its page says how to make them.
//!
//! Text files that have a `.br` beside them are embedded in that form too: brotli at its best would take long in a build script.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// What is embedded, by the end of its name, and whether it gets smaller when it is compressed.
const KINDS: [(&str, &str, bool); 11] = [
    ("html", "text/html; charset=utf-8", true),
    ("js", "text/javascript; charset=utf-8", true),
    ("css", "text/css; charset=utf-8", true),
    ("json", "application/json", true),
    ("webmanifest", "application/manifest+json", true),
    ("txt", "text/plain; charset=utf-8", true),
    ("svg", "image/svg+xml", true),
    ("png", "image/png", false),
    ("webp", "image/webp", false),
    ("ico", "image/x-icon", false),
    ("woff2", "font/woff2", false),
];

fn main() {
    if let Err(error) = embed() {
        println!("cargo::error=the console cannot be embedded: {error}");
    }
}

fn embed() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../console/dist");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Cargo builds the crate anew each time while a path that it should watch is not there.
    let _ = fs::create_dir_all(&root);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    if let Ok(root) = root.canonicalize() {
        list(&root, &mut files)?;
        files.sort();
        fs::write(out.join("console_files.rs"), table(&root, &files, &out)?)?;
    } else {
        fs::write(out.join("console_files.rs"), "&[]")?;
    }
    Ok(())
}

/// Lists what lies below a folder, but for hidden files.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The table of the files, as Rust.
fn table(root: &Path, files: &[PathBuf], out: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut table = String::from("&[\n");
    for (number, path) in files.iter().enumerate() {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        // Other forms of files, and maps for debuggers.
        if matches!(ending, "br" | "gz" | "map") {
            continue;
        }
        let name = path
            .strip_prefix(root)?
            .to_str()
            .ok_or("a name that is not UTF-8")?;
        let (_, kind, shrinks) = KINDS
            .into_iter()
            .find(|(known, _, _)| *known == ending)
            .ok_or_else(|| format!("{name}: files of this kind are not served; add it to build.rs"))?;
        let bytes = fs::read(path)?;
        let digest: String = Sha256::digest(&bytes)[..12]
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
        let gzip = out.join(format!("console-{number}.gz"));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        fs::write(&gzip, encoder.finish()?)?;
        let brotli = PathBuf::from(format!("{}.br", path.display()));
        let included = |path: &Path, there: bool| match there {
            true => format!("Some(include_bytes!({:?}))", path.display().to_string()),
            false => "None".to_owned(),
        };
        writeln!(
            table,
            "EmbeddedFile {{ path: {name:?}, kind: {kind:?}, digest: {digest:?}, bytes: include_bytes!({:?}), gzip: {}, brotli: {} }},",
            path.display().to_string(),
            included(&gzip, shrinks),
            included(&brotli, shrinks && brotli.is_file()),
        )?;
    }
    table.push(']');
    Ok(table)
}
