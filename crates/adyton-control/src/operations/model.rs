//! Models: from a package to something that can be deployed.

pub(crate) mod import;
pub(crate) mod publish;
pub(crate) mod source;

use std::sync::Arc;

use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::{Engine, EngineKind, Model};
use adyton_runtime::onnx::declared_ports;
use adyton_store::repository::{Listed, ModelFilter, ModelSort, NameMatch, Page, SortOrder};

use crate::blocking::blocking;
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::package::sweep;
use crate::shared::Shared;

/// One model of the project.
pub(crate) async fn show(shared: &Shared, project: ProjectId, id: ModelId) -> OperationResult<Model> {
    let found = shared.store.models().get(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::Model, id))
}

/// Tells what an ONNX model takes and gives where a version of before has published it without that: its file says so.
pub(crate) async fn with_ports(shared: &Shared, model: &mut Model) -> OperationResult<()> {
    let (Some(package), Some(spec)) = (model.package, model.spec.as_mut()) else {
        return Ok(());
    };
    if let (Engine::Onnx { file }, None) = (&spec.engine, &spec.ports) {
        let path = shared.packages.path(package).join("model").join(file);
        spec.ports = blocking(move || declared_ports::of_file(&path)).await?;
    }
    Ok(())
}

/// The kinds of models that this server runs.
pub(crate) fn engines(shared: &Shared) -> impl Iterator<Item = EngineKind> + use<> {
    let run_code = shared.settings().run_code;
    let kinds = EngineKind::ALL.into_iter();
    kinds.filter(move |kind| run_code || !kind.runs_code())
}

/// The project's models in this order.
pub(crate) async fn list(
    shared: &Shared,
    project: ProjectId,
    filter: &ModelFilter,
    order: SortOrder<ModelSort>,
    page: Page,
) -> OperationResult<Listed<Model>> {
    Ok(shared.store.models().list(project, filter, order, page).await?)
}

/// What became of the models that were to be deleted.
#[derive(Default)]
pub(crate) struct Deleted {
    /// Those that are gone.
    pub(crate) gone: Vec<ModelId>,
    /// Those that are still there, and why.
    pub(crate) kept: Vec<(Model, Failure)>,
}

/// Deletes the model; with `cascade` all versions of the same name. Packages that no model uses go too.
pub(crate) async fn delete(
    shared: &Arc<Shared>,
    project: ProjectId,
    id: ModelId,
    cascade: bool,
) -> OperationResult<Deleted> {
    let model = show(shared, project, id).await?;
    let mut all = vec![model.clone()];
    if cascade {
        let filter = ModelFilter {
            name: Some(NameMatch::Exact(model.name)),
            ..ModelFilter::default()
        };
        let versions = list(
            shared,
            project,
            &filter,
            SortOrder::descending(ModelSort::Version),
            Page::ALL,
        )
        .await?;
        all.extend(versions.items.into_iter().filter(|version| version.id != id));
    }
    let mut deleted = Deleted::default();
    for model in all {
        match shared
            .store
            .models()
            .delete(project, model.id)
            .await
            .map_err(Failure::from)
        {
            Ok(None) => deleted.gone.push(model.id),
            Ok(Some(committed)) => {
                shared.settled(committed).await?;
                deleted.gone.push(model.id);
                if let Some(package) = model.package {
                    sweep::later(shared, project, package);
                }
            }
            Err(failure @ Failure::ModelInUse { .. }) => deleted.kept.push((model, failure)),
            Err(failure) => return Err(failure),
        }
    }
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use adyton_core::digest::Sha256;
    use adyton_core::service::{Version, Wanted};
    use adyton_store::repository::NewService;

    use super::*;
    use crate::rig::Rig;

    async fn deploy(rig: &Rig, model: ModelId) {
        let version = Version {
            model,
            ..adyton_core::sample::version()
        };
        let new = NewService {
            project: rig.project(),
            name: "iris".to_owned(),
            description: String::new(),
            wanted: Wanted::Running,
            versions: vec![version],
            calls_per_second: None,
            app_auth: false,
            app_code: true,
            owner: "admin".to_owned(),
        };
        let made = rig.shared.store.services().create(new).await.unwrap();
        rig.shared.settled(made).await.unwrap();
    }

    #[tokio::test]
    async fn all_versions_go_but_those_that_are_used_and_these_name_their_service() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let (mut ids, package) = (Vec::new(), Sha256::of(b"iris"));
        for version in ["0.0.1", "0.0.2", "0.0.3"] {
            ids.push(rig.model(project, "iris", version, package).await);
        }
        let other = rig.model(project, "iris-2", "0.0.1", package).await;
        deploy(&rig, ids[1]).await;

        let deleted = delete(shared, project, ids[0], true).await.unwrap();
        assert_eq!(deleted.gone.len(), 2);
        let [(kept, why)] = deleted.kept.as_slice() else {
            panic!("one is kept, not {}", deleted.kept.len());
        };
        assert_eq!(kept.id, ids[1]);
        assert!(matches!(why, Failure::ModelInUse { service } if service.contains("iris")));
        assert!(
            show(shared, project, other).await.is_ok(),
            "another name is another model"
        );
        assert!(matches!(
            show(shared, project, ids[2]).await,
            Err(Failure::Missing { .. })
        ));
    }

    #[tokio::test]
    async fn one_version_goes_alone_and_another_projects_is_none() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let package = Sha256::of(b"iris");
        let first = rig.model(project, "iris", "0.0.1", package).await;
        let second = rig.model(project, "iris", "0.0.2", package).await;
        let others = delete(shared, rig.other_project().await, first, true).await;
        assert!(matches!(others, Err(Failure::Missing { .. })));
        assert_eq!(delete(shared, project, first, false).await.unwrap().gone, [first]);
        assert!(show(shared, project, second).await.is_ok());
    }

    #[tokio::test]
    async fn what_was_published_without_its_inputs_has_them_from_its_file() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let package = Sha256::of(b"iris");
        let id = rig.model(project, "iris", "0.0.1", package).await;
        let folder = shared.packages.path(package).join("model");
        std::fs::create_dir_all(&folder).unwrap();
        // A graph with one input, `x`.
        let graph = [0x3a, 5, 0x5a, 3, 0x0a, 1, b'x'];
        std::fs::write(folder.join("model.onnx"), graph).unwrap();
        let mut model = show(shared, project, id).await.unwrap();
        with_ports(shared, &mut model).await.unwrap();
        let ports = model.spec.unwrap().ports.unwrap();
        assert_eq!(ports.inputs[0].name, "x");
    }
}
