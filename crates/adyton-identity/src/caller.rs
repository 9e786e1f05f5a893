//! The caller: somebody who proved to be a user or an app.

use std::sync::Arc;

use adyton_core::holder::Holder;
use adyton_core::id::{HexText, ProjectId};
use adyton_core::tenant::{App, Scope, User};

use crate::allowance::Owner;
use crate::tokens::Contents;

/// How a caller showed who they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    /// `X-Auth-Token`.
    Token,
    /// A signature with a user's AK/SK.
    AccessKey,
    /// A signature with an app's key and secret.
    AppSignature,
    /// `X-Apig-AppCode`.
    AppCode,
    /// `X-HW-ID` and `X-HW-AppKey`.
    KeyPair,
    /// `Authorization: Basic`, with AppKey and AppSecret.
    AppBasic,
    /// `apikey`, the AppKey alone.
    ApiKey,
    /// The session of the web console.
    Console,
}

impl Way {
    /// The word that the journal and the access log show.
    pub const fn name(self) -> &'static str {
        match self {
            Way::Token => "token",
            Way::AccessKey => "aksk",
            Way::AppSignature => "app_signature",
            Way::AppCode => "app_code",
            Way::KeyPair => "key_pair",
            Way::AppBasic => "app_basic",
            Way::ApiKey => "api_key",
            Way::Console => "console",
        }
    }
    /// How the request shows it, for people.
    pub const fn sent_as(self) -> &'static str {
        match self {
            Way::Token => "X-Auth-Token",
            Way::AccessKey => "Authorization: SDK-HMAC-SHA256 (AK/SK)",
            Way::AppSignature => "Authorization: SDK-HMAC-SHA256 (app)",
            Way::AppCode => "X-Apig-AppCode",
            Way::KeyPair => "X-HW-ID and X-HW-AppKey",
            Way::AppBasic => "Authorization: Basic",
            Way::ApiKey => "apikey",
            Way::Console => "console session",
        }
    }
}

/// A user or an app.
#[derive(Clone)]
pub enum Who {
    /// A user, by token, access key or console session.
    User(Arc<User>),
    /// An app.
    App(Arc<App>),
}

/// Somebody known. The fields are private to this crate, so nobody else can make one.
#[derive(Clone)]
pub struct Caller {
    pub(crate) who: Who,
    pub(crate) way: Way,
    /// Where the credential reaches: the scope of a token; the whole domain of an access key's user; an app's project.
    pub(crate) scope: Scope,
    pub(crate) token: Option<Box<Contents>>,
}

impl Caller {
    /// The user or the app.
    pub const fn who(&self) -> &Who {
        &self.who
    }
    /// How they showed it.
    pub const fn way(&self) -> Way {
        self.way
    }
    /// Where the credential reaches.
    pub const fn scope(&self) -> Scope {
        self.scope
    }
    /// The user, unless it is an app.
    pub const fn user(&self) -> Option<&Arc<User>> {
        match &self.who {
            Who::User(user) => Some(user),
            Who::App(_) => None,
        }
    }
    /// The app, unless it is a user.
    pub const fn app(&self) -> Option<&Arc<App>> {
        match &self.who {
            Who::App(app) => Some(app),
            Who::User(_) => None,
        }
    }
    /// What the token says, when there is one.
    pub fn token(&self) -> Option<&Contents> {
        self.token.as_deref()
    }
    /// The project that the credential is scoped to, unless it reaches further.
    pub const fn project(&self) -> Option<ProjectId> {
        match self.scope {
            Scope::Project(id) => Some(id),
            Scope::Domain(_) => None,
        }
    }
    /// The same as whose credential it was.
    pub fn holder(&self) -> Holder {
        match &self.who {
            Who::User(user) => Holder::User(user.id),
            Who::App(app) => Holder::App(app.id),
        }
    }
    /// Whose the caller's keys are.
    pub(crate) fn owner(&self) -> Owner {
        match &self.who {
            Who::User(user) => Owner::User(user.id),
            Who::App(app) => Owner::Project(app.project),
        }
    }
    /// The same caller, as one whose token came in the console's cookie.
    #[must_use]
    pub fn through_console(mut self) -> Self {
        self.way = Way::Console;
        self
    }
    /// For the journal.
    pub fn seen(&self) -> Seen {
        Seen {
            way: self.way,
            who: self.who.clone(),
        }
    }
}

/// What the journal shows of a caller. It shares the name with the live state, so that noting it costs no text.
#[derive(Clone)]
pub struct Seen {
    way: Way,
    who: Who,
}

impl Seen {
    /// The word for the way in which they showed who they are.
    pub const fn way(&self) -> &'static str {
        self.way.name()
    }
    /// The user's or app's id, in 32 hex digits.
    pub fn id(&self) -> HexText {
        match &self.who {
            Who::User(user) => user.id.to_hex(),
            Who::App(app) => app.id.to_hex(),
        }
    }
    /// Its name.
    pub fn name(&self) -> &str {
        match &self.who {
            Who::User(user) => &user.name,
            Who::App(app) => &app.name,
        }
    }
}

/// Names, never secrets.
impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, name) = match &self.who {
            Who::User(user) => ("user", &user.name),
            Who::App(app) => ("app", &app.name),
        };
        write!(f, "Caller({kind} {name} by {})", self.way.name())
    }
}
