//! Which value holds: the default, then the file, then the environment, then flags; each with its origin.

use std::collections::BTreeMap;

use adyton_core::shown::quoted;
use adyton_core::spelling::nearest;

use super::environment::variable;
use super::found::{Found, Origin, Raw};
use super::problem::Problems;
use super::setting::{Applies, Setting};
use super::value::Value;
use adyton_cli::language::{phrase, spoken};
use adyton_cli::said;

/// Every known key with the value that holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged(BTreeMap<&'static str, (Raw, Origin)>);

impl Merged {
    /// Later values win; keys that are not `known` are problems.
    pub(crate) fn of(known: &[&'static Setting], found: Vec<Found>, problems: &mut Problems) -> Self {
        let mut merged: BTreeMap<&'static str, (Raw, Origin)> = known
            .iter()
            .map(|setting| {
                (
                    setting.name,
                    (Raw::Text(setting.default.to_owned()), Origin::Default),
                )
            })
            .collect();
        for one in found {
            match known.iter().find(|setting| setting.name == one.key) {
                Some(setting) => drop(merged.insert(setting.name, (one.raw, one.origin))),
                None => unknown(known, one, problems),
            }
        }
        Self(merged)
    }

    /// The origin of a key's value.
    pub(crate) fn origin(&self, key: &str) -> Origin {
        self.0
            .get(key)
            .map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// The value of a key, as it was written.
    pub(crate) fn raw(&self, key: &str) -> Option<&Raw> {
        self.0.get(key).map(|(raw, _)| raw)
    }

    /// These values, with those of `new` that count without a restart.
    pub(crate) fn with_applied(&self, known: &[&'static Setting], new: &Merged) -> Self {
        let mut merged = self.clone();
        for setting in known.iter().filter(|setting| setting.applies == Applies::Reload) {
            if let Some(value) = new.0.get(setting.name) {
                merged.0.insert(setting.name, value.clone());
            }
        }
        merged
    }

    /// How many values were said anywhere.
    pub(crate) fn said(&self) -> usize {
        self.0
            .values()
            .filter(|(_, origin)| *origin != Origin::Default)
            .count()
    }
}

fn unknown(known: &[&'static Setting], found: Found, problems: &mut Problems) {
    let key = &found.key;
    let last = key.rsplit('.').next().unwrap_or(key);
    let known = || known.iter().map(|setting| setting.name);
    let meant = nearest(key, known())
        // The right key in the wrong section, or without one.
        .or_else(|| known().find(|name| name.rsplit('.').next() == Some(last)));
    let hint = match (&found.origin, meant) {
        (Origin::Environment(_), Some(meant)) => {
            said!("did you mean `{}`?", "您是否想写 `{}`？", variable(meant))
        }
        (_, Some(meant)) => said!("did you mean `{meant}`?", "您是否想写 `{meant}`？"),
        (_, None) => said!(
            "`adyton config reference` lists all keys",
            "`adyton config reference` 列出所有配置项"
        ),
    };
    problems.add(
        found.origin,
        said!("unknown key `{key}`", "未知的配置项 `{key}`"),
        Some(hint),
    );
}

/// Reads settings out of the merged values, and collects what cannot be read.
pub(crate) struct Reader<'a> {
    merged: &'a Merged,
    problems: &'a mut Problems,
}

impl<'a> Reader<'a> {
    /// Reads from `merged`, complains to `problems`.
    pub(crate) fn new(merged: &'a Merged, problems: &'a mut Problems) -> Self {
        Self { merged, problems }
    }

    /// The value of a setting; `None` when it cannot be read, which is then a problem.
    pub(crate) fn read<T: Value>(&mut self, setting: &Setting) -> Option<T> {
        let (raw, origin) = self.merged.0.get(setting.name)?;
        match T::read(raw) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let said = match raw {
                    Raw::Text(text) if !T::SECRET => {
                        format!(" `{}` ", quoted(text, 80))
                    }
                    Raw::Text(_) | Raw::List(_) => phrase!(spoken(), " ", "").to_owned(),
                };
                self.problems.add(
                    origin.clone(),
                    said!(
                        "`{}`: the value{said}{wrong}",
                        "`{}`：值{said}{wrong}",
                        setting.name
                    ),
                    Some(match setting.default {
                        "" => said!("{}, or leave it out", "{}，或不设置", T::expected()),
                        default => said!(
                            "{}; the default is `{default}`",
                            "{}；默认为 `{default}`",
                            T::expected()
                        ),
                    }),
                );
                None
            }
        }
    }
}
