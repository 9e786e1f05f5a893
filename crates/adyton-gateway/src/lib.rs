//! adyton-gateway
