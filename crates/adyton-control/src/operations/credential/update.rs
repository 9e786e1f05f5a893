//! Turn an access key off and on, or describe it.

use adyton_core::id::AccessKeyId;
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;
use adyton_store::repository::AccessKeyChange;

use super::{check_description, show};
use crate::call::Call;
use crate::failure::{Failure, Outcome, Thing};

/// A key that is turned off does not count any more once this answers.
pub(crate) async fn update(call: &Call, id: &AccessKeyId, change: AccessKeyChange) -> Outcome<AccessKey> {
    show::show(call, id, Action::CredentialUpdate).await?;
    if let Some(description) = &change.description {
        check_description(description)?;
    }
    match call.plane.store.access_keys().update(id, change).await? {
        Some(committed) => call.plane.settled(committed).await,
        None => Err(Failure::missing(Thing::Credential, id)),
    }
}
