//! Models that bring code of their own.

use std::path::PathBuf;

use crate::config::section::section;
use crate::config::value::Port;

section! {
    /// Models that contain code of their own.
    Runtime in "runtime" {
        /// Whether models may contain a program (`Command`); with `false`, no program is run for anybody.
        run_code: bool = "true" at "runtime.run_code", Start;
        /// Folders that programs may read although they are in `/root`, `/home` or another place that is hidden from them: an
        /// interpreter in somebody's home, for example.
        readable: Vec<PathBuf> = "" at "runtime.readable", Start;
        /// TCP ports that every program may bind in addition to its own `$PORT` and ports that the kernel chooses (Linux 6.7 or later).
        program_ports: Vec<Port> = "" at "runtime.program_ports", Start;
    }
}
