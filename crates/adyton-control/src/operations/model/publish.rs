//! An import in the background: the package is read, and the model is `published`, or `failed` with the cause. Imports that a restart
//! cut off have failed, and say so.

use adyton_core::language::{Bilingual, Language, both};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adyton_core::digest::Sha256;
use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::ModelSpec;
use adyton_identity::Action;
use adyton_runtime::package::{ImportError, Said, Source};
use adyton_store::repository::Import;

use super::source::Location;
use crate::failure::{Failure, OperationResult};
use crate::job_slots::{JobSlot, Waiting};
use crate::operations::package::{sweep, upload};
use crate::package_locks::PackageHold;
use crate::shared::Shared;

/// Refuses what brings code where the server or the caller may not run it.
pub(super) fn code_allowed(shared: &Shared, may: bool, runs_code: bool) -> OperationResult<()> {
    if !runs_code {
        return Ok(());
    }
    if !shared.settings().run_code {
        return Err(Failure::BadPackage(both!(
            "this server does not run code from packages; set `runtime.run_code = true`, or use an ONNX model",
            "此服务器不运行模型包中的代码；请设置 `runtime.run_code = true`，或使用 ONNX 模型"
        )));
    }
    if !may {
        return Err(Failure::Forbidden {
            action: Action::ModelRunCode.name().to_owned(),
        });
    }
    Ok(())
}

/// An import that goes on after its call was answered.
pub(super) struct Job {
    /// The model that is `publishing`.
    pub(super) model: ModelId,
    /// Its project.
    pub(super) project: ProjectId,
    /// Where its package is.
    pub(super) place: Location,
    /// What the request says in place of `config.json`.
    pub(super) said: Said,
    /// Whether the caller may bring code.
    pub(super) may_run_code: bool,
    /// Counted among those that wait, as long as it does.
    pub(super) queued: Option<Waiting>,
}

/// What the blocking part found.
struct Found {
    digest: Sha256,
    size: u64,
    spec: ModelSpec,
    /// Nobody removes the package on its way from the disk to the store.
    hold: PackageHold,
}

impl Job {
    /// Carries the import out in the background.
    pub(super) fn start(self, shared: &Arc<Shared>) {
        let inner = shared.clone();
        shared.tasks.spawn(async move { self.run(&inner).await });
    }
    async fn run(mut self, shared: &Arc<Shared>) {
        let waited = shared.imports.wait(self.project).await;
        drop(self.queued.take());
        let slot = match waited {
            Ok(slot) => slot,
            Err(failure) => {
                return tracing::error!(model.id = %self.model, "an import could not be started: {failure}");
            }
        };
        let (model, project) = (self.model, self.project);
        let outcome = match self.read(shared, slot).await {
            Ok(found) => settle(shared, model, project, found).await,
            Err(failure) => fail(shared, model, &told(&failure)).await,
        };
        if let Err(failure) = outcome {
            tracing::error!(model.id = %model, "the result of an import could not be stored: {failure}");
        }
    }

    async fn read(self, shared: &Arc<Shared>, slot: JobSlot) -> OperationResult<Found> {
        match self.place.clone() {
            Location::Package(digest) => self.check_in_place(shared, &slot, digest).await,
            Location::Folder(path) => {
                self.take_in(shared, &slot, path, |path| Source::Folder(path))
                    .await
            }
            Location::Archive(path) => {
                self.take_in(shared, &slot, path, |path| Source::Archive(path))
                    .await
            }
        }
    }

    /// Checks a package that was uploaded.
    async fn check_in_place(
        self,
        shared: &Arc<Shared>,
        slot: &JobSlot,
        digest: Sha256,
    ) -> OperationResult<Found> {
        let hold = shared.package_locks.hold(digest).await;
        let (inner, permit, said) = (shared.clone(), slot.permit(), self.said);
        let check = move || {
            let spec = inner.packages.check_as(digest, &said, &inner.onnx, &permit)?;
            Ok::<_, ImportError>((spec, inner.packages.size(digest).unwrap_or(0)))
        };
        let (spec, size) = slot.run(check).await?.map_err(bad)?;
        match code_allowed(shared, self.may_run_code, spec.engine.kind().runs_code()) {
            Ok(()) => Ok(Found {
                digest,
                size,
                spec,
                hold,
            }),
            Err(failure) => {
                drop(hold);
                sweep::alone(shared, digest).await;
                Err(failure)
            }
        }
    }

    /// Unpacks and checks a package of this machine, and only then brings it to its place.
    async fn take_in(
        self,
        shared: &Arc<Shared>,
        slot: &JobSlot,
        path: PathBuf,
        source: fn(&Path) -> Source<'_>,
    ) -> OperationResult<Found> {
        let (inner, permit, said) = (shared.clone(), slot.permit(), self.said);
        let check = move || {
            let staged = inner.packages.stage(source(&path))?;
            let spec = staged.check(&said, &inner.onnx, &permit)?;
            Ok::<_, ImportError>((staged.seal()?, spec))
        };
        let (sealed, spec) = slot.run(check).await?.map_err(bad)?;
        code_allowed(shared, self.may_run_code, spec.engine.kind().runs_code())?;
        let hold = shared.package_locks.hold(sealed.published().digest).await;
        let inner = shared.clone();
        let publish = move || {
            sealed
                .publish_as(&spec, &inner.onnx)
                .map(|published| (published, spec))
        };
        let (published, spec) = slot.run(publish).await?.map_err(bad)?;
        Ok(Found {
            digest: published.digest,
            size: published.size,
            spec,
            hold,
        })
    }
}

fn bad(error: ImportError) -> Failure {
    Failure::BadPackage(error.told())
}

/// Publishes the model, or ends it as failed where the project has no room for its package.
async fn settle(shared: &Shared, model: ModelId, project: ProjectId, found: Found) -> OperationResult<()> {
    let digest = found.digest;
    match publish(shared, model, project, found).await {
        Err(full @ Failure::Quota { .. }) => {
            fail(shared, model, &told(&full)).await?;
            sweep::alone(shared, digest).await;
            Ok(())
        }
        other => other,
    }
}

async fn publish(shared: &Shared, model: ModelId, project: ProjectId, found: Found) -> OperationResult<()> {
    let digest = found.digest;
    let import = Import {
        package: digest,
        size: found.size,
        spec: found.spec,
    };
    let _hold = found.hold;
    let committed = shared.store.models().publish(model, import).await?;
    tracing::info!(model.id = %model, package = %digest, "the model is published");
    if let Some(committed) = committed {
        shared.settled(committed).await?;
        // Only now, when the live state knows that the project has a model of the package.
        upload::imported(shared, project, digest).await;
    }
    Ok(())
}

/// Why it failed, in both languages.
fn told(failure: &Failure) -> Bilingual {
    Bilingual {
        english: failure.told_in(Language::English),
        chinese: failure.told_in(Language::Chinese),
    }
}

/// Notes why an import failed; also when the server was ended in the middle of one.
async fn fail(shared: &Shared, model: ModelId, reason: &Bilingual) -> OperationResult<()> {
    tracing::info!(model.id = %model, "the import failed: {reason}");
    match shared.store.models().fail(model, reason).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => Ok(()),
    }
}

/// Ends every import that no longer runs. Call it before the first request.
pub(crate) async fn recover(shared: &Shared) -> OperationResult<()> {
    for model in shared.store.models().unfinished().await? {
        let reason = both!(
            "the server was restarted during the import; delete this model and import it again",
            "导入期间服务器重启；请删除该模型并重新导入"
        );
        match fail(shared, model.id, &reason).await {
            Ok(()) => {}
            // A disk that is full now is no reason not to start: it is told at the next one.
            Err(failure @ (Failure::NoSpace(_) | Failure::Storage(_))) => {
                tracing::warn!(model.id = %model.id, "an interrupted import could not be marked as failed: {failure}");
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use adyton_core::model::{EngineKind, ModelStatus};
    use adyton_core::quota::{Limit, Quota};
    use adyton_core::tenant::Scope;

    use super::*;
    use crate::operations::model::show;
    use crate::rig::Rig;

    #[tokio::test]
    async fn an_import_that_a_restart_cut_off_has_failed_and_says_what_to_do() {
        let rig = Rig::new().await;
        let project = rig.project();
        let cut_off = rig.unfinished(project, "iris", "0.0.1").await;
        let whole = rig.model(project, "iris", "0.0.2", Sha256::of(b"iris")).await;
        recover(&rig.shared).await.unwrap();
        let model = show(&rig.shared, project, cut_off).await.unwrap();
        assert_eq!(model.status, ModelStatus::Failed);
        assert!(
            model.failure.english.contains("import it again"),
            "{}",
            model.failure
        );
        let model = show(&rig.shared, project, whole).await.unwrap();
        assert_eq!(model.status, ModelStatus::Published);
    }

    #[tokio::test]
    async fn code_needs_the_server_and_the_caller() {
        let (open, closed) = (
            Rig::new().await,
            Rig::with(|settings| settings.run_code = false).await,
        );
        for rig in [&open, &closed] {
            assert!(
                code_allowed(&rig.shared, false, false).is_ok(),
                "no code needs neither"
            );
        }
        assert!(code_allowed(&open.shared, true, true).is_ok());
        let alone = code_allowed(&open.shared, false, true);
        assert!(matches!(alone, Err(Failure::Forbidden { action }) if action == "modelarts:model:run_code"));
        let server = code_allowed(&closed.shared, true, true).unwrap_err();
        assert!(server.to_string().contains("runtime.run_code"), "{server}");
        let offered = |rig: &Rig| crate::operations::model::engines(&rig.shared).collect::<Vec<_>>();
        assert_eq!(offered(&open), EngineKind::ALL);
        assert_eq!(offered(&closed), [EngineKind::Onnx]);
    }

    #[tokio::test]
    async fn a_package_that_the_project_has_no_room_for_fails_its_model_and_goes() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let full = [(Quota::PackageBytes, Some(Limit::AtMost(10)))];
        let quotas = shared.store.quotas();
        let set = quotas.set(Scope::Project(project), &full).await.unwrap();
        shared.settled(set).await.unwrap();
        let id = rig.unfinished(project, "iris", "0.0.1").await;
        let digest = Sha256::of(b"iris");
        std::fs::create_dir_all(shared.packages.path(digest)).unwrap();
        let found = Found {
            digest,
            size: 11,
            spec: adyton_core::sample::spec(&[("POST", "/")]),
            hold: shared.package_locks.hold(digest).await,
        };
        settle(shared, id, project, found).await.unwrap();
        let model = show(shared, project, id).await.unwrap();
        assert_eq!(model.status, ModelStatus::Failed);
        assert!(model.failure.english.contains("quota of 10"), "{}", model.failure);
        assert!(!shared.packages.path(digest).exists());
    }

    #[tokio::test]
    async fn a_model_that_was_deleted_meanwhile_stays_so() {
        let rig = Rig::new().await;
        let id = rig.unfinished(rig.project(), "iris", "0.0.1").await;
        rig.shared.store.models().delete(rig.project(), id).await.unwrap();
        fail(&rig.shared, id, &Bilingual::as_it_is("broken"))
            .await
            .unwrap();
        let found = Found {
            digest: Sha256::of(b"iris"),
            size: 1,
            spec: adyton_core::sample::spec(&[("POST", "/")]),
            hold: rig.shared.package_locks.hold(Sha256::of(b"iris")).await,
        };
        publish(&rig.shared, id, rig.project(), found).await.unwrap();
        assert!(show(&rig.shared, rig.project(), id).await.is_err());
    }
}
