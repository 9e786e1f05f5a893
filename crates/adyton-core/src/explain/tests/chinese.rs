//! Explanations in Chinese: the same as in English, in its words and in its width.

use std::time::Duration;

use expect_test::expect;

use super::*;
use crate::columns::{columns, is_han};
use crate::explain::explain_in;
use crate::language::Language;

fn chinese(record: &Record) -> Explanation {
    explain_in(record, &live(), Reader::Project(MINE), None, Language::Chinese)
}

fn text(record: &Record) -> String {
    chinese(record).to_text_in(80, false, Language::Chinese)
}

#[test]
fn an_expired_token() {
    let record = Record {
        caller: Some(admin()),
        ..refused(
            Reason::TokenExpired,
            Evidence::Token {
                key_id: Some("3".into()),
                length: 240,
                issued_at: Some(at().before(Duration::from_secs(27 * 3600))),
                expires_at: Some(at().before(Duration::from_secs(3 * 3600))),
                server_time: at(),
                facts: Vec::new(),
                note: String::new(),
                holder: None,
            },
        )
    };
    expect![[r#"
        401  APIG.0301  token.expired
        在 authenticate 步骤被拒绝：令牌已过期。

          请求        POST
                      /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          目标        models.example:8080，来自 10.0.0.7
          时间        2026-01-15T08:15:30.123456Z
          请求 ID     019bc0b9554b0000010000000000002a
          调用方      admin，使用令牌
          耗时        42 µs
          步骤        route ✓  admit ✓  authenticate ✗  authorise ·  throttle ·  limit ·
                      dispatch ·
          责任方      调用方
          重试        否：请先修改请求

        对比
          过期时间
            期望        晚于 2026-01-15T08:15:30.123456Z（服务器时间）
            实际        2026-01-15T05:15:30.123456Z，3 小时 0 分前
          签发时间
            期望        不晚于 2026-01-15T08:15:30.123456Z（服务器时间）
            实际        2026-01-14T05:15:30.123456Z，27 小时 0 分前

        处理方法
          1. 重新获取：`adyton login` 或 `POST /v3/auth/tokens`。程序应在 `expires_at`
             临近时更新令牌，或使用不会过期的访问密钥签名。
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_wrong_path() {
    let record = Record {
        path: format!("/v1/infers/{POETRY}/predictions/poetr"),
        ..refused(Reason::RouteUndeclaredPath, Evidence::None)
    };
    expect![[r#"
        404  APIG.0101  route.undeclared_path
        在 route 步骤被拒绝：服务存在，但 `config.json` 没有声明该路径。

          请求        POST
                      /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetr
          目标        models.example:8080，来自 10.0.0.7
          时间        2026-01-15T08:15:30.123456Z
          请求 ID     019bc0b9554b0000010000000000002a
          耗时        42 µs
          步骤        route ✗  admit ·  authenticate ·  authorise ·  throttle ·  limit ·
                      dispatch ·
          责任方      调用方
          重试        否：请先修改请求

        您是否要调用
          POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
            服务        poetry
            路径        /predictions/poetr → /predictions/poetry

        处理方法
          1. 在 models.example:8080 调用 `POST
             /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry`（服务
             poetry；路径不同）。
          2. 调用 `adyton service show poetry` 列出的路径，或在模型 `config.json` 的
             `apis[]` 中声明该路径，导入新版本并更新服务。
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn every_refusal_is_told_in_chinese_within_its_width() {
    for reason in Reason::ALL {
        let record = refused(*reason, Evidence::None);
        let explanation = chinese(&record);
        let told = [
            explanation.headline.as_str(),
            explanation.page.as_deref().unwrap_or_default(),
        ];
        for told in told.into_iter().chain(explanation.fix.iter().map(String::as_str)) {
            assert!(told.chars().any(is_han), "{reason}: {told}");
        }
        for line in text(&record).lines() {
            // A command is never broken.
            let is_command = line.trim_start().starts_with("`adyton ");
            assert!(columns(line) <= 80 || is_command, "{reason}: {line}");
        }
    }
}

#[test]
fn what_decided_is_the_same_in_both_languages() {
    for reason in Reason::ALL {
        let record = refused(*reason, Evidence::None);
        let (english, chinese) = (explained(&record), chinese(&record));
        assert_eq!(english.reason, chinese.reason);
        assert_eq!(english.code, chinese.code);
        assert_eq!(english.steps, chinese.steps);
        assert_eq!(english.nearest, chinese.nearest);
        assert_eq!(english.fix.len(), chinese.fix.len(), "{reason}");
        assert_eq!(english.notes.len(), chinese.notes.len(), "{reason}");
        assert_eq!(english.compared.len(), chinese.compared.len(), "{reason}");
    }
}

#[test]
fn records_of_before_keep_their_own_words() {
    let record = refused(
        Reason::CredentialsNotAccepted,
        Evidence::Credentials {
            sent: Vec::new(),
            accepted: Vec::new(),
            facts: vec![crate::fact::Fact::BearerNotRead],
            note: "what a record of before says".into(),
            holder: None,
        },
    );
    assert_eq!(
        chinese(&record).notes,
        [
            "不支持 `Authorization: Bearer`：请将令牌原样放入请求头 `X-Auth-Token`。",
            "What a record of before says."
        ]
    );
}

#[test]
fn what_was_measured_asked_for_and_throttled_is_told_in_no_english_words() {
    let rows = |reason, evidence| {
        let record = Record {
            caller: Some(admin()),
            ..refused(reason, evidence)
        };
        let rows = chinese(&record).compared.into_iter();
        rows.map(|row| [row.label, row.expected, row.got].join(" | "))
            .collect::<Vec<_>>()
    };
    let throttle = |setting: &str| Evidence::Throttle {
        scope: ThrottleScope::Api,
        limit: 2,
        interval_seconds: 1,
        retry_after_ms: 5,
        setting: String::from(setting).into(),
    };
    let told = ["API 的调用次数 | 1 秒内最多 2 次（服务的 `calls_per_second`） | 多一次"];
    assert_eq!(rows(Reason::ThrottleApi, throttle("calls_per_second")), told);
    // As records of before have it.
    assert_eq!(
        rows(Reason::ThrottleApi, throttle("calls_per_second of the service")),
        told
    );
    let size = Evidence::Size {
        what: Measured::HeaderLines,
        limit: 1000,
        declared: None,
        measured: Some(1001),
        setting: "limits.headers".into(),
    };
    assert_eq!(
        rows(Reason::HeadersTooLarge, size),
        ["请求头的行数，实际的 | 最多 1,000 字节 | 1,001 字节，超出 1"]
    );
    let access: Evidence = serde_json::from_value(serde_json::json!({
        "kind": "access", "caller": "user audrey (1) by X-Auth-Token", "caller_project": null, "target_project": null,
        "action": format!("iam:users:list in domain {DOMAIN}"), "roles": ["auditor", "caller"]
    }))
    .unwrap();
    assert_eq!(
        rows(Reason::IamNotPermitted, access),
        [format!(
            "角色 | 允许 iam:users:list（账号 {DOMAIN}）的角色 | auditor、caller"
        )]
    );
}

#[test]
fn why_a_service_does_not_run_is_told_as_its_events_tell_it() {
    let evidence = Evidence::Service {
        service: POETRY,
        status: "failed".into(),
        facts: Vec::new(),
        note: "model poetry 1.0.0: starting: it ended with exit code 1 before it was ready\nlast lines of its output:\nNo weights".into(),
    };
    let told = chinese(&refused(Reason::ServiceFailed, evidence))
        .notes
        .join("\n");
    for said in [
        "模型 poetry 1.0.0：启动时：就绪前已退出（退出码 1）",
        "其输出的最后几行：",
        "No weights",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    let evidence = Evidence::Restarting {
        service: POETRY,
        instance: InstanceId::from_bits(5),
        since: at(),
        restarts: 1,
        last_end: "it ended with exit code 3".into(),
        next_start: at(),
        server_time: at(),
    };
    let told = chinese(&refused(Reason::InstanceRestarting, evidence)).compared;
    assert!(told[0].got.contains("已退出（退出码 3）"), "{told:?}");
}
