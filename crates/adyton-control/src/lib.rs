//! adyton-control
