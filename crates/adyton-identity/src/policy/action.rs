//! Every action that can be permitted: `service:resource:operation`.

macro_rules! actions {
    ($($name:ident = $text:literal;)*) => {
        /// Something that a caller may or may not do.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Action {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Action {
            /// All actions.
            pub const ALL: &[Action] = &[$(Action::$name),*];
            /// The name, as policies spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Action::$name => $text,)* }
            }
        }
    };
}

actions! {
    ServiceCreate = "modelarts:service:create";
    ServiceList = "modelarts:service:list";
    ServiceGet = "modelarts:service:get";
    ServiceUpdate = "modelarts:service:update";
    ServiceDelete = "modelarts:service:delete";
    ServiceAction = "modelarts:service:action";
    ServicePredict = "modelarts:service:predict";
    ModelCreate = "modelarts:model:create";
    ModelList = "modelarts:model:list";
    ModelGet = "modelarts:model:get";
    ModelUpdate = "modelarts:model:update";
    ModelDelete = "modelarts:model:delete";
    ModelRunCode = "modelarts:model:run_code";
    ApiList = "apig:apis:list";
    ApiGet = "apig:apis:get";
    ApiUpdate = "apig:apis:update";
    AppCreate = "apig:apps:create";
    AppList = "apig:apps:list";
    AppGet = "apig:apps:get";
    AppUpdate = "apig:apps:update";
    AppDelete = "apig:apps:delete";
    AppAuthCreate = "apig:appAuths:create";
    AppAuthList = "apig:appAuths:list";
    AppAuthDelete = "apig:appAuths:delete";
    InstanceList = "apig:instances:list";
    InstanceGet = "apig:instances:get";
    EnvironmentList = "apig:envs:list";
    RequestList = "adyton:requests:list";
    RequestGet = "adyton:requests:get";
    AuditList = "adyton:audit:list";
    AuditGet = "adyton:audit:get";
    DomainAuditList = "system:audit:list";
    DomainAuditGet = "system:audit:get";
    QuotaGet = "adyton:quotas:get";
    QuotaUpdate = "iam:quotas:update";
    MetricsGet = "system:metrics:get";
    ProjectList = "iam:projects:list";
    ProjectCreate = "iam:projects:create";
    ProjectUpdate = "iam:projects:update";
    ProjectDelete = "iam:projects:delete";
    UserList = "iam:users:list";
    UserGet = "iam:users:get";
    UserCreate = "iam:users:create";
    UserUpdate = "iam:users:update";
    UserDelete = "iam:users:delete";
    CredentialList = "iam:credentials:list";
    CredentialGet = "iam:credentials:get";
    CredentialCreate = "iam:credentials:create";
    CredentialUpdate = "iam:credentials:update";
    CredentialDelete = "iam:credentials:delete";
    TokenGet = "iam:tokens:get";
    TokenRevoke = "iam:tokens:revoke";
}

impl Action {
    /// The action of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}
