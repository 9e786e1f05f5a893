//! Tags of services: given, taken away, listed.

use std::collections::{BTreeMap, BTreeSet};

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::language::both;
use adyton_core::tag::{TAGS_MOST, Tag, check_key};
use adyton_store::repository::Retagged;

use crate::failure::{Failure, OperationResult, Thing};
use crate::shared::Shared;

/// The most tags that one call names.
const NAMED_MOST: usize = 100;

/// Gives a service these tags, keys and values; a key that it has already gets the new value.
pub(crate) async fn add(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    asked: &[(String, String)],
) -> OperationResult<Retagged> {
    named(asked.len())?;
    let mut tags = Vec::with_capacity(asked.len());
    for (at, (key, value)) in asked.iter().enumerate() {
        tags.push(Tag::new(key, value).map_err(|error| wrong(at, &error))?);
    }
    let added = shared.store.tags().add(project, id, &tags, TAGS_MOST).await?;
    shared
        .settled(added.ok_or_else(|| Failure::missing(Thing::Service, id))?)
        .await
}

/// Takes tags away, by key; where a value is given, only if it is the tag's.
pub(crate) async fn remove(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    gone: &[(String, Option<String>)],
) -> OperationResult<Retagged> {
    named(gone.len())?;
    for (at, (key, _)) in gone.iter().enumerate() {
        check_key(key).map_err(|error| wrong(at, &error))?;
    }
    let removed = shared.store.tags().remove(project, id, gone).await?;
    shared
        .settled(removed.ok_or_else(|| Failure::missing(Thing::Service, id))?)
        .await
}

/// The tags of a service, by key.
pub(crate) async fn of(shared: &Shared, project: ProjectId, id: ServiceId) -> OperationResult<Vec<Tag>> {
    super::show(shared, project, id).await?;
    Ok(of_all(shared, &[id]).await?.remove(&id).unwrap_or_default())
}

/// The tags of services whose project has been seen to. One that has none is not among them.
pub(crate) async fn of_all(
    shared: &Shared,
    ids: &[ServiceId],
) -> OperationResult<BTreeMap<ServiceId, Vec<Tag>>> {
    Ok(shared.store.tags().of(ids).await?)
}

/// All keys of the project's services, each with its values.
pub(crate) async fn list(
    shared: &Shared,
    project: ProjectId,
) -> OperationResult<BTreeMap<String, BTreeSet<String>>> {
    Ok(shared.store.tags().list(project).await?)
}

fn named(count: usize) -> OperationResult<()> {
    match count {
        0 => Err(Failure::invalid(
            "tags",
            ("must name at least one tag", "至少需要一个标签"),
        )),
        1..=NAMED_MOST => Ok(()),
        _ => Err(Failure::invalid(
            "tags",
            both!("must name at most {} tags", "最多只能有 {} 个标签", NAMED_MOST),
        )),
    }
}

fn wrong(at: usize, error: &adyton_core::tag::TagError) -> Failure {
    Failure::invalid(format!("tags[{at}].{}", error.part), error.problem.clone())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{deployed, model};
    use super::*;
    use crate::rig::Rig;

    fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        tags.iter().map(owned).collect()
    }

    #[tokio::test]
    async fn what_is_wrong_is_told_with_its_field_and_nothing_is_changed() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let id = deployed(&rig, "a", model(&rig).await).await.id;
        for (tags, told) in [
            (pairs(&[]), "tags: must name at least one tag"),
            (
                pairs(&[("env", "prod"), ("_sys_a", "")]),
                "tags[1].key: must not begin with `_sys_`",
            ),
            (
                pairs(&[("env", "a\nb")]),
                "tags[0].value: must have letters, digits, spaces and `_.:/=+-@` only",
            ),
            (
                pairs(&vec![("env", "prod"); 101]),
                "tags: must name at most 100 tags",
            ),
        ] {
            let refused = add(shared, project, id, &tags).await.unwrap_err();
            assert_eq!(refused.to_string(), told);
        }
        let keyless = [(String::new(), None)];
        let refused = remove(shared, project, id, &keyless).await.unwrap_err();
        assert_eq!(refused.to_string(), "tags[0].key: must not be empty");
        assert!(of(shared, project, id).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_service_has_twenty_tags_and_no_more() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let id = deployed(&rig, "a", model(&rig).await).await.id;
        let many = |count: usize| -> Vec<_> {
            (0..count)
                .map(|number| (format!("k{number:02}"), String::new()))
                .collect()
        };
        let added = add(shared, project, id, &many(20)).await.unwrap();
        assert_eq!((added.before.len(), added.after.len()), (0, 20));
        let refused = add(shared, project, id, &pairs(&[("one more", "")])).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "tags: a service has at most 20 tags"
        );
        add(shared, project, id, &pairs(&[("k00", "again")]))
            .await
            .unwrap();
        assert_eq!(of(shared, project, id).await.unwrap()[0].value(), "again");
    }

    #[tokio::test]
    async fn another_projects_service_is_none() {
        let rig = Rig::new().await;
        let (shared, other) = (&rig.shared, rig.other_project().await);
        let id = deployed(&rig, "a", model(&rig).await).await.id;
        let missing = format!("Service {id} does not exist");
        let tags = pairs(&[("env", "prod")]);
        assert_eq!(
            add(shared, other, id, &tags).await.unwrap_err().to_string(),
            missing
        );
        let gone = [("env".to_owned(), None)];
        assert_eq!(
            remove(shared, other, id, &gone).await.unwrap_err().to_string(),
            missing
        );
        assert_eq!(of(shared, other, id).await.unwrap_err().to_string(), missing);
        add(shared, rig.project(), id, &tags).await.unwrap();
        assert!(list(shared, other).await.unwrap().is_empty());
        assert_eq!(list(shared, rig.project()).await.unwrap().len(), 1);
    }
}
