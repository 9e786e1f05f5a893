//! A JSON body as other serialisers write it: keys sorted, what is not ASCII escaped or not. Bodies are short here.
//!
//! Not a validator: what is not JSON gives `None` or something that matches nothing. Numbers and escapes stay as they are.

/// Deeper nesting is not followed.
const DEPTH_MAX: usize = 64;

/// The same value without white space, the keys of every object in order.
pub(super) fn sorted(json: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { json, at: 0 };
    let value = reader.value(0)?;
    reader.skip();
    (reader.at == json.len()).then_some(value)
}

/// Everything beyond ASCII as `\uXXXX`, as Python's `json.dumps` writes it.
pub(super) fn escaped(json: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(json).ok().filter(|text| !text.is_ascii())?;
    let mut out = Vec::with_capacity(json.len() * 2);
    for letter in text.chars() {
        if letter.is_ascii() {
            out.push(letter as u8);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
    }
    Some(out)
}

/// `\uXXXX` beyond ASCII as the letters themselves; `None` where there is none.
pub(super) fn unescaped(json: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(json).ok().filter(|text| text.contains("\\u"))?;
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let unit = rest
            .strip_prefix("\\u")
            .and_then(|digits| digits.get(..4))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
            .filter(|unit| *unit > 0x7f);
        if let Some(unit) = unit {
            units.push(unit);
            rest = &rest[6..];
            continue;
        }
        out.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        // An escaped backslash and what follows it belong together.
        let length = match rest.as_bytes() {
            [b'\\', b'\\', ..] => 2,
            _ => letter.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(&String::from_utf16_lossy(&units));
    Some(out.into_bytes())
}

struct Reader<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        while self.json.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        self.skip();
        let there = self.json.get(self.at) == Some(&byte);
        self.at += usize::from(there);
        there
    }

    /// A text with its quotation marks, or a number or word.
    fn scalar(&mut self) -> Option<&'a [u8]> {
        self.skip();
        let start = self.at;
        if self.takes(b'"') {
            loop {
                match self.json.get(self.at)? {
                    b'\\' => self.at += 2,
                    b'"' => break,
                    _ => self.at += 1,
                }
            }
            self.at += 1;
        } else {
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
            while self.json.get(self.at).is_some_and(is_part) {
                self.at += 1;
            }
        }
        self.json.get(start..self.at).filter(|text| !text.is_empty())
    }

    fn value(&mut self, depth: usize) -> Option<Vec<u8>> {
        if depth > DEPTH_MAX {
            return None;
        }
        let (open, close) = match (self.takes(b'{'), self.takes(b'[')) {
            (true, false) => (b'{', b'}'),
            (false, true) => (b'[', b']'),
            (true, true) => return None,
            (false, false) => return self.scalar().map(<[u8]>::to_vec),
        };
        let mut members: Vec<(&[u8], Vec<u8>)> = Vec::new();
        while !self.takes(close) {
            if !members.is_empty() && !self.takes(b',') {
                return None;
            }
            let key = match open {
                b'{' => self.scalar()?,
                _ => b"",
            };
            if open == b'{' && !self.takes(b':') {
                return None;
            }
            members.push((key, self.value(depth + 1)?));
        }
        if open == b'{' {
            members.sort();
        }
        let texts: Vec<Vec<u8>> = members
            .into_iter()
            .map(|(key, value)| match open {
                b'{' => [key, b":", &value].concat(),
                _ => value,
            })
            .collect();
        Some([&[open], &texts.join(&b',')[..], &[close]].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: Option<Vec<u8>>) -> String {
        text.map_or_else(
            || "none".to_owned(),
            |text| String::from_utf8_lossy(&text).into_owned(),
        )
    }

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_else_changes() {
        let json = br#"{"b": [1e5, {"d":"x, }", "c":null}], "a\"": -1.0, "e":{}, "f":[] }"#;
        let expected = r#"{"a\"":-1.0,"b":[1e5,{"c":null,"d":"x, }"}],"e":{},"f":[]}"#;
        assert_eq!(shown(sorted(json)), expected);
        for wrong in [&b"{"[..], b"{\"a\"}", b"[1 2]", b"\"", b"", b"{[", b"\"\\"] {
            assert_eq!(shown(sorted(wrong)), "none", "{wrong:?}");
        }
        sorted(&vec![b'['; 100_000]);
    }

    #[test]
    fn escapes_are_written_and_read_as_python_does() {
        let (raw, escapes) = (
            "{\"t\":\"春😀\\\\u00e9\"}",
            "{\"t\":\"\\u6625\\ud83d\\ude00\\\\u00e9\"}",
        );
        assert_eq!(shown(escaped(raw.as_bytes())), escapes);
        assert_eq!(shown(unescaped(escapes.as_bytes())), raw);
        assert_eq!(shown(escaped(b"{}")), "none");
        assert_eq!(shown(unescaped(b"{}")), "none");
    }
}
