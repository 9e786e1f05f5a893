//! Passwords: argon2id, away from the async threads, few at a time, and as slow for an unknown user as for a known one.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::secret::Secret;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::error::SystemProblem;
use crate::{StoreError, credential};

/// How long a sign-in waits for its turn.
const WAIT: Duration = Duration::from_secs(10);

/// Hashes and verifies passwords. Each takes 19 MiB of memory and some 20 ms of a core (argon2id, m = 19 MiB, t = 2, p = 1:
/// OWASP Password Storage Cheat Sheet), so only as many go on at once as there are cores.
pub(crate) struct Passwords {
    gate: Arc<Semaphore>,
    /// The hash of a password that nobody knows: unknown users are verified against it. It is made at the first sign-in, whoever that
    /// is: 19 MiB that were touched at the start would stay with a server to which nobody signs in.
    decoy: OnceCell<String>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let gate = Arc::new(Semaphore::new(cores));
        let decoy = OnceCell::new();
        Self { gate, decoy }
    }

    /// The hash to store, a PHC string.
    pub(crate) async fn hash(&self, password: &Secret<String>) -> Result<String, StoreError> {
        let _permit = self.hashing_permit().await?;
        hash_now(password.clone()).await
    }

    /// Whether `password` is the one with this hash. `None` takes as long, and never is.
    pub(crate) async fn verify(
        &self,
        password: &Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, StoreError> {
        let _permit = self.hashing_permit().await?;
        let known = hash.is_some();
        // For known users too, so that the first sign-in does not tell either.
        let make = || async { hash_now(credential::password()?).await };
        let decoy = self.decoy.get_or_try_init(make).await?;
        let hash = hash.unwrap_or_else(|| decoy.clone());
        let password = password.clone();
        let matches = in_background(move || {
            // A hash that cannot be parsed matches nothing.
            Ok(Argon2::default()
                .verify_password(password.expose().as_bytes(), hash.as_str())
                .is_ok())
        })
        .await?;
        Ok(matches && known)
    }

    async fn hashing_permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        match tokio::time::timeout(WAIT, self.gate.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(StoreError::Deadline),
        }
    }
}

async fn hash_now(password: Secret<String>) -> Result<String, StoreError> {
    let salt = credential::random::<16>()?;
    in_background(move || {
        let hash: PasswordHash = Argon2::default()
            .hash_password_with_salt(password.expose().as_bytes(), &salt)
            .map_err(|error| StoreError::System(SystemProblem::Hashing(error.to_string())))?;
        Ok(hash.to_string())
    })
    .await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::System(SystemProblem::HashingCutOff)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_matches() {
        let passwords = Passwords::new();
        assert!(passwords.decoy.get().is_none(), "nothing is hashed at the start");
        let right = Secret::new(String::from("correct horse"));
        let hash = passwords.hash(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(&right, Some(hash.clone())).await.unwrap());
        let wrong = Secret::new(String::from("correct horsf"));
        assert!(!passwords.verify(&wrong, Some(hash)).await.unwrap());
        assert!(!passwords.verify(&right, None).await.unwrap());
        assert!(!passwords.verify(&right, Some("no hash".into())).await.unwrap());
    }
}
