//! Who takes a call: a version by its weight, among those that declare the path, then one of its instances.

use std::sync::Arc;

use adyton_core::id::ModelId;
use adyton_core::live::Routes;

use super::instance::Instance;
use super::target::Unavailable;

/// The ready instances of one model version inside a service: themselves, or who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTargets<I = Arc<Instance>> {
    /// The model version.
    pub model: ModelId,
    /// Its share of the calls; zero gets none unless every version that declares the path has zero.
    pub weight: u32,
    /// Its ready instances; may be empty.
    pub instances: Vec<I>,
    /// What it declares. While a change of the service is under way this alone says which paths a former version answers.
    pub routes: Arc<Routes>,
}

/// The ready instances of a service: themselves, or who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTargets<I = Arc<Instance>> {
    /// The versions, in the order of the service's configuration.
    pub versions: Vec<VersionTargets<I>>,
    /// What to say when no version has an instance for the call.
    pub otherwise: Unavailable,
}

impl<I> ServiceTargets<I> {
    /// The same with what `find` gives for each instance; one for which it gives nothing is left out.
    pub(crate) fn with<J>(self, mut find: impl FnMut(I) -> Option<J>) -> ServiceTargets<J> {
        let versions = self.versions.into_iter().map(|version| VersionTargets {
            model: version.model,
            weight: version.weight,
            instances: version.instances.into_iter().filter_map(&mut find).collect(),
            routes: version.routes,
        });
        ServiceTargets {
            versions: versions.collect(),
            otherwise: self.otherwise,
        }
    }
}

impl ServiceTargets {
    /// Chooses a version by weight among those that `declares` allows and that have an instance, then an instance.
    pub(super) fn choose(
        &self,
        declares: impl Fn(&VersionTargets) -> bool,
        turn: u64,
    ) -> Result<&Arc<Instance>, Unavailable> {
        let able = |version: &&VersionTargets| !version.instances.is_empty() && declares(version);
        let version = match self.versions.as_slice() {
            [only] => Some(only).filter(able),
            versions => {
                let able = versions.iter().filter(able);
                by_weight(able.clone(), |version| version.weight, turn).or_else(|| able.clone().next())
            }
        };
        version.map(|version| version.choose(turn)).ok_or(self.otherwise)
    }
}

impl VersionTargets {
    /// The instance for this turn: they are called one after the other. Called only where there is one.
    fn choose(&self, turn: u64) -> &Arc<Instance> {
        &self.instances[usize::try_from(turn % self.instances.len() as u64).unwrap_or(0)]
    }
}

/// Which of several is called in this turn, by their weights; `None` where the weights add up to nothing.
pub fn by_weight<'e, T>(
    entries: impl Iterator<Item = &'e T> + Clone,
    weight: impl Fn(&T) -> u32,
    turn: u64,
) -> Option<&'e T> {
    let total = entries.clone().map(|entry| u64::from(weight(entry))).sum();
    let mut left = spread(turn, total);
    for entry in entries {
        let own = u64::from(weight(entry));
        if left < own {
            return Some(entry);
        }
        left -= own;
    }
    None
}

/// Maps turns 0, 1, 2, … onto `0..total` so that every stretch of them is spread evenly (a golden-ratio sequence), and
/// weights of 90 and 10 do not become ninety calls here and then ten there.
fn spread(turn: u64, total: u64) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let scattered = turn.wrapping_mul(GOLDEN);
    u64::try_from((u128::from(scattered) * u128::from(total)) >> 64).unwrap_or(0)
}
