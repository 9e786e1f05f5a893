//! A model package on its way to the server: a folder becomes an archive, an archive goes as it is.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Body, Client, digest_of_file};
use crate::failure::{Failure, Outcome};
use crate::said;
use crate::terminal::{Progress, Terminal};

/// Uploads the package at `path`; gives its `package://` location.
pub fn package(client: &Client, terminal: &Terminal, path: &Path) -> Outcome<String> {
    let mut archive = archive(path, terminal)?;
    let wrong = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
    archive.seek(SeekFrom::Start(0)).map_err(wrong)?;
    let (digest, length) = digest_of_file(&mut archive).map_err(wrong)?;
    archive.seek(SeekFrom::Start(0)).map_err(wrong)?;
    let bar = terminal.bar(length, &said!("uploading", "正在上传"));
    let body = Body::Stream(
        Box::new(Watched {
            file: archive,
            bar: bar.clone(),
        }),
        length,
        digest,
    );
    let answer = client.upload(body);
    bar.ends();
    Ok(answer?.location)
}

/// The archive to send.
fn archive(path: &Path, terminal: &Terminal) -> Outcome<File> {
    let about = std::fs::metadata(path).map_err(|error| {
        Failure::wrong_use(format!("{}: {error}", path.display())).hint(said!(
            "name a folder that holds `model/`, or a .tar, .tar.gz or .zip of one",
            "请指定含有 `model/` 的目录，或其 .tar、.tar.gz、.zip 压缩包"
        ))
    })?;
    if about.is_file() {
        refuse_graph(path)?;
        return File::open(path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())));
    }
    let root = root(path)?;
    let spinner = terminal.spinner(&said!("packing", "正在打包"));
    let packed = pack(&root);
    spinner.ends();
    packed.map_err(|error| {
        Failure::failed(said!(
            "{}: cannot be packed: {error}",
            "{}：无法打包：{error}",
            path.display()
        ))
    })
}

/// The folder that holds `model/`; whoever names `model/` itself means its parent.
fn root(path: &Path) -> Outcome<PathBuf> {
    if path.join("model").is_dir() {
        return Ok(path.to_owned());
    }
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if whole.file_name().is_some_and(|name| name == "model")
        && whole.join("config.json").is_file()
        && let Some(parent) = whole.parent()
    {
        return Ok(parent.to_owned());
    }
    // Whoever has trained a model has this file, and nothing around it.
    if let Some(graph) = graph_in(path) {
        return Err(Failure::wrong_use(said!(
            "{}: the folder has no `model/`",
            "{}：该目录中没有 `model/`",
            path.display()
        ))
        .hint(around(&graph)));
    }
    Err(Failure::wrong_use(said!(
        "{}: the folder has no `model/`",
        "{}：该目录中没有 `model/`",
        path.display()
    ))
    .hint(said!(
        "a model package is a folder with `model/config.json` and the model's files in `model/`; `adyton model init NAME` creates a starter package",
        "模型包是一个目录，`model/` 中有 `model/config.json` 和模型文件；`adyton model init NAME` 可生成一个模型包模板"
    )))
}

/// The first `.onnx` file of a folder.
fn graph_in(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut graphs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_graph(path))
        .collect();
    graphs.sort();
    graphs.into_iter().next()
}

fn is_graph(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"))
        && path.is_file()
}

/// How a graph becomes a package.
fn around(graph: &Path) -> String {
    said!(
        "create a package for the graph: `adyton model init my-model --kind onnx`, then `cp {0} my-model/model/model.onnx` and \
         `adyton model import my-model`",
        "为该模型文件创建模型包：先执行 `adyton model init my-model --kind onnx`，再执行 `cp {0} my-model/model/model.onnx` 和 \
         `adyton model import my-model`",
        graph.display()
    )
}

/// A graph by itself is no archive: says so before it travels.
fn refuse_graph(path: &Path) -> Outcome<()> {
    if !is_graph(path) {
        return Ok(());
    }
    Err(Failure::wrong_use(said!(
        "{}: this is a graph, not a package",
        "{}：这是模型文件，而不是模型包",
        path.display()
    ))
    .hint(around(path)))
}

/// Only `model/` travels: what lies beside it (training scripts, notes) is not the model's.
fn pack(root: &Path) -> std::io::Result<File> {
    let mut builder = tar::Builder::new(tempfile::tempfile()?);
    builder.follow_symlinks(false);
    builder.append_dir_all("model", root.join("model"))?;
    builder.into_inner()
}

/// A file whose reading moves a bar.
struct Watched {
    file: File,
    bar: Progress,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bar.moves(read as u64);
        Ok(read)
    }
}
