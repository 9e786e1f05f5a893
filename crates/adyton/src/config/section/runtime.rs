//! Models that bring code of their own.

use std::path::PathBuf;

use crate::config::section::section;
use crate::config::value::Port;

section! {
    /// Models that bring code of their own.
    Runtime in "runtime" {
        /// Whether models may bring a program (`Command`); `false` refuses to run them, whoever asks.
        run_code: bool = "true" at "runtime.run_code", Start;
        /// Folders that programs may read though they lie in `/root`, `/home` or another place that is hidden from them: an
        /// interpreter in somebody's home, for example.
        readable: Vec<PathBuf> = "" at "runtime.readable", Start;
        /// TCP ports that every program may bind besides its own `$PORT` and ports that the kernel chooses (Linux 6.7 or later).
        program_ports: Vec<Port> = "" at "runtime.program_ports", Start;
    }
}
