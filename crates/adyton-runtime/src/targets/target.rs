//! Where an instance is called, and why none can be.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use adyton_core::endpoint::Address;
use adyton_core::event_cause::Cause;

use crate::onnx::in_process::InProcess;

/// Where an instance answers.
#[derive(Clone, Debug)]
pub enum Target {
    /// In this process; see [`InProcess`].
    InProcess(Arc<InProcess>),
    /// Something that serves HTTP/1.1: a program of this machine, or whatever else is there. The path of the call is kept as it is,
    /// behind the address's own.
    Address(Arc<Address>),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProcess(model) => {
                let runtime = &model.runtime();
                f.write_str(&Cause::InProcess { runtime }.kept())
            }
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl From<Address> for Target {
    fn from(address: Address) -> Self {
        Self::Address(Arc::new(address))
    }
}

impl From<SocketAddr> for Target {
    /// Plain HTTP.
    fn from(address: SocketAddr) -> Self {
        Address::from(address).into()
    }
}

/// Why no instance can be given for a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unavailable {
    /// The service is stopped, being deployed, failed or unknown here (`ModelArts.4203`).
    #[error("the service is not running")]
    NotRunning,
    /// The service runs, yet no instance of a version that declares this path is ready now (`ModelArts.4302`).
    #[error("no instance of the service accepts calls now")]
    NoInstance,
    /// As [`NoInstance`](Self::NoInstance), because the program of the model has ended and is being restarted
    /// (`ModelArts.4503`).
    #[error("the instances of the service are being restarted")]
    Restarting,
}
