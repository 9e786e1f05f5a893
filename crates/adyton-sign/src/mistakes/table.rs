//! The table of mistakes: the one list, in the order in which they are tried. Adding one is adding a row (of [`mod@body`] or
//! [`mod@secret`] where it changes those, else a plain one), and a seed in
//! `tests/it/mistakes.rs`, without which the tests fail.

use adyton_core::mistake::SigningMistake;

use super::recipe::{AutopsyInput, Recipe};
use super::{body, headers, path, query, secret, text};

/// Changes a recipe the way `way` of a mistake; `false` when that changes nothing here, so that nothing is tried.
type Make = for<'a> fn(&AutopsyInput<'_>, &mut Recipe<'a>, usize) -> bool;

/// One thing that clients do wrong.
pub struct Mistake {
    /// Which one it is: its name, and its sentence for people.
    pub what: SigningMistake,
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
        f.write_str(self.what.name())
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

    /// Whether whoever makes it signs with another secret. One who derives a key from the right one does not.
    pub(super) const fn is_wrong_secret(&self) -> bool {
        self.changes_secret() && !matches!(self.what, SigningMistake::SecretDerivedKey)
    }

    /// What one way costs before it is tried, in bytes.
    pub(super) fn work(&self, scene: &AutopsyInput<'_>) -> usize {
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

const fn row(what: SigningMistake, ways: usize, make: Make) -> Mistake {
    Mistake {
        what,
        ways,
        make,
        changes: Changes::Texts,
        is_common: false,
        proves_secret: true,
    }
}

/// A row of a mistake with what stands for the body.
const fn body(what: SigningMistake, ways: usize, make: Make) -> Mistake {
    Mistake {
        changes: Changes::Body,
        ..row(what, ways, make)
    }
}

/// A row of a mistake with the secret.
const fn secret(what: SigningMistake, ways: usize, make: Make) -> Mistake {
    Mistake {
        changes: Changes::Secret,
        ..row(what, ways, make)
    }
}

/// All mistakes that are known.
#[rustfmt::skip]
pub static TABLE: &[Mistake] = &[
    // The commonest first: with most clients the search ends here.
    row(SigningMistake::PathNoTrailingSlash, 1, path::no_trailing_slash).common(),
    secret(SigningMistake::SecretTrailingNewline, secret::LINE_ENDS.len(), secret::trailing_newline).common(),
    secret(SigningMistake::SecretLeadingNewline, secret::LINE_ENDS_BEFORE.len(), secret::leading_newline),
    secret(SigningMistake::SecretByteOrderMark, secret::AFTER_MARKED.len(), secret::byte_order_mark),
    secret(SigningMistake::SecretSurroundingSpace, 6, secret::surrounding_space).common(),
    secret(SigningMistake::SecretQuoted, secret::QUOTES.len(), secret::quoted),
    // Before the others of the body: with an empty one they would be taken for each other.
    body(SigningMistake::BodyUnsignedButHashed, 1, body::unsigned_but_hashed),
    body(SigningMistake::BodyDeclaredButUnequal, 1, body::declared_but_unequal),
    body(SigningMistake::BodyEmptyHash, 1, body::empty_hash).common(),
    body(SigningMistake::BodyEmptyObjectHash, 1, body::empty_object).common(),
    body(SigningMistake::BodyUnsignedNotDeclared, 1, body::unsigned_not_declared),
    body(SigningMistake::BodyTrailingNewline, 4, body::trailing_newline),
    body(SigningMistake::BodyJsonSpacing, 5, body::json_spacing).common(),
    body(SigningMistake::BodyJsonRewritten, 15, body::json_rewritten),
    body(SigningMistake::BodyLineEnds, 3, body::line_ends),
    body(SigningMistake::BodyPlaceholderHash, body::PLACEHOLDERS.len(), body::placeholder),
    row(SigningMistake::HostPort, 1 + headers::PORTS.len(), headers::host_port).common(),
    row(SigningMistake::HostForwarded, headers::FORWARDED_HOSTS.len(), headers::host_forwarded),
    row(SigningMistake::HostSpelling, headers::HOST_SPELLINGS.len(), headers::host_spelling),
    row(SigningMistake::HostLocal, 3, headers::host_local),
    row(SigningMistake::ContentTypeParameter, 1 + headers::PARAMETERS.len(), headers::content_type_parameter).common(),
    row(SigningMistake::ContentTypeOther, headers::CONTENT_TYPES.len(), headers::content_type_other).common(),

    row(SigningMistake::QueryPlusForSpace, 3, query::plus_for_space).common(),
    row(SigningMistake::PathNotEncoded, 2, path::not_encoded).common(),
    row(SigningMistake::PathPlusForSpace, 6, path::plus_for_space),
    row(SigningMistake::PathEncodedTwice, 2, path::encoded_twice),
    row(SigningMistake::PathAsSent, 2, path::as_sent).common(),
    row(SigningMistake::PathEscapesLowerCase, 2, path::escapes_lower_case),
    row(SigningMistake::PathLeadingSlashDropped, 2, path::leading_slash_dropped),
    row(SigningMistake::PathFullUrl, 12, path::full_url),
    row(SigningMistake::PathQueryLeftIn, 8, path::query_left_in),
    row(SigningMistake::PathQueryEncoded, 4, path::query_encoded),
    row(SigningMistake::PathBaseDropped, 12, path::base_dropped),
    row(SigningMistake::PathEndDropped, 12, path::end_dropped),
    row(SigningMistake::PathOnlySlash, 2, path::only_slash),
    row(SigningMistake::PathSlashesMerged, 1, path::slashes_merged),
    row(SigningMistake::PathSlashDoubled, 2, path::slash_doubled),
    row(SigningMistake::PathSlashesEncoded, 5, path::slashes_encoded),
    row(SigningMistake::PathEncodedSlash, 1, path::encoded_slash),
    row(SigningMistake::PathLowerCase, 1, path::lower_case),
    row(SigningMistake::EncodingMarksKept, 5, path::marks_kept),
    row(SigningMistake::EncodingTildeEncoded, 1, path::tilde_encoded),

    row(SigningMistake::QueryNotEncoded, 1, query::not_encoded),
    row(SigningMistake::QueryEncodedTwice, 1, query::encoded_twice),
    row(SigningMistake::QueryNoEquals, 1, query::no_equals),
    row(SigningMistake::QueryEmptyDropped, 1, query::empty_dropped),
    row(SigningMistake::QueryMissing, 1, query::missing).common(),
    row(SigningMistake::QueryQuestionMark, 2, query::question_mark),
    row(SigningMistake::QuerySlashKept, 1, query::slash_kept),
    row(SigningMistake::QueryRepeatedKeyOnce, 2, query::repeated_key_once),
    row(SigningMistake::QueryAsSent, 2, query::as_sent).common(),
    row(SigningMistake::QuerySortedBackwards, 2, query::sorted_backwards),
    row(SigningMistake::QuerySortedIgnoringCase, 1, query::sorted_ignoring_case),

    body(SigningMistake::BodyHashUpperCase, 1, body::upper_case),
    body(SigningMistake::BodyHashMissing, 2, body::missing),
    body(SigningMistake::BodyNotHashed, 1, body::not_hashed),
    body(SigningMistake::BodyHashBase64, 1, body::hash_base64),
    body(SigningMistake::BodyHashedTwice, 1, body::hashed_twice),

    row(SigningMistake::HeadersSpaceAfterColon, 34, headers::values_untrimmed).common(),
    row(SigningMistake::HeadersNamesNotLowerCase, 3, headers::names_not_lower_case),
    row(SigningMistake::SignedHeadersNotLowerCase, 2, headers::list_not_lower_case),
    row(SigningMistake::HeadersUnsorted, 4, headers::unsorted),
    row(SigningMistake::HeadersNoEmptyLine, 1, headers::no_empty_line).common(),
    row(SigningMistake::HeadersExtraEmptyLine, 1, headers::extra_empty_line),
    row(SigningMistake::SignedHeadersSeparator, 6, headers::separator),
    row(SigningMistake::HeadersRepeatedJoined, 4, headers::repeated_joined),
    row(SigningMistake::HeadersSpacesCollapsed, 1, headers::spaces_collapsed),
    row(SigningMistake::HeadersLineMissing, 16, headers::line_missing),
    row(SigningMistake::HeadersValueEmpty, 16, headers::value_empty),
    row(SigningMistake::SignedHeadersNameMissing, 32, headers::name_missing),
    row(SigningMistake::SignedHeadersNotListed, 2 * headers::LIKELY.len(), headers::not_listed),

    row(SigningMistake::MethodLowerCase, 2, text::method_lower_case),
    row(SigningMistake::MethodOther, text::OTHER_METHODS, text::method_other),
    row(SigningMistake::MethodMissing, 1, text::method_missing),
    row(SigningMistake::DateFormat, 10, text::date_format),
    row(SigningMistake::DateOtherHeader, text::DATE_HEADERS.len(), text::date_header),
    row(SigningMistake::DateTakenTwice, text::OTHER_DATES, text::date_taken_twice),
    row(SigningMistake::CanonicalLineEnds, 3, text::carriage_returns).common(),
    row(SigningMistake::CanonicalTrailingNewline, 1, text::canonical_newline).common(),
    row(SigningMistake::CanonicalQueryLineMissing, 1, text::query_line_missing),
    row(SigningMistake::CanonicalHeadersMissing, 2, text::headers_missing),
    row(SigningMistake::CanonicalListMissing, 2, text::list_missing),

    row(SigningMistake::StringToSignNoAlgorithm, 1, text::no_algorithm),
    row(SigningMistake::StringToSignOtherAlgorithm, text::ALGORITHMS.len(), text::other_algorithm),
    row(SigningMistake::StringToSignNoDate, 1, text::no_date),
    row(SigningMistake::StringToSignScopeLine, 2 * text::SCOPES.len(), text::scope_line),
    row(SigningMistake::StringToSignLinesSwapped, 1, text::lines_swapped),
    row(SigningMistake::StringToSignNotHashed, 1, text::not_hashed),
    row(SigningMistake::StringToSignSkipped, 2, text::skipped),
    row(SigningMistake::StringToSignHashForm, 2, text::hash_form),
    row(SigningMistake::StringToSignTrailingNewline, 1, text::string_newline).common(),

    secret(SigningMistake::SecretBase64, 5, secret::base64_mixed_up),
    secret(SigningMistake::SecretHex, 2, secret::hex_mixed_up),
    secret(SigningMistake::SecretIsAccessKey, 1, secret::is_access).of_anybody(),
    secret(SigningMistake::SecretEmpty, secret::EMPTY_SECRETS.len(), secret::empty).of_anybody(),
    secret(SigningMistake::SecretLetterCase, 2, secret::letter_case),
    secret(SigningMistake::SecretPrefixed, 10, secret::prefixed),
    secret(SigningMistake::SecretDerivedKey, secret::DERIVED_KEYS, secret::derived_key),
    secret(SigningMistake::SecretCharacterLost, 1 + secret::CHARACTERS, secret::character_lost),
    secret(SigningMistake::SecretPercentEncoded, 2, secret::percent_encoded),
    secret(SigningMistake::SecretTwice, 1, secret::twice),
    secret(SigningMistake::SecretHashed, 2, secret::hashed),
    row(SigningMistake::HmacSwapped, 1, text::mac_swapped),
    row(SigningMistake::HmacPlainHash, 2, text::mac_plain),
];
