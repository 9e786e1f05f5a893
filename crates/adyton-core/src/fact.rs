//! Facts: what was found out besides what was compared, as closed words with stable names.
//!
//! A record keeps facts and no sentences, so that old records are read in the words of today, in the reader's language. One
//! table has all words; only [`explain`](crate::explain), the server's log of management calls, and
//! the answers of ONNX models to inputs that do not fit, read the words.
//!
//! What must hold: a name that the journal has kept is never given another meaning, and no fact holds a secret: credential
//! values are digests.

use serde::{Deserialize, Serialize};

use crate::event_pattern::read;
pub use crate::fact_pieces::{Millis, Seconds};
use crate::fact_pieces::{Piece, closed_up, told_in_chinese};
use crate::language::{Language, message};
use crate::signing::{HEADERS_MOST, WINDOW};

/// How far a signature's date may be off, in seconds.
const ALLOWED: u64 = WINDOW.as_secs();

macro_rules! facts {
    ($($name:ident $({ $($field:ident: $type:ty),* })? = $english:literal $chinese:literal;)*) => {
        /// One thing that was found out. A record has its name in snake case.
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Fact {
            $(#[doc = $english] $name $({ $(#[doc = "As the words have it."] $field: $type),* })?,)*
        }

        impl Fact {
            /// The words of today, as a clause: what was found out, and what to do where that follows from it.
            pub fn words_in(&self, language: Language) -> String {
                match self {
                    $(Fact::$name $({ $($field),* })? => {
                        $($(let $field = $field.said(stringify!($field), language);)*)?
                        closed_up(message!(language, $english, $chinese $(, $($field = $field),*)?))
                    })*
                }
            }
            /// Its texts, for whoever keeps a record short.
            pub fn texts(&mut self) -> Vec<&mut String> {
                let texts: Vec<Option<&mut String>> = match self {
                    $(Fact::$name $({ $($field),* })? => vec![$($($field.text()),*)?],)*
                };
                texts.into_iter().flatten().collect()
            }
        }

        /// The texts of each.
        const TEXTS: &[(&str, &str)] = &[$(($english, $chinese)),*];
    };
    ($($rest:tt)*) => {
        compile_error!("a fact has its words in every language: Name { field: Type } = \"English\" \"中文\"；");
    };
}

facts! {
    // The request itself.
    HeadUnreadable { error: String } = "the request cannot be read as HTTP/1.1: {error}"
        "收到的内容无法按 HTTP/1.1 解析：{error}";
    HeadBroken = "the request cannot be read as HTTP/1.1: a part after its beginning is broken"
        "收到的内容无法按 HTTP/1.1 解析：开头之后的内容已损坏";
    HeadIsTls = "the request is the beginning of a TLS connection (`https://`); this port speaks plain HTTP"
        "收到的是 TLS 连接的开头（`https://`），而该端口使用明文 HTTP";
    HeadIsHttp2 = "the request is HTTP/2 without an upgrade; this port speaks HTTP/1.1"
        "收到的是未经升级的 HTTP/2，而该端口使用 HTTP/1.1";
    HeadSpaceInAddress = "the address in the request line has a space in it: write it as `%20`"
        "请求行的地址中有空格：请写成 `%20`";
    HeadSignInAddress { sign: String, escape: String } = "the address in the request line has `{sign}` in it, which is not allowed there: write it as `{escape}`, or leave it out"
        "请求行的地址中有不允许的字符 `{sign}`：请写成 `{escape}`，或去掉";
    HeadHeaderName { line: String } = "the header line `{line}` is malformed: a header is `Name: value`, its name has letters, digits and `-`, with no space before the colon, and it stands on one line"
        "请求头 `{line}` 格式错误：请求头写作 `Name: value`，名称由字母、数字和 `-` 组成，冒号前没有空格，且只占一行";
    HeadLength { sent: String } = "`Content-Length: {sent}` was sent, which is not a number of bytes"
        "发送了 `Content-Length: {sent}`，它不是字节数";
    HeadLengthRepeated { sent: String } = "`Content-Length` was sent more than once, with different values ({sent})"
        "`Content-Length` 发送了多次，且值不同（{sent}）";
    HeadVersion { sent: String } = "the request line ends with `{sent}`; this port speaks `HTTP/1.1`"
        "请求行以 `{sent}` 结尾，而该端口使用 `HTTP/1.1`";
    HeadContradicts = "the request cannot be read as HTTP/1.1: its request line or the headers that say where its body ends contradict each other"
        "收到的内容无法按 HTTP/1.1 解析：请求行或指明请求体结尾的请求头相互矛盾";
    HostMissing = "no Host was sent"
        "没有发送 Host";
    HostMissingBesideAddress = "no Host was sent; HTTP/1.1 requires one even if the request line has an absolute address"
        "没有发送 Host；即使请求行使用绝对地址，HTTP/1.1 也要求 Host";
    HostRepeated = "more than one Host was sent"
        "发送了多个 Host";
    HostMalformed { sent: String } = "`{sent}` is not a host"
        "`{sent}` 不是合法的主机名";
    HostContradicted = "Host and the address in the request line name different hosts"
        "Host 与请求行中的地址指向不同的主机";
    ExpectationUnknown { sent: String } = "`Expect: {sent}` was sent; only `100-continue` is supported"
        "发送了 `Expect: {sent}`；只支持 `100-continue`";
    TransferCodingUnknown { sent: String } = "`Transfer-Encoding: {sent}` was sent; only `chunked` is supported, and only once"
        "发送了 `Transfer-Encoding: {sent}`；只支持单个 `chunked`";
    ContentCodingUnknown { sent: String } = "`Content-Encoding: {sent}` was sent; the model accepts `gzip`, `deflate` or none"
        "发送了 `Content-Encoding: {sent}`；模型只接受 `gzip`、`deflate` 或不压缩";
    ContentDamaged { coding: String, error: String } = "the body declares `Content-Encoding: {coding}`, but cannot be decoded: {error}"
        "请求体声明了 `Content-Encoding: {coding}`，但无法解码：{error}";
    // Its body.
    BodyEmpty = "the body is empty; the model reads its inputs from it"
        "请求体为空；模型从请求体读取输入";
    BodyBrokeOff { bytes: u64, error: String } = "the body broke off after {bytes} bytes: {error}"
        "请求体在 {bytes} 字节后中断：{error}";
    BodyOverdue { bytes: u64, limit: Millis } = "only {bytes} bytes of the body had arrived within {limit}, the limit for a body whose caller can be authenticated only after its last byte (gateway.unproven_body_time)"
        "请求体要到最后一个字节才能认证调用方，最多允许 {limit}，其间只收到 {bytes} 字节（gateway.unproven_body_time）";
    BodyStalled { bytes: u64, waited: Millis } = "after {bytes} bytes of the body nothing arrived for {waited} (gateway.body_timeout)"
        "收到请求体的 {bytes} 字节后，{waited}内没有后续数据（gateway.body_timeout）";
    BodySlow { bytes: u64, seconds: u64, pace: u64 } = "after {seconds} s only {bytes} bytes of the body had arrived: fewer than {pace} per second"
        "{seconds} 秒内只收到请求体的 {bytes} 字节：低于每秒 {pace} 字节";
    BodyWithoutRoom { bytes: u64, waited: Millis, mib: u64 } = "no buffer space for a body of {bytes} bytes within {waited}: other requests use all {mib} MiB"
        "{waited}内没有可容纳 {bytes} 字节请求体的缓冲区：其他请求占用了全部 {mib} MiB";
    BodyMadeRoom { bytes: u64, mib: u64 } = "the body was dropped after {bytes} bytes: requests whose callers were not authenticated yet filled all {mib} MiB of gateway.unproven_memory, and this one was the oldest"
        "收到 {bytes} 字节后放弃了该请求体：尚未通过认证的请求占满了 gateway.unproven_memory 的 {mib} MiB，而该请求是其中最早的";
    // What a model reads of it.
    InputMissing { field: String, expected: String } = "{field}: is missing; expected {expected}"
        "{field}：缺失；应为 {expected}";
    InputEmpty { expected: String } = "body: is empty; expected {expected}"
        "请求体为空；应为 {expected}";
    InputUnfit { field: String, expected: String, got: String } = "{field}: expected {expected}, got {got}"
        "{field}：应为 {expected}，实际为 {got}";
    InputNoWord { field: String, expected: String, got: String } = "{field}: expected {expected}, got {got}; JSON cannot express it: write \"NaN\", \"Infinity\" or \"-Infinity\", with the quotes"
        "{field}：应为 {expected}，实际为 {got}；JSON 无法表示它：请写成 \"NaN\"、\"Infinity\" 或 \"-Infinity\"（带引号）";
    InputNamesMissing { expected: String } = "inputs: expected an object, since the model takes {expected}"
        "inputs：应为对象，因为模型接受 {expected}";
    InputTwice { field: String } = "{field}: occurs twice in the body"
        "{field}：在请求体中出现了两次";
    InputUnknown { field: String, known: String } = "{field}: unknown input; the model takes {known}"
        "{field}：未知的输入；模型接受 {known}";
    InputNotJson { field: String, error: String } = "{field}: not valid JSON: {error}"
        "{field}：不是合法的 JSON：{error}";
    InputByteOrderMark = "body: begins with a byte order mark, or is UTF-16 (as some editors and PowerShell write files); send UTF-8 without the mark"
        "请求体：以字节顺序标记（BOM）开头，或为 UTF-16（部分编辑器和 PowerShell 会这样保存文件）；请发送不带 BOM 的 UTF-8";
    InputIsForm { media: String } = "body: a form (`{media}`), which the model does not read; send JSON, with `Content-Type: application/json`"
        "请求体：为表单（`{media}`），模型不支持；请发送 JSON，并使用 `Content-Type: application/json`";
    InputOfType { media: String, begins: String } = "body: sent as `{media}`, and begins with `{begins}`; the model reads JSON: send JSON, with `Content-Type: application/json`"
        "请求体：以 `{media}` 发送，开头是 `{begins}`；模型读取 JSON：请发送 JSON，并使用 `Content-Type: application/json`";
    InputOfBinaryType { media: String } = "body: sent as `{media}`, and is not text; the model reads JSON: send the numbers as JSON, with `Content-Type: application/json`"
        "请求体：以 `{media}` 发送，且不是文本；模型读取 JSON：请把数值写成 JSON 发送，并使用 `Content-Type: application/json`";
    InputIsMarkup { begins: String } = "body: begins with `{begins}`, so it is XML or HTML; the model reads JSON: send JSON"
        "请求体：开头是 `{begins}`，是 XML 或 HTML；模型读取 JSON：请发送 JSON";
    InputIsCompressed = "body: is compressed with gzip, and no header says so: send it with `Content-Encoding: gzip`, or uncompressed"
        "请求体：经 gzip 压缩，但没有请求头说明：请带上 `Content-Encoding: gzip` 发送，或不压缩";
    InputIsBinary = "body: is not text (a picture, an array file or the like); the model reads JSON: send the numbers as JSON"
        "请求体：不是文本（图片、数组文件等）；模型读取 JSON：请把数值写成 JSON 发送";
    InputIsFileName { name: String } = "body: is the text `{name}`, not the content of that file: curl reads a file with `--data-binary {name}`, `adyton predict` with `--data {name}`; other programs have to read it themselves"
        "请求体：是文本 `{name}`，而不是该文件的内容：curl 用 `--data-binary {name}` 读取文件，`adyton predict` 用 `--data {name}`；其他程序须自行读取";
    InputIsBase64 = "body: is base64, not the JSON that it stands for: send the JSON itself"
        "请求体：是 base64，而不是它所编码的 JSON：请直接发送 JSON";
    InputIsText { begins: String } = "body: begins with `{begins}`, which is no JSON; the model reads JSON: an object, `{{…}}`"
        "请求体：开头是 `{begins}`，不是 JSON；模型读取 JSON 对象：`{{…}}`";
    InputEncodedTwice = "body: is JSON inside a JSON text, so it was encoded twice: encode it once (Python's `requests`: `json=` takes the object, `data=` its text)"
        "请求体：是 JSON 文本中的 JSON，即编码了两次：只编码一次（Python 的 `requests`：`json=` 传对象，`data=` 传文本）";
    InputCutShort { field: String, bytes: u64 } = "{field}: the JSON ends in the middle, after {bytes} bytes: was the file written and read whole, and is `Content-Length` right?"
        "{field}：JSON 在 {bytes} 字节后中断：请检查文件是否完整写入和读取，以及 `Content-Length` 是否正确";
    InputBlank = "body: is white space alone; the model reads JSON"
        "请求体：只有空白字符；模型读取 JSON";
    InputQuotes { error: String } = "body: not valid JSON: {error}; JSON takes straight double quotes (`\"`) alone: in Python write it with `json.dumps`, in a shell put it between single quotes"
        "请求体：不是合法的 JSON：{error}；JSON 只用直双引号（`\"`）：在 Python 中用 `json.dumps` 生成，在 shell 中用单引号括起来";
    InputWordOfPython { field: String, word: String, right: String } = "{field}: `{word}` is Python, not JSON: write `{right}`, or the whole body with `json.dumps`"
        "{field}：`{word}` 是 Python 的写法，不是 JSON：请写成 `{right}`，或用 `json.dumps` 生成整个请求体";
    InputAfterEnd { at: String } = "body: something follows the end of the JSON, at {at}: send one JSON document, and no comments"
        "请求体：JSON 结束之后还有内容（{at}）：只发送一个 JSON 文档，且不带注释";
    InputUnread { error: String, expected: String } = "body: {error}; expected {expected}"
        "请求体：{error}；应为 {expected}";
    InputNotValue { field: String } = "{field}: expected a value here, as in the elements before, got a list"
        "{field}：此处应与前面的元素一样是值，实际为列表";
    InputNotList { field: String } = "{field}: expected a list here, as in the elements before, got a value"
        "{field}：此处应与前面的元素一样是列表，实际为值";
    InputTooDeep { field: String, most: u64 } = "{field}: lists are nested deeper than {most}"
        "{field}：列表嵌套超过 {most} 层";
    InputListsDiffer { field: String, first: u64, length: u64 } = "{field}: lists differ in length: expected {first} elements as in the first, got {length}"
        "{field}：列表长度不一致：应与第一个一样有 {first} 个元素，实际有 {length} 个";
    InputAxesDiffer { field: String, expected: String, axis: String, other: String, got: String } = "{field}: expected {expected} with {axis} as in {other}, got {got}"
        "{field}：应为 {expected}，且 {axis} 与 {other} 相同，实际为 {got}";
    InputTextZero { field: String } = "{field}: has a zero character (\\u0000), which ends a text for the model; leave it out"
        "{field}：含有零字符（\\u0000），模型会在此处截断文本；请去掉";
    InputHalfCharacter { field: String } = "{field}: has an escape that stands for no character (half of a surrogate pair); write both halves or the character itself"
        "{field}：含有不对应任何字符的转义（代理对的一半）；请写出完整的代理对或字符本身";
    InputRows { rows: u64, expected: String } = "data.req_data: has {rows} rows, but the model takes {expected}"
        "data.req_data：有 {rows} 行，而模型接受 {expected}";
    InputRowsUnread { error: String } = "data.req_data: expected a list of objects: {error}"
        "data.req_data：应为对象的列表：{error}";
    InputColumnMissing { field: String, columns: String } = "{field}: is missing; each row has {columns}"
        "{field}：缺失；每一行应有 {columns}";
    // Its client.
    ClientLeftBefore { ms: u64 } = "the client disconnected {ms} ms after its request, before the response"
        "客户端在请求发出 {ms} 毫秒后、响应之前断开了连接";
    ClientLeftWithin { bytes: u64, status: u64 } = "the client disconnected after {bytes} bytes of a response with status {status}"
        "客户端在收到状态码为 {status} 的响应的 {bytes} 字节后断开了连接";
    // What it called.
    NoMember = "the channel has no member with a weight above 0"
        "通道中没有权重大于 0 的成员";
    // Records of before have it; the state of the service says it now.
    ServiceNotRunning = "the service is not running"
        "服务没有运行";
    NoInstanceReady = "no instance of the service accepts calls now"
        "服务当前没有可接受调用的实例";
    InstancesRestarting = "the instances of the service are being restarted"
        "服务的实例正在重启";
    // Who was to answer it.
    GatewayStopping = "the gateway is stopping (gateway.shutdown_grace expired)"
        "网关正在停止（gateway.shutdown_grace 已到期）";
    AddressOfServer { address: String } = "{address} is a listener of this server"
        "{address} 是本服务器的监听地址";
    AddressLinkLocal { address: String } = "{address} is a link-local address, where clouds keep their metadata"
        "{address} 是链路本地地址，云平台的元数据服务使用此类地址";
    AddressOfNoMachine { address: String } = "{address} is not the address of one machine"
        "{address} 不是单台机器的地址";
    AddressLoopback { address: String } = "{address} is a loopback address, which `gateway.backend_allow` does not allow"
        "{address} 是环回地址，`gateway.backend_allow` 不允许访问该地址";
    AddressPrivate { address: String } = "{address} is a private address, which `gateway.backend_allow` does not allow"
        "{address} 是私网地址，`gateway.backend_allow` 不允许访问该地址";
    AddressSocket = "a socket on this machine can be called only for instances"
        "本机的套接字只能用于调用实例";
    ConnectionFailed { error: String } = "no connection: {error}"
        "无法建立连接：{error}";
    ConnectionOverdue { limit: Millis } = "no connection within {limit} (gateway.connect_timeout)"
        "{limit}内没有建立连接（gateway.connect_timeout）";
    RequestUnsent { error: String } = "the request could not be sent: {error}"
        "请求无法发出：{error}";
    ClosedBeforeAnswer = "the connection closed before an answer"
        "响应之前连接已关闭";
    ClosedInHead = "the connection closed inside the head of the answer"
        "响应的头部尚未结束，连接已关闭";
    ClosedInAnswer = "the connection closed inside the answer"
        "响应尚未结束，连接已关闭";
    BrokeBeforeAnswer { error: String } = "the connection broke before an answer: {error}"
        "响应之前连接中断：{error}";
    BrokeInAnswer { error: String } = "the connection broke inside the answer: {error}"
        "响应尚未结束，连接中断：{error}";
    AnswerOverdue { limit: Millis } = "no answer within {limit} (gateway.prediction_timeout)"
        "{limit}内没有响应（gateway.prediction_timeout）";
    AnswerOverdueForApi { limit: Millis } = "no answer within {limit} (the time limit of the API)"
        "{limit}内没有响应（API 的超时时间）";
    AnswerPaused { limit: Millis } = "the response began, then nothing arrived for {limit} (gateway.stream_timeout)"
        "响应开始后，{limit}内没有后续数据（gateway.stream_timeout）";
    ProtocolChanged = "the instance wants to change the protocol, which was not requested"
        "实例要求切换协议，但请求没有要求切换";
    HeadNotHttp { error: String } = "what arrived is not HTTP: {error}"
        "收到的内容不是 HTTP：{error}";
    HeadUnfinished = "what arrived is not HTTP: its head has no status, or is incomplete"
        "收到的内容不是 HTTP：头部没有状态码，或不完整";
    HeadLong { most: u64 } = "what arrived is not HTTP: its head is longer than {most} bytes"
        "收到的内容不是 HTTP：头部超过 {most} 字节";
    HeadLines { lines: u64 } = "what arrived is not HTTP: its head has {lines} header lines"
        "收到的内容不是 HTTP：头部有 {lines} 行";
    LengthNoNumber = "what arrived is not HTTP: its Content-Length is not a number"
        "收到的内容不是 HTTP：Content-Length 不是数字";
    LengthsDiffer = "what arrived is not HTTP: it has two different Content-Length headers"
        "收到的内容不是 HTTP：有两个不同的 Content-Length";
    CodingNotChunked { sent: String } = "what arrived is not HTTP: its Transfer-Encoding is `{sent}`; only one `chunked` is supported"
        "收到的内容不是 HTTP：Transfer-Encoding 为 `{sent}`；只支持单个 `chunked`";
    CodingInHttp10 = "what arrived is not HTTP: HTTP/1.0 has no Transfer-Encoding, so its end is not known"
        "收到的内容不是 HTTP：HTTP/1.0 没有 Transfer-Encoding，因此无法确定其结尾";
    ChunkSizeMissing = "a chunk of the answer does not begin with its size"
        "响应中有分块没有以其大小开头";
    ChunkSizeLong { most: u64 } = "the line with the size of a chunk is longer than {most} bytes"
        "分块大小所在的行超过 {most} 字节";
    ChunkTooLong = "a chunk of the answer is longer than declared"
        "响应中有分块比其声明的更长";
    TrailersLong { most: u64 } = "the trailers of the answer are longer than {most} bytes"
        "响应的尾部字段超过 {most} 字节";
    ModelFailed { error: String } = "the model failed: {error}"
        "模型出错：{error}";
    ModelBusy = "too many calls wait for this model"
        "等待该模型的调用过多";
    ModelStopping = "the model is being stopped"
        "模型正在停止";
    StepPanicked = "a step panicked"
        "处理步骤发生崩溃";
    // Which credentials came.
    NoCredentials = "no credentials were sent"
        "没有发送凭证";
    CredentialInUrl = "no credentials were sent in the headers; a credential is in the URL: send it as a header"
        "请求头中没有凭证，而 URL 中有：请通过请求头发送";
    AppsNotTaken = "apps cannot call this address: authorise the app for the API first"
        "应用不能调用该地址：请先为应用授权该 API";
    AppsNotTakenAtTab = "the Prediction tab accepts only tokens and access keys (AK/SK): call the API address with app credentials"
        "“预测”页签只接受令牌和访问密钥（AK/SK）：使用应用凭证时请调用 API 地址";
    AppsNotTakenByManagement = "the management APIs accept only tokens and access keys (AK/SK): apps can call only APIs"
        "管理 API 只接受令牌和访问密钥（AK/SK）：应用用于调用 API";
    BearerNotRead = "`Authorization: Bearer` is not supported: send the token unchanged in the header `X-Auth-Token`"
        "不支持 `Authorization: Bearer`：请将令牌原样放入请求头 `X-Auth-Token`";
    ApiKeyNotRead = "`apikey` is not accepted here: an AppCode goes into `X-Apig-AppCode`, AppKey and AppSecret sign the request"
        "此处不接受 `apikey`：AppCode 应放入 `X-Apig-AppCode`，AppKey 和 AppSecret 用于对请求签名";
    BasicNotRead = "`Authorization: Basic` is not accepted here: a token goes into `X-Auth-Token`; an AppKey and its AppSecret sign the request, or go into `X-HW-ID` and `X-HW-AppKey`"
        "此处不接受 `Authorization: Basic`：令牌应放入 `X-Auth-Token`；AppKey 和 AppSecret 用于对请求签名，或放入 `X-HW-ID` 和 `X-HW-AppKey`";
    SchemeNotRead = "`Authorization` begins with a scheme that is not supported: a token goes into `X-Auth-Token`, an AppCode into `X-Apig-AppCode`; only signatures are sent in `Authorization`"
        "不支持 `Authorization` 中的认证方式：令牌应放入 `X-Auth-Token`，AppCode 应放入 `X-Apig-AppCode`；`Authorization` 只用于签名";
    OtherHeader { header: String } = "no supported credentials were sent, and `{header}` is not one of them: a token goes into `X-Auth-Token`, an AppCode into `X-Apig-AppCode`"
        "没有发送受支持的凭证，且不支持 `{header}`：令牌应放入 `X-Auth-Token`，AppCode 应放入 `X-Apig-AppCode`";
    KindNotAccepted = "this address, or the gateway's settings, do not accept this kind of credentials"
        "该地址或网关的配置不接受此类凭证";
    SeveralCredentials { sent: String } = "several credentials were sent ({sent}); only the first accepted one is used"
        "发送了多种凭证（{sent}）；只使用第一个被接受的";
    // Tokens.
    TokenEmpty = "the header is empty"
        "请求头的值为空";
    TokenBearer = "it starts with `Bearer`: send only the token"
        "以 `Bearer` 开头：只发送令牌本身";
    TokenQuoted = "it has quotation marks around it: send only what is between them"
        "两端带有引号：只发送引号中的内容";
    TokenJwt = "it is a JSON Web Token (JWT), of another system: tokens of this installation come from `POST /v3/auth/tokens`"
        "这是其他系统的 JSON Web Token（JWT）：本系统的令牌来自 `POST /v3/auth/tokens`";
    TokenDoubled = "the header contains the token twice: send it once"
        "请求头中令牌出现了两次：只发送一次";
    TokenNotAlone = "the header contains more than one token, or other text: a token has no commas or spaces"
        "请求头中有多个令牌，或有其他内容：令牌中没有逗号和空格";
    TokenOfCloud = "it has the form of the public cloud's tokens (`MII…`): tokens of this installation come from its own `POST /v3/auth/tokens`"
        "其形式是公有云的令牌（`MII…`）：本系统的令牌来自本系统的 `POST /v3/auth/tokens`";
    TokenMaybeAppCode = "it is not a token; by its length it may be an AppCode, which belongs in `X-Apig-AppCode`"
        "这不是令牌；从长度看可能是 AppCode，应放入 `X-Apig-AppCode`";
    TokenIsAnswer = "it is a JSON document: the token is not in the body of the answer of `POST /v3/auth/tokens`, but in its header `X-Subject-Token`"
        "这是 JSON 文档：令牌不在 `POST /v3/auth/tokens` 响应的内容中，而在其头部 `X-Subject-Token` 中";
    TokenPlaceholder = "it is the name of a variable or a placeholder, not its value: in a shell, single quotes keep `$NAME` as it is, double quotes do not"
        "这是变量名或占位符，不是它的值：shell 中单引号会原样保留 `$NAME`，双引号不会";
    TokenNoText = "tokens are base64url text; what was sent is not, or is too short"
        "令牌是 base64url 文本；实际发送的不是，或过短";
    TokenRepeated = "`X-Auth-Token` was sent more than once: send it once"
        "`X-Auth-Token` 发送了多次：只发送一次";
    TokenKeyUnknown = "its key is unknown: the token was issued by another installation, or more than a day ago, and its key is no longer in use"
        "签发密钥未知：令牌由其他系统签发，或签发于一天之前，其密钥已停止使用";
    TokenChanged { length: u64 } = "it cannot be decrypted: it is as long as a complete token ({length} characters), so some of its characters were changed on the way"
        "无法解密：长度与完整的令牌相同（{length} 个字符），因此是其中的字符在途中被改动";
    TokenDoesNotOpen { whole: u64, length: u64 } = "it cannot be decrypted: it was truncated or changed on the way (a complete token has {whole} characters, this one {length})"
        "无法解密：令牌在途中被截断或改动（完整的令牌有 {whole} 个字符，该令牌有 {length} 个）";
    TokenExpired { ago: Seconds } = "it expired {ago} ago"
        "已于 {ago}前过期";
    TokenAhead { by: Seconds } = "it was issued {by} ahead of this server's clock: compare the clocks"
        "签发时间比服务器时钟晚 {by}：请核对两侧的时钟";
    TokenRevoked = "it was revoked: by DELETE /v3/auth/tokens, or by signing out"
        "已被撤销：通过 DELETE /v3/auth/tokens，或因退出登录";
    TokensRevoked = "all earlier tokens of the user were revoked, for example by a change of password"
        "该用户此前的令牌已全部撤销，例如因修改密码";
    TokenUserDisabled = "the user is disabled"
        "用户已被停用";
    TokenUserDeleted = "the user was deleted"
        "用户已被删除";
    TokenScopeDeleted = "the project or domain that it is for was deleted"
        "令牌所属的项目或账号已被删除";
    // Apps.
    HeaderRepeated = "the header was sent more than once: send it once"
        "该请求头发送了多次：只发送一次";
    HeaderEmpty = "the header has no value"
        "该请求头没有值";
    SentInTheClear = "it was sent in the clear over a network: use HTTPS, or sign the request instead"
        "在网络上以明文发送：请使用 HTTPS，或改用签名认证";
    AppCodesOff = "AppCodes are not enabled for this API; a signature by AppKey and AppSecret is always accepted"
        "该 API 没有启用 AppCode；使用 AppKey 和 AppSecret 签名始终可用";
    AppCodeUnknown { digest: String, length: u64 } = "no app has this AppCode ({digest}, {length} characters)"
        "该 AppCode 不属于任何应用（{digest}，{length} 个字符）";
    AppCodeIsAppKey = "what was sent as the AppCode is an AppKey: AppCodes are created with `adyton app code`, and `adyton app show` lists them"
        "作为 AppCode 发送的是 AppKey：AppCode 用 `adyton app code` 创建，`adyton app show` 会列出";
    AppDisabled { app: String } = "the app {app} is disabled"
        "应用 {app} 已被停用";
    PairIncomplete = "X-HW-ID must have the AppKey and X-HW-AppKey the AppSecret, each once"
        "X-HW-ID 应为 AppKey，X-HW-AppKey 应为 AppSecret，各发送一次";
    BasicUnreadable = "Basic must be followed by base64 of `AppKey:AppSecret`"
        "Basic 之后应为 `AppKey:AppSecret` 的 base64";
    AppKeyUnknown { key: String } = "no app has the AppKey `{key}`"
        "AppKey `{key}` 不属于任何应用";
    PairSwapped = "what was sent as the AppSecret is an AppKey: the two are swapped"
        "作为 AppSecret 发送的是 AppKey：两者颠倒";
    AppSecretWrong { app: String, digest: String, length: u64 } = "the AppKey belongs to app {app}, but the AppSecret sent ({digest}, {length} characters) does not"
        "AppKey 属于应用 {app}，但发送的 AppSecret（{digest}，{length} 个字符）不是它的";
    AppSecretSpaced = "the AppSecret would be correct without the white space around it"
        "去掉首尾空白后，AppSecret 就是正确的";
    KeyLocked = "too many failures of this key from this source"
        "该密钥在该来源的失败次数过多";
    KeyLockedFor { seconds: u64 } = "too many failures of this key from this source; locked for {seconds} s more"
        "该密钥在该来源的失败次数过多；还将锁定 {seconds} 秒";
    // The head of a signed request.
    AuthorizationRepeated = "there is more than one Authorization header"
        "有多个 Authorization 请求头";
    SchemeMissing = "the Authorization header names no algorithm: it must begin with `SDK-HMAC-SHA256` and a space"
        "Authorization 请求头没有指明算法：必须以 `SDK-HMAC-SHA256` 加一个空格开头";
    SchemeUnfinished { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`, followed by a space and nothing else"
        "Authorization 请求头以 `{sent}` 开头：必须以 `SDK-HMAC-SHA256` 开头，其后只有一个空格";
    SchemeNotCapitals { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`, in capitals"
        "Authorization 请求头以 `{sent}` 开头：必须以大写的 `SDK-HMAC-SHA256` 开头";
    SchemeOfAnotherCloud { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`; this is the signature of another cloud"
        "Authorization 请求头以 `{sent}` 开头：必须以 `SDK-HMAC-SHA256` 开头；这是其他云的签名";
    SchemeUnknown { sent: String } = "the Authorization header begins with `{sent}`: it must begin with `SDK-HMAC-SHA256`, spelt exactly so"
        "Authorization 请求头以 `{sent}` 开头：必须以 `SDK-HMAC-SHA256` 开头，拼写完全一致";
    AlgorithmNotOffered { name: String } = "signatures by {name} are not verified here: configure the SDK to sign with SDK-HMAC-SHA256"
        "此处不验证 {name} 签名：请将 SDK 配置为 SDK-HMAC-SHA256";
    FieldMissing { field: String } = "the Authorization header has no `{field}=`"
        "Authorization 请求头中没有 `{field}=`";
    FieldEmpty { field: String } = "`{field}=` in the Authorization header is empty"
        "Authorization 请求头中的 `{field}=` 为空";
    FieldRepeated { field: String } = "the Authorization header has `{field}=` twice"
        "Authorization 请求头中有两个 `{field}=`";
    FieldUnknown { field: String } = "`{field}` in the Authorization header is not one of Access=, SignedHeaders=, Signature= (separate them with commas)"
        "Authorization 请求头中的 `{field}` 不是 Access=、SignedHeaders=、Signature= 之一（以逗号分隔）";
    AccessUnreadable = "`Access=` has a space or another character that cannot be part of a key"
        "`Access=` 中含有空格或其他不能用于密钥 ID 的字符";
    SignatureLength { length: u64 } = "`Signature=` has {length} characters; the hex form of HMAC-SHA256 has 64"
        "`Signature=` 有 {length} 个字符；HMAC-SHA256 的十六进制形式有 64 个";
    SignatureNotHex { at: u64 } = "`Signature=` has a character that is not a hex digit, at position {at}"
        "`Signature=` 的第 {at} 个字符不是十六进制数字";
    SignatureBase64 = "`Signature=` is base64 (or base64url); it must be lower-case hex"
        "`Signature=` 是 base64（或 base64url）；应为小写十六进制";
    HeaderNameBad { name: String } = "`SignedHeaders=` has `{name}`, which is not a header name (separate names with `;`)"
        "`SignedHeaders=` 中的 `{name}` 不是请求头名称（以 `;` 分隔）";
    HeaderNameRepeated { name: String } = "`SignedHeaders=` names `{name}` twice"
        "`SignedHeaders=` 中 `{name}` 出现了两次";
    SignedHeadersTooMany { count: u64 } = "`SignedHeaders=` names {count} headers; at most {HEADERS_MOST} can be signed"
        "`SignedHeaders=` 中有 {count} 个请求头；最多可签名 {HEADERS_MOST} 个";
    DateNotSigned = "`SignedHeaders=` does not name `x-sdk-date`, which must be signed"
        "`SignedHeaders=` 中没有 `x-sdk-date`，它必须参与签名";
    DateMissing = "there is no X-Sdk-Date header"
        "没有 X-Sdk-Date 请求头";
    DateMalformed = "X-Sdk-Date must be written YYYYMMDDTHHMMSSZ, in UTC, for example 20260115T081530Z"
        "X-Sdk-Date 应为 UTC 时间，格式为 YYYYMMDDTHHMMSSZ，例如 20260115T081530Z";
    DateRepeated = "the header `x-sdk-date` was sent more than once"
        "请求头 `x-sdk-date` 发送了多次";
    DatePast { seconds: u64 } = "the request was signed {seconds} s ago; at most {ALLOWED} s are allowed"
        "请求在 {seconds} 秒前签名；最多允许 {ALLOWED} 秒";
    DateAhead { seconds: u64 } = "the request was signed {seconds} s in the future; at most {ALLOWED} s are allowed"
        "请求的签名时间比服务器时间晚 {seconds} 秒；最多允许 {ALLOWED} 秒";
    DateZoneOff { hours: u64 } = "the date is off by {hours} h, as if written in another time zone"
        "日期相差 {hours} 小时，像是使用了另一个时区的时间";
    SignedHeaderMissing { name: String } = "the header `{name}` is signed, but was not sent (or was removed on the way)"
        "请求头 `{name}` 参与了签名，但没有发送（或在途中被去掉）";
    DeclaredDigestMalformed = "X-Sdk-Content-Sha256 is neither 64 hex digits of one case nor UNSIGNED-PAYLOAD, or was sent twice"
        "X-Sdk-Content-Sha256 既不是大小写一致的 64 位十六进制，也不是 UNSIGNED-PAYLOAD，或发送了两次";
    // The key of a signature.
    AccessKeyDisabled = "the access key is disabled"
        "访问密钥已被停用";
    AccessKeyUserGone = "the user of the access key is disabled or deleted"
        "访问密钥所属的用户已被停用或删除";
    SecurityTokenSent = "X-Security-Token belongs to temporary access keys; this one is permanent: do not send it"
        "X-Security-Token 用于临时访问密钥；该密钥是永久密钥：请不要发送";
    KeyIsAppKey = "this is an AppKey, and no app can call this address: authorise the app for the API first"
        "这是 AppKey，而没有应用可以调用该地址：请先为应用授权该 API";
    KeyIsAppKeyAtTab = "this is an AppKey, and the Prediction tab accepts only tokens and access keys (AK/SK): call the API address with app credentials"
        "这是 AppKey，而“预测”页签只接受令牌和访问密钥（AK/SK）：使用应用凭证时请调用 API 地址";
    KeyIsAppKeyForManagement = "this is an AppKey, and the management APIs accept only tokens and access keys (AK/SK): apps can call only APIs"
        "这是 AppKey，而管理 API 只接受令牌和访问密钥（AK/SK）：应用用于调用 API";
    KeyIsAccessKey = "this is an access key, and this address takes apps only"
        "这是访问密钥，而该地址只接受应用凭证";
    KeyIsSecret = "what was sent as the key is the secret of a key: the two are swapped"
        "作为密钥 ID 发送的是某个密钥的 SK 或 AppSecret：两者颠倒";
    KeyShapeless = "no key has this id, and it does not look like one (20 capitals and digits, or 32 hex digits): key and secret may be swapped"
        "没有该 ID 的密钥，它也不像密钥 ID（20 个大写字母和数字，或 32 位十六进制）：密钥 ID 与密钥可能颠倒";
    KeyScoped = "a credential scope (`/date/region/service/…`) follows the key, as other clouds write it: `Access=` takes only the key"
        "密钥 ID 之后带有其他云的凭证范围（`/日期/区域/服务/…`）：`Access=` 只应为密钥 ID";
    KeyUnknown = "no key has this id: it was deleted or mistyped, or belongs to another installation"
        "没有该 ID 的密钥：已被删除、输入有误，或属于其他系统";
    // The signature itself.
    SearchCutShort = "the search for mistakes was cut short: the request is large"
        "对签名错误的排查提前结束：请求过大";
    NoMistakeFits { tries: u64 } = "none of {tries} known signing mistakes explains this signature: another secret was used, or the body, a signed header or the URL was changed after signing; the canonical request shows which"
        "已尝试 {tries} 种已知的签名错误，都不能解释该签名：使用了其他密钥，或签名后请求体、参与签名的请求头或 URL 被改动；可对照规范请求找出差异";
    NotSearched = "mistakes were not searched for: there were too many searches for this key or source in this minute"
        "没有排查签名错误：这一分钟内对该密钥或来源的排查过多";
    DigestOfOtherBody = "the signature is correct, but the body is empty and X-Sdk-Content-Sha256 declares another"
        "签名正确，但请求体为空，而 X-Sdk-Content-Sha256 声明的是另一个请求体";
    BodyChanged = "the signature is correct, but the body was changed after its hash was taken, or the hash is of another body"
        "签名正确，但请求体在计算哈希之后被改动，或哈希值属于另一个请求体";
}

/// What a body that does not fit was told in English, in Chinese; nothing for what is no fact's text.
pub(crate) fn unfit_in_chinese(kept: &str) -> Option<String> {
    read(TEXTS, kept, |_, value| {
        told_in_chinese(value).unwrap_or_else(|| value.to_owned())
    })
}

/// What facts say, each as a clause; `note` is what a record of before says in words of its own.
pub fn clauses_in(facts: &[Fact], note: &str, language: Language) -> Vec<String> {
    let own = Some(note.to_owned()).filter(|note| !note.trim().is_empty());
    facts
        .iter()
        .map(|fact| fact.words_in(language))
        .chain(own)
        .collect()
}

/// The same in English, as the log has it.
pub fn clauses(facts: &[Fact], note: &str) -> Vec<String> {
    clauses_in(facts, note, Language::English)
}

impl Fact {
    /// Its words in English, as logs and `error_msg` have them.
    pub fn words(&self) -> String {
        self.words_in(Language::English)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_records_are_promised() {
        let whole = Fact::TokenDoesNotOpen {
            whole: 158,
            length: 90,
        };
        let field = Fact::FieldMissing {
            field: "Access".into(),
        };
        for (fact, kept) in [
            (Fact::TokenJwt, r#""token_jwt""#),
            (whole, r#"{"token_does_not_open":{"whole":158,"length":90}}"#),
            (
                Fact::TokenExpired { ago: Seconds(7) },
                r#"{"token_expired":{"ago":7}}"#,
            ),
            (field, r#"{"field_missing":{"field":"Access"}}"#),
        ] {
            assert_eq!(serde_json::to_string(&fact).expect("JSON"), kept);
            assert_eq!(serde_json::from_str::<Fact>(kept).expect("a fact"), fact);
        }
    }

    #[test]
    fn facts_are_told_in_todays_words_and_old_records_in_theirs() {
        let facts = [
            Fact::TokenExpired {
                ago: Seconds(3 * 3600 + 120),
            },
            Fact::SeveralCredentials {
                sent: "X-Auth-Token, apikey".into(),
            },
        ];
        assert_eq!(
            clauses(&facts, "what a record of before says"),
            [
                "it expired 3 h 2 min ago",
                "several credentials were sent (X-Auth-Token, apikey); only the first accepted one is used",
                "what a record of before says"
            ]
        );
        assert!(clauses(&[], " ").is_empty());
    }

    #[test]
    fn the_same_facts_are_told_in_chinese() {
        let facts = [
            Fact::TokenExpired {
                ago: Seconds(3 * 3600 + 120),
            },
            Fact::AnswerOverdue { limit: Millis(500) },
            Fact::HostMissing,
        ];
        assert_eq!(
            clauses_in(&facts, "what a record of before says", Language::Chinese),
            [
                "已于 3 小时 2 分钟前过期",
                "0.5 秒内没有响应（gateway.prediction_timeout）",
                "没有发送 Host",
                "what a record of before says",
            ]
        );
    }

    #[test]
    fn every_text_can_be_cut() {
        let mut fact = Fact::AppSecretWrong {
            app: "a".repeat(300),
            digest: "dd".into(),
            length: 2,
        };
        for text in fact.texts() {
            text.truncate(1);
        }
        let words = fact.words();
        assert!(
            words.contains("app a,") && words.contains("(d, 2 characters)"),
            "{words}"
        );
        assert!(Fact::NoCredentials.texts().is_empty());
    }
}
