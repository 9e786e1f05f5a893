//! Make an access key.

use adyton_core::id::UserId;
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;

use super::{allowed, check_description};
use crate::call::Call;
use crate::failure::Outcome;

/// Makes a key; the answer holds its secret, which is shown this once. At most two a user.
pub(crate) async fn create(call: &Call, user: UserId, description: &str) -> Outcome<AccessKey> {
    allowed(call, user, Action::CredentialCreate).await?;
    check_description(description)?;
    let committed = call.plane.store.access_keys().create(user, description).await?;
    call.plane.settled(committed).await
}
