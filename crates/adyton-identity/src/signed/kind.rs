//! The two kinds of keys that sign, and the reason that each fault has for each.

use adyton_core::catalogue::Reason;
use adyton_core::id::AppKey;
use adyton_core::live::Live;
use adyton_core::refusal::PublicDetail;
use adyton_sign::mistakes::Finding;
use adyton_sign::{AuthorizationError, DateError};

use crate::accepts::Accepts;

/// A user's access key, or an app's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    AccessKey,
    App,
}

impl Kind {
    /// Whose fault a header is that cannot be read: the key that it seems to name decides, else what is accepted.
    pub(super) fn guess(live: &Live, accepts: &Accepts, header: &[u8]) -> Self {
        let text = String::from_utf8_lossy(header);
        let access = ["Access=", "Credential="]
            .iter()
            .find_map(|field| text.split_once(field))
            .map(|(_, rest)| rest.split([',', ' ', '/', ';']).next().unwrap_or_default());
        let app = access.is_some_and(|access| AppKey::has_shape(access) || live.app_by_key(access).is_some());
        if accepts.app && (app || !accepts.iam) {
            Self::App
        } else {
            Self::AccessKey
        }
    }

    const fn pick(self, access_key: Reason, app: Reason) -> Reason {
        match self {
            Self::AccessKey => access_key,
            Self::App => app,
        }
    }

    pub(super) const fn malformed(self) -> Reason {
        self.pick(Reason::AkskMalformed, Reason::AppMalformed)
    }
    pub(super) const fn repeated(self) -> Reason {
        self.pick(Reason::AkskRepeated, Reason::AppRepeated)
    }
    pub(super) const fn unreadable(self, error: &AuthorizationError) -> Reason {
        match error {
            AuthorizationError::OtherAlgorithm(_) => {
                self.pick(Reason::AkskUnsupportedAlgorithm, Reason::AppUnsupportedAlgorithm)
            }
            AuthorizationError::DateNotSigned => {
                self.pick(Reason::AkskDateNotSigned, Reason::AppDateNotSigned)
            }
            AuthorizationError::OtherScheme(_)
            | AuthorizationError::MissingField(_)
            | AuthorizationError::EmptyField(_)
            | AuthorizationError::RepeatedField(_)
            | AuthorizationError::UnknownField(_)
            | AuthorizationError::BadAccess
            | AuthorizationError::SignatureLength(_)
            | AuthorizationError::SignatureNotHex(_)
            | AuthorizationError::SignatureBase64
            | AuthorizationError::BadHeaderName(_)
            | AuthorizationError::RepeatedHeaderName(_)
            | AuthorizationError::TooManyHeaders(_) => self.malformed(),
        }
    }
    pub(super) const fn unknown(self) -> Reason {
        self.pick(Reason::AkskUnknownKey, Reason::AppUnknownKey)
    }
    pub(super) const fn locked(self) -> Reason {
        self.pick(Reason::AkskLocked, Reason::AppLocked)
    }
    pub(super) const fn disabled(self) -> Reason {
        self.pick(Reason::AkskKeyDisabled, Reason::AppDisabled)
    }
    pub(super) const fn owner_disabled() -> Reason {
        Reason::AkskUserDisabled
    }
    pub(super) const fn security_token() -> Reason {
        Reason::AkskSecurityToken
    }
    pub(super) const fn header_missing(self) -> Reason {
        self.pick(Reason::AkskSignedHeaderMissing, Reason::AppSignedHeaderMissing)
    }
    pub(super) const fn body_digest(self) -> Reason {
        self.pick(Reason::AkskBodyDigest, Reason::AppBodyDigest)
    }
    pub(super) const fn date(self, error: DateError) -> Reason {
        match error {
            DateError::Missing => self.pick(Reason::AkskDateMissing, Reason::AppDateMissing),
            DateError::Malformed => self.pick(Reason::AkskDateMalformed, Reason::AppDateMalformed),
            DateError::Expired { .. } | DateError::Ahead { .. } => {
                self.pick(Reason::AkskClockSkew, Reason::AppClockSkew)
            }
        }
    }
    /// A signature that does not match, with or without mistakes that explain it. An app's wrong secret has a code of its
    /// own, whether it is known what is wrong with it or not.
    pub(super) fn mismatch(self, finding: Option<&Finding>) -> (Reason, PublicDetail) {
        match (self, finding) {
            (Self::AccessKey, None) => (Reason::AkskBadSignature, PublicDetail::AkSkSignature),
            (Self::AccessKey, Some(_)) => (Reason::AkskSigningMistake, PublicDetail::AkSkSignature),
            (Self::App, None) => (Reason::AppBadSignature, PublicDetail::None),
            (Self::App, Some(finding)) if finding.has_wrong_secret() => {
                (Reason::AppSecretMistake, PublicDetail::None)
            }
            (Self::App, Some(_)) => (Reason::AppSigningMistake, PublicDetail::AppSignature),
        }
    }
}
