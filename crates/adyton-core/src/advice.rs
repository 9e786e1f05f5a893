//! Advice of the catalogue with names in place of its capitals, so that its commands can be typed as they stand.
//!
//! What must hold: what somebody sent is put into a command only where no shell reads anything else into it ([`is_plain`]).

/// The advice with what `value` says of its capitals: `adyton role grant USER …`. A capital that is not known stays. `value` is told
/// whether the word stands in a command, that is between backticks: elsewhere `URL` is a word like others.
pub fn filled(advice: &str, value: impl Fn(&str, bool) -> Option<String>) -> String {
    let mut text = String::new();
    for (at, piece) in advice.split('`').enumerate() {
        if at > 0 {
            text.push('`');
        }
        fill(piece, |word| value(word, at % 2 == 1), &mut text);
    }
    text
}

/// The same with the names of one request. A name stands in commands alone, and there as a shell takes it; `SERVICE` and `REQUEST_ID`
/// mean the request's own everywhere.
pub fn named(advice: &str, value: impl Fn(&str) -> Option<String>) -> String {
    filled(advice, |word, is_command| {
        let is_everywhere = matches!(word, "SERVICE" | "REQUEST_ID");
        value(word).filter(|value| is_everywhere || (is_command && is_plain(value)))
    })
}

/// A URL of a request, as commands name it.
pub fn url(base: &str, path: &str) -> Option<String> {
    let base = base.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}{path}"))
}

fn fill(piece: &str, value: impl Fn(&str) -> Option<String>, text: &mut String) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut rest = piece;
    while !rest.is_empty() {
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        match value(word) {
            Some(value) => text.push_str(&value),
            None => text.push_str(word),
        }
        let length = after.find(is_part).unwrap_or(after.len());
        let (between, after) = after.split_at(length);
        text.push_str(between);
        rest = after;
    }
}

/// How a command names a thing: by its name where a shell takes that as it is, else by its id.
pub fn plain_or_id(name: &str, id: impl ToString) -> String {
    match is_plain(name) {
        true => name.to_owned(),
        false => id.to_string(),
    }
}

/// Whether a shell takes the word as it is.
pub fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with('-')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/:%@+,=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_of_commands_are_filled_in_and_others_stay() {
        let value = |word: &str, is_command| (word == "USER" && is_command).then(|| "ada".to_owned());
        assert_eq!(
            filled(
                "A USER of `adyton user enable USER`, USERS, `MY_USER USER`",
                value
            ),
            "A USER of `adyton user enable ada`, USERS, `MY_USER ada`"
        );
        assert_eq!(filled("", value), "");
        assert_eq!(filled("`USER", value), "`ada");
    }

    #[test]
    fn names_of_a_request_stand_in_commands_and_as_a_shell_takes_them() {
        let value = |word: &str| match word {
            "METHOD" => Some("GET".to_owned()),
            "URL" => url("http://h:1/", "/v1/a"),
            "USER" => Some("a b".to_owned()),
            "SERVICE" => Some("iris".to_owned()),
            _ => None,
        };
        for (advice, wanted) in [
            (
                "A URL: `adyton sign METHOD URL`",
                "A URL: `adyton sign GET http://h:1/v1/a`",
            ),
            (
                "用 `adyton sign METHOD URL` 比较",
                "用 `adyton sign GET http://h:1/v1/a` 比较",
            ),
            (
                "`adyton user enable USER` of SERVICE",
                "`adyton user enable USER` of iris",
            ),
        ] {
            assert_eq!(named(advice, value), wanted);
        }
        assert_eq!(url("", "/v1"), None);
    }

    #[test]
    fn what_a_shell_reads_otherwise_is_not_plain() {
        for plain in ["ada", "http://h:1/a%20b", "a@b.c", "00-1"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["", "-x", "a b", "$(x)", "a;b", "`x`", "a'b", "a\"b", "名"] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
