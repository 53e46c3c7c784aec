//! The whole way out of the outbox: claim, hand over, and each outcome committed to the disk with its event.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use greenroom::app::{
    App, Dispatcher, MailWish, Schedule, Stop, SystemChance, SystemClock, Wiring, transports,
};
use greenroom::config::{Config, Environment, Options};
use greenroom::domain::delivery::State;
use greenroom::domain::draft::Draft;
use greenroom::render::templates::Templates;
use greenroom::store::{OpenOptions, Store};

/// How long the dispatcher takes for so many queued mails over the four connections of the default. Each has to be
/// accepted.
pub async fn durable(port: u16, mails: usize) -> Result<Duration, String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let app = greenroom(home.path(), port).await?;
    let queued = (0..mails).map(|number| {
        let app = app.clone();
        tokio::spawn(async move { app.schedule(request(number)).await.map(|_| ()) })
    });
    for queued in queued.collect::<Vec<_>>() {
        let queued = queued.await.map_err(|error| error.to_string())?;
        queued.map_err(|error| error.to_string())?;
    }
    let ways = transports(app.config()).map_err(|error| error.to_string())?;
    let mut dispatcher = Dispatcher::new(app.clone(), ways).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    dispatcher.drain(&Stop::default()).await;
    let took = begun.elapsed();
    let ends = dispatcher.ends();
    if ends.get(&State::Accepted) == Some(&mails) {
        Ok(took)
    } else {
        Err(format!("{ends:?}"))
    }
}

fn request(number: usize) -> Schedule {
    Schedule {
        draft: Draft {
            candidate: format!("Ada {number}"),
            email: format!("ada{number}@example.org"),
            role: "Engineer".to_owned(),
            at: "tomorrow 15:00".to_owned(),
            zone: "Europe/London".to_owned(),
            ..Draft::default()
        },
        mail: MailWish::Now,
        idempotency_key: None,
        again: false,
    }
}

async fn greenroom(home: &Path, port: u16) -> Result<App, String> {
    let file = home.join("config.toml");
    let settings = format!(
        "links.base_url = 'https://interviews.acme.example'\n\
         company.from = 'Acme <jobs@acme.example>'\n\
         mail.transport = 'smtp'\n\
         mail.smtp = {{ host = '127.0.0.1', port = {port}, security = 'none' }}\n"
    );
    std::fs::write(&file, settings).map_err(|error| error.to_string())?;
    let options = Options {
        config: Some(file),
        data_dir: Some(home.join("data")),
    };
    let config = Config::load(&options, &Environment::default())
        .map_err(|problems| format!("{problems:?}"))?;
    let store = Store::open(&config.paths.data_dir, OpenOptions::default())
        .map_err(|error| error.to_string())?;
    let wiring = Wiring {
        store,
        config,
        templates: Templates::load(None).map_err(|error| error.to_string())?,
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    };
    App::new(wiring).await.map_err(|error| error.to_string())
}
