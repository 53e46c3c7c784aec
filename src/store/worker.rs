//! The threads of the database: one that writes, a few that read, and one that watches for other processes' commits.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use super::{Reading, StoreError, Writing};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

// How soon a commit by another process is seen: short for a person, long for a processor.
const LOOK_AROUND: Duration = Duration::from_millis(200);

/// Owns the threads. Dropping it lets them finish what was asked for and end.
pub struct Worker {
    write: Mutex<Option<mpsc::Sender<Job>>>,
    read: Mutex<Option<mpsc::Sender<Job>>>,
    changed: Arc<watch::Sender<u64>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(writer: Connection, readers: Vec<Connection>) -> Arc<Self> {
        let (changed, _) = watch::channel(0);
        let changed = Arc::new(changed);
        let (write, jobs) = mpsc::channel::<Job>();
        let on_change = Arc::clone(&changed);
        let mut threads = vec![thread::spawn(move || {
            serve_writer(writer, &jobs, &on_change);
        })];
        let read = if readers.is_empty() {
            write.clone()
        } else {
            start_readers(readers, &mut threads)
        };
        Arc::new(Self {
            write: Mutex::new(Some(write)),
            read: Mutex::new(Some(read)),
            changed,
            threads,
        })
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let changed = Arc::clone(&self.changed);
        run(&self.write, move |connection| {
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            let result = work(&Writing {
                reading: Reading {
                    connection: &transaction,
                },
            })?;
            transaction.commit().map_err(StoreError::from)?;
            changed.send_modify(|count| *count += 1);
            Ok(result)
        })
        .await
    }

    pub(super) async fn read<T, E>(
        &self,
        work: impl FnOnce(&Reading<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        run(&self.read, move |connection| {
            let transaction = connection.transaction().map_err(StoreError::from)?;
            work(&Reading {
                connection: &transaction,
            })
        })
        .await
    }
}

fn start_readers(
    readers: Vec<Connection>,
    threads: &mut Vec<thread::JoinHandle<()>>,
) -> mpsc::Sender<Job> {
    let (read, jobs) = mpsc::channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    for mut reader in readers {
        let jobs = Arc::clone(&jobs);
        threads.push(thread::spawn(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = job else { break };
                job(&mut reader);
            }
        }));
    }
    read
}

async fn run<T, E>(
    queue: &Mutex<Option<mpsc::Sender<Job>>>,
    work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        // Nobody may be waiting any more; what was committed stays committed.
        let _ = answer.send(work(connection));
    });
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
    queue
        .and_then(|queue| queue.send(job).ok())
        .ok_or(StoreError::Closed)?;
    answered
        .await
        .unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

// `data_version` changes when another connection commits (and only then), and costs a microsecond to ask for.
fn serve_writer(
    mut connection: Connection,
    jobs: &mpsc::Receiver<Job>,
    changed: &watch::Sender<u64>,
) {
    let mut seen = data_version(&connection);
    loop {
        match jobs.recv_timeout(LOOK_AROUND) {
            Ok(job) => job(&mut connection),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        let version = data_version(&connection);
        if version != seen {
            seen = version;
            changed.send_modify(|count| *count += 1);
        }
    }
}

fn data_version(connection: &Connection) -> Option<i64> {
    super::engine::data_version(connection).ok()
}

impl Drop for Worker {
    fn drop(&mut self) {
        for queue in [&self.write, &self.read] {
            queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        // What was asked for is done before the process may exit, and the last connection tidies up. A thread can't
        // be joined from itself.
        for worker in self.threads.drain(..) {
            if worker.thread().id() != thread::current().id() {
                let _ = worker.join();
            }
        }
    }
}
