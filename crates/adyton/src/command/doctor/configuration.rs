//! The configuration: the same check that the server makes at start.

use super::Finding;
use super::check_name::CheckName;
use crate::command::config::{Flags, set};
use crate::config::{Config, load};
use adyton_cli::context::Context;
use adyton_cli::said;

/// The findings, and the configuration if it is fine.
pub(super) fn check(context: &Context, flags: &Flags) -> (Vec<Finding>, Option<Config>) {
    match load(&flags.sources(context)) {
        Ok(loaded) => {
            let file = loaded
                .file
                .as_ref()
                .map_or(said!("defaults", "默认值"), |file| file.display().to_string());
            let count = set(loaded.merged.said());
            let said = said!("{file}, {count}", "{file}，{count}");
            (
                vec![Finding::fine(CheckName::Configuration, said)],
                Some(loaded.config),
            )
        }
        Err(problems) => {
            let wrong = problems.iter().map(|problem| {
                let said = said!("{}: {}", "{}：{}", problem.origin, problem.message);
                let fix = problem.hint.clone().unwrap_or_else(|| {
                    said!(
                        "`adyton config reference` lists all keys",
                        "`adyton config reference` 列出所有配置项"
                    )
                });
                Finding::wrong(CheckName::Configuration, said, fix)
            });
            (wrong.collect(), None)
        }
    }
}
