//! The limit of open files: raised at the start to what the listeners need, as far as the system lets it; what does not fit
//! into it is cut from the connections, not found out under load.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for everything but callers' connections: database, journal, packages, connections to instances.
const RESERVE: u64 = 1024;

/// The limit of this process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenFiles {
    /// What it was when the process began; `None` is no limit. Programs that models bring get this one.
    pub original: Option<u64>,
    /// What it is now.
    pub now: Option<u64>,
}

/// How many connections the listeners may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connections {
    /// On the gateway.
    pub gateway: usize,
    /// On the control listener.
    pub control: usize,
}

impl Connections {
    /// The open files that they need, with the reserve.
    pub fn needed(self) -> u64 {
        (self.gateway as u64)
            .saturating_add(self.control as u64)
            .saturating_add(RESERVE)
    }

    /// What of them fits into a limit. When it is short, a fourth is kept for the rest of the process and the control
    /// listener gets at most a fourth of what remains, so that neither stops the other.
    #[must_use]
    pub fn within(self, limit: Option<u64>) -> Self {
        let Some(limit) = limit.filter(|limit| *limit < self.needed()) else {
            return self;
        };
        let left = limit - RESERVE.min(limit / 4);
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).max(1);
        let control = self.control.min(count(left / 4));
        Self {
            gateway: self.gateway.min(count(left.saturating_sub(control as u64))),
            control,
        }
    }
}

/// Raises the limit of open files to what is needed, at most to the hard limit.
pub fn raise(needed: u64) -> OpenFiles {
    let limit = getrlimit(Resource::Nofile);
    let original = limit.current;
    let now = match (limit.current, limit.maximum) {
        (Some(current), maximum) if current < needed => {
            let wanted = maximum.map_or(needed, |maximum| maximum.min(needed));
            set(wanted, limit.maximum).unwrap_or(Some(current))
        }
        (current, _) => current,
    };
    OpenFiles { original, now }
}

/// Lowers the limit to what it was before [`raise`], for a program that counts on it: some close every descriptor up to it,
/// others can only wait for those below 1024.
pub fn lower(original: u64) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    // Where it cannot be lowered, the program has the higher one.
    let _ = set(original, maximum);
}

fn set(current: u64, maximum: Option<u64>) -> Option<Option<u64>> {
    let limit = Rlimit {
        current: Some(current),
        maximum,
    };
    setrlimit(Resource::Nofile, limit).ok().map(|()| Some(current))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_limit_with_a_reserve() {
        let wanted = Connections {
            gateway: 16_384,
            control: 2_048,
        };
        assert_eq!(wanted.within(None), wanted);
        assert_eq!(wanted.within(Some(wanted.needed())), wanted);
        let small = wanted.within(Some(1024));
        assert_eq!((small.gateway, small.control), (576, 192));
        let tiny = wanted.within(Some(4));
        assert!(tiny.gateway >= 1 && tiny.control >= 1);
        let few = Connections {
            gateway: 200,
            control: 50,
        };
        assert_eq!(few.within(Some(1024)), few, "what fits is not cut");
    }
}
