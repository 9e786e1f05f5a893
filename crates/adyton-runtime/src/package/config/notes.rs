//! What an import tells beside its success: each field of `config.json` that is not used, by name, so that nobody waits for what
//! does not come.

use adyton_core::package_note::PackageNote;
use serde_json::{Map, Value as Json};

use super::{Asked, cut};

/// The most notes of one import.
const MOST: usize = 20;
/// Fields that are used: they decide something, or are shown.
const USED: [&str; 4] = ["model_type", "model_algorithm", "apis", "metrics"];
/// Fields that only programs have a use for.
const OF_PROGRAMS: [&str; 4] = ["command", "health", "readiness_health", "startup_health"];
/// Why fields that are often there are not used.
const REASONS: [(&str, PackageNote<'_>); 6] = [
    ("dependencies", PackageNote::NothingInstalled),
    ("runtime", PackageNote::RuntimeShown),
    ("gpu", PackageNote::OnProcessors),
    ("resources", PackageNote::DeploymentDecides),
    ("liveness_health", PackageNote::HealthIsAsked),
    ("swr_location", PackageNote::NoImages),
];

/// Notes in the order in which they were made.
#[derive(Default)]
pub(in crate::package) struct Notes(Vec<String>);

impl Notes {
    /// Notes something.
    pub(in crate::package) fn add(&mut self, note: PackageNote<'_>) {
        self.0.push(note.kept());
    }
    /// Notes a field that is not used.
    pub(super) fn ignored(&mut self, field: &str) {
        let reason = REASONS.iter().find(|(name, _)| *name == field);
        let field = &cut(field);
        match reason {
            Some((_, why)) => self.add(PackageNote::IgnoredFor {
                field,
                why: &why.kept(),
            }),
            None => self.add(PackageNote::Ignored { field }),
        }
    }
    /// Notes the fields of `fields` that are not among `used`, in the place `at`.
    pub(super) fn others(&mut self, at: &str, fields: &Map<String, Json>, used: &[&str]) {
        for name in fields.keys().filter(|name| !used.contains(&name.as_str())) {
            self.ignored(&format!("{at}.{}", cut(name)));
        }
    }
    /// Notes the fields of the whole document that are not used.
    pub(super) fn fields(&mut self, fields: &Map<String, Json>, asked: &Asked) {
        for (name, value) in fields {
            let of_programs = OF_PROGRAMS.contains(&name.as_str());
            let is_used =
                USED.contains(&name.as_str()) || (of_programs && asked.is_program()) || is_empty(value);
            if !is_used {
                self.ignored(name);
            }
        }
    }
    /// The notes; of very many the first ones, and how many more there were.
    pub(in crate::package) fn told(mut self) -> Vec<String> {
        let more = self.0.len().saturating_sub(MOST);
        self.0.truncate(MOST);
        if more > 0 {
            self.add(PackageNote::More {
                count: &more.to_string(),
            });
        }
        self.0
    }
}

/// Whether a field says nothing, as a form writes it that was left empty.
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        Json::String(text) => text.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}
