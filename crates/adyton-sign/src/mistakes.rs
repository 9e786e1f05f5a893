//! The autopsy of a signature that does not match: the mistakes that clients make, each tried with the true secret.
//!
//! [`TABLE`] is the one list: name, what the client did, in how many ways, and the sentence that tells the fix. A
//! mistake is a small change to a recipe (`recipe.rs`), which says how a signature is made from start to end; when
//! the changed recipe gives the signature that arrived, that is what the client did. The commonest are tried in pairs.
//!
//! What many tries would be needed for comes last (`late.rs`, `chain.rs`). The cost is bounded by [`WORK_MAX`] whatever is sent, and nothing here
//! panics. The result is for the owner of the key
//! and goes into the evidence, never into the public answer.

mod autopsy;
mod body;
mod chain;
mod headers;
mod json;
mod late;
mod path;
mod query;
mod recipe;
mod secret;
pub mod table;
mod text;

pub use autopsy::{Autopsy, Finding, WORK_MAX, autopsy};
pub use recipe::{AutopsyInput, SeenBody};
pub use table::{Mistake, TABLE};
