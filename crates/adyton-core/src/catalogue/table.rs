//! Reasons × surfaces: what each surface shows for a cause, and the way back from a sub-code.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::Code;
use super::entry::Retry;
use super::reason::Reason;
use super::rows::rows;
use super::sub_code::SubCode;
use super::surface::Surface;

/// One cell of the table: a code and a sub-code, or `-` where the surface never meets the cause.
macro_rules! cell {
    ($reason:ident -) => {
        None
    };
    ($reason:ident ($code:ident $name:literal)) => {
        Some(SubCode::new($name, Code::$code, Reason::$reason))
    };
}

/// The cell of ModelArts, APIG or Adyton: most causes have one for all three.
macro_rules! management {
    (ModelArts $reason:ident [$cell:tt $apig:tt $adyton:tt]) => {
        cell!($reason $cell)
    };
    (Apig $reason:ident [$modelarts:tt $cell:tt $adyton:tt]) => {
        cell!($reason $cell)
    };
    (Adyton $reason:ident [$modelarts:tt $apig:tt $cell:tt]) => {
        cell!($reason $cell)
    };
    ($surface:ident $reason:ident $cell:tt) => {
        cell!($reason $cell)
    };
}

macro_rules! cells {
    ($($name:ident = $step:ident $english:literal $chinese:literal $gateway:tt $management:tt $iam:tt $subject:tt;)*) => {
        impl Reason {
            /// What the surface shows for it; `None` where it never meets it.
            pub(super) const fn cell(self, surface: Surface) -> Option<SubCode> {
                match self {
                    $(Reason::$name => match surface {
                        Surface::Gateway => cell!($name $gateway),
                        Surface::ModelArts => management!(ModelArts $name $management),
                        Surface::Apig => management!(Apig $name $management),
                        Surface::Adyton => management!(Adyton $name $management),
                        Surface::Iam => cell!($name $iam),
                    },)*
                }
            }

            /// What IAM shows for it where it is the cause of a token that IAM is asked about (`X-Subject-Token`).
            pub(super) const fn subject_cell(self) -> Option<SubCode> {
                match self {
                    $(Reason::$name => cell!($name $subject),)*
                }
            }
        }
    };
}

rows!(cells);

impl Reason {
    /// What the surface shows for it. A cause that the surface never meets is a defect there.
    pub const fn at(self, surface: Surface) -> SubCode {
        match self.cell(surface) {
            Some(shown) => shown,
            None => surface.defect(),
        }
    }
    /// What IAM shows for a token that it is asked about: to the caller it is an unknown one, whatever the cause.
    pub const fn of_subject_token(self) -> SubCode {
        match self.subject_cell() {
            Some(shown) => shown,
            None => SUBJECT_DEFECT,
        }
    }
    /// What the first surface shows that meets it: of all that the pipeline refuses, that is the gateway.
    pub(super) const fn first(self) -> SubCode {
        let mut at = 0;
        while at < Surface::ALL.len() {
            if let Some(shown) = self.cell(Surface::ALL[at]) {
                return shown;
            }
            at += 1;
        }
        Surface::Gateway.defect()
    }
    /// Its stable name, as the journal keeps it: the sub-code at the gateway, or at the first surface that meets it.
    pub const fn sub_code(self) -> &'static str {
        self.first().name()
    }
    /// Its code at the gateway, or at the first surface that meets it.
    pub const fn code(self) -> Code {
        self.first().code()
    }
    /// Whether sending the same request again can help: as the code says, but for causes that are an exception to it.
    pub const fn retry(self) -> Retry {
        self.first().retry()
    }
    /// The reason that has this sub-code at the gateway, or else at the first surface that shows it.
    pub fn parse(sub_code: &str) -> Option<Self> {
        let by_first = Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.sub_code() == sub_code);
        by_first.or_else(|| SubCode::parse(sub_code).map(SubCode::reason))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sub_code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.sub_code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("no reason has the sub-code `{text}`")))
    }
}

/// What stands for a cause that a token which IAM is asked about never has.
const SUBJECT_DEFECT: SubCode = SubCode::new("iam.not_found", Code::IamNotFound, Reason::Internal);

impl Surface {
    /// What stands for a cause that the surface never meets.
    pub(super) const fn defect(self) -> SubCode {
        let (name, code) = match self {
            Surface::Gateway => ("gateway.internal", Code::Internal),
            Surface::ModelArts => ("modelarts.internal", Code::ModelArtsInternal),
            Surface::Apig => ("apig.internal", Code::ApigInternal),
            Surface::Adyton => ("manage.internal", Code::EdgeInternal),
            Surface::Iam => ("iam.internal", Code::IamInternal),
        };
        SubCode::new(name, code, Reason::Internal)
    }
}

impl SubCode {
    /// All sub-codes, each once, in the order of [`Reason::ALL`].
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for reason in Reason::ALL {
            let cells = Surface::ALL.map(|surface| reason.cell(surface));
            for shown in cells.into_iter().chain([reason.subject_cell()]).flatten() {
                if !all.contains(&shown) {
                    all.push(shown);
                }
            }
        }
        all
    }

    /// The sub-codes of a code.
    pub fn of(code: Code) -> Vec<Self> {
        let mut all = Self::all();
        all.retain(|shown| shown.code() == code);
        all
    }

    /// The sub-code of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|shown| shown.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Step;

    #[test]
    fn a_sub_code_has_one_code() {
        for reason in Reason::ALL {
            let at_all = Surface::ALL.map(|surface| reason.at(surface));
            for shown in at_all.into_iter().chain([reason.of_subject_token()]) {
                let known = SubCode::parse(shown.name()).expect("listed");
                assert_eq!(known.code(), shown.code(), "{shown}");
            }
        }
    }

    #[test]
    fn a_cause_that_a_surface_never_meets_is_a_defect_there() {
        for surface in Surface::ALL {
            assert_eq!(surface.defect().name(), Reason::Internal.at(surface).name());
        }
        // An unknown token, whatever went wrong.
        assert_eq!(Reason::Internal.of_subject_token().name(), "iam.not_found");
        assert_eq!(Reason::RouteDotSegment.at(Surface::Iam).name(), "iam.internal");
    }

    #[test]
    fn the_same_cause_has_the_code_of_each_surface() {
        let told = |shown: SubCode| (shown.name(), shown.code().entry().wire, shown.step());
        let shown = |surface| told(Reason::TokenExpired.at(surface));
        assert_eq!(
            shown(Surface::Gateway),
            ("token.expired", "APIG.0301", Step::Authenticate)
        );
        for management in [Surface::ModelArts, Surface::Apig, Surface::Adyton] {
            assert_eq!(
                shown(management),
                ("manage.token_expired", "APIGW.0301", Step::Manage)
            );
        }
        assert_eq!(shown(Surface::Iam), ("iam.token_expired", "401", Step::Manage));
        assert_eq!(
            told(Reason::TokenExpired.of_subject_token()),
            ("iam.subject_expired", "404", Step::Manage)
        );
    }
}
