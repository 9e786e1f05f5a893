//! `…/services/{service_id}/tags` and `…/services/tms/tags`: tags of services, at ModelArts' addresses; those of v2
//! (`/v2/…/modelarts-service-v2/{service_id}/tags`) take and answer the same.

use adyton_api::modelarts::tags::{CombineTmsTags, CombinedTagList, TagList, TagsDelete};
use adyton_core::tag::Tag;
use adyton_store::repository::Retagged;

use super::service_shapes;
use super::services::id;
use crate::audit::Draft;
use crate::call::Call;
use crate::endpoint::{Body, Json};
use crate::failure::OperationResult;
use crate::operations::service::tags;

/// `POST …/services/{service_id}/tags/create`
pub(crate) async fn create(call: Call, Body(wanted): Body<TagList>) -> OperationResult<()> {
    let asked: Vec<(String, String)> = wanted.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let tagged = tags::add(&call.shared, call.project()?, id(&call)?, &asked).await?;
    note(&call.audit, &tagged);
    Ok(())
}

/// `DELETE …/services/{service_id}/tags/delete`
pub(crate) async fn delete(call: Call, Body(wanted): Body<TagsDelete>) -> OperationResult<()> {
    let gone: Vec<(String, Option<String>)> =
        wanted.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let tagged = tags::remove(&call.shared, call.project()?, id(&call)?, &gone).await?;
    note(&call.audit, &tagged);
    Ok(())
}

/// `GET …/services/{service_id}/tags`
pub(crate) async fn show(call: Call) -> OperationResult<Json<TagList>> {
    let tags = tags::of(&call.shared, call.project()?, id(&call)?).await?;
    Ok(Json(TagList {
        tags: service_shapes::tags_shown(tags),
    }))
}

/// `GET …/services/tms/tags`
pub(crate) async fn list(call: Call) -> OperationResult<Json<CombinedTagList>> {
    let keys = tags::list(&call.shared, call.project()?).await?;
    let tags = keys.into_iter().map(|(key, values)| CombineTmsTags {
        key,
        values: values.into_iter().collect(),
    });
    Ok(Json(CombinedTagList { tags: tags.collect() }))
}

/// Notes which tags differ.
fn note(audit: &Draft, tagged: &Retagged) {
    let value = |tags: &[Tag], key: &str| {
        let tag = tags.iter().find(|tag| tag.key() == key)?;
        Some(tag.value().to_owned())
    };
    let gone = tagged
        .before
        .iter()
        .filter(|tag| value(&tagged.after, tag.key()).is_none());
    for tag in tagged.after.iter().chain(gone) {
        let (from, to) = (value(&tagged.before, tag.key()), value(&tagged.after, tag.key()));
        if from != to {
            audit.field(&format!("tags.{}", tag.key()), from, to);
        }
    }
}
