//! How long something takes, and how much memory more than before it takes at most.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

/// What something took.
#[derive(Clone, Copy)]
pub struct Measured {
    pub time: Duration,
    /// Mebibytes at most, beyond what there was before; unknown where nothing can be asked.
    pub memory: Option<u64>,
}

impl Measured {
    pub fn seconds(self) -> f64 {
        self.time.as_secs_f64()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.time < Duration::from_millis(100) {
            write!(f, "{:.1} ms", self.seconds() * 1_000.0)?;
        } else {
            write!(f, "{:.2} s", self.seconds())?;
        }
        match self.memory {
            Some(memory) => write!(f, ", {memory} MB more memory at most"),
            None => Ok(()),
        }
    }
}

pub async fn measured<T>(work: impl AsyncFnOnce() -> T) -> (T, Measured) {
    // The high-water mark begins anew (proc(5)).
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS:");
    let began = Instant::now();
    let done = work().await;
    let time = began.elapsed();
    let memory = status("VmHWM:")
        .zip(before)
        .map(|(most, before)| most.saturating_sub(before) >> 10);
    (done, Measured { time, memory })
}

fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
