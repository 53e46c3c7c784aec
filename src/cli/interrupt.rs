//! Ctrl-C and SIGTERM for what goes on until it is interrupted.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::Failure;
use crate::app::Stop;

/// Asks to stop at the first SIGINT or SIGTERM; tells of the second.
///
/// # Errors
/// When signals can't be received.
pub fn stop_when_asked(stop: Stop) -> Result<oneshot::Receiver<()>, Failure> {
    let no_signals = |error| Failure::environment(format!("signals can't be received: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let (second, at_once) = oneshot::channel();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        stop.now();
        either(&mut interrupt, &mut terminate).await;
        let _ = second.send(());
    });
    Ok(at_once)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
