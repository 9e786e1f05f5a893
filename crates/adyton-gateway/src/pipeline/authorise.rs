//! May the caller do this? Users need the permission to predict in the API's project, apps an authorisation for the API. The decision
//! is `adyton-identity`'s; the grant that it leads to is made here and nowhere else.

use std::time::Duration;

use adyton_core::api::Api;
use adyton_core::live::Live;
use adyton_identity::policy;

use crate::arrival::Arrival;
use crate::pipeline::admit::Offer;
use crate::pipeline::authenticate::Known;
use crate::pipeline::refused::Refused;
use crate::pipeline::route::Found;

/// The caller may call this API, if the claimed identity is proven.
pub(crate) struct Grant<'l> {
    found: Found<'l>,
    arrival: Box<Arrival>,
    known: Known,
}

impl<'l> Grant<'l> {
    /// The API that may be called.
    pub(crate) fn api(&self) -> &'l Api {
        self.found.api()
    }
    /// When the request arrived, by the monotonic clock.
    pub(crate) fn arrived(&self) -> Duration {
        self.arrival.stamp.monotonic
    }
    /// Whether the caller is proven already, or only with the body's last byte.
    pub(crate) fn is_proven(&self) -> bool {
        self.known.is_proven()
    }
    /// What was granted, what arrived, and who calls.
    pub(crate) fn into_parts(self) -> (Found<'l>, Box<Arrival>, Known) {
        (self.found, self.arrival, self.known)
    }
}

/// Decides.
pub(crate) fn decide<'l>(live: &Live, offer: Offer<'l>, known: Known) -> Result<Grant<'l>, Box<Refused>> {
    policy::may_call(live, known.claimed(), offer.found().api()).map_err(|denied| denied.refusal())?;
    let (found, arrival) = offer.into_parts();
    Ok(Grant {
        found,
        arrival,
        known,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use adyton_core::catalogue::Reason;
    use adyton_core::id::{AuthorisationId, ProjectId};
    use adyton_core::live::Change;
    use adyton_core::sample;
    use adyton_core::tenant::{Assignment, Role, Scope, User};

    use crate::pipeline::chain::reason;
    use crate::pipeline::rig::{Rig, call};

    fn may(role: Role, scope: Scope) -> Result<(), Reason> {
        let mut rig = Rig::new();
        rig.change(Change::User(User {
            assignments: vec![Assignment { role, scope }],
            ..sample::user()
        }));
        match rig.grant(rig.arrival(rig.by_token(), "{}")) {
            Ok(_) => Ok(()),
            Err(refused) => Err(refused.reason()),
        }
    }

    #[test]
    fn users_need_a_role_that_calls_in_the_services_project() {
        let here = Scope::Project(sample::PROJECT);
        for role in [Role::Administrator, Role::Operator, Role::Caller] {
            assert_eq!(may(role, here), Ok(()), "{role:?}");
            assert_eq!(may(role, Scope::Domain(sample::DOMAIN)), Ok(()), "{role:?}");
        }
        assert_eq!(may(Role::Auditor, here), Err(Reason::IamNotPermitted));
        let elsewhere = Scope::Project(ProjectId::from_bits(99));
        assert!(may(Role::Caller, elsewhere).is_err());
    }

    #[test]
    fn apps_need_an_authorisation_for_the_api() {
        let mut rig = Rig::new();
        let by_app = |rig: &Rig| rig.arrival(call().header("x-apig-appcode", sample::APP_CODE), "{}");
        assert!(rig.grant(by_app(&rig)).is_ok());
        rig.change(Change::AuthorisationGone(AuthorisationId::from_bits(1)));
        assert_eq!(reason(rig.grant(by_app(&rig))), Reason::AppNotAuthorised);
    }

    #[test]
    fn a_grant_knows_when_its_request_arrived() {
        let rig = Rig::new();
        let arrived = rig.time.monotonic();
        let arrival = rig.arrival(rig.by_token(), "{}");
        rig.pass(Duration::from_secs(3));
        let (grant, _) = rig.grant(arrival).expect("a grant");
        assert_eq!(grant.arrived(), arrived);
        assert!(grant.is_proven());
    }
}
