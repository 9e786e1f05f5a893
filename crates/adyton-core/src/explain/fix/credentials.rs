//! What to do about credentials: which ones are accepted, where, and what to change in a signature.

use super::named;
use crate::evidence::SignatureEvidence;
use crate::explain::Asked;
use crate::explain::compared::credential;
use crate::explain::notes::sentence;
use crate::language::{message, phrase};
use crate::record::Door;

/// Which credentials the address accepts; nothing where that is not known.
pub(in crate::explain) fn one_of(asked: &Asked<'_>, accepted: &[String]) -> Option<String> {
    let language = asked.language;
    let names: Vec<_> = accepted.iter().map(|name| credential(name, language)).collect();
    (!names.is_empty()).then(|| {
        message!(
            language,
            "Send one of: {}.",
            "发送其中一种：{}。",
            names.join(phrase!(language, "; ", "；"))
        )
    })
}

/// With what an app is let in that showed its credentials where none of an app count.
pub(super) fn app_let_in(asked: &Asked<'_>, sent: &[String], accepted: &[String]) -> Option<String> {
    let of_app = |name: &String| {
        name.ends_with("(app)") || matches!(name.as_str(), "X-Apig-AppCode" | "X-HW-ID and X-HW-AppKey")
    };
    (sent.iter().any(of_app) && !accepted.iter().any(of_app)).then(|| {
        named::filled(
            asked,
            phrase!(
                asked.language,
                "To let an app call it: `adyton app authorize APP SERVICE`, which also enables app authentication of the service.",
                "如需允许应用调用：`adyton app authorize APP SERVICE`，它会同时为服务启用应用认证。"
            ),
        )
    })
}

/// What to do about a signature.
pub(in crate::explain) fn signed(asked: &Asked<'_>, seen: &SignatureEvidence) -> Vec<String> {
    let language = asked.language;
    let advice = seen.advice_in(language);
    let mut fixes: Vec<String> = advice.as_deref().and_then(sentence).into_iter().collect();
    if asked.live.app_by_key(&seen.key).is_some() {
        fixes.extend(at_the_api_address(asked));
    }
    if seen.canonical_request.is_some() {
        fixes.push(message!(
            language,
            "Print the canonical request in your client, save it, and compare it with `adyton \
             explain {} --canonical @FILE`.",
            "在客户端输出规范请求并保存为文件，用 `adyton explain {} --canonical @FILE` 进行比较。",
            asked.record.id
        ));
    }
    fixes
}

/// Where app credentials count, for a call that came through the Prediction tab with some.
pub(super) fn at_the_api_address(asked: &Asked<'_>) -> Option<String> {
    let record = asked.record;
    (record.door == Door::PredictionTab).then(|| {
        message!(
            asked.language,
            "With app credentials call the API address, on the gateway's listener: `{} {}`. The Prediction tab accepts only tokens and access keys (AK/SK).",
            "使用应用凭证时，请调用网关监听地址上的 API 地址：`{} {}`。“预测”页签只接受令牌和访问密钥（AK/SK）。",
            record.method,
            record.path
        )
    })
}
