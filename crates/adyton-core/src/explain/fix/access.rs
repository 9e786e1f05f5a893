//! What to do about a caller who may not call.

use crate::advice::{is_plain, plain_or_id};
use crate::catalogue::Reason;
use crate::explain::Asked;
use crate::holder::Holder;
use crate::id::ProjectId;
use crate::language::{message, phrase};
use crate::requested::Requested;
use crate::tenant::Role;

/// Who may give the caller what they lack, and with which command.
pub(super) fn access(
    asked: &Asked<'_>,
    reason: Reason,
    caller: &str,
    (of, target): (Option<ProjectId>, Option<ProjectId>),
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
    let named = asked.record.caller.as_ref().map(|seen| seen.id.clone());
    let named = named.or_else(|| asked.record.evidence.holder().map(Holder::id));
    // What a shell would read otherwise is named by its id.
    let in_command = named.map_or_else(|| caller.clone(), |id| plain_or_id(&caller, id));
    if reason == Reason::AppNotAuthorised {
        return vec![message!(
            language,
            "Authorise it: `adyton app authorize {} {}`.",
            "为它授权：`adyton app authorize {} {}`。",
            in_command,
            asked.api_name()
        )];
    }
    let project = target.map_or_else(
        || "PROJECT".to_owned(),
        |id| asked.project_in_commands(id).unwrap_or_else(|| id.to_string()),
    );
    let user = if is_plain(&in_command) {
        in_command.as_str()
    } else {
        "USER"
    };
    let role = role_for(action);
    // An access key is of no project: its user lacks a role, and no other sign-in helps.
    if reason == Reason::IamOtherProject && of.is_some() {
        return vec![message!(
            language,
            "Call with credentials for {0}: sign in for it with `adyton login --user {1} --project {2}`, or ask for a token with \
             its id in `scope`. If you have no role there yet, ask an administrator: `adyton role grant {1} {3} --project {2}`.",
            "使用适用于{0}的凭证调用：用 `adyton login --user {1} --project {2}` 登录该项目，或在获取令牌时将其 ID 填入 `scope`。\
             在该项目中还没有角色时，请管理员授予：`adyton role grant {1} {3} --project {2}`。",
            place.trim_end(),
            user,
            project,
            role
        )];
    }
    vec![message!(
        language,
        "Ask an administrator to grant {0} the role `{1}` in {2}, which permits {3}: `adyton role grant {4} {1} --project {5}`. It takes effect immediately, also for tokens issued before.",
        "请管理员授予 {0} 在{2}中的角色 `{1}`，它允许 {3}：`adyton role grant {4} {1} --project {5}`。授予后立即生效，对已签发的令牌也有效。",
        caller,
        role,
        place.trim_end(),
        action.words_in(language),
        user,
        project
    )]
}

/// The least role that permits what was asked for.
pub(in crate::explain) fn role_for(action: &Requested) -> &'static str {
    match action {
        Requested::Action(name) => Role::least_for(name).name(),
        Requested::InDomain(..) => Role::Administrator.name(),
        Requested::Call(_) => Role::Caller.name(),
    }
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
