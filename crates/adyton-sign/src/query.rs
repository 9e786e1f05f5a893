//! The canonical query: keys and values decoded and encoded again, sorted by key, then value.
//!
//! Official signers do not agree on the order where it matters little: some sort the text as it is, some as it is
//! encoded, one sorts integers of one key as numbers, and all that sign what they send are right in their way. All of
//! these orders are accepted; they differ only in requests that have several values of a key or reserved characters.

use std::borrow::Cow;

use crate::encoding::{decode, push_all_encoded};

/// An order of the query that verifies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// By key, then value, decoded, as text: the rule.
    Text,
    /// The same, encoded.
    Encoded,
    /// By key; the values of a key as numbers when all are integers.
    Numeric,
    /// As the client sent it.
    AsSent,
}

type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// The key-value pairs of a query as sent; empty pieces are none.
pub(crate) fn pairs(query: &str) -> Vec<Pair<'_>> {
    let piece = |piece: &'_ str| -> (usize, usize) {
        let key = piece.find('=').unwrap_or(piece.len());
        (key, (key + 1).min(piece.len()))
    };
    query
        .split('&')
        .filter(|text| !text.is_empty())
        .map(|text| {
            let (key, value) = piece(text);
            (decode(&text.as_bytes()[..key]), decode(&text.as_bytes()[value..]))
        })
        .collect()
}

fn write(pairs: &[Pair<'_>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(64);
    for (at, (key, value)) in pairs.iter().enumerate() {
        if at > 0 {
            text.push(b'&');
        }
        push_all_encoded(&mut text, key);
        text.push(b'=');
        push_all_encoded(&mut text, value);
    }
    text
}

fn integer(text: &[u8]) -> Option<i128> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// The canonical query, and the other orders that verify too, where they differ from it.
pub(crate) fn canonical(query: &str) -> (Vec<u8>, Vec<(Order, Vec<u8>)>) {
    let mut pairs = pairs(query);
    if pairs.len() < 2 {
        return (write(&pairs), Vec::new());
    }
    let as_sent = write(&pairs);
    pairs.sort();
    let text = write(&pairs);
    let mut others: Vec<(Order, Vec<u8>)> = Vec::new();
    let mut add = |order, other: Vec<u8>| {
        if other != text && others.iter().all(|(_, known)| *known != other) {
            others.push((order, other));
        }
    };
    let mut encoded: Vec<Vec<u8>> = pairs
        .iter()
        .map(|pair| write(std::slice::from_ref(pair)))
        .collect();
    encoded.sort();
    add(Order::Encoded, encoded.join(&b'&'));
    add(Order::Numeric, numeric(&mut pairs));
    add(Order::AsSent, as_sent);
    (text, others)
}

/// Sorts the values of each key as numbers, where all of them are; `pairs` must be sorted by key.
fn numeric(pairs: &mut [Pair<'_>]) -> Vec<u8> {
    for group in pairs.chunk_by_mut(|one, other| one.0 == other.0) {
        if group.len() > 1 && group.iter().all(|(_, value)| integer(value).is_some()) {
            group.sort_by_key(|(_, value)| integer(value));
        }
    }
    write(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&canonical(query).0), expected, "{query}");
    }

    #[test]
    fn keys_and_values_are_decoded_encoded_and_sorted() {
        check("", "");
        check("b=2&a=1", "a=1&b=2");
        check("a=2&a=10&a=1", "a=1&a=10&a=2");
        check("key", "key=");
        check("key&key=", "key=&key=");
        check("a=b=c", "a=b%3Dc");
        check("q=a%20b%2bc", "q=a%20b%2Bc");
        check("q=a+b", "q=a%2Bb");
        check("&&a=1&", "a=1");
        check("p=100%", "p=100%25");
        check("~t=-._~&k=a/b", "k=a%2Fb&~t=-._~");
    }

    #[test]
    fn other_orders_are_kept_only_where_they_differ() {
        let orders = |query| {
            canonical(query)
                .1
                .into_iter()
                .map(|(order, _)| order)
                .collect::<Vec<_>>()
        };
        assert_eq!(orders("a=1&b=2"), []);
        assert_eq!(orders("b=2&a=1"), [Order::AsSent]);
        assert_eq!(orders("b=2&b=10"), [Order::Numeric]);
        assert_eq!(orders("b=10&b=9&a=1"), [Order::Numeric, Order::AsSent]);
    }
}
