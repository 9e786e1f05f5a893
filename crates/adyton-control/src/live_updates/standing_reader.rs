//! Who reads a stream, and whether they still may: a stream outlives the call that opened it.

use std::sync::Arc;

use adyton_core::id::ProjectId;
use adyton_core::live::Live;
use adyton_identity::{Action, Caller};

use crate::actor::{Actor, permitted};
use crate::shared::Shared;

/// See the top of the file.
pub(super) struct StandingReader {
    pub(super) shared: Arc<Shared>,
    pub(super) project: ProjectId,
    caller: Caller,
    /// What they must be permitted to do.
    action: Action,
    /// The revision that this was decided by last.
    decided_by: u64,
}

/// What became of a reader's permission.
pub(super) enum Still {
    /// They may read on, as before.
    Same,
    /// They may read on; what else they may do may differ.
    Anew(Actor),
    /// Their session or their role is gone.
    Gone,
}

impl StandingReader {
    /// Somebody who may do this now.
    pub(super) fn new(shared: Arc<Shared>, actor: &Actor, project: ProjectId, action: Action) -> Self {
        Self {
            shared,
            project,
            caller: actor.caller.clone(),
            action,
            decided_by: actor.live.revision(),
        }
    }

    /// Whether they may read on.
    pub(super) fn still(&mut self) -> Still {
        let live: Arc<Live> = self.shared.live();
        let Some(caller) = self.shared.identity.renewed(&live, &self.caller) else {
            return Still::Gone;
        };
        if live.revision() == self.decided_by {
            return Still::Same;
        }
        self.decided_by = live.revision();
        match permitted(&live, &caller, self.action, Some(self.project)) {
            Ok(()) => Still::Anew(Actor {
                caller,
                live,
                project: Some(self.project),
            }),
            Err(_) => Still::Gone,
        }
    }
}
