//! Which runtime computes ONNX models, and what loading one may take.

use std::time::Duration;

use crate::config::section::section;
use crate::config::value::ByteSize;

section! {
    /// ONNX models in process.
    Onnx in "onnx" {
        /// The path of the ONNX Runtime library (`libonnxruntime.so`); `builtin` is the compiled-in runtime. When unset, it is
        /// looked for in the data folder (where `adyton doctor --fix` puts it), in Python's packages, and where the system
        /// installs it; the compiled-in runtime is used if none is found.
        library: String = "" at "onnx.library", Start;
        /// The memory that ONNX models may take in the server's process, loaded and running together (at least 256MiB); `0`
        /// means three quarters of this machine's memory, or of its container's limit. When it runs short, the prediction that
        /// takes it is ended.
        memory: ByteSize = "0" at "onnx.memory", Start;
        /// The memory that a model may take when it is loaded for the first time, in a process of its own (at least 256MiB);
        /// `0` means half of this machine's memory, or of its container's limit.
        load_memory: ByteSize = "0" at "onnx.load_memory", Start;
        /// The stack for loading a model (from 1MiB to 1GiB): deeply nested graphs need more.
        load_stack: ByteSize = "8MiB" at "onnx.load_stack", Start;
        /// How long a model that is imported may take until it is loaded and has produced output once; in a deployment the limit is
        /// `deploy_timeout_in_seconds`.
        load_timeout: Duration = "5m" at "onnx.load_timeout", Start;
    }
}
