//! The signing algorithms that the `Authorization` header can name.

/// The signing algorithms of the official SDKs. We verify the first; the others we know by name, to say so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    /// HMAC with SHA-256 and the secret itself: the one we speak.
    SdkHmacSha256,
    /// HMAC with SM3.
    SdkHmacSm3,
    /// HMAC with SHA-256 and a key derived for date, region and service.
    V11HmacSha256,
    /// ECDSA on P-256.
    SdkEcdsaP256Sha256,
    /// SM2 with SM3.
    SdkSm2Sm3,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::SdkHmacSha256,
        Self::SdkHmacSm3,
        Self::V11HmacSha256,
        Self::SdkEcdsaP256Sha256,
        Self::SdkSm2Sm3,
    ];

    /// The name, as it opens the header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SdkHmacSha256 => "SDK-HMAC-SHA256",
            Self::SdkHmacSm3 => "SDK-HMAC-SM3",
            Self::V11HmacSha256 => "V11-HMAC-SHA256",
            Self::SdkEcdsaP256Sha256 => "SDK-ECDSA-P256-SHA256",
            Self::SdkSm2Sm3 => "SDK-SM2-SM3",
        }
    }

    /// The algorithm that a header value opens with, if it is one of these.
    pub fn of_header(value: &[u8]) -> Option<Self> {
        let scheme = value
            .trim_ascii_start()
            .split(|byte| *byte == b' ' || *byte == b'\t')
            .next()
            .unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().as_bytes() == scheme)
    }
}
