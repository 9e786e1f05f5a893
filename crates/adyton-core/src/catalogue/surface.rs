//! Where a refusal is met: what an address speaks, whose codes a refusal has. Each surface has its own codes for the same cause.

/// A surface that refuses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Surface {
    /// Calls through the gateway: APIs and predictions, at the Prediction tab too.
    Gateway,
    /// ModelArts' management API.
    ModelArts,
    /// API Gateway's management API.
    Apig,
    /// Adyton's own API.
    Adyton,
    /// IAM: Identity and Access Management.
    Iam,
}

impl Surface {
    /// All surfaces; the first of them that meets a cause names it.
    pub const ALL: [Surface; 5] = [
        Surface::Gateway,
        Surface::ModelArts,
        Surface::Apig,
        Surface::Adyton,
        Surface::Iam,
    ];

    /// The word for its codes in `adyton errors`, where it is called the plane. Those of Adyton's own API are the *edge*'s:
    /// what every management API refuses with before it looks at the call.
    pub const fn plane(self) -> &'static str {
        match self {
            Surface::Gateway => "gateway",
            Surface::ModelArts => "modelarts",
            Surface::Apig => "apig",
            Surface::Adyton => "edge",
            Surface::Iam => "iam",
        }
    }
}
