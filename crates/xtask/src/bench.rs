//! `make bench`: builds as for production and hands over to `bench/run.py`.

use anyhow::Result;

use crate::demo::fetch_samples;
use crate::process::status;
use crate::production::{self, Profile};
use crate::setup::{Purpose, setup};

/// What an argument says that is not for `bench/run.py`.
const UNGUIDED: &str = "--unguided";

/// Whether the benchmark ran and its goals were met.
pub(crate) fn bench(arguments: &[String]) -> Result<bool> {
    let python = setup(Purpose::Bench)?;
    let profile = match arguments.iter().any(|argument| argument == UNGUIDED) {
        true => Profile::Unguided,
        false => Profile::Guided,
    };
    let binary = production::build(profile)?;
    fetch_samples(&python)?;
    let mut bench = production::benchmark(&python, &binary);
    bench.args(arguments.iter().filter(|argument| *argument != UNGUIDED));
    Ok(status(&mut bench)?.success())
}
