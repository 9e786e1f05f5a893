//! Why the data folder or the database could not be had, and what to do: for the server, and for verbs that work on its data.

use adyton_cli::failure::Failure;
use adyton_cli::language::spoken;
use adyton_cli::said;
use adyton_store::open_error::{DatabasePlace, DatabaseProblem, FileProblem};
use adyton_store::{OpenError, Refusal, StoreError};

/// Settings and a held data folder are wrong use; the rest failed at run time.
pub(crate) fn could_not_open(error: &OpenError) -> Failure {
    let message = error.message_in(spoken());
    let failure = match error {
        OpenError::Setting(_) | OpenError::Locked { .. } | OpenError::MasterKey(_) => {
            Failure::wrong_use(message)
        }
        OpenError::File { .. }
        | OpenError::Database { .. }
        | OpenError::NoRoom { .. }
        | OpenError::TooNew { .. }
        | OpenError::Store(_) => Failure::failed(message),
    };
    match hint(error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What to do, where the message does not say it.
pub(crate) fn hint(error: &OpenError) -> Option<String> {
    Some(match error {
        OpenError::Setting(_)
        | OpenError::Locked { .. }
        | OpenError::MasterKey(_)
        | OpenError::TooNew { .. } => return None,
        OpenError::File {
            problem: FileProblem::System { deed, .. },
            ..
        } if deed.is_of_the_folder() => said!(
            "--data must name a folder that this user can write to; it is created if it does not exist",
            "--data 必须是当前用户可写的目录；目录不存在时会自动创建"
        ),
        OpenError::File { .. } => return None,
        OpenError::Database { .. } | OpenError::Store(_) if error.refusal() == Refusal::NoRight => said!(
            "the user of `database_url` must be able to make tables: let PostgreSQL's administrator run `ALTER DATABASE name OWNER TO user`",
            "`database_url` 中的用户必须能够建表：请由 PostgreSQL 管理员执行 `ALTER DATABASE name OWNER TO user`"
        ),
        OpenError::Database { .. } | OpenError::Store(_) if error.refusal() == Refusal::Damaged => said!(
            "the database is a file in the data folder: restore it from a backup, or name another folder with --data",
            "数据库是数据目录中的文件：请从备份恢复，或用 --data 指定其他目录"
        ),
        OpenError::Database {
            place: DatabasePlace::File(_),
            ..
        } => said!(
            "the data folder must be on a disk that works, and this user must be able to write to it",
            "数据目录所在磁盘必须正常，且当前用户必须对该目录可写"
        ),
        OpenError::Database {
            problem: DatabaseProblem::Refused { .. } | DatabaseProblem::Silent { .. },
            ..
        } => of_postgres(error.refusal()),
        OpenError::Database { .. } => return None,
        OpenError::Store(StoreError::NoSpace) => said!(
            "free some space on the disk of the data folder: the first start, and each upgrade, write to it",
            "请释放数据目录所在磁盘的空间：首次启动和每次升级都要写入该目录"
        ),
        OpenError::NoRoom { .. } => said!(
            "it needs room for the archive and, for a moment, for a copy of the database beside it",
            "除归档文件外，还需要空间在其旁边临时存放数据库的副本"
        ),
        OpenError::Store(_) => return None,
    })
}

/// What to do about why PostgreSQL does not let us in. What has no code of its own is a matter of the way.
fn of_postgres(why: Refusal) -> String {
    match why {
        Refusal::NoDatabase => said!(
            "let PostgreSQL's administrator make it (`createdb --owner=USER NAME`), or name another one in `database_url`",
            "请由 PostgreSQL 管理员创建该数据库（`createdb --owner=USER NAME`），或在 `database_url` 中指定其他数据库"
        ),
        Refusal::NoEntry => said!(
            "check the user and the password in `database_url`, and that PostgreSQL's `pg_hba.conf` lets them in",
            "请检查 `database_url` 中的用户和密码，以及 PostgreSQL 的 `pg_hba.conf` 是否允许其连接"
        ),
        Refusal::NoRight | Refusal::Damaged | Refusal::Other => said!(
            "check host and port in `database_url`, and that PostgreSQL runs there: `pg_isready -h HOST -p PORT`",
            "请检查 `database_url` 中的主机和端口，以及 PostgreSQL 是否在那里运行：`pg_isready -h HOST -p PORT`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_fits_what_went_wrong() {
        let postgres = |problem| OpenError::Database {
            place: DatabasePlace::Postgres("postgres://db:5432/adyton".to_owned()),
            problem,
        };
        let refused = |why| DatabaseProblem::Refused {
            why,
            said: "what PostgreSQL said".to_owned(),
        };
        for (problem, advice) in [
            (refused(Refusal::NoDatabase), "createdb"),
            (refused(Refusal::NoEntry), "the user and the password"),
            (refused(Refusal::Other), "pg_isready"),
            (DatabaseProblem::Silent { seconds: 5 }, "pg_isready"),
            (refused(Refusal::NoRight), "OWNER TO"),
        ] {
            let told = could_not_open(&postgres(problem)).to_string();
            assert!(told.contains(advice), "{told}");
            assert!(!told.contains("--data"), "{told}");
        }
        let file = OpenError::Database {
            place: DatabasePlace::File("/var/lib/adyton/adyton.db".into()),
            problem: refused(Refusal::Damaged),
        };
        assert!(
            could_not_open(&file)
                .to_string()
                .contains("restore it from a backup")
        );
    }
}
