//! Owns all I/O: reads the terminal, starts effects, feeds events to `update`, draws once per batch.
//!
//! Draws nothing when nothing changed, and ticks every second only while something counts down.

use std::io;
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::queue;
use crossterm::style::Print;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::Backend as _;
use rustix::process::{
    Signal as Sig, getpgrp, getpid, getsid, kill_current_process_group, kill_process,
};
use tokio::sync::mpsc;
use tokio::time::{Instant as Deadline, sleep_until};

use super::executor::Executor;
use super::guard::Guard;
use super::input::{Decoder, Input};
use super::keymap::{self, Layer};
use super::message::{Effect, Event, Intent, Moment, Msg};
use super::model::{Browser, Clipboard, Model, Setting};
use super::terminal::{Chunk, Screen, Signals, read_input, screen};
use super::theme::Theme;
use super::update::{start, update};
use super::view;
use crate::app::App;
use crate::domain::draft::Defaults;
use crate::domain::invitable::MailReach;

/// At most so often the screen follows changes of the database.
const REFRESH: Duration = Duration::from_millis(100);
/// How long the end waits for what is being saved.
const LAST_CHANGE: Duration = Duration::from_secs(5);
/// Events and keys that are taken before the screen is drawn again.
const BATCH: usize = 500;

/// How the dashboard is to be.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether colours may be used.
    pub colours: bool,
    /// Whether `q` never asks (a demonstration).
    pub quits_freely: bool,
}

/// How the dashboard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The person quit.
    Quit,
    /// The terminal went away (SIGHUP): what is held should be tried once more.
    Hangup,
    /// The program was told to end (SIGTERM, SIGINT).
    Told,
}

/// Why the dashboard could not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal.
    #[error("the terminal can't be used: {0}")]
    Terminal(#[from] io::Error),
    /// A task panicked; what it was doing was not finished.
    #[error("a part of the dashboard failed: {0}")]
    Panicked(String),
}

/// Runs the dashboard on the terminal until it ends. The terminal is then as it was.
///
/// # Errors
/// When there is no usable terminal, or a part of the dashboard panicked.
pub async fn run(app: App, options: Options) -> Result<Ended, RunError> {
    let guard = Guard::enter()?;
    let mut runner = Runner::new(app, options, guard).await?;
    let ended = runner.run().await;
    let _ = tokio::time::timeout(LAST_CHANGE, runner.executor.finish()).await;
    ended
}

/// What the model must know of the app's configuration.
pub async fn setting(app: &App, quits_freely: bool) -> Setting {
    let policy = app.config().link_policy();
    Setting {
        base: policy.base,
        window: policy.window,
        zone: app.config().list_zone(),
        defaults: Defaults {
            zone: app.form_zone().await.ok().flatten(),
            ..app.defaults()
        },
        hold: app.config().mail.hold,
        batch_hold: app.config().mail.batch_hold,
        rate: app.config().mail.rate,
        mail_stays_here: policy.mail == MailReach::ThisMachine,
        port_forwarding: app.config().port_forwarding(),
        user: app.config().actor(),
        read_only: app.read_only(),
        clipboard: Clipboard::of(app.config().terminal.as_deref(), app.config().is_remote),
        browser: Browser::of(app.config().is_remote, app.config().has_display),
        quits_freely,
        bell: app.config().ui.bell,
        seed: uuid::Uuid::new_v4().to_string(),
    }
}

/// The time now.
#[must_use]
pub fn moment(app: &App) -> Moment {
    Moment {
        now: app.now(),
        running: app.running(),
    }
}

// What woke the runner.
enum Woken {
    Event(Event),
    Bytes(Option<Chunk>),
    Timer,
    Changed,
    SendingChanged,
    ServingChanged,
    Resized,
    Ended(Ended),
    Stop,
    Resume,
}

struct Runner {
    app: App,
    model: Model,
    theme: Theme,
    executor: Executor,
    events: mpsc::UnboundedReceiver<Event>,
    input: mpsc::UnboundedReceiver<Chunk>,
    decoder: Decoder,
    signals: Signals,
    terminal: Screen,
    guard: Guard,
    plan_drawn: Option<Instant>,
    refresh_due: Option<Instant>,
    refreshed: Option<Instant>,
    ended: Option<Ended>,
}

impl Runner {
    async fn new(app: App, options: Options, guard: Guard) -> io::Result<Self> {
        let terminal = screen()?;
        let size = terminal.size()?;
        let setting = setting(&app, options.quits_freely).await;
        let sending = app.sending().borrow().clone();
        let model = Model::new(setting, sending, moment(&app), (size.width, size.height));
        let (executor, events) = Executor::new(app.clone());
        Ok(Self {
            app,
            model,
            theme: Theme::new(options.colours),
            executor,
            events,
            input: read_input(),
            decoder: Decoder::default(),
            signals: Signals::listen()?,
            terminal,
            guard,
            plan_drawn: None,
            refresh_due: None,
            refreshed: None,
            ended: None,
        })
    }

    async fn run(&mut self) -> Result<Ended, RunError> {
        let mut changes = self.app.changes();
        let mut sending = self.app.sending();
        let now = sending.borrow_and_update().clone();
        self.tell(Event::SendingChanged(now));
        let mut serving = self.app.serving();
        serving.mark_changed();
        let effects = start(&mut self.model);
        self.carry_out(effects);
        self.draw()?;
        loop {
            let woken = {
                let timer = sleep_until(self.next_tick());
                let signals = &mut self.signals;
                tokio::select! {
                    biased;
                    _ = signals.terminate.recv() => Woken::Ended(Ended::Told),
                    _ = signals.interrupt.recv() => Woken::Ended(Ended::Told),
                    _ = signals.hangup.recv() => Woken::Ended(Ended::Hangup),
                    _ = signals.resume.recv() => Woken::Resume,
                    _ = signals.stop.recv() => Woken::Stop,
                    _ = signals.resized.recv() => Woken::Resized,
                    chunk = self.input.recv() => Woken::Bytes(chunk),
                    Some(event) = self.events.recv() => Woken::Event(event),
                    Ok(()) = changes.changed() => Woken::Changed,
                    Ok(()) = sending.changed() => Woken::SendingChanged,
                    Ok(()) = serving.changed() => Woken::ServingChanged,
                    () = timer => Woken::Timer,
                }
            };
            self.tell(Event::Ticked(moment(&self.app)));
            match woken {
                Woken::Event(event) => self.tell(event),
                Woken::Bytes(Some(chunk)) => self.typed(&chunk),
                Woken::Bytes(None) => self.ended = Some(Ended::Hangup),
                Woken::Timer => self.expire(),
                Woken::Changed => self.note_change(),
                Woken::SendingChanged => {
                    let now = sending.borrow_and_update().clone();
                    self.tell(Event::SendingChanged(now));
                }
                Woken::ServingChanged => {
                    let now = serving.borrow_and_update().clone();
                    self.tell(Event::ServingChanged(now));
                }
                // A window that shrank and grew again before it was looked at has lost what stood there.
                Woken::Resized => self.redraw(),
                Woken::Ended(ended) => self.ended = Some(ended),
                Woken::Stop => self.stop(false)?,
                Woken::Resume => self.resume()?,
            }
            self.drain();
            self.executor
                .tidy()
                .map_err(|error| RunError::Panicked(error.to_string()))?;
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
            if !self.guard.holds() {
                return Err(RunError::Panicked("a task in the background".to_owned()));
            }
            self.draw()?;
        }
    }

    // What else is there already belongs to the same picture.
    fn drain(&mut self) {
        for _ in 0..BATCH {
            if let Ok(event) = self.events.try_recv() {
                self.tell(event);
            } else if let Ok(chunk) = self.input.try_recv() {
                self.typed(&chunk);
            } else {
                break;
            }
        }
    }

    fn next_tick(&self) -> Deadline {
        let countdown = self.model.counting_down().map(|until| {
            let left = until.duration_since(self.app.running());
            let part = u64::try_from(left.subsec_millis()).unwrap_or(0);
            Duration::from_millis(part + 1)
        });
        let minute = u64::try_from(60 - self.app.now().as_second().rem_euclid(60)).unwrap_or(60);
        let tick = countdown.min().unwrap_or(Duration::from_secs(minute));
        let now = Instant::now();
        let first = [self.decoder.deadline(), self.refresh_due]
            .into_iter()
            .flatten()
            .chain([now + tick])
            .min();
        Deadline::from_std(first.unwrap_or(now + tick))
    }

    // Some deadline has come.
    fn expire(&mut self) {
        let now = Instant::now();
        if self
            .decoder
            .deadline()
            .is_some_and(|deadline| deadline <= now)
        {
            for input in self.decoder.expire() {
                self.entered(input, now);
            }
        }
        if self.refresh_due.is_some_and(|due| due <= now) {
            self.refresh_due = None;
            self.refreshed = Some(now);
            self.tell(Event::DataChanged);
        }
    }

    // Changes of the database are followed at once, but not more often than the eye can.
    fn note_change(&mut self) {
        let now = Instant::now();
        let soonest = self.refreshed.map_or(now, |last| last + REFRESH);
        self.refresh_due = Some(self.refresh_due.unwrap_or(soonest.max(now)));
        self.expire();
    }

    fn typed(&mut self, chunk: &Chunk) {
        for input in self.decoder.feed(&chunk.bytes, chunk.at) {
            self.entered(input, chunk.at);
        }
    }

    fn entered(&mut self, input: Input, at: Instant) {
        let layer = self.model.layer();
        if matches!(
            layer,
            Layer::Plan | Layer::Steer | Layer::Change | Layer::Import
        ) && self.plan_drawn.is_some_and(|drawn| at <= drawn)
        {
            return;
        }
        let intent = match input {
            Input::Key(key) => keymap::intent(layer, key),
            Input::Paste(text) => Some(Intent::Paste(text)),
        };
        if let Some(intent) = intent {
            let effects = update(&mut self.model, Msg::Intent(intent));
            self.carry_out(effects);
        }
    }

    fn tell(&mut self, event: Event) {
        let effects = update(&mut self.model, Msg::Event(event));
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match self.executor.start(effect) {
                Some(Effect::Quit) => self.ended = Some(Ended::Quit),
                Some(Effect::Copy(text)) => {
                    let copied = queue!(
                        self.terminal.backend_mut(),
                        CopyToClipboard::to_clipboard_from(text)
                    );
                    let copied =
                        copied.and_then(|()| io::Write::flush(self.terminal.backend_mut()));
                    self.tell(Event::Copied(copied.map_err(|error| error.to_string())));
                }
                Some(Effect::Ring) => {
                    let rung = queue!(self.terminal.backend_mut(), Print('\u{7}'));
                    if let Err(error) = rung {
                        tracing::warn!(%error, "the bell could not be rung");
                    }
                }
                Some(Effect::Redraw) => self.redraw(),
                Some(Effect::Suspend) => {
                    if let Err(error) = self.stop(true) {
                        tracing::warn!(%error, "going into the background failed");
                    }
                }
                Some(_) | None => {}
            }
        }
    }

    fn redraw(&mut self) {
        // `Terminal::clear` would ask the terminal for its cursor and wait for an answer that goes to our reader.
        let cleared = self.terminal.backend_mut().clear().and_then(|()| screen());
        match cleared {
            Ok(fresh) => self.terminal = fresh,
            Err(error) => tracing::warn!(%error, "the screen could not be cleared"),
        }
        self.model.changed = true;
    }

    // Stops this process until it is continued. By the key, the whole job stops, as the shell would have it; without
    // a shell nobody could continue it.
    fn stop(&mut self, whole_job: bool) -> io::Result<()> {
        let job = getpgrp();
        if whole_job && getsid(None).is_ok_and(|session| session == job) {
            self.tell(Event::NotSuspended);
            return Ok(());
        }
        self.guard.leave();
        if whole_job {
            kill_current_process_group(Sig::STOP)?;
        } else {
            kill_process(getpid(), Sig::STOP)?;
        }
        self.resume()
    }

    fn resume(&mut self) -> io::Result<()> {
        self.guard.resume()?;
        self.redraw();
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        if self.model.size != (size.width, size.height) {
            self.tell(Event::Resized(size.width, size.height));
        }
        if self.model.changed {
            self.model.changed = false;
            queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
            let (model, theme) = (&self.model, self.theme);
            self.terminal
                .draw(|frame| view::draw(frame, model, theme))?;
            queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
            io::Write::flush(self.terminal.backend_mut())?;
        }
        if self.model.awaits_drawing() {
            self.plan_drawn = Some(Instant::now());
            self.tell(Event::PlanDrawn);
        }
        Ok(())
    }
}
