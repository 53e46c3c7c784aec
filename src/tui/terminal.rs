//! The terminal and the signals, as the runner sees them. Decides nothing.

use std::io::{self, BufWriter, Read as _, Stdout};
use std::time::Instant;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::process::Signal as Sig;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// Bytes of the terminal and when they were read: what was typed before a plan was seen is no answer to it.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) at: Instant,
}

/// What the system tells the process.
pub(super) struct Signals {
    pub(super) resized: Signal,
    pub(super) hangup: Signal,
    pub(super) terminate: Signal,
    pub(super) interrupt: Signal,
    pub(super) stop: Signal,
    pub(super) resume: Signal,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> io::Result<Self> {
        // The numbers of SIGTSTP and SIGCONT, which tokio has no names for.
        Ok(Self {
            resized: signal(SignalKind::window_change())?,
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(Sig::TSTP.as_raw()))?,
            resume: signal(SignalKind::from_raw(Sig::CONT.as_raw()))?,
        })
    }
}

/// Where the dashboard is drawn.
pub(super) type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The whole screen, taken to be empty.
pub(super) fn screen() -> io::Result<Screen> {
    Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(
        1 << 16,
        io::stdout(),
    )))
}

/// Reads the terminal in a thread of its own: a read of the terminal can't be given up. It ends with the process.
pub(super) fn read_input() -> mpsc::UnboundedReceiver<Chunk> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 14];
        loop {
            let read = match io::stdin().read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => return,
                Ok(read) => read,
            };
            let bytes = buffer.get(..read).unwrap_or_default().to_vec();
            if sender
                .send(Chunk {
                    bytes,
                    at: Instant::now(),
                })
                .is_err()
            {
                return;
            }
        }
    });
    receiver
}
