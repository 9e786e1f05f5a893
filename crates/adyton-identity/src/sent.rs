//! Which credentials a request carries, whatever they are worth.

use adyton_core::hidden_query;
use adyton_sign::{Algorithm, Headers, looks_signed};

/// Which credentials a request carries.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) token: bool,
    /// A signature of the official SDKs, by whatever algorithm.
    pub(crate) signature: bool,
    pub(crate) basic: bool,
    /// `Authorization` with the fields of a signature, but no scheme that is known.
    pub(crate) odd_signature: bool,
    /// `Authorization: Bearer`.
    pub(crate) bearer: bool,
    /// `Authorization` with another scheme.
    pub(crate) other_scheme: bool,
    pub(crate) app_code: bool,
    pub(crate) key_pair: bool,
    pub(crate) api_key: bool,
    /// A header that other systems read credentials from, and this one does not.
    pub(crate) unread: Option<&'static str>,
}

/// The headers that other systems read credentials from: in lower case, and as people write them.
const UNREAD: &[(&str, &str)] = &[
    ("x-api-key", "X-Api-Key"),
    ("api-key", "Api-Key"),
    ("x-apikey", "X-ApiKey"),
    ("x-app-code", "X-App-Code"),
    ("x-appcode", "X-AppCode"),
    ("appcode", "AppCode"),
    ("x-apig-app-code", "X-Apig-App-Code"),
    // Written with underscores, as variables are: dropped by many proxies, and read by nobody here.
    ("x_apig_appcode", "X_Apig_AppCode"),
    ("x_auth_token", "X_Auth_Token"),
    ("x_hw_id", "X_HW_ID"),
    ("x_hw_appkey", "X_HW_AppKey"),
    ("x-authtoken", "X-AuthToken"),
    ("x-token", "X-Token"),
    ("token", "Token"),
    ("auth-token", "Auth-Token"),
    ("x-access-token", "X-Access-Token"),
    ("x-subject-token", "X-Subject-Token"),
];

impl Sent {
    /// One pass over the headers: looking up each name that a credential can have would cost more.
    pub(crate) fn of(headers: &dyn Headers) -> Self {
        let mut sent = Self::default();
        headers.all(&mut |name, value| match name {
            "authorization" => sent.authorization(value),
            "x-auth-token" => sent.token = true,
            "x-apig-appcode" => sent.app_code = true,
            "x-hw-id" | "x-hw-appkey" => sent.key_pair = true,
            "apikey" => sent.api_key = true,
            // Cheap for all others: none of them has one of these in it.
            name if name.contains("token") || name.contains("key") || name.contains("code") => {
                let known = UNREAD.iter().find(|(unread, _)| *unread == name);
                sent.unread = sent.unread.or(known.map(|(_, written)| *written));
            }
            _ => {}
        });
        sent
    }

    fn authorization(&mut self, value: &[u8]) {
        let opens = |scheme: &[u8]| {
            let start = value.trim_ascii_start().get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        match Algorithm::of_header(value) {
            Some(_) => self.signature = true,
            None if opens(b"Basic ") => self.basic = true,
            None if looks_signed(value) => self.odd_signature = true,
            None if opens(b"Bearer ") => self.bearer = true,
            None => self.other_scheme = true,
        }
    }

    /// For people.
    pub(crate) fn names(self) -> Vec<String> {
        [
            (self.token, "X-Auth-Token"),
            (self.signature, "Authorization: SDK-HMAC-SHA256"),
            (self.basic, "Authorization: Basic"),
            (
                self.odd_signature,
                "Authorization (a signature of an unknown scheme)",
            ),
            (self.bearer, "Authorization: Bearer"),
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

    /// Whether there is none at all, not even one that counts nowhere.
    pub(crate) fn is_bare(self) -> bool {
        self.names().is_empty()
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

/// Whether a query has a key by which clients send credentials; none counts there.
pub(crate) fn in_query(sent: &str) -> bool {
    sent.split('&')
        .any(|piece| hidden_query::has_key(piece, hidden_query::CREDENTIAL_QUERY_KEYS))
}
