//! The keeper alone. `adyton keeper` is the same; this one is for the tests of the crate, which have no `adyton` yet.

use std::process::ExitCode;

fn main() -> ExitCode {
    adyton_runtime::keeper::main()
}
