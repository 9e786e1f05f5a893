//! Programs that come as Debian packages.

use std::path::Path;

use anyhow::{Result, bail};

use super::Purpose;
use crate::process::{command, find, run, succeeds};

/// A package, what it is for, and how to see that it is there already (by what it gives, not by its name, so that
/// machines that have it from elsewhere are fine too).
struct DebianPackage {
    name: &'static str,
    present: fn() -> bool,
    needed: fn(Purpose) -> bool,
}

const PACKAGES: &[DebianPackage] = &[
    DebianPackage {
        name: "python3",
        present: has_system_python,
        needed: |_| true,
    },
    DebianPackage {
        name: "python3-venv",
        present: has_venv,
        needed: |_| true,
    },
    DebianPackage {
        name: "curl",
        present: || find("curl").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "postgresql",
        present: has_postgres,
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "prometheus",
        present: || find("prometheus").is_some() && find("promtool").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "faketime",
        present: has_faketime,
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "zsh",
        present: || find("zsh").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "fish",
        present: || find("fish").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "debootstrap",
        present: || find("debootstrap").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "lintian",
        present: || find("lintian").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "podman",
        present: || find("podman").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "runc",
        present: || find("runc").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "nginx",
        present: || find("nginx").is_some(),
        needed: |purpose| purpose != Purpose::Demo,
    },
    DebianPackage {
        name: "chromium",
        present: || find("chromium").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "golang-go",
        present: || find("go").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "default-jdk-headless",
        present: || find("javac").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "maven",
        present: || find("mvn").is_some(),
        needed: |purpose| purpose == Purpose::Test,
    },
    DebianPackage {
        name: "wrk",
        present: || find("wrk").is_some(),
        needed: |purpose| purpose == Purpose::Bench,
    },
];

/// Programs of models are started with the system's own search path, so a Python elsewhere does not count.
fn has_system_python() -> bool {
    ["/usr/local/bin", "/usr/bin", "/bin"]
        .iter()
        .any(|folder| Path::new(folder).join("python3").is_file())
}

fn has_venv() -> bool {
    succeeds(command("python3").args(["-c", "import venv, ensurepip"]))
}

/// Whether there is a PostgreSQL server, where Debian puts it or on the path.
fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders = versions.map(|entry| entry.path().join("bin"));
    folders.any(|folder| folder.join("initdb").is_file()) || find("initdb").is_some()
}

/// Whether there is the library that shows a program another time.
fn has_faketime() -> bool {
    let folders = ["/usr/lib", "/usr/local/lib"].map(std::fs::read_dir);
    let mut entries = folders.into_iter().flatten().flatten().flatten();
    entries.any(|entry| entry.path().join("faketime/libfaketimeMT.so.1").is_file())
}

/// Installs the packages that are missing. Without the rights or without apt it says which they are.
pub(crate) fn install_missing(purpose: Purpose) -> Result<()> {
    let wanted = PACKAGES.iter().filter(|package| (package.needed)(purpose));
    let missing: Vec<&str> = wanted
        .filter(|package| !(package.present)())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if find("apt-get").is_none() {
        bail!(
            "missing: {list} (Debian's names). This system has no apt-get: install them with its own package tool"
        );
    }
    if !succeeds(command("sh").args(["-c", "test \"$(id -u)\" = 0"])) {
        bail!("missing: {list}. Run: sudo apt-get install --no-install-recommends {list}");
    }
    println!("installing Debian packages: {list}");
    // Lists may be absent on a fresh machine; an update that fails is only a problem if the installation then fails.
    let _ = succeeds(command("apt-get").args(["update", "-qq"]));
    let mut install = command("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&missing);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))
}
