//! adyton-runtime
