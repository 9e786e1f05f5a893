//! What came instead of the JSON that a model reads, told by its kind: where its first byte is no JSON says nothing.

use adyton_core::fact::Fact;
use adyton_core::shown::quoted;
use adyton_runtime::targets::ModelError;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// How much of a body, or of a media type, is shown.
const SHOWN: usize = 24;
const MEDIA_SHOWN: usize = 80;
/// What is looked at to tell text from anything else.
const LOOKED_AT: usize = 512;

const FORM: &str = "application/x-www-form-urlencoded";
const FORM_OF_PARTS: &str = "multipart/form-data";

/// The error, told by what came. A body that begins as JSON does is judged as JSON, whatever it is called: curl calls all that it
/// sends a form.
pub(super) fn told(error: ModelError, headers: &HeaderMap, body: &[u8]) -> ModelError {
    let ModelError::Input(problem) = &error else {
        return error;
    };
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let fact = match body.trim_ascii_start() {
        _ if matches!(*problem.0, Fact::InputByteOrderMark) => None,
        [] => Some(Fact::InputBlank),
        [b'{' | b'[', ..] => of_json(&problem.0, body),
        begun => of_type(media, begun).or_else(|| of_content(&problem.0, begun)),
    };
    match fact {
        Some(fact) => ModelError::Input(fact.into()),
        None => error,
    }
}

/// What the header says that it is, if that is not JSON.
fn of_type(media: Option<&str>, begun: &[u8]) -> Option<Fact> {
    let media = media?.split(';').next().unwrap_or_default().trim();
    let media = quoted(media, MEDIA_SHOWN).to_ascii_lowercase();
    let is_json = media.is_empty() || media.ends_with("/json") || media.ends_with("+json");
    (!is_json).then(|| match (media.as_str(), is_text(begun)) {
        (FORM | FORM_OF_PARTS, _) => Fact::InputIsForm { media },
        (_, true) => Fact::InputOfType {
            begins: begins(begun),
            media,
        },
        (_, false) => Fact::InputOfBinaryType { media },
    })
}

/// What it is, by its content.
fn of_content(problem: &Fact, begun: &[u8]) -> Option<Fact> {
    let form = |media: &str| Fact::InputIsForm {
        media: media.to_owned(),
    };
    Some(match begun {
        [b'<', ..] => Fact::InputIsMarkup {
            begins: begins(begun),
        },
        [0x1f, 0x8b, ..] => Fact::InputIsCompressed,
        [b'-', b'-', ..] => form(FORM_OF_PARTS),
        [b'@', name @ ..] if !name.is_empty() && is_text(name) => Fact::InputIsFileName {
            name: quoted(&String::from_utf8_lossy(begun), MEDIA_SHOWN),
        },
        [b'"', ..] if is_json_in_text(begun) => Fact::InputEncodedTwice,
        _ if !is_text(begun) => Fact::InputIsBinary,
        _ if is_base64_of_json(begun) => Fact::InputIsBase64,
        _ if is_form(begun) => form(FORM),
        // A number, a text or `null` is JSON, and is told as such.
        _ if syntax(problem).is_some() => Fact::InputIsText {
            begins: begins(begun),
        },
        _ => return None,
    })
}

/// What is wrong with something that begins as JSON does, where that is known better than by its place.
fn of_json(problem: &Fact, body: &[u8]) -> Option<Fact> {
    let (field, error) = syntax(problem)?;
    let is_object_of_other_quotes = || {
        let text = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
        let mut letters = text.chars().filter(|letter| !letter.is_whitespace());
        let (first, second) = (letters.next(), letters.next());
        first == Some('{') && matches!(second, Some('\'' | '“' | '”' | '‘' | '’' | '„' | '«' | '`'))
    };
    if error.starts_with("EOF while parsing") {
        return Some(Fact::InputCutShort {
            field: field.to_owned(),
            bytes: body.len() as u64,
        });
    }
    if is_object_of_other_quotes() {
        return Some(Fact::InputQuotes {
            error: error.to_owned(),
        });
    }
    if let Some(at) = error.strip_prefix("trailing characters at ") {
        return Some(Fact::InputAfterEnd { at: at.to_owned() });
    }
    let (word, right) = word_of_python(error, body)?;
    Some(Fact::InputWordOfPython {
        field: field.to_owned(),
        word: word.to_owned(),
        right: right.to_owned(),
    })
}

/// Where the JSON reader stopped, and why, if it did.
fn syntax(problem: &Fact) -> Option<(&str, &str)> {
    if let Fact::InputNotJson { field, error } = problem {
        return Some((field, error));
    }
    if let Fact::InputUnread { error, .. } = problem {
        return Some(("body", error));
    }
    None
}

/// The word of Python's at which the reader stopped, and what JSON has for it.
fn word_of_python(error: &str, body: &[u8]) -> Option<(&'static str, &'static str)> {
    const WORDS: [(&str, &str); 3] = [("True", "true"), ("False", "false"), ("None", "null")];
    let (_, place) = error.rsplit_once(" at line ")?;
    let (line, column) = place.split_once(" column ")?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let line = body.split(|byte| *byte == b'\n').nth(line.checked_sub(1)?)?;
    let here = line.get(column.checked_sub(1)?..)?;
    WORDS
        .into_iter()
        .find(|(word, _)| here.starts_with(word.as_bytes()))
}

/// Whether it begins as text does: UTF-8 without control characters but white space.
fn is_text(begun: &[u8]) -> bool {
    let looked_at = begun.get(..LOOKED_AT).unwrap_or(begun);
    let text = match std::str::from_utf8(looked_at) {
        Ok(text) => text,
        // Cut inside a letter.
        Err(wrong) if wrong.error_len().is_none() => {
            return is_text(&looked_at[..wrong.valid_up_to()]);
        }
        Err(_) => return false,
    };
    !text
        .chars()
        .any(|letter| letter.is_control() && !letter.is_whitespace())
}

/// Whether it is a JSON text that holds JSON.
fn is_json_in_text(begun: &[u8]) -> bool {
    let text = serde_json::from_slice::<String>(begun).unwrap_or_default();
    matches!(text.trim_ascii_start().as_bytes(), [b'{' | b'[', ..])
}

/// Whether it is base64 of something that begins with `{` or `[`.
fn is_base64_of_json(begun: &[u8]) -> bool {
    let text = begun.trim_ascii_end();
    let is_its = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(byte);
    let begins_so = [&b"eyI"[..], b"eyJ", b"ew", b"eyA", b"W3", b"W1", b"WyI"];
    text.len() >= 16 && text.iter().all(is_its) && begins_so.iter().any(|begin| text.starts_with(begin))
}

/// Whether it is fields of a form, `name=value`.
fn is_form(begun: &[u8]) -> bool {
    let name = begun.split(|byte| *byte == b'=').next().unwrap_or_default();
    let is_its = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-[]%+".contains(byte);
    name.len() < begun.len() && !name.is_empty() && name.iter().all(is_its)
}

/// Its beginning, in one line.
fn begins(begun: &[u8]) -> String {
    let looked_at = begun.get(..LOOKED_AT).unwrap_or(begun);
    let line = looked_at.split(|byte| *byte == b'\n').next().unwrap_or_default();
    quoted(String::from_utf8_lossy(line).trim(), SHOWN)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn not_json(error: &str) -> Fact {
        let (field, error) = ("body".to_owned(), error.to_owned());
        Fact::InputNotJson { field, error }
    }

    fn told_of(media: &'static str, body: &[u8], problem: Fact) -> String {
        let mut headers = HeaderMap::new();
        if !media.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        }
        told(ModelError::Input(problem.into()), &headers, body).to_string()
    }

    /// What is told of a body that is no JSON from its first byte on.
    fn at_first(media: &'static str, body: &[u8]) -> String {
        told_of(media, body, not_json("expected value at line 1 column 1"))
    }

    #[test]
    fn what_is_called_something_else_than_json_is_told_by_its_type() {
        for (media, body, type_told) in [
            ("application/xml", &b"<r/>"[..], "`application/xml`"),
            ("Text/XML; charset=utf-8", b"<?xml?>", "`text/xml`"),
            ("text/csv", b"1,2\n3,4", "`text/csv`"),
            ("text/plain", b"hello", "`text/plain`"),
            (
                "application/x-protobuf",
                b"\x08\x96\x01",
                "`application/x-protobuf`",
            ),
            (
                "application/octet-stream",
                b"\x89PNG\r\n\x1a\n",
                "`application/octet-stream`",
            ),
            ("image/jpeg", b"\xff\xd8\xff", "`image/jpeg`"),
            (
                "multipart/form-data; boundary=b",
                b"--b\r\n",
                "a form (`multipart/form-data`)",
            ),
            (
                "Application/X-WWW-Form-Urlencoded",
                b"x=1",
                "a form (`application/x-www-form-urlencoded`)",
            ),
        ] {
            let text = at_first(media, body);
            assert!(text.contains(type_told), "{text}");
            assert!(text.contains("`Content-Type: application/json`"), "{text}");
            assert!(!text.contains("line 1"), "{text}");
        }
        let number = Fact::InputUnfit {
            field: "body".into(),
            expected: "an object".into(),
            got: "1".into(),
        };
        assert!(told_of("text/csv", b"1,2", number).contains("begins with `1,2`"));
    }

    #[test]
    fn what_is_called_json_is_told_by_its_content() {
        for (body, said) in [
            (
                &b"<r><x>1</x></r>"[..],
                "begins with `<r><x>1</x></r>`, so it is XML",
            ),
            (b"\x1f\x8b\x08\x00", "`Content-Encoding: gzip`"),
            (
                b"--b\r\nContent-Disposition: form-data",
                "a form (`multipart/form-data`)",
            ),
            (b"x=1&n=2", "a form (`application/x-www-form-urlencoded`)"),
            (b"@request.json", "`--data-binary @request.json`"),
            (b"eyJpbnB1dHMiOnsieCI6W1sxLDJdXX19", "is base64"),
            (b"\x93NUMPY\x01\x00", "is not text"),
            (b"x,n\n1,2", "begins with `x,n`, which is no JSON"),
            (b"inputs:\n  x: 1", "begins with `inputs:`"),
            ("输入".as_bytes(), "begins with `输入`"),
            (b"  \n", "white space alone"),
        ] {
            for media in ["", "application/json", "application/vnd.api+json; v=1"] {
                let text = at_first(media, body);
                assert!(text.contains(said), "{media}: {text}");
            }
        }
        let text = Fact::InputUnfit {
            field: "body".into(),
            expected: "an object".into(),
            got: "the text".into(),
        };
        assert!(told_of("application/json", br#""{\"inputs\":1}""#, text).contains("encoded twice"));
    }

    #[test]
    fn what_begins_as_json_is_judged_as_json_whatever_it_is_called() {
        for (body, error, said) in [
            (
                &b"{\"x\": 1"[..],
                "EOF while parsing an object at line 1 column 7",
                "after 7 bytes",
            ),
            (
                b"{'x': 1}",
                "key must be a string at line 1 column 2",
                "`json.dumps`",
            ),
            (
                "{ “x”: 1}".as_bytes(),
                "key must be a string at line 1 column 3",
                "double quotes",
            ),
            (
                b"{\"x\":\n[True]}",
                "expected value at line 2 column 2",
                "write `true`",
            ),
            (
                b"{\"x\":[None]}",
                "expected value at line 1 column 7",
                "write `null`",
            ),
            (
                b"{}\n{}",
                "trailing characters at line 2 column 1",
                "at line 2 column 1: send one JSON",
            ),
            (
                b"{\"x\":[1,]}",
                "trailing comma at line 1 column 9",
                "not valid JSON: trailing comma",
            ),
        ] {
            for media in [
                "application/json",
                "application/x-www-form-urlencoded",
                "text/plain",
            ] {
                let text = told_of(media, body, not_json(error));
                assert!(text.contains(said), "{text}");
            }
        }
    }

    #[test]
    fn what_is_json_and_does_not_fit_stays_told_as_it_is() {
        let missing = || Fact::InputMissing {
            field: "inputs".into(),
            expected: "{}".into(),
        };
        assert_eq!(
            told_of("text/plain", b"{}", missing()),
            "inputs: is missing; expected {}"
        );
        let number = || Fact::InputUnfit {
            field: "body".into(),
            expected: "an object".into(),
            got: "5".into(),
        };
        assert_eq!(
            told_of("application/json", b"5", number()),
            "body: expected an object, got 5"
        );
        let utf16 = told_of("application/json", b"\xff\xfe{\0", Fact::InputByteOrderMark);
        assert!(utf16.contains("byte order mark"), "{utf16}");
    }
}
