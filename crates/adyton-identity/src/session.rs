//! The session of the web console: what a token is (sealed, stateless, revoked by its id), in a cookie.
//!
//! A cookie is sent by the browser, not by whoever wrote the page. So it counts at the control listener alone, only where a
//! request carries no other credential, and never as a token; that the request is one of the console's own pages is for the
//! listener to see.

use adyton_sign::Headers;

use crate::sent::Sent;

/// The cookie's name. Its beginning is one that no cookie has that reaches a model.
pub const COOKIE: &str = "adyton_session";

/// The cookie, as a head has it.
pub(crate) enum Cookie {
    /// Not at all.
    None,
    /// Once; its value.
    One(Vec<u8>),
    /// More than once, so that nobody knows which of them is the console's: another host of the same domain can set one too.
    Several,
}

impl Cookie {
    /// Reads all `Cookie` lines.
    pub(crate) fn of(headers: &dyn Headers) -> Self {
        let mut found = Self::None;
        headers.each("cookie", &mut |line| {
            for pair in line.split(|byte| *byte == b';') {
                if let Some(value) = value_of(pair.trim_ascii()) {
                    found = match found {
                        Self::None => Self::One(value.to_vec()),
                        Self::One(_) | Self::Several => Self::Several,
                    };
                }
            }
        });
        found
    }
}

/// The value of one pair, if it is the console's.
fn value_of(pair: &[u8]) -> Option<&[u8]> {
    let rest = pair.strip_prefix(COOKIE.as_bytes())?;
    rest.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii)
}

/// Whether a request is judged by the console's cookie: it has one, and no other credential.
pub fn decides(headers: &dyn Headers) -> bool {
    Sent::of(headers).is_bare() && !matches!(Cookie::of(headers), Cookie::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the cookie is in a head of these `Cookie` lines; `*` stands for several.
    fn read(lines: &[&str]) -> Option<String> {
        let head: Vec<(&str, &str)> = lines.iter().map(|line| ("Cookie", *line)).collect();
        match Cookie::of(&head) {
            Cookie::None => None,
            Cookie::One(value) => Some(String::from_utf8(value).expect("a text")),
            Cookie::Several => Some("*".to_owned()),
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read(&["adyton_session=s"]), some("s"));
        assert_eq!(read(&["a=1; adyton_session=s;b=2"]), some("s"));
        assert_eq!(read(&["a=1", "adyton_session = s "]), some("s"));
        assert_eq!(read(&["adyton_session="]), some(""));
        for none in ["adyton_sessions=s", "my_adyton_session=s", "adyton_session", ""] {
            assert_eq!(read(&[none]), None, "{none}");
        }
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn of_two_nobody_knows_which_is_the_consoles() {
        let several = Some("*".to_owned());
        assert_eq!(read(&["adyton_session=a; adyton_session=b"]), several);
        assert_eq!(read(&["adyton_session=a", "adyton_session=a"]), several);
    }

    #[test]
    fn any_other_credential_decides_in_its_place() {
        let with = |name: &'static str| decides(&vec![("cookie", "adyton_session=s"), (name, "x")]);
        assert!(with("accept"));
        for other in [
            "X-Auth-Token",
            "authorization",
            "x-apig-appcode",
            "x-hw-id",
            "apikey",
        ] {
            assert!(!with(other), "{other}");
        }
        assert!(!decides(&vec![("cookie", "other=1")]));
    }
}
