//! A token's text. What must hold: only the very text that was issued opens.

use std::sync::OnceLock;
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::live::{Change, Live};
use adyton_core::secret::Secret;
use adyton_core::tenant::{Domain, Project, Scope, TokenKey, User};
use adyton_identity::{Identity, Methods, tokens};

use crate::choices::Choices;

/// A world with one user, and a token of theirs.
fn world() -> &'static (Live, String, Timestamp) {
    static WORLD: OnceLock<(Live, String, Timestamp)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let clock = Clock::system();
        let (domain, project) = (DomainId::from_bits(1), ProjectId::from_bits(2));
        let user = User {
            id: UserId::from_bits(3),
            name: "user".into(),
            domain,
            enabled: true,
            token_epoch: 1,
            assignments: Vec::new(),
        };
        let changes = [
            Change::Domain(Domain {
                id: domain,
                name: "domain".into(),
            }),
            Change::Project(Project {
                id: project,
                name: "project".into(),
                domain,
            }),
            Change::User(user.clone()),
            Change::TokenKey(TokenKey {
                id: 1,
                secret: Secret::new([7; 32]),
                created_at: clock.now().before(Duration::from_secs(60)),
            }),
        ];
        let mut live = Live::default();
        for (revision, change) in (1..).zip(changes) {
            live.apply(revision, change);
        }
        let identity = Identity::new(clock.clone(), adyton_identity::Settings::default());
        let issued = identity.issue_token(&live, &user, Scope::Project(project), Methods::PASSWORD, None);
        (live, issued.expect("a token").0, clock.now())
    })
}

pub(crate) fn run(bytes: &[u8]) {
    let (live, token, now) = world();
    assert!(tokens::open(live, token.as_bytes(), *now).is_ok());
    // The bytes as they are; then as a change of the token, which bytes alone would never come near.
    let mut changed = token.clone().into_bytes();
    let mut choices = Choices::new(bytes);
    while !choices.is_over() {
        let at = choices.below(changed.len().max(1));
        match choices.below(4) {
            0 if at < changed.len() => changed[at] = choices.byte(),
            1 => changed.truncate(at),
            2 => changed.insert(at, choices.byte()),
            _ => changed.extend_from_slice(choices.bytes(8)),
        }
    }
    for text in [bytes, &changed] {
        let opened = tokens::open(live, text, *now);
        assert_eq!(
            opened.is_ok(),
            text == token.as_bytes(),
            "{:?}",
            String::from_utf8_lossy(text)
        );
    }
}
