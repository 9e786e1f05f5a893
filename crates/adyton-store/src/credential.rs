//! New keys, secrets and codes, from the operating system's randomness.

use adyton_core::id::{AccessKeyId, AppKey};
use adyton_core::secret::Secret;
use zeroize::Zeroizing;

use crate::StoreError;
use crate::error::SystemProblem;

const UPPER_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// `N` random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::System(SystemProblem::Randomness(error.to_string())))?;
    Ok(bytes)
}

/// `length` characters of `alphabet`, each as likely as the others.
fn text(alphabet: &[u8], length: usize) -> Result<String, StoreError> {
    // Bytes from the last, incomplete round of the alphabet are thrown away: they would favour its first characters.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let bytes = Zeroizing::new(random::<64>()?);
        for byte in bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
        {
            if text.len() < length {
                text.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
    }
    Ok(text)
}

/// The public half of an access key: 20 of `[A-Z0-9]`.
pub(crate) fn access_key_id() -> Result<AccessKeyId, StoreError> {
    Ok(AccessKeyId::new(text(UPPER_AND_DIGITS, 20)?))
}

/// The secret half of an access key: 40 letters and digits.
pub(crate) fn secret_key() -> Result<Secret<String>, StoreError> {
    Ok(Secret::new(text(LETTERS_AND_DIGITS, 40)?))
}

/// An AppKey: 32 hex digits.
pub(crate) fn app_key() -> Result<AppKey, StoreError> {
    Ok(AppKey::new(text(HEX, 32)?))
}

/// An AppSecret: 32 hex digits.
pub(crate) fn app_secret() -> Result<Secret<String>, StoreError> {
    Ok(Secret::new(text(HEX, 32)?))
}

/// An AppCode: 64 letters and digits.
pub(crate) fn app_code() -> Result<Secret<String>, StoreError> {
    Ok(Secret::new(text(LETTERS_AND_DIGITS, 64)?))
}

/// The administrator's first password: 24 letters and digits.
pub(crate) fn password() -> Result<Secret<String>, StoreError> {
    Ok(Secret::new(text(LETTERS_AND_DIGITS, 24)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_have_their_shapes_and_differ() {
        let access_key = access_key_id().unwrap();
        assert!(AccessKeyId::has_shape(access_key.as_str()));
        assert_ne!(access_key, access_key_id().unwrap());
        assert_eq!(secret_key().unwrap().expose().len(), 40);
        assert_eq!(app_code().unwrap().expose().len(), 64);
        let secret = app_secret().unwrap();
        assert!(secret.expose().len() == 32 && secret.expose().bytes().all(|b| HEX.contains(&b)));
        let key = app_key().unwrap();
        assert!(key.as_str().len() == 32 && key.as_str().bytes().all(|b| HEX.contains(&b)));
    }

    #[test]
    fn every_character_occurs() {
        let long = text(LETTERS_AND_DIGITS, 20_000).unwrap();
        for wanted in LETTERS_AND_DIGITS {
            let count = long.bytes().filter(|byte| byte == wanted).count();
            assert!((150..=500).contains(&count), "{}: {count}", char::from(*wanted));
        }
    }
}
