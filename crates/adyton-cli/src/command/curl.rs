//! A call as a curl command, for shells: each argument is quoted, and no secret stands in it.

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

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@%+".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
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
        ] {
            assert_eq!(quoted(text), word);
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
