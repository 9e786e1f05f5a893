//! Jobs that run until they are told to end: who gets a slot, who waits, who is refused.

use std::sync::{Arc, mpsc};

use super::*;

fn project(number: u128) -> ProjectId {
    ProjectId::from_bits(number)
}

/// Bounds a test that fails.
const SOON: Duration = Duration::from_secs(30);
/// For those who are to be refused.
const SHORT: Duration = Duration::from_millis(50);

/// Jobs that run until they are told to end.
struct Bench {
    slots: Arc<JobSlots>,
    begun: mpsc::Receiver<u128>,
    tell: mpsc::Sender<u128>,
}

impl Bench {
    fn new(longest_wait: Duration) -> Self {
        let (tell, begun) = mpsc::channel();
        Self {
            slots: Arc::new(JobSlots::new(
                "search",
                2,
                Duration::from_millis(800),
                longest_wait,
            )),
            begun,
            tell,
        }
    }
    /// Starts a job of this project; it runs until the sender is dropped.
    fn job(&self, number: u128) -> (tokio::task::JoinHandle<OperationResult<u128>>, mpsc::Sender<()>) {
        let (end, ended) = mpsc::channel::<()>();
        let (slots, tell) = (self.slots.clone(), self.tell.clone());
        let task = tokio::spawn(async move {
            let work = move || {
                tell.send(number).unwrap();
                let _ = ended.recv();
                number
            };
            slots.run(project(number), work).await
        });
        (task, end)
    }
}

fn refused(outcome: OperationResult<u128>) -> Duration {
    match outcome {
        Err(Failure::Busy { after, .. }) => after,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_project_has_one_place_and_all_together_have_two() {
    let bench = Bench::new(SHORT);
    let (first, end_first) = bench.job(1);
    tokio::task::yield_now().await;
    assert_eq!(bench.begun.recv_timeout(SOON), Ok(1));
    // The same project waits for itself, and takes nobody's slot meanwhile.
    let crowd: Vec<_> = (0..10).map(|_| bench.job(1)).collect();
    tokio::task::yield_now().await;
    let (second, end_second) = bench.job(2);
    tokio::task::yield_now().await;
    assert_eq!(bench.begun.recv_timeout(SOON), Ok(2));
    let (third, _end) = bench.job(3);
    let after = refused(third.await.unwrap());
    assert!(
        after >= Duration::from_millis(800) && after <= Duration::from_secs(60),
        "{after:?}"
    );
    for (task, _end) in crowd {
        refused(task.await.unwrap());
    }
    drop((end_first, end_second));
    assert_eq!(first.await.unwrap().unwrap(), 1);
    assert_eq!(second.await.unwrap().unwrap(), 2);
    // There are slots again.
    let (next, end) = bench.job(3);
    drop(end);
    assert_eq!(next.await.unwrap().unwrap(), 3);
}

#[tokio::test]
async fn whoever_waits_gets_the_place_that_becomes_free() {
    let bench = Bench::new(Duration::from_secs(60));
    let (first, end) = bench.job(1);
    tokio::task::yield_now().await;
    assert_eq!(bench.begun.recv_timeout(SOON), Ok(1));
    let (second, end_second) = bench.job(1);
    tokio::task::yield_now().await;
    drop((end, end_second));
    assert_eq!(first.await.unwrap().unwrap(), 1);
    assert_eq!(second.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_free_the_place_of_a_job_that_runs() {
    let bench = Bench::new(SHORT);
    let (first, end) = bench.job(1);
    tokio::task::yield_now().await;
    assert_eq!(bench.begun.recv_timeout(SOON), Ok(1));
    first.abort();
    assert!(first.await.is_err());
    let (second, _end) = bench.job(1);
    refused(second.await.unwrap());
    drop(end);
}

#[tokio::test]
async fn jobs_give_way_and_a_job_that_panics_leaves_its_place() {
    let slots = JobSlots::new("search", 1, SHORT, SHORT);
    let nice = || rustix::process::getpriority_process(None).unwrap();
    let own = nice();
    assert_eq!(slots.run(project(1), nice).await.unwrap(), NICE);
    assert_eq!(nice(), own, "only the job's thread");
    let died = slots.run(project(1), || panic!("on purpose")).await;
    assert!(matches!(died, Err(Failure::Defect(_))));
    assert_eq!(slots.run(project(1), || 7).await.unwrap(), 7);
}
/// What two imports that never end would do to everybody, were they of one project.
#[tokio::test]
async fn work_in_the_background_waits_and_one_projects_endless_work_keeps_nobody_else_out() {
    let slots = Arc::new(JobSlots::new("import", 2, SHORT, Duration::ZERO));
    let (end, ended) = mpsc::channel::<()>();
    let endless = slots.wait(project(1)).await.unwrap();
    let endless = tokio::spawn(async move { endless.run(move || ended.recv().is_err()).await });
    let mut again = std::pin::pin!(slots.wait(project(1)));
    let waits = tokio::time::timeout(Duration::from_millis(1), again.as_mut());
    assert!(waits.await.is_err(), "its own next one waits, and is not refused");
    let other = slots.wait(project(2)).await.unwrap();
    assert_eq!(other.run(|| 7).await.unwrap(), 7);
    drop(end);
    assert!(endless.await.unwrap().unwrap());
    assert_eq!(again.await.unwrap().run(|| 8).await.unwrap(), 8);
}
#[tokio::test]
async fn a_crowd_of_one_project_leaves_others_a_place_to_wait_in() {
    let bench = Bench::new(Duration::from_secs(60));
    let (first, end_first) = bench.job(1);
    tokio::task::yield_now().await;
    assert_eq!(bench.begun.recv_timeout(SOON), Ok(1));
    let mut crowd: Vec<_> = (0..WAITING_MAX + 1).map(|_| bench.job(1)).collect();
    tokio::task::yield_now().await;
    // All but those that may wait are refused at once.
    for (task, _end) in crowd.drain(WAITING_OF_A_PROJECT..) {
        refused(task.await.unwrap());
    }
    let (other, end_other) = bench.job(2);
    drop(end_other);
    assert_eq!(other.await.unwrap().unwrap(), 2);
    assert_eq!(bench.begun.recv_timeout(SOON), Ok(2));
    for (task, end) in crowd {
        task.abort();
        drop(end);
    }
    drop(end_first);
    assert_eq!(first.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn so_many_of_a_project_wait_in_the_background_and_others_too() {
    let slots = JobSlots::new("import", 2, SHORT, Duration::ZERO);
    let mut queued: Vec<_> = (0..QUEUED_OF_A_PROJECT)
        .map(|_| slots.queue(project(1)).unwrap())
        .collect();
    assert!(matches!(
        slots.queue(project(1)),
        Err(Failure::Busy { what: "import", .. })
    ));
    assert!(slots.queue(project(2)).is_ok());
    queued.pop();
    assert!(slots.queue(project(1)).is_ok());
}
