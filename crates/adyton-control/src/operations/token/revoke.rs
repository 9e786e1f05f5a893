//! Sign out: revoke a token.

use adyton_identity::Action;

use super::inspect::inspect;
use crate::call::Call;
use crate::failure::Outcome;

/// The token does not count any more once this answers.
pub(crate) async fn revoke(call: &Call, subject: &[u8]) -> Outcome<()> {
    let (contents, _) = inspect(call, subject, Action::TokenRevoke)?;
    let committed = call
        .plane
        .store
        .tokens()
        .revoke(contents.id, contents.expires_at)
        .await?;
    call.plane.settled(committed).await.map(drop)
}
