//! A record as bytes: a fixed part that is filtered without decoding, then the texts.
//!
//! Written by hand, because it is on the way of every request: a worker writes the bytes straight from the head
//! ([`entry`]), so that a successful call costs no text of its own, and the journal's thread moves them on unread. JSON
//! would cost ten times that and three times the space; the internally tagged [`Evidence`](adyton_core::evidence::Evidence)
//! fits no compact serde format. Only the evidence, which successful calls do not have, is JSON.
//!
//! ```text
//!   0 version u8 │ 1 present u8 │ 2 door u8 │ 3 answered by u8 │ 4 step u8 │ 5 zero u8 │ 6 status u16
//!   8 id 16 │ 24 at i64 │ 32 request bytes u64 │ 40 response bytes u64 │ 48 took u64 │ 56 model u64
//!  64 project 16 │ 80 service 16 │ 96 api 16 │ 112 model 16 │ 128 instance 16                   (144 in all)
//! 144 texts, each with its length as u16: source, method, host, path, query, stage, user agent, caller's way, id, name,
//!     sub-code, evidence                                     little-endian; ids big-endian, so they sort
//!     where a step after the head was reached: its time and that of the body, u64 each, as one more text; no time is u64::MAX
//! ```
//!
//! A *summary* stands for records that were left out: it is the first of them, its evidence says how many there are, and one
//! more text names their ids ([`left_out`]).
//!
//! What must hold: decoding gives `None` on any damage, and never panics; a later version only appends texts.

pub(super) mod entry;
pub(super) mod left_out;
pub(super) mod view;
pub(super) mod whole;

/// The length of the fixed part.
pub(super) const FIXED: usize = super::frame::PAYLOAD_MIN;
const VERSION: u8 = 2;
/// The length of a time among the texts, and what stands for one that is not known.
const TIME: usize = 8;
const NO_TIME: u64 = u64::MAX;

// Which of the optional parts a record has: bits of `present`.
const PROJECT: u8 = 1;
const SERVICE: u8 = 2;
const API: u8 = 4;
const MODEL: u8 = 8;
const INSTANCE: u8 = 16;
const CALLER: u8 = 32;
const STAGE: u8 = 64;
const SUMMARY: u8 = 128;

// Where the parts lie.
const PRESENT_AT: usize = 1;
const DOOR_AT: usize = 2;
const ANSWERED_BY_AT: usize = 3;
const STEP_AT: usize = 4;
const STATUS_AT: usize = 6;
const ID_AT: usize = 8;
const TIME_AT: usize = 24;
const REQUEST_BYTES_AT: usize = 32;
const RESPONSE_BYTES_AT: usize = 40;
const TOOK_AT: usize = 48;
const MODEL_TIME_AT: usize = 56;
const PROJECT_AT: usize = 64;
const SERVICE_AT: usize = 80;
const API_AT: usize = 96;
const MODEL_AT: usize = 112;
const INSTANCE_AT: usize = 128;
