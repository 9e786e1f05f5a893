//! What a path that no management API has was meant to be: the address of the table that differs by a slip of spelling, a letter case
//! or a project that was left out. What must hold: the work is bounded by what is compared, whoever sent it.

use std::fmt;

use adyton_core::address::is_services_v2;
use adyton_core::language::{Language, message};
use adyton_core::spelling::distance;

use crate::table::Methods;

/// Longer paths than any address has are none that somebody misspelt.
const PATH_MOST: usize = 300;
/// How many letters of one segment may be wrong.
const SLIPS_MOST: usize = 3;
/// What a project that is left out counts, in letters.
const LEFT_OUT: usize = 2;

/// An address that no management API has, and what it was meant to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct NoSuchAddress {
    /// The address that is near, with its methods.
    nearest: Option<String>,
    /// Whether it is one of the version of the services API that is not served.
    pub(crate) is_services_v2: bool,
}

impl NoSuchAddress {
    /// Of what was sent.
    pub(crate) fn of(methods: &Methods, path: &str) -> Self {
        Self {
            nearest: nearest(methods, path),
            is_services_v2: is_services_v2(path),
        }
    }
    /// What is wrong, in a language.
    pub(crate) fn told_in(&self, language: Language) -> String {
        if self.is_services_v2 {
            return message!(
                language,
                "v2 of the services API is not served by this version; use v1, /v1/{{project_id}}/services",
                "本版本未提供服务 API 的 v2；请使用 v1：/v1/{{project_id}}/services"
            );
        }
        match &self.nearest {
            Some(nearest) => message!(
                language,
                "no management API has this address; did you mean {}?",
                "没有该地址的管理 API；您是否要调用 {}？",
                nearest
            ),
            None => message!(
                language,
                "no management API has this address",
                "没有该地址的管理 API"
            ),
        }
    }
}

impl fmt::Display for NoSuchAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told_in(Language::English))
    }
}

fn nearest(methods: &Methods, path: &str) -> Option<String> {
    if path.len() > PATH_MOST {
        return None;
    }
    let sent: Vec<&str> = segments(path).collect();
    let apart = |address: &str| {
        let address: Vec<&str> = segments(address).collect();
        let without: Vec<&str> = address.iter().copied().filter(|part| *part != PROJECT).collect();
        let left_out = (without.len() < address.len())
            .then(|| slips(&sent, &without))
            .flatten();
        slips(&sent, &address).or_else(|| left_out.map(|slips| slips + LEFT_OUT))
    };
    let found = methods
        .iter()
        .filter(|(_, allowed)| !allowed.is_empty())
        .filter_map(|(address, allowed)| Some((apart(address)?, address, allowed)));
    let (_, address, allowed) = found.min_by_key(|(slips, ..)| *slips)?;
    let allowed: Vec<&str> = allowed
        .iter()
        .copied()
        .filter(|method| *method != "HEAD")
        .collect();
    Some(format!("`{address}` ({})", allowed.join(", ")))
}

const PROJECT: &str = "{project_id}";

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// How many letters are wrong, if it is a slip: what is fixed in the address differs little, and most of it not at all.
fn slips(sent: &[&str], address: &[&str]) -> Option<usize> {
    if sent.len() != address.len() {
        return None;
    }
    let mut wrong = 0;
    for (sent, wanted) in sent.iter().zip(address) {
        if !wanted.starts_with('{') && sent != wanted {
            let most = SLIPS_MOST.min(wanted.len() / 2);
            wrong += distance(&sent.to_lowercase(), wanted, most)?;
        }
    }
    (wrong <= SLIPS_MOST).then_some(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes;

    #[test]
    fn a_slip_finds_the_address_with_its_methods_and_nonsense_finds_none() {
        let methods = routes::table().methods();
        let project = "5747afa2f1776f00e1cefdebaee61d52";
        for (sent, meant) in [
            (
                format!("/v1/{project}/servces"),
                "`/v1/{project_id}/services` (GET, POST)",
            ),
            (
                format!("/v1/{project}/Services/"),
                "`/v1/{project_id}/services` (GET, POST)",
            ),
            (
                format!("/v1//{project}/models"),
                "`/v1/{project_id}/models` (GET, POST)",
            ),
            (
                "/v1/services".to_owned(),
                "`/v1/{project_id}/services` (GET, POST)",
            ),
            (
                "/v3/auth/token".to_owned(),
                "`/v3/auth/tokens` (DELETE, GET, POST)",
            ),
            ("/v3/user".to_owned(), "`/v3/users` (GET, POST)"),
        ] {
            let told = NoSuchAddress::of(&methods, &sent).to_string();
            assert!(told.contains(&format!("did you mean {meant}?")), "{sent}: {told}");
        }
        for sent in [
            "/wp-login.php",
            "/v1/infers/8a1f26f0-59c4-aa89-2d77-a4c2df24ecd2/predict",
            "/v1/5747afa2f1776f00e1cefdebaee61d52/training-jobs",
        ] {
            let found = NoSuchAddress::of(&methods, sent);
            assert_eq!(found.to_string(), "no management API has this address", "{sent}");
        }
        let long = format!("/v1/{}", "a/".repeat(10_000));
        assert_eq!(nearest(&methods, &long), None);
        let old = NoSuchAddress::of(&methods, &format!("/v2/{project}/services"));
        assert!(
            old.told_in(Language::Chinese)
                .contains("/v1/{project_id}/services"),
            "{old:?}"
        );
    }
}
