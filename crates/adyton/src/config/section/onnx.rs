//! Which runtime computes ONNX models.

use crate::config::section::section;

section! {
    /// ONNX models in process.
    Onnx in "onnx" {
        /// The path of the ONNX Runtime library (`libonnxruntime.so`); `builtin` is the compiled-in runtime. When unset, it is
        /// looked for in the data folder (where `adyton doctor --fix` puts it), in Python's packages, and where systems
        /// install it; the compiled-in runtime serves where none is found.
        library: String = "" at "onnx.library", Start;
    }
}
