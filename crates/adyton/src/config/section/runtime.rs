//! Models that bring code of their own.

use crate::config::section::section;

section! {
    /// Models that bring code of their own.
    Runtime in "runtime" {
        /// Whether models may bring a program (`Command`); `false` refuses to run them, whoever asks.
        run_code: bool = "true" at "runtime.run_code", Start;
    }
}
