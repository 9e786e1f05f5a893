//! What finding callers needs: settings, the counts of failures, and tokens.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::hidden_query::CREDENTIAL_QUERY_KEYS;
use adyton_core::holder::Holder;
use adyton_core::id::TokenId;
use adyton_core::live::Live;
use adyton_core::refusal::Refusal;
use adyton_core::source::Source;
use adyton_core::tenant::{Scope, User};

use crate::accepts::Accepts;
use crate::allowance::Allowance;
use crate::caller::{Caller, Way, Who};
use crate::failures::Failures;
use crate::holder;
use crate::lockout::{self, Lockout};
use crate::passwords::Passwords;
use crate::request::Request;
use crate::tokens::{self, Contents, IssueError, Methods, OpenedTokens, TOKEN_LIFE, TokenFault, TokenKind};

/// What an operator can set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Whether apps may show AppKey and AppSecret in `X-HW-ID` and `X-HW-AppKey`. Default on.
    pub app_secret: bool,
    /// Whether apps may show them as `Authorization: Basic`. Default off.
    pub app_basic: bool,
    /// Whether apps may show their AppKey alone, as `apikey`. Default off: it is no secret.
    pub api_key: bool,
    /// Query keys whose values are kept as digests. Default those of credentials.
    pub private_query_keys: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            app_secret: true,
            app_basic: false,
            api_key: false,
            private_query_keys: CREDENTIAL_QUERY_KEYS
                .iter()
                .map(|key| (*key).to_owned())
                .collect(),
        }
    }
}

/// Finds callers. One for the whole process, shared by all threads: it holds the counts of failures.
pub struct Identity {
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) access_keys: Failures,
    pub(crate) apps: Failures,
    /// Whoever asks for explanations that are none of theirs, or without credentials that count.
    readers: Lockout,
    pub(crate) autopsies: Allowance,
    passwords: Passwords,
    tokens: OpenedTokens,
}

impl Identity {
    /// Nobody has failed yet.
    pub fn new(clock: Clock, settings: Settings) -> Self {
        Self {
            access_keys: Failures::new(lockout::ACCESS_KEY, &clock),
            apps: Failures::new(lockout::APP, &clock),
            readers: Lockout::new(lockout::READER, clock.clone()),
            passwords: Passwords::new(clock.clone()),
            tokens: OpenedTokens::default(),
            autopsies: Allowance::new(clock.clone()),
            clock,
            settings,
        }
    }

    /// The caller behind a token's text.
    ///
    /// # Errors
    /// The refusal, with its own sub-code for each fault.
    pub fn open_token(&self, live: &Live, text: &[u8]) -> Result<Caller, Refusal> {
        self.open(live, TokenKind::Token, text)
    }

    /// The caller behind the text of a console session.
    ///
    /// # Errors
    /// The same refusals as a token's.
    pub fn open_session(&self, live: &Live, text: &[u8]) -> Result<Caller, Refusal> {
        self.open(live, TokenKind::Session, text)
            .map(Caller::through_console)
    }

    fn open(&self, live: &Live, kind: TokenKind, text: &[u8]) -> Result<Caller, Refusal> {
        let now = self.clock.now();
        match self.tokens.open(live, kind, text, now) {
            Ok((contents, user)) => Ok(Caller {
                who: Who::User(user.clone()),
                way: Way::Token,
                scope: contents.scope,
                token: Some(Box::new(contents)),
            }),
            Err(fault) => Err(fault.refusal(now, text)),
        }
    }

    /// What a token says, for those who validate or revoke one that is not their own.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn inspect_token(&self, live: &Live, text: &[u8]) -> Result<Contents, TokenFault> {
        self.tokens
            .open(live, TokenKind::Token, text, self.clock.now())
            .map(|(contents, _)| contents)
    }

    /// What a sign-in link says, and whose it is. It counts once: whoever takes it revokes its id first.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn open_link(&self, live: &Live, text: &[u8]) -> Result<(Contents, Arc<User>), TokenFault> {
        self.tokens
            .open(live, TokenKind::Link, text, self.clock.now())
            .map(|(contents, user)| (contents, user.clone()))
    }

    /// Issues a token. One made from another token (`from`) keeps its first expiry.
    ///
    /// # Errors
    /// No key, or no randomness.
    pub fn issue_token(
        &self,
        live: &Live,
        user: &User,
        scope: Scope,
        methods: Methods,
        from: Option<&Contents>,
    ) -> Result<(String, Contents), IssueError> {
        self.issue(live, TokenKind::Token, user, scope, methods, from)
    }

    /// Opens a console session: a sealed text that counts as the console's cookie, in all projects in which the user has a
    /// role. One made from something else (`from`) ends with it.
    ///
    /// # Errors
    /// No key, or no randomness.
    pub fn issue_session(
        &self,
        live: &Live,
        user: &User,
        methods: Methods,
        from: Option<&Contents>,
    ) -> Result<(String, Contents), IssueError> {
        let scope = Scope::Domain(user.domain);
        self.issue(live, TokenKind::Session, user, scope, methods, from)
    }

    /// Makes the secret of a sign-in link for a caller, who came by `from` if that was a token or a session. It counts for
    /// [`LINK_LIFE`](crate::tokens::LINK_LIFE) and opens one session, which ends when `from` does.
    ///
    /// # Errors
    /// No key, or no randomness.
    pub fn issue_link(
        &self,
        live: &Live,
        user: &User,
        from: Option<&Contents>,
    ) -> Result<(String, Contents), IssueError> {
        let scope = Scope::Domain(user.domain);
        self.issue(live, TokenKind::Link, user, scope, Methods::TOKEN, from)
    }

    fn issue(
        &self,
        live: &Live,
        kind: TokenKind,
        user: &User,
        scope: Scope,
        methods: Methods,
        from: Option<&Contents>,
    ) -> Result<(String, Contents), IssueError> {
        let now = self.clock.now();
        let key = tokens::sealing_key(live, now).ok_or(IssueError::NoKey)?;
        let (mut id, mut nonce) = ([0; 16], [0; 24]);
        getrandom::fill(&mut id)
            .and_then(|()| getrandom::fill(&mut nonce))
            .map_err(|error| IssueError::NoRandomness(error.to_string()))?;
        let contents = Contents {
            kind,
            key: key.id,
            id: TokenId::from_random(id),
            user: user.id,
            scope,
            epoch: user.token_epoch,
            issued_at: now,
            expires_at: from.map_or_else(|| now.after(TOKEN_LIFE), |from| from.expires_at),
            methods: from.map_or(methods, |from| from.methods.and(methods)),
        };
        Ok((tokens::seal(key, &contents, nonce), contents))
    }

    /// Whether a password may be tried for an account from an address. `account` names it by texts that stand for it alone,
    /// whether or not there is such a user, so that a lock does not tell.
    ///
    /// # Errors
    /// How much longer it is locked: `IAM.0061`.
    pub fn password_allowed(&self, account: &[&str], from: IpAddr) -> Result<(), Duration> {
        self.passwords.locked(account, from).map_or(Ok(()), Err)
    }

    /// Notes a wrong password; says whether the account is locked now, for the source that sent it.
    pub fn password_failed(&self, account: &[&str], from: IpAddr) -> bool {
        self.passwords.failed(account, from)
    }

    /// Notes a right password.
    pub fn password_succeeded(&self, account: &[&str], from: IpAddr) {
        self.passwords.succeeded(account, from);
    }

    /// Whether an explanation may be asked for: by anybody at an address, or by a `holder` there.
    ///
    /// # Errors
    /// How much longer not, after too many that were refused or not found.
    pub fn may_read(&self, holder: Option<Holder>, from: IpAddr) -> Result<(), Duration> {
        reader(holder, from, |who| self.readers.locked(who)).map_or(Ok(()), Err)
    }

    /// Notes that an explanation was asked for in vain.
    pub fn read_in_vain(&self, holder: Option<Holder>, from: IpAddr) {
        reader(holder, from, |who| self.readers.failed(who));
    }

    /// Whose credential a request names, proven or not: what its record keeps where nobody was proven. For refused requests only:
    /// it reads the head again.
    pub fn holder(&self, live: &Live, request: &Request<'_>) -> Option<Holder> {
        holder::named(live, request, |token| self.token_holder(live, token))
    }

    /// The token's user, also of one that does not count any more.
    fn token_holder(&self, live: &Live, text: &[u8]) -> Option<Holder> {
        let user = match self.tokens.open(live, TokenKind::Token, text, self.clock.now()) {
            Ok((contents, _)) => contents.user,
            Err(fault) => fault.contents()?.user,
        };
        Some(Holder::User(user))
    }

    /// The clock that everything here goes by.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What an address accepts, for people.
    pub(crate) fn accepted(&self, accepts: &Accepts) -> Vec<String> {
        let settings = &self.settings;
        [
            (Way::Token, true),
            (Way::AccessKey, true),
            (Way::AppSignature, true),
            (Way::AppCode, true),
            (Way::KeyPair, settings.app_secret),
            (Way::AppBasic, settings.app_basic),
            (Way::ApiKey, settings.api_key),
        ]
        .into_iter()
        .filter(|(way, on)| *on && accepts.takes(*way))
        .map(|(way, _)| way.sent_as().to_owned())
        .collect()
    }
}

/// A lock-out's name for who reads, from a source.
fn reader<T>(holder: Option<Holder>, from: IpAddr, act: impl FnOnce(&[&[u8]]) -> T) -> T {
    let name = holder.map(Holder::id).unwrap_or_default();
    act(&[name.as_bytes(), Source::of(from).as_bytes()])
}

/// A lock-out's name for a key from a source.
pub(crate) fn key_from(key: &str, address: IpAddr) -> (Sha256, Source) {
    (Sha256::of(key.as_bytes()), Source::of(address))
}

/// The caller that an app is.
pub(crate) fn app_caller(app: &Arc<adyton_core::tenant::App>, way: Way) -> Caller {
    Caller {
        who: Who::App(app.clone()),
        way,
        scope: Scope::Project(app.project),
        token: None,
    }
}
