//! Which runtime computes ONNX models, and what loading one may take.

use std::time::Duration;

use crate::config::found::Raw;
use crate::config::section::section;
use crate::config::value::{ByteSize, Value};
use adyton_cli::language::{phrase, spoken};
use adyton_cli::said;
use adyton_runtime::onnx::load_into::LoadInto;

/// Which models run in processes of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum IsolationSetting {
    /// Those that are not known to be harmless.
    Auto,
    /// All.
    Always,
    /// None: what could end the server is refused as far as it is known.
    Never,
}

impl IsolationSetting {
    /// Where the server loads models.
    pub(crate) fn into(self) -> LoadInto {
        match self {
            Self::Auto => LoadInto::ServerIfProven,
            Self::Always => LoadInto::Sandbox,
            Self::Never => LoadInto::Server,
        }
    }
}

impl Value for IsolationSetting {
    const KIND: &'static str = "`auto`, `always` or `never`";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `auto`, `always` or `never`",
            "请写 `auto`、`always` 或 `never`"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match String::read(raw)?.as_str() {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(said!("is none of these", "不是其中之一")),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Always => "always".to_owned(),
            Self::Never => "never".to_owned(),
        }
    }
}

section! {
    /// ONNX models in process.
    Onnx in "onnx" {
        /// The path of the ONNX Runtime library (`libonnxruntime.so`); `builtin` is the compiled-in runtime. When unset, it is
        /// looked for in the data folder (where `adyton doctor --fix` puts it), in Python's packages, and where the system
        /// installs it; the compiled-in runtime is used if none is found.
        library: String = "" at "onnx.library", Start;
        /// Which models run in a process of their own, so that a crash of the runtime ends that process and not the server: `auto`
        /// those of which it is not known that no input can crash them (operators of other domains than ONNX's own, recurrent layers
        /// over something that may become empty), `always` all, `never` none; then what is known to crash is refused. Such a process
        /// costs some tens of MiB, and each call the way there and back.
        isolation: IsolationSetting = "auto" at "onnx.isolation", Start;
        /// The memory that ONNX models may take in the server's process, loaded and running together (at least 256MiB), and what
        /// each model in a process of its own may take; `0` means three quarters of this machine's memory, or of its container's
        /// limit. When it runs short, the prediction that takes it is ended. The outputs of one prediction may have 256 MiB.
        memory: ByteSize = "0" at "onnx.memory", Start;
        /// The memory that a model may take when it is loaded for the first time, in a process of its own (at least 256MiB);
        /// `0` means half of this machine's memory, or of its container's limit.
        load_memory: ByteSize = "0" at "onnx.load_memory", Start;
        /// The stack for loading a model (from 1MiB to 1GiB): deeply nested graphs need more.
        load_stack: ByteSize = "8MiB" at "onnx.load_stack", Start;
        /// How long a model that is imported may take until it is loaded and has produced output once; in a deployment the limit is
        /// `deploy_timeout_in_seconds`. One that takes longer than ten seconds makes way for others that wait.
        load_timeout: Duration = "5m" at "onnx.load_timeout", Start;
    }
}
