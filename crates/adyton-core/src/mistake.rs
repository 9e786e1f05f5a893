//! The mistakes that clients make when they sign: their names, and a sentence of what to do about each.
//!
//! A record keeps names; the sentences are read when somebody asks. How each is found out is the table of
//! `adyton-sign/src/mistakes/table.rs`.

macro_rules! mistakes {
    ($($mistake:ident = $name:literal $sentence:literal;)*) => {
        /// One thing that clients do wrong.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum SigningMistake {
            $(#[doc = $sentence] $mistake,)*
        }

        impl SigningMistake {
            /// All of them.
            pub const ALL: &[SigningMistake] = &[$(SigningMistake::$mistake),*];

            /// A stable name, component first: records and tests use it.
            pub const fn name(self) -> &'static str {
                match self { $(SigningMistake::$mistake => $name,)* }
            }

            /// What was done, and how to put it right.
            pub const fn sentence(self) -> &'static str {
                match self { $(SigningMistake::$mistake => $sentence,)* }
            }
        }
    };
}

mistakes! {
    PathNoTrailingSlash = "path.no_trailing_slash"
        "The path was signed without the `/` at its end: end the canonical path with `/`, also where the URL has none.";
    SecretTrailingNewline = "secret.trailing_newline"
        "The secret was used with a line end after it: strip what is read from a file or a variable.";
    SecretLeadingNewline = "secret.leading_newline"
        "The secret was used with a line end before it: strip what is read from a file or a variable.";
    SecretByteOrderMark = "secret.byte_order_mark"
        "The secret was read from a file with a byte order mark at its start: save the file without it, or skip the mark.";
    SecretSurroundingSpace = "secret.surrounding_space"
        "The secret was used with white space around it: strip it.";
    SecretQuoted = "secret.quoted"
        "The secret was used with quotes or brackets around it: use only what is between them.";
    BodyUnsignedButHashed = "body.unsigned_but_hashed"
        "`X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD` was sent, but the body's hash was signed: sign the text `UNSIGNED-PAYLOAD`, or do not send that header.";
    BodyDeclaredButUnequal = "body.declared_but_unequal"
        "The hash that was signed is the body's, but `X-Sdk-Content-Sha256` says another: send the hash that is signed, in the same spelling.";
    BodyEmptyHash = "body.empty_hash"
        "The hash of an empty body was signed, but a body was sent: sign the SHA-256 of the bytes that are sent.";
    BodyEmptyObjectHash = "body.empty_object_hash"
        "The hash of `{}` was signed, but another body (or none) was sent: an empty body is hashed as no bytes at all.";
    BodyUnsignedNotDeclared = "body.unsigned_not_declared"
        "`UNSIGNED-PAYLOAD` was signed in place of the body's hash, but not declared: send `X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD` too, or sign the hash.";
    BodyTrailingNewline = "body.trailing_newline"
        "The body that was signed and the one that was sent differ in white space at their ends, such as a line feed: sign the bytes that are sent.";
    BodyJsonSpacing = "body.json_spacing"
        "The JSON that was signed has other white space than the JSON that was sent: write it once, and sign and send the same bytes.";
    BodyJsonRewritten = "body.json_rewritten"
        "The JSON that was signed is the same as what was sent, but written differently (keys sorted, letters beyond ASCII escaped or not, Python's separators): write it once, and sign and send the same bytes.";
    BodyLineEnds = "body.line_ends"
        "The body that was signed has other line ends than the one that was sent: sign the bytes that are sent (with curl, use --data-binary).";
    BodyPlaceholderHash = "body.placeholder_hash"
        "The hash of a word such as `null` was signed in place of the body's: an empty body is hashed as no bytes at all.";
    HostPort = "host.port"
        "`Host` was signed with another port than it was sent with: sign it exactly as it is sent, with the port where the URL has one.";
    HostForwarded = "host.forwarded"
        "`Host` was changed by a proxy on the way: the value in its forwarding header was signed. Let the proxy pass `Host` on, or sign the gateway's own.";
    HostSpelling = "host.spelling"
        "`Host` was signed in another spelling than it was sent: sign it exactly as it is sent, without scheme or slash.";
    HostLocal = "host.local"
        "`Host` was signed with another name of this machine (localhost, 127.0.0.1) than it was sent with: sign it exactly as it is sent.";
    ContentTypeParameter = "content_type.parameter"
        "`Content-Type` was signed with another parameter (such as `;charset=UTF-8`) than it was sent with: the HTTP library changed it. Set the whole value yourself.";
    ContentTypeOther = "content_type.other"
        "Another `Content-Type` was signed than was sent: the HTTP library set its own. Set the header before signing, or do not sign it.";
    QueryPlusForSpace = "query.plus_for_space"
        "A space in the query is `+` on one side and `%20` on the other: send and sign `%20`.";
    PathNotEncoded = "path.not_encoded"
        "The path was signed decoded: encode each segment, as RFC 3986 says.";
    PathPlusForSpace = "path.plus_for_space"
        "A space in the path is `+` on one side and `%20` on the other: send and sign `%20`, in a path `+` is a plus.";
    PathEncodedTwice = "path.encoded_twice"
        "The path was encoded twice before signing: encode it once.";
    PathAsSent = "path.as_sent"
        "The path was signed as it is sent: decode it, encode each segment anew (only letters, digits and -._~ stay), and end it with `/`.";
    PathEscapesLowerCase = "path.escapes_lower_case"
        "Escapes were signed with lower-case digits (`%e6`): write them in upper case (`%E6`).";
    PathLeadingSlashDropped = "path.leading_slash_dropped"
        "The path was signed without the `/` at its start: begin it with `/`.";
    PathFullUrl = "path.full_url"
        "The whole URL was signed in place of the path: sign only the path, the query has a line of its own.";
    PathQueryLeftIn = "path.query_left_in"
        "The query was left in the path: end the path before `?`; the query has a line of its own.";
    PathBaseDropped = "path.base_dropped"
        "The first segments of the path were not signed: sign the whole path as it is in the URL, from its first `/` on.";
    PathEndDropped = "path.end_dropped"
        "The last segments of the path were not signed, such as the custom path after the API address: sign the whole path as it is in the URL.";
    PathOnlySlash = "path.only_slash"
        "`/` or nothing was signed as the path: sign the URL's path.";
    PathSlashesMerged = "path.slashes_merged"
        "Two slashes in a row were signed as one: empty segments stay, or better, do not send them.";
    PathSlashDoubled = "path.slash_doubled"
        "The path was signed with one slash too many: add `/` only where there is none.";
    PathSlashesEncoded = "path.slashes_encoded"
        "The slashes of the path were encoded as `%2F`: encode each segment, not the slashes between them.";
    PathEncodedSlash = "path.encoded_slash"
        "The path has `%2F`, and the gateway treats it differently from the signer (setting gateway.keep_encoded_slash): avoid `%2F` in paths.";
    PathLowerCase = "path.lower_case"
        "The path was signed in lower case: sign it as it is sent, paths are case-sensitive.";
    EncodingMarksKept = "encoding.marks_kept"
        "Characters such as `!'()*` or `:@,` were not encoded: only letters, digits and -._~ stay; JavaScript's encodeURI and encodeURIComponent keep more.";
    EncodingTildeEncoded = "encoding.tilde_encoded"
        "`~` was encoded as `%7E`: it stays as it is.";
    QueryNotEncoded = "query.not_encoded"
        "The query was signed decoded: encode keys and values, as RFC 3986 says.";
    QueryEncodedTwice = "query.encoded_twice"
        "The query was encoded twice before signing: encode it once.";
    QueryNoEquals = "query.no_equals"
        "A key without a value was signed without `=`: sign it as `key=`.";
    QueryEmptyDropped = "query.empty_dropped"
        "Keys without a value were left out: sign them as `key=`.";
    QueryMissing = "query.missing"
        "The query was not signed: put it, sorted, into the third line.";
    QueryQuestionMark = "query.question_mark"
        "The query was signed with its `?`: leave it out.";
    QuerySlashKept = "query.slash_kept"
        "`/` in the query was not encoded: write `%2F` (in Python, quote with safe='').";
    QueryRepeatedKeyOnce = "query.repeated_key_once"
        "A key that is in the query several times was signed once: sign each, sorted by value.";
    QueryAsSent = "query.as_sent"
        "The query was signed as it is sent: decode and encode each key and value, and sort them.";
    QuerySortedBackwards = "query.sorted_backwards"
        "The query was sorted from z to a: sort by key, then value, upwards.";
    QuerySortedIgnoringCase = "query.sorted_ignoring_case"
        "The query was sorted without regard to case: sort by bytes, capitals come first.";
    BodyHashUpperCase = "body.hash_upper_case"
        "The body's hash was signed in upper case: write it in lower-case hex.";
    BodyHashMissing = "body.hash_missing"
        "The canonical request has no hash of the body: its last line is the SHA-256 of the body, also of an empty one.";
    BodyNotHashed = "body.not_hashed"
        "The body itself was signed: put its SHA-256 into the last line, in lower-case hex.";
    BodyHashBase64 = "body.hash_base64"
        "The body's hash was signed in base64: write it in lower-case hex.";
    BodyHashedTwice = "body.hashed_twice"
        "The body's hash was hashed again: hash the body once.";
    HeadersSpaceAfterColon = "headers.space_after_colon"
        "Header values were signed with white space around them: write `name:value`, trimmed.";
    HeadersNamesNotLowerCase = "headers.names_not_lower_case"
        "Header names were signed with capitals: write them in lower case.";
    SignedHeadersNotLowerCase = "signed_headers.not_lower_case"
        "The list of signed headers was signed with capitals: write it in lower case.";
    HeadersUnsorted = "headers.unsorted"
        "The headers were not sorted by name: sort the lines and the list.";
    HeadersNoEmptyLine = "headers.no_empty_line"
        "The empty line after the headers is missing: each header ends in a line feed, and one more follows.";
    HeadersExtraEmptyLine = "headers.extra_empty_line"
        "There is one empty line too many after the headers: exactly one follows them.";
    SignedHeadersSeparator = "signed_headers.separator"
        "The list of signed headers was signed with another separator than `;`, or with one at its end.";
    HeadersRepeatedJoined = "headers.repeated_joined"
        "A header that was sent several times was signed as one line: sign a line for each value, sorted.";
    HeadersSpacesCollapsed = "headers.spaces_collapsed"
        "Runs of white space inside a header's value were signed as one space: sign the value as it is sent, trimmed at its ends only.";
    HeadersLineMissing = "headers.line_missing"
        "A header that the list names has no line: sign name and value of every header in SignedHeaders.";
    HeadersValueEmpty = "headers.value_empty"
        "A header was signed with an empty value, but sent with one: the library filled it in later. Set it before signing.";
    SignedHeadersNameMissing = "signed_headers.name_missing"
        "SignedHeaders in the Authorization header names a header that the signed list has not: use one list for both.";
    SignedHeadersNotListed = "signed_headers.not_listed"
        "A header was signed that SignedHeaders does not name: use one list for both.";
    MethodLowerCase = "method.lower_case"
        "The method was signed in lower case: write it in capitals.";
    MethodOther = "method.other"
        "Another method was signed than was sent (a redirect changes it): sign the one that is sent.";
    MethodMissing = "method.missing"
        "The canonical request lacks its first line, the method: begin it with the method, in capitals.";
    DateFormat = "date.format"
        "The date in the string to sign is written differently: use the value of X-Sdk-Date as it is sent.";
    DateOtherHeader = "date.other_header"
        "The date in the string to sign is that of another header: use the value of X-Sdk-Date.";
    DateTakenTwice = "date.taken_twice"
        "The clock was read twice, and the date that was signed is not the one that was sent: read it once.";
    CanonicalLineEnds = "canonical.line_ends"
        "The lines were not ended with a line feed alone (`\\r\\n`, a literal `\\n`, or nothing): use the one character 0x0A.";
    CanonicalTrailingNewline = "canonical.trailing_newline"
        "The canonical request ends in a line feed: its last line, the hash, has none.";
    CanonicalQueryLineMissing = "canonical.query_line_missing"
        "The line of the query was left out because it is empty: keep the empty line.";
    CanonicalHeadersMissing = "canonical.headers_missing"
        "The canonical request has no headers: sign at least X-Sdk-Date, name and value.";
    CanonicalListMissing = "canonical.list_missing"
        "The canonical request has no list of the signed headers: it is the line before the hash.";
    StringToSignNoAlgorithm = "string_to_sign.no_algorithm"
        "The string to sign lacks its first line, `SDK-HMAC-SHA256`.";
    StringToSignOtherAlgorithm = "string_to_sign.other_algorithm"
        "The string to sign names another algorithm in its first line: write `SDK-HMAC-SHA256`.";
    StringToSignNoDate = "string_to_sign.no_date"
        "The string to sign lacks its second line, the value of X-Sdk-Date.";
    StringToSignScopeLine = "string_to_sign.scope_line"
        "The string to sign has a fourth line, a scope of date, region and service as other clouds have it: sign the three lines algorithm, date, hash.";
    StringToSignLinesSwapped = "string_to_sign.lines_swapped"
        "The string to sign has date and algorithm in the wrong order: the algorithm is first.";
    StringToSignNotHashed = "string_to_sign.not_hashed"
        "The string to sign has the canonical request itself: put its SHA-256 there, in lower-case hex.";
    StringToSignSkipped = "string_to_sign.skipped"
        "The canonical request (or its hash) was signed directly: sign the three lines algorithm, date, hash.";
    StringToSignHashForm = "string_to_sign.hash_form"
        "The canonical request's hash was written in upper case or in base64: write it in lower-case hex.";
    StringToSignTrailingNewline = "string_to_sign.trailing_newline"
        "The string to sign ends in a line feed: its last line, the hash, has none.";
    SecretBase64 = "secret.base64"
        "The secret was decoded from or encoded to base64: use its characters as they are.";
    SecretHex = "secret.hex"
        "The secret was decoded from or encoded to hex: use its characters as they are.";
    SecretIsAccessKey = "secret.is_access_key"
        "The access key (or AppKey) was used as the secret: use the secret that belongs to it.";
    SecretEmpty = "secret.empty"
        "The secret was empty or a word such as `null`: the variable or the setting that holds it was not read.";
    SecretLetterCase = "secret.letter_case"
        "The secret was used in a different letter case: it is case-sensitive.";
    SecretPrefixed = "secret.prefixed"
        "Something was put before or after the secret (such as `AWS4`, `&`, `,` or `;`): use it as it is.";
    SecretDerivedKey = "secret.derived_key"
        "A key derived for the day was used, as other clouds do: use the secret itself as the key of the HMAC.";
    SecretCharacterLost = "secret.character_lost"
        "The secret lacks its first or last character: copy it whole.";
    SecretPercentEncoded = "secret.percent_encoded"
        "The secret was percent-encoded or decoded: use its characters as they are.";
    SecretTwice = "secret.twice"
        "The secret was pasted twice: use it once.";
    SecretHashed = "secret.hashed"
        "The secret was hashed before use: use its characters as they are.";
    HmacSwapped = "hmac.swapped"
        "Key and text of the HMAC were swapped: the secret is the key, the string to sign the text.";
    HmacPlainHash = "hmac.plain_hash"
        "SHA-256 over secret and text was used in place of HMAC-SHA256.";
    DateLocalTime = "date.local_time"
        "X-Sdk-Date was written in local time: write it in UTC.";
    AccessIsSecret = "access.is_secret"
        "Key and secret are swapped: put the access key (or AppKey) into `Access=` and sign with the secret. The secret was sent in the clear, so replace it.";
}

impl SigningMistake {
    /// The mistake of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mistake| mistake.name() == name)
    }

    /// What to do about mistakes as a record names them, `+` between two; `None` if one of them is not known.
    pub fn advice(names: &str) -> Option<String> {
        let sentences: Option<Vec<&str>> = names
            .split('+')
            .map(|name| Self::parse(name).map(Self::sentence))
            .collect();
        Some(sentences?.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::SigningMistake;

    #[test]
    fn names_are_unique_and_sentences_whole() {
        let mut seen = HashSet::new();
        for mistake in SigningMistake::ALL {
            assert!(seen.insert(mistake.name()), "{mistake:?}");
            assert_eq!(SigningMistake::parse(mistake.name()), Some(*mistake));
            let sentence = mistake.sentence();
            assert!(sentence.len() > 20 && sentence.ends_with('.'), "{sentence}");
        }
    }

    #[test]
    fn two_mistakes_are_advised_about_together() {
        let both = SigningMistake::advice("query.missing+secret.twice").expect("known");
        assert_eq!(
            both,
            "The query was not signed: put it, sorted, into the third line. The secret was pasted twice: use it once."
        );
        assert_eq!(SigningMistake::advice("query.missing+nonsense"), None);
    }
}
