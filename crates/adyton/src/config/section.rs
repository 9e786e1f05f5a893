//! The sections: one file each, declared once. [`section!`] makes of a declaration the typed struct, the rows of the
//! reference page, and the reading of it; so a setting cannot be read without being documented.

mod auth;
mod control;
mod gateway;
mod general;
mod journal;
mod limits;
mod log;
mod onnx;
mod runtime;
mod throttle;

pub(crate) use auth::Auth;
pub(crate) use control::{Control, MetricsReaders};
pub(crate) use gateway::Gateway;
pub(crate) use general::General;
pub(crate) use journal::{AccessLogPlace, Journal};
pub(crate) use limits::Limits;
pub(crate) use log::{Log, LogFilter, LogFormat};
pub(crate) use onnx::Onnx;
pub(crate) use runtime::Runtime;
pub(crate) use throttle::Throttle;

use adyton_gateway::journal::JournalSettings;

use super::Config;
use super::merge::{Merged, Reader};
use super::problem::Problems;
use super::setting::Setting;
use super::value::ByteSize;

/// A section of the configuration.
pub(crate) trait Section: Sized {
    /// Its name; empty for keys outside of a section.
    const NAME: &'static str;
    /// What it is about.
    const ABOUT: &'static str;
    /// Its settings, in the order of the reference.
    const SETTINGS: &'static [Setting];
    /// Reads it; `None` when a value cannot be read.
    fn read(from: &mut Reader<'_>) -> Option<Self>;
}

/// Declares a section: the doc comments become the reference page.
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        $section:ident in $name:literal {
            $( $(#[doc = $doc:literal])* $field:ident: $kind:ty = $default:literal at $key:literal, $applies:ident; )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(crate) struct $section {
            $( $(#[doc = $doc])* pub(crate) $field: $kind, )*
        }

        impl $crate::config::section::Section for $section {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = concat!($($about, "\n"),*);
            const SETTINGS: &'static [$crate::config::setting::Setting] = &[
                $( $crate::config::setting::Setting {
                    name: $key,
                    kind: <$kind as $crate::config::value::Value>::KIND,
                    list: <$kind as $crate::config::value::Value>::LIST,
                    default: $default,
                    about: concat!($($doc, "\n"),*),
                    applies: $crate::config::setting::Applies::$applies,
                    show: |raw| <$kind as $crate::config::value::Value>::read(raw)
                        .map(|value| $crate::config::value::Value::show(&value))
                        .unwrap_or_else(|_| String::from("?")),
                }, )*
            ];
            fn read(from: &mut $crate::config::merge::Reader<'_>) -> Option<Self> {
                let mut settings = Self::SETTINGS.iter();
                // All are read before the first `?`, so that every problem is found.
                $( let $field = settings.next().and_then(|setting| from.read::<$kind>(setting)); )*
                Some(Self { $( $field: $field?, )* })
            }
        }
    };
}
pub(crate) use section;

/// A section as the reference shows it.
#[derive(Clone, Copy)]
pub(crate) struct Chapter {
    /// The section's name.
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) about: &'static str,
    /// Its settings.
    pub(crate) settings: &'static [Setting],
}

const fn chapter<S: Section>() -> Chapter {
    Chapter {
        name: S::NAME,
        about: S::ABOUT,
        settings: S::SETTINGS,
    }
}

/// All sections, in the order of the reference.
pub(crate) const CHAPTERS: &[Chapter] = &[
    chapter::<General>(),
    chapter::<Gateway>(),
    chapter::<Control>(),
    chapter::<Auth>(),
    chapter::<Limits>(),
    chapter::<Throttle>(),
    chapter::<Journal>(),
    chapter::<Onnx>(),
    chapter::<Runtime>(),
    chapter::<Log>(),
];

/// All settings.
pub(crate) fn settings() -> impl Iterator<Item = &'static Setting> {
    CHAPTERS.iter().flat_map(|chapter| chapter.settings)
}

/// Checks that need more than one value.
pub(super) fn check(config: &Config, merged: &Merged, problems: &mut Problems) {
    let mut wrong = |key: &str, message: String, hint: &str| {
        problems.add(merged.origin(key), message, Some(hint.to_owned()));
    };
    let (gateway, control) = (config.gateway.listen, config.control.listen);
    if gateway == control && gateway.port() != 0 {
        wrong(
            "control.listen",
            format!("`control.listen` and `gateway.listen` are both {control}"),
            "give the private listener another port",
        );
    }
    if matches!(
        config.general.database_url,
        super::value::DatabaseUrl::Postgres(_)
    ) && config.general.master_key_file.is_none()
    {
        wrong(
            "database_url",
            "`database_url` names PostgreSQL, and `master_key_file` is not set".to_owned(),
            "set `master_key_file` to a file that all nodes share: it seals the secrets in the database",
        );
    }
    if config.control.metrics == MetricsReaders::Token && config.control.metrics_token_file.is_none() {
        wrong(
            "control.metrics",
            "`control.metrics` is `token`, and `control.metrics_token_file` is not set".to_owned(),
            "set `control.metrics_token_file` to a file that holds the token",
        );
    }
    if config.control.sign_ins == 0 {
        wrong(
            "control.sign_ins",
            "`control.sign_ins` is 0: nobody could sign in".to_owned(),
            "write 1 or more; the default is 256",
        );
    }
    if config.gateway.threads > THREADS_MAX {
        let said = format!("`gateway.threads` is {}", config.gateway.threads);
        wrong(
            "gateway.threads",
            said,
            &format!("write 0 (one for every core) to {THREADS_MAX}"),
        );
    }
    for (key, size) in [
        ("journal.keep_bytes", config.journal.keep_bytes),
        ("journal.strangers_bytes", config.journal.strangers_bytes),
    ] {
        let least = ByteSize(JournalSettings::KEEP_BYTES_MIN);
        if size < least {
            wrong(
                key,
                format!("`{key}` is {size}"),
                &format!("write {least} or more"),
            );
        }
    }
    if config.journal.keep_free_percent > 100 {
        let said = format!(
            "`journal.keep_free_percent` is {}",
            config.journal.keep_free_percent
        );
        wrong("journal.keep_free_percent", said, "write 0 to 100");
    }
    for (key, size, most) in [
        ("limits.address_body", config.limits.address_body, BODY_MAX),
        (
            "limits.prediction_tab_body",
            config.limits.prediction_tab_body,
            BODY_MAX,
        ),
        ("limits.header", config.limits.header, HEAD_MAX),
        ("limits.headers", config.limits.headers, HEAD_MAX),
        ("limits.uri", config.limits.uri, HEAD_MAX),
    ] {
        if size > most || size.0 == 0 {
            wrong(
                key,
                format!("`{key}` is {size}"),
                &format!("write a size from 1 to {most}"),
            );
        }
    }
}

/// The most gateway cores: their number is one byte of every request id.
const THREADS_MAX: u32 = 256;
/// The largest body limit: bodies of signed requests are kept in memory.
const BODY_MAX: ByteSize = ByteSize(1 << 30);
/// The largest limit of a request head: what the HTTP parser is told to hold.
const HEAD_MAX: ByteSize = ByteSize(1 << 20);
