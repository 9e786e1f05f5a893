//! The table of mistakes: the one list, in the order in which they are tried. Adding one is adding a row (of [`body`] or
//! [`secret`] where it changes those, else a plain one), and a seed in
//! `tests/it/mistakes.rs`, without which the tests fail.

use super::recipe::{Recipe, Scene};
use super::{body, headers, path, query, secret, text};

/// Changes a recipe the way `way` of a mistake; `false` when that changes nothing here, so that nothing is tried.
type Make = for<'a> fn(&Scene<'_>, &mut Recipe<'a>, usize) -> bool;

/// One thing that clients do wrong.
pub struct Mistake {
    /// A stable name, component first: evidence and tests use it.
    pub name: &'static str,
    /// What was done, and how to put it right: for people.
    pub sentence: &'static str,
    /// In how many ways it is done.
    pub(super) ways: usize,
    pub(super) make: Make,
    /// What the ways change.
    changes: Changes,
    /// Whether it is tried in pairs too: a home-made signer rarely has one fault.
    pub(super) is_common: bool,
    /// Whether whoever makes it must hold the secret.
    proves_secret: bool,
}

/// What a mistake changes, as far as it matters for what trying it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Changes {
    /// The texts that are signed.
    Texts,
    /// What stands for the body: its ways look at all of it.
    Body,
    /// The secret: its ways need a copy of the true one.
    Secret,
}

impl std::fmt::Debug for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Mistake {
    /// Whether whoever makes it must hold the secret. An empty secret, or the public key in its place, anybody can use.
    pub const fn proves_secret(&self) -> bool {
        self.proves_secret
    }

    /// Whether its ways change the secret.
    pub(super) const fn changes_secret(&self) -> bool {
        matches!(self.changes, Changes::Secret)
    }

    /// What one way costs before it is tried, in bytes.
    pub(super) fn work(&self, scene: &Scene<'_>) -> usize {
        match self.changes {
            Changes::Body => scene.short_body().map_or(0, |body| 2 * body.len()),
            Changes::Texts | Changes::Secret => 0,
        }
    }

    /// Tried in pairs too.
    const fn common(self) -> Self {
        Self {
            is_common: true,
            ..self
        }
    }

    /// Made by whoever knows the public key, too.
    const fn of_anybody(self) -> Self {
        Self {
            proves_secret: false,
            ..self
        }
    }
}

const fn row(name: &'static str, ways: usize, make: Make, sentence: &'static str) -> Mistake {
    Mistake {
        name,
        sentence,
        ways,
        make,
        changes: Changes::Texts,
        is_common: false,
        proves_secret: true,
    }
}

/// A row of a mistake with what stands for the body.
const fn body(name: &'static str, ways: usize, make: Make, sentence: &'static str) -> Mistake {
    Mistake {
        changes: Changes::Body,
        ..row(name, ways, make, sentence)
    }
}

/// A row of a mistake with the secret.
const fn secret(name: &'static str, ways: usize, make: Make, sentence: &'static str) -> Mistake {
    Mistake {
        changes: Changes::Secret,
        ..row(name, ways, make, sentence)
    }
}

/// All mistakes that are known.
#[rustfmt::skip]
pub static TABLE: &[Mistake] = &[
    // The commonest first: with most clients the search ends here.
    row("path.no_trailing_slash", 1, path::no_trailing_slash,
        "The path was signed without the `/` at its end: end the canonical path with `/`, also where the URL has none.").common(),
    secret("secret.trailing_newline", 3, secret::trailing_newline,
        "The secret was used with a line end after it: strip what is read from a file or a variable.").common(),
    secret("secret.leading_newline", 2, secret::leading_newline,
        "The secret was used with a line end before it: strip what is read from a file or a variable."),
    secret("secret.byte_order_mark", 3, secret::byte_order_mark,
        "The secret was read from a file with a byte order mark at its start: save the file without it, or skip the mark."),
    secret("secret.surrounding_space", 6, secret::surrounding_space,
        "The secret was used with white space around it: strip it.").common(),
    secret("secret.quoted", 10, secret::quoted,
        "The secret was used with quotes or brackets around it: use only what is between them."),
    // Before the others of the body: with an empty one they would be taken for each other.
    body("body.unsigned_but_hashed", 1, body::unsigned_but_hashed,
        "`X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD` was sent, but the body's hash was signed: sign the text `UNSIGNED-PAYLOAD`, or do not send that header."),
    body("body.declared_but_unequal", 1, body::declared_but_unequal,
        "The hash that was signed is the body's, but `X-Sdk-Content-Sha256` says another: send the hash that is signed, in the same spelling."),
    body("body.empty_hash", 1, body::empty_hash,
        "The hash of an empty body was signed, but a body was sent: sign the SHA-256 of the bytes that are sent.").common(),
    body("body.empty_object_hash", 1, body::empty_object,
        "The hash of `{}` was signed, but another body (or none) was sent: an empty body is hashed as no bytes at all.").common(),
    body("body.unsigned_not_declared", 1, body::unsigned_not_declared,
        "`UNSIGNED-PAYLOAD` was signed in place of the body's hash, but not declared: send `X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD` too, or sign the hash."),
    body("body.trailing_newline", 4, body::trailing_newline,
        "The body that was signed and the one that was sent differ in white space at their ends, such as a line feed: sign the bytes that are sent."),
    body("body.json_spacing", 5, body::json_spacing,
        "The JSON that was signed has other white space than the JSON that was sent: write it once, and sign and send the same bytes.").common(),
    body("body.json_rewritten", 15, body::json_rewritten,
        "The JSON that was signed is the same as what was sent, but written otherwise (keys sorted, letters beyond ASCII escaped or not, Python's separators): write it once, and sign and send the same bytes."),
    body("body.line_ends", 3, body::line_ends,
        "The body that was signed has other line ends than the one that was sent: sign the bytes that are sent (with curl, use --data-binary)."),
    body("body.placeholder_hash", 5, body::placeholder,
        "The hash of a word such as `null` was signed in place of the body's: an empty body is hashed as no bytes at all."),
    row("host.port", 5, headers::host_port,
        "`Host` was signed with another port than it was sent with: sign it exactly as it is sent, with the port where the URL has one.").common(),
    row("host.forwarded", 4, headers::host_forwarded,
        "`Host` was changed by a proxy on the way: the value in its forwarding header was signed. Let the proxy pass `Host` on, or sign the gateway's own."),
    row("host.spelling", headers::HOST_SPELLINGS.len(), headers::host_spelling,
        "`Host` was signed in another spelling than it was sent: sign it exactly as it is sent, without scheme or slash."),
    row("host.local", 3, headers::host_local,
        "`Host` was signed with another name of this machine (localhost, 127.0.0.1) than it was sent with: sign it exactly as it is sent."),
    row("content_type.parameter", 5, headers::content_type_parameter,
        "`Content-Type` was signed with another parameter (such as `;charset=UTF-8`) than it was sent with: the HTTP library changed it. Set the whole value yourself.").common(),
    row("content_type.other", 8, headers::content_type_other,
        "Another `Content-Type` was signed than was sent: the HTTP library set its own. Set the header before signing, or do not sign it.").common(),

    row("query.plus_for_space", 3, query::plus_for_space,
        "A space in the query is `+` on one side and `%20` on the other: send and sign `%20`.").common(),
    row("path.not_encoded", 2, path::not_encoded,
        "The path was signed decoded: encode each segment, as RFC 3986 says.").common(),
    row("path.plus_for_space", 6, path::plus_for_space,
        "A space in the path is `+` on one side and `%20` on the other: send and sign `%20`, in a path `+` is a plus."),
    row("path.encoded_twice", 2, path::encoded_twice,
        "The path was encoded twice before signing: encode it once."),
    row("path.as_sent", 2, path::as_sent,
        "The path was signed as it is sent: decode it, encode each segment anew (only letters, digits and -._~ stay), and end it with `/`.").common(),
    row("path.escapes_lower_case", 2, path::escapes_lower_case,
        "Escapes were signed with lower-case digits (`%e6`): write them in upper case (`%E6`)."),
    row("path.leading_slash_dropped", 2, path::leading_slash_dropped,
        "The path was signed without the `/` at its start: begin it with `/`."),
    row("path.full_url", 12, path::full_url,
        "The whole URL was signed in place of the path: sign only the path, the query has a line of its own."),
    row("path.query_left_in", 8, path::query_left_in,
        "The query was left in the path: end the path before `?`; the query has a line of its own."),
    row("path.base_dropped", 12, path::base_dropped,
        "The first segments of the path were not signed: sign the whole path as it is in the URL, from its first `/` on."),
    row("path.end_dropped", 12, path::end_dropped,
        "The last segments of the path were not signed, such as the custom path after the API address: sign the whole path as it is in the URL."),
    row("path.only_slash", 2, path::only_slash,
        "`/` or nothing was signed as the path: sign the URL's path."),
    row("path.slashes_merged", 1, path::slashes_merged,
        "Two slashes in a row were signed as one: empty segments stay, or better, do not send them."),
    row("path.slash_doubled", 2, path::slash_doubled,
        "The path was signed with one slash too many: add `/` only where there is none."),
    row("path.slashes_encoded", 5, path::slashes_encoded,
        "The slashes of the path were encoded as `%2F`: encode each segment, not the slashes between them."),
    row("path.encoded_slash", 1, path::encoded_slash,
        "The path has `%2F`, and the gateway takes it otherwise than the signer (setting gateway.keep_encoded_slash): avoid `%2F` in paths."),
    row("path.lower_case", 1, path::lower_case,
        "The path was signed in lower case: sign it as it is sent, paths are case-sensitive."),
    row("encoding.marks_kept", 5, path::marks_kept,
        "Characters such as `!'()*` or `:@,` were not encoded: only letters, digits and -._~ stay; JavaScript's encodeURI and encodeURIComponent keep more."),
    row("encoding.tilde_encoded", 1, path::tilde_encoded,
        "`~` was encoded as `%7E`: it stays as it is."),

    row("query.not_encoded", 1, query::not_encoded,
        "The query was signed decoded: encode keys and values, as RFC 3986 says."),
    row("query.encoded_twice", 1, query::encoded_twice,
        "The query was encoded twice before signing: encode it once."),
    row("query.no_equals", 1, query::no_equals,
        "A key without a value was signed without `=`: sign it as `key=`."),
    row("query.empty_dropped", 1, query::empty_dropped,
        "Keys without a value were left out: sign them as `key=`."),
    row("query.missing", 1, query::missing,
        "The query was not signed: put it, sorted, into the third line.").common(),
    row("query.question_mark", 2, query::question_mark,
        "The query was signed with its `?`: leave it out."),
    row("query.slash_kept", 1, query::slash_kept,
        "`/` in the query was not encoded: write `%2F` (in Python, quote with safe='')."),
    row("query.repeated_key_once", 2, query::repeated_key_once,
        "A key that is in the query several times was signed once: sign each, sorted by value."),
    row("query.as_sent", 2, query::as_sent,
        "The query was signed as it is sent: decode and encode each key and value, and sort them.").common(),
    row("query.sorted_backwards", 2, query::sorted_backwards,
        "The query was sorted from z to a: sort by key, then value, upwards."),
    row("query.sorted_ignoring_case", 1, query::sorted_ignoring_case,
        "The query was sorted without regard to case: sort by bytes, capitals come first."),

    body("body.hash_upper_case", 1, body::upper_case,
        "The body's hash was signed in upper case: write it in lower-case hex."),
    body("body.hash_missing", 2, body::missing,
        "The canonical request has no hash of the body: its last line is the SHA-256 of the body, also of an empty one."),
    body("body.not_hashed", 1, body::not_hashed,
        "The body itself was signed: put its SHA-256 into the last line, in lower-case hex."),
    body("body.hash_base64", 1, body::hash_base64,
        "The body's hash was signed in base64: write it in lower-case hex."),
    body("body.hashed_twice", 1, body::hashed_twice,
        "The body's hash was hashed again: hash the body once."),

    row("headers.space_after_colon", 34, headers::values_untrimmed,
        "Header values were signed with white space around them: write `name:value`, trimmed.").common(),
    row("headers.names_not_lower_case", 3, headers::names_not_lower_case,
        "Header names were signed with capitals: write them in lower case."),
    row("signed_headers.not_lower_case", 2, headers::list_not_lower_case,
        "The list of signed headers was signed with capitals: write it in lower case."),
    row("headers.unsorted", 4, headers::unsorted,
        "The headers were not sorted by name: sort the lines and the list."),
    row("headers.no_empty_line", 1, headers::no_empty_line,
        "The empty line after the headers is missing: each header ends in a line feed, and one more follows.").common(),
    row("headers.extra_empty_line", 1, headers::extra_empty_line,
        "There is one empty line too many after the headers: exactly one follows them."),
    row("signed_headers.separator", 6, headers::separator,
        "The list of signed headers was signed with another separator than `;`, or with one at its end."),
    row("headers.repeated_joined", 4, headers::repeated_joined,
        "A header that was sent several times was signed as one line: sign a line for each value, sorted."),
    row("headers.spaces_collapsed", 1, headers::spaces_collapsed,
        "Runs of white space inside of a header's value were signed as one space: sign the value as it is sent, trimmed at its ends only."),
    row("headers.line_missing", 16, headers::line_missing,
        "A header that the list names has no line: sign name and value of every header in SignedHeaders."),
    row("headers.value_empty", 16, headers::value_empty,
        "A header was signed with an empty value, but sent with one: the library filled it in later. Set it before signing."),
    row("signed_headers.name_missing", 32, headers::name_missing,
        "SignedHeaders in the Authorization header names a header that the signed list has not: use one list for both."),
    row("signed_headers.not_listed", 24, headers::not_listed,
        "A header was signed that SignedHeaders does not name: use one list for both."),

    row("method.lower_case", 2, text::method_lower_case,
        "The method was signed in lower case: write it in capitals."),
    row("method.other", 8, text::method_other,
        "Another method was signed than was sent (a redirect changes it): sign the one that is sent."),
    row("method.missing", 1, text::method_missing,
        "The canonical request lacks its first line, the method: begin it with the method, in capitals."),
    row("date.format", 10, text::date_format,
        "The date in the string to sign is written otherwise: use the value of X-Sdk-Date as it is sent."),
    row("date.other_header", 3, text::date_header,
        "The date in the string to sign is that of another header: use the value of X-Sdk-Date."),
    row("date.taken_twice", 20, text::date_taken_twice,
        "The clock was read twice, and the date that was signed is not the one that was sent: read it once."),
    row("canonical.line_ends", 3, text::carriage_returns,
        "The lines were not ended with a line feed alone (`\\r\\n`, a literal `\\n`, or nothing): use the one character 0x0A.").common(),
    row("canonical.trailing_newline", 1, text::canonical_newline,
        "The canonical request ends in a line feed: its last line, the hash, has none.").common(),
    row("canonical.query_line_missing", 1, text::query_line_missing,
        "The line of the query was left out because it is empty: keep the empty line."),
    row("canonical.headers_missing", 2, text::headers_missing,
        "The canonical request has no headers: sign at least X-Sdk-Date, name and value."),
    row("canonical.list_missing", 2, text::list_missing,
        "The canonical request has no list of the signed headers: it is the line before the hash."),

    row("string_to_sign.no_algorithm", 1, text::no_algorithm,
        "The string to sign lacks its first line, `SDK-HMAC-SHA256`."),
    row("string_to_sign.other_algorithm", 8, text::other_algorithm,
        "The string to sign names another algorithm in its first line: write `SDK-HMAC-SHA256`."),
    row("string_to_sign.no_date", 1, text::no_date,
        "The string to sign lacks its second line, the value of X-Sdk-Date."),
    row("string_to_sign.scope_line", 20, text::scope_line,
        "The string to sign has a fourth line, a scope of date, region and service as other clouds have it: sign the three lines algorithm, date, hash."),
    row("string_to_sign.lines_swapped", 1, text::lines_swapped,
        "The string to sign has date and algorithm in the wrong order: the algorithm is first."),
    row("string_to_sign.not_hashed", 1, text::not_hashed,
        "The string to sign has the canonical request itself: put its SHA-256 there, in lower-case hex."),
    row("string_to_sign.skipped", 2, text::skipped,
        "The canonical request (or its hash) was signed directly: sign the three lines algorithm, date, hash."),
    row("string_to_sign.hash_form", 2, text::hash_form,
        "The canonical request's hash was written in upper case or in base64: write it in lower-case hex."),
    row("string_to_sign.trailing_newline", 1, text::string_newline,
        "The string to sign ends in a line feed: its last line, the hash, has none.").common(),

    secret("secret.base64", 5, secret::base64_mixed_up,
        "The secret was decoded from or encoded to base64: use its characters as they are."),
    secret("secret.hex", 2, secret::hex_mixed_up,
        "The secret was decoded from or encoded to hex: use its characters as they are."),
    secret("secret.is_access_key", 1, secret::is_access,
        "The access key (or AppKey) was used as the secret: use the secret that belongs to it.").of_anybody(),
    secret("secret.empty", 4, secret::empty,
        "The secret was empty or a word such as `null`: the variable or the setting that holds it was not read.").of_anybody(),
    secret("secret.letter_case", 2, secret::letter_case,
        "The secret was used in other letter case: it is case-sensitive."),
    secret("secret.prefixed", 6, secret::prefixed,
        "Something was put before or after the secret (such as `AWS4`, `&`, `,` or `;`): use it as it is."),
    secret("secret.derived_key", 9, secret::derived_key,
        "A key derived for the day was used, as other clouds do: use the secret itself as the key of the HMAC."),
    secret("secret.character_lost", 2, secret::character_lost,
        "The secret lacks its first or last character: copy it whole."),
    secret("secret.percent_encoded", 2, secret::percent_encoded,
        "The secret was percent-encoded or decoded: use its characters as they are."),
    secret("secret.twice", 1, secret::twice,
        "The secret was pasted twice: use it once."),
    secret("secret.hashed", 2, secret::hashed,
        "The secret was hashed before use: use its characters as they are."),
    row("hmac.swapped", 1, text::mac_swapped,
        "Key and text of the HMAC were swapped: the secret is the key, the string to sign the text."),
    row("hmac.plain_hash", 2, text::mac_plain,
        "SHA-256 over secret and text was used in place of HMAC-SHA256."),
];
