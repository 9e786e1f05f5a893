//! Tries the table, first one by one, then the commonest in pairs, until one gives the signature that arrived.

use adyton_core::mistake::SigningMistake;
use adyton_core::secret::Secret;
use zeroize::{Zeroize, Zeroizing};

use super::chain;
use super::late::{self, LATE_WORK_MAX};
use super::recipe::{AutopsyInput, Recipe, put};
use super::table::{Mistake, TABLE};

/// The most work of one autopsy, in bytes hashed or written: two milliseconds on one core.
pub const WORK_MAX: usize = TABLE_WORK_MAX + LATE_WORK_MAX;

/// The part of it that the table may take.
const TABLE_WORK_MAX: usize = 640 * 1024;

/// What each try costs besides its canonical request: the rounds of HMAC, and the copy.
const TRY_COST: usize = 512;

/// What the client did.
#[derive(Clone, Debug)]
pub struct Finding {
    /// One mistake, or two together.
    pub mistakes: Vec<&'static Mistake>,
    /// The canonical request that the client signed; bytes that are not UTF-8 are replaced.
    pub canonical_request: String,
}

impl Finding {
    /// The names, `+` between two.
    pub fn name(&self) -> String {
        self.mistakes
            .iter()
            .map(|mistake| mistake.what.name())
            .collect::<Vec<_>>()
            .join("+")
    }

    /// Whether another secret than the key's was used, be it a misspelled one.
    pub fn has_wrong_secret(&self) -> bool {
        self.mistakes.iter().any(|mistake| mistake.is_wrong_secret())
    }
}

/// The outcome of an autopsy.
#[derive(Clone, Debug)]
pub struct Autopsy {
    /// What the client did, if it was found.
    pub finding: Option<Finding>,
    /// How many recipes were tried.
    pub tries: usize,
    /// Whether [`WORK_MAX`] ended it before all were tried, because the request is large.
    pub cut_short: bool,
}

struct Table<'s, S: Zeroize> {
    scene: &'s AutopsyInput<'s>,
    secret: &'s Secret<S>,
    text: Vec<u8>,
    tries: usize,
    work: usize,
    is_late_cut: bool,
}

impl<S: Zeroize + AsRef<[u8]>> Table<'_, S> {
    /// Whether the recipe gives the signature.
    fn gives(&mut self, recipe: &Recipe<'_>) -> bool {
        let signature = recipe.signature(self.secret, &mut self.text);
        self.tries += 1;
        self.work += self.text.len() + TRY_COST;
        signature == self.scene.authorization.signature
    }

    fn spent(&self) -> bool {
        self.work >= TABLE_WORK_MAX
    }

    fn finding(&self, mistakes: Vec<&'static Mistake>) -> Finding {
        Finding {
            mistakes,
            canonical_request: String::from_utf8_lossy(&self.text).into_owned(),
        }
    }

    /// A recipe to change; where the secret is changed, with a copy of it that is wiped when dropped.
    fn copy<'r>(&self, base: &'r Recipe<'_>, mistake: &Mistake) -> Recipe<'r> {
        let mut recipe = base.borrowed();
        if mistake.changes_secret() && recipe.secret.is_none() {
            recipe.secret = Some(Zeroizing::new(self.secret.expose().as_ref().to_vec()));
        }
        recipe
    }

    /// All ways of one mistake on top of a recipe.
    fn one(&mut self, base: &Recipe<'_>, mistake: &'static Mistake, ways: usize) -> bool {
        for way in 0..ways.min(mistake.ways) {
            if self.spent() {
                return false;
            }
            let mut recipe = self.copy(base, mistake);
            // Reading the body and writing it anew costs too.
            self.work += mistake.work(self.scene);
            if (mistake.make)(self.scene, &mut recipe, way) && self.gives(&recipe) {
                return true;
            }
        }
        false
    }

    fn all(&mut self, right: &Recipe<'_>) -> Option<Finding> {
        for mistake in TABLE {
            if self.one(right, mistake, mistake.ways) {
                return Some(self.finding(vec![mistake]));
            }
        }
        let common = || TABLE.iter().filter(|mistake| mistake.is_common);
        for (at, first) in common().enumerate() {
            let mut base = self.copy(right, first);
            if !(first.make)(self.scene, &mut base, 0) {
                continue;
            }
            for second in common().skip(at + 1) {
                if self.one(&base, second, 2) {
                    return Some(self.finding(vec![first, second]));
                }
            }
        }
        None
    }

    /// What takes many tries each. Its work counts apart from that of the table.
    fn late(&mut self, right: &Recipe<'_>) -> Option<Finding> {
        let mut work = 0;
        for (what, hash, cost) in late::bodies(self.scene) {
            work += cost;
            let mut recipe = right.borrowed();
            if work < LATE_WORK_MAX && put(&mut recipe.hash, hash) && self.gives(&recipe) {
                return self.known(what);
            }
            if work >= LATE_WORK_MAX {
                break;
            }
        }
        right.canonical(&mut self.text);
        let secret = self.secret.expose().as_ref();
        if late::date_of_string(self.scene, secret, &self.text, &mut work) {
            return self.known(SigningMistake::DateTakenTwice);
        }
        if chain::key(self.scene, secret, &self.text, &mut work) {
            return self.known(SigningMistake::SecretDerivedKey);
        }
        for recipe in late::dates_of_both(self.scene, right) {
            work += self.text.len() + TRY_COST;
            if work >= LATE_WORK_MAX {
                break;
            }
            if self.gives(&recipe) {
                return self.known(SigningMistake::DateTakenTwice);
            }
        }
        self.is_late_cut = work >= LATE_WORK_MAX;
        None
    }

    fn known(&self, what: SigningMistake) -> Option<Finding> {
        let mistake = TABLE.iter().find(|mistake| mistake.what == what)?;
        Some(self.finding(vec![mistake]))
    }
}

/// Looks for what the client did wrong. The secret must be the key's true one, and the signature must not match.
pub fn autopsy<S: Zeroize + AsRef<[u8]>>(scene: &AutopsyInput<'_>, secret: &Secret<S>) -> Autopsy {
    let right = Recipe::right(scene);
    let mut table = Table {
        scene,
        secret,
        text: Vec::with_capacity(512),
        tries: 0,
        work: 0,
        is_late_cut: false,
    };
    let of_the_table = table.all(&right);
    let is_cut = table.spent();
    let finding = of_the_table.or_else(|| table.late(&right));
    Autopsy {
        cut_short: finding.is_none() && (is_cut || table.is_late_cut),
        finding,
        tries: table.tries,
    }
}
