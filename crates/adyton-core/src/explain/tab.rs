//! The Prediction tab's own addresses. A record shows every call as one of the API address, which is what the pipeline
//! routed; what came through the tab was sent to the control listener, and that is where it must be sent again.

use crate::address;
use crate::id::ProjectId;
use crate::record::{Door, Record};

/// The tab's address for a path of the API address; `project` where it is known.
pub(super) fn address(project: Option<ProjectId>, path: &str) -> Option<String> {
    let (service, below) = address::split_service(path)?;
    Some(address::of_tab(project, service, below))
}

/// The path as its client sent it.
pub(super) fn path_sent(record: &Record) -> String {
    let tab = match record.door {
        Door::PredictionTab => address(record.project, &record.path),
        Door::Address => None,
    };
    tab.unwrap_or_else(|| record.path.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_the_service_stays_below_predict() {
        let project = ProjectId::from_bits(7);
        let base = format!("/adyton/v1/{project}/services/s/predict");
        let of = |path: &str| address(Some(project), path);
        assert_eq!(of("/v1/infers/s").as_ref(), Some(&base));
        assert_eq!(of("/v1/infers/s/a%2Fb/"), Some(format!("{base}/a%2Fb/")));
        assert_eq!(of("/%"), None);
        assert_eq!(
            address(None, "/v1/infers/s/a").as_deref(),
            Some("/adyton/v1/{project_id}/services/s/predict/a")
        );
    }
}
