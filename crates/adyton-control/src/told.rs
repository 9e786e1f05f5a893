//! What an explanation says of a failure in another language than the answer, which is English: each failure has its words in both,
//! here and in its `Display`. What a library says of a text that it cannot read is quoted as it is.

use adyton_core::language::Language;
use adyton_core::quota::Quota;
use adyton_core::shown::quoted;

use crate::failure::{Failure, Thing};

/// How much of a text is repeated, in characters.
const QUOTED: usize = 64;

impl Failure {
    /// What happened, in a language.
    pub(crate) fn told_in(&self, language: Language) -> String {
        match language {
            Language::English => self.to_string(),
            Language::Chinese => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        let words = |text: &str| text.to_owned();
        match self {
            Failure::Malformed(problem) => format!("请求无法解析：{}", problem.chinese),
            Failure::Invalid { field, problem } => format!("字段 `{field}` 不正确：{}", problem.chinese),
            Failure::Query { field, problem } => format!("查询参数 `{field}` 不正确：{}", problem.chinese),
            Failure::Missing { thing, id } => format!("{} {id} 不存在", named(*thing)),
            Failure::Taken { thing, name } => format!("{} {name} 已存在", named(*thing)),
            Failure::Forbidden { action } => format!("调用方的角色都不允许 {action}"),
            Failure::NoRoleInScope { scope } => format!("用户在 {scope} 中没有角色，或其不存在"),
            Failure::NoSuchAddress(sent) => sent.told_in(Language::Chinese),
            Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal) => {
                words(refusal.reason.cause_in(Language::Chinese))
            }
            Failure::WrongMethod { sent, allowed } => format!("该地址支持 {allowed}；实际发送的是 {sent}"),
            Failure::OtherProject => words("凭证不适用于路径中的项目"),
            Failure::NoProject => words("令牌的作用域不是项目"),
            Failure::Quota {
                quota,
                most,
                used,
                more,
            } => format!(
                "{}，再增加 {more} 将超过配额 {most}（`{}`）；请删除不再需要的，或请管理员提高配额",
                counted(*quota, *used),
                quota.name()
            ),
            Failure::NotPublished { model, status } => {
                format!("模型 {model} 的状态为 {status}；只能部署状态为 published 的模型")
            }
            Failure::Repeated { model } => format!("模型 {model} 出现了两次"),
            Failure::ModelInUse { service } => {
                format!("服务 {service} 正在使用该模型；请先删除服务，或从服务中移除该模型")
            }
            Failure::ModelNotInService { model } => format!("模型 {model} 不属于该服务"),
            Failure::StateForbids { status } => format!("服务的状态为 {status}；请在其完成后重试"),
            Failure::BadConfig(problem) => format!("`config.json` 不正确：{}", problem.chinese),
            Failure::BadPackage(problem) => format!("模型包无法使用：{}", problem.chinese),
            Failure::AlreadyAuthorised => words("应用已获该 API 的授权"),
            Failure::WrongPassword => words("用户名或密码错误"),
            Failure::Locked { .. } => words("用户已锁定"),
            Failure::TooManySignIns { .. } => words("来自该来源的登录过多"),
            Failure::SignInsFull { .. } => words("正在进行的登录过多"),
            Failure::Host { host } => unknown_host(&quoted(host, QUOTED)),
            Failure::Origin { sent } => other_origin(&quoted(sent, QUOTED)),
            Failure::ConsoleHeader => {
                words("使用控制台的 Cookie 时请同时发送请求头 `X-Adyton-Console: 1`，或改用令牌")
            }
            Failure::SignInLink => words("登录链接已使用、已过期或不完整；请用 `adyton console` 重新获取"),
            Failure::MediaType => words("请发送请求头 `Content-Type: application/json`"),
            Failure::Metrics { .. } => words("指标只对管理员、审计员或配置中允许的来源开放"),
            Failure::TooLarge { limit } => format!("请求体超过 {limit} 字节"),
            Failure::Busy { what, .. } => format!("同类请求过多（{what}）；请几秒后重试"),
            Failure::AskedInVain { .. } => words(ASKED_IN_VAIN),
            Failure::LeftOut {
                id,
                source_shown,
                limit,
                setting,
                ..
            } => format!(
                "请求 {id} 的记录没有保留：{source_shown} 在那一秒内被拒绝的请求超过 {limit} 个（{setting}）"
            ),
            Failure::NoSpace(problem) => format!("磁盘空间不足：{}", problem.chinese),
            Failure::Storage(problem) => format!("数据库出错：{}", problem.chinese),
            Failure::UnprovenUpload(problem) => format!("上传的请求尚未通过身份验证：{}", problem.chinese),
            Failure::UploadQuota(problem) => format!("项目保留的上传文件已达上限：{}", problem.chinese),
            Failure::Defect(_) => words("Adyton 内部错误"),
        }
    }
}

const ASKED_IN_VAIN: &str = "来自该来源或调用方的请求中，被拒绝的或 ID 不属于其本人的过多";

fn unknown_host(host: &str) -> String {
    format!("本服务器没有主机名 `{host}`；请使用 IP 地址，或请管理员将该名称加入 control.hosts")
}

fn other_origin(sent: &str) -> String {
    format!("{sent} 不是本服务器的来源；如果前面的代理修改了 Host，请设置 control.public_url")
}

const fn named(thing: Thing) -> &'static str {
    match thing {
        Thing::Model => "模型",
        Thing::Service => "服务",
        Thing::App => "应用",
        Thing::AppCode => "AppCode",
        Thing::Api => "API",
        Thing::Environment => "环境",
        Thing::Authorisation => "授权",
        Thing::Instance => "实例",
        Thing::User => "用户",
        Thing::Credential => "访问密钥",
        Thing::Project => "项目",
        Thing::Domain => "账号",
        Thing::Request => "请求",
        Thing::Role => "角色",
        Thing::Code => "错误码",
        Thing::File => "文件",
    }
}

fn counted(quota: Quota, used: u64) -> String {
    let (whose, what) = match quota {
        Quota::Services => ("项目", "个服务"),
        Quota::Instances => ("项目", "个实例"),
        Quota::Models => ("项目", "个模型版本"),
        Quota::PackageBytes => ("项目", "字节的模型包"),
        Quota::Apps => ("项目", "个应用"),
        Quota::AppCodes => ("应用", "个 AppCode"),
        Quota::AccessKeys => ("用户", "个访问密钥"),
    };
    format!("{whose}已有 {used} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_in_both_languages_with_what_was_found() {
        let failure = Failure::missing(Thing::App, "a1");
        assert_eq!(failure.told_in(Language::English), "App a1 does not exist");
        assert_eq!(failure.told_in(Language::Chinese), "应用 a1 不存在");
        let quota = Failure::Quota {
            quota: Quota::Apps,
            most: 5,
            used: 5,
            more: 1,
        };
        let told = quota.told_in(Language::Chinese);
        assert!(told.starts_with("项目已有 5 个应用，再增加 1 "), "{told}");
    }
}
