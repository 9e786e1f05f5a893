//! Taking authorisations back together with what they are about: an app, or the API of a service.

use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter};

use crate::StoreError;
use crate::schema::authorisations::Entity;
use crate::transaction::{Kind, Write};

/// Takes all authorisations back that the condition holds for, and tells the feed.
pub(super) async fn revoke_where(write: &mut Write, condition: Expr) -> Result<(), StoreError> {
    let given = Entity::find()
        .filter(condition.clone())
        .all(&write.session)
        .await?;
    for authorisation in given {
        write.changed(Kind::Authorisation, authorisation.id);
    }
    Entity::delete_many()
        .filter(condition)
        .exec(&write.session)
        .await?;
    Ok(())
}
