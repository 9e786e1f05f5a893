//! What the answers of API Gateway have in common: paging and times.

pub(crate) use adyton_core::api::RELEASE;
use adyton_core::clock::Timestamp;
use adyton_store::repository::{NameMatch, Page};

/// The environment that every service's API is published in.
pub(crate) const RELEASE_ID: &str = "DEFAULT_ENVIRONMENT_RELEASE_ID";
/// The reserved group of services.
pub(crate) const GROUP: &str = "DEFAULT";
/// The role of whoever authorised an app: the API's owner.
pub(crate) const AUTH_ROLE: &str = "PROVIDER";
/// How an authorised app reaches an API.
pub(crate) const AUTH_TUNNEL: &str = "NORMAL";

/// A page: `limit` ≤ 0 is 20, more than 500 is 500, `offset` < 0 is 0 (API Gateway API Reference v2).
pub(crate) fn page(offset: Option<i64>, limit: Option<i64>) -> Page {
    let limit = match limit.unwrap_or(20) {
        ..=0 => 20,
        asked => asked.unsigned_abs().min(500),
    };
    Page {
        offset: u64::try_from(offset.unwrap_or(0)).unwrap_or(0),
        limit,
    }
}

/// A name to look for: part of one, unless `precise_search` names the parameter.
pub(crate) fn name_match(name: Option<String>, parameter: &str, precise: Option<&str>) -> Option<NameMatch> {
    let exact = precise.is_some_and(|list| list.split(',').any(|one| one.trim() == parameter));
    name.filter(|name| !name.is_empty()).map(|name| {
        if exact {
            NameMatch::Exact(name)
        } else {
            NameMatch::Contains(name)
        }
    })
}

/// A time as API Gateway prints it.
pub(crate) fn time(at: Timestamp) -> String {
    at.to_iso()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_brought_into_bounds() {
        let bounds = |offset, limit| {
            let page = page(offset, limit);
            (page.offset, page.limit)
        };
        assert_eq!(bounds(None, None), (0, 20));
        assert_eq!(bounds(Some(-3), Some(0)), (0, 20));
        assert_eq!(bounds(Some(40), Some(501)), (40, 500));
    }
}
