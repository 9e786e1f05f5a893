//! Where a refusal is met. Each surface has its own codes for the same cause.

/// A surface that refuses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Surface {
    /// Calls through the gateway: APIs and predictions.
    Gateway,
    /// ModelArts' management API.
    ModelArts,
    /// API Gateway's management API.
    Apig,
    /// Adyton's own API.
    Adyton,
    /// IAM, of the caller's own credentials and of all else.
    Iam,
    /// IAM, of a token that it is asked about (`X-Subject-Token`): to the caller it is an unknown one, whatever the cause.
    IamSubject,
}

impl Surface {
    /// All surfaces; the first of them that meets a cause names it.
    pub const ALL: [Surface; 6] = [
        Surface::Gateway,
        Surface::ModelArts,
        Surface::Apig,
        Surface::Adyton,
        Surface::Iam,
        Surface::IamSubject,
    ];
}
