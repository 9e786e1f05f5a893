//! The data folder: who may read it, and how much room there is.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::Finding;
use super::check_name::CheckName;
use crate::config::Config;
use adyton_cli::said;

/// Below this many bytes of free space a note is made.
const ROOM: u64 = 2 << 30;
/// Below this many the disk counts as full.
const LEAST: u64 = 1 << 20;

/// Rights of the folder and of the files that hold secrets; free space.
pub(super) fn check(config: &Config, fix: bool) -> Vec<Finding> {
    let data = &config.general.data;
    let shown = data.display();
    let mut findings = Vec::new();
    if !data.is_dir() {
        findings.push(Finding::fine(
            CheckName::DataFolder,
            said!(
                "{shown} does not exist yet; the first start creates it",
                "{shown} 尚不存在；首次启动时创建"
            ),
        ));
    } else {
        let mut wrong = Vec::new();
        rights(data, 0o700, fix, &mut wrong);
        for name in ["bootstrap.json", "master.key", "adyton.db"] {
            rights(&data.join(name), 0o600, fix, &mut wrong);
        }
        if wrong.is_empty() {
            findings.push(Finding::fine(
                CheckName::DataFolder,
                said!("{shown}, readable by its owner only", "{shown}，仅属主可读"),
            ));
        }
        findings.extend(wrong);
    }
    if let Some(key) = &config.general.master_key_file {
        rights(key, 0o600, fix, &mut findings);
    }
    findings.extend(free_space(data));
    findings.extend(read_only(data));
    findings
}

/// Nobody but the owner may do anything with it.
fn rights(path: &Path, wanted: u32, fix: bool, findings: &mut Vec<Finding>) {
    let Ok(about) = std::fs::metadata(path) else {
        return;
    };
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return;
    }
    let said = said!(
        "{} has mode {mode:04o}: others on this machine can use it",
        "{} 的权限为 {mode:04o}：本机其他用户可以使用它",
        path.display()
    );
    if fix && std::fs::set_permissions(path, std::fs::Permissions::from_mode(wanted)).is_ok() {
        findings.push(Finding::fine(
            CheckName::DataFolder,
            said!(
                "{} has mode {wanted:04o} now",
                "{} 的权限现为 {wanted:04o}",
                path.display()
            ),
        ));
    } else {
        findings.push(Finding::wrong(
            CheckName::DataFolder,
            said,
            said!(
                "chmod {wanted:04o} {}, or `adyton doctor --fix`",
                "chmod {wanted:04o} {}，或 `adyton doctor --fix`",
                path.display()
            ),
        ));
    }
}

fn free_space(data: &Path) -> Option<Finding> {
    let place = data
        .ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or_else(|| Path::new("."));
    let about = rustix::fs::statvfs(place).ok()?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let said = said!(
        "{:.1} GiB are free at {}",
        "可用空间 {:.1} GiB，位于 {}",
        free as f64 / (1u64 << 30) as f64,
        place.display()
    );
    let fix = said!(
        "free some space, or lower `journal.keep_bytes`",
        "请释放空间，或调低 `journal.keep_bytes`"
    );
    Some(match free {
        _ if free < LEAST => Finding::wrong(
            CheckName::Disk,
            said!("no space is left at {}", "{} 没有剩余空间", place.display()),
            fix,
        ),
        _ if free < ROOM => Finding::note(CheckName::Disk, said, fix),
        _ => Finding::fine(CheckName::Disk, said),
    })
}

/// The file system can only be read: mounted so, or made so by the kernel after an error. Asked by a file without a name, which
/// leaves nothing behind: after an error the mount's flags still say that it can be written.
fn read_only(data: &Path) -> Option<Finding> {
    let place = data.ancestors().find(|folder| folder.is_dir())?;
    let problem = tempfile::tempfile_in(place).err()?;
    (problem.kind() == std::io::ErrorKind::ReadOnlyFilesystem).then(|| {
        Finding::wrong(
            CheckName::Disk,
            said!(
                "the file system of {} is read-only",
                "{} 所在的文件系统为只读",
                place.display()
            ),
            said!(
                "see why in `dmesg`, mount it for writing, and restart the server",
                "请查明原因（`dmesg`），以可写方式挂载，然后重启服务器"
            ),
        )
    })
}
