//! Where a refusal is met. Each surface has its own codes for the same cause.

use super::code::Code;
use super::reason::Reason;
use super::sub_code::SubCode;

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

    /// What stands for a cause that the surface never meets.
    pub(super) const fn defect(self) -> SubCode {
        let (name, code) = match self {
            Surface::Gateway => ("gateway.internal", Code::Internal),
            Surface::ModelArts => ("modelarts.internal", Code::ModelArtsInternal),
            Surface::Apig => ("apig.internal", Code::ApigInternal),
            Surface::Adyton => ("manage.internal", Code::EdgeInternal),
            Surface::Iam => ("iam.internal", Code::IamInternal),
            Surface::IamSubject => ("iam.not_found", Code::IamNotFound),
        };
        SubCode::new(name, code, Reason::Internal)
    }
}
