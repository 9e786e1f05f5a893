//! Addresses of the control listener, with their methods. Those of models and published APIs are people's own.

use adyton_core::address::SERVICES;
use serde_json::Value;

use super::texts;

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// Where the control listener's addresses begin.
const BEGINNINGS: [&str; 8] = [
    "/adyton/",
    "/v1/",
    "/v2/",
    "/v3",
    "/healthz/",
    "/metrics",
    "/openapi.json",
    "/docs",
];
/// Made up in comments and explanations of wrong paths.
const MADE_UP: [&str; 2] = ["/v1/x", "/v1/foo"];

#[test]
fn every_management_address_that_a_text_names_exists() {
    let document: Value = serde_json::from_str(&adyton_control::openapi_json()).unwrap();
    // Only the gateway answers them; without their last letter they are the commonest wrong address.
    let predictions = SERVICES.trim_end_matches("s/");
    let paths = document["paths"].as_object().unwrap();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for text in texts() {
        for method in METHODS {
            let mark = format!("{method} /");
            for (_, rest) in text.after(&mark) {
                let is_end =
                    |letter: char| letter.is_whitespace() || "`\"'?),;|，。；：（）\\#".contains(letter);
                let path = rest.split(is_end).next().unwrap_or(rest);
                let path = format!("/{}", path.trim_end_matches(['.', ':']));
                let is_ours = BEGINNINGS.iter().any(|beginning| path.starts_with(beginning))
                    && !path.starts_with(predictions)
                    && !MADE_UP.iter().any(|other| path.starts_with(other));
                if !is_ours {
                    continue;
                }
                let is_known = paths.iter().any(|(known, item)| {
                    fits(known, &path) && (method == "HEAD" || item[method.to_lowercase()].is_object())
                });
                seen += usize::from(is_known);
                if !is_known {
                    wrong.push(format!("no {method} {path}: {}", text.place(rest)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "{seen}");
}

/// Whether a text means this path: a part in braces or in capitals stands for any, `…` for any parts.
fn fits(known: &str, named: &str) -> bool {
    let (mut known, mut named) = (known.split('/'), named.split('/'));
    loop {
        match (known.next(), named.next()) {
            (None, None) => return true,
            (_, Some(part)) if part.contains('…') && part.starts_with('…') => return true,
            (Some(one), Some(part)) if one == part || one.starts_with('{') => {}
            (Some(_), Some(part)) if part.starts_with(['{', '<', '$']) => {}
            _ => return false,
        }
    }
}
