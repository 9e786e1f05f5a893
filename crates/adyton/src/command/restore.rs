//! `adyton restore`: an archive of `adyton backup` becomes the data folder (and, with PostgreSQL, the database) of an installation that
//! has none yet.
//!
//! Everything is unpacked into `.restoring` in the data folder and compared with its checksums before anything is put in its place. The
//! database comes first and the master key last, so that no server starts on a part of it.

use std::path::{Path, PathBuf};

use adyton_core::audit::AuditRecord;
use adyton_store::backup::{self, DatabaseKind};
use adyton_store::{DataFolder, Settings, outside_audit};
use clap::Args;
use serde_json::json;

use super::installation::{Installation, kept_if_refused, wait};
use crate::archive::{self, Header, MASTER_KEY, PACKAGES, POSTGRES, SQLITE};
use crate::config::Config;
use crate::offline_acts;
use crate::server::{could_not_open, store_settings};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Where an archive is unpacked, in the data folder.
const STAGING: &str = ".restoring";

/// Restore a backup into an empty or new data folder
#[derive(Args)]
#[command(after_help = "Examples:
  adyton restore adyton.tar.gz --data /var/lib/adyton
  adyton restore adyton.tar.gz --config /etc/adyton/adyton.toml")]
pub(crate) struct Restore {
    /// The archive
    file: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

impl Restore {
    /// Restores it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let config = self.installation.clone().load(context)?;
        let restored = self.restore(&config, context);
        let intended = || record(&self.file, None, &config, context);
        let (folder, header) = kept_if_refused(restored, &config, context, intended)?;
        // The database may be of an older schema, so the next start takes the record in.
        let record = record(&self.file, Some(&header), &config, context);
        outside_audit::leave(folder.path(), &record).map_err(|error| Failure::failed(error.to_string()))?;
        tell(context, &self, &header, &config, &folder);
        Ok(())
    }

    fn restore(&self, config: &Config, context: &Context) -> Outcome<(DataFolder, Header)> {
        let (data, settings) = (&config.general.data, store_settings(config));
        let header = archive::look(&self.file)?;
        check(&self.file, &header, &settings)?;
        let was_there = data.exists();
        if was_there {
            require_empty(data)?;
        }
        let folder = DataFolder::open(data).map_err(|error| could_not_open(&error))?;
        let spinner = context.terminal.spinner(&said!("restoring", "正在恢复"));
        let restored = restore(&self.file, &folder, &settings);
        drop(spinner);
        if let Err(failure) = restored {
            // What was begun is worth nothing; what is left of it is said by the next try.
            let _ = std::fs::remove_dir_all(folder.path().join(STAGING));
            if !was_there {
                let _ = std::fs::remove_dir_all(folder.path());
            }
            return Err(failure);
        }
        Ok((folder, header))
    }
}

/// What the audit trail keeps.
fn record(file: &Path, header: Option<&Header>, config: &Config, context: &Context) -> AuditRecord {
    let mut fields = vec![offline_acts::field("archive", &file.display().to_string())];
    if let Some(header) = header {
        fields.push(offline_acts::field("made_at", &header.made_at));
        fields.push(offline_acts::field("made_by", &header.program));
    }
    let thing = offline_acts::installation(&config.general.data);
    offline_acts::record("restore", thing, fields, &context.clock)
}

/// Whether this program and this installation can take the archive.
fn check(file: &Path, header: &Header, settings: &Settings) -> Outcome {
    let (newest, own) = (backup::newest_schema(), env!("CARGO_PKG_VERSION"));
    if header.schema > newest {
        return Err(Failure::failed(said!(
            "{}: the database in it has schema version {}, made by adyton {}; this is adyton {own}, which supports versions up to {newest}", "{}：其中数据库的 schema 版本为 {}，由 adyton {} 创建；本程序为 adyton {own}，最高支持版本 {newest}",
            file.display(),
            header.schema,
            header.program
        ))
        .hint(said!("restore it with adyton {} or a newer one", "请用 adyton {} 或更高版本恢复", header.program)));
    }
    let wanted = DatabaseKind::of(settings);
    if header.database == wanted {
        return Ok(());
    }
    let told = Failure::wrong_use(said!(
        "{}: the database in it is {}, and this installation has {}",
        "{}：其中的数据库是 {}，而此安装使用 {}",
        file.display(),
        header.database.name(),
        wanted.name()
    ));
    Err(match header.database {
        DatabaseKind::Sqlite => told.hint(said!("leave `database_url` out of the configuration to restore it", "请从配置中去掉 `database_url` 再恢复")),
        DatabaseKind::Postgres => told.hint(
            said!("name an empty database in `database_url` (or ADYTON_DATABASE_URL), and the place of the master key in `master_key_file`", "请在 `database_url`（或 ADYTON_DATABASE_URL）中指定一个空数据库，并在 `master_key_file` 中指定主密钥的位置"),
        ),
    })
}

/// That nothing is lost by restoring here.
fn require_empty(data: &Path) -> Outcome {
    // What a restore left that was cut off; nothing was put in its place yet if it is alone.
    let _ = std::fs::remove_dir_all(data.join(STAGING));
    match DataFolder::is_empty(data) {
        Ok(true) => Ok(()),
        // Whoever holds it is the better message.
        Ok(false) => {
            DataFolder::open(data).map_err(|error| could_not_open(&error))?;
            Err(Failure::wrong_use(said!(
                "the data folder {} is not empty: a restore does not replace anything", "数据目录 {} 不为空：恢复不会替换任何内容",
                data.display()
            ))
            .hint(said!("name a folder that is empty or does not exist with --data, or move the content of this one away", "请用 --data 指定一个空的或不存在的目录，或移走此目录的内容")))
        }
        Err(error) => Err(could_not_open(&error)),
    }
}

fn restore(file: &Path, folder: &DataFolder, settings: &Settings) -> Outcome {
    let staging = folder.path().join(STAGING);
    std::fs::create_dir(&staging).map_err(|error| unwritten(&staging, &error))?;
    archive::unpack(file, &staging)?;
    let key = staging.join(MASTER_KEY);
    let key_file = settings.master_key_file.as_deref().filter(|_| key.exists());
    if let Some(place) = key_file {
        require_same_or_none(&key, place)?;
    }
    folder.give_to_owner(&staging);
    // On the disk before it is in its place.
    let synced = std::fs::File::open(&staging).and_then(|opened| Ok(rustix::fs::syncfs(opened)?));
    synced.map_err(|error| unwritten(&staging, &error))?;
    if let Some(url) = &settings.database_url {
        let dump = staging.join(POSTGRES);
        wait(async {
            let restored = backup::restore_postgres(url, &dump).await;
            restored.map_err(|error| could_not_open(&error))
        })?;
    }
    put_in_place(&staging, folder, key_file)
}

/// Where the master key has a place of its own, that place is free or holds this very key.
fn require_same_or_none(key: &Path, place: &Path) -> Outcome {
    let read = |path: &Path| std::fs::read(path).map_err(|error| unwritten(path, &error));
    if !place.exists() {
        return Ok(());
    }
    if read(key)?.trim_ascii() == read(place)?.trim_ascii() {
        return Ok(());
    }
    Err(Failure::wrong_use(said!(
        "{}: `master_key_file` contains a different key than the archive",
        "{}：`master_key_file` 中的密钥与归档中的不同",
        place.display()
    ))
    .hint(said!(
        "move that key away, and keep it if a database needs it; or name a file that does not exist yet",
        "请移走该密钥（如有数据库需要它，请妥善保存）；或指定一个尚不存在的文件"
    )))
}

/// Moves everything to where the server looks for it: the database first, the master key last.
fn put_in_place(staging: &Path, folder: &DataFolder, key_file: Option<&Path>) -> Outcome {
    let moved = |from: &Path, to: &Path| std::fs::rename(from, to).map_err(|error| unwritten(to, &error));
    let database = staging.join(SQLITE);
    if database.exists() {
        moved(&database, &folder.path().join("adyton.db"))?;
    }
    let entries = std::fs::read_dir(staging).map_err(|error| unwritten(staging, &error))?;
    for entry in entries {
        let name = entry.map_err(|error| unwritten(staging, &error))?.file_name();
        let is_of_the_archive = name == "database" || name == "adyton-backup.json";
        if name != MASTER_KEY && !is_of_the_archive {
            moved(&staging.join(&name), &folder.path().join(&name))?;
        }
    }
    let key = staging.join(MASTER_KEY);
    match key_file {
        Some(place) if place.exists() => {}
        // It may be on another disk.
        Some(place) => copy_key(&key, place).map_err(|error| unwritten(place, &error))?,
        None if key.exists() => moved(&key, &folder.path().join(MASTER_KEY))?,
        None => {}
    }
    std::fs::remove_dir_all(staging).map_err(|error| unwritten(staging, &error))?;
    let synced = std::fs::File::open(folder.path()).and_then(|opened| opened.sync_all());
    synced.map_err(|error| unwritten(folder.path(), &error))
}

fn copy_key(key: &Path, place: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut from = std::fs::File::open(key)?;
    let mut to = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(place)?;
    std::io::copy(&mut from, &mut to)?;
    to.sync_all()
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(said!(
        "{}: cannot be restored: {error}",
        "{}：无法恢复：{error}",
        path.display()
    ))
}

/// Says what is there now, and what comes next.
fn tell(context: &Context, verb: &Restore, header: &Header, config: &Config, folder: &DataFolder) {
    let terminal = &context.terminal;
    let packages = std::fs::read_dir(folder.path().join(PACKAGES)).map_or(0, Iterator::count);
    let key = backup::master_key_place(folder.path(), &store_settings(config));
    if terminal.is_json() {
        let document = json!({
            "data": folder.path(), "database": header.database, "schema": header.schema, "packages": packages,
            "master_key": key.exists(), "journal": header.journal, "made_by": header.program, "made_at": header.made_at,
        });
        terminal.document(&document);
        return;
    }
    terminal.print(said!(
        "Restored into {}: database ({}, schema {}), {}; backed up by adyton {} at {}.",
        "已恢复到 {}：数据库（{}，schema {}），{}；由 adyton {} 于 {} 备份。",
        folder.path().display(),
        header.database.name(),
        header.schema,
        super::backup::packages(packages),
        header.program,
        header.made_at
    ));
    if !key.exists() {
        terminal.print(said!(
            "The master key is not in the archive. Before the server starts, put the key that belongs to it at {} (mode 0600).", "归档中没有主密钥。启动服务器之前，请将对应的密钥放到 {}（权限 0600）。",
            key.display()
        ));
    }
    let config = match &verb.installation.config {
        Some(file) => format!(" --config {}", file.display()),
        None => String::new(),
    };
    terminal.print(said!(
        "Start it with: adyton serve{config} --data {}",
        "启动：adyton serve{config} --data {}",
        folder.path().display()
    ));
}
