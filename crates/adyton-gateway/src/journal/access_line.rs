//! One line: a record as JSON, written straight into the buffer.
//!
//! By hand, because serialising ids and times through `fmt` would cost more than all the rest of the journal.

use adyton_core::clock::Timestamp;
use adyton_core::id::HexText;

use crate::journal::encoding::view::View;

const HEX: &[u8; 16] = b"0123456789abcdef";
/// Room that most lines need, in bytes.
const LINE: usize = 1024;

/// Writes lines; keeps the text of the current second, because printing a date is slow.
#[derive(Default)]
pub(super) struct Lines {
    second: i64,
    text: String,
}

impl Lines {
    /// Appends the line of `record`.
    pub(super) fn write(&mut self, record: &View<'_>, to: &mut Vec<u8>) {
        let fixed = record.fixed;
        to.reserve(LINE);
        to.extend_from_slice(b"{\"id\":\"");
        to.extend_from_slice(fixed.id().to_hex().as_bytes());
        to.extend_from_slice(b"\",\"at\":\"");
        self.time(fixed.at_time(), to);
        to.push(b'"');
        text_or_null("door", fixed.door().map(|door| door.name().as_bytes()), to);
        text("source", record.source, to);
        text("method", record.method, to);
        text("host", record.host, to);
        text("path", record.path, to);
        text("query", record.query, to);
        text_or_null("stage", record.stage, to);
        id("project", fixed.project().map(|id| id.bits()), false, to);
        id("service", fixed.service().map(|id| id.bits()), true, to);
        id("api", fixed.api().map(|id| id.bits()), false, to);
        id("model", fixed.model().map(|id| id.bits()), true, to);
        id("instance", fixed.instance().map(|id| id.bits()), false, to);
        text_or_null("caller_way", record.caller.map(|(way, ..)| way), to);
        text_or_null("caller_id", record.caller.map(|(_, id, _)| id), to);
        text_or_null("caller_name", record.caller.map(|(.., name)| name), to);
        number("status", u64::from(fixed.status()), to);
        let code = record.reason.map(|reason| reason.code().entry().wire.as_bytes());
        text_or_null("code", code, to);
        text_or_null(
            "reason",
            record.reason.map(|reason| reason.sub_code().as_bytes()),
            to,
        );
        text_or_null("step", fixed.step().map(|step| step.name().as_bytes()), to);
        let answered_by = fixed.answered_by().map(|who| who.name().as_bytes());
        text_or_null("answered_by", answered_by, to);
        number("request_bytes", fixed.request_bytes(), to);
        number("response_bytes", fixed.response_bytes(), to);
        number("took_us", fixed.took_us(), to);
        number("model_us", fixed.model_us(), to);
        number_or_null("head_us", record.steps_us.map(|(head, _)| head), to);
        number_or_null("body_us", record.steps_us.and_then(|(_, body)| body), to);
        text("user_agent", record.user_agent, to);
        to.extend_from_slice(b"}\n");
    }

    /// `2026-01-15T08:15:30.123456Z`
    fn time(&mut self, at: Timestamp, to: &mut Vec<u8>) {
        if self.text.is_empty() || self.second != at.seconds() {
            self.second = at.seconds();
            self.text = Timestamp::from_seconds(self.second).to_iso();
        }
        // "2026-01-15T08:15:30" and a dot; a year outside of 0 to 9999 is printed otherwise, and goes out as it is.
        match self.text.split_once('.') {
            Some((second, _)) => {
                to.extend_from_slice(second.as_bytes());
                let micros = at.micros().rem_euclid(1_000_000);
                to.push(b'.');
                for power in [100_000, 10_000, 1_000, 100, 10, 1] {
                    to.push(b'0' + (micros / power % 10) as u8);
                }
                to.push(b'Z');
            }
            None => escaped(self.text.as_bytes(), to),
        }
    }
}

fn name(name: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(b",\"");
    to.extend_from_slice(name.as_bytes());
    to.extend_from_slice(b"\":");
}

fn text(field: &str, value: &[u8], to: &mut Vec<u8>) {
    name(field, to);
    to.push(b'"');
    escaped(value, to);
    to.push(b'"');
}

fn text_or_null(field: &str, value: Option<&[u8]>, to: &mut Vec<u8>) {
    match value {
        Some(value) => text(field, value, to),
        None => {
            name(field, to);
            to.extend_from_slice(b"null");
        }
    }
}

fn number(field: &str, value: u64, to: &mut Vec<u8>) {
    name(field, to);
    to.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn number_or_null(field: &str, value: Option<u64>, to: &mut Vec<u8>) {
    match value {
        Some(value) => number(field, value, to),
        None => text_or_null(field, None, to),
    }
}

/// An id in its one spelling: 32 hex digits, or a UUID.
fn id(field: &str, bits: Option<u128>, has_dashes: bool, to: &mut Vec<u8>) {
    let Some(bits) = bits else {
        return text_or_null(field, None, to);
    };
    name(field, to);
    // Made where it is at hand and copied in one piece: there are five in a line.
    let digits = HexText::of(bits);
    let digits = digits.as_bytes();
    if !has_dashes {
        let mut text = [b'"'; 34];
        text[1..33].copy_from_slice(digits);
        return to.extend_from_slice(&text);
    }
    let mut text = *b"\"........-....-....-....-............\"";
    text[1..9].copy_from_slice(&digits[..8]);
    text[10..14].copy_from_slice(&digits[8..12]);
    text[15..19].copy_from_slice(&digits[12..16]);
    text[20..24].copy_from_slice(&digits[16..20]);
    text[25..37].copy_from_slice(&digits[20..]);
    to.extend_from_slice(&text);
}

/// A JSON string's inside: what needs no escape is copied as it is.
fn escaped(bytes: &[u8], to: &mut Vec<u8>) {
    let needs_escape = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    // Almost every text; looked through without a branch a byte.
    if !bytes
        .iter()
        .fold(false, |found, byte| found | needs_escape(*byte))
    {
        return to.extend_from_slice(bytes);
    }
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !needs_escape(*byte) {
            continue;
        }
        to.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        match byte {
            b'"' | b'\\' => to.extend_from_slice(&[b'\\', *byte]),
            _ => {
                to.extend_from_slice(b"\\u00");
                to.push(HEX[usize::from(byte >> 4)]);
                to.push(HEX[usize::from(byte & 15)]);
            }
        }
    }
    to.extend_from_slice(&bytes[copied..]);
}
