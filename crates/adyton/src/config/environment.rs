//! The environment: `ADYTON_<SECTION>__<KEY>`, `ADYTON__<KEY>` for keys outside of a section, and `ADYTON_DATABASE_URL`.
//!
//! All other variables are not the server's; those of the command line as a client (`ADYTON_ACCESS_KEY` and the like) have
//! no double underscore and are never looked at here.

use super::found::{Found, Origin};
use super::problem::Problems;
use adyton_cli::said;

/// The one variable without a double underscore.
const DATABASE_URL: &str = "ADYTON_DATABASE_URL";

/// All settings among `variables`.
pub(crate) fn read(variables: &[(String, String)], problems: &mut Problems) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, text) in variables {
        let Some(key) = key(name) else { continue };
        let origin = Origin::Environment(name.clone());
        if text.contains('\0') {
            problems.add(
                origin,
                said!("the value contains a zero byte", "值中含有零字节"),
                None,
            );
            continue;
        }
        found.push(Found::text(&key, text, origin));
    }
    found.sort_by(|one, other| one.key.cmp(&other.key));
    found
}

/// The key that a variable sets, if it is one of ours: `ADYTON_GATEWAY__LISTEN` → `gateway.listen`, `ADYTON__DATA` → `data`.
fn key(name: &str) -> Option<String> {
    if name == DATABASE_URL {
        return Some("database_url".to_owned());
    }
    let rest = name.strip_prefix("ADYTON_")?;
    match rest.strip_prefix('_') {
        Some(key) => Some(key.to_lowercase()),
        None => rest
            .split_once("__")
            .map(|(section, key)| format!("{section}.{key}").to_lowercase()),
    }
}

/// The variable that sets a key, for messages and the reference.
pub(crate) fn variable(key: &str) -> String {
    match key.split_once('.') {
        None if key == "database_url" => DATABASE_URL.to_owned(),
        None => format!("ADYTON__{}", key.to_uppercase()),
        Some((section, key)) => format!("ADYTON_{}__{}", section.to_uppercase(), key.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::{key, variable};

    #[test]
    fn a_variable_and_its_key_name_each_other() {
        for name in [
            "gateway.listen",
            "data",
            "database_url",
            "limits.prediction_tab_body",
        ] {
            assert_eq!(key(&variable(name)).as_deref(), Some(name));
        }
        for other in [
            "ADYTON_ACCESS_KEY",
            "ADYTON_CONTROL_URL",
            "PATH",
            "ADYTON",
            "XADYTON_A__B",
        ] {
            assert_eq!(key(other), None, "{other} is not the server's");
        }
    }
}
