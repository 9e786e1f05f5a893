//! Add an AppCode to an app: a given or a generated one.

use adyton_core::id::{AppId, ProjectId};
use adyton_core::secret::Secret;
use adyton_store::repository::AppCodeText;

use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

/// Adds `given`, or a random code. At most five an app.
pub(crate) async fn create(
    plane: &Plane,
    project: ProjectId,
    app: AppId,
    given: Option<Secret<String>>,
) -> Outcome<AppCodeText> {
    if let Some(code) = &given {
        check(code.expose())?;
    }
    let committed = plane.store.app_codes().create(project, app, given).await?;
    plane.settled(committed).await
}

/// 64 to 180 of letters, digits and `+_!@#$%-/=`, beginning with a letter, a digit, `+` or `/` (APIG API Reference v2,
/// "Creating an AppCode").
fn check(code: &str) -> Outcome<()> {
    let first = code
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    let rest = code
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+_!@#$%-/=".contains(&b));
    if (64..=180).contains(&code.len()) && first && rest {
        return Ok(());
    }
    Err(Failure::invalid(
        "app_code",
        "must have 64 to 180 characters of letters, digits and `+_!@#$%-/=`, beginning with a letter, a digit, `+` or `/`",
    ))
}
