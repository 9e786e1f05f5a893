//! How large a body may be, and which setting says so.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::measured::Measured;
use adyton_core::record::Door;

use crate::pipeline::refused::Refused;
use crate::settings::Limits;

/// The limit of one door; it is the last size that passes.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    bytes: u64,
    setting: &'static str,
}

impl Bound {
    /// The limit of this door.
    pub(super) fn of(limits: &Limits, door: Door) -> Self {
        match door {
            Door::Address => Self {
                bytes: limits.address_body,
                setting: "limits.address_body",
            },
            Door::PredictionTab => Self {
                bytes: limits.prediction_tab_body,
                setting: "limits.prediction_tab_body",
            },
        }
    }

    /// The limit, in bytes.
    pub(super) fn bytes(self) -> u64 {
        self.bytes
    }

    /// The limit as a length in memory.
    pub(super) fn as_length(self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }

    /// Refuses a body that is declared, or measured, to be larger.
    pub(super) fn exceeded(self, declared: Option<u64>, measured: Option<u64>) -> Box<Refused> {
        self.refused(Measured::Body, declared, measured)
    }

    /// Refuses a compressed body out of which at least so many bytes came.
    pub(super) fn exceeded_decoded(self, measured: u64) -> Box<Refused> {
        self.refused(Measured::BodyDecoded, None, Some(measured.max(self.bytes + 1)))
    }

    fn refused(self, what: Measured, declared: Option<u64>, measured: Option<u64>) -> Box<Refused> {
        let evidence = Evidence::Size {
            what,
            limit: self.bytes,
            declared,
            measured,
            setting: self.setting.to_owned(),
        };
        Refused::new(Reason::BodyTooLarge, evidence)
    }
}
