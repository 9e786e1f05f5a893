//! Programs that models bring.

/// The search path of programs: that of a plain system, never the server's own.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
