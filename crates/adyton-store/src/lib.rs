//! adyton-store
