//! Shapes that several IAM answers share.

use adyton_api::iam::Named;
use adyton_core::live::Live;
use adyton_core::tenant::{Role, User};
use http::{HeaderMap, header};

use crate::shared::Shared;

/// Scheme and host of this control plane, as the caller reaches it.
pub(crate) fn base(shared: &Shared, headers: &HeaderMap) -> String {
    if let Some(set) = &shared.settings().control_url {
        return set.trim_end_matches('/').to_owned();
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| {
            host.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b))
        })
        .map(str::to_owned);
    format!(
        "http://{}",
        host.unwrap_or_else(|| shared.settings().address.to_string())
    )
}

/// A role; its id is its name.
pub(crate) fn role(role: Role) -> Named {
    Named {
        id: role.name().to_owned(),
        name: role.name().to_owned(),
    }
}

/// The domain of a user.
pub(crate) fn domain(live: &Live, user: &User) -> Named {
    Named {
        id: user.domain.to_string(),
        name: live
            .domain(user.domain)
            .map(|domain| domain.name.clone())
            .unwrap_or_default(),
    }
}
