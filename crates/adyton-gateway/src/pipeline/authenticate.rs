//! Who calls? Everything about credentials is `adyton-identity`'s; this step says what the API accepts and shows it the head.
//!
//! The official signers send no hash of a JSON body, so a signature is proven only with the body's last byte: until then the
//! caller is provisional. A provisional caller is authorised and looks at the throttles, but only
//! [`limit`](crate::pipeline::limit), which reads the body, makes them verified.

use adyton_core::live::Live;
use adyton_identity::{Caller, Identity, Standing, Visitor};
use adyton_sign::EncodedSlash;

use crate::arrival::Arrival;
use crate::pipeline::admit::Offer;
use crate::pipeline::credentials::{accepted, as_signed};
use crate::pipeline::refused::Refused;
use crate::trail::Trail;

/// A known caller, perhaps not proven yet.
pub(crate) struct Known(Standing);

impl Known {
    /// Who it is, or claims to be.
    pub(crate) fn claimed(&self) -> &Caller {
        self.0.claimed()
    }
    /// Whether only a declared digest is left to prove.
    pub(crate) fn is_proven(&self) -> bool {
        self.0.is_proven()
    }
    /// How the caller is known, for the step that proves it.
    pub(crate) fn into_standing(self) -> Standing {
        self.0
    }
}

/// Identifies the caller. `slash` says how `%2F` in a signed path is read.
pub(crate) fn identify(
    identity: &Identity,
    live: &Live,
    slash: EncodedSlash,
    offer: &Offer<'_>,
    trail: &mut Trail,
) -> Result<Known, Box<Refused>> {
    let arrival = offer.arrival();
    let known = Known(match session(arrival) {
        // The console's session: the control plane has verified it.
        Some(caller) => Standing::of_session(caller.clone()),
        None => {
            let accepts = accepted(arrival, offer.found().api());
            identity.identify(live, &accepts, &as_signed(arrival, slash))?
        }
    });
    // Whoever knows a key can claim to be its owner: `limit` notes the caller of a signature once it is proven.
    if known.is_proven() {
        trail.called_by(known.claimed().seen());
    }
    Ok(known)
}

fn session(arrival: &Arrival) -> Option<&Caller> {
    match &arrival.tab_caller.as_ref()?.visitor {
        Visitor::Session(caller) => Some(caller),
        Visitor::Credentials => None,
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::catalogue::Reason;
    use adyton_core::live::Change;
    use adyton_core::sample;
    use adyton_core::service::Service;
    use adyton_identity::Way;
    use http::request::Builder;

    use super::*;
    use crate::pipeline::chain::reason;
    use crate::pipeline::rig::{Rig, call};

    /// How the caller of a request showed who they are, and whether that is proven with the head.
    fn shown(rig: &Rig, request: Builder, body: &str) -> Result<(Way, bool), Reason> {
        match rig.known(rig.arrival(request, body)) {
            Ok(((_, known), _)) => Ok((known.claimed().way(), known.is_proven())),
            Err(refused) => Err(refused.reason()),
        }
    }

    #[test]
    fn every_way_is_taken_at_the_api_address() {
        let rig = Rig::new();
        assert_eq!(shown(&rig, rig.by_token(), "{}"), Ok((Way::Token, true)));
        let code = call().header("x-apig-appcode", sample::APP_CODE);
        assert_eq!(shown(&rig, code, "{}"), Ok((Way::AppCode, true)));
        let pair = call()
            .header("x-hw-id", sample::APP_KEY)
            .header("x-hw-appkey", sample::APP_SECRET);
        assert_eq!(shown(&rig, pair, "{}"), Ok((Way::KeyPair, true)));
        assert_eq!(shown(&rig, call(), "{}"), Err(Reason::CredentialsMissing));
    }

    #[test]
    fn a_signature_is_proven_with_the_last_byte() {
        let rig = Rig::new();
        let keys = [
            (sample::ACCESS_KEY, sample::SECRET_KEY, Way::AccessKey),
            (sample::APP_KEY, sample::APP_SECRET, Way::AppSignature),
        ];
        for (key, secret, way) in keys {
            let signed = |body: &str| rig.signed(key, secret, body.as_bytes());
            assert_eq!(shown(&rig, signed("{}"), "{}"), Ok((way, false)));
            assert_eq!(
                shown(&rig, signed(""), ""),
                Ok((way, true)),
                "there is no byte to wait for"
            );
        }
    }

    #[test]
    fn apps_are_taken_once_one_is_authorised() {
        let mut rig = Rig::new();
        rig.change(Change::Service(Box::new(Service {
            app_auth: false,
            ..sample::service()
        })));
        let code = || call().header("x-apig-appcode", sample::APP_CODE);
        assert_eq!(shown(&rig, code(), "{}"), Err(Reason::CredentialsNotAccepted));
        rig.change(Change::Service(Box::new(Service {
            app_code: false,
            ..sample::service()
        })));
        assert_eq!(shown(&rig, code(), "{}"), Err(Reason::AppCodeDisabled));
        rig.change(Change::Service(Box::new(sample::service())));
        assert_eq!(shown(&rig, code(), "{}"), Ok((Way::AppCode, true)));
    }

    #[test]
    fn the_prediction_tab_takes_users_and_sessions_but_no_apps() {
        let rig = Rig::new();
        let at_tab = |visitor, request| rig.at_tab(Some(sample::PROJECT), visitor, request, "{}");
        let ((_, known), _) = rig
            .known(at_tab(Visitor::Credentials, rig.by_token()))
            .expect("a user");
        assert_eq!(known.claimed().way(), Way::Token);
        let code = call().header("x-apig-appcode", sample::APP_CODE);
        assert_eq!(
            reason(rig.known(at_tab(Visitor::Credentials, code))),
            Reason::CredentialsNotAccepted
        );
        let session = Visitor::Session(known.claimed().clone().through_console());
        let ((_, known), _) = rig.known(at_tab(session, call())).expect("a session");
        assert!(known.is_proven(), "the control plane has verified it");
    }

    #[test]
    fn the_record_names_who_is_proven_and_no_claim() {
        let rig = Rig::new();
        let caller = |request, body: &str| {
            let (_, trail) = rig.known(rig.arrival(request, body)).expect("somebody");
            rig.record(trail).caller.map(|caller| caller.name)
        };
        assert_eq!(caller(rig.by_token(), "{}").as_deref(), Some("user"));
        let signed = rig.signed(sample::ACCESS_KEY, sample::SECRET_KEY, b"{}");
        assert_eq!(caller(signed, "{}"), None);
    }
}
