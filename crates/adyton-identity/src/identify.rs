//! Finding the caller: which credential counts, and in which order things are checked.
//!
//! Of several credentials the first that the address accepts counts, in this order: token, signature, AppCode, key pair,
//! Basic, `apikey`; the console's cookie where there is nothing else. The others are not looked at, and are named in the evidence. A credential that counts and fails is a
//! refusal: there is no falling back to the next.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::live::Live;
use adyton_core::record::Door;
use adyton_core::refusal::{PublicDetail, Refusal};

use crate::accepts::Accepts;
use crate::caller::Caller;
use crate::identity::Identity;
use crate::request::Request;
use crate::sent::{self, Sent};
use crate::signed::{Standing, Verified};
use crate::tokens::TokenFault;
use crate::{app, session, signed};

impl Identity {
    /// Who sends this request.
    ///
    /// # Errors
    /// The refusal, with its reason, its public detail and its evidence.
    pub fn identify(
        &self,
        live: &Live,
        accepts: &Accepts,
        request: &Request<'_>,
    ) -> Result<Standing, Refusal> {
        self.find(live, accepts, request).map_err(|mut refusal| {
            refusal.evidence.name_holder(|| self.holder(live, request));
            refusal
        })
    }

    fn find(&self, live: &Live, accepts: &Accepts, request: &Request<'_>) -> Result<Standing, Refusal> {
        let sent = Sent::of(request.head.headers);
        let found = if sent.token && accepts.iam {
            self.by_token(live, request).map(verified)
        } else if sent.signature && (accepts.iam || accepts.app) {
            signed::identify(self, live, accepts, request)
        } else if sent.app_code && accepts.app {
            app::by_code(live, accepts, request).map(verified)
        } else if sent.key_pair && accepts.app && self.settings.app_secret {
            app::by_pair(self, live, request).map(verified)
        } else if sent.basic && accepts.app && self.settings.app_basic {
            app::by_basic(self, live, request).map(verified)
        } else if sent.api_key && accepts.app && self.settings.api_key {
            app::by_key_alone(self, live, request).map(verified)
        } else if sent.odd_signature && (accepts.iam || accepts.app) {
            // After all others: it cannot count, but whoever sent nothing else meant to sign.
            signed::identify(self, live, accepts, request)
        } else if let Some(session) = self.session(live, accepts, sent, request) {
            session.map(verified)
        } else {
            if sent.key_pair && self.settings.app_secret {
                // Whatever the address takes, a pair that does not match is answered as such.
                app::by_pair(self, live, request)?;
            }
            return Err(self.nothing_counts(sent, accepts, request));
        };
        found.map_err(|refusal| {
            if sent.count() > 1 {
                beside(refusal, sent)
            } else {
                refusal
            }
        })
    }

    fn by_token(&self, live: &Live, request: &Request<'_>) -> Result<Caller, Refusal> {
        let (mut text, mut times) = (None, 0);
        request.head.headers.each("x-auth-token", &mut |value| {
            times += 1;
            if text.is_none() {
                text = Some(self.open_token(live, value.trim_ascii()));
            }
        });
        match text {
            Some(opened) if times == 1 => opened,
            _ => Err(TokenFault::Repeated.refusal(self.clock.now(), b"")),
        }
    }

    /// The user of the console's session, where one counts and nothing else was sent that could.
    fn session(
        &self,
        live: &Live,
        accepts: &Accepts,
        sent: Sent,
        request: &Request<'_>,
    ) -> Option<Result<Caller, Refusal>> {
        if !accepts.session || !sent.is_bare() {
            return None;
        }
        match session::Cookie::of(request.head.headers) {
            session::Cookie::None => None,
            session::Cookie::One(text) => Some(self.open_session(live, &text)),
            session::Cookie::Several => Some(Err(TokenFault::Repeated.refusal(self.clock.now(), b""))),
        }
    }

    fn nothing_counts(&self, sent: Sent, accepts: &Accepts, request: &Request<'_>) -> Refusal {
        let names = sent.names();
        let bare = names.is_empty();
        let of_app = sent.app_code || sent.key_pair || sent.basic || sent.api_key;
        let fact = if bare && sent::in_query(request.head.query) {
            Fact::CredentialInUrl
        } else if bare && let Some(header) = sent.unread {
            Fact::OtherHeader {
                header: header.to_owned(),
            }
        } else if bare {
            Fact::NoCredentials
        } else if !accepts.app && of_app {
            match request.door {
                Some(Door::Address) => Fact::AppsNotTaken,
                Some(Door::PredictionTab) => Fact::AppsNotTakenAtTab,
                None => Fact::AppsNotTakenByManagement,
            }
        } else if sent.bearer {
            Fact::BearerNotRead
        } else if sent.api_key {
            Fact::ApiKeyNotRead
        } else if sent.basic {
            Fact::BasicNotRead
        } else if sent.other_scheme {
            Fact::SchemeNotRead
        } else {
            Fact::KindNotAccepted
        };
        let evidence = Evidence::Credentials {
            sent: names,
            accepted: self.accepted(accepts),
            facts: vec![fact],
            note: String::new(),
            holder: None,
        };
        if bare {
            Refusal::new(Reason::CredentialsMissing, evidence).with_detail(PublicDetail::TokenNotFound)
        } else {
            Refusal::new(Reason::CredentialsNotAccepted, evidence)
        }
    }
}

fn verified(caller: Caller) -> Standing {
    Standing::Verified(Verified {
        caller,
        declared: None,
    })
}

/// Names the other credentials in the evidence.
fn beside(mut refusal: Refusal, sent: Sent) -> Refusal {
    if let Some(facts) = refusal.evidence.facts_mut() {
        facts.push(Fact::SeveralCredentials {
            sent: sent.names().join(", "),
        });
    }
    refusal
}
