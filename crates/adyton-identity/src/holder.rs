//! Whose credential a refused request names, so that they can read why it was refused once they prove it.

use adyton_core::digest::Sha256;
use adyton_core::holder::Holder;
use adyton_core::live::Live;
use adyton_sign::Authorization;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::request::Request;

/// The first that the head names, in the order in which credentials count. `of_token` knows whose a token is.
pub(crate) fn named(
    live: &Live,
    request: &Request<'_>,
    of_token: impl Fn(&[u8]) -> Option<Holder>,
) -> Option<Holder> {
    let first = |name| request.head.first(name);
    let app = |key: &[u8]| Some(Holder::App(live.app_by_key(str::from_utf8(key).ok()?)?.id));
    let by_token = || of_token(first("x-auth-token")?.trim_ascii());
    let by_authorization = || {
        let sent = first("authorization")?;
        match Authorization::parse(&sent) {
            Ok(signed) => Holder::of_key(live, signed.access),
            Err(_) => {
                let (scheme, rest) = sent.trim_ascii().split_at_checked(6)?;
                let both = STANDARD.decode(rest.trim_ascii()).ok()?;
                let key = both.split(|byte| *byte == b':').next()?;
                scheme.eq_ignore_ascii_case(b"basic ").then(|| app(key))?
            }
        }
    };
    let by_code = || {
        Some(Holder::App(
            live.app_by_code(&Sha256::of(&first("x-apig-appcode")?))?.id,
        ))
    };
    by_token()
        .or_else(by_authorization)
        .or_else(by_code)
        .or_else(|| app(&first("x-hw-id")?))
        .or_else(|| app(&first("apikey")?))
}
