//! Which throttle said no: whose calls it counts, and the setting that set its limit.
//!
//! Records keep both as short texts. Those of before are read, and what none of today's names fits is shown as it stands.

use serde::{Deserialize, Serialize};

use crate::language::{Language, message, phrase};

/// Whose calls a throttle counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ThrottleScope {
    /// All of one API.
    Api,
    /// Those of one user.
    User,
    /// Those of one app.
    App,
    /// Those from one address.
    Address,
    /// Something that is not known here, by its name in the record.
    Other(String),
}

impl ThrottleScope {
    /// `calls of the API`
    pub fn calls_in(&self, language: Language) -> String {
        let whose = match self {
            Self::Api => "API",
            Self::User => phrase!(language, "user", "用户"),
            Self::App => phrase!(language, "app", "应用"),
            Self::Address => phrase!(language, "address", "来源地址"),
            Self::Other(text) => text,
        };
        message!(language, "calls of the {}", "{}的调用次数", whose)
    }

    /// The name that is not known here, if it is one.
    pub fn unknown(&mut self) -> Option<&mut String> {
        match self {
            Self::Other(text) => Some(text),
            Self::Api | Self::User | Self::App | Self::Address => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Api => "api",
            Self::User => "user",
            Self::App => "app",
            Self::Address => "ip",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for ThrottleScope {
    fn from(text: String) -> Self {
        match text.as_str() {
            "api" => Self::Api,
            "user" => Self::User,
            "app" => Self::App,
            "ip" => Self::Address,
            _ => Self::Other(text),
        }
    }
}

impl From<ThrottleScope> for String {
    fn from(scope: ThrottleScope) -> Self {
        scope.text().to_owned()
    }
}

/// The setting that set a throttle's limit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ThrottleSetting {
    /// That of the service, or of the API, itself.
    CallsPerSecond,
    /// The default of the server's configuration.
    DefaultPerSecond,
    /// Something that is not known here, by its name in the record.
    Other(String),
}

impl ThrottleSetting {
    /// Where to find it: `` `calls_per_second` of the service ``.
    pub fn words_in(&self, is_of_service: bool, language: Language) -> String {
        let name = self.text();
        match self {
            Self::CallsPerSecond if is_of_service => {
                message!(language, "`{}` of the service", "服务的 `{}`", name)
            }
            Self::CallsPerSecond => message!(language, "`{}` of the API", "API 的 `{}`", name),
            Self::DefaultPerSecond | Self::Other(_) => format!("`{name}`"),
        }
    }

    /// The name that is not known here, if it is one.
    pub fn unknown(&mut self) -> Option<&mut String> {
        match self {
            Self::Other(text) => Some(text),
            Self::CallsPerSecond | Self::DefaultPerSecond => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::CallsPerSecond => "calls_per_second",
            Self::DefaultPerSecond => "throttle.default_per_second",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for ThrottleSetting {
    fn from(text: String) -> Self {
        match text.as_str() {
            // Records of before said whose it was.
            "calls_per_second" | "calls_per_second of the service" | "calls_per_second of the API" => {
                Self::CallsPerSecond
            }
            "throttle.default_per_second" => Self::DefaultPerSecond,
            _ => Self::Other(text),
        }
    }
}

impl From<ThrottleSetting> for String {
    fn from(setting: ThrottleSetting) -> Self {
        setting.text().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_calls_are_counted_is_told_in_both_languages() {
        for (scope, text, english, chinese) in [
            (ThrottleScope::Api, "api", "calls of the API", "API的调用次数"),
            (ThrottleScope::User, "user", "calls of the user", "用户的调用次数"),
            (ThrottleScope::App, "app", "calls of the app", "应用的调用次数"),
            (
                ThrottleScope::Address,
                "ip",
                "calls of the address",
                "来源地址的调用次数",
            ),
            (
                ThrottleScope::Other("x".into()),
                "x",
                "calls of the x",
                "x的调用次数",
            ),
        ] {
            assert_eq!(serde_json::to_value(&scope).expect("a text"), text);
            let read: ThrottleScope = serde_json::from_value(text.into()).expect("any text is read");
            assert_eq!(read, scope);
            assert_eq!(scope.calls_in(Language::English), english);
            assert_eq!(scope.calls_in(Language::Chinese), chinese);
        }
    }

    #[test]
    fn a_name_that_is_not_known_can_be_cut_and_those_that_are_known_cannot() {
        for known in ["api", "user", "app", "ip"] {
            assert_eq!(ThrottleScope::from(known.to_owned()).unknown(), None, "{known}");
        }
        for known in ["calls_per_second", "throttle.default_per_second"] {
            assert_eq!(ThrottleSetting::from(known.to_owned()).unknown(), None, "{known}");
        }
        let mut scope = ThrottleScope::from("something".to_owned());
        scope.unknown().expect("its name").truncate(4);
        assert_eq!(scope, ThrottleScope::Other("some".to_owned()));
        let mut setting = ThrottleSetting::from("something".to_owned());
        setting.unknown().expect("its name").truncate(4);
        assert_eq!(setting, ThrottleSetting::Other("some".to_owned()));
    }

    #[test]
    fn settings_are_names_and_records_of_before_that_said_more_are_read() {
        let read = |text: &str| -> ThrottleSetting { serde_json::from_value(text.into()).expect("any text") };
        for before in [
            "calls_per_second",
            "calls_per_second of the service",
            "calls_per_second of the API",
        ] {
            assert_eq!(read(before), ThrottleSetting::CallsPerSecond);
        }
        for setting in [
            ThrottleSetting::CallsPerSecond,
            ThrottleSetting::DefaultPerSecond,
            ThrottleSetting::Other("throttle.x".into()),
        ] {
            let text = String::from(setting.clone());
            assert_eq!(read(&text), setting);
        }
        let told =
            |is_of_service, language| ThrottleSetting::CallsPerSecond.words_in(is_of_service, language);
        assert_eq!(told(true, Language::English), "`calls_per_second` of the service");
        assert_eq!(told(false, Language::English), "`calls_per_second` of the API");
        assert_eq!(told(true, Language::Chinese), "服务的 `calls_per_second`");
        assert_eq!(
            ThrottleSetting::DefaultPerSecond.words_in(true, Language::Chinese),
            "`throttle.default_per_second`"
        );
    }
}
