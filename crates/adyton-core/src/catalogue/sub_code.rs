//! A sub-code: a cause as one surface shows it, in `X-Adyton-Reason` and in the error pages.
//!
//! What must hold: a sub-code that clients have seen stays, with its code. One may stand for several causes where a surface
//! says less than it knows.

use std::fmt;

use super::code::Code;
use super::entry::Retry;
use super::reason::Reason;
use super::surface::Surface;
use crate::language::{Language, phrase};
use crate::step::Step;

/// What a surface shows of a cause.
#[derive(Clone, Copy, Debug)]
pub struct SubCode {
    name: &'static str,
    code: Code,
    reason: Reason,
}

/// The causes of sub-codes that stand for several reasons, where none of these alone says it.
const CAUSES: [(&str, &str, &str); 18] = [
    (
        "manage.app_credentials",
        "an app's key pair was sent to the management APIs, and does not match",
        "向管理 API 发送了应用的密钥对，且不匹配",
    ),
    (
        "manage.key_unknown",
        "no access key has this id, or it is an AppKey, which the management APIs do not accept",
        "没有该 ID 的访问密钥，或它是管理 API 不接受的 AppKey",
    ),
    (
        "manage.other_project",
        "the credentials belong to another project than the path",
        "凭证所属的项目与路径中的不同",
    ),
    (
        "manage.no_such_address",
        "no management API has this address, or nothing has this id",
        "没有该地址的管理 API，或没有该 ID 的对象",
    ),
    (
        "manage.bad_request",
        "the request cannot be read, or a part of it is wrong",
        "请求无法解析，或有部分不正确",
    ),
    (
        "modelarts.invalid_argument",
        "a field of the request is wrong",
        "请求中有字段不正确",
    ),
    (
        "modelarts.service_exists",
        "the name already exists",
        "名称已存在",
    ),
    (
        "apig.invalid_parameter",
        "a field or a query parameter of the request is wrong",
        "请求中有字段或查询参数不正确",
    ),
    (
        "apig.no_such_api",
        "no API of the project has this id",
        "项目中没有该 ID 的 API",
    ),
    (
        "apig.app_exists",
        "the name or AppKey already exists",
        "名称或 AppKey 已存在",
    ),
    (
        "iam.signature_invalid",
        "the signature of the call was not accepted",
        "请求的签名没有通过验证",
    ),
    ("iam.conflict", "the name already exists", "名称已存在"),
    (
        "iam.forbidden",
        "no role of the user permits the action, or the credentials are for another project",
        "用户的角色都不允许该操作，或凭证属于其他项目",
    ),
    (
        "iam.not_found",
        "nothing has this id, or IAM has no such address",
        "没有该 ID 的对象，或 IAM 没有该地址",
    ),
    (
        "iam.token_malformed",
        "`X-Auth-Token` does not have the form of a token, or was sent more than once",
        "`X-Auth-Token` 不是令牌的形式，或发送了多次",
    ),
    (
        "manage.token_malformed",
        "`X-Auth-Token` does not have the form of a token, or was sent more than once",
        "`X-Auth-Token` 不是令牌的形式，或发送了多次",
    ),
    (
        "manage.signature_malformed",
        "the `Authorization` header cannot be read, or was sent more than once",
        "`Authorization` 请求头无法解析，或发送了多次",
    ),
    (
        "iam.malformed",
        "the request body is not what the address expects",
        "请求体不符合该地址的要求",
    ),
];

impl SubCode {
    pub(super) const fn new(name: &'static str, code: Code, reason: Reason) -> Self {
        Self { name, code, reason }
    }

    /// As `X-Adyton-Reason` shows it.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The code that the outside sees.
    pub const fn code(self) -> Code {
        self.code
    }

    /// The cause; of several that have this sub-code, the first.
    pub const fn reason(self) -> Reason {
        self.reason
    }

    /// The cause, as a clause, in English.
    pub fn cause(self) -> &'static str {
        self.cause_in(Language::English)
    }

    /// The cause, as a clause for people.
    pub fn cause_in(self, language: Language) -> &'static str {
        let own = CAUSES.iter().find(|(name, ..)| *name == self.name);
        own.map_or_else(
            || self.reason.cause_in(language),
            |(_, english, chinese)| phrase!(language, english, chinese),
        )
    }

    /// Where it is decided: a step of the pipeline, or the management APIs.
    pub const fn step(self) -> Step {
        match self.code.entry().surface {
            Surface::Gateway => self.reason.step(),
            Surface::ModelArts | Surface::Apig | Surface::Adyton | Surface::Iam => Step::Manage,
        }
    }

    /// Whether sending the same request again can help.
    pub const fn retry(self) -> Retry {
        match self.reason.exception() {
            Some(retry) => retry,
            None => self.code.entry().retry,
        }
    }
}

/// Equal by name: which of its causes it was made of makes no difference to the outside.
impl PartialEq for SubCode {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for SubCode {}

impl fmt::Display for SubCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Where the first cause says what all of them have in common.
    const FIRST_SAYS_IT: [&str; 3] = [
        "iam.credentials_not_accepted",
        "manage.credentials_not_accepted",
        "modelarts.no_such_service",
    ];

    #[test]
    fn a_sub_code_of_several_causes_has_words_that_fit_all_of_them() {
        let mut causes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for reason in Reason::ALL {
            for surface in Surface::ALL {
                let shown = reason.at(surface);
                causes
                    .entry(shown.name())
                    .or_default()
                    .insert(shown.reason().cause());
            }
        }
        for (name, causes) in causes {
            let has_words = CAUSES.iter().any(|(own, ..)| *own == name) || FIRST_SAYS_IT.contains(&name);
            assert!(causes.len() == 1 || has_words, "{name}: {causes:?}");
        }
    }

    #[test]
    fn a_cause_of_its_own_is_for_a_sub_code_that_exists() {
        for (name, english, chinese) in CAUSES {
            let shown = SubCode::parse(name).expect(name);
            for (language, cause) in [(Language::English, english), (Language::Chinese, chinese)] {
                assert_eq!(shown.cause_in(language), cause);
            }
            assert_ne!(
                shown.reason().cause(),
                english,
                "{name}: the reason says the same"
            );
        }
    }
}
