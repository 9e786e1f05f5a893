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

/// The same for a caller who came in at another listener, whose `Host` is not this one's.
pub(crate) fn base_from_elsewhere(shared: &Shared, headers: &HeaderMap) -> String {
    let settings = shared.settings();
    if settings.control_url.is_some() {
        return base(shared, headers);
    }
    let (own, port) = (settings.address.ip(), settings.address.port());
    if !own.is_unspecified() {
        return format!("http://{}", settings.address);
    }
    // It listens everywhere: by the name that they reached the other listener by.
    let there = base(shared, headers);
    let (name, last) = there.rsplit_once(':').unwrap_or((&there, ""));
    let is_port = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let name = if is_port { name } else { &there };
    format!("{name}:{port}")
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
