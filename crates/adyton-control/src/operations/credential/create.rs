//! Make an access key.

use adyton_core::id::UserId;
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;

use super::allowed;
use crate::call::Call;
use crate::failure::{Failure, Outcome};

/// Makes a key; the answer holds its secret, which is shown this once. At most two a user.
pub(crate) async fn create(call: &Call, user: UserId, description: &str) -> Outcome<AccessKey> {
    allowed(call, user, Action::CredentialCreate).await?;
    if description.chars().count() > 255 {
        return Err(Failure::invalid(
            "credential.description",
            "must have at most 255 characters",
        ));
    }
    let committed = call.plane.store.access_keys().create(user, description).await?;
    call.plane.settled(committed).await
}
