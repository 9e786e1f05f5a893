//! The tables as rows, and the way from a row to the type of `adyton-core` that it holds.
//!
//! One file a table. Columns hold text, 64-bit numbers, booleans and bytes, which both databases know; what does not
//! parse back is [`StoreError::Damaged`], never a panic.

pub(crate) mod access_keys;
pub(crate) mod app_codes;
pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod authorisations;
pub(crate) mod changes;
pub(crate) mod domains;
pub(crate) mod feed;
pub(crate) mod master_key_check;
pub(crate) mod models;
pub(crate) mod passwords;
pub(crate) mod projects;
pub(crate) mod quotas;
pub(crate) mod revoked_tokens;
pub(crate) mod role_assignments;
pub(crate) mod service_events;
pub(crate) mod service_minutes;
pub(crate) mod service_models;
pub(crate) mod service_tags;
pub(crate) mod service_updates;
pub(crate) mod services;
pub(crate) mod token_keys;
pub(crate) mod users;

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;
use crate::error::SystemProblem;

/// Where a value was read, for the message when it is damaged.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a str,
}

impl Cell<'_> {
    pub(crate) fn damaged(&self, column: &'static str) -> StoreError {
        StoreError::Damaged {
            table: self.table,
            row: self.row.to_owned(),
            column,
        }
    }
    pub(crate) fn parse<T: FromStr>(&self, column: &'static str, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|_| self.damaged(column))
    }
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|_| self.damaged(column))
    }
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: &'static str, value: i64) -> Result<T, StoreError> {
        T::try_from(value).map_err(|_| self.damaged(column))
    }
}

/// A value as the text of a JSON column.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::System(SystemProblem::Json(error.to_string())))
}

/// A text that came from outside as a column holds it: PostgreSQL takes no zero bytes.
pub(crate) fn to_text(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

/// The longest text that is kept of what somebody else wrote, in bytes.
const LONGEST_TEXT: usize = 8_192;

/// The same, cut to 8 KiB.
pub(crate) fn to_bounded_text(text: String) -> String {
    let mut text = to_text(text);
    text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    text
}

/// A count or size as a column holds it.
pub(crate) fn to_number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// For what is loaded in bulk: one damaged row is logged and left out, so that the others still work.
pub(crate) fn or_log<T>(result: Result<T, StoreError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::error!(%error, "left out of the live state");
            None
        }
    }
}
