//! Which credentials a request carries, whatever they are worth.

use adyton_sign::Algorithm;

use crate::request::Request;

/// Which credentials a request carries.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) token: bool,
    /// A signature of the official SDKs, by whatever algorithm.
    pub(crate) signature: bool,
    pub(crate) basic: bool,
    /// `Authorization` with another scheme.
    pub(crate) other_scheme: bool,
    pub(crate) app_code: bool,
    pub(crate) key_pair: bool,
    pub(crate) api_key: bool,
}

impl Sent {
    pub(crate) fn of(request: &Request<'_>) -> Self {
        let mut sent = Self::default();
        let headers = request.head.headers;
        headers.each("authorization", &mut |value| {
            let basic = value
                .trim_ascii_start()
                .get(..6)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"Basic "));
            match Algorithm::of_header(value) {
                Some(_) => sent.signature = true,
                None if basic => sent.basic = true,
                None => sent.other_scheme = true,
            }
        });
        let has = |name, slot: &mut bool| headers.each(name, &mut |_| *slot = true);
        has("x-auth-token", &mut sent.token);
        has("x-apig-appcode", &mut sent.app_code);
        has("x-hw-id", &mut sent.key_pair);
        has("x-hw-appkey", &mut sent.key_pair);
        has("apikey", &mut sent.api_key);
        sent
    }

    /// For people.
    pub(crate) fn names(self) -> Vec<String> {
        [
            (self.token, "X-Auth-Token"),
            (self.signature, "Authorization: SDK-HMAC-SHA256"),
            (self.basic, "Authorization: Basic"),
            (self.other_scheme, "Authorization (another scheme)"),
            (self.app_code, "X-Apig-AppCode"),
            (self.key_pair, "X-HW-ID and X-HW-AppKey"),
            (self.api_key, "apikey"),
        ]
        .into_iter()
        .filter(|(sent, _)| *sent)
        .map(|(_, name)| name.to_owned())
        .collect()
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        let all = [
            self.token,
            self.signature,
            self.basic,
            self.app_code,
            self.key_pair,
            self.api_key,
        ];
        all.into_iter().filter(|sent| *sent).count()
    }
}
