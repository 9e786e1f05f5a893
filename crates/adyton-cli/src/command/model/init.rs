//! `adyton model init DIR`: writes a small package that imports as it stands, to begin with.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Create a starter package
#[derive(Args)]
#[command(after_help = "Examples:
  adyton model init my-model
  adyton model init my-model --kind onnx")]
pub struct Init {
    /// The folder of the package; it is created
    folder: PathBuf,
    /// What runs the model
    #[arg(long, value_enum, default_value_t = Kind::Program)]
    kind: Kind,
}

/// What a package can begin as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    /// An ONNX graph: replace model.onnx by yours
    Onnx,
    /// A program in Python: put your model into serve.py
    Program,
}

impl Kind {
    /// The files of its package.
    fn files(self) -> &'static [(&'static str, &'static [u8])] {
        match self {
            Kind::Onnx => &[
                ("model/config.json", include_bytes!("init/onnx/config.json")),
                ("model/model.onnx", include_bytes!("init/onnx/model.onnx")),
                ("request.json", include_bytes!("init/onnx/request.json")),
            ],
            Kind::Program => &[
                ("model/config.json", include_bytes!("init/program/config.json")),
                ("model/serve.py", include_bytes!("init/program/serve.py")),
                ("request.json", include_bytes!("init/program/request.json")),
            ],
        }
    }
}

impl Init {
    /// Writes the files, unless there are any of these names, and says how to go on.
    pub fn run(self, context: &Context) -> Outcome {
        let files = self.kind.files();
        for (name, _) in files {
            let path = self.folder.join(name);
            if path.exists() {
                return Err(
                    Failure::wrong_use(said!("{} already exists", "{} 已经存在", path.display())).hint(
                        said!(
                            "name a new folder; nothing was written",
                            "请指定新的目录；没有写入任何内容"
                        ),
                    ),
                );
            }
        }
        for (name, content) in files {
            let path = self.folder.join(name);
            write(&path, content).map_err(|error| {
                Failure::failed(said!(
                    "{}: cannot be written: {error}",
                    "{}：无法写入：{error}",
                    path.display()
                ))
            })?;
        }
        let folder = self.folder.display();
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        if context.terminal.is_json() {
            context
                .terminal
                .document(&json!({"folder": self.folder, "files": names}));
            return Ok(());
        }
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        context.terminal.print(said!(
            "Wrote {} to {folder}.\n\
             Check it with:  adyton model check {folder}\n\
             Import it with: adyton model import {folder}\n\
             Deploy it with: adyton service deploy {name}\n\
             Call it with:   adyton predict {name} --data @{folder}/request.json",
            "已将 {} 写入 {folder}。\n\
             检查：adyton model check {folder}\n\
             导入：adyton model import {folder}\n\
             部署：adyton service deploy {name}\n\
             调用：adyton predict {name} --data @{folder}/request.json",
            names.join(", ")
        ));
        Ok(())
    }
}

/// Writes a file that is not there.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::of_process(true, None, None, |_, _| Err(Failure::failed("not here")));
        let init = || Init {
            folder: folder.path().join("mine"),
            kind: Kind::Onnx,
        };
        init().run(&context).unwrap();
        let config = folder.path().join("mine/model/config.json");
        std::fs::remove_file(folder.path().join("mine/request.json")).unwrap();
        std::fs::write(&config, "my own").unwrap();
        let told = init().run(&context).err().unwrap().to_string();
        assert!(told.contains("config.json already exists"), "{told}");
        assert_eq!(std::fs::read_to_string(config).unwrap(), "my own");
        assert!(!folder.path().join("mine/request.json").exists());
    }
}
