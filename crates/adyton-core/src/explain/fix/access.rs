//! What to do about a caller who may not call.

use crate::catalogue::Reason;
use crate::explain::Asked;
use crate::holder::Holder;
use crate::id::ProjectId;
use crate::language::{message, phrase};
use crate::requested::Requested;

/// Who may give the caller what they lack, and with which command.
pub(super) fn access(
    asked: &Asked<'_>,
    reason: Reason,
    caller: &str,
    target: Option<ProjectId>,
    action: &Requested,
) -> Vec<String> {
    let language = asked.language;
    let target = target.or(asked.record.project);
    let place = target.map_or_else(
        || phrase!(language, "that project", "该项目").to_owned(),
        |id| message!(language, "project {}", "项目 {} ", asked.project_name(id)),
    );
    let seen = asked.record.caller.as_ref().map(|seen| seen.name.as_str());
    let seen = seen.filter(|name| !name.is_empty()).map(str::to_owned);
    // A signature over a body is not proven yet when it is judged, so that no caller is recorded.
    let caller = seen
        .or_else(|| claimed(asked))
        .unwrap_or_else(|| caller.to_owned());
    if reason == Reason::AppNotAuthorised {
        return vec![message!(
            language,
            "Authorise it: `adyton app authorize {} {}`.",
            "为它授权：`adyton app authorize {} {}`。",
            caller,
            asked.api_name()
        )];
    }
    if reason == Reason::IamOtherProject {
        return vec![message!(
            language,
            "Call with a token scoped to {}, or with the access key of a user who has a role there.",
            "使用限定到{}的令牌调用，或使用在该项目中有角色的用户的访问密钥。",
            place
        )];
    }
    let project = target.map_or_else(|| "PROJECT".to_owned(), |id| id.to_string());
    vec![message!(
        language,
        "Let an administrator give {} a role in {} that permits {}: `adyton role grant USER ROLE --project {}`; the \
         role `caller` is enough for predictions, `operator` for deploying.",
        "请管理员授予 {} 在{}中允许 {} 的角色：`adyton role grant USER ROLE --project {}`；预测只需 `caller` 角色，部署需要 \
         `operator` 角色。",
        caller,
        place,
        action.words_in(language),
        project
    )]
}

/// Who claimed to call, as commands name them: by name, where the reader may know it.
fn claimed(asked: &Asked<'_>) -> Option<String> {
    let holder = asked.record.evidence.holder()?;
    let name = match holder {
        Holder::App(id) => {
            let app = asked
                .live
                .app(id)
                .filter(|app| asked.reader.sees(asked.live, app.project));
            app.map(|app| app.name.clone())
        }
        Holder::User(id) => {
            // The evidence says their name to whoever may read it.
            asked.live.user(id).map(|user| user.name.clone())
        }
    };
    Some(name.unwrap_or_else(|| holder.id()))
}
