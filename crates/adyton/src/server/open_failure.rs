//! Why the data folder or the database could not be had, and what to do: for the server, and for verbs that work on its data.

use adyton_cli::failure::Failure;
use adyton_store::{OpenError, StoreError};

/// Settings and a held data folder are wrong use; the rest failed at run time.
pub(crate) fn could_not_open(error: &OpenError) -> Failure {
    let failure = match error {
        OpenError::Setting { .. } | OpenError::Locked { .. } | OpenError::MasterKey(_) => {
            Failure::wrong_use(error.to_string())
        }
        OpenError::File { .. }
        | OpenError::Database { .. }
        | OpenError::NoRoom { .. }
        | OpenError::TooNew { .. }
        | OpenError::Store(_) => Failure::failed(error.to_string()),
    };
    match hint(error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What to do, where the message does not say it.
fn hint(error: &OpenError) -> Option<&'static str> {
    Some(match error {
        OpenError::Setting { .. }
        | OpenError::Locked { .. }
        | OpenError::MasterKey(_)
        | OpenError::TooNew { .. } => return None,
        OpenError::File { .. } => {
            "--data must name a folder that this user can write to; it is created if it does not exist"
        }
        OpenError::Database { place, problem } if place.starts_with("postgres://") => of_postgres(problem),
        OpenError::Database { .. } => {
            "it is a file in the data folder: restore it from a backup, or name another folder with --data"
        }
        OpenError::Store(StoreError::NoSpace) => {
            "free some space on the disk of the data folder: the first start, and each upgrade, write to it"
        }
        OpenError::NoRoom { .. } => {
            "it needs room for the archive and, for a moment, for a copy of the database beside it"
        }
        OpenError::Store(failed) if failed.to_string().contains("permission denied") => MAY_NOT_MAKE_TABLES,
        OpenError::Store(_) => return None,
    })
}

const MAY_NOT_MAKE_TABLES: &str = "the user of `database_url` must be able to make tables: let PostgreSQL's administrator run \
     `ALTER DATABASE name OWNER TO user`";

/// What to do about what PostgreSQL, or the way to it, said. Its messages are those of its version and language: what is not known
/// is a matter of the way.
fn of_postgres(problem: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().all(|word| problem.contains(word));
    if says(&["database \"", "does not exist"]) {
        "let PostgreSQL's administrator make it (`createdb --owner=USER NAME`), or name another one in `database_url`"
    } else if says(&["role \""])
        || says(&["authentication failed"])
        || says(&["pg_hba.conf"])
        || says(&["password"])
    {
        "check the user and the password in `database_url`, and that PostgreSQL's `pg_hba.conf` lets them in"
    } else if says(&["permission denied"]) {
        MAY_NOT_MAKE_TABLES
    } else {
        "check host and port in `database_url`, and that PostgreSQL runs there: `pg_isready -h HOST -p PORT`"
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
