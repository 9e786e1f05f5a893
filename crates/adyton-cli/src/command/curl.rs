//! A call as a curl command, for shells: each argument is quoted, and no secret stands in it.

use std::fmt::Write as _;

use adyton_core::shown::is_unseen;

/// A call that curl is to make.
pub struct CurlCall<'a> {
    /// `POST`, …
    pub method: &'a str,
    /// The whole URL.
    pub url: &'a str,
    /// Headers that are not secret.
    pub headers: &'a [(String, String)],
    /// A header that the shell is to complete: it is not taken literally.
    pub secret: Option<&'a str>,
    /// The body: a text, `@FILE`, or `@-`.
    pub data: Option<&'a str>,
    /// Fields of a form.
    pub form: &'a [String],
}

/// The command, one argument a line. Host, length and the type of a form are curl's own matter.
pub fn command(call: &CurlCall<'_>) -> String {
    let mut lines = vec![format!("curl -X {} {}", quoted(call.method), quoted(call.url))];
    for (name, value) in call.headers {
        let is_curls = name.eq_ignore_ascii_case("host")
            || name.eq_ignore_ascii_case("content-length")
            || (!call.form.is_empty() && name.eq_ignore_ascii_case("content-type"));
        if !is_curls {
            lines.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    lines.extend(call.secret.map(|header| format!("-H \"{header}\"")));
    match (call.data, call.form) {
        (Some(data), _) => lines.push(format!("--data-binary {}", quoted(data))),
        (None, form) => lines.extend(form.iter().map(|field| format!("-F {}", quoted(field)))),
    }
    lines.join(" \\\n  ")
}

/// A text as one word of a POSIX shell. What a terminal would not show, or would take for a command, is written as its bytes:
/// the text that is sent must be the one that was signed.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@%+".contains(letter);
    let is_hidden = |letter: char| is_unseen(letter) && letter != '\n';
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if !text.chars().any(is_hidden) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut word = "$'".to_owned();
    for letter in text.chars() {
        match letter {
            '\\' | '\'' => word.extend(['\\', letter]),
            _ if is_hidden(letter) => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a String cannot fail.
                    let _ = write!(word, "\\{byte:03o}");
                }
            }
            _ => word.push(letter),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_argument_is_one_word_for_the_shell() {
        for (text, word) in [
            ("POST", "POST"),
            ("http://a/b?c=d", "'http://a/b?c=d'"),
            ("it's $HOME", "'it'\\''s $HOME'"),
            ("", "''"),
            ("a\u{2028}7 it's \\ \t", "$'a\\342\\200\\2507 it\\'s \\\\ \\011'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }

    /// Whatever is sent is what was signed, through a real shell.
    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in [
            "{\"text\": \"line\u{2028}end\u{200b}\"}",
            "a\r\nb'c\\d\u{1b}[31m",
            "\u{feff}$HOME `id` \"x\" 9",
        ] {
            let word = quoted(text);
            assert_eq!(
                adyton_core::shown::shown(&word),
                word,
                "nothing is left to escape"
            );
            let script = format!("printf %s {word}");
            let Ok(ran) = std::process::Command::new("bash").args(["-c", &script]).output() else {
                return;
            };
            assert_eq!(String::from_utf8_lossy(&ran.stdout), text);
        }
    }

    #[test]
    fn a_secret_is_fetched_by_the_shell_and_a_forms_type_is_left_to_curl() {
        let headers = [
            (
                "Content-Type".to_owned(),
                "multipart/form-data; boundary=x".to_owned(),
            ),
            ("Host".to_owned(), "a".to_owned()),
            ("X-A".to_owned(), "b c".to_owned()),
        ];
        let form = ["image=@cat.png".to_owned()];
        let call = CurlCall {
            method: "POST",
            url: "http://a/x",
            headers: &headers,
            secret: Some("X-Auth-Token: $(adyton token create)"),
            data: None,
            form: &form,
        };
        let lines = [
            "curl -X POST http://a/x",
            "-H 'X-A: b c'",
            "-H \"X-Auth-Token: $(adyton token create)\"",
            "-F image=@cat.png",
        ];
        assert_eq!(command(&call), lines.join(" \\\n  "));
    }
}
