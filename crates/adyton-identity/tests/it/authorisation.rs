//! What callers may do, and where.

use adyton_core::api::{Api, Backend};
use adyton_core::catalogue::Reason;
use adyton_core::id::{ApiId, AuthorisationId, DomainId, ProjectId, ServiceId};
use adyton_core::live::Change;
use adyton_core::sample;
use adyton_core::tenant::{Assignment, Role, Scope, User};
use adyton_identity::policy::{has_role, may, may_call, may_in_domain, roles};
use adyton_identity::{Accepts, Action, Caller, Methods, NotAllowed};

use crate::world::{
    AK, ALL, API, APP_KEY, APP_SECRET, BOB, Call, DOMAIN, HERE, OTHER_API, SK, THERE, World, alice, told,
};

fn with_token(world: &World, user: &User, scope: Scope) -> Caller {
    let issued = world
        .identity
        .issue_token(&world.live, user, scope, Methods::PASSWORD, None);
    let call = Call::new().header("X-Auth-Token", &issued.expect("a token").0);
    world.identify(Accepts::IAM, &call).expect("known")
}

fn api(project: ProjectId, id: ApiId) -> Api {
    Api {
        id,
        project,
        ..sample::api(Backend::Service(ServiceId::from_bits(1)))
    }
}

fn bob(world: &World) -> User {
    User::clone(world.live.user(BOB).expect("there"))
}

#[test]
fn a_role_holds_in_its_project_and_in_all_of_its_domain() {
    let world = World::new();
    let user = with_token(&world, &alice(), Scope::Project(HERE));
    assert_eq!(may(&world.live, &user, Action::ServiceCreate, HERE), Ok(()));
    assert!(matches!(
        may(&world.live, &user, Action::UserCreate, HERE),
        Err(NotAllowed::NotPermitted(_))
    ));
    assert!(matches!(
        may(&world.live, &user, Action::ServiceGet, THERE),
        Err(NotAllowed::OtherProject(_))
    ));
    let admin = with_token(&world, &bob(&world), Scope::Domain(DOMAIN));
    for project in [HERE, THERE] {
        assert_eq!(may(&world.live, &admin, Action::ModelRunCode, project), Ok(()));
    }
    assert_eq!(
        roles(&world.live, &bob(&world), Scope::Project(THERE)),
        [Role::Administrator]
    );
}

#[test]
fn a_project_is_reached_with_any_role_there_and_a_credential_that_is_for_it() {
    let world = World::new();
    let operator = with_token(&world, &alice(), Scope::Project(HERE));
    assert!(has_role(&world.live, &operator, HERE));
    assert!(!has_role(&world.live, &operator, THERE));
    let admin = with_token(&world, &bob(&world), Scope::Domain(DOMAIN));
    assert!(has_role(&world.live, &admin, HERE) && has_role(&world.live, &admin, THERE));
    let admin_here = with_token(&world, &bob(&world), Scope::Project(HERE));
    assert!(
        !has_role(&world.live, &admin_here, THERE),
        "the token is for another project"
    );
}

#[test]
fn the_scope_of_a_token_narrows_and_never_widens() {
    let world = World::new();
    let admin_here = with_token(&world, &bob(&world), Scope::Project(HERE));
    assert!(matches!(
        may(&world.live, &admin_here, Action::ServiceGet, THERE),
        Err(NotAllowed::OtherProject(_))
    ));
    let operator = with_token(&world, &alice(), Scope::Domain(DOMAIN));
    assert_eq!(may(&world.live, &operator, Action::ServiceCreate, HERE), Ok(()));
    assert!(matches!(
        may(&world.live, &operator, Action::ServiceGet, THERE),
        Err(NotAllowed::OtherProject(_))
    ));
    assert!(may_in_domain(&world.live, &operator, Action::UserList, DOMAIN).is_err());
    assert_eq!(
        may_in_domain(&world.live, &admin_here, Action::UserList, DOMAIN),
        Ok(())
    );
    let other = DomainId::from_bits(99);
    assert!(matches!(
        may_in_domain(&world.live, &admin_here, Action::UserList, other),
        Err(NotAllowed::OtherProject(_))
    ));
}

#[test]
fn an_access_key_reaches_wherever_its_user_has_roles() {
    let world = World::new();
    let user = world.identify(ALL, &Call::new().signed(AK, SK)).expect("known");
    assert_eq!(may_call(&world.live, &user, &api(HERE, API)), Ok(()));
    let denied = may_call(&world.live, &user, &api(THERE, API)).expect_err("no role there");
    assert_eq!(denied.refusal().reason, Reason::IamOtherProject);
}

#[test]
fn roles_are_looked_up_at_each_call() {
    let mut world = World::new();
    let user = with_token(&world, &alice(), Scope::Project(HERE));
    assert_eq!(may_call(&world.live, &user, &api(HERE, API)), Ok(()));
    let auditor = Assignment {
        role: Role::Auditor,
        scope: Scope::Project(HERE),
    };
    world.apply(Change::User(User {
        assignments: vec![auditor],
        ..alice()
    }));
    let user = with_token(&world, &alice(), Scope::Project(HERE));
    let denied = may_call(&world.live, &user, &api(HERE, API))
        .expect_err("reads only")
        .refusal();
    assert_eq!(denied.reason, Reason::IamNotPermitted);
    for word in ["auditor", "modelarts:service:predict", &alice().id.to_string()] {
        assert!(told(&denied).contains(word), "{}", told(&denied));
    }
}

#[test]
fn an_app_may_call_what_it_is_authorised_for_and_nothing_else() {
    let mut world = World::new();
    let app = world
        .identify(ALL, &Call::new().signed(APP_KEY, APP_SECRET))
        .expect("known");
    assert_eq!(may_call(&world.live, &app, &api(HERE, API)), Ok(()));
    let denied = may_call(&world.live, &app, &api(HERE, OTHER_API))
        .expect_err("another API")
        .refusal();
    assert_eq!(
        (denied.reason, denied.reason.code().entry().wire),
        (Reason::AppNotAuthorised, "APIG.0304")
    );
    assert!(may(&world.live, &app, Action::ServiceGet, HERE).is_err());
    world.apply(Change::AuthorisationGone(AuthorisationId::from_bits(1)));
    assert!(may_call(&world.live, &app, &api(HERE, API)).is_err());
}
