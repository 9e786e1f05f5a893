//! The reference page of the configuration, made from the sections' declarations (`docs/reference/configuration.md`).

use std::fmt::Write as _;

use super::environment::variable;
use super::section::{CHAPTERS, Chapter};
use super::setting::{Applies, Setting};

/// The page, as Markdown.
pub(crate) fn page() -> String {
    let mut page = String::from(HEAD);
    for chapter in CHAPTERS {
        write_chapter(&mut page, chapter);
    }
    page
}

const HEAD: &str = "\
# Configuration

<!-- Made by `adyton config reference`. Change the declarations in crates/adyton/src/config/section instead. -->

Settings come from a TOML file (`--config FILE`, else `adyton.toml` in the working directory if it exists), then from the
environment, then from flags; the later one wins. A key that is not listed here is an error. `adyton config check` reports
all problems at once; `adyton config show` prints every value and where it came from.

How values are written: sizes in bytes or with `KiB`, `MiB`, `GiB` (1 MiB is 1024 × 1024 bytes); times with `ms`, `s`, `m`, `h`,
`d`; lists in the environment and in flags with commas.
";

fn write_chapter(page: &mut String, chapter: &Chapter) {
    // Writing to a text cannot fail.
    let _ = match chapter.name {
        "" => write!(page, "\n## General\n"),
        name => write!(page, "\n## `[{name}]`\n"),
    };
    let _ = write!(page, "\n{}\n", lines(chapter.about).join("\n"));
    for setting in chapter.settings {
        write_setting(page, setting);
    }
}

fn write_setting(page: &mut String, setting: &Setting) {
    let kind = if setting.list {
        format!("list of {}", setting.kind)
    } else {
        setting.kind.to_owned()
    };
    let default = match setting.default {
        "" => "unset".to_owned(),
        default => format!("`{default}`"),
    };
    let applies = match setting.applies {
        Applies::Start => "after a restart",
        Applies::Reload => "on reload (SIGHUP) or restart",
    };
    let _ = write!(
        page,
        "\n### `{}`\n\n{}\n",
        setting.name,
        lines(setting.about).join("\n")
    );
    let _ = write!(
        page,
        "\n- Kind: {kind}\n- Default: {default}\n- Environment: `{}`\n- Takes effect: {applies}\n",
        variable(setting.name)
    );
}

/// The lines of a doc comment, without the space that follows `///`.
pub(crate) fn lines(about: &str) -> Vec<&str> {
    about
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect()
}
