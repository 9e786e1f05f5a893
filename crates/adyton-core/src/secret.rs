//! Secrets: values that must never be printed, logged or serialised, and are wiped when dropped.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A value that nothing prints: there is no `Debug`, `Display` or `Serialize` on purpose, so a secret in a log line or an
/// error body does not compile. Its memory is wiped on drop.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// The value, for the code that must compute with it. Every call is a place to review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + AsRef<[u8]>> Secret<T> {
    /// Compares in time that does not depend on where the two differ (only on whether their lengths do).
    pub fn matches(&self, other: &[u8]) -> bool {
        self.0.as_ref().ct_eq(other).into()
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_match() {
        let secret = Secret::new(String::from("s3cret"));
        assert!(secret.matches(b"s3cret"));
        assert!(!secret.matches(b"s3creT") && !secret.matches(b"s3cre") && !secret.matches(b""));
    }
}
