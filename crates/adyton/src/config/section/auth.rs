//! Which ways of showing an app are open.

use crate::config::section::section;

section! {
    /// How apps may show themselves. A signature with AppKey and AppSecret is always accepted; the others are secrets that
    /// travel as they are, so they count only over HTTPS or from this machine.
    Auth in "auth" {
        /// Whether `X-HW-ID` and `X-HW-AppKey` (AppKey and AppSecret) count.
        app_secret: bool = "true" at "auth.app_secret", Start;
        /// Whether `Authorization: Basic` with AppKey and AppSecret counts.
        app_basic: bool = "false" at "auth.app_basic", Start;
        /// Whether the header `apikey` with an AppKey alone counts. It is no secret: whoever has seen it can call.
        apikey: bool = "false" at "auth.apikey", Start;
    }
}
