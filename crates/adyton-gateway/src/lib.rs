//! adyton-gateway

pub mod journal;
