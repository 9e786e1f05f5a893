//! Delete an access key.

use adyton_core::id::AccessKeyId;
use adyton_identity::Action;

use super::show;
use crate::call::Call;
use crate::failure::{Failure, Outcome, Thing};

/// It does not count any more once this answers.
pub(crate) async fn delete(call: &Call, id: &AccessKeyId) -> Outcome<()> {
    show::show(call, id, Action::CredentialDelete).await?;
    match call.plane.store.access_keys().delete(id).await? {
        Some(committed) => call.plane.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::Credential, id)),
    }
}
