//! The instances of this node that have not ended, and what they take of the machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::{InstanceId, ModelId, ServiceId};
use adyton_core::usage::InstanceUsage;
use parking_lot::Mutex;
use rustix::process::Pid;
use tokio::sync::watch;

use crate::processes::{self, Processes, Taken};
use crate::targets::{Instance, Target};

/// The instances that have not ended.
pub(super) struct Running {
    handles: Mutex<HashMap<InstanceId, Handle>>,
    clock: Clock,
}

/// What is held of one run of an instance.
struct Handle {
    stop: watch::Sender<bool>,
    service: ServiceId,
    model: ModelId,
    /// When the run began, by the clock that nobody sets.
    since: Duration,
    /// What keeps its program, once that has started: all below is the program's.
    keeper: Option<Pid>,
    /// What its calls go to, once it is ready.
    instance: Option<Arc<Instance>>,
    /// Whether it retires: then it takes no new calls.
    retires: bool,
    /// The most processor time that was ever measured: processes that end while they are looked at are not counted twice, or not at all.
    cpu: Duration,
}

/// Where an instance takes what it takes.
enum Where {
    Keeper(Pid),
    /// In the server, or in a process of the model's; this much it worked in the server.
    Model(Option<Pid>, Duration),
}

impl Running {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            handles: Mutex::default(),
            clock,
        }
    }

    /// A run of an instance begins. Gives what tells it to stop.
    pub(super) fn begin(&self, id: InstanceId, service: ServiceId, model: ModelId) -> watch::Receiver<bool> {
        let (stop, stopped) = watch::channel(false);
        let handle = Handle {
            stop,
            service,
            model,
            since: self.clock.monotonic(),
            keeper: None,
            instance: None,
            retires: false,
            cpu: Duration::ZERO,
        };
        self.handles.lock().insert(id, handle);
        stopped
    }

    /// Its program runs below this process.
    pub(super) fn kept_by(&self, id: InstanceId, keeper: Pid) {
        if let Some(handle) = self.handles.lock().get_mut(&id) {
            handle.keeper = Some(keeper);
        }
    }

    pub(super) fn ready(&self, id: InstanceId, instance: Arc<Instance>) {
        if let Some(handle) = self.handles.lock().get_mut(&id) {
            handle.instance = Some(instance);
        }
    }

    pub(super) fn instance(&self, id: InstanceId) -> Option<Arc<Instance>> {
        let handles = self.handles.lock();
        let handle = handles.get(&id).filter(|handle| !handle.retires)?;
        handle.instance.clone()
    }

    /// It takes no new calls from now on: what tells it to stop, and what calls may still be in.
    pub(super) fn retire(&self, id: InstanceId) -> Option<(watch::Sender<bool>, Option<Arc<Instance>>)> {
        let mut handles = self.handles.lock();
        let handle = handles.get_mut(&id)?;
        let instance = handle.instance.clone().filter(|_| !handle.retires);
        handle.retires = true;
        Some((handle.stop.clone(), instance))
    }

    pub(super) fn end(&self, id: InstanceId) {
        self.handles.lock().remove(&id);
    }

    /// What each has taken; reads files of the system where processes of their own run.
    pub(super) fn usage(&self) -> Vec<InstanceUsage> {
        let places = self.places();
        let has_programs = places.iter().any(|(_, place)| matches!(place, Where::Keeper(_)));
        let all = has_programs.then(Processes::look);
        // Instances of one version share a process: each is told an equal part.
        let mut sharing: HashMap<Pid, u32> = HashMap::new();
        for (_, place) in &places {
            if let Where::Model(Some(pid), _) = place {
                *sharing.entry(*pid).or_default() += 1;
            }
        }
        let of_process = |pid: &Pid| {
            let parts = sharing.get(pid).copied().unwrap_or(1);
            let taken = processes::taken_by(*pid)?;
            Some(Taken {
                cpu: taken.cpu / parts,
                memory: taken.memory / u64::from(parts),
            })
        };
        let measured = places.into_iter().map(|(mut usage, place)| {
            let (worked, taken) = match &place {
                Where::Keeper(pid) => (Duration::ZERO, all.as_ref().map(|all| all.taken_below(*pid))),
                Where::Model(process, worked) => (*worked, process.as_ref().and_then(of_process)),
            };
            usage.cpu = worked + taken.unwrap_or_default().cpu;
            usage.memory = taken.map(|taken| taken.memory);
            usage
        });
        let mut measured: Vec<InstanceUsage> = measured.collect();
        let mut handles = self.handles.lock();
        for usage in &mut measured {
            if let Some(handle) = handles.get_mut(&usage.instance) {
                handle.cpu = handle.cpu.max(usage.cpu);
                usage.cpu = handle.cpu;
            }
        }
        measured
    }

    fn places(&self) -> Vec<(InstanceUsage, Where)> {
        let now = self.clock.monotonic();
        let handles = self.handles.lock();
        let found = handles.iter().filter_map(|(id, handle)| {
            let place = match (handle.keeper, &handle.instance) {
                (Some(keeper), _) => Where::Keeper(keeper),
                (None, Some(instance)) => match instance.target() {
                    Target::InProcess(model) => Where::Model(model.process(), instance.meter().worked()),
                    Target::Address(_) => return None,
                },
                (None, None) => return None,
            };
            let usage = InstanceUsage {
                instance: *id,
                service: handle.service,
                model: handle.model,
                age: now.saturating_sub(handle.since),
                cpu: Duration::ZERO,
                memory: None,
            };
            Some((usage, place))
        });
        found.collect()
    }
}
