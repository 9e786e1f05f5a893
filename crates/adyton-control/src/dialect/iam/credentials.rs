//! `/v3.0/OS-CREDENTIAL/credentials`: permanent access keys. The secret half is shown once, when the key is made.

use adyton_api::iam::credentials::{
    CredentialAnswer, CredentialCreate, CredentialList, CredentialShown, CredentialUpdate,
};
use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;
use adyton_store::repository::AccessKeyChange;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::credential;

/// Whose access keys.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialQuery {
    /// The user; the caller if left out.
    user_id: Option<String>,
}

fn credential_shown(key: &AccessKey) -> CredentialShown {
    CredentialShown {
        access: key.id.to_string(),
        secret: None,
        user_id: key.user.to_string(),
        status: if key.enabled { "active" } else { "inactive" }.to_owned(),
        description: key.description.clone(),
        create_time: key.created_at.to_iso(),
    }
}

/// `POST /v3.0/OS-CREDENTIAL/credentials`
pub(crate) async fn create(
    call: Call,
    Body(wanted): Body<CredentialCreate>,
) -> OperationResult<Json<CredentialAnswer>> {
    let wanted = wanted.credential;
    let user = user_id(&wanted.user_id)?;
    let description = wanted.description.unwrap_or_default();
    let key = credential::create(&call.shared, &call.actor, user, &description).await?;
    call.audit.made(&key);
    Ok(Json(CredentialAnswer {
        credential: CredentialShown {
            secret: Some(key.secret.expose().clone()),
            ..credential_shown(&key)
        },
    }))
}

/// `GET /v3.0/OS-CREDENTIAL/credentials`
pub(crate) async fn list(
    call: Call,
    Query(query): Query<CredentialQuery>,
) -> OperationResult<Json<CredentialList>> {
    let user = match &query.user_id {
        Some(text) => user_id(text)?,
        None => call.actor.user()?.id,
    };
    let keys = credential::list(&call.shared, &call.actor, user).await?;
    Ok(Json(CredentialList {
        credentials: keys.iter().map(credential_shown).collect(),
    }))
}

/// `GET /v3.0/OS-CREDENTIAL/credentials/{access_key}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<CredentialAnswer>> {
    let key = credential::show(&call.shared, &call.actor, &id(&call), Action::CredentialGet).await?;
    Ok(Json(CredentialAnswer {
        credential: credential_shown(&key),
    }))
}

/// `PUT /v3.0/OS-CREDENTIAL/credentials/{access_key}`
pub(crate) async fn update(
    call: Call,
    Body(wanted): Body<CredentialUpdate>,
) -> OperationResult<Json<CredentialAnswer>> {
    let wanted = wanted.credential;
    let enabled = match wanted.status.as_deref() {
        None => None,
        Some("active") => Some(true),
        Some("inactive") => Some(false),
        Some(_) => {
            return Err(Failure::invalid(
                "credential.status",
                ("must be `active` or `inactive`", "必须为 `active` 或 `inactive`"),
            ));
        }
    };
    let change = AccessKeyChange {
        enabled,
        description: wanted.description,
    };
    let before = call.actor.live.access_key(call.text("access_key"));
    let key = credential::update(&call.shared, &call.actor, &id(&call), change).await?;
    call.audit.changed(before.map(|key| &**key), &key);
    Ok(Json(CredentialAnswer {
        credential: credential_shown(&key),
    }))
}

/// `DELETE /v3.0/OS-CREDENTIAL/credentials/{access_key}`
pub(crate) async fn delete(call: Call) -> OperationResult<()> {
    credential::delete(&call.shared, &call.actor, &id(&call)).await
}

fn id(call: &Call) -> AccessKeyId {
    AccessKeyId::new(call.text("access_key"))
}

fn user_id(text: &str) -> OperationResult<UserId> {
    text.parse().map_err(|_| Failure::missing(Thing::User, text))
}
