//! Which credentials an address takes. Two credentials at once: this decides which counts.

use crate::caller::Way;

/// What one API, or the management plane, accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Accepts {
    /// IAM: tokens and AK/SK.
    pub iam: bool,
    /// Apps: signatures and, where the settings have them on, the simpler ways.
    pub app: bool,
    /// AppCodes, on top of `app`.
    pub app_code: bool,
    /// The console's cookie. At the control listener alone: browsers send cookies to every port of a host.
    pub session: bool,
}

impl Accepts {
    /// Services that take no apps.
    pub const IAM: Self = Self {
        iam: true,
        app: false,
        app_code: false,
        session: false,
    };

    /// The management plane.
    pub const MANAGEMENT: Self = Self {
        session: true,
        ..Self::IAM
    };

    /// Whoever can call anything: where callers read what became of their calls.
    pub const ALL: Self = Self {
        iam: true,
        app: true,
        app_code: true,
        session: false,
    };

    /// Whether a way of this kind counts here, whatever the settings say.
    pub const fn takes(self, way: Way) -> bool {
        match way {
            Way::Token | Way::AccessKey => self.iam,
            Way::Console => self.session,
            Way::AppSignature | Way::KeyPair | Way::AppBasic | Way::ApiKey => self.app,
            Way::AppCode => self.app && self.app_code,
        }
    }
}
