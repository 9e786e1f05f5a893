//! The words of [`OpenError`] in both languages.

use adyton_core::language::{Language, message, phrase};

use super::{DatabasePlace, DatabaseProblem, FileDeed, FileProblem, KeyProblem, OpenError, WrongSetting};

impl OpenError {
    /// What went wrong.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::Setting(wrong) => wrong.message_in(language).to_owned(),
            Self::Locked {
                folder,
                pid: Some(pid),
            } => message!(
                language,
                "the data folder {} is in use by process {}: stop that server, or start this one with another --data folder",
                "数据目录 {} 正被进程 {} 使用：请停止该服务器，或用 --data 指定其他目录",
                folder.display(),
                pid
            ),
            Self::Locked { folder, pid: None } => message!(
                language,
                "the data folder {} is in use by another process: stop that server, or start this one with another --data folder",
                "数据目录 {} 正被另一个进程使用：请停止该服务器，或用 --data 指定其他目录",
                folder.display()
            ),
            Self::File { path, problem } => {
                let problem = problem.message_in(language);
                message!(language, "{}: {problem}", "{}：{problem}", path.display())
            }
            Self::NoRoom { path } => message!(
                language,
                "{}: no space is left on its disk: free some, or write the backup elsewhere",
                "{}：所在磁盘空间不足，请释放空间，或将备份写到其他位置",
                path.display()
            ),
            Self::MasterKey(problem) => problem.message_in(language),
            Self::TooNew {
                found,
                known,
                made_by,
            } => too_new(*found, *known, made_by.as_deref(), language),
            Self::Database { place, problem } => message!(
                language,
                "the database {} cannot be opened: {}",
                "无法打开数据库 {}：{}",
                place.text_in(language),
                problem.message_in(language)
            ),
            Self::Store(error) => error.message_in(language),
        }
    }
}

fn too_new(found: i64, known: i64, made_by: Option<&str>, language: Language) -> String {
    let own = env!("CARGO_PKG_VERSION");
    match made_by {
        Some(made_by) => message!(
            language,
            "the database has schema version {found}, made by adyton {made_by}; this is adyton {own}, which supports versions up to {known}: \
             start adyton {made_by} or a newer one, or restore a backup from before the upgrade",
            "数据库的 schema 版本为 {found}，由 adyton {made_by} 创建；当前为 adyton {own}，最高支持版本 {known}：请启动 adyton {made_by} 或更新的版本，或恢复升级前的备份"
        ),
        None => message!(
            language,
            "the database has schema version {found}, made by a newer adyton; this is adyton {own}, which supports versions up to {known}: \
             start the newer one, or restore a backup from before the upgrade",
            "数据库的 schema 版本为 {found}，由更新版本的 adyton 创建；当前为 adyton {own}，最高支持版本 {known}：请启动更新的版本，或恢复升级前的备份"
        ),
    }
}

impl DatabasePlace {
    fn text_in(&self, language: Language) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Postgres(address) => address.clone(),
            Self::PostgresSocket { name, folder } => message!(
                language,
                "postgres:///{} (at the socket in {})",
                "postgres:///{}（套接字位于 {}）",
                name,
                folder.display()
            ),
        }
    }
}

impl WrongSetting {
    fn message_in(self, language: Language) -> &'static str {
        match self {
            Self::DatabaseScheme => phrase!(
                language,
                "`database_url` must begin with postgres:// (leave it out to use SQLite in the data folder)",
                "`database_url` 必须以 postgres:// 开头（不设置则使用数据目录中的 SQLite）"
            ),
            Self::DatabaseAddress => phrase!(
                language,
                "`database_url` cannot be read as a PostgreSQL address: write postgres://USER:PASSWORD@HOST:PORT/DATABASE",
                "`database_url` 不是有效的 PostgreSQL 地址：请写成 postgres://USER:PASSWORD@HOST:PORT/DATABASE"
            ),
            Self::MasterKeyFileMissing => phrase!(
                language,
                "`master_key_file` is required with a PostgreSQL `database_url`, because all nodes need the same key: make one with \
                 `openssl rand -hex 32`, give it to every node, and name the file here",
                "`database_url` 为 PostgreSQL 地址时必须设置 `master_key_file`，因为所有节点须使用同一个主密钥：请用 \
                 `openssl rand -hex 32` 生成，分发到每个节点，并在此指定其文件"
            ),
        }
    }
}

impl FileProblem {
    fn message_in(&self, language: Language) -> String {
        match self {
            Self::System { deed, said } => {
                let what = deed.failed_in(language);
                message!(language, "{what}: {said}", "{what}：{said}")
            }
            Self::ChangedBootstrap { line, column } => message!(
                language,
                "is not what the first start wrote (line {line}, column {column}): put it back as it was, or remove it",
                "与首次启动时写入的内容不符（第 {line} 行第 {column} 列）：请恢复原内容，或删除该文件"
            ),
            Self::NoDatabase => message!(
                language,
                "is not there: --data must name the data folder of a server that has been started once",
                "文件不存在：--data 必须指定曾启动过服务器的数据目录"
            ),
            Self::NothingSealed => message!(
                language,
                "is not there, so nothing is sealed yet: --data must name the data folder of a server that has been started once",
                "文件不存在，因此还没有用主密钥加密的内容：--data 必须指定曾启动过服务器的数据目录"
            ),
        }
    }
}

impl FileDeed {
    /// That it did not succeed.
    fn failed_in(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::MakeFolder => ("the folder cannot be made", "无法创建目录"),
            Self::OpenFolder => ("the folder cannot be opened", "无法打开目录"),
            Self::ReadFolder => ("the folder cannot be read", "无法读取目录"),
            Self::CloseFolder => (
                "the folder's mode cannot be set to 0700",
                "无法将目录权限设为 0700",
            ),
            Self::UseLock => ("the lock file cannot be used", "无法使用锁文件"),
            Self::ReadFile => ("the file cannot be read", "无法读取文件"),
            Self::WriteFile => ("the file cannot be written", "无法写入文件"),
            Self::RemoveFile => ("the file cannot be removed", "无法删除文件"),
            Self::UseDatabase => ("the database file cannot be used", "无法使用数据库文件"),
            Self::CopyDatabase => ("the copy of the database cannot be written", "无法写入数据库副本"),
            Self::ReadNamedKey => (
                "`master_key_file` cannot be read",
                "无法读取 `master_key_file` 指定的文件",
            ),
            Self::ReadKey => ("the master key cannot be read", "无法读取主密钥"),
            Self::WriteNewKey => ("the new master key cannot be written", "无法写入新的主密钥"),
            Self::PlaceNewKey => (
                "the new master key cannot be put here",
                "无法将新的主密钥放到此处",
            ),
            Self::CopyKey => (
                "the copy of the master key cannot be written",
                "无法写入主密钥副本",
            ),
            Self::WriteAudit => ("the audit record cannot be written", "无法写入审计记录"),
        };
        phrase!(language, english, chinese)
    }
}

impl KeyProblem {
    fn message_in(&self, language: Language) -> String {
        match self {
            Self::Lost(path) => message!(
                language,
                "{} is missing, and the database was created with it: restore the file from a backup, or name it in `master_key_file`",
                "{} 不存在，而数据库是用该主密钥创建的：请从备份恢复该文件，或在 `master_key_file` 中指定其位置",
                path.display()
            ),
            Self::NamedLost(path) => message!(
                language,
                "`master_key_file` names {}, which does not exist, and the database was created with a master key: restore the file \
                 from a backup, or copy it from another node",
                "`master_key_file` 指定的 {} 不存在，而数据库是用主密钥创建的：请从备份恢复该文件，或从其他节点复制",
                path.display()
            ),
            Self::NamedMissing(path) => message!(
                language,
                "`master_key_file` names {path}, which does not exist: make it with `(umask 077 && openssl rand -hex 32 > {path})`, \
                 or copy it from another node",
                "`master_key_file` 指定的 {path} 不存在：请用 `(umask 077 && openssl rand -hex 32 > {path})` 生成，或从其他节点复制",
                path = path.display()
            ),
            Self::Wrong(path) => message!(
                language,
                "{} is not the master key that this database was created with: restore the right one, or point `database_url` (or the \
                 data folder) at the database that belongs to it",
                "{} 不是创建该数据库时使用的主密钥：请恢复正确的主密钥，或将 `database_url`（或数据目录）指向与之对应的数据库",
                path.display()
            ),
            Self::Malformed(path) => message!(
                language,
                "{} is not a master key: it must have 64 hex digits and nothing else (create one with `openssl rand -hex 32`)",
                "{} 不是主密钥：内容只能是 64 位十六进制数字（可用 `openssl rand -hex 32` 生成）",
                path.display()
            ),
            Self::NoneYet => message!(
                language,
                "the database has no master key yet: nothing is sealed, and the first start makes one",
                "数据库尚无主密钥：还没有加密的内容，首次启动时会生成主密钥"
            ),
            Self::OthersConnected(others) => message!(
                language,
                "{} other connections of Adyton are open to this database: stop all its nodes first, and give each of them the new key \
                 before it is started again",
                "该数据库上还有 {} 个 Adyton 的其他连接：请先停止所有节点，并在重新启动前将新密钥分发到每个节点",
                others
            ),
        }
    }
}

impl DatabaseProblem {
    fn message_in(&self, language: Language) -> String {
        match self {
            Self::Refused { said, .. } => said.clone(),
            Self::Silent { seconds } => message!(language, "no answer in {} s", "{} 秒内没有响应", seconds),
            Self::Schema { version, cause } => message!(
                language,
                "schema version {version} cannot be applied: {}",
                "无法升级到模式版本 {version}：{}",
                cause.message_in(language),
                version = version
            ),
            Self::NotEmpty { table } => message!(
                language,
                "it is not empty (it has the table `{table}`): name an empty database in `database_url`, such as one that `createdb` has \
                 just made",
                "数据库不为空（已有表 `{table}`）：请在 `database_url` 中指定空数据库，例如用 `createdb` 新建的数据库"
            ),
            Self::NoProgram(program) => message!(
                language,
                "`{program}` is not on this machine: install PostgreSQL's client programs, of the server's version or a newer one \
                 (Debian: `apt-get install postgresql-client`)",
                "本机没有 `{program}`：请安装 PostgreSQL 客户端程序，版本不低于服务器版本（Debian：`apt-get install postgresql-client`）"
            ),
            Self::ProgramNotStarted { program, said } => {
                message!(
                    language,
                    "`{program}` cannot be started: {said}",
                    "无法启动 `{program}`：{said}"
                )
            }
            Self::ProgramFailed { program, said } => {
                message!(
                    language,
                    "`{program}` failed: {said}",
                    "`{program}` 执行失败：{said}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::cause::Refusal;

    #[test]
    fn a_chinese_reader_is_told_in_chinese_what_keeps_the_store_closed() {
        let path = || "/data/file".into();
        let place = DatabasePlace::PostgresSocket {
            name: "adyton".to_owned(),
            folder: "/run".into(),
        };
        let database = |problem| OpenError::Database {
            place: place.clone(),
            problem,
        };
        let file = |problem| OpenError::File {
            path: path(),
            problem,
        };
        let too_new = |made_by| OpenError::TooNew {
            found: 12,
            known: 9,
            made_by,
        };
        for error in [
            OpenError::Setting(WrongSetting::DatabaseAddress),
            OpenError::Locked {
                folder: path(),
                pid: None,
            },
            file(FileProblem::System {
                deed: FileDeed::UseLock,
                said: io::Error::other("`as it is`"),
            }),
            file(FileProblem::ChangedBootstrap { line: 1, column: 2 }),
            OpenError::MasterKey(KeyProblem::Wrong(path())),
            OpenError::MasterKey(KeyProblem::OthersConnected(2)),
            too_new(None),
            too_new(Some("0.2.0".to_owned())),
            database(DatabaseProblem::Refused {
                why: Refusal::Other,
                said: "`as it is`".to_owned(),
            }),
            database(DatabaseProblem::Silent { seconds: 10 }),
            database(DatabaseProblem::Schema {
                version: 3,
                cause: Box::new(crate::StoreError::ReadOnly),
            }),
            OpenError::Store(crate::StoreError::Deadline),
        ] {
            let told = error.message_in(Language::Chinese);
            let words: Vec<&str> = told.split_whitespace().collect();
            let is_english = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
            assert!(!words.windows(2).any(|two| two.iter().all(is_english)), "{told}");
            assert_ne!(told, error.to_string());
        }
    }
}
