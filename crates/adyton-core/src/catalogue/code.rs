//! Every code: what the compatible APIs show on the wire.

use super::entry::{Entry, Fault, Retry};
use super::surface::Surface;

macro_rules! codes {
    ($($name:ident = $surface:ident $wire:literal $status:literal $fault:ident $retry:ident $message:literal $page:literal;)*) => {
        /// A wire code with one status and one message. Closed: a new one needs a line and a page.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code {
            $(#[doc = concat!($wire, ", status ", $status, ": ", $message)] $name,)*
        }

        impl Code {
            /// All codes, in the order of the reference page.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// What the catalogue says of this code.
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $(Code::$name => &Entry {
                        surface: Surface::$surface,
                        wire: $wire,
                        status: $status,
                        message: $message,
                        fault: Fault::$fault,
                        retry: Retry::$retry,
                        written: include_str!(concat!("pages/", $page)),
                    },)*
                }
            }
        }
    };
}

codes! {
    NoSuchApi = Gateway "APIG.0101" 404 Caller No "The API does not exist or has not been published in the environment" "gateway/APIG.0101-404.md";
    BadRequest = Gateway "APIG.0201" 400 Caller No "API request error" "gateway/APIG.0201-400.md";
    BodyTooLarge = Gateway "APIG.0201" 413 Limit No "Request entity too large" "gateway/APIG.0201-413.md";
    UriTooLarge = Gateway "APIG.0201" 414 Limit No "Request URI too large" "gateway/APIG.0201-414.md";
    UnsupportedCoding = Gateway "APIG.0201" 415 Caller No "Unsupported content coding" "gateway/APIG.0201-415.md";
    HeadersTooLarge = Gateway "APIG.0201" 494 Limit No "Request headers too large" "gateway/APIG.0201-494.md";
    BackendUnavailable = Gateway "APIG.0202" 502 Owner IfSafe "Backend unavailable" "gateway/APIG.0202-502.md";
    BackendTimeout = Gateway "APIG.0203" 504 Owner IfSafe "Backend timeout" "gateway/APIG.0203-504.md";
    IamAuthentication = Gateway "APIG.0301" 401 Caller No "Incorrect IAM authentication information" "gateway/APIG.0301-401.md";
    IamForbidden = Gateway "APIG.0302" 403 Caller No "The IAM user is not authorized to access the API" "gateway/APIG.0302-403.md";
    AppAuthentication = Gateway "APIG.0303" 401 Caller No "Incorrect app authentication information" "gateway/APIG.0303-401.md";
    AppForbidden = Gateway "APIG.0304" 403 Caller No "The app is not authorized to access the API" "gateway/APIG.0304-403.md";
    TokenMustBeUpdated = Gateway "APIG.0307" 401 Caller No "The token must be updated" "gateway/APIG.0307-401.md";
    Throttled = Gateway "APIG.0308" 429 Limit Later "The throttling threshold has been reached" "gateway/APIG.0308-429.md";
    BackendForbidden = Gateway "APIG.0404" 403 Owner No "Access to the backend IP address has been denied" "gateway/APIG.0404-403.md";
    Internal = Gateway "APIG.0601" 500 Platform IfSafe "Internal server error" "gateway/APIG.0601-500.md";
    NoBackend = Gateway "APIG.0610" 502 Owner Later "No backend available" "gateway/APIG.0610-502.md";
    WrongAppSecret = Gateway "APIG.1009" 400 Caller No "AppKey or AppSecret is invalid" "gateway/APIG.1009-400.md";
    EmptyRequest = Gateway "ModelArts.4202" 400 Caller No "The request is empty" "gateway/ModelArts.4202-400.md";
    ServiceUnavailable = Gateway "ModelArts.4203" 400 Owner Later "Invalid request because requested service is unavailable" "gateway/ModelArts.4203-400.md";
    BodyTooSlow = Gateway "ModelArts.4205" 408 Caller IfSafe "The request body did not arrive in time" "gateway/ModelArts.4205-408.md";
    ServiceBusy = Gateway "ModelArts.4206" 429 Limit Later "The traffic of the service exceeds its threshold" "gateway/ModelArts.4206-429.md";
    ConnectionRefused = Gateway "ModelArts.4302" 500 Owner Later "Gateway forwarding error. Failed to invoke backend service due to connection refused. " "gateway/ModelArts.4302-500.md";
    BackendGone = Gateway "ModelArts.4503" 500 Owner IfSafe "Failed to respond due to backend service not found or failed to respond" "gateway/ModelArts.4503-500.md";
    BackendRestarting = Gateway "ModelArts.4503" 503 Owner Later "Backend service respond timeout, please confirm your service is able to process the request without timeout. " "gateway/ModelArts.4503-503.md";
    PredictionTimeout = Gateway "ModelArts.4503" 504 Owner IfSafe "Failed to find backend service because response timed out, please confirm your service is able to process the request without timeout. " "gateway/ModelArts.4503-504.md";
    GatewayStopping = Gateway "ModelArts.4700" 503 Platform Later "The gateway is stopping" "gateway/ModelArts.4700-503.md";
    ModelRefusedInput = Gateway "MR.0105" 400 Caller No "Recognition failed" "gateway/MR.0105-400.md";
    ModelFailed = Gateway "MR.0105" 500 Owner IfSafe "Recognition failed" "gateway/MR.0105-500.md";
    ClientClosed = Gateway "ADYTON.0499" 499 Caller IfSafe "The client closed the connection before the answer" "gateway/ADYTON.0499-499.md";

    EdgeNoSuchApi = Adyton "APIGW.0101" 404 Caller No "The API does not exist or has not been published in the environment" "edge/APIGW.0101-404.md";
    EdgeMethodNotAllowed = Adyton "APIGW.0101" 405 Caller No "The API does not support the request method" "edge/APIGW.0101-405.md";
    EdgeBadRequest = Adyton "APIGW.0201" 400 Caller No "API request error" "edge/APIGW.0201-400.md";
    EdgeForeignOrigin = Adyton "APIGW.0201" 403 Caller No "Requests of web pages of other origins are refused" "edge/APIGW.0201-403.md";
    EdgeBodyTooLarge = Adyton "APIGW.0201" 413 Limit No "Request entity too large" "edge/APIGW.0201-413.md";
    EdgeUriTooLarge = Adyton "APIGW.0201" 414 Limit No "Request URI too large" "edge/APIGW.0201-414.md";
    EdgeHeadersTooLarge = Adyton "APIGW.0201" 431 Limit No "Request headers too large" "edge/APIGW.0201-431.md";
    EdgeIamAuthentication = Adyton "APIGW.0301" 401 Caller No "Incorrect IAM authentication information" "edge/APIGW.0301-401.md";
    EdgeIamForbidden = Adyton "APIGW.0302" 403 Caller No "The IAM user is not authorized to access the API" "edge/APIGW.0302-403.md";
    EdgeTokenMustBeUpdated = Adyton "APIGW.0307" 401 Caller No "The token must be updated" "edge/APIGW.0307-401.md";
    EdgeThrottled = Adyton "APIGW.0308" 429 Limit Later "The throttling threshold has been reached" "edge/APIGW.0308-429.md";
    EdgeNoSpace = Adyton "APIGW.0601" 507 Platform Later "No space is left on the server's disk" "edge/APIGW.0601-507.md";
    EdgeStorageUnavailable = Adyton "APIGW.0601" 503 Platform IfSafe "The server's storage is unavailable" "edge/APIGW.0601-503.md";
    EdgeInternal = Adyton "APIGW.0601" 500 Platform IfSafe "Internal server error" "edge/APIGW.0601-500.md";

    ModelArtsInvalidArgument = ModelArts "ModelArts.0101" 400 Caller No "Invalid argument" "modelarts/ModelArts.0101-400.md";
    ModelArtsParameterError = ModelArts "ModelArts.0104" 400 Caller No "Parameter error" "modelarts/ModelArts.0104-400.md";
    ModelArtsNoPermission = ModelArts "ModelArts.0112" 403 Caller No "No permission" "modelarts/ModelArts.0112-403.md";
    ModelArtsOtherProject = ModelArts "ModelArts.0210" 403 Caller No "The project of the token is not the project of the request" "modelarts/ModelArts.0210-403.md";
    ModelArtsNoProject = ModelArts "ModelArts.0212" 401 Caller No "The token has no project" "modelarts/ModelArts.0212-401.md";
    NoSuchModel = ModelArts "ModelArts.3001" 404 Caller No "The model does not exist" "modelarts/ModelArts.3001-404.md";
    ModelExists = ModelArts "ModelArts.3002" 409 Caller No "The model already exists in this version" "modelarts/ModelArts.3002-409.md";
    ModelInUse = ModelArts "ModelArts.3009" 409 Caller No "The model is used by a service" "modelarts/ModelArts.3009-409.md";
    BadModelConfig = ModelArts "ModelArts.3015" 400 Caller No "The configuration file of the model is wrong" "modelarts/ModelArts.3015-400.md";
    BadModelPackage = ModelArts "ModelArts.3016" 400 Caller No "The model package cannot be used" "modelarts/ModelArts.3016-400.md";
    NoSuchService = ModelArts "ModelArts.3502" 404 Caller No "The service does not exist" "modelarts/ModelArts.3502-404.md";
    ServiceExists = ModelArts "ModelArts.3503" 409 Caller No "The service already exists" "modelarts/ModelArts.3503-409.md";
    ModelNotPublished = ModelArts "ModelArts.3515" 400 Caller Later "The model is not published yet" "modelarts/ModelArts.3515-400.md";
    DuplicateModelVersion = ModelArts "ModelArts.3516" 400 Caller No "The same model version is named twice" "modelarts/ModelArts.3516-400.md";
    ServiceStateForbids = ModelArts "ModelArts.3519" 400 Caller Later "The state of the service forbids the update" "modelarts/ModelArts.3519-400.md";
    ModelArtsQuota = ModelArts "ModelArts.0116" 403 Limit No "The expected resources exceed the quota limit" "modelarts/ModelArts.0116-403.md";
    ServiceQuota = ModelArts "ModelArts.3520" 403 Limit No "The number of services exceeds the quota" "modelarts/ModelArts.3520-403.md";
    ModelNotInService = ModelArts "ModelArts.3529" 400 Caller No "The model is not in the service" "modelarts/ModelArts.3529-400.md";
    ModelArtsNoSpace = ModelArts "ModelArts.0010" 507 Platform Later "No space is left on the server's disk" "modelarts/ModelArts.0010-507.md";
    ModelArtsStorageUnavailable = ModelArts "ModelArts.0010" 503 Platform IfSafe "The server's storage is unavailable" "modelarts/ModelArts.0010-503.md";
    ModelArtsInternal = ModelArts "ModelArts.0010" 500 Platform IfSafe "Internal server error" "modelarts/ModelArts.0010-500.md";

    ApigInvalidParameter = Apig "APIG.2012" 400 Caller No "Invalid parameter value" "apig/APIG.2012-400.md";
    ApigForbidden = Apig "APIG.1005" 403 Caller No "No permission to perform this operation" "apig/APIG.1005-403.md";
    NoSuchApigApi = Apig "APIG.3002" 404 Caller No "The API does not exist" "apig/APIG.3002-404.md";
    NoSuchEnvironment = Apig "APIG.3003" 404 Caller No "The environment does not exist" "apig/APIG.3003-404.md";
    NoSuchApp = Apig "APIG.3004" 404 Caller No "The app does not exist" "apig/APIG.3004-404.md";
    NoSuchAuthorisation = Apig "APIG.3009" 404 Caller No "The authorization does not exist" "apig/APIG.3009-404.md";
    NoSuchInstance = Apig "APIG.3030" 404 Caller No "The instance does not exist" "apig/APIG.3030-404.md";
    NoSuchAppCode = Apig "APIG.3082" 404 Caller No "The AppCode does not exist" "apig/APIG.3082-404.md";
    AppExists = Apig "APIG.3203" 400 Caller No "The app name or AppKey already exists" "apig/APIG.3203-400.md";
    AppCodeExists = Apig "APIG.3211" 400 Caller No "The AppCode already exists" "apig/APIG.3211-400.md";
    AlreadyAuthorised = Apig "APIG.3316" 400 Caller No "The app is already authorized for the API" "apig/APIG.3316-400.md";
    AppQuota = Apig "APIG.3103" 403 Limit No "The number of apps exceeds the maximum allowed limit" "apig/APIG.3103-403.md";
    AppCodeQuota = Apig "APIG.3131" 403 Limit No "The number of AppCodes exceeds the maximum allowed limit" "apig/APIG.3131-403.md";
    ApigNoSpace = Apig "APIG.9999" 507 Platform Later "No space is left on the server's disk" "apig/APIG.9999-507.md";
    ApigStorageUnavailable = Apig "APIG.9999" 503 Platform IfSafe "The server's storage is unavailable" "apig/APIG.9999-503.md";
    ApigInternal = Apig "APIG.9999" 500 Platform IfSafe "System error" "apig/APIG.9999-500.md";

    IamMalformed = Iam "400" 400 Caller No "The request body is invalid" "iam/400-400-iam-malformed.md";
    IamUnknownHost = Iam "400" 400 Caller No "The request is meant for another host" "iam/400-400-iam-host.md";
    IamForeignOrigin = Iam "403" 403 Caller No "Requests of web pages of other origins are refused" "iam/403-403-iam-origin.md";
    IamMediaType = Iam "415" 415 Caller No "The media type of the body is not supported" "iam/415-415.md";
    IamTooManySignIns = Iam "429" 429 Limit Later "Too many sign-ins in progress from this source." "iam/429-429.md";
    IamSignInsFull = Iam "503" 503 Limit Later "Too many sign-ins in progress." "iam/503-503-iam-sign-ins.md";
    IamUnauthorized = Iam "401" 401 Caller No "The username or password is wrong." "iam/401-401-iam-unauthorized.md";
    IamTokenInvalid = Iam "401" 401 Caller No "The token is invalid or has expired." "iam/401-401-iam-token-invalid.md";
    IamAccountLocked = Iam "IAM.0061" 401 Limit Later "Account locked." "iam/IAM.0061-401.md";
    IamNoPermission = Iam "403" 403 Caller No "You are not authorized to perform the requested action." "iam/403-403.md";
    IamNotFound = Iam "404" 404 Caller No "The resource could not be found." "iam/404-404.md";
    IamMethodNotAllowed = Iam "405" 405 Caller No "The method is not allowed for this address." "iam/405-405.md";
    IamConflict = Iam "409" 409 Caller No "A conflict occurred when saving the resource." "iam/409-409.md";
    IamKeyQuota = Iam "400" 400 Limit No "akSkNumExceed" "iam/400-400-iam-key-quota.md";
    IamNoSpace = Iam "507" 507 Platform Later "No space is left on the server's disk." "iam/507-507.md";
    IamStorageUnavailable = Iam "503" 503 Platform IfSafe "The server's storage is unavailable." "iam/503-503.md";
    IamInternal = Iam "500" 500 Platform IfSafe "An unexpected error occurred." "iam/500-500.md";
}
