//! The mistakes that clients make when they sign: their names, and a sentence of what to do about each.
//!
//! A record keeps names; the sentences are read when somebody asks. How each is found out is the table of
//! `adyton-sign/src/mistakes/table.rs`.

use crate::language::{Language, phrase};

macro_rules! mistakes {
    ($($mistake:ident = $name:literal $english:literal $chinese:literal;)*) => {
        /// One thing that clients do wrong.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum SigningMistake {
            $(#[doc = $english] $mistake,)*
        }

        impl SigningMistake {
            /// All of them.
            pub const ALL: &[SigningMistake] = &[$(SigningMistake::$mistake),*];

            /// A stable name, component first: records and tests use it.
            pub const fn name(self) -> &'static str {
                match self { $(SigningMistake::$mistake => $name,)* }
            }

            /// What was done, and how to put it right.
            pub const fn sentence_in(self, language: Language) -> &'static str {
                match self { $(SigningMistake::$mistake => phrase!(language, $english, $chinese),)* }
            }
        }
    };
    ($($rest:tt)*) => {
        compile_error!("a mistake has its sentence in every language: Name = \"name\" \"English\" \"中文\"；");
    };
}

mistakes! {
    PathNoTrailingSlash = "path.no_trailing_slash"
        "The path was signed without the `/` at its end: end the canonical path with `/`, also where the URL has none."
        "签名所用的路径末尾缺少 `/`：规范路径必须以 `/` 结尾，即使 URL 末尾没有。";
    SecretTrailingNewline = "secret.trailing_newline"
        "The secret was used with a line end after it: strip what is read from a file or a variable."
        "密钥末尾带有换行符：从文件或环境变量读取后，请去掉首尾空白。";
    SecretLeadingNewline = "secret.leading_newline"
        "The secret was used with a line end before it: strip what is read from a file or a variable."
        "密钥开头带有换行符：从文件或环境变量读取后，请去掉首尾空白。";
    SecretByteOrderMark = "secret.byte_order_mark"
        "The secret was read from a file with a byte order mark at its start: save the file without it, or skip the mark."
        "密钥读自带字节顺序标记（BOM）的文件：请将文件保存为不带 BOM 的格式，或在读取时跳过它。";
    SecretSurroundingSpace = "secret.surrounding_space"
        "The secret was used with white space around it: strip it."
        "密钥首尾带有空白字符：请去掉。";
    SecretQuoted = "secret.quoted"
        "The secret was used with quotes or brackets around it: use only what is between them."
        "密钥两端带有引号或括号：只使用其中的内容。";
    BodyUnsignedButHashed = "body.unsigned_but_hashed"
        "`X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD` was sent, but the body's hash was signed: sign the text `UNSIGNED-PAYLOAD`, or do not send that header."
        "发送了 `X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD`，但签名使用的是请求体的哈希值：请对文本 `UNSIGNED-PAYLOAD` 签名，或不发送该请求头。";
    BodyDeclaredButUnequal = "body.declared_but_unequal"
        "The hash that was signed is the body's, but `X-Sdk-Content-Sha256` says another: send the hash that is signed, in the same spelling."
        "签名使用了请求体的哈希值，但 `X-Sdk-Content-Sha256` 的值与之不同：请发送与签名一致的哈希值，大小写也须相同。";
    BodyEmptyHash = "body.empty_hash"
        "The hash of an empty body was signed, but a body was sent: sign the SHA-256 of the bytes that are sent."
        "签名使用了空请求体的哈希值，但实际发送了请求体：请对实际发送的字节计算 SHA-256。";
    BodyEmptyObjectHash = "body.empty_object_hash"
        "The hash of `{}` was signed, but another body (or none) was sent: an empty body is hashed as no bytes at all."
        "签名使用了 `{}` 的哈希值，但实际发送的是其他请求体（或没有请求体）：空请求体按零字节计算哈希。";
    BodyUnsignedNotDeclared = "body.unsigned_not_declared"
        "`UNSIGNED-PAYLOAD` was signed in place of the body's hash, but not declared: send `X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD` too, or sign the hash."
        "签名时以 `UNSIGNED-PAYLOAD` 代替了请求体的哈希值，但没有声明：请同时发送 `X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD`，或使用请求体的哈希值签名。";
    BodyTrailingNewline = "body.trailing_newline"
        "The body that was signed and the one that was sent differ in white space at their ends, such as a line feed: sign the bytes that are sent."
        "签名的请求体与实际发送的请求体首尾空白不同（例如换行符）：请对实际发送的字节签名。";
    BodyJsonSpacing = "body.json_spacing"
        "The JSON that was signed has other white space than the JSON that was sent: write it once, and sign and send the same bytes."
        "签名的 JSON 与实际发送的 JSON 空白不同：只序列化一次，签名和发送使用同一份字节。";
    BodyJsonRewritten = "body.json_rewritten"
        "The JSON that was signed is the same as what was sent, but written differently (keys sorted, letters beyond ASCII escaped or not, Python's separators): write it once, and sign and send the same bytes."
        "签名的 JSON 与实际发送的内容相同，但写法不同（键的排序、非 ASCII 字符是否转义、Python 的分隔符）：只序列化一次，签名和发送使用同一份字节。";
    BodyLineEnds = "body.line_ends"
        "The body that was signed has other line ends than the one that was sent: sign the bytes that are sent (with curl, use --data-binary)."
        "签名的请求体与实际发送的请求体换行符不同：请对实际发送的字节签名（使用 curl 时请用 --data-binary）。";
    BodyPlaceholderHash = "body.placeholder_hash"
        "The hash of a word such as `null` was signed in place of the body's: an empty body is hashed as no bytes at all."
        "签名时使用了 `null` 之类单词的哈希值代替请求体的哈希值：空请求体按零字节计算哈希。";
    HostPort = "host.port"
        "`Host` was signed with another port than it was sent with: sign it exactly as it is sent, with the port where the URL has one."
        "签名的 `Host` 与实际发送的端口不同：请按实际发送的值签名，URL 中有端口时须包含端口。";
    HostForwarded = "host.forwarded"
        "`Host` was changed by a proxy on the way: the value in its forwarding header was signed. Let the proxy pass `Host` on, or sign the gateway's own."
        "`Host` 在途中被代理修改：签名使用的是转发请求头中的值。请让代理原样透传 `Host`，或使用网关自身的 `Host` 签名。";
    HostSpelling = "host.spelling"
        "`Host` was signed in another spelling than it was sent: sign it exactly as it is sent, without scheme or slash."
        "签名的 `Host` 与实际发送的写法不同：请按实际发送的值签名，不带协议和斜杠。";
    HostLocal = "host.local"
        "`Host` was signed with another name of this machine (localhost, 127.0.0.1) than it was sent with: sign it exactly as it is sent."
        "签名的 `Host` 使用了本机的另一个名称（localhost、127.0.0.1），与实际发送的不同：请按实际发送的值签名。";
    ContentTypeParameter = "content_type.parameter"
        "`Content-Type` was signed with another parameter (such as `;charset=UTF-8`) than it was sent with: the HTTP library changed it. Set the whole value yourself."
        "签名的 `Content-Type` 与实际发送的参数（如 `;charset=UTF-8`）不同：HTTP 库修改了它。请自行设置完整的值。";
    ContentTypeOther = "content_type.other"
        "Another `Content-Type` was signed than was sent: the HTTP library set its own. Set the header before signing, or do not sign it."
        "签名的 `Content-Type` 与实际发送的不同：HTTP 库设置了自己的值。请在签名前设置该请求头，或不对它签名。";
    QueryPlusForSpace = "query.plus_for_space"
        "A space in the query is `+` on one side and `%20` on the other: send and sign `%20`."
        "查询参数中的空格在一侧为 `+`，在另一侧为 `%20`：发送和签名都使用 `%20`。";
    PathNotEncoded = "path.not_encoded"
        "The path was signed decoded: encode each segment, as RFC 3986 says."
        "签名使用了解码后的路径：请按 RFC 3986 对每一段进行编码。";
    PathPlusForSpace = "path.plus_for_space"
        "A space in the path is `+` on one side and `%20` on the other: send and sign `%20`, in a path `+` is a plus."
        "路径中的空格在一侧为 `+`，在另一侧为 `%20`：发送和签名都使用 `%20`；路径中的 `+` 就是加号本身。";
    PathEncodedTwice = "path.encoded_twice"
        "The path was encoded twice before signing: encode it once."
        "签名前路径被编码了两次：只编码一次。";
    PathAsSent = "path.as_sent"
        "The path was signed as it is sent: decode it, encode each segment anew (only letters, digits and -._~ stay), and end it with `/`."
        "签名直接使用了发送时的路径：请先解码，再逐段重新编码（只有字母、数字和 -._~ 保持不变），并以 `/` 结尾。";
    PathEscapesLowerCase = "path.escapes_lower_case"
        "Escapes were signed with lower-case digits (`%e6`): write them in upper case (`%E6`)."
        "签名中的百分号转义使用了小写（`%e6`）：请使用大写（`%E6`）。";
    PathLeadingSlashDropped = "path.leading_slash_dropped"
        "The path was signed without the `/` at its start: begin it with `/`."
        "签名的路径开头缺少 `/`：请以 `/` 开头。";
    PathFullUrl = "path.full_url"
        "The whole URL was signed in place of the path: sign only the path, the query has a line of its own."
        "签名时用完整的 URL 代替了路径：只对路径签名，查询参数另占一行。";
    PathQueryLeftIn = "path.query_left_in"
        "The query was left in the path: end the path before `?`; the query has a line of its own."
        "路径中保留了查询参数：路径在 `?` 之前结束，查询参数另占一行。";
    PathQueryEncoded = "path.query_encoded"
        "The URL was encoded together with its query, so that `?` was sent as `%3F` and the query is a part of the path: encode the path alone, and send `?` as it is."
        "URL 连同查询参数一起被编码，`?` 被发送为 `%3F`，查询参数成了路径的一部分：只编码路径，`?` 保持不变。";
    PathBaseDropped = "path.base_dropped"
        "The first segments of the path were not signed: sign the whole path as it is in the URL, from its first `/` on."
        "签名的路径缺少前面几段：请对 URL 中从第一个 `/` 开始的完整路径签名。";
    PathEndDropped = "path.end_dropped"
        "The last segments of the path were not signed, such as the custom path after the API address: sign the whole path as it is in the URL."
        "签名的路径缺少后面几段，例如 API 地址之后的自定义路径：请对 URL 中的完整路径签名。";
    PathOnlySlash = "path.only_slash"
        "`/` or nothing was signed as the path: sign the URL's path."
        "签名的路径只有 `/` 或为空：请使用 URL 的路径签名。";
    PathSlashesMerged = "path.slashes_merged"
        "Two slashes in a row were signed as one: empty segments stay, or better, do not send them."
        "签名时两个连续的斜杠被合并为一个：空的路径段须保留，最好不要发送这样的路径。";
    PathSlashDoubled = "path.slash_doubled"
        "The path was signed with one slash too many: add `/` only where there is none."
        "签名的路径多了一个斜杠：只在末尾没有 `/` 时才添加。";
    PathSlashesEncoded = "path.slashes_encoded"
        "The slashes of the path were encoded as `%2F`: encode each segment, not the slashes between them."
        "路径中的斜杠被编码为 `%2F`：只对每一段编码，不要编码段之间的斜杠。";
    PathEncodedSlash = "path.encoded_slash"
        "The path has `%2F`, and the gateway treats it differently from the signer (setting gateway.keep_encoded_slash): avoid `%2F` in paths."
        "路径中含有 `%2F`，网关与签名方的处理不同（配置项 gateway.keep_encoded_slash）：请避免在路径中使用 `%2F`。";
    PathLowerCase = "path.lower_case"
        "The path was signed in lower case: sign it as it is sent, paths are case-sensitive."
        "签名使用了小写的路径：请按实际发送的路径签名，路径区分大小写。";
    EncodingMarksKept = "encoding.marks_kept"
        "Characters such as `!'()*` or `:@,` were not encoded: only letters, digits and -._~ stay; JavaScript's encodeURI and encodeURIComponent keep more."
        "`!'()*` 或 `:@,` 等字符未被编码：只有字母、数字和 -._~ 保持不变；JavaScript 的 encodeURI 和 encodeURIComponent 会保留更多字符。";
    EncodingTildeEncoded = "encoding.tilde_encoded"
        "`~` was encoded as `%7E`: it stays as it is."
        "`~` 被编码为 `%7E`：它应保持不变。";
    QueryNotEncoded = "query.not_encoded"
        "The query was signed decoded: encode keys and values, as RFC 3986 says."
        "签名使用了解码后的查询参数：请按 RFC 3986 对键和值进行编码。";
    QueryEncodedTwice = "query.encoded_twice"
        "The query was encoded twice before signing: encode it once."
        "签名前查询参数被编码了两次：只编码一次。";
    QueryNoEquals = "query.no_equals"
        "A key without a value was signed without `=`: sign it as `key=`."
        "没有值的键在签名时没有带 `=`：请按 `key=` 签名。";
    QueryEmptyDropped = "query.empty_dropped"
        "Keys without a value were left out: sign them as `key=`."
        "签名时遗漏了没有值的键：请按 `key=` 签名。";
    QueryMissing = "query.missing"
        "The query was not signed: put it, sorted, into the third line."
        "查询参数没有参与签名：请将排序后的查询参数放在第三行。";
    QueryQuestionMark = "query.question_mark"
        "The query was signed with its `?`: leave it out."
        "签名的查询参数带有 `?`：请去掉。";
    QuerySlashKept = "query.slash_kept"
        "`/` in the query was not encoded: write `%2F` (in Python, quote with safe='')."
        "查询参数中的 `/` 未被编码：请写成 `%2F`（在 Python 中，quote 使用 safe=''）。";
    QueryRepeatedKeyOnce = "query.repeated_key_once"
        "A key that is in the query several times was signed once: sign each, sorted by value."
        "查询参数中重复出现的键只签名了一次：每一个都要签名，并按值排序。";
    QueryAsSent = "query.as_sent"
        "The query was signed as it is sent: decode and encode each key and value, and sort them."
        "签名直接使用了发送时的查询参数：请对每个键和值先解码再编码，然后排序。";
    QuerySortedBackwards = "query.sorted_backwards"
        "The query was sorted from z to a: sort by key, then value, upwards."
        "查询参数按降序排列：请先按键、再按值升序排列。";
    QuerySortedIgnoringCase = "query.sorted_ignoring_case"
        "The query was sorted without regard to case: sort by bytes, capitals come first."
        "查询参数排序时忽略了大小写：请按字节排序，大写字母在前。";
    BodyHashUpperCase = "body.hash_upper_case"
        "The body's hash was signed in upper case: write it in lower-case hex."
        "签名中请求体的哈希值使用了大写：请使用小写十六进制。";
    BodyHashMissing = "body.hash_missing"
        "The canonical request has no hash of the body: its last line is the SHA-256 of the body, also of an empty one."
        "规范请求缺少请求体的哈希值：最后一行是请求体的 SHA-256，空请求体也不例外。";
    BodyNotHashed = "body.not_hashed"
        "The body itself was signed: put its SHA-256 into the last line, in lower-case hex."
        "签名直接使用了请求体本身：请在最后一行放入其 SHA-256（小写十六进制）。";
    BodyHashBase64 = "body.hash_base64"
        "The body's hash was signed in base64: write it in lower-case hex."
        "签名中请求体的哈希值使用了 base64：请使用小写十六进制。";
    BodyHashedTwice = "body.hashed_twice"
        "The body's hash was hashed again: hash the body once."
        "请求体的哈希值又被哈希了一次：只计算一次。";
    HeadersSpaceAfterColon = "headers.space_after_colon"
        "Header values were signed with white space around them: write `name:value`, trimmed."
        "签名的请求头的值首尾带有空白：请写成 `name:value`，去掉首尾空白。";
    HeadersNamesNotLowerCase = "headers.names_not_lower_case"
        "Header names were signed with capitals: write them in lower case."
        "签名的请求头名称含有大写字母：请使用小写。";
    SignedHeadersNotLowerCase = "signed_headers.not_lower_case"
        "The list of signed headers was signed with capitals: write it in lower case."
        "签名的 SignedHeaders 列表含有大写字母：请使用小写。";
    HeadersUnsorted = "headers.unsorted"
        "The headers were not sorted by name: sort the lines and the list."
        "请求头没有按名称排序：请对各行和列表排序。";
    HeadersNoEmptyLine = "headers.no_empty_line"
        "The empty line after the headers is missing: each header ends in a line feed, and one more follows."
        "请求头之后缺少空行：每个请求头以换行符结尾，最后再加一个换行符。";
    HeadersExtraEmptyLine = "headers.extra_empty_line"
        "There is one empty line too many after the headers: exactly one follows them."
        "请求头之后多了一个空行：只应有一个空行。";
    SignedHeadersSeparator = "signed_headers.separator"
        "The list of signed headers was signed with another separator than `;`, or with one at its end."
        "签名的 SignedHeaders 列表使用了 `;` 以外的分隔符，或末尾多了分隔符。";
    HeadersRepeatedJoined = "headers.repeated_joined"
        "A header that was sent several times was signed as one line: sign a line for each value, sorted."
        "多次发送的请求头被合并为一行签名：请为每个值单独写一行，并排序。";
    HeadersSpacesCollapsed = "headers.spaces_collapsed"
        "Runs of white space inside a header's value were signed as one space: sign the value as it is sent, trimmed at its ends only."
        "签名时请求头的值中的连续空白被合并为一个空格：请按实际发送的值签名，只去掉首尾空白。";
    HeadersLineMissing = "headers.line_missing"
        "A header that the list names has no line: sign name and value of every header in SignedHeaders."
        "列表中的某个请求头没有对应的行：SignedHeaders 中每个请求头的名称和值都要签名。";
    HeadersValueEmpty = "headers.value_empty"
        "A header was signed with an empty value, but sent with one: the library filled it in later. Set it before signing."
        "签名时某个请求头的值为空，实际发送时却有值：HTTP 库在签名之后填入了它。请在签名前设置。";
    SignedHeadersNameMissing = "signed_headers.name_missing"
        "SignedHeaders in the Authorization header names a header that the signed list has not: use one list for both."
        "Authorization 请求头中的 SignedHeaders 含有签名列表中没有的名称：两处使用同一个列表。";
    SignedHeadersNotListed = "signed_headers.not_listed"
        "A header was signed that SignedHeaders does not name: use one list for both."
        "对某个请求头做了签名，但 SignedHeaders 中没有它：两处使用同一个列表。";
    MethodLowerCase = "method.lower_case"
        "The method was signed in lower case: write it in capitals."
        "签名的请求方法为小写：请使用大写。";
    MethodOther = "method.other"
        "Another method was signed than was sent (a redirect changes it): sign the one that is sent."
        "签名的请求方法与实际发送的不同（重定向会改变请求方法）：请使用实际发送的方法签名。";
    MethodMissing = "method.missing"
        "The canonical request lacks its first line, the method: begin it with the method, in capitals."
        "规范请求缺少第一行（请求方法）：请以大写的请求方法开头。";
    DateFormat = "date.format"
        "The date in the string to sign is written differently: use the value of X-Sdk-Date as it is sent."
        "待签字符串中日期的格式不同：请使用实际发送的 X-Sdk-Date 的值。";
    DateOtherHeader = "date.other_header"
        "The date in the string to sign is that of another header: use the value of X-Sdk-Date."
        "待签字符串中的日期取自另一个请求头：请使用 X-Sdk-Date 的值。";
    DateTakenTwice = "date.taken_twice"
        "The date that was signed is not the one that was sent (the clock was read twice, or a date was kept): read the clock once for each request."
        "签名的日期与发送的日期不同（读取了两次时钟，或沿用了以前的日期）：每个请求只读取一次时钟。";
    CanonicalLineEnds = "canonical.line_ends"
        "The lines were not ended with a line feed alone (`\\r\\n`, a literal `\\n`, or nothing): use the one character 0x0A."
        "各行没有只以换行符结尾（而是 `\\r\\n`、字面的 `\\n` 或没有换行）：请使用单个字符 0x0A。";
    CanonicalTrailingNewline = "canonical.trailing_newline"
        "The canonical request ends in a line feed: its last line, the hash, has none."
        "规范请求以换行符结尾：最后一行（哈希值）之后没有换行符。";
    CanonicalQueryLineMissing = "canonical.query_line_missing"
        "The line of the query was left out because it is empty: keep the empty line."
        "查询参数为空时省略了对应的行：空行必须保留。";
    CanonicalHeadersMissing = "canonical.headers_missing"
        "The canonical request has no headers: sign at least X-Sdk-Date, name and value."
        "规范请求中没有请求头：至少对 X-Sdk-Date 的名称和值签名。";
    CanonicalListMissing = "canonical.list_missing"
        "The canonical request has no list of the signed headers: it is the line before the hash."
        "规范请求中没有 SignedHeaders 列表：它位于哈希值的前一行。";
    StringToSignNoAlgorithm = "string_to_sign.no_algorithm"
        "The string to sign lacks its first line, `SDK-HMAC-SHA256`."
        "待签字符串缺少第一行 `SDK-HMAC-SHA256`。";
    StringToSignOtherAlgorithm = "string_to_sign.other_algorithm"
        "The string to sign names another algorithm in its first line: write `SDK-HMAC-SHA256`."
        "待签字符串第一行是其他算法：请写 `SDK-HMAC-SHA256`。";
    StringToSignNoDate = "string_to_sign.no_date"
        "The string to sign lacks its second line, the value of X-Sdk-Date."
        "待签字符串缺少第二行，即 X-Sdk-Date 的值。";
    StringToSignScopeLine = "string_to_sign.scope_line"
        "The string to sign has a fourth line, a scope of date, region and service as other clouds have it: sign the three lines algorithm, date, hash."
        "待签字符串多了第四行，即其他云使用的日期、区域和服务范围：只对算法、日期、哈希值三行签名。";
    StringToSignLinesSwapped = "string_to_sign.lines_swapped"
        "The string to sign has date and algorithm in the wrong order: the algorithm is first."
        "待签字符串中日期与算法的顺序颠倒：算法在前。";
    StringToSignNotHashed = "string_to_sign.not_hashed"
        "The string to sign has the canonical request itself: put its SHA-256 there, in lower-case hex."
        "待签字符串中放入了规范请求本身：请放入它的 SHA-256（小写十六进制）。";
    StringToSignSkipped = "string_to_sign.skipped"
        "The canonical request (or its hash) was signed directly: sign the three lines algorithm, date, hash."
        "直接对规范请求（或其哈希值）签名：请对算法、日期、哈希值三行签名。";
    StringToSignHashForm = "string_to_sign.hash_form"
        "The canonical request's hash was written in upper case or in base64: write it in lower-case hex."
        "规范请求的哈希值使用了大写或 base64：请使用小写十六进制。";
    StringToSignTrailingNewline = "string_to_sign.trailing_newline"
        "The string to sign ends in a line feed: its last line, the hash, has none."
        "待签字符串以换行符结尾：最后一行（哈希值）之后没有换行符。";
    SecretBase64 = "secret.base64"
        "The secret was decoded from or encoded to base64: use its characters as they are."
        "密钥做了 base64 解码或编码：请原样使用其字符。";
    SecretHex = "secret.hex"
        "The secret was decoded from or encoded to hex: use its characters as they are."
        "密钥做了十六进制解码或编码：请原样使用其字符。";
    SecretIsAccessKey = "secret.is_access_key"
        "The access key (or AppKey) was used as the secret: use the secret that belongs to it."
        "把访问密钥 ID（AK）或 AppKey 当作密钥使用：请使用与其配对的 SK 或 AppSecret。";
    SecretEmpty = "secret.empty"
        "The secret was empty or a word such as `null`: the variable or the setting that holds it was not read."
        "密钥为空，或是 `null` 之类的单词：没有读到保存密钥的变量或配置。";
    SecretLetterCase = "secret.letter_case"
        "The secret was used in a different letter case: it is case-sensitive."
        "密钥的大小写不一致：密钥区分大小写。";
    SecretPrefixed = "secret.prefixed"
        "Something was put before or after the secret (such as `AWS4`, `&`, `,`, `;`, or a space that is not seen): use it as it is."
        "密钥前后添加了内容（如 `AWS4`、`&`、`,`、`;` 或看不见的空格）：请原样使用。";
    SecretDerivedKey = "secret.derived_key"
        "A key derived for the day (and perhaps a region and a service) was used, as other clouds do: use the secret itself as the key of the HMAC."
        "使用了按日期（可能还有区域和服务）派生的密钥（其他云的做法）：请直接以密钥本身作为 HMAC 的密钥。";
    SecretCharacterLost = "secret.character_lost"
        "The secret lacks a character: copy it whole."
        "密钥缺少一个字符：请完整复制。";
    SecretPercentEncoded = "secret.percent_encoded"
        "The secret was percent-encoded or decoded: use its characters as they are."
        "密钥做了百分号编码或解码：请原样使用其字符。";
    SecretTwice = "secret.twice"
        "The secret was pasted twice: use it once."
        "密钥粘贴了两遍：只使用一遍。";
    SecretHashed = "secret.hashed"
        "The secret was hashed before use: use its characters as they are."
        "密钥在使用前被哈希：请原样使用其字符。";
    HmacSwapped = "hmac.swapped"
        "Key and text of the HMAC were swapped: the secret is the key, the string to sign the text."
        "HMAC 的密钥与文本颠倒：密钥是 SK 或 AppSecret，文本是待签字符串。";
    HmacPlainHash = "hmac.plain_hash"
        "SHA-256 over secret and text was used in place of HMAC-SHA256."
        "对密钥与文本直接计算了 SHA-256，而不是 HMAC-SHA256。";
    DateLocalTime = "date.local_time"
        "X-Sdk-Date was written in local time: write it in UTC."
        "X-Sdk-Date 使用了本地时间：请使用 UTC 时间。";
    AccessIsSecret = "access.is_secret"
        "Key and secret are swapped: put the access key (or AppKey) into `Access=` and sign with the secret. The secret was sent in the clear, so replace it."
        "密钥 ID 与密钥颠倒：`Access=` 中填写 AK（或 AppKey），用 SK（或 AppSecret）签名。密钥已被明文发送，请更换。";
}

impl SigningMistake {
    /// The mistake of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mistake| mistake.name() == name)
    }

    /// What to do about mistakes as a record names them, `+` between two; `None` if one of them is not known.
    pub fn advice_in(names: &str, language: Language) -> Option<String> {
        let sentences: Option<Vec<&str>> = names
            .split('+')
            .map(|name| Self::parse(name).map(|mistake| mistake.sentence_in(language)))
            .collect();
        Some(sentences?.join(phrase!(language, " ", "")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Language, SigningMistake};

    #[test]
    fn names_are_unique_and_sentences_whole() {
        let mut seen = HashSet::new();
        for mistake in SigningMistake::ALL {
            assert!(seen.insert(mistake.name()), "{mistake:?}");
            assert_eq!(SigningMistake::parse(mistake.name()), Some(*mistake));
            for (language, stop) in [(Language::English, '.'), (Language::Chinese, '。')] {
                let sentence = mistake.sentence_in(language);
                assert!(sentence.len() > 20 && sentence.ends_with(stop), "{sentence}");
            }
        }
    }

    #[test]
    fn two_mistakes_are_advised_about_together() {
        let both = SigningMistake::advice_in("query.missing+secret.twice", Language::English).expect("known");
        assert_eq!(
            both,
            "The query was not signed: put it, sorted, into the third line. The secret was pasted twice: use it once."
        );
        let chinese =
            SigningMistake::advice_in("query.missing+secret.twice", Language::Chinese).expect("known");
        assert_eq!(
            chinese,
            "查询参数没有参与签名：请将排序后的查询参数放在第三行。密钥粘贴了两遍：只使用一遍。"
        );
        assert_eq!(
            SigningMistake::advice_in("query.missing+nonsense", Language::English),
            None
        );
    }
}
