//! `/v3.0/OS-CREDENTIAL/credentials`: permanent access keys. The secret half is shown once, when the key is made.

use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;
use adyton_store::repository::AccessKeyChange;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::credential;

/// An access key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialCreate {
    /// Wrapped as IAM does it.
    credential: CredentialWanted,
}

/// An access key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialWanted {
    /// Whose it is to be.
    user_id: String,
    /// At most 255 characters.
    #[serde(default)]
    description: Option<String>,
}

/// What to change of an access key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialUpdate {
    /// Wrapped as IAM does it.
    credential: CredentialChanged,
}

/// What to change of an access key; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialChanged {
    /// `active` or `inactive`.
    #[serde(default)]
    status: Option<String>,
    /// Another description.
    #[serde(default)]
    description: Option<String>,
}

/// An access key.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CredentialAnswer {
    /// Wrapped as IAM does it.
    credential: CredentialShown,
}

/// An access key.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CredentialShown {
    /// The public half (AK).
    access: String,
    /// The secret half (SK); only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Whose it is.
    user_id: String,
    /// `active` or `inactive`.
    status: String,
    /// What its owner says of it.
    description: String,
    /// When it was made.
    create_time: String,
}

/// A user's access keys.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CredentialList {
    /// Oldest first.
    credentials: Vec<CredentialShown>,
}

/// Whose access keys.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialQuery {
    /// The user; the caller if left out.
    user_id: Option<String>,
}

impl CredentialShown {
    fn new(key: &AccessKey) -> Self {
        Self {
            access: key.id.to_string(),
            secret: None,
            user_id: key.user.to_string(),
            status: if key.enabled { "active" } else { "inactive" }.to_owned(),
            description: key.description.clone(),
            create_time: key.created_at.to_iso(),
        }
    }
}

/// `POST /v3.0/OS-CREDENTIAL/credentials`
pub(crate) async fn create(
    call: Call,
    Body(wanted): Body<CredentialCreate>,
) -> Outcome<Json<CredentialAnswer>> {
    let wanted = wanted.credential;
    let user = user_id(&wanted.user_id)?;
    let description = wanted.description.unwrap_or_default();
    let key = credential::create(&call, user, &description).await?;
    Ok(Json(CredentialAnswer {
        credential: CredentialShown {
            secret: Some(key.secret.expose().clone()),
            ..CredentialShown::new(&key)
        },
    }))
}

/// `GET /v3.0/OS-CREDENTIAL/credentials`
pub(crate) async fn list(call: Call, Query(query): Query<CredentialQuery>) -> Outcome<Json<CredentialList>> {
    let user = match &query.user_id {
        Some(text) => user_id(text)?,
        None => call.user()?.id,
    };
    let keys = credential::list(&call, user).await?;
    Ok(Json(CredentialList {
        credentials: keys.iter().map(CredentialShown::new).collect(),
    }))
}

/// `GET /v3.0/OS-CREDENTIAL/credentials/{access_key}`
pub(crate) async fn show(call: Call) -> Outcome<Json<CredentialAnswer>> {
    let key = credential::show(&call, &id(&call), Action::CredentialGet).await?;
    Ok(Json(CredentialAnswer {
        credential: CredentialShown::new(&key),
    }))
}

/// `PUT /v3.0/OS-CREDENTIAL/credentials/{access_key}`
pub(crate) async fn update(
    call: Call,
    Body(wanted): Body<CredentialUpdate>,
) -> Outcome<Json<CredentialAnswer>> {
    let wanted = wanted.credential;
    let enabled = match wanted.status.as_deref() {
        None => None,
        Some("active") => Some(true),
        Some("inactive") => Some(false),
        Some(_) => {
            return Err(Failure::invalid(
                "credential.status",
                "must be `active` or `inactive`",
            ));
        }
    };
    let change = AccessKeyChange {
        enabled,
        description: wanted.description,
    };
    let key = credential::update(&call, &id(&call), change).await?;
    Ok(Json(CredentialAnswer {
        credential: CredentialShown::new(&key),
    }))
}

/// `DELETE /v3.0/OS-CREDENTIAL/credentials/{access_key}`
pub(crate) async fn delete(call: Call) -> Outcome<()> {
    credential::delete(&call, &id(&call)).await
}

fn id(call: &Call) -> AccessKeyId {
    AccessKeyId::new(call.text("access_key"))
}

fn user_id(text: &str) -> Outcome<UserId> {
    text.parse().map_err(|_| Failure::missing(Thing::User, text))
}
