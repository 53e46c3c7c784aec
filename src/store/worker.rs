//! The threads of the database: one that writes, a few that read, and one that watches for other processes' commits.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use super::{Reading, StoreError, Writing, busy};

/// Work inside a transaction, or the news that there is none. What it gives back is to be told whether the
/// transaction was committed.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), StoreError>)>;

// How soon a commit by another process is seen: short for a person, long for a processor.
const LOOK_AROUND: Duration = Duration::from_millis(200);
// What waits at the same moment is committed together: one wait for the disk instead of many.
const TOGETHER: usize = 64;

/// Owns the threads. Dropping it lets them finish what was asked for and end.
pub struct Worker {
    write: Mutex<Option<mpsc::Sender<Job>>>,
    read: Mutex<Option<mpsc::Sender<Job>>>,
    changed: Arc<watch::Sender<u64>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(
        writer: Connection,
        readers: Vec<Connection>,
        directory: Option<PathBuf>,
    ) -> Arc<Self> {
        let (changed, _) = watch::channel(0);
        let changed = Arc::new(changed);
        let (write, jobs) = mpsc::channel::<Job>();
        let on_change = Arc::clone(&changed);
        let mut threads = vec![thread::spawn(move || {
            serve_writer(writer, &jobs, &on_change, directory.as_deref());
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
        run(&self.write, move |connection| {
            in_savepoint(connection, work)
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
        run(&self.read, move |connection| work(&Reading { connection })).await
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
                serve(
                    &mut reader,
                    TransactionBehavior::Deferred,
                    &mut vec![job],
                    None,
                    || {},
                );
            }
        }));
    }
    read
}

async fn run<T, E>(
    queue: &Mutex<Option<mpsc::Sender<Job>>>,
    work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        let outcome = connection.map_err(E::from).and_then(work);
        Box::new(move |committed| {
            // Nobody may be waiting any more; what was committed stays committed.
            let _ =
                answer.send(outcome.and_then(|value| committed.map(|()| value).map_err(E::from)));
        })
    });
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
    queue
        .and_then(|queue| queue.send(job).ok())
        .ok_or(StoreError::Closed)?;
    answered
        .await
        .unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

// Work that fails takes back what it did, and nothing that others did in the same transaction.
fn in_savepoint<T, E: From<StoreError>>(
    connection: &Connection,
    work: impl FnOnce(&Writing<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let run = |sql| connection.execute_batch(sql).map_err(StoreError::from);
    run("SAVEPOINT work")?;
    let outcome = work(&Writing {
        reading: Reading { connection },
    });
    match &outcome {
        Ok(_) => run("RELEASE work")?,
        // The engine takes everything back by itself when the disk fails.
        Err(_) if connection.is_autocommit() => {}
        Err(_) => run("ROLLBACK TO work; RELEASE work")?,
    }
    outcome
}

// Runs jobs in one transaction and tells them how it ended; before that it says so if anything has changed, so that
// whoever has its answer can count on the news. Stops behind a job that cost the transaction: what is left in `jobs`
// needs another one.
fn serve(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    jobs: &mut Vec<Job>,
    directory: Option<&Path>,
    changed: impl FnOnce(),
) {
    let transaction = match connection.transaction_with_behavior(behavior) {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = match StoreError::from(error) {
                StoreError::Busy(_) => StoreError::Busy(directory.and_then(busy::said)),
                other => other,
            };
            for job in jobs.drain(..) {
                job(Err(error.clone()))(Ok(()));
            }
            return;
        }
    };
    let before = transaction.total_changes();
    let mut answers = Vec::new();
    while !jobs.is_empty() && !transaction.is_autocommit() {
        answers.push(jobs.remove(0)(Ok(&transaction)));
    }
    let differs = transaction.total_changes() != before;
    let committed = if transaction.is_autocommit() {
        Err(StoreError::NotWritable(
            "the disk failed another write of the same moment".to_owned(),
        ))
    } else {
        transaction.commit().map_err(StoreError::from)
    };
    if committed.is_ok() && differs {
        changed();
    }
    for answer in answers {
        answer(committed.clone());
    }
}

// `data_version` changes when another connection commits (and only then), and costs a microsecond to ask for.
fn serve_writer(
    mut connection: Connection,
    jobs: &mpsc::Receiver<Job>,
    changed: &watch::Sender<u64>,
    directory: Option<&Path>,
) {
    let mut seen = data_version(&connection);
    loop {
        let mut together = match jobs.recv_timeout(LOOK_AROUND) {
            Ok(job) => vec![job],
            Err(mpsc::RecvTimeoutError::Timeout) => Vec::new(),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        };
        if !together.is_empty() {
            together.extend(jobs.try_iter().take(TOGETHER));
        }
        while !together.is_empty() {
            serve(
                &mut connection,
                TransactionBehavior::Immediate,
                &mut together,
                directory,
                || changed.send_modify(|count| *count += 1),
            );
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
