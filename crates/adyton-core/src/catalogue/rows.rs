//! The table of the catalogue: one row a cause, and what each surface shows for it. `reason.rs` makes the causes of it,
//! `table.rs` the cells.

// A row is a cause, in English and in Chinese, and four cells, one a surface, in this order: the gateway; the management APIs (one cell for ModelArts,
// APIG and Adyton, or one of each in brackets); IAM; IAM of a token that it is asked about. A row without all four does not
// compile, so whoever adds a cause says what every surface makes of it.
macro_rules! rows {
    ($make:ident) => {
        $make! {
            RouteNotAnApiAddress = Route "the path is not an API address and no API is published at it"
                "该路径不是 API 地址，也没有 API 发布在该路径"
                (NoSuchApi "route.not_an_api_address") - - -;
            RouteMalformedServiceId = Route "the API address has something else where the service's id belongs"
                "API 地址中服务 ID 的位置不是服务 ID"
                (NoSuchApi "route.malformed_service_id") - - -;
            RouteNoSuchService = Route "no service has this id"
                "没有该 ID 的服务"
                (NoSuchApi "route.no_such_service") - - -;
            RouteUndeclaredPath = Route "the service exists, but `config.json` declares no such path"
                "服务存在，但 `config.json` 没有声明该路径"
                (NoSuchApi "route.undeclared_path") - - -;
            RouteWrongMethod = Route "the path is declared, but for another method"
                "该路径已声明，但请求方法不同"
                (NoSuchApi "route.wrong_method") - - -;
            RouteNotInStage = Route "the API is not published in the environment that `X-Stage` names"
                "API 没有发布到 `X-Stage` 指定的环境"
                (NoSuchApi "route.not_in_stage") - - -;
            RouteDotSegment = Route "the path contains a `.` or `..` segment, plain or encoded"
                "路径中含有 `.` 或 `..` 段（明文或编码后的）"
                (NoSuchApi "route.dot_segment") - - -;
            RouteBadEncoding = Route "the path contains a broken percent-encoding or an encoded NUL, or is not UTF-8"
                "路径中的百分号编码有误、含有编码后的 NUL，或不是 UTF-8"
                (NoSuchApi "route.bad_encoding") - - -;
            RequestHost = Route "there is no Host, more than one, or one that contradicts the address"
                "没有 Host、有多个 Host，或 Host 与地址不一致"
                (BadRequest "request.host") - - -;
            RequestUnreadable = Admit "the request cannot be read as HTTP/1.1"
                "收到的内容无法按 HTTP/1.1 解析"
                (BadRequest "request.unreadable") - - -;
            UriTooLarge = Admit "path and query together exceed the limit"
                "路径与查询参数的总长度超过上限"
                (UriTooLarge "uri.too_large") (EdgeUriTooLarge "manage.uri_too_large") - -;
            HeaderTooLarge = Admit "one header exceeds the limit"
                "单个请求头超过上限"
                (HeadersTooLarge "header.too_large") - - -;
            HeadersTooLarge = Admit "all headers together exceed the limit"
                "请求头总大小超过上限"
                (HeadersTooLarge "headers.too_large") (EdgeHeadersTooLarge "manage.headers_too_large") - -;
            RequestExpectation = Admit "`Expect` has a value other than `100-continue`"
                "`Expect` 的值不是 `100-continue`"
                (BadRequest "request.expectation") - - -;
            RequestTransferCoding = Admit "`Transfer-Encoding` names a coding other than `chunked`, once"
                "`Transfer-Encoding` 不是单个 `chunked`"
                (BadRequest "request.transfer_coding") - - -;
            CredentialsMissing = Authenticate "no credentials were sent"
                "请求没有携带凭证"
                (IamAuthentication "credentials.missing") (EdgeIamAuthentication "manage.credentials_missing") (IamTokenInvalid "iam.credentials_missing") -;
            CredentialsNotAccepted = Authenticate "the credentials sent are of a kind that this API does not accept"
                "该 API 不接受请求所携带的凭证类型"
                (IamAuthentication "credentials.not_accepted") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            TokenMalformed = Authenticate "`X-Auth-Token` does not have the form of a token"
                "`X-Auth-Token` 不符合令牌的格式"
                (IamAuthentication "token.malformed") (EdgeIamAuthentication "manage.token_malformed") (IamTokenInvalid "iam.token_malformed") (IamNotFound "iam.subject_malformed");
            TokenRepeated = Authenticate "`X-Auth-Token` was sent more than once"
                "`X-Auth-Token` 发送了多次"
                (IamAuthentication "token.repeated") (EdgeIamAuthentication "manage.token_malformed") (IamTokenInvalid "iam.token_malformed") -;
            TokenUnknownKey = Authenticate "the token was issued with a key that this installation does not have"
                "签发该令牌的密钥不属于本系统"
                (IamAuthentication "token.unknown_key") (EdgeIamAuthentication "manage.token_unknown_key") (IamTokenInvalid "iam.token_unknown_key") (IamNotFound "iam.subject_unknown_key");
            TokenUndecryptable = Authenticate "the token names a key of this installation but cannot be opened: it was truncated or changed"
                "令牌指明了本系统的密钥，但无法解密：令牌被截断或改动"
                (IamAuthentication "token.undecryptable") (EdgeIamAuthentication "manage.token_undecryptable") (IamTokenInvalid "iam.token_undecryptable") (IamNotFound "iam.subject_undecryptable");
            TokenExpired = Authenticate "the token has expired"
                "令牌已过期"
                (IamAuthentication "token.expired") (EdgeIamAuthentication "manage.token_expired") (IamTokenInvalid "iam.token_expired") (IamNotFound "iam.subject_expired");
            TokenNotYetValid = Authenticate "the token was issued at a time that is in this server's future"
                "令牌的签发时间晚于服务器当前时间"
                (IamAuthentication "token.not_yet_valid") (EdgeIamAuthentication "manage.token_not_yet_valid") (IamTokenInvalid "iam.token_not_yet_valid") (IamNotFound "iam.subject_not_yet_valid");
            TokenUserDisabled = Authenticate "the user of the token is disabled"
                "令牌所属的用户已被停用"
                (IamAuthentication "token.user_disabled") (EdgeIamAuthentication "manage.token_user_disabled") (IamTokenInvalid "iam.token_user_disabled") (IamNotFound "iam.subject_user_disabled");
            TokenUserDeleted = Authenticate "the user of the token was deleted"
                "令牌所属的用户已被删除"
                (IamAuthentication "token.user_deleted") (EdgeIamAuthentication "manage.token_user_deleted") (IamTokenInvalid "iam.token_user_deleted") (IamNotFound "iam.subject_user_deleted");
            AkskMalformed = Authenticate "the `Authorization` header cannot be read"
                "`Authorization` 请求头无法解析"
                (IamAuthentication "aksk.malformed") (EdgeIamAuthentication "manage.signature_malformed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskRepeated = Authenticate "the `Authorization` header was sent more than once"
                "`Authorization` 请求头发送了多次"
                (IamAuthentication "aksk.repeated") (EdgeIamAuthentication "manage.signature_malformed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskUnsupportedAlgorithm = Authenticate "the signing algorithm is known but not offered here"
                "签名算法已知，但此处不支持"
                (IamAuthentication "aksk.unsupported_algorithm") (EdgeIamAuthentication "manage.algorithm_unsupported") (IamTokenInvalid "iam.signature_invalid") -;
            AkskUnknownKey = Authenticate "no access key has this id"
                "没有该 ID 的访问密钥"
                (IamAuthentication "aksk.unknown_key") (EdgeIamAuthentication "manage.key_unknown") (IamTokenInvalid "iam.signature_invalid") -;
            AkskAppKey = Authenticate "the key is an AppKey, and this address does not accept apps"
                "该密钥是 AppKey，而该地址不接受应用凭证"
                (IamAuthentication "aksk.app_key") (EdgeIamAuthentication "manage.key_unknown") (IamTokenInvalid "iam.signature_invalid") -;
            AkskKeyDisabled = Authenticate "the access key is disabled"
                "访问密钥已被停用"
                (IamAuthentication "aksk.key_disabled") (EdgeIamAuthentication "manage.key_disabled") (IamTokenInvalid "iam.signature_invalid") -;
            AkskUserDisabled = Authenticate "the user of the access key is disabled or deleted"
                "访问密钥所属的用户已被停用或删除"
                (IamAuthentication "aksk.user_disabled") (EdgeIamAuthentication "manage.key_user_disabled") (IamTokenInvalid "iam.signature_invalid") -;
            AkskSecurityToken = Authenticate "a temporary access key was used, and `X-Security-Token` does not match"
                "使用了临时访问密钥，但 `X-Security-Token` 不匹配"
                (IamAuthentication "aksk.security_token") (EdgeIamAuthentication "manage.security_token") (IamTokenInvalid "iam.signature_invalid") -;
            AkskDateMissing = Authenticate "`X-Sdk-Date` was not sent"
                "没有发送 `X-Sdk-Date`"
                (IamAuthentication "aksk.date_missing") (EdgeIamAuthentication "manage.date_missing") (IamTokenInvalid "iam.signature_invalid") -;
            AkskDateMalformed = Authenticate "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`"
                "`X-Sdk-Date` 的格式不是 `YYYYMMDDTHHMMSSZ`"
                (IamAuthentication "aksk.date_malformed") (EdgeIamAuthentication "manage.date_malformed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskDateNotSigned = Authenticate "`x-sdk-date` is not among the signed headers"
                "`x-sdk-date` 没有参与签名"
                (IamAuthentication "aksk.date_not_signed") (EdgeIamAuthentication "manage.date_not_signed") (IamTokenInvalid "iam.signature_invalid") -;
            AkskClockSkew = Authenticate "`X-Sdk-Date` is more than 15 minutes off"
                "`X-Sdk-Date` 与服务器时间相差超过 15 分钟"
                (IamAuthentication "aksk.clock_skew") (EdgeIamAuthentication "manage.clock_skew") (IamTokenInvalid "iam.signature_invalid") -;
            AkskSignedHeaderMissing = Authenticate "a header named in SignedHeaders was not sent"
                "SignedHeaders 中的某个请求头没有发送"
                (IamAuthentication "aksk.signed_header_missing") (EdgeIamAuthentication "manage.signed_header_missing") (IamTokenInvalid "iam.signature_invalid") -;
            AkskBadSignature = Authenticate "the signature does not match under any known mistake"
                "签名不匹配，也不符合任何已知的签名错误"
                (IamAuthentication "aksk.bad_signature") (EdgeIamAuthentication "manage.signature_bad") (IamTokenInvalid "iam.signature_invalid") -;
            AkskSigningMistake = Authenticate "the signature matches once a known signing mistake is undone"
                "纠正一个已知的签名错误后，签名即可匹配"
                (IamAuthentication "aksk.signing_mistake") (EdgeIamAuthentication "manage.signing_mistake") (IamTokenInvalid "iam.signature_invalid") -;
            AkskBodyDigest = Authenticate "the body does not hash to the declared `X-Sdk-Content-Sha256`"
                "请求体的哈希值与声明的 `X-Sdk-Content-Sha256` 不符"
                (IamAuthentication "aksk.body_digest") (EdgeIamAuthentication "manage.body_digest") (IamTokenInvalid "iam.signature_invalid") -;
            AkskLocked = Authenticate "too many failures of this key from this source"
                "该密钥在该来源的失败次数过多"
                (IamAuthentication "aksk.locked") (EdgeIamAuthentication "manage.key_locked") (IamTokenInvalid "iam.signature_invalid") -;
            TokenRevoked = Authenticate "the token was revoked"
                "令牌已被撤销"
                (TokenMustBeUpdated "token.revoked") (EdgeTokenMustBeUpdated "manage.token_revoked") (IamTokenInvalid "iam.token_revoked") (IamNotFound "iam.subject_revoked");
            TokenSuperseded = Authenticate "the tokens of the user were all revoked, for example by a change of password, or the token's scope was deleted"
                "该用户的令牌已全部撤销（例如修改了密码），或令牌的作用范围已被删除"
                (TokenMustBeUpdated "token.superseded") (EdgeIamAuthentication "manage.token_superseded") (IamTokenInvalid "iam.token_superseded") (IamNotFound "iam.subject_superseded");
            AppMalformed = Authenticate "the `Authorization` header cannot be read"
                "`Authorization` 请求头无法解析"
                (AppAuthentication "app.malformed") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppRepeated = Authenticate "the header with the app's signature or key was sent more than once"
                "携带应用签名或密钥的请求头发送了多次"
                (AppAuthentication "app.repeated") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppUnsupportedAlgorithm = Authenticate "the signing algorithm is known but not offered here"
                "签名算法已知，但此处不支持"
                (AppAuthentication "app.unsupported_algorithm") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppUnknownKey = Authenticate "no app has this AppKey"
                "该 AppKey 不属于任何应用"
                (AppAuthentication "app.unknown_key") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDisabled = Authenticate "the app is disabled"
                "应用已被停用"
                (AppAuthentication "app.disabled") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDateMissing = Authenticate "`X-Sdk-Date` was not sent"
                "没有发送 `X-Sdk-Date`"
                (AppAuthentication "app.date_missing") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDateMalformed = Authenticate "`X-Sdk-Date` is not `YYYYMMDDTHHMMSSZ`"
                "`X-Sdk-Date` 的格式不是 `YYYYMMDDTHHMMSSZ`"
                (AppAuthentication "app.date_malformed") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppDateNotSigned = Authenticate "`x-sdk-date` is not among the signed headers"
                "`x-sdk-date` 没有参与签名"
                (AppAuthentication "app.date_not_signed") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppClockSkew = Authenticate "`X-Sdk-Date` is more than 15 minutes off"
                "`X-Sdk-Date` 与服务器时间相差超过 15 分钟"
                (AppAuthentication "app.clock_skew") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppSignedHeaderMissing = Authenticate "a header named in SignedHeaders was not sent"
                "SignedHeaders 中的某个请求头没有发送"
                (AppAuthentication "app.signed_header_missing") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppSigningMistake = Authenticate "the signature matches once a known signing mistake is undone"
                "纠正一个已知的签名错误后，签名即可匹配"
                (AppAuthentication "app.signing_mistake") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppBodyDigest = Authenticate "the body does not hash to the declared `X-Sdk-Content-Sha256`"
                "请求体的哈希值与声明的 `X-Sdk-Content-Sha256` 不符"
                (AppAuthentication "app.body_digest") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppLocked = Authenticate "too many failures of this AppKey from this source"
                "该 AppKey 在该来源的失败次数过多"
                (AppAuthentication "app.locked") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeUnknown = Authenticate "no app has this AppCode"
                "该 AppCode 不属于任何应用"
                (AppAuthentication "app.code_unknown") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeEmpty = Authenticate "`X-Apig-AppCode` was sent without a value"
                "`X-Apig-AppCode` 的值为空"
                (AppAuthentication "app.code_empty") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeRepeated = Authenticate "`X-Apig-AppCode` was sent more than once"
                "`X-Apig-AppCode` 发送了多次"
                (AppAuthentication "app.code_repeated") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeDisabled = Authenticate "AppCodes are not enabled for this API"
                "该 API 没有启用 AppCode 认证"
                (AppAuthentication "app.code_disabled") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppCodeInsecure = Authenticate "an AppCode was sent in the clear over a network"
                "AppCode 在网络上以明文发送"
                (AppAuthentication "app.code_insecure") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairIncomplete = Authenticate "only one of `X-HW-ID` and `X-HW-AppKey` was sent"
                "`X-HW-ID` 与 `X-HW-AppKey` 只发送了其中一个"
                (AppAuthentication "app.key_pair_incomplete") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairRepeated = Authenticate "`X-HW-ID` or `X-HW-AppKey` was sent more than once"
                "`X-HW-ID` 或 `X-HW-AppKey` 发送了多次"
                (AppAuthentication "app.key_pair_repeated") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairInsecure = Authenticate "an AppKey and AppSecret were sent in the clear over a network"
                "AppKey 与 AppSecret 在网络上以明文发送"
                (AppAuthentication "app.key_pair_insecure") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppBadSignature = Authenticate "the AppKey is known, and its signature matches under no known mistake"
                "AppKey 存在，但签名不匹配，也不符合任何已知的签名错误"
                (WrongAppSecret "app.bad_signature") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppSecretMistake = Authenticate "the signature matches once a known mistake with the AppSecret is undone"
                "纠正一个已知的 AppSecret 错误后签名匹配"
                (WrongAppSecret "app.secret_mistake") (EdgeIamAuthentication "manage.credentials_not_accepted") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairUnknown = Authenticate "AppKey and AppSecret were sent directly, and no app has this AppKey"
                "直接发送了 AppKey 与 AppSecret，但该 AppKey 不属于任何应用"
                (WrongAppSecret "app.key_pair_unknown") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            AppKeyPairMismatch = Authenticate "AppKey and AppSecret were sent directly, and the AppSecret does not belong to the AppKey"
                "直接发送了 AppKey 与 AppSecret，但两者不匹配"
                (WrongAppSecret "app.key_pair_mismatch") (EdgeIamAuthentication "manage.app_credentials") (IamTokenInvalid "iam.credentials_not_accepted") -;
            IamOtherProject = Authorise "the credentials belong to another project"
                "凭证属于另一个项目"
                (IamForbidden "iam.other_project") [(ModelArtsOtherProject "modelarts.other_project") (EdgeIamForbidden "manage.other_project") (EdgeIamForbidden "manage.other_project")] (IamNoPermission "iam.forbidden") -;
            IamNotPermitted = Authorise "no role of the user permits the action"
                "用户的角色都不允许该操作"
                (IamForbidden "iam.not_permitted") [(ModelArtsNoPermission "modelarts.not_permitted") (ApigForbidden "apig.not_permitted") (ModelArtsNoPermission "modelarts.not_permitted")] (IamNoPermission "iam.forbidden") (IamNotFound "iam.subject_not_permitted");
            AppNotAuthorised = Authorise "the app is not authorised for this API"
                "应用没有获得该 API 的授权"
                (AppForbidden "app.not_authorised") - - -;
            ThrottleApi = Throttle "the API received more calls than its limit allows"
                "API 的调用次数超过流控上限"
                (Throttled "throttle.api") - - -;
            BodyTooLarge = Limit "the body exceeds the limit of the door, declared or measured"
                "请求体（声明的或实际的）超过该入口的上限"
                (BodyTooLarge "body.too_large") - - -;
            BodyTooSlow = Limit "the body stopped arriving"
                "请求体中断，没有继续到达"
                (BodyTooSlow "body.too_slow") - - -;
            BodyBroken = Limit "the connection or the chunked encoding broke inside the body"
                "接收请求体时连接中断，或 chunked 编码有误"
                (BadRequest "body.broken") - - -;
            RequestContentCoding = Dispatch "the model does not support the `Content-Encoding` of the body"
                "模型不支持请求体的 `Content-Encoding`"
                (UnsupportedCoding "request.content_coding") - - -;
            RequestEmpty = Dispatch "the model needs a body and got none"
                "模型需要请求体，但请求体为空"
                (EmptyRequest "request.empty") - - -;
            ServiceStopped = Dispatch "the service is stopped"
                "服务已停止"
                (ServiceUnavailable "service.stopped") - - -;
            ServiceDeploying = Dispatch "the service is still being deployed"
                "服务仍在部署中"
                (ServiceUnavailable "service.deploying") - - -;
            ServiceFailed = Dispatch "the service failed to start"
                "服务启动失败"
                (ServiceUnavailable "service.failed") - - -;
            ServiceQueueFull = Dispatch "all inference threads are busy and the queue is full"
                "推理线程全部繁忙，且队列已满"
                (ServiceBusy "service.queue_full") - - -;
            InstanceNone = Dispatch "no instance of the service is ready"
                "服务没有就绪的实例"
                (ConnectionRefused "instance.none") - - -;
            InstanceRefused = Dispatch "the instance refused the connection"
                "实例拒绝连接"
                (ConnectionRefused "instance.refused") - - -;
            InstanceRestarting = Dispatch "the instances of the service have exited and are being restarted"
                "服务的实例已退出，正在重启"
                (BackendRestarting "instance.restarting") - - -;
            InstanceClosed = Dispatch "the instance closed the connection without an answer"
                "实例没有响应就关闭了连接"
                (BackendGone "instance.closed") - - -;
            InstanceBadAnswer = Dispatch "the instance sent a response that is not HTTP"
                "实例返回的响应不是 HTTP"
                (BackendGone "instance.bad_answer") - - -;
            PredictionTimeout = Dispatch "the model did not answer within the prediction time limit"
                "模型没有在预测超时时间内响应"
                (PredictionTimeout "prediction.timeout") - - -;
            PredictionStalled = Dispatch "the model began its response, and then paused for too long"
                "模型开始响应后，中断的时间过长"
                (PredictionTimeout "prediction.stalled") - - -;
            BackendUnreachable = Dispatch "the back end of the API refused the connection"
                "API 的后端拒绝连接"
                (BackendUnavailable "backend.unreachable") - - -;
            BackendClosed = Dispatch "the back end of the API closed the connection without an answer"
                "API 的后端没有响应就关闭了连接"
                (BackendUnavailable "backend.closed") - - -;
            BackendBadAnswer = Dispatch "the back end of the API sent a response that is not HTTP"
                "API 的后端返回的响应不是 HTTP"
                (BackendUnavailable "backend.bad_answer") - - -;
            BackendTimeout = Dispatch "the back end did not begin its answer within the API's time limit"
                "后端没有在 API 的超时时间内开始响应"
                (BackendTimeout "backend.timeout") - - -;
            BackendStalled = Dispatch "the back end began its response, and then paused for too long"
                "后端开始响应后，中断的时间过长"
                (BackendTimeout "backend.stalled") - - -;
            BackendNoMember = Dispatch "no member of the API's channel can be called"
                "API 的通道中没有可以调用的成员"
                (NoBackend "backend.no_member") - - -;
            BackendAddressDenied = Dispatch "the address of the back end is not allowed"
                "后端地址不在允许范围内"
                (BackendForbidden "backend.address_denied") - - -;
            GatewayStopping = Dispatch "the gateway is draining"
                "网关正在停止"
                (GatewayStopping "gateway.stopping") - - -;
            ModelBadInput = Dispatch "the model cannot take this input"
                "模型无法接受该输入"
                (ModelRefusedInput "model.bad_input") - - -;
            ModelFailed = Dispatch "the model failed during its computation"
                "模型计算时出错"
                (ModelFailed "model.failed") - - -;
            Internal = Respond "an internal error of Adyton"
                "Adyton 内部错误"
                (Internal "gateway.internal") [(ModelArtsInternal "modelarts.internal") (ApigInternal "apig.internal") (EdgeInternal "manage.internal")] (IamInternal "iam.internal") -;
            ClientClosed = Respond "the client disconnected before the end of the response"
                "客户端在响应结束前断开了连接"
                (ClientClosed "client.closed") - - -;
            ManageNoSuchAddress = Manage "no management API has this address"
                "没有该地址的管理 API"
                - (EdgeNoSuchApi "manage.no_such_address") (IamNotFound "iam.not_found") -;
            MethodNotAllowed = Manage "the address does not support this method"
                "该地址不支持该请求方法"
                - (EdgeMethodNotAllowed "manage.method_not_allowed") (IamMethodNotAllowed "iam.method_not_allowed") -;
            Malformed = Manage "the request cannot be read"
                "请求无法解析"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (EdgeBadRequest "manage.bad_request") (EdgeBadRequest "manage.bad_request")] (IamMalformed "iam.malformed") -;
            InvalidField = Manage "a field of the request is wrong"
                "请求中有字段不正确"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (ApigInvalidParameter "apig.invalid_parameter") (EdgeBadRequest "manage.bad_request")] (IamMalformed "iam.malformed") -;
            InvalidQuery = Manage "a query parameter is wrong"
                "有查询参数不正确"
                - [(ModelArtsParameterError "modelarts.parameter_error") (ApigInvalidParameter "apig.invalid_parameter") (EdgeBadRequest "manage.bad_request")] (IamMalformed "iam.malformed") -;
            MediaType = Manage "a body without credentials in the head is not declared as JSON"
                "请求头中没有凭证的请求，其请求体没有声明为 JSON"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (EdgeBadRequest "manage.bad_request") (EdgeBadRequest "manage.bad_request")] (IamMediaType "iam.media_type") -;
            ManageHost = Manage "the `Host` of the request is not a name of this server"
                "请求的 `Host` 不是本服务器的名称"
                - (EdgeBadRequest "manage.host") (IamUnknownHost "iam.host") -;
            ManageOrigin = Manage "a web page of another origin sent the request"
                "请求来自其他源的网页"
                - (EdgeForeignOrigin "manage.origin") (IamForeignOrigin "iam.origin") -;
            ManageConsoleHeader = Manage "the request has a session of the console, but not the header that only the console's own pages send"
                "请求带有控制台会话，但缺少只有控制台自身的页面才会发送的请求头"
                - (EdgeForeignOrigin "manage.console_header") (IamForeignOrigin "iam.console_header") -;
            ManageSignInLink = Manage "the sign-in link was already used, has expired, or is incomplete"
                "登录链接已使用、已过期或不完整"
                - [- - (EdgeIamAuthentication "manage.sign_in_link")] - -;
            ManageBodyTooLarge = Manage "the body exceeds the limit of the management APIs"
                "请求体超过管理 API 的上限"
                - (EdgeBodyTooLarge "manage.body_too_large") (IamMalformed "iam.malformed") -;
            ManageUploadUnproven = Manage "an upload whose caller can be authenticated only after its last byte is too large, too slow, or one of several"
                "上传的最后一个字节到达后才能认证调用方，而该上传过大、过慢，或同时有多个"
                - (EdgeBadRequest "manage.upload_unproven") - -;
            ManageUploadQuota = Manage "the project has reached its quota of unused uploads"
                "项目中未使用的上传已达到配额"
                - (EdgeBadRequest "manage.upload_quota") - -;
            ManageMetrics = Manage "metrics are restricted, and the request has no credentials that permit reading them"
                "监控指标受限，而请求没有携带允许读取指标的凭证"
                - (EdgeIamAuthentication "manage.metrics") - -;
            ManageBusy = Manage "too many concurrent requests of this kind"
                "此类请求的并发数过多"
                - [(EdgeThrottled "manage.busy") - (EdgeThrottled "manage.busy")] - -;
            ManageRecordLeftOut = Manage "the request was only counted, not recorded: its source had too many refused requests in that second"
                "该请求只被计数而没有保留记录：其来源在那一秒内被拒绝的请求过多"
                - [(EdgeNoSuchApi "manage.record_left_out") - (EdgeNoSuchApi "manage.record_left_out")] - -;
            NoProject = Manage "the token is not scoped to a project"
                "令牌没有限定到项目"
                - [(ModelArtsNoProject "modelarts.no_project") (EdgeIamForbidden "manage.other_project") (EdgeIamForbidden "manage.other_project")] (IamNoPermission "iam.forbidden") -;
            NoRoleInScope = Manage "the user has no role in the project or domain that `scope` names, or it does not exist"
                "用户在 `scope` 指定的项目或账号中没有角色，或其不存在"
                - - (IamNoPermission "iam.no_role_in_scope") -;
            WrongPassword = Manage "unknown user or wrong password"
                "用户不存在或密码错误"
                - [(EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeIamAuthentication "manage.wrong_password")] (IamUnauthorized "iam.wrong_password") -;
            AccountLocked = Manage "too many wrong passwords from this source"
                "该来源的密码错误次数过多"
                - [(EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeThrottled "manage.account_locked")] (IamAccountLocked "iam.account_locked") -;
            TooManySignIns = Manage "too many sign-ins in progress from this source"
                "该来源同时进行的登录过多"
                - [(EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeThrottled "manage.too_many_sign_ins")] (IamTooManySignIns "iam.too_many_sign_ins") -;
            SignInsFull = Manage "too many sign-ins in progress"
                "同时进行的登录过多"
                - [(EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeIamAuthentication "manage.credentials_not_accepted") (EdgeThrottled "manage.sign_ins_full")] (IamSignInsFull "iam.sign_ins_full") -;
            NoSuchModel = Manage "no model of the project has this id"
                "项目中没有该 ID 的模型"
                - [(NoSuchModel "modelarts.no_such_model") (NoSuchApigApi "apig.no_such_api") (NoSuchModel "modelarts.no_such_model")] (IamNotFound "iam.not_found") -;
            NoSuchService = Manage "no service of the project has this id"
                "项目中没有该 ID 的服务"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApigApi "apig.no_such_api") (NoSuchService "modelarts.no_such_service")] (IamNotFound "iam.not_found") -;
            NoSuchApi = Manage "no API of the project has this id"
                "项目中没有该 ID 的 API"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApigApi "apig.no_such_api") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchEnvironment = Manage "no environment has this id"
                "没有该 ID 的环境"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchEnvironment "apig.no_such_environment") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchApp = Manage "no app of the project has this id"
                "项目中没有该 ID 的应用"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApp "apig.no_such_app") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchAuthorisation = Manage "no authorisation has this id"
                "没有该 ID 的授权关系"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchAuthorisation "apig.no_such_authorisation") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchInstance = Manage "no gateway instance has this id"
                "没有该 ID 的网关实例"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchInstance "apig.no_such_instance") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchAppCode = Manage "no AppCode of the app has this id"
                "应用没有该 ID 的 AppCode"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchAppCode "apig.no_such_app_code") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            NoSuchThing = Manage "nothing has this id"
                "没有该 ID 的对象"
                - [(NoSuchService "modelarts.no_such_service") (NoSuchApigApi "apig.no_such_api") (EdgeNoSuchApi "manage.no_such_address")] (IamNotFound "iam.not_found") -;
            ModelExists = Manage "a model with this name and version already exists"
                "已存在同名且同版本的模型"
                - [(ModelExists "modelarts.model_exists") (AppExists "apig.app_exists") (EdgeBadRequest "manage.bad_request")] (IamConflict "iam.conflict") -;
            AppCodeExists = Manage "the AppCode already exists"
                "AppCode 已存在"
                - [(ServiceExists "modelarts.service_exists") (AppCodeExists "apig.app_code_exists") (EdgeBadRequest "manage.bad_request")] (IamConflict "iam.conflict") -;
            NameTaken = Manage "the name already exists"
                "名称已存在"
                - [(ServiceExists "modelarts.service_exists") (AppExists "apig.app_exists") (EdgeBadRequest "manage.bad_request")] (IamConflict "iam.conflict") -;
            ServiceQuota = Manage "the project has reached its quota of services"
                "项目的服务数量已达到配额"
                - (ServiceQuota "modelarts.service_quota") - -;
            InstanceQuota = Manage "the instances of the project would exceed their quota"
                "项目的实例数量将超过配额"
                - (ModelArtsQuota "modelarts.instance_quota") - -;
            ModelQuota = Manage "the project has reached its quota of models"
                "项目的模型数量已达到配额"
                - (ModelArtsQuota "modelarts.model_quota") - -;
            PackageQuota = Manage "the packages of the project would exceed their quota"
                "项目的模型包总大小将超过配额"
                - (ModelArtsQuota "modelarts.package_quota") - -;
            AppQuota = Manage "the project has reached its quota of apps"
                "项目的应用数量已达到配额"
                - (AppQuota "apig.app_quota") - -;
            AppCodeQuota = Manage "the app has as many AppCodes as its project allows"
                "应用的 AppCode 数量已达到项目的配额"
                - (AppCodeQuota "apig.app_code_quota") - -;
            KeyQuota = Manage "the user has as many access keys as the domain allows"
                "用户的访问密钥数量已达到账号的配额"
                - - (IamKeyQuota "iam.key_quota") -;
            AlreadyAuthorised = Manage "the authorisation already exists"
                "授权关系已存在"
                - [(ModelArtsInvalidArgument "modelarts.invalid_argument") (AlreadyAuthorised "apig.already_authorised") (EdgeBadRequest "manage.bad_request")] - -;
            ModelInUse = Manage "a service uses the model"
                "有服务正在使用该模型"
                - [(ModelInUse "modelarts.model_in_use") - (EdgeBadRequest "manage.bad_request")] - -;
            ModelNotPublished = Manage "the model is still being imported, or its import failed"
                "模型仍在导入，或导入失败"
                - [(ModelNotPublished "modelarts.model_not_published") - (EdgeBadRequest "manage.bad_request")] - -;
            DuplicateVersion = Manage "a model is named twice in `config`"
                "`config` 中同一个模型出现了两次"
                - [(DuplicateModelVersion "modelarts.duplicate_version") - (EdgeBadRequest "manage.bad_request")] - -;
            StateForbids = Manage "the service is being stopped or deleted"
                "服务正在停止或删除"
                - [(ServiceStateForbids "modelarts.state_forbids") - (EdgeBadRequest "manage.bad_request")] - -;
            ModelNotInService = Manage "the model is not part of the service"
                "该模型不属于该服务"
                - [(ModelNotInService "modelarts.model_not_in_service") - (EdgeBadRequest "manage.bad_request")] - -;
            BadConfig = Manage "`config.json` is wrong"
                "`config.json` 有误"
                - [(BadModelConfig "modelarts.bad_config") - (BadModelConfig "modelarts.bad_config")] - -;
            BadPackage = Manage "the package cannot be read or run"
                "模型包无法读取或运行"
                - [(BadModelPackage "modelarts.bad_package") - (BadModelPackage "modelarts.bad_package")] - -;
            NoSpace = Manage "no space is left on the disk of the data folder or of the database"
                "数据目录或数据库所在的磁盘空间不足"
                - [(ModelArtsNoSpace "modelarts.no_space") (ApigNoSpace "apig.no_space") (EdgeNoSpace "manage.no_space")] (IamNoSpace "iam.no_space") -;
            StorageUnavailable = Manage "the database or the data folder cannot be written to, or the database did not answer in time"
                "数据库或数据目录无法写入，或数据库没有及时响应"
                - [(ModelArtsStorageUnavailable "modelarts.storage_unavailable") (ApigStorageUnavailable "apig.storage_unavailable") (EdgeStorageUnavailable "manage.storage_unavailable")] (IamStorageUnavailable "iam.storage_unavailable") -;
        }
    };
}

pub(super) use rows;
