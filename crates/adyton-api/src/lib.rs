//! What the management APIs take and answer, as types that both sides share: the control plane reads requests into them and
//! writes answers from them, the command line the other way round.
//!
//! What must hold: a type is the document as it is on the wire, field by field and in this order, and nothing else. What its
//! values mean is decided by the control plane. A field that a client may leave out is not sent when it is `None`; what a
//! request holds beyond its fields is refused.

pub mod adyton;
pub mod apig;
pub mod iam;
pub mod lenient;
pub mod modelarts;
pub mod refusal;
