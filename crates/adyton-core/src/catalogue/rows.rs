//! The table of the catalogue: one row a cause, and what each surface shows for it. `reason.rs` makes the causes of it,
//! `table.rs` the cells.

// A row is a cause and four cells, one a surface, in this order: the gateway; the management APIs (one cell for ModelArts,
// APIG and Adyton, or one of each in brackets); IAM; IAM of a token that it is asked about. A row without all four does not
// compile, so whoever adds a cause says what every surface makes of it.
macro_rules! rows {
    ($make:ident) => {
        $make! {
            RouteNotAnApiAddress = Route "the path is not an API address and no API is published at it"
                (NoSuchApi "route.not_an_api_address") - - -;
            RouteMalformedServiceId = Route "the API address has something else where the service's id belongs"
                (NoSuchApi "route.malformed_service_id") - - -;
            RouteNoSuchService = Route "no service has this id"
                (NoSuchApi "route.no_such_service") - - -;
            RouteUndeclaredPath = Route "the service exists, but `config.json` declares no such path"
                (NoSuchApi "route.undeclared_path") - - -;
            RouteWrongMethod = Route "the path is declared, but for another method"
                (NoSuchApi "route.wrong_method") - - -;
            RouteNotInStage = Route "the API is not published in the environment that `X-Stage` names"
                (NoSuchApi "route.not_in_stage") - - -;
            RouteDotSegment = Route "the path holds a `.` or `..` segment, plain or encoded"
                (NoSuchApi "route.dot_segment") - - -;
            RouteBadEncoding = Route "the path holds a broken percent-encoding or an encoded NUL, or is not UTF-8"
                (NoSuchApi "route.bad_encoding") - - -;
            RequestHost = Route "there is no Host, more than one, or one that contradicts the address"
                (BadRequest "request.host") - - -;
            RequestUnreadable = Admit "what came cannot be read as HTTP/1.1"
                (BadRequest "request.unreadable") - - -;
            UriTooLarge = Admit "path and query together are over the limit"
                (UriTooLarge "uri.too_large") - - -;
            HeaderTooLarge = Admit "one header is over the limit"
                (HeadersTooLarge "header.too_large") - - -;
            HeadersTooLarge = Admit "all headers together are over the limit"
                (HeadersTooLarge "headers.too_large") - - -;
            RequestExpectation = Admit "`Expect` asks for something other than `100-continue`"
                (BadRequest "request.expectation") - - -;
            RequestTransferCoding = Admit "`Transfer-Encoding` names a coding other than `chunked`, once"
                (BadRequest "request.transfer_coding") - - -;
            CredentialsMissing = Authenticate "no credentials were sent"
                (IamAuthentication "credentials.missing") (EdgeIamAuthentication "manage.credentials_missing") (IamTokenInvalid "iam.credentials_missing") -;
            CredentialsNotAccepted = Authenticate "the credentials sent are of a kind that this API does not accept"
                (IamAuthentication "credentials.not_accepted") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            TokenMalformed = Authenticate "`X-Auth-Token` does not have the form of a token"
                (IamAuthentication "token.malformed") (EdgeIamAuthentication "manage.token_malformed") (IamTokenInvalid "iam.token_malformed") (IamNotFound "iam.subject_malformed");
            TokenRepeated = Authenticate "`X-Auth-Token` was sent more than once"
                (IamAuthentication "token.repeated") (EdgeIamAuthentication "manage.token_malformed") (IamTokenInvalid "iam.token_malformed") -;
            TokenUnknownKey = Authenticate "the token was sealed by a key that this installation does not hold"
                (IamAuthentication "token.unknown_key") (EdgeIamAuthentication "manage.token_unknown_key") (IamTokenInvalid "iam.token_unknown_key") (IamNotFound "iam.subject_unknown_key");
            TokenUndecryptable = Authenticate "the token names one of our keys but does not open: it was cut or changed"
                (IamAuthentication "token.undecryptable") (EdgeIamAuthentication "manage.token_undecryptable") (IamTokenInvalid "iam.token_undecryptable") (IamNotFound "iam.subject_undecryptable");
            TokenExpired = Authenticate "the token has expired"
                (IamAuthentication "token.expired") (EdgeIamAuthentication "manage.token_expired") (IamTokenInvalid "iam.token_expired") (IamNotFound "iam.subject_expired");
            TokenNotYetValid = Authenticate "the token was issued at a time that is in this server's future"
                (IamAuthentication "token.not_yet_valid") (EdgeIamAuthentication "manage.token_not_yet_valid") (IamTokenInvalid "iam.token_not_yet_valid") (IamNotFound "iam.subject_not_yet_valid");
            TokenUserDisabled = Authenticate "the user of the token is disabled"
                (IamAuthentication "token.user_disabled") (EdgeIamAuthentication "manage.token_user_disabled") (IamTokenInvalid "iam.token_user_disabled") (IamNotFound "iam.subject_user_disabled");
            TokenUserDeleted = Authenticate "the user of the token was deleted"
                (IamAuthentication "token.user_deleted") (EdgeIamAuthentication "manage.token_user_deleted") (IamTokenInvalid "iam.token_user_deleted") (IamNotFound "iam.subject_user_deleted");
            AkskMalformed = Authenticate "the `Authorization` header cannot be read"
                (IamAuthentication "aksk.malformed") (EdgeIamAuthentication "manage.signature_malformed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskRepeated = Authenticate "the `Authorization` header was sent more than once"
                (IamAuthentication "aksk.repeated") (EdgeIamAuthentication "manage.signature_malformed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskUnsupportedAlgorithm = Authenticate "the signing algorithm is known but not offered here"
                (IamAuthentication "aksk.unsupported_algorithm") (EdgeIamAuthentication "manage.algorithm_unsupported") (IamTokenInvalid "iam.signature_invalid") -;
            AkskUnknownKey = Authenticate "no access key has this id"
                (IamAuthentication "aksk.unknown_key") (EdgeIamAuthentication "manage.key_unknown") (IamTokenInvalid "iam.signature_invalid") -;
            AkskAppKey = Authenticate "the key is an AppKey, and this address takes no apps"
                (IamAuthentication "aksk.app_key") (EdgeIamAuthentication "manage.key_unknown") (IamTokenInvalid "iam.signature_invalid") -;
            AkskKeyDisabled = Authenticate "the access key is disabled"
                (IamAuthentication "aksk.key_disabled") (EdgeIamAuthentication "manage.key_disabled") (IamTokenInvalid "iam.signature_invalid") -;
            AkskUserDisabled = Authenticate "the user of the access key is disabled or deleted"
                (IamAuthentication "aksk.user_disabled") (EdgeIamAuthentication "manage.key_user_disabled") (IamTokenInvalid "iam.signature_invalid") -;
            AkskSecurityToken = Authenticate "a temporary access key was used, and `X-Security-Token` does not fit"
                (IamAuthentication "aksk.security_token") (EdgeIamAuthentication "manage.security_token") (IamTokenInvalid "iam.signature_invalid") -;
            AkskDateMissing = Authenticate "`X-Sdk-Date` was not sent"
                (IamAuthentication "aksk.date_missing") (EdgeIamAuthentication "manage.date_missing") (IamTokenInvalid "iam.signature_invalid") -;
            AkskDateMalformed = Authenticate "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`"
                (IamAuthentication "aksk.date_malformed") (EdgeIamAuthentication "manage.date_malformed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskDateNotSigned = Authenticate "`x-sdk-date` is not among the signed headers"
                (IamAuthentication "aksk.date_not_signed") (EdgeIamAuthentication "manage.date_not_signed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskClockSkew = Authenticate "`X-Sdk-Date` is more than 15 minutes off"
                (IamAuthentication "aksk.clock_skew") (EdgeIamAuthentication "manage.clock_skew") (IamTokenInvalid "iam.signature_invalid") -;
            AkskSignedHeaderMissing = Authenticate "a header named in SignedHeaders was not sent"
                (IamAuthentication "aksk.signed_header_missing") (EdgeIamAuthentication "manage.signed_header_missing") (IamTokenInvalid "iam.signature_invalid") -;
            AkskBadSignature = Authenticate "the signature does not match under any known mistake"
                (IamAuthentication "aksk.bad_signature") (EdgeIamAuthentication "manage.signature_bad") (IamTokenInvalid "iam.signature_invalid") -;
            AkskSigningMistake = Authenticate "the signature matches once a known signing mistake is undone"
                (IamAuthentication "aksk.signing_mistake") (EdgeIamAuthentication "manage.signing_mistake") (IamTokenInvalid "iam.signature_invalid") -;
            AkskBodyDigest = Authenticate "the body does not hash to the declared `X-Sdk-Content-Sha256`"
                (IamAuthentication "aksk.body_digest") (EdgeIamAuthentication "manage.body_digest") (IamTokenInvalid "iam.signature_invalid") -;
            AkskLocked = Authenticate "too many failures of this key from this source"
                (IamAuthentication "aksk.locked") (EdgeIamAuthentication "manage.key_locked") (IamTokenInvalid "iam.signature_invalid") -;
            TokenRevoked = Authenticate "the token was revoked"
                (TokenMustBeUpdated "token.revoked") (EdgeTokenMustBeUpdated "manage.token_revoked") (IamTokenInvalid "iam.token_revoked") (IamNotFound "iam.subject_revoked");
            TokenSuperseded = Authenticate "the tokens of the user were all revoked, for example by a change of password, or the token's scope was deleted"
                (TokenMustBeUpdated "token.superseded") (EdgeIamAuthentication "manage.token_superseded") (IamTokenInvalid "iam.token_superseded") (IamNotFound "iam.subject_superseded");
            AppMalformed = Authenticate "the `Authorization` header cannot be read"
                (AppAuthentication "app.malformed") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppRepeated = Authenticate "the header with the app's signature or key was sent more than once"
                (AppAuthentication "app.repeated") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppUnsupportedAlgorithm = Authenticate "the signing algorithm is known but not offered here"
                (AppAuthentication "app.unsupported_algorithm") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppUnknownKey = Authenticate "no app has this AppKey"
                (AppAuthentication "app.unknown_key") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDisabled = Authenticate "the app is disabled"
                (AppAuthentication "app.disabled") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDateMissing = Authenticate "`X-Sdk-Date` was not sent"
                (AppAuthentication "app.date_missing") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDateMalformed = Authenticate "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`"
                (AppAuthentication "app.date_malformed") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDateNotSigned = Authenticate "`x-sdk-date` is not among the signed headers"
                (AppAuthentication "app.date_not_signed") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppClockSkew = Authenticate "`X-Sdk-Date` is more than 15 minutes off"
                (AppAuthentication "app.clock_skew") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppSignedHeaderMissing = Authenticate "a header named in SignedHeaders was not sent"
                (AppAuthentication "app.signed_header_missing") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppSigningMistake = Authenticate "the signature matches once a known signing mistake is undone"
                (AppAuthentication "app.signing_mistake") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppBodyDigest = Authenticate "the body does not hash to the declared `X-Sdk-Content-Sha256`"
                (AppAuthentication "app.body_digest") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppLocked = Authenticate "too many failures of this AppKey from this source"
                (AppAuthentication "app.locked") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeUnknown = Authenticate "no app has this AppCode"
                (AppAuthentication "app.code_unknown") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeEmpty = Authenticate "`X-Apig-AppCode` was sent without a value"
                (AppAuthentication "app.code_empty") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeRepeated = Authenticate "`X-Apig-AppCode` was sent more than once"
                (AppAuthentication "app.code_repeated") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeDisabled = Authenticate "AppCodes are not enabled for this API"
                (AppAuthentication "app.code_disabled") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeInsecure = Authenticate "an AppCode was sent in the clear over a network"
                (AppAuthentication "app.code_insecure") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairIncomplete = Authenticate "only one of `X-HW-ID` and `X-HW-AppKey` was sent"
                (AppAuthentication "app.key_pair_incomplete") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairRepeated = Authenticate "`X-HW-ID` or `X-HW-AppKey` was sent more than once"
                (AppAuthentication "app.key_pair_repeated") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairInsecure = Authenticate "an AppKey and AppSecret were sent in the clear over a network"
                (AppAuthentication "app.key_pair_insecure") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppBadSignature = Authenticate "the AppKey is known, and its signature matches under no known mistake"
                (WrongAppSecret "app.bad_signature") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairUnknown = Authenticate "a raw pair with an AppKey that no app has"
                (WrongAppSecret "app.key_pair_unknown") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairMismatch = Authenticate "a raw pair whose AppSecret is not that of the AppKey"
                (WrongAppSecret "app.key_pair_mismatch") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            IamOtherProject = Authorise "the credentials belong to another project"
                (IamForbidden "iam.other_project") [(ModelArtsOtherProject "modelarts.other_project") (EdgeIamForbidden "manage.other_project") (EdgeIamForbidden "manage.other_project")] (IamNoPermission "iam.forbidden") -;
            IamNotPermitted = Authorise "no role of the user permits the action"
                (IamForbidden "iam.not_permitted") [(ModelArtsNoPermission "modelarts.not_permitted") (ApigForbidden "apig.not_permitted") (ModelArtsNoPermission "modelarts.not_permitted")] (IamNoPermission "iam.forbidden") (IamNotFound "iam.subject_not_permitted");
            AppNotAuthorised = Authorise "the app is not authorised for this API"
                (AppForbidden "app.not_authorised") - - -;
            ThrottleApi = Throttle "the API received more calls than its limit allows"
                (Throttled "throttle.api") - - -;
            BodyTooLarge = Limit "the body exceeds the limit of the door, declared or measured"
                (BodyTooLarge "body.too_large") - - -;
            BodyTooSlow = Limit "the body stopped arriving"
                (BodyTooSlow "body.too_slow") - - -;
            BodyBroken = Limit "the connection or the chunked encoding broke inside the body"
                (BadRequest "body.broken") - - -;
            RequestContentCoding = Dispatch "the body has a `Content-Encoding` that the model cannot take"
                (UnsupportedCoding "request.content_coding") - - -;
            RequestEmpty = Dispatch "the model needs a body and got none"
                (EmptyRequest "request.empty") - - -;
            ServiceStopped = Dispatch "the service is stopped"
                (ServiceUnavailable "service.stopped") - - -;
            ServiceDeploying = Dispatch "the service is still being deployed"
                (ServiceUnavailable "service.deploying") - - -;
            ServiceFailed = Dispatch "the service failed to start"
                (ServiceUnavailable "service.failed") - - -;
            ServiceQueueFull = Dispatch "all inference threads are busy and the queue is full"
                (ServiceBusy "service.queue_full") - - -;
            InstanceNone = Dispatch "no instance of the service is ready"
                (ConnectionRefused "instance.none") - - -;
            InstanceRefused = Dispatch "the instance refused the connection"
                (ConnectionRefused "instance.refused") - - -;
            InstanceRestarting = Dispatch "the instances of the service ended and are being restarted"
                (BackendRestarting "instance.restarting") - - -;
            InstanceClosed = Dispatch "the instance closed the connection without an answer"
                (BackendGone "instance.closed") - - -;
            InstanceBadAnswer = Dispatch "the instance sent a response that is not HTTP"
                (BackendGone "instance.bad_answer") - - -;
            PredictionTimeout = Dispatch "the model did not answer within the prediction time limit"
                (PredictionTimeout "prediction.timeout") - - -;
            PredictionStalled = Dispatch "the model began its response, and then paused for too long"
                (PredictionTimeout "prediction.stalled") - - -;
            BackendUnreachable = Dispatch "the back end of the API refused the connection"
                (BackendUnavailable "backend.unreachable") - - -;
            BackendClosed = Dispatch "the back end of the API closed the connection without an answer"
                (BackendUnavailable "backend.closed") - - -;
            BackendBadAnswer = Dispatch "the back end of the API sent a response that is not HTTP"
                (BackendUnavailable "backend.bad_answer") - - -;
            BackendTimeout = Dispatch "the back end did not begin its answer within the API's time limit"
                (BackendTimeout "backend.timeout") - - -;
            BackendStalled = Dispatch "the back end began its response, and then paused for too long"
                (BackendTimeout "backend.stalled") - - -;
            BackendNoMember = Dispatch "no member of the API's channel can be called"
                (NoBackend "backend.no_member") - - -;
            BackendAddressDenied = Dispatch "the address of the back end is not allowed"
                (BackendForbidden "backend.address_denied") - - -;
            GatewayStopping = Dispatch "the gateway is draining"
                (GatewayStopping "gateway.stopping") - - -;
            ModelBadInput = Dispatch "the model cannot take this input"
                (ModelRefusedInput "model.bad_input") - - -;
            ModelFailed = Dispatch "the model failed while it computed"
                (ModelFailed "model.failed") - - -;
            Internal = Respond "a defect of Adyton"
                (Internal "gateway.internal") [(ModelArtsInternal "modelarts.internal") (ApigInternal "apig.internal") (EdgeInternal "manage.internal")] (IamInternal "iam.internal") -;
            ClientClosed = Respond "the client disconnected before the end of the response"
                (ClientClosed "client.closed") - - -;
            ManageNoSuchAddress = Manage "no management API has this address"
                - (EdgeNoSuchApi "manage.no_such_address") (IamNotFound "iam.not_found") -;
            MethodNotAllowed = Manage "the address does not take this method"
                - (EdgeNoSuchApi "manage.no_such_address") (IamMethodNotAllowed "iam.method_not_allowed") -;
            Malformed = Manage "the request cannot be read"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (EdgeBadRequest "manage.bad_request") (EdgeBadRequest "manage.bad_request")] (IamMalformed "iam.malformed") -;
            InvalidField = Manage "a field of the request is wrong"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (ApigInvalidParameter "apig.invalid_parameter") (EdgeBadRequest "manage.bad_request")] (IamMalformed "iam.malformed") -;
            InvalidQuery = Manage "a query parameter is wrong"
                - [(ModelArtsParameterError "modelarts.parameter_error") (ApigInvalidParameter "apig.invalid_parameter") (EdgeBadRequest "manage.bad_request")] (IamMalformed "iam.malformed") -;
            MediaType = Manage "a body without credentials in the head is not declared as JSON"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (EdgeBadRequest "manage.bad_request") (EdgeBadRequest "manage.bad_request")] (IamMediaType "iam.media_type") -;
            ManageHost = Manage "the `Host` of the request is not a name of this server"
                - (EdgeBadRequest "manage.host") (IamUnknownHost "iam.host") -;
            ManageOrigin = Manage "a web page of another origin sent the request"
                - (EdgeForeignOrigin "manage.origin") (IamForeignOrigin "iam.origin") -;
            ManageBodyTooLarge = Manage "the body exceeds the limit of the management APIs"
                - (EdgeBodyTooLarge "manage.body_too_large") (IamMalformed "iam.malformed") -;
            ManageUploadUnproven = Manage "an upload whose caller can be authenticated only after its last byte is too large, too slow, or one of several"
                - (EdgeBadRequest "manage.upload_unproven") - -;
            ManageUploadQuota = Manage "the project has reached its quota of unused uploads"
                - (EdgeBadRequest "manage.upload_quota") - -;
            ManageMetrics = Manage "metrics are restricted, and the request has no credentials that permit reading them"
                - (EdgeIamAuthentication "manage.metrics") - -;
            ManageBusy = Manage "too many concurrent requests of this kind"
                - [(EdgeThrottled "manage.busy") - (EdgeThrottled "manage.busy")] - -;
            ManageRecordLeftOut = Manage "the request's record was counted and not kept: its source had too many refused requests in that second"
                - [(EdgeNoSuchApi "manage.record_left_out") - (EdgeNoSuchApi "manage.record_left_out")] - -;
            NoProject = Manage "the token is not scoped to a project"
                - [(ModelArtsNoProject "modelarts.no_project") (EdgeIamForbidden "manage.other_project") (EdgeIamForbidden "manage.other_project")] (IamNoPermission "iam.forbidden") -;
            WrongPassword = Manage "unknown user or wrong password"
                - (EdgeIamAuthentication "manage.credentials_not_accepted") (IamUnauthorized "iam.wrong_password") -;
            AccountLocked = Manage "too many wrong passwords from this source"
                - (EdgeIamAuthentication "manage.credentials_not_accepted") (IamAccountLocked "iam.account_locked") -;
            TooManySignIns = Manage "too many sign-ins in progress from this source"
                - (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTooManySignIns "iam.too_many_sign_ins") -;
            SignInsFull = Manage "too many sign-ins in progress"
                - (EdgeIamAuthentication "manage.credentials_not_accepted") (IamSignInsFull "iam.sign_ins_full") -;
            NoSuchModel = Manage "no model of the project has this id"
                - [(NoSuchModel "modelarts.no_such_model") (NoSuchApigApi "apig.no_such_api") (NoSuchModel "modelarts.no_such_model")] (IamNotFound "iam.not_found") -;
            NoSuchService = Manage "no service of the project has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApigApi "apig.no_such_api") (NoSuchService "modelarts.no_such_service")] (IamNotFound "iam.not_found") -;
            NoSuchApi = Manage "no API of the project has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApigApi "apig.no_such_api") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchEnvironment = Manage "no environment has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchEnvironment "apig.no_such_environment") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchApp = Manage "no app of the project has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApp "apig.no_such_app") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchAuthorisation = Manage "no authorisation has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchAuthorisation "apig.no_such_authorisation") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchInstance = Manage "no gateway instance has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchInstance "apig.no_such_instance") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchAppCode = Manage "no AppCode of the app has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchAppCode "apig.no_such_app_code") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchThing = Manage "nothing has this id"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApigApi "apig.no_such_api") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            ModelExists = Manage "a model with this name and version already exists"
                - [(ModelExists "modelarts.model_exists") (AppExists "apig.app_exists") (EdgeBadRequest "manage.bad_request")] (IamConflict "iam.conflict") -;
            AppCodeExists = Manage "the AppCode already exists"
                - [(ServiceExists "modelarts.service_exists") (AppCodeExists "apig.app_code_exists") (EdgeBadRequest "manage.bad_request")] (IamConflict "iam.conflict") -;
            NameTaken = Manage "the name already exists"
                - [(ServiceExists "modelarts.service_exists") (AppExists "apig.app_exists") (EdgeBadRequest "manage.bad_request")] (IamConflict "iam.conflict") -;
            Quota = Manage "a quota is reached"
                - [(ServiceQuota "modelarts.service_quota") (AppCodeQuota "apig.app_code_quota") (EdgeBadRequest "manage.bad_request")] (IamKeyQuota "iam.key_quota") -;
            AlreadyAuthorised = Manage "the authorisation already exists"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (AlreadyAuthorised "apig.already_authorised") (EdgeBadRequest "manage.bad_request")] - -;
            ModelInUse = Manage "a service uses the model"
                - [(ModelInUse "modelarts.model_in_use") - (EdgeBadRequest "manage.bad_request")] - -;
            ModelNotPublished = Manage "the model is still being imported, or its import failed"
                - [(ModelNotPublished "modelarts.model_not_published") - (EdgeBadRequest "manage.bad_request")] - -;
            DuplicateVersion = Manage "a model is named twice in `config`"
                - [(DuplicateModelVersion "modelarts.duplicate_version") - (EdgeBadRequest "manage.bad_request")] - -;
            StateForbids = Manage "the service is being stopped or deleted"
                - [(ServiceStateForbids "modelarts.state_forbids") - (EdgeBadRequest "manage.bad_request")] - -;
            ModelNotInService = Manage "the model is not part of the service"
                - [(ModelNotInService "modelarts.model_not_in_service") - (EdgeBadRequest "manage.bad_request")] - -;
            BadConfig = Manage "`config.json` is wrong"
                - [(BadModelConfig "modelarts.bad_config") - (BadModelConfig "modelarts.bad_config")] - -;
            BadPackage = Manage "the package cannot be read or run"
                - [(BadModelPackage "modelarts.bad_package") - (BadModelPackage "modelarts.bad_package")] - -;
            NoSpace = Manage "no space is left on the disk of the data folder or of the database"
                - [(ModelArtsNoSpace "modelarts.no_space") (ApigNoSpace "apig.no_space") (EdgeNoSpace "manage.no_space")] (IamNoSpace "iam.no_space") -;
            StorageUnavailable = Manage "the database or the data folder cannot be written to, or the database did not answer in time"
                - [(ModelArtsStorageUnavailable "modelarts.storage_unavailable") (ApigStorageUnavailable "apig.storage_unavailable") (EdgeStorageUnavailable "manage.storage_unavailable")] (IamStorageUnavailable "iam.storage_unavailable") -;
        }
    };
}

pub(super) use rows;
