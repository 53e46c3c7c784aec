//! A Greenroom of its own for each test: an empty database, a clock set by hand, and a mail server in memory.
//!
//! ```ignore
//! let world = World::new().await;
//! let ada = world.schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00").await;
//! world.deliver().await;
//! assert_eq!(world.mail_of(ada).await, ["accepted"]);
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use greenroom::app::{
    App, Clock as _, Delivery, Dispatcher, Dossier, MailWish, Row, Schedule, ScheduleError,
    Scheduled, Stop, Wiring,
};
use greenroom::config::{Config, Environment, Options};
use greenroom::domain::draft::Draft;
use greenroom::domain::ids::InterviewId;
use greenroom::mail::parts::{self, Parts};
use greenroom::render::templates::Templates;
use greenroom::store::{OpenOptions, Store};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::edges::{HandClock, SeededChance};
use super::post::Post;

/// A Monday morning.
pub const NOW: &str = "2031-05-05T08:00:00Z";

/// How Acme is set up.
pub const ACME: &str = "
company.name = 'Acme'
company.from = 'Acme Interviews <jobs@acme.example>'
links.base_url = 'https://interviews.acme.example'
user.name = 'Rita Levi'
user.email = 'rita@acme.example'
mail.transport = 'smtp'
mail.smtp.host = 'mx.acme.example'
schedule.zone = 'Europe/Berlin'
";

/// A complete draft, as typed: `draft("Ada <ada@c.example>", "tomorrow 15:00")`. Other fields are set on it.
pub fn draft(candidate: &str, at: &str) -> Draft {
    let (name, address) = candidate.split_once(" <").unwrap();
    Draft {
        candidate: name.to_owned(),
        email: address.trim_end_matches('>').to_owned(),
        role: "Backend engineer".to_owned(),
        at: at.to_owned(),
        ..Draft::default()
    }
}

/// One Greenroom on a database.
pub struct World {
    pub app: App,
    pub store: Store,
    pub clock: Arc<HandClock>,
    pub post: Post,
    home: PathBuf,
    // Removes the directory with the last world in it.
    temporary: Option<Arc<TempDir>>,
}

impl World {
    /// Acme's Greenroom, with nothing in it.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// The same with other settings; what is set here wins.
    pub async fn with(settings: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut world = Self::on(directory.path(), clock(), Post::default(), settings, 1).await;
        world.temporary = Some(Arc::new(directory));
        world
    }

    /// Acme's Greenroom on a database in memory, for very many of them. What looks into the file can't be asked.
    pub async fn in_memory() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::in_memory().unwrap();
        let mut world = Self::over(store, directory.path(), clock(), Post::default(), "", 1).await;
        world.temporary = Some(Arc::new(directory));
        world
    }

    /// Acme's Greenroom in a place that outlives it; `seed` tells processes apart.
    pub async fn at(home: &Path, seed: u64) -> Self {
        Self::on(home, clock(), Post::default(), "", seed).await
    }

    /// Another Greenroom on the same database, clock and mail server, with settings of its own.
    pub async fn another(&self, settings: &str) -> Self {
        let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), settings);
        let (clock, post) = (Arc::clone(&self.clock), self.post.clone());
        let mut other = Self::on(&self.home, clock, post, settings, seed).await;
        other.temporary.clone_from(&self.temporary);
        other
    }

    async fn on(home: &Path, clock: Arc<HandClock>, post: Post, settings: &str, seed: u64) -> Self {
        let store = Store::open(&home.join("data"), OpenOptions::default()).unwrap();
        Self::over(store, home, clock, post, settings, seed).await
    }

    async fn over(
        store: Store,
        home: &Path,
        clock: Arc<HandClock>,
        post: Post,
        settings: &str,
        seed: u64,
    ) -> Self {
        let app = App::new(Wiring {
            store: store.clone(),
            config: config(home, settings),
            templates: Templates::load(Some(&home.join("templates"))).unwrap(),
            clock: clock.clone(),
            chance: Arc::new(SeededChance::new(seed)),
        })
        .await
        .unwrap();
        Self {
            app,
            store,
            clock,
            post,
            home: home.to_owned(),
            temporary: None,
        }
    }

    /// Where the configuration lies, and beside it templates of one's own.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// The file itself, for what no Greenroom would write.
    pub fn sql(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.data().join("greenroom.db")).unwrap();
        connection
            .pragma_update(None, "foreign_keys", true)
            .unwrap();
        connection
    }

    /// Changes the database behind Greenroom's back.
    pub fn tamper(&self, sql: &str) {
        self.sql().execute_batch(sql).unwrap();
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets the clock run along with that of the runtime; never ends.
    pub async fn time_runs(&self) {
        const TICK: Duration = Duration::from_millis(10);
        loop {
            tokio::time::sleep(TICK).await;
            self.clock.advance(SignedDuration::try_from(TICK).unwrap());
        }
    }

    pub fn wait_minutes(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// Schedules and queues the invitation.
    pub async fn schedule(&self, candidate: &str, at: &str) -> InterviewId {
        self.schedule_with(candidate, at, MailWish::Now)
            .await
            .row
            .id()
    }

    pub async fn schedule_with(&self, candidate: &str, at: &str, mail: MailWish) -> Scheduled {
        self.try_schedule(draft(candidate, at), mail).await.unwrap()
    }

    /// The same from a draft that is more than a name and a time.
    pub async fn schedule_draft(&self, draft: Draft) -> InterviewId {
        let made = self.try_schedule(draft, MailWish::Now).await;
        made.unwrap().row.id()
    }

    pub async fn try_schedule(
        &self,
        draft: Draft,
        mail: MailWish,
    ) -> Result<Scheduled, ScheduleError> {
        self.app.schedule(request(draft, mail)).await
    }

    /// A dispatcher of this Greenroom, with its own life.
    pub fn dispatcher(&self) -> Dispatcher {
        Dispatcher::new(self.app.clone(), vec![self.post.transport()]).unwrap()
    }

    /// One that hands mail over in several lanes side by side.
    pub fn dispatcher_of(&self, lanes: usize) -> Dispatcher {
        let transports = (0..lanes).map(|_| self.post.transport()).collect();
        Dispatcher::new(self.app.clone(), transports).unwrap()
    }

    /// Sends everything that is due.
    pub async fn deliver(&self) {
        self.dispatcher().drain(&Stop::default()).await;
    }

    pub async fn row(&self, id: InterviewId) -> Row {
        self.details(id).await.row
    }

    pub async fn details(&self, id: InterviewId) -> Dossier {
        self.app.details(id).await.unwrap().unwrap()
    }

    /// The newest mail of an interview.
    pub async fn newest(&self, id: InterviewId) -> Delivery {
        self.details(id).await.deliveries.swap_remove(0)
    }

    /// The states of an interview's mails, newest first.
    pub async fn mail_of(&self, id: InterviewId) -> Vec<&'static str> {
        let deliveries = self.details(id).await.deliveries;
        deliveries.iter().map(|mail| mail.state.mark()).collect()
    }

    /// The timeline of an interview: the kinds of its events.
    pub async fn timeline(&self, id: InterviewId) -> Vec<&'static str> {
        let events = self.details(id).await.events;
        events.iter().map(|event| event.kind.name()).collect()
    }

    /// What the list says of an interview.
    pub async fn says(&self, id: InterviewId) -> String {
        let row = self.row(id).await;
        let reason = row.reason(&self.app.access_window(), self.now());
        reason.words(&row.interview.zone, self.now())
    }

    /// Today's join link of an interview.
    pub async fn link(&self, id: InterviewId) -> String {
        self.app.join_link(&self.row(id).await).unwrap().expose()
    }

    /// The stored bytes of an interview's newest mail.
    pub async fn bytes(&self, id: InterviewId) -> Vec<u8> {
        self.app.mail(id).await.unwrap().bytes
    }

    /// Every mail that reached the mail server, taken apart.
    pub fn letters(&self) -> Vec<Parts> {
        let handed = self.post.handed();
        handed
            .iter()
            .map(|mail| parts::read(&mail.bytes).unwrap())
            .collect()
    }

    /// Counts the rows of a table.
    pub fn count(&self, table: &str) -> i64 {
        self.ask(&format!("SELECT count(*) FROM {table}"))
    }

    /// One value out of the database.
    pub fn ask<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn clock() -> Arc<HandClock> {
    Arc::new(HandClock::at(NOW.parse().unwrap()))
}

/// A request without an idempotency key.
pub fn request(draft: Draft, mail: MailWish) -> Schedule {
    Schedule {
        draft,
        mail,
        idempotency_key: None,
        again: false,
    }
}

/// What an error says.
pub fn words<T>(result: Result<T, impl std::fmt::Display>) -> String {
    match result {
        Ok(_) => panic!("this was to be refused"),
        Err(error) => error.to_string(),
    }
}

fn config(home: &Path, settings: &str) -> Config {
    let file = home.join(format!("{}.toml", uuid::Uuid::new_v4()));
    // A setting given by the test stands in place of Acme's.
    let key = |line: &str| line.split(" = ").next().unwrap().trim().to_owned();
    let own: Vec<String> = settings.lines().map(key).collect();
    let kept = ACME.lines().filter(|line| !own.contains(&key(line)));
    let text = kept.chain(settings.lines()).collect::<Vec<_>>().join("\n");
    std::fs::write(&file, text).unwrap();
    let options = Options {
        config: Some(file),
        data_dir: Some(home.join("data")),
    };
    let environment = Environment {
        home: Some(home.to_owned()),
        ..Environment::default()
    };
    Config::load(&options, &environment).unwrap()
}
