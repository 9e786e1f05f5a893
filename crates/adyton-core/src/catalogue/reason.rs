//! Every reason: one cause, one sub-code.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::Code;
use super::entry::Retry;
use crate::record::Step;

macro_rules! reasons {
    ($($name:ident = $sub:literal $step:ident $code:ident $cause:literal;)*) => {
        /// One cause of a refusal, finer than its code. No two causes share a sub-code.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Reason {
            $(#[doc = concat!("`", $sub, "`: ", $cause)] $name,)*
        }

        impl Reason {
            /// All reasons, in the order of the pipeline.
            pub const ALL: &[Reason] = &[$(Reason::$name),*];

            /// The sub-code, as `X-Adyton-Reason` shows it.
            pub const fn sub_code(self) -> &'static str {
                match self { $(Reason::$name => $sub,)* }
            }

            /// The code that the outside sees.
            pub const fn code(self) -> Code {
                match self { $(Reason::$name => Code::$code,)* }
            }

            /// The step of the pipeline that decides it.
            pub const fn step(self) -> Step {
                match self { $(Reason::$name => Step::$step,)* }
            }

            /// The cause, as a clause for people.
            pub const fn cause(self) -> &'static str {
                match self { $(Reason::$name => $cause,)* }
            }
        }
    };
}

reasons! {
    RouteNotAnApiAddress = "route.not_an_api_address" Route NoSuchApi "the path is not an API address and no API is published at it";
    RouteMalformedServiceId = "route.malformed_service_id" Route NoSuchApi "the API address has something else where the service's id belongs";
    RouteNoSuchService = "route.no_such_service" Route NoSuchApi "no service has this id";
    RouteUndeclaredPath = "route.undeclared_path" Route NoSuchApi "the service exists, but `config.json` declares no such path";
    RouteWrongMethod = "route.wrong_method" Route NoSuchApi "the path is declared, but for another method";
    RouteNotInStage = "route.not_in_stage" Route NoSuchApi "the API is not published in the environment that `X-Stage` names";
    RouteDotSegment = "route.dot_segment" Route NoSuchApi "the path holds a `.` or `..` segment, plain or encoded";
    RouteBadEncoding = "route.bad_encoding" Route NoSuchApi "the path holds a broken percent-encoding or an encoded NUL, or is not UTF-8";
    RequestHost = "request.host" Route BadRequest "there is no Host, more than one, or one that contradicts the address";
    RequestUnreadable = "request.unreadable" Admit BadRequest "what came cannot be read as HTTP/1.1";
    UriTooLarge = "uri.too_large" Admit UriTooLarge "path and query together are over the limit";
    HeaderTooLarge = "header.too_large" Admit HeadersTooLarge "one header is over the limit";
    HeadersTooLarge = "headers.too_large" Admit HeadersTooLarge "all headers together are over the limit";
    RequestExpectation = "request.expectation" Admit BadRequest "`Expect` asks for something other than `100-continue`";
    RequestTransferCoding = "request.transfer_coding" Admit BadRequest "`Transfer-Encoding` names a coding other than `chunked`, once";
    CredentialsMissing = "credentials.missing" Authenticate IamAuthentication "no credentials were sent";
    CredentialsNotAccepted = "credentials.not_accepted" Authenticate IamAuthentication "the credentials sent are of a kind that this API does not accept";
    TokenMalformed = "token.malformed" Authenticate IamAuthentication "`X-Auth-Token` does not have the form of a token";
    TokenRepeated = "token.repeated" Authenticate IamAuthentication "`X-Auth-Token` was sent more than once";
    TokenUnknownKey = "token.unknown_key" Authenticate IamAuthentication "the token was sealed by a key that this installation does not hold";
    TokenUndecryptable = "token.undecryptable" Authenticate IamAuthentication "the token names one of our keys but does not open: it was cut or changed";
    TokenExpired = "token.expired" Authenticate IamAuthentication "the time of the token is over";
    TokenNotYetValid = "token.not_yet_valid" Authenticate IamAuthentication "the token was issued in the future of this server";
    TokenUserDisabled = "token.user_disabled" Authenticate IamAuthentication "the user of the token is disabled";
    TokenUserDeleted = "token.user_deleted" Authenticate IamAuthentication "the user of the token does not exist any more";
    AkskMalformed = "aksk.malformed" Authenticate IamAuthentication "the `Authorization` header cannot be read";
    AkskRepeated = "aksk.repeated" Authenticate IamAuthentication "the `Authorization` header was sent more than once";
    AkskUnsupportedAlgorithm = "aksk.unsupported_algorithm" Authenticate IamAuthentication "the signing algorithm is known but not offered here";
    AkskUnknownKey = "aksk.unknown_key" Authenticate IamAuthentication "no access key has this id";
    AkskAppKey = "aksk.app_key" Authenticate IamAuthentication "the key is an AppKey, and this address takes no apps";
    AkskKeyDisabled = "aksk.key_disabled" Authenticate IamAuthentication "the access key is disabled";
    AkskUserDisabled = "aksk.user_disabled" Authenticate IamAuthentication "the user of the access key is disabled or deleted";
    AkskSecurityToken = "aksk.security_token" Authenticate IamAuthentication "a temporary access key was used, and `X-Security-Token` does not fit";
    AkskDateMissing = "aksk.date_missing" Authenticate IamAuthentication "`X-Sdk-Date` was not sent";
    AkskDateMalformed = "aksk.date_malformed" Authenticate IamAuthentication "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`";
    AkskDateNotSigned = "aksk.date_not_signed" Authenticate IamAuthentication "`x-sdk-date` is not among the signed headers";
    AkskClockSkew = "aksk.clock_skew" Authenticate IamAuthentication "`X-Sdk-Date` is more than 15 minutes off";
    AkskSignedHeaderMissing = "aksk.signed_header_missing" Authenticate IamAuthentication "a header named in SignedHeaders was not sent";
    AkskBadSignature = "aksk.bad_signature" Authenticate IamAuthentication "the signature does not match under any known mistake";
    AkskSigningMistake = "aksk.signing_mistake" Authenticate IamAuthentication "the signature matches once a known signing mistake is undone";
    AkskBodyDigest = "aksk.body_digest" Authenticate IamAuthentication "the body does not hash to the declared `X-Sdk-Content-Sha256`";
    AkskLocked = "aksk.locked" Authenticate IamAuthentication "too many failures of this key from this source";
    TokenRevoked = "token.revoked" Authenticate TokenMustBeUpdated "the token was revoked";
    TokenSuperseded = "token.superseded" Authenticate TokenMustBeUpdated "the tokens of the user were all revoked, for example by a change of password";
    AppMalformed = "app.malformed" Authenticate AppAuthentication "the `Authorization` header cannot be read";
    AppRepeated = "app.repeated" Authenticate AppAuthentication "the header with the app's signature or key was sent more than once";
    AppUnsupportedAlgorithm = "app.unsupported_algorithm" Authenticate AppAuthentication "the signing algorithm is known but not offered here";
    AppUnknownKey = "app.unknown_key" Authenticate AppAuthentication "no app has this AppKey";
    AppDisabled = "app.disabled" Authenticate AppAuthentication "the app is disabled";
    AppDateMissing = "app.date_missing" Authenticate AppAuthentication "`X-Sdk-Date` was not sent";
    AppDateMalformed = "app.date_malformed" Authenticate AppAuthentication "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`";
    AppDateNotSigned = "app.date_not_signed" Authenticate AppAuthentication "`x-sdk-date` is not among the signed headers";
    AppClockSkew = "app.clock_skew" Authenticate AppAuthentication "`X-Sdk-Date` is more than 15 minutes off";
    AppSignedHeaderMissing = "app.signed_header_missing" Authenticate AppAuthentication "a header named in SignedHeaders was not sent";
    AppSigningMistake = "app.signing_mistake" Authenticate AppAuthentication "the signature matches once a known signing mistake is undone";
    AppBodyDigest = "app.body_digest" Authenticate AppAuthentication "the body does not hash to the declared `X-Sdk-Content-Sha256`";
    AppLocked = "app.locked" Authenticate AppAuthentication "too many failures of this AppKey from this source";
    AppCodeUnknown = "app.code_unknown" Authenticate AppAuthentication "no app has this AppCode";
    AppCodeEmpty = "app.code_empty" Authenticate AppAuthentication "`X-Apig-AppCode` was sent without a value";
    AppCodeRepeated = "app.code_repeated" Authenticate AppAuthentication "`X-Apig-AppCode` was sent more than once";
    AppCodeDisabled = "app.code_disabled" Authenticate AppAuthentication "AppCodes are not enabled for this API";
    AppCodeInsecure = "app.code_insecure" Authenticate AppAuthentication "an AppCode was sent in the clear over a network";
    AppKeyPairIncomplete = "app.key_pair_incomplete" Authenticate AppAuthentication "only one of `X-HW-ID` and `X-HW-AppKey` was sent";
    AppKeyPairRepeated = "app.key_pair_repeated" Authenticate AppAuthentication "`X-HW-ID` or `X-HW-AppKey` was sent more than once";
    AppKeyPairInsecure = "app.key_pair_insecure" Authenticate AppAuthentication "an AppKey and AppSecret were sent in the clear over a network";
    AppBadSignature = "app.bad_signature" Authenticate WrongAppSecret "the AppKey is known, and its signature matches under no known mistake";
    AppKeyPairUnknown = "app.key_pair_unknown" Authenticate WrongAppSecret "a raw pair with an AppKey that no app has";
    AppKeyPairMismatch = "app.key_pair_mismatch" Authenticate WrongAppSecret "a raw pair whose AppSecret is not that of the AppKey";
    IamOtherProject = "iam.other_project" Authorise IamForbidden "the credentials belong to another project";
    IamNotPermitted = "iam.not_permitted" Authorise IamForbidden "no role of the user permits the action";
    AppNotAuthorised = "app.not_authorised" Authorise AppForbidden "the app is not authorised for this API";
    ThrottleApi = "throttle.api" Throttle Throttled "the API got more calls than its limit";
    BodyTooLarge = "body.too_large" Limit BodyTooLarge "the body is over the limit of the door, declared or measured";
    BodyTooSlow = "body.too_slow" Limit BodyTooSlow "the body stopped arriving";
    BodyBroken = "body.broken" Limit BadRequest "the connection or the chunked encoding broke inside the body";
    RequestContentCoding = "request.content_coding" Dispatch UnsupportedCoding "the body has a `Content-Encoding` that the model cannot take";
    RequestEmpty = "request.empty" Dispatch EmptyRequest "the model needs a body and got none";
    ServiceStopped = "service.stopped" Dispatch ServiceUnavailable "the service is stopped";
    ServiceDeploying = "service.deploying" Dispatch ServiceUnavailable "the service is still being deployed";
    ServiceFailed = "service.failed" Dispatch ServiceUnavailable "the service failed to start";
    ServiceQueueFull = "service.queue_full" Dispatch ServiceBusy "all inference threads are busy and the queue is full";
    InstanceNone = "instance.none" Dispatch ConnectionRefused "no instance of the service is ready";
    InstanceRefused = "instance.refused" Dispatch ConnectionRefused "the instance refused the connection";
    InstanceRestarting = "instance.restarting" Dispatch BackendRestarting "the instances of the service end and are being restarted";
    InstanceClosed = "instance.closed" Dispatch BackendGone "the instance closed the connection without an answer";
    InstanceBadAnswer = "instance.bad_answer" Dispatch BackendGone "the instance answered something that is not HTTP";
    PredictionTimeout = "prediction.timeout" Dispatch PredictionTimeout "the model did not answer within the prediction time limit";
    PredictionStalled = "prediction.stalled" Dispatch PredictionTimeout "the model began its answer, and then paused for too long";
    BackendAddressDenied = "backend.address_denied" Dispatch BackendForbidden "the address of the back end is not allowed";
    GatewayStopping = "gateway.stopping" Dispatch GatewayStopping "the gateway is draining";
    ModelBadInput = "model.bad_input" Dispatch ModelRefusedInput "the model cannot take this input";
    ModelFailed = "model.failed" Dispatch ModelFailed "the model failed while it computed";
    GatewayInternal = "gateway.internal" Respond Internal "a defect of the gateway";
    ClientClosed = "client.closed" Respond ClientClosed "the client left before the end of the answer";
    ManageNoSuchAddress = "manage.no_such_address" Manage EdgeNoSuchApi "no management API has this address";
    ManageBadRequest = "manage.bad_request" Manage EdgeBadRequest "the request cannot be read";
    ManageHost = "manage.host" Manage EdgeBadRequest "the `Host` of the request is no name of this server";
    ManageOrigin = "manage.origin" Manage EdgeForeignOrigin "a web page of another origin sent the request";
    ManageBodyTooLarge = "manage.body_too_large" Manage EdgeBodyTooLarge "the body is over the limit of the management APIs";
    ManageUploadUnproven = "manage.upload_unproven" Manage EdgeBadRequest "an upload that only its last byte would prove is too large, too slow, or one of several";
    ManageUploadQuota = "manage.upload_quota" Manage EdgeBadRequest "the project keeps as many uploads without a model as it may";
    ManageCredentialsMissing = "manage.credentials_missing" Manage EdgeIamAuthentication "no credentials were sent with the management call";
    ManageCredentialsNotAccepted = "manage.credentials_not_accepted" Manage EdgeIamAuthentication "credentials came, but of a kind that the management APIs do not take";
    ManageMetrics = "manage.metrics" Manage EdgeIamAuthentication "metrics are not for everybody, and the request does not show that it may read them";
    ManageAppCredentials = "manage.app_credentials" Manage EdgeIamAuthentication "an app's key pair was sent to the management APIs, and does not match";
    ManageTokenMalformed = "manage.token_malformed" Manage EdgeIamAuthentication "`X-Auth-Token` does not have the form of a token";
    ManageTokenUnknownKey = "manage.token_unknown_key" Manage EdgeIamAuthentication "the token was sealed by a key that this installation does not hold";
    ManageTokenUndecryptable = "manage.token_undecryptable" Manage EdgeIamAuthentication "the token names one of our keys but does not open: it was cut or changed";
    ManageTokenExpired = "manage.token_expired" Manage EdgeIamAuthentication "the time of the token is over";
    ManageTokenNotYetValid = "manage.token_not_yet_valid" Manage EdgeIamAuthentication "the token was issued in the future of this server";
    ManageTokenSuperseded = "manage.token_superseded" Manage EdgeIamAuthentication "all tokens of the user were revoked since, or the token's project is gone";
    ManageTokenUserDisabled = "manage.token_user_disabled" Manage EdgeIamAuthentication "the user of the token is disabled";
    ManageTokenUserDeleted = "manage.token_user_deleted" Manage EdgeIamAuthentication "the user of the token does not exist any more";
    ManageSignatureMalformed = "manage.signature_malformed" Manage EdgeIamAuthentication "the `Authorization` header cannot be read";
    ManageAlgorithmUnsupported = "manage.algorithm_unsupported" Manage EdgeIamAuthentication "the signing algorithm is known but not offered here";
    ManageKeyUnknown = "manage.key_unknown" Manage EdgeIamAuthentication "no access key has this id";
    ManageKeyDisabled = "manage.key_disabled" Manage EdgeIamAuthentication "the access key is disabled";
    ManageKeyUserDisabled = "manage.key_user_disabled" Manage EdgeIamAuthentication "the user of the access key is disabled or deleted";
    ManageSecurityToken = "manage.security_token" Manage EdgeIamAuthentication "`X-Security-Token` was sent with a permanent access key";
    ManageDateMissing = "manage.date_missing" Manage EdgeIamAuthentication "`X-Sdk-Date` was not sent";
    ManageDateMalformed = "manage.date_malformed" Manage EdgeIamAuthentication "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`";
    ManageDateNotSigned = "manage.date_not_signed" Manage EdgeIamAuthentication "`x-sdk-date` is not among the signed headers";
    ManageClockSkew = "manage.clock_skew" Manage EdgeIamAuthentication "`X-Sdk-Date` is more than 15 minutes off";
    ManageSignedHeaderMissing = "manage.signed_header_missing" Manage EdgeIamAuthentication "a header named in SignedHeaders was not sent";
    ManageSignatureBad = "manage.signature_bad" Manage EdgeIamAuthentication "the signature does not match under any known mistake";
    ManageSigningMistake = "manage.signing_mistake" Manage EdgeIamAuthentication "the signature matches once a known signing mistake is undone";
    ManageBodyDigest = "manage.body_digest" Manage EdgeIamAuthentication "the body does not hash to the declared `X-Sdk-Content-Sha256`";
    ManageKeyLocked = "manage.key_locked" Manage EdgeIamAuthentication "too many failures of this key from this source";
    ManageOtherProject = "manage.other_project" Manage EdgeIamForbidden "the credentials belong to another project than the path";
    ManageTokenRevoked = "manage.token_revoked" Manage EdgeTokenMustBeUpdated "the token was revoked";
    ManageBusy = "manage.busy" Manage EdgeThrottled "as much work of this kind is under way as may be at once";
    ManageRecordLeftOut = "manage.record_left_out" Manage EdgeNoSuchApi "the request's record was counted and not kept: its source had too many refused requests in that second";
    ManageNoSpace = "manage.no_space" Manage EdgeNoSpace "no space is left on the disk of the data folder or of the database";
    ManageStorageUnavailable = "manage.storage_unavailable" Manage EdgeStorageUnavailable "the database cannot be written to, or did not answer in time";
    ManageInternal = "manage.internal" Manage EdgeInternal "a defect of the control plane";
    ModelartsInvalidArgument = "modelarts.invalid_argument" Manage ModelArtsInvalidArgument "a field of the request is wrong";
    ModelartsParameterError = "modelarts.parameter_error" Manage ModelArtsParameterError "a query parameter is wrong";
    ModelartsNotPermitted = "modelarts.not_permitted" Manage ModelArtsNoPermission "no role permits the action";
    ModelartsOtherProject = "modelarts.other_project" Manage ModelArtsOtherProject "the project in the path is not that of the token";
    ModelartsNoProject = "modelarts.no_project" Manage ModelArtsNoProject "the token is not scoped to a project";
    ModelartsNoSuchModel = "modelarts.no_such_model" Manage NoSuchModel "no model of the project has this id";
    ModelartsModelExists = "modelarts.model_exists" Manage ModelExists "name and version are taken";
    ModelartsModelInUse = "modelarts.model_in_use" Manage ModelInUse "a service uses the model";
    ModelartsBadConfig = "modelarts.bad_config" Manage BadModelConfig "`config.json` is wrong";
    ModelartsBadPackage = "modelarts.bad_package" Manage BadModelPackage "the package cannot be read or run";
    ModelartsNoSuchService = "modelarts.no_such_service" Manage NoSuchService "no service of the project has this id";
    ModelartsServiceExists = "modelarts.service_exists" Manage ServiceExists "the name is taken";
    ModelartsModelNotPublished = "modelarts.model_not_published" Manage ModelNotPublished "the model is still being imported, or its import failed";
    ModelartsDuplicateVersion = "modelarts.duplicate_version" Manage DuplicateModelVersion "a model is named twice in `config`";
    ModelartsStateForbids = "modelarts.state_forbids" Manage ServiceStateForbids "the service is deploying, stopping or being deleted";
    ModelartsServiceQuota = "modelarts.service_quota" Manage ServiceQuota "the project has as many services as it may";
    ModelartsModelNotInService = "modelarts.model_not_in_service" Manage ModelNotInService "the model is not part of the service";
    ModelartsNoSpace = "modelarts.no_space" Manage ModelArtsNoSpace "no space is left on the disk of the data folder or of the database";
    ModelartsStorageUnavailable = "modelarts.storage_unavailable" Manage ModelArtsStorageUnavailable "the database cannot be written to, or did not answer in time";
    ModelartsInternal = "modelarts.internal" Manage ModelArtsInternal "a defect of the control plane";
    ApigInvalidParameter = "apig.invalid_parameter" Manage ApigInvalidParameter "a field of the request is wrong";
    ApigNotPermitted = "apig.not_permitted" Manage ApigForbidden "no role permits the action";
    ApigNoSuchApi = "apig.no_such_api" Manage NoSuchApigApi "no API of the project has this id";
    ApigNoSuchEnvironment = "apig.no_such_environment" Manage NoSuchEnvironment "no environment has this id";
    ApigNoSuchApp = "apig.no_such_app" Manage NoSuchApp "no app of the project has this id";
    ApigNoSuchAuthorisation = "apig.no_such_authorisation" Manage NoSuchAuthorisation "no authorisation has this id";
    ApigNoSuchInstance = "apig.no_such_instance" Manage NoSuchInstance "no gateway instance has this id";
    ApigNoSuchAppCode = "apig.no_such_app_code" Manage NoSuchAppCode "no AppCode of the app has this id";
    ApigAppExists = "apig.app_exists" Manage AppExists "the name or AppKey is taken";
    ApigAppCodeExists = "apig.app_code_exists" Manage AppCodeExists "the AppCode is taken";
    ApigAlreadyAuthorised = "apig.already_authorised" Manage AlreadyAuthorised "the authorisation exists";
    ApigAppCodeQuota = "apig.app_code_quota" Manage AppCodeQuota "the app has five AppCodes";
    ApigNoSpace = "apig.no_space" Manage ApigNoSpace "no space is left on the disk of the data folder or of the database";
    ApigStorageUnavailable = "apig.storage_unavailable" Manage ApigStorageUnavailable "the database cannot be written to, or did not answer in time";
    ApigInternal = "apig.internal" Manage ApigInternal "a defect of the control plane";
    IamMalformed = "iam.malformed" Manage IamMalformed "the request body is not what the address expects";
    IamHost = "iam.host" Manage IamUnknownHost "the `Host` of the request is no name of this server";
    IamOrigin = "iam.origin" Manage IamForeignOrigin "a web page of another origin sent the request";
    IamMediaType = "iam.media_type" Manage IamMediaType "a body without credentials in the head is not said to be JSON";
    IamTooManySignIns = "iam.too_many_sign_ins" Manage IamTooManySignIns "the source has as many sign-ins under way as it may have while others wait";
    IamSignInsFull = "iam.sign_ins_full" Manage IamSignInsFull "as many sign-ins are under way as may be";
    IamWrongPassword = "iam.wrong_password" Manage IamUnauthorized "unknown user or wrong password";
    IamCredentialsMissing = "iam.credentials_missing" Manage IamTokenInvalid "no credentials were sent with the IAM call";
    IamCredentialsNotAccepted = "iam.credentials_not_accepted" Manage IamTokenInvalid "credentials came, but of a kind that IAM does not take";
    IamTokenMalformed = "iam.token_malformed" Manage IamTokenInvalid "`X-Auth-Token` does not have the form of a token";
    IamTokenUnknownKey = "iam.token_unknown_key" Manage IamTokenInvalid "the token was sealed by a key that this installation does not hold";
    IamTokenUndecryptable = "iam.token_undecryptable" Manage IamTokenInvalid "the token names one of our keys but does not open: it was cut or changed";
    IamTokenExpired = "iam.token_expired" Manage IamTokenInvalid "the time of the token is over";
    IamTokenNotYetValid = "iam.token_not_yet_valid" Manage IamTokenInvalid "the token was issued in the future of this server";
    IamTokenRevoked = "iam.token_revoked" Manage IamTokenInvalid "the token was revoked";
    IamTokenSuperseded = "iam.token_superseded" Manage IamTokenInvalid "all tokens of the user were revoked since, or the token's scope is gone";
    IamTokenUserDisabled = "iam.token_user_disabled" Manage IamTokenInvalid "the user of the token is disabled";
    IamTokenUserDeleted = "iam.token_user_deleted" Manage IamTokenInvalid "the user of the token does not exist any more";
    IamSignatureInvalid = "iam.signature_invalid" Manage IamTokenInvalid "the signature of the call does not count";
    IamAccountLocked = "iam.account_locked" Manage IamAccountLocked "too many wrong passwords from this source";
    IamForbidden = "iam.forbidden" Manage IamNoPermission "no role permits the action";
    IamNotFound = "iam.not_found" Manage IamNotFound "nothing has this id";
    IamSubjectMalformed = "iam.subject_malformed" Manage IamNotFound "the token asked about does not have the form of one";
    IamSubjectUnknownKey = "iam.subject_unknown_key" Manage IamNotFound "the token asked about was sealed by a key that this installation does not hold";
    IamSubjectUndecryptable = "iam.subject_undecryptable" Manage IamNotFound "the token asked about names one of our keys but does not open: it was cut or changed";
    IamSubjectExpired = "iam.subject_expired" Manage IamNotFound "the time of the token asked about is over";
    IamSubjectNotYetValid = "iam.subject_not_yet_valid" Manage IamNotFound "the token asked about was issued in the future of this server";
    IamSubjectRevoked = "iam.subject_revoked" Manage IamNotFound "the token asked about was revoked";
    IamSubjectSuperseded = "iam.subject_superseded" Manage IamNotFound "all tokens of its user were revoked since, or the scope of the token asked about is gone";
    IamSubjectUserDisabled = "iam.subject_user_disabled" Manage IamNotFound "the user of the token asked about is disabled";
    IamSubjectUserDeleted = "iam.subject_user_deleted" Manage IamNotFound "the user of the token asked about does not exist any more";
    IamSubjectNotPermitted = "iam.subject_not_permitted" Manage IamNotFound "the token asked about is somebody else's, and no role permits to ask about it";
    IamMethodNotAllowed = "iam.method_not_allowed" Manage IamMethodNotAllowed "the address does not take this method";
    IamConflict = "iam.conflict" Manage IamConflict "the name is taken";
    IamKeyQuota = "iam.key_quota" Manage IamKeyQuota "the user has two access keys";
    IamNoSpace = "iam.no_space" Manage IamNoSpace "no space is left on the disk of the data folder or of the database";
    IamStorageUnavailable = "iam.storage_unavailable" Manage IamStorageUnavailable "the database cannot be written to, or did not answer in time";
    IamInternal = "iam.internal" Manage IamInternal "a defect of the control plane";
}

impl Reason {
    /// Whether sending the same request again can help: as the code says, but for causes that are an exception to it.
    pub const fn retry(self) -> Retry {
        match self {
            // The right request is refused too, until the time is over.
            Reason::AkskLocked | Reason::AppLocked | Reason::ManageKeyLocked => Retry::Later,
            Reason::ServiceStopped | Reason::ServiceFailed => Retry::OnceMended,
            _ => self.code().entry().retry,
        }
    }
    /// The reason with this sub-code.
    pub fn parse(sub_code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.sub_code() == sub_code)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sub_code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.sub_code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("no reason has the sub-code `{text}`")))
    }
}
