//! The sections: one file each, declared once. [`section!`] makes of a declaration the typed struct, the rows of the
//! reference page, and the reading of it; so a setting cannot be read without being documented.

mod audit;
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

pub(crate) use audit::Audit;
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

use super::merge::Reader;
use super::setting::Setting;

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
            $( $(#[doc = $doc:literal])* $field:ident: $kind:ty = $default:tt at $key:literal, $applies:ident; )*
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
                    is_secret: <$kind as $crate::config::value::Value>::SECRET,
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
    chapter::<Audit>(),
    chapter::<Onnx>(),
    chapter::<Runtime>(),
    chapter::<Log>(),
];

/// All settings.
pub(crate) fn settings() -> impl Iterator<Item = &'static Setting> {
    CHAPTERS.iter().flat_map(|chapter| chapter.settings)
}
