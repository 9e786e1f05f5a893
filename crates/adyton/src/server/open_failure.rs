//! Why the data folder or the database could not be had, and what to do: for the server, and for verbs that work on its data.

use adyton_cli::failure::Failure;
use adyton_cli::said;
use adyton_store::{OpenError, StoreError};

/// Settings and a held data folder are wrong use; the rest failed at run time.
pub(crate) fn could_not_open(error: &OpenError) -> Failure {
    let failure = match error {
        OpenError::Setting { .. } | OpenError::Locked { .. } | OpenError::MasterKey(_) => {
            Failure::wrong_use(message(error))
        }
        OpenError::File { .. }
        | OpenError::Database { .. }
        | OpenError::NoRoom { .. }
        | OpenError::TooNew { .. }
        | OpenError::Store(_) => Failure::failed(message(error)),
    };
    match hint(error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What went wrong, as the error says it; what it quotes stays as it is.
fn message(error: &OpenError) -> String {
    match error {
        OpenError::Locked { folder, pid } => said!(
            "the data folder {} is in use by process {}: stop that server, or start this one with another --data folder",
            "数据目录 {} 正被进程 {} 使用：请停止该服务器，或用 --data 指定其他目录",
            folder.display(),
            pid
        ),
        OpenError::NoRoom { path } => said!(
            "{}: no space is left on its disk: free some, or write the backup elsewhere",
            "{}：所在磁盘空间不足，请释放空间，或将备份写到其他位置",
            path.display()
        ),
        OpenError::TooNew {
            found,
            known,
            made_by,
        } => said!(
            "the database has schema version {found}, made by adyton {made_by}; this is adyton {own}, which knows versions up to {known}: \
             start adyton {made_by} or a newer one, or restore a backup from before the upgrade",
            "数据库的模式版本为 {found}，由 adyton {made_by} 创建；当前为 adyton {own}，最高支持版本 {known}：请启动 adyton {made_by} 或更新的版本，或恢复升级前的备份",
            found = found,
            made_by = made_by,
            own = env!("CARGO_PKG_VERSION"),
            known = known
        ),
        OpenError::Database { place, problem } => said!(
            "the database {} cannot be opened: {}",
            "无法打开数据库 {}：{}",
            place,
            problem
        ),
        OpenError::Setting { .. }
        | OpenError::File { .. }
        | OpenError::MasterKey(_)
        | OpenError::Store(_) => error.to_string(),
    }
}

/// What to do, where the message does not say it.
fn hint(error: &OpenError) -> Option<String> {
    Some(match error {
        OpenError::Setting { .. }
        | OpenError::Locked { .. }
        | OpenError::MasterKey(_)
        | OpenError::TooNew { .. } => return None,
        OpenError::File { .. } => said!(
            "--data must name a folder that this user can write to; it is created if it does not exist",
            "--data 必须是当前用户可写的目录；目录不存在时会自动创建"
        ),
        OpenError::Database { place, problem } if place.starts_with("postgres://") => of_postgres(problem),
        OpenError::Database { .. } => said!(
            "it is a file in the data folder: restore it from a backup, or name another folder with --data",
            "它是数据目录中的文件：请从备份恢复，或用 --data 指定其他目录"
        ),
        OpenError::Store(StoreError::NoSpace) => said!(
            "free some space on the disk of the data folder: the first start, and each upgrade, write to it",
            "请释放数据目录所在磁盘的空间：首次启动和每次升级都要写入该目录"
        ),
        OpenError::NoRoom { .. } => said!(
            "it needs room for the archive and, for a moment, for a copy of the database beside it",
            "除归档文件外，还需要空间在其旁边临时存放数据库的副本"
        ),
        OpenError::Store(failed) if failed.to_string().contains("permission denied") => may_not_make_tables(),
        OpenError::Store(_) => return None,
    })
}

fn may_not_make_tables() -> String {
    said!(
        "the user of `database_url` must be able to make tables: let PostgreSQL's administrator run `ALTER DATABASE name OWNER TO user`",
        "`database_url` 中的用户必须能够建表：请由 PostgreSQL 管理员执行 `ALTER DATABASE name OWNER TO user`"
    )
}

/// What to do about what PostgreSQL, or the way to it, said. Its messages are those of its version and language: what is not known
/// is a matter of the way.
fn of_postgres(problem: &str) -> String {
    let says = |words: &[&str]| words.iter().all(|word| problem.contains(word));
    if says(&["database \"", "does not exist"]) {
        said!(
            "let PostgreSQL's administrator make it (`createdb --owner=USER NAME`), or name another one in `database_url`",
            "请由 PostgreSQL 管理员创建该数据库（`createdb --owner=USER NAME`），或在 `database_url` 中指定其他数据库"
        )
    } else if says(&["role \""])
        || says(&["authentication failed"])
        || says(&["pg_hba.conf"])
        || says(&["password"])
    {
        said!(
            "check the user and the password in `database_url`, and that PostgreSQL's `pg_hba.conf` lets them in",
            "请检查 `database_url` 中的用户和密码，以及 PostgreSQL 的 `pg_hba.conf` 是否允许其连接"
        )
    } else if says(&["permission denied"]) {
        may_not_make_tables()
    } else {
        said!(
            "check host and port in `database_url`, and that PostgreSQL runs there: `pg_isready -h HOST -p PORT`",
            "请检查 `database_url` 中的主机和端口，以及 PostgreSQL 是否在那里运行：`pg_isready -h HOST -p PORT`"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_fits_what_went_wrong() {
        let postgres = |problem: &str| OpenError::Database {
            place: "postgres://db:5432/adyton".to_owned(),
            problem: problem.to_owned(),
        };
        for (problem, advice) in [
            ("database \"nope\" does not exist", "createdb"),
            ("role \"nobody\" does not exist", "the user and the password"),
            (
                "password authentication failed for user \"adyton\"",
                "the user and the password",
            ),
            (
                "error communicating with database: Connection refused (os error 111)",
                "pg_isready",
            ),
            ("no answer in 5 s", "pg_isready"),
            ("permission denied for schema public", "OWNER TO"),
        ] {
            let told = could_not_open(&postgres(problem)).to_string();
            assert!(told.contains(advice), "{told}");
            assert!(!told.contains("--data"), "{told}");
        }
        for error in [
            OpenError::Locked {
                folder: "/var/lib/adyton".into(),
                pid: "17".to_owned(),
            },
            OpenError::NoRoom {
                path: "/backup/adyton.db".into(),
            },
            OpenError::TooNew {
                found: 12,
                known: 9,
                made_by: "0.2.0".to_owned(),
            },
            postgres("no answer in 5 s"),
        ] {
            assert_eq!(message(&error), error.to_string(), "in English both say the same");
        }
        let file = OpenError::Database {
            place: "/var/lib/adyton/adyton.db".to_owned(),
            problem: "file is not a database".to_owned(),
        };
        assert!(
            could_not_open(&file)
                .to_string()
                .contains("restore it from a backup")
        );
    }
}
