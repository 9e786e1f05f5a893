//! The fence around a program: Landlock, where the kernel has it.
//!
//! Landlock knows no prohibitions, only permissions. So everything is readable but what lies on the way to the hidden folder:
//! along that way only the siblings are allowed, and of the folder itself nothing but the package and the temporary folder.
//! Writable are the temporary folder and the harmless devices. This keeps a program from spoiling its package and from
//! reading the server's data; it does not claim to hold somebody who attacks the kernel.

use std::fs;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus,
};

use super::Order;

/// The rights that are fenced: those of Linux 6.2, as far as the running kernel has them.
const RIGHTS: ABI = ABI::V3;
/// What a program may write to besides its temporary folder.
const DEVICES: [&str; 6] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/tty",
    "/dev/shm",
    "/dev/ptmx",
];

/// Fences this thread and all that it starts. Gives whether the kernel does it.
pub(super) fn raise(order: &Order) -> Result<bool, RulesetError> {
    let all = AccessFs::from_all(RIGHTS);
    let read = AccessFs::from_read(RIGHTS);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .create()?;
    let readable = match &order.hidden {
        None => vec![PathBuf::from("/")],
        Some(hidden) => beside(&hidden.canonicalize().unwrap_or_else(|_| hidden.clone())),
    };
    let readable = readable
        .iter()
        .map(PathBuf::as_path)
        .chain([order.folder.as_path()])
        .map(|path| (path, read));
    let writable = DEVICES
        .iter()
        .map(Path::new)
        .chain([order.temporary.as_path()])
        .map(|path| (path, all));
    for (path, access) in readable.chain(writable) {
        // What is not there, or not open to us, needs no permission.
        let Ok(open) = PathFd::new(path) else { continue };
        let access = if path.is_dir() {
            access
        } else {
            access & AccessFs::from_file(RIGHTS)
        };
        rules = rules.add_rule(PathBeneath::new(open, access))?;
    }
    let status = rules.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Everything but the way to `hidden` and what is in it.
fn beside(hidden: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut way = PathBuf::from("/");
    for step in hidden.components().skip(1) {
        let entries = fs::read_dir(&way).into_iter().flatten().flatten();
        found.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.file_name() != Some(step.as_os_str())),
        );
        way.push(step);
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_way_to_the_hidden_folder_is_left_out() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("data/inner")).unwrap();
        fs::create_dir(top.join("sibling")).unwrap();
        let allowed = beside(&top.join("data"));
        assert!(allowed.contains(&top.join("sibling")));
        assert!(
            !allowed
                .iter()
                .any(|path| top.join("data/inner").starts_with(path)),
            "{allowed:?}"
        );
    }
}
