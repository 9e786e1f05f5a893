//! Sealing: XChaCha20-Poly1305 under the master key, each value bound to the place where it is stored.
//!
//! A sealed value is one byte of format (1), 24 bytes of random nonce, then ciphertext and tag. Table, column and row go
//! into the associated data, so a value that was copied to another row does not open.

use adyton_core::secret::Secret;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::StoreError;
use crate::credential;
use crate::error::SystemProblem;

const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// Where a sealed value is stored.
#[derive(Clone, Copy)]
pub(crate) struct SealedCell<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: &'a str,
}

impl SealedCell<'_> {
    fn associated(&self) -> Vec<u8> {
        format!("adyton\0{}\0{}\0{}", self.table, self.column, self.row).into_bytes()
    }
    fn damaged(&self) -> StoreError {
        StoreError::Damaged {
            table: self.table,
            row: self.row.to_owned(),
            column: self.column,
        }
    }
}

/// The master key, ready to use. It has no way out.
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub(crate) fn new(key: &Secret<[u8; 32]>) -> Self {
        let key: &Key = key.expose().into();
        Self(XChaCha20Poly1305::new(key))
    }

    /// Seals a value for its place.
    pub(crate) fn seal(&self, place: SealedCell<'_>, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce = credential::random::<NONCE>()?;
        let payload = Payload {
            msg: value,
            aad: &place.associated(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::System(SystemProblem::Sealing))?;
        let mut whole = Vec::with_capacity(1 + NONCE + sealed.len());
        whole.push(FORMAT);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        Ok(whole)
    }

    /// Opens a value from its place; `Damaged` if it is not what was sealed there with this key.
    pub(crate) fn open(
        &self,
        place: SealedCell<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (format, rest) = sealed.split_first().ok_or_else(|| place.damaged())?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or_else(|| place.damaged())?;
        if *format != FORMAT {
            return Err(place.damaged());
        }
        let payload = Payload {
            msg: body,
            aad: &place.associated(),
        };
        let value = self
            .0
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| place.damaged())?;
        Ok(Zeroizing::new(value))
    }

    /// Opens a value that is a text.
    pub(crate) fn open_text(
        &self,
        place: SealedCell<'_>,
        sealed: &[u8],
    ) -> Result<Secret<String>, StoreError> {
        let value = self.open(place, sealed)?;
        let text = std::str::from_utf8(&value).map_err(|_| place.damaged())?;
        Ok(Secret::new(text.to_owned()))
    }

    /// Opens a value that is a key of 32 bytes.
    pub(crate) fn open_key(
        &self,
        place: SealedCell<'_>,
        sealed: &[u8],
    ) -> Result<Secret<[u8; 32]>, StoreError> {
        let value = self.open(place, sealed)?;
        let key = value.as_slice().try_into().map_err(|_| place.damaged())?;
        Ok(Secret::new(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: SealedCell<'static> = SealedCell {
        table: "apps",
        column: "sealed",
        row: "a",
    };

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let seal = Seal::new(&Secret::new([7; 32]));
        let sealed = seal.seal(HERE, b"secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(seal.open_text(HERE, &sealed).unwrap().expose(), "secret");
        let elsewhere = SealedCell { row: "b", ..HERE };
        assert!(matches!(
            seal.open(elsewhere, &sealed),
            Err(StoreError::Damaged { .. })
        ));
        let other_key = Seal::new(&Secret::new([8; 32]));
        assert!(matches!(
            other_key.open(HERE, &sealed),
            Err(StoreError::Damaged { .. })
        ));
    }

    #[test]
    fn a_damaged_value_is_refused_wherever_the_damage_is() {
        let seal = Seal::new(&Secret::new([7; 32]));
        let sealed = seal.seal(HERE, b"secret").unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(seal.open(HERE, &damaged).is_err(), "byte {at}");
            assert!(seal.open(HERE, &sealed[..at]).is_err(), "cut at {at}");
        }
    }
}
