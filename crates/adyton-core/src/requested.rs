//! What a caller asked for who was not allowed to.
//!
//! Records keep it as a short text, which stays as it is: those of before are read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::id::{ApiId, DomainId};
use crate::language::{Language, message};

/// What was asked for. Actions go by their names in policies, such as `modelarts:service:predict`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Requested {
    /// An action in a project.
    Action(String),
    /// An action in a whole domain.
    InDomain(String, DomainId),
    /// To call an API.
    Call(ApiId),
}

impl Requested {
    /// As sentences name it, after "permits".
    pub fn words_in(&self, language: Language) -> Cow<'_, str> {
        Cow::Owned(match self {
            Self::Action(name) => return Cow::Borrowed(name),
            Self::InDomain(name, domain) => {
                message!(language, "{} in domain {}", "{}（账号 {}）", name, domain)
            }
            Self::Call(api) => message!(language, "call API {}", "调用 API {}", api),
        })
    }

    /// The name of the action.
    pub fn action(&mut self) -> Option<&mut String> {
        match self {
            Self::Action(name) | Self::InDomain(name, _) => Some(name),
            Self::Call(_) => None,
        }
    }
}

impl From<String> for Requested {
    fn from(text: String) -> Self {
        if let Some((name, domain)) = text.split_once(" in domain ")
            && let Some(domain) = DomainId::parse(domain.as_bytes())
        {
            return Self::InDomain(name.to_owned(), domain);
        }
        let api = text.strip_prefix("call API ");
        match api.and_then(|id| ApiId::parse(id.as_bytes())) {
            Some(api) => Self::Call(api),
            None => Self::Action(text),
        }
    }
}

impl From<Requested> for String {
    fn from(requested: Requested) -> Self {
        requested.words_in(Language::English).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_texts_and_people_read_them_in_their_language() {
        let (api, domain) = (ApiId::from_bits(7), DomainId::from_bits(8));
        let name = "iam:users:list";
        for (requested, text, chinese) in [
            (Requested::Action(name.into()), name.to_owned(), name.to_owned()),
            (
                Requested::InDomain(name.into(), domain),
                format!("{name} in domain {domain}"),
                format!("{name}（账号 {domain}）"),
            ),
            (
                Requested::Call(api),
                format!("call API {api}"),
                format!("调用 API {api}"),
            ),
            (
                Requested::Action("call API of mine".into()),
                "call API of mine".into(),
                "call API of mine".into(),
            ),
        ] {
            assert_eq!(serde_json::to_value(&requested).expect("a text"), text);
            let read: Requested = serde_json::from_value(text.into()).expect("any text is read");
            assert_eq!(read, requested);
            assert_eq!(requested.words_in(Language::Chinese), chinese);
        }
    }
}
