//! The master key: found or made at start, checked against the database, turned into a [`Seal`], and never seen again.
//!
//! The file holds 64 hex digits. The database holds a known text sealed with the key, so that a wrong key is refused at
//! start and not at the first secret. A database that has that check value never gets a new key: that would only hide
//! that the old one is lost.
//!
//! While the key is changed ([`crate::resealing`]) the next one lies beside it. What the database was sealed with last says which of
//! the two counts, also after the change was cut off.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt as _};
use std::path::{Path, PathBuf};

use adyton_core::secret::Secret;
use zeroize::Zeroizing;

use crate::folder::give_to_owner_of;
use crate::open_error::{FileDeed, KeyProblem, file_error};
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
            let bytes = std::fs::read(path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => missing(path, check.is_some()),
                _ => file_error(path, FileDeed::ReadNamedKey, error),
            })?;
            (parse(path, Zeroizing::new(bytes))?, path.to_owned())
        }
        None => {
            let path = folder.path().join(FILE);
            let key = match folder.read(FILE)? {
                Some(bytes) => parse(&path, Zeroizing::new(bytes))?,
                None if check.is_some() => {
                    return Err(OpenError::MasterKey(KeyProblem::Lost(path)));
                }
                None => make(folder)?,
            };
            (key, path)
        }
    };
    let seal = Seal::new(&key);
    let Some(check) = check else {
        return Ok(seal);
    };
    if seal.open(CHECK, check).is_ok() {
        // Left over from a change of the key that was cut off before it counted.
        forget_next(&place);
        return Ok(seal);
    }
    match next_that_opens(&place, check)? {
        Some(seal) => {
            tracing::warn!(file = %place.display(), "a change of the master key was cut off after it counted: the new key is put in place");
            if let Err(error) = take_next(&place) {
                tracing::warn!(file = %place.display(), %error, "the new master key stays beside the old one: rename `….new` to this name");
            }
            Ok(seal)
        }
        None => Err(wrong(&place)),
    }
}

/// The file that `master_key_file` names is not there.
fn missing(path: &Path, is_in_use: bool) -> OpenError {
    OpenError::MasterKey(match is_in_use {
        true => KeyProblem::NamedLost(path.to_owned()),
        false => KeyProblem::NamedMissing(path.to_owned()),
    })
}

fn wrong(place: &Path) -> OpenError {
    OpenError::MasterKey(KeyProblem::Wrong(place.to_owned()))
}

/// The key that is to follow the one at `place`.
fn next(place: &Path) -> PathBuf {
    place.with_added_extension("new")
}

/// The next key, if it is there and has sealed the check value.
fn next_that_opens(place: &Path, check: &[u8]) -> Result<Option<Seal>, OpenError> {
    let path = next(place);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let seal = Seal::new(&parse(&path, Zeroizing::new(bytes))?);
            Ok(seal.open(CHECK, check).is_ok().then_some(seal))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(&path, FileDeed::ReadFile, error)),
    }
}

/// Makes a new key beside the one at `place`, for the same users.
pub(crate) fn make_next(place: &Path) -> Result<Seal, OpenError> {
    let key = Secret::new(credential::random::<32>()?);
    let path = next(place);
    let written = (|| {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        write_new(&path, &text_of(&key))?;
        let mode = std::fs::metadata(place)?.permissions().mode();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
        give_to_owner_of(place, &path);
        sync_folder_of(&path)
    })();
    written.map_err(|error| file_error(&path, FileDeed::WriteNewKey, error))?;
    Ok(Seal::new(&key))
}

/// Puts the next key in the place of the one at `place`.
pub(crate) fn take_next(place: &Path) -> std::io::Result<()> {
    std::fs::rename(next(place), place)?;
    sync_folder_of(place)
}

/// Removes a next key that seals nothing. Failing is no harm.
pub(crate) fn forget_next(place: &Path) {
    let _ = std::fs::remove_file(next(place));
}

/// That the key at `place` opens this check value, or that the next one does.
pub(crate) fn verify(place: &Path, check: Option<&[u8]>) -> Result<(), OpenError> {
    let Some(check) = check else {
        return Ok(());
    };
    let bytes = std::fs::read(place).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => OpenError::MasterKey(KeyProblem::Lost(place.to_owned())),
        _ => file_error(place, FileDeed::ReadKey, error),
    })?;
    let seal = Seal::new(&parse(place, Zeroizing::new(bytes))?);
    match seal.open(CHECK, check).is_ok() || next_that_opens(place, check)?.is_some() {
        true => Ok(()),
        false => Err(wrong(place)),
    }
}

/// Copies the key at `from` to the new file `to`, if it opens this check value.
pub(crate) fn copy(from: &Path, check: Option<&[u8]>, to: &Path) -> Result<(), OpenError> {
    let bytes = std::fs::read(from)
        .map(Zeroizing::new)
        .map_err(|error| file_error(from, FileDeed::ReadKey, error))?;
    let key = parse(from, bytes)?;
    let opens = |check| Seal::new(&key).open(CHECK, check).is_ok();
    if !check.is_none_or(opens) {
        return Err(wrong(from));
    }
    write_new(to, &text_of(&key)).map_err(|error| file_error(to, FileDeed::CopyKey, error))
}

fn write_new(path: &Path, text: &Zeroizing<String>) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn text_of(key: &Secret<[u8; 32]>) -> Zeroizing<String> {
    Zeroizing::new(format!("{}\n", hex::encode(key.expose())))
}

/// The check value to store with a new database.
pub(crate) fn check_value(seal: &Seal) -> Result<Vec<u8>, OpenError> {
    Ok(seal.seal(CHECK, KNOWN)?)
}

fn make(folder: &DataFolder) -> Result<Secret<[u8; 32]>, OpenError> {
    let key = Secret::new(credential::random::<32>()?);
    folder.write(FILE, text_of(&key).as_bytes())?;
    Ok(key)
}

fn parse(path: &Path, bytes: Zeroizing<Vec<u8>>) -> Result<Secret<[u8; 32]>, OpenError> {
    let mut key = [0; 32];
    match hex::decode_to_slice(bytes.trim_ascii(), &mut key) {
        Ok(()) => Ok(Secret::new(key)),
        Err(_) => Err(OpenError::MasterKey(KeyProblem::Malformed(path.to_owned()))),
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
        let copied = above.path().join("copied.key");
        copy(&file, Some(&check), &copied).unwrap();
        assert_eq!(std::fs::read_to_string(&copied).unwrap(), text);
        assert!(copy(&file, Some(b"sealed by another"), &above.path().join("not.key")).is_err());
        std::fs::remove_file(&file).unwrap();
        assert!(refusal(load(&folder, None, Some(&check))).contains("is missing"));
        assert!(!file.exists(), "a lost key must not be hidden by a new one");
    }

    #[test]
    fn of_the_old_key_and_the_next_the_one_that_the_database_was_sealed_with_counts() {
        let above = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(above.path().join("data")).unwrap();
        let old = check_value(&load(&folder, None, None).unwrap()).unwrap();
        let place = folder.path().join(FILE);
        let old_text = std::fs::read_to_string(&place).unwrap();
        make_next(&place).unwrap();
        load(&folder, None, Some(&old)).unwrap();
        assert!(!next(&place).exists(), "the change did not count");
        assert_eq!(std::fs::read_to_string(&place).unwrap(), old_text);
        let new = check_value(&make_next(&place).unwrap()).unwrap();
        let new_text = std::fs::read_to_string(next(&place)).unwrap();
        load(&folder, None, Some(&new)).unwrap();
        assert!(!next(&place).exists());
        assert_eq!(std::fs::read_to_string(&place).unwrap(), new_text);
        make_next(&place).unwrap();
        assert!(refusal(load(&folder, None, Some(&old))).contains("is not the master key"));
    }
}
