//! ONNX Runtime: is its library there and does it load; `--fix` takes it from the PyPI package.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use adyton_runtime::onnx::library::{Choice, LibrarySetting, OnnxLibrary};
use adyton_store::folder::give_all_to_owner_of;

use super::Finding;
use super::check_name::CheckName;
use crate::archive::LIBRARIES;
use crate::config::Config;
use crate::server::onnx_places;
use adyton_cli::context::Context;
use adyton_cli::language::spoken;
use adyton_cli::ready::{BUILTIN, Ready};
use adyton_cli::said;

/// Looks for the library as the server does.
pub(super) fn check(context: &Context, config: &Config, fix: bool) -> Finding {
    let setting = LibrarySetting::parse(&config.onnx.library);
    let data = &config.general.data;
    if fix {
        // One that root has put there before.
        give_all_to_owner_of(data, &data.join(LIBRARIES));
    }
    let places = onnx_places(data, &context.environment);
    let choice = OnnxLibrary::find(&setting, &places);
    match (&choice, setting) {
        (Choice::Library(library), setting) => {
            let used = used_by_the_server(data)
                .filter(|_| setting != LibrarySetting::Search || is_in(data, &library.path));
            found(choice.text_in(spoken()), &library.path, used.as_deref())
        }
        (Choice::Builtin { .. }, LibrarySetting::Builtin) => {
            Finding::fine(CheckName::Onnx, choice.text_in(spoken()))
        }
        (Choice::Builtin { reason }, LibrarySetting::File(_)) => Finding::wrong(
            CheckName::Onnx,
            reason.text_in(spoken()),
            said!(
                "set `onnx.library` to libonnxruntime.so, or leave it out",
                "请将 `onnx.library` 设为 libonnxruntime.so，或不设置"
            ),
        ),
        (Choice::Builtin { .. }, LibrarySetting::Search) if fix => match install(context, data) {
            Ok(path) => {
                let installed = said!(
                    "ONNX Runtime was installed: {}",
                    "已安装 ONNX Runtime：{}",
                    path.display()
                );
                let used = used_by_the_server(data);
                found(installed, &path, used.as_deref())
            }
            Err(reason) => {
                let fix = how_to_install(&reason);
                Finding::wrong(CheckName::Onnx, reason, fix)
            }
        },
        (Choice::Builtin { .. }, LibrarySetting::Search) => Finding::note(
            CheckName::Onnx,
            choice.text_in(spoken()),
            said!(
                "`adyton doctor --fix` installs ONNX Runtime, which is faster and runs more models",
                "`adyton doctor --fix` 安装 ONNX Runtime，它更快，能运行的模型更多"
            ),
        ),
    }
}

/// What the server that runs on the data folder loaded at its start; nothing where none runs, or where it does not say.
fn used_by_the_server(data: &Path) -> Option<PathBuf> {
    Ready::of_data_folder(data).ok()??.onnx
}

/// Whether a server on the data folder finds the library wherever it is started.
fn is_in(data: &Path, library: &Path) -> bool {
    data.canonicalize().is_ok_and(|data| library.starts_with(data))
}

/// A library that is there: of use once a server that was started without it, or with another, is started again.
fn found(said: String, library: &Path, used: Option<&Path>) -> Finding {
    let restart = || {
        said!(
            "restart the server: it looks for a library when it starts",
            "请重启服务器：它在启动时查找该库"
        )
    };
    match used {
        Some(used) if used == Path::new(BUILTIN) => Finding::note(
            CheckName::Onnx,
            said!(
                "{said}; the running server still uses the compiled-in runtime",
                "{said}；正在运行的服务器仍使用内置运行时"
            ),
            restart(),
        ),
        Some(used) if used != library => Finding::note(
            CheckName::Onnx,
            said!(
                "{said}; the running server still uses {}",
                "{said}；正在运行的服务器仍使用 {}",
                used.display()
            ),
            restart(),
        ),
        Some(_) | None => Finding::fine(CheckName::Onnx, said),
    }
}

/// What to do once an installation has failed.
fn how_to_install(reason: &str) -> String {
    if reason.contains("No module named pip") {
        return said!(
            "install pip (on Debian: `apt-get install python3-pip`) and run `adyton doctor --fix` again, or set `onnx.library`",
            "请安装 pip（Debian 上：`apt-get install python3-pip`）并再次运行 `adyton doctor --fix`，或设置 `onnx.library`"
        );
    }
    said!(
        "install the Python package `onnxruntime`, or set `onnx.library`",
        "请安装 Python 包 `onnxruntime`，或设置 `onnx.library`"
    )
}

/// Fetches the wheel with pip and keeps its library in the data folder.
fn install(context: &Context, data: &Path) -> Result<PathBuf, String> {
    let python = context.variable("PYTHON").unwrap_or("python3");
    let spinner = context
        .terminal
        .spinner(&said!("fetching ONNX Runtime", "正在获取 ONNX Runtime"));
    let target = tempfile::tempdir().map_err(|error| error.to_string())?;
    let output = Command::new(python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
            "--target",
        ])
        .arg(target.path())
        .arg("onnxruntime")
        .stdin(Stdio::null())
        .output();
    spinner.ends();
    let output = output.map_err(|error| {
        said!(
            "{python} cannot be started: {error}",
            "无法启动 {python}：{error}"
        )
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said!(
            "pip did not install onnxruntime: {}",
            "pip 未能安装 onnxruntime：{}",
            said.lines().last().unwrap_or_default()
        ));
    }
    let folder = target.path().join("onnxruntime/capi");
    let Choice::Library(found) = OnnxLibrary::find(&LibrarySetting::Search, &[folder]) else {
        return Err(said!(
            "the package from PyPI contains no usable library",
            "PyPI 的包中没有可用的库"
        ));
    };
    let name = found
        .path
        .file_name()
        .ok_or(said!("the library has no name", "该库没有名称"))?;
    let kept = data.join(LIBRARIES);
    let path = kept.join(name);
    keep(&found.path, &kept, &path).map_err(|error| format!("{}: {error}", path.display()))?;
    // Where root installs it, it is the server's user who reads it.
    give_all_to_owner_of(data, &kept);
    OnnxLibrary::probe(&path)
        .map(|library| library.path)
        .map_err(|error| error.message_in(spoken()))
}

/// Copies the library whole or not at all. The data folder may not be there yet, and is nobody else's.
fn keep(library: &Path, folder: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    std::io::copy(&mut std::fs::File::open(library)?, &mut new)?;
    new.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::check_name::Verdict;
    use super::*;

    #[test]
    fn a_library_that_the_running_server_does_not_use_asks_for_a_restart() {
        let library = Path::new("/data/lib/libonnxruntime.so.1.32.0");
        for (used, verdict) in [
            (None, Verdict::Fine),
            (Some("/data/lib/libonnxruntime.so.1.32.0"), Verdict::Fine),
            (Some(BUILTIN), Verdict::Note),
            (Some("/usr/lib/libonnxruntime.so.1.20.0"), Verdict::Note),
        ] {
            let finding = found("installed".to_owned(), library, used.map(Path::new));
            assert_eq!(finding.verdict, verdict, "{used:?}");
            let asks = finding.fix.is_some_and(|fix| fix.contains("restart the server"));
            assert_eq!(asks, verdict == Verdict::Note, "{used:?}");
        }
    }
}
