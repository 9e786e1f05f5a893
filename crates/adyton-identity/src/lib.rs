//! adyton-identity
