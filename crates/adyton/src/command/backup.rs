//! `adyton backup`: everything that an installation needs to serve elsewhere, in one archive ([`crate::archive`]). Servers go on meanwhile;
//! their audit trail says that it was made.
//!
//! The database is copied first, then the packages are read. One that is deleted in between, and all else that vanishes while it is
//! read, begins the archive anew: what is written is of one moment, or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use adyton_core::audit::{AuditRecord, FieldChange};
use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_store::backup::{self, DatabaseKind};
use clap::Args;
use serde::Serialize;

use super::installation::{Installation, keep, kept_if_refused, wait};
use crate::archive::{
    CREDENTIALS, FILES, Header, JOURNAL, LIBRARIES, MASTER_KEY, PACKAGES, POSTGRES, SQLITE, UPLOADS, Writer,
};
use crate::config::Config;
use crate::offline_acts;
use crate::server::{could_not_open, store_settings};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;
use adyton_cli::terminal::Terminal;

/// How often the archive is begun anew because something vanished while it was read.
const TRIES: u32 = 5;

/// Write everything that a restore needs into one archive
#[derive(Args)]
#[command(after_help = "Examples:
  adyton backup adyton.tar.gz --data /var/lib/adyton
  adyton backup adyton.tar.gz --config /etc/adyton/adyton.toml --journal
  adyton backup adyton.tar.gz --without-key")]
pub(crate) struct Backup {
    /// The archive to write; it must not exist yet
    file: PathBuf,
    #[command(flatten)]
    installation: Installation,
    /// Leave out the master key and the first user's credentials: keep the key elsewhere, without it the secrets cannot be decrypted
    #[arg(long)]
    without_key: bool,
    /// Add the journal: what `adyton requests` and `adyton explain` read
    #[arg(long)]
    journal: bool,
}

/// What was written.
#[derive(Serialize)]
struct BackupReport {
    file: PathBuf,
    bytes: u64,
    database: DatabaseKind,
    schema: i64,
    packages: usize,
    /// Of models, and not in the data folder.
    missing_packages: BTreeSet<Sha256>,
    master_key: bool,
    journal: bool,
}

impl Backup {
    /// Writes it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let config = self.installation.clone().load(context)?;
        let written = self.write(&config, context);
        let intended = || self.record(&config, Vec::new(), context);
        let written = kept_if_refused(written, &config, context, intended)?;
        let yes_or_no = |is_in_it: bool| if is_in_it { "true" } else { "false" };
        let fields = vec![
            offline_acts::field("archive", &written.file.display().to_string()),
            offline_acts::field("master_key", yes_or_no(written.master_key)),
            offline_acts::field("journal", yes_or_no(written.journal)),
        ];
        keep(&config, &self.record(&config, fields, context), context);
        match context.terminal.is_json() {
            true => context.terminal.document(&written),
            false => tell(&context.terminal, &written, &config),
        }
        Ok(())
    }

    /// What the audit trail keeps.
    fn record(&self, config: &Config, fields: Vec<FieldChange>, context: &Context) -> AuditRecord {
        let thing = offline_acts::installation(&config.general.data);
        offline_acts::record("backup", thing, fields, &context.clock)
    }

    fn write(&self, config: &Config, context: &Context) -> Outcome<BackupReport> {
        let folder = match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if self.file.symlink_metadata().is_ok() {
            return Err(Failure::wrong_use(said!(
                "{}: the file already exists",
                "{}：文件已存在",
                self.file.display()
            ))
            .hint(said!(
                "name another file, or remove this one",
                "请指定另一个文件，或删除此文件"
            )));
        }
        let unwritten = |error: io::Error| unwritten(&self.file, &error);
        let staging = tempfile::Builder::new()
            .prefix(".adyton-backup-")
            .tempdir_in(folder)
            .map_err(unwritten)?;
        let spinner = context.terminal.spinner(&said!("copying", "正在复制"));
        let archive = tempfile::NamedTempFile::new_in(staging.path()).map_err(unwritten)?;
        let written = self.fill(config, staging.path(), archive.as_file())?;
        drop(spinner);
        let bytes = archive.as_file().metadata().map_err(unwritten)?.len();
        archive
            .persist_noclobber(&self.file)
            .map_err(|error| unwritten(error.error))?;
        Ok(BackupReport { bytes, ..written })
    }

    /// Fills the archive; again while something vanishes.
    fn fill(&self, config: &Config, staging: &Path, archive: &File) -> Outcome<BackupReport> {
        let mut tries = 1;
        loop {
            archive
                .set_len(0)
                .and_then(|()| io::Seek::rewind(&mut &*archive))
                .map_err(|error| unwritten(&self.file, &error))?;
            let room = staging.join(tries.to_string());
            std::fs::create_dir(&room).map_err(|error| unwritten(&self.file, &error))?;
            match self.fill_once(config, &room, archive)? {
                Filled::Whole(written) => return Ok(written),
                Filled::Vanished(_) if tries < TRIES => tries += 1,
                Filled::Vanished(problem) => {
                    return Err(Failure::failed(said!(
                        "the data folder changes faster than it is read: {problem}",
                        "数据目录的变化快于读取：{problem}"
                    ))
                    .hint(said!(
                        "back up while fewer models are imported and deleted",
                        "请在模型导入和删除较少时备份"
                    )));
                }
            }
            // The next try needs the room of this one.
            let _ = std::fs::remove_dir_all(room);
        }
    }

    fn fill_once(&self, config: &Config, staging: &Path, archive: &File) -> Outcome<Filled> {
        let (data, settings) = (&config.general.data, store_settings(config));
        let on_disk = packages_of(data).map_err(|error| unread(data, &error))?;
        let copy = staging.join("database");
        let copied = wait(async {
            let copied = backup::copy(data, &settings, &copy).await;
            copied.map_err(|error| could_not_open(&error))
        })?;
        let key = staging.join("key");
        if !self.without_key {
            let copied = backup::copy_master_key(data, &settings, &copied, &key);
            copied.map_err(|error| could_not_open(&error))?;
        }
        let header = Header {
            master_key: !self.without_key,
            journal: self.journal,
            ..Header::new(
                Clock::system().now().to_string(),
                DatabaseKind::of(&settings),
                copied.schema,
            )
        };
        let mut missing_packages = copied.packages;
        missing_packages.retain(|package| !on_disk.contains(package));
        let mut writer = Writer::begin(archive, &header).map_err(|error| unwritten(&self.file, &error))?;
        let filled = (|| {
            add_database(&mut writer, &header, &copy)?;
            if header.master_key {
                writer.add(Path::new(MASTER_KEY), &key)?;
            }
            add_data(&mut writer, &header, data, &on_disk)
        })();
        if let Err(error) = filled {
            return match error.kind() {
                io::ErrorKind::NotFound => Ok(Filled::Vanished(error.to_string())),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Err(unwritten(&self.file, &error))
                }
                _ => Err(unread(data, &error)),
            };
        }
        writer.finish().map_err(|error| unwritten(&self.file, &error))?;
        Ok(Filled::Whole(BackupReport {
            file: self.file.clone(),
            bytes: 0,
            database: header.database,
            schema: header.schema,
            packages: on_disk.len(),
            missing_packages,
            master_key: header.master_key,
            journal: header.journal,
        }))
    }
}

/// How a try ended.
enum Filled {
    Whole(BackupReport),
    /// Something was there and is not any more.
    Vanished(String),
}

fn add_database(writer: &mut Writer<'_>, header: &Header, copy: &Path) -> io::Result<()> {
    let name = match header.database {
        DatabaseKind::Sqlite => SQLITE,
        DatabaseKind::Postgres => POSTGRES,
    };
    writer.add(Path::new(name), copy)
}

/// Adds what is kept of the data folder as it lies there.
fn add_data(
    writer: &mut Writer<'_>,
    header: &Header,
    data: &Path,
    packages: &BTreeSet<Sha256>,
) -> io::Result<()> {
    let credentials = Some(&CREDENTIALS).filter(|_| header.master_key);
    for name in FILES.iter().chain(credentials) {
        // They come with the first start, or with the first call.
        match writer.add(Path::new(name), &data.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    for package in packages {
        let name = Path::new(PACKAGES).join(package.to_string());
        writer.add_folder(&name, &data.join(&name))?;
    }
    for name in [
        Some(UPLOADS),
        Some(LIBRARIES),
        Some(JOURNAL).filter(|_| header.journal),
    ]
    .into_iter()
    .flatten()
    {
        if data.join(name).is_dir() {
            writer.add_folder(Path::new(name), &data.join(name))?;
        }
    }
    Ok(())
}

/// The packages that lie in a data folder.
fn packages_of(data: &Path) -> io::Result<BTreeSet<Sha256>> {
    let entries = match std::fs::read_dir(data.join(PACKAGES)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries?,
    };
    let mut packages = BTreeSet::new();
    for entry in entries {
        // What is being imported has another name.
        packages.extend(
            entry?
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<Sha256>().ok()),
        );
    }
    Ok(packages)
}

fn unread(data: &Path, error: &io::Error) -> Failure {
    Failure::failed(said!(
        "the data folder {} cannot be read: {error}",
        "无法读取数据目录 {}：{error}",
        data.display()
    ))
    .hint(said!(
        "run this as root, or as the user that the server runs as",
        "请以 root 或服务器所用的用户运行"
    ))
}

fn unwritten(file: &Path, error: &io::Error) -> Failure {
    let problem = Failure::failed(said!(
        "{}: the backup cannot be written: {error}",
        "{}：无法写入备份：{error}",
        file.display()
    ));
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => problem.hint(said!(
            "it needs room for the archive and, for a moment, for a copy of the database beside it",
            "需要空间存放归档，并在短时间内存放数据库的副本"
        )),
        _ => problem.hint(said!(
            "name a file in a folder that exists and that you can write to",
            "请指定一个存在且可写的目录中的文件"
        )),
    }
}

/// So many packages.
pub(super) fn packages(number: usize) -> String {
    match number {
        1 => said!("1 package", "1 个模型包"),
        many => said!("{many} packages", "{many} 个模型包"),
    }
}

/// Says what was written, what is secret about it, and what is not in it.
fn tell(terminal: &Terminal, written: &BackupReport, config: &Config) {
    let mut held = vec![
        said!(
            "database ({}, schema {})",
            "数据库（{}，schema {}）",
            written.database.name(),
            written.schema
        ),
        packages(written.packages),
    ];
    held.extend(written.master_key.then(|| said!("master key", "主密钥")));
    held.extend(written.journal.then(|| said!("journal", "请求记录")));
    terminal.print(said!(
        "Written: {} ({:.1} MiB): {}.",
        "已写入：{}（{:.1} MiB）：{}。",
        written.file.display(),
        written.bytes as f64 / f64::from(1 << 20),
        held.join(", ")
    ));
    terminal.print(if written.master_key {
        said!("It contains the master key and the first user's credentials: keep it as secret as the data folder.", "其中包含主密钥和首个用户的凭证：请像数据目录一样保密。")
    } else {
        said!("It does not contain the master key: keep the key elsewhere. Without the key, the secrets in the archive cannot be decrypted.", "其中不包含主密钥：请另行保存主密钥。没有主密钥，归档中的机密数据无法解密。")
    });
    terminal.print(match written.journal {
        true => said!(
            "It does not contain the configuration file.",
            "其中不包含配置文件。"
        ),
        false => said!(
            "It contains neither the configuration file nor the journal (--journal).",
            "其中不包含配置文件和请求记录（--journal）。"
        ),
    });
    if !written.missing_packages.is_empty() {
        let names: Vec<String> = written.missing_packages.iter().map(Sha256::to_string).collect();
        terminal.note(said!(
            "warning: {} of models are not in {}: {}. With PostgreSQL they may be on another node: back up that node too",
            "警告：模型的 {}不在 {} 中：{}。使用 PostgreSQL 时它们可能在另一个节点上：请一并备份该节点",
            packages(names.len()),
            config.general.data.display(),
            names.join(", ")
        ));
    }
}
