//! AppCodes: the simple way for an app to show itself.

use adyton_core::id::{AppCodeId, AppId, ProjectId};
use adyton_core::secret::Secret;
use adyton_store::repository::AppCodeText;

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::app;
use crate::shared::Shared;

/// One code.
pub(crate) async fn show(
    shared: &Shared,
    project: ProjectId,
    app: AppId,
    id: AppCodeId,
) -> OperationResult<AppCodeText> {
    if let Some(code) = shared.store.app_codes().get(project, app, id).await? {
        return Ok(code);
    }
    app::show(shared, project, app).await?;
    Err(Failure::missing(Thing::AppCode, id))
}

/// All codes of the app, oldest first.
pub(crate) async fn list(
    shared: &Shared,
    project: ProjectId,
    app: AppId,
) -> OperationResult<Vec<AppCodeText>> {
    let codes = shared.store.app_codes().list(project, app).await?;
    codes.ok_or_else(|| Failure::missing(Thing::App, app))
}

/// Adds `given`, or a random code. At most five an app.
pub(crate) async fn create(
    shared: &Shared,
    project: ProjectId,
    app: AppId,
    given: Option<Secret<String>>,
) -> OperationResult<AppCodeText> {
    if let Some(code) = &given {
        check(code.expose())?;
    }
    let committed = shared.store.app_codes().create(project, app, given).await?;
    shared.settled(committed).await
}

/// 64 to 180 of letters, digits and `+_!@#$%-/=`, beginning with a letter, a digit, `+` or `/` (APIG API Reference v2,
/// "Creating an AppCode").
fn check(code: &str) -> OperationResult<()> {
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
        (
            "must have 64 to 180 characters of letters, digits and `+_!@#$%-/=`, beginning with a letter, a digit, `+` or `/`",
            "必须为 64 到 180 个字符：字母、数字和 `+_!@#$%-/=`，以字母、数字、`+` 或 `/` 开头",
        ),
    ))
}

/// It stops working at once.
pub(crate) async fn delete(
    shared: &Shared,
    project: ProjectId,
    app: AppId,
    id: AppCodeId,
) -> OperationResult<()> {
    match shared.store.app_codes().delete(project, app, id).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => {
            app::show(shared, project, app).await?;
            Err(Failure::missing(Thing::AppCode, id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_given_code_is_long_and_begins_with_what_a_header_may_begin_with() {
        let code = |first: &str, length: usize| first.to_owned() + &"a".repeat(length - first.len());
        for right in [
            code("a", 64),
            code("+", 64),
            code("/", 180),
            code("a_!@#$%-/=", 64),
        ] {
            assert!(check(&right).is_ok(), "{right}");
        }
        for wrong in [
            code("a", 63),
            code("a", 181),
            code("_", 64),
            code("a b", 64),
            code("a\n", 64),
        ] {
            assert!(check(&wrong).is_err(), "{wrong}");
        }
    }
}
