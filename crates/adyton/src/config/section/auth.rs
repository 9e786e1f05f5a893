//! How an app may authenticate: what is enabled, what is not.

use crate::config::section::section;

section! {
    /// How apps may authenticate. A signature with AppKey and AppSecret is always accepted; the other ways send the secret
    /// itself, so they are accepted only over HTTPS or from this machine.
    Auth in "auth" {
        /// Whether `X-HW-ID` and `X-HW-AppKey` (AppKey and AppSecret) are accepted.
        app_secret: bool = "true" at "auth.app_secret", Start;
        /// Whether `Authorization: Basic` with AppKey and AppSecret is accepted.
        app_basic: bool = "false" at "auth.app_basic", Start;
        /// Whether the header `apikey` with only an AppKey is accepted. An AppKey is not secret: anybody who has seen it can call.
        apikey: bool = "false" at "auth.apikey", Start;
    }
}
