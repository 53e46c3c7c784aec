//! The dashboard on a world of its own: keys go in, the screen comes out. Everything between is real, but for the
//! terminal.
//!
//! ```ignore
//! let mut dashboard = Dashboard::open(&world, 120, 30).await;
//! dashboard.keys("n Ada~Lovelace Tab ada@c.example Ctrl-s").await;
//! assert!(dashboard.screen().contains("saved"));
//! ```

use greenroom::app::App;
use greenroom::tui::executor::Executor;
use greenroom::tui::key::Key;
use greenroom::tui::keymap;
use greenroom::tui::layout::said;
use greenroom::tui::message::{Effect, Event, Intent, Msg};
use greenroom::tui::model::Model;
use greenroom::tui::runner::{moment, setting};
use greenroom::tui::theme::Theme;
use greenroom::tui::update::{start, update};
use greenroom::tui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::{mpsc, watch};

use super::World;

/// A dashboard that is open.
pub struct Dashboard {
    pub model: Model,
    app: App,
    executor: Executor,
    events: mpsc::UnboundedReceiver<Event>,
    changes: watch::Receiver<u64>,
    /// What reached the terminal's clipboard.
    pub copied: Vec<String>,
    /// Whether it has ended.
    pub ended: bool,
}

impl Dashboard {
    pub async fn open(world: &World, width: u16, height: u16) -> Self {
        let app = world.app.clone();
        let (executor, events) = Executor::new(app.clone());
        let sending = app.sending().borrow().clone();
        let model = Model::new(
            setting(&app, false).await,
            sending,
            moment(&app),
            (width, height),
        );
        let changes = app.changes();
        let mut dashboard = Self {
            model,
            app,
            executor,
            events,
            changes,
            copied: Vec::new(),
            ended: false,
        };
        let effects = start(&mut dashboard.model);
        dashboard.carry_out(effects);
        dashboard.settle().await;
        dashboard
    }

    /// Presses keys by name, separated by spaces, and waits for what follows from each. What is no key is typed letter
    /// by letter, `~` for a space.
    pub async fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            match Key::named(word) {
                Some(key) => self.press(key),
                None => {
                    for letter in word.replace('~', " ").chars() {
                        let name = if letter == ' ' {
                            "Space".to_owned()
                        } else {
                            letter.to_string()
                        };
                        self.press(Key::named(&name).unwrap());
                    }
                }
            }
            self.settle().await;
        }
        self
    }

    /// Presses keys so fast that nothing is drawn or answered in between.
    pub async fn keys_at_once(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.press(Key::named(key).unwrap());
        }
        self.settle().await;
        self
    }

    pub async fn paste(&mut self, text: &str) {
        self.want(Intent::Paste(text.to_owned()));
        self.settle().await;
    }

    /// Waits until nothing is under way and everything that was committed is on the screen.
    pub async fn settle(&mut self) {
        loop {
            self.tell(Event::Ticked(moment(&self.app)));
            self.executor.idle().await;
            let mut quiet = true;
            while let Ok(event) = self.events.try_recv() {
                quiet = false;
                self.tell(event);
            }
            // The watch of the file itself may still be on its way.
            if self.changes.has_changed().unwrap() {
                self.changes.borrow_and_update();
                quiet = false;
                self.tell(Event::DataChanged);
            }
            if self.model.awaits_drawing() {
                self.screen();
                self.tell(Event::PlanDrawn);
            }
            if quiet {
                return;
            }
        }
    }

    /// What a person sees.
    pub fn screen(&self) -> String {
        let (width, height) = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| view::draw(frame, &self.model, Theme::new(true)))
            .unwrap();
        let lines = terminal
            .backend()
            .buffer()
            .content
            .chunks(usize::from(width));
        let line = |cells: &[ratatui::buffer::Cell]| {
            cells
                .iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
        };
        lines.map(line).collect::<Vec<_>>().join("\n")
    }

    /// What is said below, put together where it takes several lines.
    pub fn status(&self) -> String {
        let screen = self.screen();
        let lines: Vec<&str> = screen.lines().map(str::trim).collect();
        let said = said(&self.model).len().max(1);
        lines[lines.len() - said..].join(" ")
    }

    fn press(&mut self, key: Key) {
        if let Some(intent) = keymap::intent(self.model.layer(), key) {
            self.want(intent);
        }
    }

    fn want(&mut self, intent: Intent) {
        let effects = update(&mut self.model, Msg::Intent(intent));
        self.carry_out(effects);
    }

    fn tell(&mut self, event: Event) {
        let effects = update(&mut self.model, Msg::Event(event));
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match self.executor.start(effect) {
                Some(Effect::Copy(text)) => self.copied.push(text),
                Some(Effect::Quit) => self.ended = true,
                _ => {}
            }
        }
    }
}
