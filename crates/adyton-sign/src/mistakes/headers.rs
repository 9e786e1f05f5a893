//! Mistakes with the headers and with the list of their names.

use std::borrow::Cow;

use super::recipe::{AutopsyInput, Recipe, Text, put};

/// Changes the value of one header; whether there is one and it changes.
fn change(recipe: &mut Recipe<'_>, name: &[u8], change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> bool {
    let Some((_, value)) = recipe.headers.iter_mut().find(|(own, _)| &**own == name) else {
        return false;
    };
    change(value).is_some_and(|new| put(value, new))
}

pub(super) fn values_untrimmed(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    match way {
        0 => recipe.colon = b": ",
        1 => recipe
            .headers
            .iter_mut()
            .for_each(|(_, value)| value.to_mut().push(b' ')),
        // One header alone, a space before or after its value.
        _ => {
            let Some((_, value)) = recipe.headers.get_mut((way - 2) / 2) else {
                return false;
            };
            let text: [&[u8]; 2] = if way.is_multiple_of(2) {
                [b" ", value]
            } else {
                [value, b" "]
            };
            *value = Cow::Owned(text.concat());
        }
    }
    true
}

/// `x-sdk-date` as `X-Sdk-Date`.
fn title(name: &[u8]) -> Vec<u8> {
    let mut start = true;
    name.iter()
        .map(|byte| {
            let byte = if start { byte.to_ascii_uppercase() } else { *byte };
            start = byte == b'-';
            byte
        })
        .collect()
}

/// The names in the client's list, in its order and spelling.
fn sent_names<'s>(scene: &AutopsyInput<'s>) -> Vec<&'s str> {
    let sent = scene.authorization.signed_headers.as_sent();
    sent.split(';').map(str::trim).collect()
}

pub(super) fn names_not_lower_case(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let sent = sent_names(scene);
    for (name, _) in &mut recipe.headers {
        let as_sent = sent.iter().find(|own| own.as_bytes().eq_ignore_ascii_case(name));
        let new = match way {
            0 | 1 => title(name),
            _ => as_sent.map_or_else(|| name.to_vec(), |own| own.as_bytes().to_vec()),
        };
        *name = Cow::Owned(new);
    }
    match way {
        0 => true,
        1 => {
            let list = title_list(&recipe.list);
            put(&mut recipe.list, list)
        }
        _ => put(
            &mut recipe.list,
            scene.authorization.signed_headers.as_sent().as_bytes().to_vec(),
        ),
    }
}

fn title_list(list: &[u8]) -> Vec<u8> {
    let names: Vec<Vec<u8>> = list.split(|byte| *byte == b';').map(title).collect();
    names.join(&b';')
}

pub(super) fn list_not_lower_case(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    if way == 1 {
        let list = title_list(&recipe.list);
        return put(&mut recipe.list, list);
    }
    // The list in the client's spelling, and in its order unless that is another mistake.
    let mut names = sent_names(scene);
    names.sort_by_key(|name| name.to_ascii_lowercase());
    put(&mut recipe.list, names.join(";").into_bytes())
}

pub(super) fn unsorted(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let names = sent_names(scene);
    let place = |name: &Text<'_>| {
        let is_it = |own: &&str| own.as_bytes().eq_ignore_ascii_case(name);
        names.iter().position(is_it)
    };
    let list = names.join(";").to_ascii_lowercase().into_bytes();
    let before = recipe.headers.clone();
    match way {
        // Lines and list in the client's order; the lines alone; the list alone.
        0 => {
            recipe.headers.sort_by_key(|(name, _)| place(name));
            put(&mut recipe.list, list)
        }
        1 => {
            recipe.headers.sort_by_key(|(name, _)| place(name));
            recipe.headers != before
        }
        2 => put(&mut recipe.list, list),
        _ => {
            recipe.headers.reverse();
            recipe.headers.len() > 1
        }
    }
}

pub(super) fn no_empty_line(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.after_headers = b"";
    true
}

pub(super) fn extra_empty_line(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    recipe.after_headers = b"\n\n";
    true
}

pub(super) fn separator(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let with = |between: &[u8]| super::path::replaced(&recipe.list, b";", between);
    let list = match way {
        0 => with(b","),
        1 => with(b"; "),
        2 => [&recipe.list[..], b";"].concat(),
        3 => with(b" "),
        4 => with(b", "),
        _ => with(b"\n"),
    };
    put(&mut recipe.list, list)
}

/// Ports that libraries sign beside a host that is called without one.
pub(super) const PORTS: [&[u8]; 4] = [b":80", b":443", b":8080", b":8443"];

pub(super) fn host_port(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let host = scene.host();
    let port = host
        .iter()
        .rposition(|byte| *byte == b':')
        .filter(|at| host[at + 1..].iter().all(u8::is_ascii_digit));
    change(recipe, b"host", |_| match (way, port) {
        (0, Some(at)) => Some(host[..at].to_vec()),
        (0, None) | (_, Some(_)) => None,
        (_, None) => PORTS.get(way - 1).map(|port| [&host[..], port].concat()),
    })
}

/// Headers in which proxies hand on the host that was called.
pub(super) const FORWARDED_HOSTS: [&str; 4] = [
    "x-forwarded-host",
    "x-original-host",
    "x-forwarded-server",
    "x-real-host",
];

pub(super) fn host_forwarded(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let forwarded = FORWARDED_HOSTS.get(way).and_then(|name| scene.head.first(name));
    change(recipe, b"host", |_| {
        let forwarded = forwarded?;
        Some(
            forwarded
                .split(|byte| *byte == b',')
                .next()
                .unwrap_or_default()
                .trim_ascii()
                .to_vec(),
        )
    })
}

/// Another spelling of `Host`.
#[derive(Clone, Copy)]
pub(super) enum HostSpelling {
    LowerCase,
    WithScheme(&'static str),
    Empty,
    WithSlash,
}

/// Those that clients sign.
pub(super) const HOST_SPELLINGS: [HostSpelling; 5] = [
    HostSpelling::LowerCase,
    HostSpelling::WithScheme("http://"),
    HostSpelling::WithScheme("https://"),
    HostSpelling::Empty,
    HostSpelling::WithSlash,
];

pub(super) fn host_spelling(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(spelling) = HOST_SPELLINGS.get(way) else {
        return false;
    };
    change(recipe, b"host", |host| {
        Some(match spelling {
            HostSpelling::LowerCase => host.to_ascii_lowercase(),
            HostSpelling::WithScheme(scheme) => [scheme.as_bytes(), host].concat(),
            HostSpelling::Empty => Vec::new(),
            HostSpelling::WithSlash => [host, b"/"].concat(),
        })
    })
}

pub(super) fn host_local(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, b"host", |host| {
        let (name, port) = match host.iter().rposition(|byte| *byte == b':') {
            Some(at) => host.split_at(at),
            None => (host, &b""[..]),
        };
        let other: &[u8] = match (way, name) {
            (0, b"127.0.0.1" | b"[::1]") => b"localhost",
            (0, b"localhost") => b"127.0.0.1",
            (1, b"localhost" | b"127.0.0.1") => b"[::1]",
            (2, b"localhost" | b"127.0.0.1") => b"0.0.0.0",
            _ => return None,
        };
        Some([other, port].concat())
    })
}

pub(super) fn line_missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    if recipe.headers.len() < 2 || way >= recipe.headers.len() {
        return false;
    }
    recipe.headers.remove(way);
    true
}

pub(super) fn value_empty(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe
        .headers
        .get_mut(way)
        .is_some_and(|(_, value)| put(value, &b""[..]))
}

pub(super) fn name_missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let name = recipe.headers.get(way / 2).map(|(name, _)| name.to_vec());
    let Some(name) = name else { return false };
    let left: Vec<&[u8]> = recipe
        .list
        .split(|byte| *byte == b';')
        .filter(|own| **own != name)
        .collect();
    let list = left.join(&b';');
    if way % 2 == 1 {
        recipe.headers.retain(|(own, _)| **own != *name);
    }
    !list.is_empty() && put(&mut recipe.list, list)
}

/// Headers that clients sign and forget to list.
pub(super) const LIKELY: [&str; 12] = [
    "content-type",
    "host",
    "accept",
    "user-agent",
    "content-length",
    "x-project-id",
    "x-domain-id",
    "x-stage",
    "x-sdk-content-sha256",
    "x-security-token",
    "date",
    "accept-encoding",
];

pub(super) fn not_listed(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(name) = LIKELY.get(way / 2) else {
        return false;
    };
    if recipe.headers.iter().any(|(own, _)| &**own == name.as_bytes()) {
        return false;
    }
    let Some(value) = scene.head.first(name) else {
        return false;
    };
    recipe
        .headers
        .push((Cow::Borrowed(name.as_bytes()), Cow::Owned(value)));
    recipe.headers.sort();
    if way.is_multiple_of(2) {
        let names: Vec<&[u8]> = recipe.headers.iter().map(|(name, _)| &**name).collect();
        recipe.list = Cow::Owned(names.join(&b';'));
    }
    true
}

/// Parameters that libraries add to a type.
pub(super) const PARAMETERS: [&[u8]; 4] = [
    b";charset=UTF-8",
    b"; charset=utf-8",
    b";charset=utf-8",
    b"; charset=UTF-8",
];

pub(super) fn content_type_parameter(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, b"content-type", |value| {
        let parameter = value.iter().position(|byte| *byte == b';');
        let bare = value[..parameter.unwrap_or(value.len())].trim_ascii_end();
        match way {
            0 => parameter.map(|_| bare.to_vec()),
            _ => PARAMETERS.get(way - 1).map(|with| [bare, with].concat()),
        }
    })
}

/// Types that libraries send when nothing is said.
pub(super) const CONTENT_TYPES: [&[u8]; 8] = [
    b"application/json",
    b"",
    b"application/x-www-form-urlencoded",
    b"text/plain",
    b"text/plain;charset=UTF-8",
    b"application/octet-stream",
    b"multipart/form-data",
    b"*/*",
];

pub(super) fn content_type_other(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, b"content-type", |_| {
        CONTENT_TYPES.get(way).map(|other| other.to_vec())
    })
}

/// Runs of white space inside of a value as one space, as other clouds sign them.
pub(super) fn spaces_collapsed(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let mut changed = false;
    for (_, value) in &mut recipe.headers {
        let words: Vec<&[u8]> = value
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
            .collect();
        let new = words.join(&b' ');
        changed |= put(value, new);
    }
    changed
}

pub(super) fn repeated_joined(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let between: &[u8] = if way.is_multiple_of(2) { b"," } else { b", " };
    let before = recipe.headers.len();
    let mut joined: Vec<(Text<'_>, Text<'_>)> = Vec::with_capacity(before);
    for (name, value) in recipe.headers.drain(..) {
        match joined.last_mut().filter(|(own, _)| *own == name) {
            Some((_, first)) if way < 2 => *first = Cow::Owned([first, between, &value].concat()),
            Some((_, first)) if way == 3 => *first = value,
            Some(_) => {}
            None => joined.push((name, value)),
        }
    }
    recipe.headers = joined;
    recipe.headers.len() < before
}
