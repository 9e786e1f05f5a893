//! Sessions of the console: opened with a password or a sign-in link, ended by signing out.
//!
//! A session is what a token is, and ends with it: at its time, when it is revoked, when the password changes, when its user is
//! disabled. It covers every project in which its user has a role.

use adyton_core::language::both;
use std::net::IpAddr;

use adyton_core::clock::Timestamp;
use adyton_core::live::Live;
use adyton_core::secret::Secret;
use adyton_core::tenant::User;
use adyton_identity::tokens::LINK_LIFE;
use adyton_identity::{Contents, Methods, Way};
use adyton_store::repository::UserName;

use crate::actor::Actor;
use crate::failure::{Failure, OperationResult};
use crate::operations::password;
use crate::shared::Shared;

/// A session that has just been opened.
pub(crate) struct Opened {
    /// What the cookie holds.
    pub(crate) text: Secret<String>,
    /// What it says.
    pub(crate) contents: Contents,
    /// Whose it is.
    pub(crate) user: User,
}

/// A link that opens one session.
pub(crate) struct SignInLink {
    /// What it ends with.
    pub(crate) secret: Secret<String>,
    /// Until when it can be used.
    pub(crate) expires_at: Timestamp,
}

/// Opens a session with a password. Fails as signing in for a token does.
pub(crate) async fn open(
    shared: &Shared,
    address: IpAddr,
    who: &UserName,
    password: &Secret<String>,
) -> OperationResult<Opened> {
    let user = password::verify(shared, address, who, password).await?;
    let live = shared.live();
    opened(shared, &live, user, Methods::PASSWORD, None)
}

/// Opens a session with the secret of a sign-in link, once: what is spent stays so, whatever becomes of the session.
pub(crate) async fn redeem(shared: &Shared, secret: &Secret<String>) -> OperationResult<Opened> {
    let live = shared.live();
    let (link, user) = shared
        .identity
        .open_link(&live, secret.expose().as_bytes())
        .map_err(|_| Failure::SignInLink)?;
    let spent = shared.store.tokens().spend(link.id, link.expires_at).await?;
    shared.settled(spent.ok_or(Failure::SignInLink)?).await?;
    opened(shared, &live, User::clone(&user), Methods::TOKEN, Some(&link))
}

fn opened(
    shared: &Shared,
    live: &Live,
    user: User,
    methods: Methods,
    from: Option<&Contents>,
) -> OperationResult<Opened> {
    let (text, contents) = shared
        .identity
        .issue_session(live, &user, methods, from)
        .map_err(Failure::defect)?;
    Ok(Opened {
        text: Secret::new(text),
        contents,
        user,
    })
}

/// Makes a sign-in link for the caller. The session that it opens ends when the caller's own credential does.
pub(crate) fn link(shared: &Shared, actor: &Actor) -> OperationResult<SignInLink> {
    let (text, contents) = shared
        .identity
        .issue_link(&actor.live, actor.user()?, actor.caller.token())
        .map_err(Failure::defect)?;
    Ok(SignInLink {
        secret: Secret::new(text),
        expires_at: contents.expires_at.min(contents.issued_at.after(LINK_LIFE)),
    })
}

/// Ends the caller's session.
pub(crate) async fn close(shared: &Shared, actor: &Actor) -> OperationResult<()> {
    let session = actor
        .caller
        .token()
        .filter(|_| actor.caller.way() == Way::Console);
    let session = session.ok_or_else(|| {
        Failure::Malformed(both!(
            "the request shows no session of the console; DELETE /v3/auth/tokens revokes a token",
            "请求中没有控制台会话；DELETE /v3/auth/tokens 用于撤销令牌"
        ))
    })?;
    let tokens = shared.store.tokens();
    let committed = tokens.revoke(session.id, session.expires_at).await?;
    shared.settled(committed).await.map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use adyton_core::tenant::{Assignment, Role, Scope};

    use super::*;
    use crate::rig::{PASSWORD, Rig};

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    async fn reader(rig: &Rig) -> User {
        let scope = Scope::Project(rig.project());
        let role = Role::Auditor;
        rig.user("reader", vec![Assignment { role, scope }]).await
    }

    /// The caller of a session.
    fn actor(rig: &Rig, opened: &Opened) -> OperationResult<Actor> {
        let live = rig.shared.live();
        let text = opened.text.expose().as_bytes();
        Ok(Actor {
            caller: rig.shared.identity.open_session(&live, text)?,
            live: Arc::clone(&live),
            project: None,
        })
    }

    async fn open_with(rig: &Rig, user: &User, password: &str) -> OperationResult<Opened> {
        let password = Secret::new(password.to_owned());
        open(&rig.shared, HOME, &UserName::Id(user.id), &password).await
    }

    #[tokio::test]
    async fn a_password_opens_a_session_that_signing_out_ends() {
        let rig = Rig::new().await;
        let user = reader(&rig).await;
        let session = open_with(&rig, &user, PASSWORD).await.unwrap();
        assert_eq!((session.user.id, session.contents.user), (user.id, user.id));
        let caller = actor(&rig, &session).unwrap();
        close(&rig.shared, &caller).await.unwrap();
        assert!(matches!(actor(&rig, &session), Err(Failure::Unauthenticated(_))));
    }

    #[tokio::test]
    async fn wrong_passwords_lock_as_at_every_other_sign_in() {
        let rig = Rig::new().await;
        let user = reader(&rig).await;
        for _ in 0..5 {
            let refused = open_with(&rig, &user, "not it").await;
            assert!(matches!(refused, Err(Failure::WrongPassword)));
        }
        let locked = open_with(&rig, &user, PASSWORD).await;
        assert!(matches!(locked, Err(Failure::Locked { .. })));
    }

    #[tokio::test]
    async fn a_link_opens_one_session_and_no_second() {
        let rig = Rig::new().await;
        let user = reader(&rig).await;
        let session = open_with(&rig, &user, PASSWORD).await.unwrap();
        let made = link(&rig.shared, &actor(&rig, &session).unwrap()).unwrap();
        assert_eq!(made.expires_at, rig.clock.now().after(LINK_LIFE));
        let (one, other) = tokio::join!(
            redeem(&rig.shared, &made.secret),
            redeem(&rig.shared, &made.secret)
        );
        let (opened, refused): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
        assert!(
            matches!(refused[..], [Err(Failure::SignInLink)]),
            "one of two at once"
        );
        let second = opened.into_iter().next().unwrap().unwrap();
        assert_eq!(second.contents.expires_at, session.contents.expires_at);
        assert!(actor(&rig, &second).is_ok());
        assert!(matches!(
            redeem(&rig.shared, &made.secret).await,
            Err(Failure::SignInLink)
        ));
    }

    #[tokio::test]
    async fn a_link_is_dead_after_its_time_and_once_its_user_is_disabled() {
        let rig = Rig::new().await;
        let user = reader(&rig).await;
        let session = open_with(&rig, &user, PASSWORD).await.unwrap();
        let caller = actor(&rig, &session).unwrap();
        let late = link(&rig.shared, &caller).unwrap();
        rig.clock.advance(LINK_LIFE);
        let refused = redeem(&rig.shared, &late.secret).await;
        assert!(matches!(refused, Err(Failure::SignInLink)));
        let fresh = link(&rig.shared, &caller).unwrap();
        let ended = rig.shared.store.users().end_tokens(user.id).await.unwrap();
        rig.shared.settled(ended.unwrap()).await.unwrap();
        let refused = redeem(&rig.shared, &fresh.secret).await;
        assert!(matches!(refused, Err(Failure::SignInLink)));
        assert!(matches!(actor(&rig, &session), Err(Failure::Unauthenticated(_))));
    }
}
