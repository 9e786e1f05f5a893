//! The text of a package's `config.json`. What must hold: whatever is accepted has paths that a request can name.

pub(crate) fn run(bytes: &[u8]) {
    let Some(spec) = adyton_runtime::fuzzing::config(bytes) else {
        return;
    };
    for api in &spec.apis {
        assert!(api.url.starts_with('/'), "{:?}", api.url);
        assert!(!api.url.chars().any(char::is_control), "{:?}", api.url);
    }
}
