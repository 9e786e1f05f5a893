//! What a package of a program starts: whether it is there, whether it can be run, and what is told of how it was written.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path};

use adyton_core::language::{Words, both};

use adyton_core::package_note::PackageNote;

use crate::package::error::ImportError;

/// What to do about a program that is elsewhere or does not run.
const NAME_ONE: Words = (
    "name a program of the package or of the system",
    "请指定模型包内或系统中的程序",
);

/// The program must be there, and be one. A bare name that is no file of the package is looked up on the path at start.
pub(super) fn program(model: &Path, command: &[String]) -> Result<(), ImportError> {
    let Some(name) = command.first() else {
        return Ok(());
    };
    let path = Path::new(name);
    if path.components().any(|part| part == Component::ParentDir) {
        let cause = both!(
            "leads out of the package; got \"{name}\"",
            "指向模型包之外，实际为 \"{name}\""
        );
        return Err(ImportError::field("command[0]", cause, NAME_ONE));
    }
    // An absolute path stands alone, and is shown so.
    let inside = model.join(path);
    let shown = match path.is_absolute() {
        true => name.clone(),
        false => format!("model/{name}"),
    };
    match fs::metadata(&inside) {
        Ok(meta) if meta.is_file() && meta.permissions().mode() & 0o111 == 0 => {
            Err(not_executable(name, path.is_absolute()))
        }
        Ok(meta) if meta.is_file() => match missing_interpreter(&inside) {
            None => Ok(()),
            Some(interpreter) => Err(ImportError::field(
                "command[0]",
                both!(
                    "{shown} begins with `#!{interpreter}`, which does not exist",
                    "{shown} 以 `#!{interpreter}` 开头，但该解释器不存在"
                ),
                (
                    "install it on this machine, or name another interpreter (lines must end without a carriage return)",
                    "请在本机安装，或指定另一个解释器（行尾不能有回车符）",
                ),
            )),
        },
        Ok(_) => Err(ImportError::field(
            "command[0]",
            both!("\"{name}\" is a folder", "\"{name}\" 是目录"),
            ("name a program", "请指定程序"),
        )),
        Err(_) if !name.contains('/') && on_the_path(name) => Ok(()),
        Err(_) => Err(ImportError::field(
            "command[0]",
            both!(
                "there is no program \"{name}\" in the package or on the path ({})",
                "模型包中和路径（{}）上都没有程序 \"{name}\"",
                crate::command::PATH
            ),
            match installed_beside(model, name) {
                Some(folder) => both!(
                    "it is in `model/{folder}`, where `pip install --target` puts it: run it as a module, [\"sh\", \"-c\", \
                     \"PYTHONPATH={folder} exec python3 -m {name} …\"]",
                    "它在 `model/{folder}` 中（由 `pip install --target` 安装）：请以模块方式运行，[\"sh\", \"-c\", \
                     \"PYTHONPATH={folder} exec python3 -m {name} …\"]"
                ),
                None => both!(
                    "add it to `model/`, or install it on this machine",
                    "请将其放入 `model/`，或安装到本机"
                ),
            },
        )),
    }
}

fn not_executable(name: &str, is_of_the_machine: bool) -> ImportError {
    let (cause, fix) = match is_of_the_machine {
        true => (
            both!("{name} is not executable", "{name} 不可执行"),
            NAME_ONE.into(),
        ),
        false => (
            both!("model/{name} is not executable", "model/{name} 不可执行"),
            both!(
                "`chmod +x {name}` before packing, or start it with its interpreter: [\"python3\", \"{name}\"]",
                "请在打包前执行 `chmod +x {name}`，或用其解释器启动：[\"python3\", \"{name}\"]"
            ),
        ),
    };
    ImportError::field("command[0]", cause, fix)
}

/// The folder of the package into which Python's packages were installed with a program of this name.
fn installed_beside(model: &Path, name: &str) -> Option<String> {
    // Whoever finds it puts both into a command.
    let is_word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if !is_word(name) {
        return None;
    }
    let folders = fs::read_dir(model)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<String> = folders
        .filter(|folder| is_word(folder) && model.join(folder).join("bin").join(name).is_file())
        .collect();
    found.sort();
    found.into_iter().next()
}

/// What is to be told of a command that was written for a shell: none reads it.
pub(super) fn unread_by_a_shell(command: &[String]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let is_shell = ["sh", "bash", "dash", "env"].contains(&program.rsplit('/').next().unwrap_or(program));
    let is_variable = |word: &&String| {
        let mut after = word.split('$').skip(1);
        after.any(|rest| {
            rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '{'))
        })
    };
    let word = arguments.iter().find(is_variable).filter(|_| !is_shell)?;
    let word = &word.chars().take(40).collect::<String>();
    Some(PackageNote::NoShell { word, program }.kept())
}

/// The interpreter that a script names and that is not there.
fn missing_interpreter(script: &Path) -> Option<String> {
    const LONGEST: u64 = 256;
    let mut head = Vec::new();
    // What cannot be read is told when it is started.
    fs::File::open(script)
        .ok()?
        .take(LONGEST)
        .read_to_end(&mut head)
        .ok()?;
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let interpreter = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next()?;
    (interpreter.starts_with('/') && !Path::new(interpreter).exists())
        .then(|| interpreter.escape_default().to_string())
}

fn on_the_path(name: &str) -> bool {
    crate::command::PATH
        .split(':')
        .any(|folder| Path::new(folder).join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_was_written_for_a_shell_is_told_of() {
        let told = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            unread_by_a_shell(&words)
        };
        let note = told(&["python3", "-m", "uvicorn", "--port", "$PORT"]).unwrap_or_default();
        assert!(note.contains("the program gets `$PORT` as it stands"), "{note}");
        assert!(note.contains("\"exec python3 …\""), "{note}");
        assert!(told(&["python3", "--port=${PORT}"]).is_some());
        for fine in [
            &["sh", "-c", "exec python3 --port $PORT"][..],
            &["/bin/bash", "-c", "x $PORT"],
            &["python3", "serve.py", "costs 5$", "$1"],
            &["python3"],
            &[],
        ] {
            assert_eq!(told(fine), None, "{fine:?}");
        }
    }

    #[test]
    fn a_program_that_pip_put_into_the_package_is_found_there() {
        let model = tempfile::tempdir().unwrap();
        fs::create_dir_all(model.path().join("lib/bin")).unwrap();
        fs::write(model.path().join("lib/bin/no-such-server"), "").unwrap();
        let refused = |name: &str| program(model.path(), &[name.to_owned()]).unwrap_err().to_string();
        let told = refused("no-such-server");
        assert!(
            told.contains("\"PYTHONPATH=lib exec python3 -m no-such-server …\""),
            "{told}"
        );
        assert!(refused("no-other-server").contains("install it on this machine"));
    }
}
