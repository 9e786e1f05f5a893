//! What waits for an inference thread: a queue for each model, in turn within a project, and the projects in turn.
//!
//! Pure and without a lock of its own. This is where calls of one model stand together before a thread takes them, so joining
//! several calls to a batch belongs into [`Queue::next`].

use std::collections::VecDeque;
use std::sync::Arc;

use adyton_core::id::ProjectId;

use super::model::ServedModel;
use crate::onnx::ending::Ending;

/// A call that waits for a thread.
pub(crate) struct InferenceTask {
    pub(crate) model: Arc<ServedModel>,
    /// Set over: nobody waits for the answer.
    pub(crate) ending: Arc<Ending>,
    /// Does the work and answers the caller. Dropped when nobody waits.
    pub(crate) work: Box<dyn FnOnce() + Send>,
}

/// The calls that wait.
#[derive(Default)]
pub(super) struct Queue {
    /// Those with calls that wait; the one whose turn is next comes first.
    projects: VecDeque<Project>,
    waiting: usize,
}

struct Project {
    id: ProjectId,
    /// The same for the models of the project.
    models: VecDeque<ModelQueue>,
}

struct ModelQueue {
    model: Arc<ServedModel>,
    calls: VecDeque<InferenceTask>,
}

impl Queue {
    /// How many calls wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// How many calls of `model` wait.
    pub(super) fn of(&self, model: &Arc<ServedModel>) -> usize {
        self.projects
            .iter()
            .flat_map(|project| &project.models)
            .find(|queue| Arc::ptr_eq(&queue.model, model))
            .map_or(0, |queue| queue.calls.len())
    }

    /// Puts a call behind those of its model.
    pub(super) fn push(&mut self, task: InferenceTask) {
        self.waiting += 1;
        let id = task.model.project();
        let at = self.projects.iter().position(|project| project.id == id);
        let at = at.unwrap_or_else(|| {
            self.projects.push_back(Project {
                id,
                models: VecDeque::new(),
            });
            self.projects.len() - 1
        });
        let models = &mut self.projects[at].models;
        if let Some(model) = models
            .iter_mut()
            .find(|model| Arc::ptr_eq(&model.model, &task.model))
        {
            return model.calls.push_back(task);
        }
        models.push_back(ModelQueue {
            model: Arc::clone(&task.model),
            calls: [task].into(),
        });
    }

    /// Takes the next call of a project that `may` run; that project's and that model's next turn comes after the others'.
    pub(super) fn next(&mut self, may: impl Fn(ProjectId) -> bool) -> Option<InferenceTask> {
        let at = self.projects.iter().position(|project| may(project.id))?;
        let mut project = self.projects.remove(at)?;
        let mut model = project.models.pop_front()?;
        let task = model.calls.pop_front();
        if !model.calls.is_empty() {
            project.models.push_back(model);
        }
        if !project.models.is_empty() {
            self.projects.push_back(project);
        }
        self.waiting -= usize::from(task.is_some());
        task
    }

    /// The projects with calls that wait.
    pub(super) fn projects(&self) -> impl Iterator<Item = ProjectId> {
        self.projects.iter().map(|project| project.id)
    }

    /// Takes out the calls of which `gone` is true.
    pub(super) fn remove(&mut self, mut gone: impl FnMut(&InferenceTask) -> bool) -> Vec<InferenceTask> {
        let mut removed = Vec::new();
        for project in &mut self.projects {
            for model in &mut project.models {
                let (out, stay): (VecDeque<_>, VecDeque<_>) =
                    std::mem::take(&mut model.calls).into_iter().partition(&mut gone);
                removed.extend(out);
                model.calls = stay;
            }
            project.models.retain(|model| !model.calls.is_empty());
        }
        self.projects.retain(|project| !project.models.is_empty());
        self.waiting -= removed.len();
        removed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn model(project: u128) -> Arc<ServedModel> {
        ServedModel::new(ProjectId::from_bits(project))
    }

    fn call(model: &Arc<ServedModel>) -> InferenceTask {
        InferenceTask {
            model: Arc::clone(model),
            ending: Ending::new(),
            work: Box::new(|| ()),
        }
    }

    #[test]
    fn projects_take_turns_and_so_do_the_models_of_one() {
        let (loud, second, quiet) = (model(1), model(1), model(2));
        let mut queue = Queue::default();
        for _ in 0..3 {
            queue.push(call(&loud));
        }
        queue.push(call(&second));
        queue.push(call(&quiet));
        let order: Vec<Arc<ServedModel>> = std::iter::from_fn(|| queue.next(|_| true))
            .map(|task| task.model)
            .collect();
        let expected = [&loud, &quiet, &second, &loud, &loud];
        assert!(
            order
                .iter()
                .zip(expected)
                .all(|(got, want)| Arc::ptr_eq(got, want))
        );
        assert_eq!((order.len(), queue.len()), (5, 0));
    }

    #[test]
    fn a_thread_may_be_for_some_projects_only() {
        let (loud, quiet) = (model(1), model(2));
        let mut queue = Queue::default();
        queue.push(call(&loud));
        assert!(queue.next(|project| project != loud.project()).is_none());
        queue.push(call(&quiet));
        let next = queue.next(|project| project != loud.project()).unwrap();
        assert!(Arc::ptr_eq(&next.model, &quiet));
        assert_eq!(queue.of(&loud), 1);
        assert_eq!(queue.remove(|task| Arc::ptr_eq(&task.model, &loud)).len(), 1);
        assert_eq!((queue.len(), queue.projects().count()), (0, 0));
    }
}
