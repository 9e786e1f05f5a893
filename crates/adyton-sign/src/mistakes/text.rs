//! Mistakes with the method, the date, the shape of the canonical request, the string to sign and the HMAC.

use std::borrow::Cow;
use std::time::Duration;

use adyton_core::api::METHODS;
use adyton_core::clock::Timestamp;

use super::recipe::{AutopsyInput, Mac, Recipe, Stand, put};

pub(super) fn method_lower_case(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let method = match way {
        0 => recipe.method.to_ascii_lowercase(),
        _ => {
            let mut name = recipe.method.to_ascii_lowercase();
            if let Some(first) = name.first_mut() {
                first.make_ascii_uppercase();
            }
            name
        }
    };
    put(&mut recipe.method, method)
}

/// How many methods are signed in place of the one that is sent: those that there are, and none.
pub(super) const OTHER_METHODS: usize = METHODS.len() + 1;

pub(super) fn method_other(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let method = METHODS.get(way).map_or(&b""[..], |method| method.as_bytes());
    put(&mut recipe.method, method)
}

/// The canonical request begins with the path.
pub(super) fn method_missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let Some(query) = recipe.query.take() else {
        return false;
    };
    // Each line moves up into the place of the one before it.
    recipe.method = std::mem::replace(&mut recipe.path, query);
    true
}

/// Scopes that clients of other clouds write between date and hash; `DAY` is the date's.
pub(super) const SCOPES: [&str; 10] = [
    "DAY",
    "DAY/region-1/modelarts/sdk_request",
    "DAY/region-1/modelarts/aws4_request",
    "DAY/region-1/apig/sdk_request",
    "DAY/region-1/apig/aws4_request",
    "DAY/us-east-1/execute-api/aws4_request",
    "DAY/cn-north-4/modelarts/sdk_request",
    "DAY/cn-north-4/modelarts/aws4_request",
    "DAY/cn-north-4/apig/sdk_request",
    "DAY/cn-north-4/apig/aws4_request",
];

/// Four lines in place of three, under our own or the other cloud's name.
pub(super) fn scope_line(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(scope) = SCOPES.get(way / 2) else {
        return false;
    };
    if way % 2 == 1 {
        recipe.algorithm = Some(Cow::Borrowed(b"AWS4-HMAC-SHA256"));
    }
    recipe.date.as_mut().is_some_and(|date| {
        let day = String::from_utf8_lossy(date.get(..8).unwrap_or_default()).into_owned();
        let lines = [&date[..], b"\n", scope.replace("DAY", &day).as_bytes()].concat();
        put(date, lines)
    })
}

pub(super) fn carriage_returns(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    // Windows line ends, a literal backslash and n, or none at all.
    recipe.line_end = match way {
        0 => b"\r\n",
        1 => b"\\n",
        _ => b"",
    };
    true
}

pub(super) fn canonical_newline(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.end = b"\n";
    true
}

pub(super) fn query_line_missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    if recipe.query.as_ref().is_none_or(|query| !query.is_empty()) {
        return false;
    }
    recipe.query = None;
    true
}

pub(super) fn headers_missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe.headers.clear();
    if way == 1 {
        recipe.list = Cow::Borrowed(b"");
    }
    true
}

pub(super) fn list_missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe.list = Cow::Borrowed(b"");
    if way == 1 {
        // The empty line closes the headers, and the hash follows at once.
        recipe.after_headers = b"";
    }
    true
}

pub(super) fn date(scene: &AutopsyInput<'_>) -> Option<Timestamp> {
    let date = scene.head.first("x-sdk-date")?;
    str::from_utf8(&date).ok().and_then(Timestamp::from_sdk_date)
}

pub(super) fn date_format(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(at) = date(scene) else { return false };
    let compact = at.to_sdk_date();
    let iso = at.to_iso();
    let second = iso.get(..19).unwrap_or_default();
    let text = match way {
        0 => format!("{second}Z"),
        1 => compact.get(..8).unwrap_or_default().to_owned(),
        2 => at.seconds().to_string(),
        3 => at.millis().to_string(),
        4 => compact.trim_end_matches('Z').to_owned(),
        5 => format!("{second}.000Z"),
        6 => format!("{second}+00:00"),
        7 => second.to_owned(),
        8 => second.replace('T', " "),
        _ => iso,
    };
    recipe
        .date
        .as_mut()
        .is_some_and(|date| put(date, text.into_bytes()))
}

/// Other headers that hold the time.
pub(super) const DATE_HEADERS: [&str; 3] = ["date", "x-amz-date", "x-date"];

pub(super) fn date_header(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(other) = DATE_HEADERS.get(way).and_then(|name| scene.head.first(name)) else {
        return false;
    };
    recipe.date.as_mut().is_some_and(|date| put(date, other))
}

/// Seconds by which two readings of a clock differ at most, where the header's line has the other one too.
const READ_TWICE: usize = 5;
/// The same where the date of the string to sign alone is another: it may be one that was kept.
pub(super) const KEPT: usize = 60;
/// Either, earlier and later.
pub(super) const OTHER_DATES: usize = 2 * (READ_TWICE + KEPT);

pub(super) fn date_taken_twice(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(at) = date(scene) else { return false };
    let in_headers = way.checked_sub(2 * KEPT);
    let by = Duration::from_secs((in_headers.unwrap_or(way) / 2) as u64 + 1);
    let text = if way.is_multiple_of(2) {
        at.before(by)
    } else {
        at.after(by)
    }
    .to_sdk_date();
    if in_headers.is_some() {
        // The header's line has the other time too.
        if let Some((_, value)) = recipe
            .headers
            .iter_mut()
            .find(|(name, _)| &**name == b"x-sdk-date")
        {
            *value = Cow::Owned(text.clone().into_bytes());
        }
    }
    recipe
        .date
        .as_mut()
        .is_some_and(|date| put(date, text.into_bytes()))
}

pub(super) fn no_algorithm(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.algorithm = None;
    true
}

/// Names of algorithms that other clouds write, and misspellings of ours.
pub(super) const ALGORITHMS: [&[u8]; 8] = [
    b"AWS4-HMAC-SHA256",
    b"HMAC-SHA256",
    b"V11-HMAC-SHA256",
    b"SDK-HMAC-SM3",
    b"sdk-hmac-sha256",
    b"SDK-HMAC-SHA256 ",
    b"SDK-HMAC-256",
    b"ACS3-HMAC-SHA256",
];

pub(super) fn other_algorithm(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe
        .algorithm
        .as_mut()
        .is_some_and(|own| ALGORITHMS.get(way).is_some_and(|name| put(own, *name)))
}

pub(super) fn no_date(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.date = None;
    true
}

pub(super) fn lines_swapped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    std::mem::swap(&mut recipe.algorithm, &mut recipe.date);
    true
}

pub(super) fn not_hashed(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.stand = Stand::Itself;
    true
}

pub(super) fn skipped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe.algorithm = None;
    recipe.date = None;
    recipe.stand = if way == 0 { Stand::Itself } else { Stand::Hex };
    true
}

pub(super) fn hash_form(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe.stand = if way == 0 { Stand::UpperHex } else { Stand::Base64 };
    true
}

pub(super) fn string_newline(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.string_end = b"\n";
    true
}

pub(super) fn mac_swapped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.mac = Mac::Swapped;
    true
}

pub(super) fn mac_plain(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe.mac = if way == 0 {
        Mac::SecretThenText
    } else {
        Mac::TextThenSecret
    };
    true
}
