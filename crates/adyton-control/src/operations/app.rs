//! Apps: credentials that are authorised for APIs.

use adyton_core::id::{AccessKeyId, AppId, ProjectId};
use adyton_core::secret::Secret;
use adyton_core::tenant::App;
use adyton_store::repository::{AppChange, AppFilter, Listed, NewApp, Page};

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::text;
use crate::shared::Shared;

/// A name: 3 to 64 characters, a letter first, then letters, digits, `_` and `-` (APIG API Reference v2, "Creating an App").
pub(crate) fn check_name(name: &str) -> OperationResult<()> {
    let length = name.chars().count();
    let first = name.chars().next().is_some_and(char::is_alphabetic);
    let rest = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if (3..=64).contains(&length) && first && rest {
        return Ok(());
    }
    Err(Failure::invalid(
        "name",
        (
            "must have 3 to 64 characters: a letter first, then letters, digits, `_` and `-`",
            "必须为 3 到 64 个字符：以字母开头，之后为字母、数字、`_` 和 `-`",
        ),
    ))
}

/// A remark: at most 255 characters.
pub(crate) fn check_remark(remark: &str) -> OperationResult<()> {
    text::check("remark", remark, text::REMARK_MOST)
}

/// A given AppKey: 8 to 200 characters, letters, digits, `_` and `-`, a letter or digit first. A key of an
/// access key's form is taken for a user's, so an app could never sign with it.
pub(crate) fn check_key(key: &str) -> OperationResult<()> {
    if AccessKeyId::has_shape(key) {
        return Err(Failure::invalid(
            "app_key",
            (
                "must not have the form of an access key: 20 capital letters and digits",
                "不能为访问密钥的形式（20 位大写字母和数字）",
            ),
        ));
    }
    let first = key.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let rest = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if (8..=200).contains(&key.len()) && first && rest {
        return Ok(());
    }
    Err(Failure::invalid(
        "app_key",
        (
            "must have 8 to 200 characters: a letter or digit first, then letters, digits, `_` and `-`",
            "必须为 8 到 200 个字符：以字母或数字开头，之后为字母、数字、`_` 和 `-`",
        ),
    ))
}

/// A given AppSecret: 8 to 128 printable ASCII characters without spaces.
pub(crate) fn check_secret(secret: &str) -> OperationResult<()> {
    if (8..=128).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Failure::invalid(
        "app_secret",
        (
            "must have 8 to 128 printable ASCII characters and no spaces",
            "必须为 8 到 128 个可打印的 ASCII 字符，不含空格",
        ),
    ))
}

/// One app of the project.
pub(crate) async fn show(shared: &Shared, project: ProjectId, id: AppId) -> OperationResult<App> {
    let found = shared.store.apps().get(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::App, id))
}

/// The project's apps, newest first.
pub(crate) async fn list(
    shared: &Shared,
    project: ProjectId,
    filter: &AppFilter,
    page: Page,
) -> OperationResult<Listed<App>> {
    Ok(shared.store.apps().list(project, filter, page).await?)
}

/// Makes the app; the answer holds its secret, which is shown this once.
pub(crate) async fn create(shared: &Shared, new: NewApp) -> OperationResult<App> {
    check_name(&new.name)?;
    check_remark(&new.remark)?;
    if let Some(key) = &new.key {
        check_key(key.as_str())?;
    }
    if let Some(secret) = &new.secret {
        check_secret(secret.expose())?;
    }
    let name = new.name.clone();
    let created = shared.store.apps().create(new).await;
    shared
        .settled(created.map_err(|error| Failure::named(error, &name))?)
        .await
}

/// Changes what `change` says.
pub(crate) async fn update(
    shared: &Shared,
    project: ProjectId,
    id: AppId,
    change: AppChange,
) -> OperationResult<App> {
    if let Some(name) = &change.name {
        check_name(name)?;
    }
    if let Some(remark) = &change.remark {
        check_remark(remark)?;
    }
    if let Some(key) = &change.key {
        check_key(key.as_str())?;
    }
    if let Some(secret) = &change.secret {
        check_secret(secret.expose())?;
    }
    let name = change.name.clone().unwrap_or_default();
    let updated = shared.store.apps().update(project, id, change).await;
    match updated.map_err(|error| Failure::named(error, &name))? {
        Some(committed) => shared.settled(committed).await,
        None => Err(Failure::missing(Thing::App, id)),
    }
}

/// The old secret stops working; the answer holds the new one, which is shown this once.
pub(crate) async fn reset_secret(
    shared: &Shared,
    project: ProjectId,
    id: AppId,
    given: Option<Secret<String>>,
) -> OperationResult<App> {
    if let Some(secret) = &given {
        check_secret(secret.expose())?;
    }
    match shared.store.apps().reset_secret(project, id, given).await? {
        Some(committed) => shared.settled(committed).await,
        None => Err(Failure::missing(Thing::App, id)),
    }
}

/// Nobody can call with it any more once this answers.
pub(crate) async fn delete(shared: &Shared, project: ProjectId, id: AppId) -> OperationResult<()> {
    match shared.store.apps().delete(project, id).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::App, id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_a_letter_and_has_3_to_64_characters() {
        for right in ["abc", "größe_1-a", &"a".repeat(64)] {
            assert!(check_name(right).is_ok(), "{right}");
        }
        for wrong in ["ab", "1abc", "_abc", "a b c", "abc!", &"a".repeat(65)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_app_key_is_not_taken_for_an_access_key() {
        for right in ["own-key_1", "12345678", &"k".repeat(200), &"A".repeat(21)] {
            assert!(check_key(right).is_ok(), "{right}");
        }
        for wrong in [
            "short",
            "-leading",
            "with space",
            &"k".repeat(201),
            &"A".repeat(20),
        ] {
            assert!(check_key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_printable_and_has_8_to_128_characters() {
        for right in ["8letters", "!\"#$%&/()=", &"s".repeat(128)] {
            assert!(check_secret(right).is_ok(), "{right}");
        }
        for wrong in [
            "7letter",
            "with space",
            "größe-größe",
            "tab\there",
            &"s".repeat(129),
        ] {
            assert!(check_secret(wrong).is_err(), "{wrong}");
        }
    }
}
