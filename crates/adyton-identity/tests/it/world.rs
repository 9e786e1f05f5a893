//! A small world to be known in: one domain, two projects, some users, keys and apps.

use std::net::IpAddr;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::clock::{Clock, Timestamp};
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::id::{AccessKeyId, ApiId, AppId, AppKey, DomainId, ProjectId, UserId};
use adyton_core::live::{Change, Live};
use adyton_core::record::Door;
use adyton_core::refusal::Refusal;
use adyton_core::sample;
use adyton_core::secret::Secret;
use adyton_core::tenant::{
    AccessKey, App, Assignment, Authorisation, Project, RevokedToken, Role, Scope, TokenKey, User,
};
use adyton_identity::{Accepts, Caller, Contents, Identity, Methods, Purpose, Request, Settings, Standing};
use adyton_sign::{EncodedSlash, Head, Outgoing, OutgoingBody, sign};

pub const DOMAIN: DomainId = sample::DOMAIN;
pub const HERE: ProjectId = ProjectId::from_bits(11);
pub const THERE: ProjectId = ProjectId::from_bits(12);
pub const ALICE: UserId = UserId::from_bits(21);
pub const BOB: UserId = UserId::from_bits(22);
pub const APP: AppId = AppId::from_bits(31);
pub const API: ApiId = ApiId::from_bits(41);
pub const OTHER_API: ApiId = ApiId::from_bits(42);
pub const AK: &str = "ALICEACCESSKEY000001";
pub const SK: &str = "alice-secret-0123456789abcdefghijklmnopq";
pub const APP_KEY: &str = "0123456789abcdef0123456789abcdef";
pub const APP_SECRET: &str = "app-secret-0123456789abcdef";
pub const APP_CODE: &str = "app-code-0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab";
pub const PATH: &str = "/v1/infers/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/predict";

/// All ways.
pub const ALL: Accepts = Accepts {
    iam: true,
    app: true,
    app_code: true,
    session: false,
};

/// What happens, and what is refused with which reason from then on.
pub type Ending = (fn(&Contents) -> Change, Reason);

/// What ends all that was issued to Alice.
pub const ENDINGS: [Ending; 4] = [
    (
        |contents| {
            Change::TokenRevoked(RevokedToken {
                id: contents.id,
                revoked_at: start(),
                expires_at: contents.expires_at,
            })
        },
        Reason::TokenRevoked,
    ),
    (
        |_| {
            Change::User(User {
                token_epoch: alice().token_epoch + 1,
                ..alice()
            })
        },
        Reason::TokenSuperseded,
    ),
    (
        |_| {
            Change::User(User {
                enabled: false,
                ..alice()
            })
        },
        Reason::TokenUserDisabled,
    ),
    (|_| Change::UserGone(ALICE), Reason::TokenUserDeleted),
];

pub struct World {
    pub live: Live,
    pub clock: Clock,
    pub identity: Identity,
}

pub fn start() -> Timestamp {
    Timestamp::from_sdk_date("20260115T081530Z").expect("a date")
}

pub fn alice() -> User {
    User {
        id: ALICE,
        name: "alice".into(),
        token_epoch: 3,
        assignments: vec![Assignment {
            role: Role::Operator,
            scope: Scope::Project(HERE),
        }],
        ..sample::user()
    }
}

pub fn app() -> App {
    App {
        id: APP,
        project: HERE,
        name: "phone".into(),
        key: AppKey::new(APP_KEY),
        secret: Secret::new(APP_SECRET.into()),
        codes: vec![sample::app_code(APP_CODE)],
        ..sample::app()
    }
}

pub fn access_key() -> AccessKey {
    AccessKey {
        id: AccessKeyId::new(AK),
        user: ALICE,
        secret: Secret::new(SK.into()),
        ..sample::access_key()
    }
}

pub fn token_key(id: u32, created_at: Timestamp) -> TokenKey {
    TokenKey {
        id,
        secret: Secret::new([id as u8; 32]),
        created_at,
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let clock = Clock::manual(start());
        let mut world = Self {
            live: Live::default(),
            identity: Identity::new(clock.clone(), settings),
            clock,
        };
        world.apply(Change::Domain(sample::domain()));
        for (id, name) in [(HERE, "here"), (THERE, "there")] {
            world.apply(Change::Project(Project {
                id,
                name: name.into(),
                ..sample::project()
            }));
        }
        world.apply(Change::User(alice()));
        let everywhere = Assignment {
            role: Role::Administrator,
            scope: Scope::Domain(DOMAIN),
        };
        world.apply(Change::User(User {
            id: BOB,
            name: "bob".into(),
            assignments: vec![everywhere],
            ..alice()
        }));
        world.apply(Change::AccessKey(access_key()));
        world.apply(Change::App(app()));
        world.apply(Change::Authorisation(Authorisation {
            app: APP,
            api: API,
            ..sample::authorisation()
        }));
        world.apply(Change::TokenKey(token_key(
            7,
            start().before(Duration::from_secs(60)),
        )));
        world
    }

    pub fn apply(&mut self, change: Change) {
        self.live.apply(1, change);
    }

    /// A token of Alice's for the project.
    pub fn issue(&self) -> (String, Contents) {
        let issued = self.identity.issue_token(
            &self.live,
            &alice(),
            Scope::Project(HERE),
            Methods::PASSWORD,
            None,
        );
        issued.expect("a token")
    }

    /// Who sends this, if it needs no body to know.
    pub fn identify(&self, accepts: Accepts, call: &Call) -> Result<Caller, Refusal> {
        let request = call.request();
        match self.identity.identify(&self.live, &accepts, &request)? {
            Standing::Verified(verified) => {
                verified.check(Sha256::of(&call.body))?;
                Ok(verified.caller().clone())
            }
            Standing::Provisional(provisional) => {
                assert!(call.has_body, "without a body all is known at once");
                let digest = Sha256::of(&call.body);
                let verified = provisional.prove(&self.identity, &self.live, &request, digest, &call.body)?;
                Ok(verified.caller().clone())
            }
        }
    }

    /// The refusal, which there must be.
    pub fn refusal(&self, accepts: Accepts, call: &Call) -> Refusal {
        let refusal = self.identify(accepts, call).expect_err("a refusal");
        let text = serde_json::to_string(&refusal.evidence).expect("JSON");
        for secret in [SK, APP_SECRET, APP_CODE] {
            assert!(!text.contains(secret), "a secret in the evidence: {text}");
        }
        assert!(
            text.len() <= adyton_core::evidence::EVIDENCE_MAX,
            "{} bytes of evidence",
            text.len()
        );
        refusal
    }

    pub fn reason(&self, accepts: Accepts, call: &Call) -> Reason {
        self.refusal(accepts, call).reason
    }
}

/// The public message of a refusal.
pub fn message(refusal: &Refusal) -> String {
    refusal.detail.message(refusal.reason.code()).into_owned()
}

/// All that the evidence says, as text: as it is kept, and in words.
pub fn told(refusal: &Refusal) -> String {
    let kept = serde_json::to_string(&refusal.evidence).expect("JSON");
    format!("{kept}\n{}", refusal.evidence.clauses().join("\n"))
}

/// The mistake named in the evidence.
pub fn mistake(refusal: &Refusal) -> Option<String> {
    match &*refusal.evidence {
        Evidence::Signature(signature) => signature.mistake.clone(),
        other => panic!("{other:?}"),
    }
}

/// A request on its way.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub has_body: bool,
    pub door: Option<Door>,
    pub private: bool,
    pub source: IpAddr,
    pub purpose: Purpose,
}

impl Call {
    pub fn new() -> Self {
        Self {
            method: "POST",
            path: PATH.into(),
            query: String::new(),
            headers: vec![("Host".into(), "127.0.0.1:8080".into())],
            body: b"{\"x\":1}".to_vec(),
            has_body: true,
            door: Some(Door::Address),
            private: true,
            source: IpAddr::from([127, 0, 0, 1]),
            purpose: Purpose::Call,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self
    }

    /// The same as a question why another call was refused.
    pub fn reading(mut self) -> Self {
        self.purpose = Purpose::Explanation;
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = body.into();
        self.has_body = !body.is_empty();
        self
    }

    /// Signs it as the official signers do.
    pub fn signed(self, key: &str, secret: &str) -> Self {
        self.signed_at(key, secret, start())
    }

    pub fn signed_at(self, key: &str, secret: &str, at: Timestamp) -> Self {
        let body = OutgoingBody::Hashed(Sha256::of(&self.body));
        self.signed_with(key, secret, at, body)
    }

    pub fn signed_with(mut self, key: &str, secret: &str, at: Timestamp, body: OutgoingBody) -> Self {
        let outgoing = Outgoing {
            method: self.method,
            path: &self.path,
            query: &self.query,
            host: "127.0.0.1:8080",
            headers: &self.headers,
            body,
        };
        let signed = sign(&outgoing, key, &Secret::new(secret.to_owned()), at).expect("signs");
        self.headers.retain(|(name, _)| name != "Host");
        self.headers.extend(signed.headers);
        self
    }

    pub fn request(&self) -> Request<'_> {
        Request {
            head: Head {
                method: self.method,
                path: &self.path,
                query: &self.query,
                host: None,
                headers: &self.headers,
            },
            source: self.source,
            private: self.private,
            has_body: self.has_body,
            slash: EncodedSlash::Decode,
            door: self.door,
            purpose: self.purpose,
        }
    }
}

/// Prints what one round costs: the best of many batches, because the machine does other things too.
pub fn cost(what: &str, round: impl Fn()) {
    let batch = || {
        let begun = std::time::Instant::now();
        (0..500).for_each(|_| round());
        begun.elapsed() / 500
    };
    let best = (0..60).map(|_| batch()).min();
    println!("{what}: {best:?}");
}
