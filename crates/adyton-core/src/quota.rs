//! Quotas: how many of a kind a project may have, or whoever a kind belongs to. What there is stays when a quota is lowered below it; nothing
//! is added until there is room.

use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quota {
    /// Services of a project; stopped ones count too.
    Services,
    /// Instances of a project's services, as many as are wanted of those that are not stopped.
    Instances,
    /// Model versions of a project; those whose import failed count too.
    Models,
    /// Bytes of the packages of a project's models, unpacked; one that several models have counts once.
    PackageBytes,
    /// Apps of a project.
    Apps,
    /// AppCodes of one app of a project.
    AppCodes,
    /// Access keys of one user of a domain.
    AccessKeys,
}

impl Quota {
    /// All quotas, in the order in which they are listed.
    pub const ALL: [Self; 7] = [
        Self::Services,
        Self::Instances,
        Self::Models,
        Self::PackageBytes,
        Self::Apps,
        Self::AppCodes,
        Self::AccessKeys,
    ];

    /// The word of the API and the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Instances => "instances",
            Self::Models => "models",
            Self::PackageBytes => "package_bytes",
            Self::Apps => "apps",
            Self::AppCodes => "app_codes",
            Self::AccessKeys => "access_keys",
        }
    }
    /// The quota of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quota| quota.name() == name)
    }
    /// Whether it is set for a domain and holds for each of its users; the others are set for a project.
    pub const fn is_of_domain(self) -> bool {
        match self {
            Self::AccessKeys => true,
            Self::Services
            | Self::Instances
            | Self::Models
            | Self::PackageBytes
            | Self::Apps
            | Self::AppCodes => false,
        }
    }
    /// How many there may be where nobody has said anything. Five AppCodes and two access keys are what the cloud grants (APIG User Guide,
    /// "Simple Authentication of Apps"; IAM API Reference, "Creating a Permanent Access Key").
    pub const fn usual(self) -> Limit {
        match self {
            Self::Services => Limit::AtMost(1000),
            Self::AppCodes => Limit::AtMost(5),
            Self::AccessKeys => Limit::AtMost(2),
            Self::Instances | Self::Models | Self::PackageBytes | Self::Apps => Limit::None,
        }
    }
    /// Whose they are, and what is counted, for a message: "the project has 3 services".
    pub const fn counted(self) -> (&'static str, &'static str) {
        match self {
            Self::Services => ("the project", "services"),
            Self::Instances => ("the project", "instances"),
            Self::Models => ("the project", "model versions"),
            Self::PackageBytes => ("the project", "bytes of packages"),
            Self::Apps => ("the project", "apps"),
            Self::AppCodes => ("the app", "AppCodes"),
            Self::AccessKeys => ("the user", "access keys"),
        }
    }
}

/// How many there may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// This many.
    AtMost(u64),
    /// As many as are wanted.
    None,
}

impl Limit {
    /// As the API and the store write it: -1 is no limit.
    pub fn number(self) -> i64 {
        match self {
            Self::AtMost(most) => i64::try_from(most).unwrap_or(i64::MAX),
            Self::None => -1,
        }
    }
    /// Read back; nothing for other negative numbers.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            -1 => Some(Self::None),
            number => u64::try_from(number).ok().map(Self::AtMost),
        }
    }
    /// The number that is exceeded when `more` are added to `used`, if one is. Who adds nothing exceeds nothing.
    pub const fn exceeded(self, used: u64, more: u64) -> Option<u64> {
        match self {
            Self::AtMost(most) if more > 0 && used.saturating_add(more) > most => Some(most),
            Self::AtMost(_) | Self::None => None,
        }
    }
}

/// A quota and what is used of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotaUse {
    /// Which.
    pub quota: Quota,
    /// How many there may be.
    pub limit: Limit,
    /// How many there are; nothing where each user or app has its own number.
    pub used: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quota_is_found_by_its_own_name() {
        for quota in Quota::ALL {
            assert_eq!(Quota::parse(quota.name()), Some(quota));
            assert_eq!(serde_json::to_value(quota).expect("a word"), quota.name());
        }
        assert_eq!(Quota::parse("Services"), None);
    }

    #[test]
    fn what_there_is_stays_and_only_more_exceeds() {
        let limit = Limit::AtMost(2);
        for (used, more, exceeded) in [
            (0, 2, None),
            (0, 3, Some(2)),
            (2, 1, Some(2)),
            (5, 0, None),
            (5, 1, Some(2)),
            (u64::MAX, 1, Some(2)),
        ] {
            assert_eq!(limit.exceeded(used, more), exceeded, "{used} + {more}");
        }
        assert_eq!(Limit::AtMost(0).exceeded(0, 1), Some(0));
        assert_eq!(Limit::None.exceeded(u64::MAX, 1), None);
    }

    #[test]
    fn a_limit_is_a_number_and_no_limit_is_minus_one() {
        for limit in [Limit::None, Limit::AtMost(0), Limit::AtMost(7)] {
            assert_eq!(Limit::from_number(limit.number()), Some(limit));
        }
        assert_eq!(Limit::from_number(-2), None);
        assert_eq!(Limit::AtMost(u64::MAX).number(), i64::MAX);
    }
}
