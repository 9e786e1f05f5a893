//! The master key: found or made at start, checked against the database, turned into a [`Seal`], and never seen again.
//!
//! The file holds 64 hex digits. The database holds a known text sealed with the key, so that a wrong key is refused at
//! start and not at the first secret. A database that has that check value never gets a new key: that would only hide
//! that the old one is lost.

use std::path::Path;

use adyton_core::secret::Secret;
use zeroize::Zeroizing;

use crate::folder::file_error;
use crate::seal::{Seal, SealedCell};
use crate::{DataFolder, OpenError, credential};

/// The key's file in the data folder.
pub(crate) const FILE: &str = "master.key";

/// What the check value says when it opens.
const KNOWN: &[u8] = b"adyton";
const CHECK: SealedCell<'static> = SealedCell {
    table: "master_key_check",
    column: "sealed",
    row: "1",
};

/// Loads the key from `file`, or from the data folder; makes one there if the database has none yet.
pub(crate) fn load(
    folder: &DataFolder,
    file: Option<&Path>,
    check: Option<&[u8]>,
) -> Result<Seal, OpenError> {
    let (key, place) = match file {
        Some(path) => {
            let bytes = std::fs::read(path)
                .map_err(|error| file_error(path, "`master_key_file` cannot be read", &error))?;
            (parse(path, Zeroizing::new(bytes))?, path.to_owned())
        }
        None => {
            let path = folder.path().join(FILE);
            let key = match folder.read(FILE)? {
                Some(bytes) => parse(&path, Zeroizing::new(bytes))?,
                None if check.is_some() => {
                    return Err(OpenError::MasterKey(format!(
                        "{} is missing, and the database was created with it: restore the file from a backup, \
                         or name it in `master_key_file`",
                        path.display()
                    )));
                }
                None => make(folder)?,
            };
            (key, path)
        }
    };
    let seal = Seal::new(&key);
    match check {
        Some(check) if seal.open(CHECK, check).is_err() => Err(OpenError::MasterKey(format!(
            "{} is not the master key that this database was created with: restore the right one, \
             or point `database_url` (or the data folder) at the database that belongs to it",
            place.display()
        ))),
        _ => Ok(seal),
    }
}

/// The check value to store with a new database.
pub(crate) fn check_value(seal: &Seal) -> Result<Vec<u8>, OpenError> {
    Ok(seal.seal(CHECK, KNOWN)?)
}

fn make(folder: &DataFolder) -> Result<Secret<[u8; 32]>, OpenError> {
    let key = Secret::new(credential::random::<32>()?);
    let text = Zeroizing::new(format!("{}\n", hex::encode(key.expose())));
    folder.write(FILE, text.as_bytes())?;
    Ok(key)
}

fn parse(path: &Path, bytes: Zeroizing<Vec<u8>>) -> Result<Secret<[u8; 32]>, OpenError> {
    let mut key = [0; 32];
    match hex::decode_to_slice(bytes.trim_ascii(), &mut key) {
        Ok(()) => Ok(Secret::new(key)),
        Err(_) => Err(OpenError::MasterKey(format!(
            "{} is not a master key: it must have 64 hex digits and nothing else (create one with `openssl rand -hex 32`)",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn refusal(result: Result<Seal, OpenError>) -> String {
        match result {
            Ok(_) => panic!("must be refused"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_key_is_made_once_and_another_is_refused() {
        let above = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(above.path().join("data")).unwrap();
        let check = check_value(&load(&folder, None, None).unwrap()).unwrap();
        let file = folder.path().join(FILE);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let text = std::fs::read_to_string(&file).unwrap();
        load(&folder, None, None).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "the key must stay");
        load(&folder, None, Some(&check)).unwrap();

        let other = above.path().join("other.key");
        std::fs::write(&other, "ab".repeat(32)).unwrap();
        let message = refusal(load(&folder, Some(&other), Some(&check)));
        assert!(
            message.contains("other.key") && message.contains("is not the master key"),
            "{message}"
        );
        std::fs::write(&other, "ab".repeat(31)).unwrap();
        assert!(refusal(load(&folder, Some(&other), None)).contains("64 hex digits"));
        std::fs::remove_file(&file).unwrap();
        assert!(refusal(load(&folder, None, Some(&check))).contains("is missing"));
        assert!(!file.exists(), "a lost key must not be hidden by a new one");
    }
}
