//! What the benchmarks of the use-cases have in common: Greenroom as it runs, in a directory of its own.

use std::path::Path;
use std::sync::Arc;

use greenroom::app::{App, SystemChance, SystemClock, Wiring};
use greenroom::config::{Config, Environment, Options};
use greenroom::render::templates::Templates;
use greenroom::store::{OpenOptions, Store};

const SETTINGS: &str = "
company.name = 'Acme'
company.from = 'Acme Interviews <jobs@acme.example>'
links.base_url = 'https://interviews.acme.example'
mail.transport = 'smtp'
mail.smtp.host = 'mx.acme.example'
schedule.zone = 'Europe/Berlin'
";

/// Greenroom with its database on the disk, below `home`.
pub async fn app(home: &Path) -> App {
    let file = home.join("config.toml");
    std::fs::write(&file, SETTINGS).unwrap();
    let options = Options {
        config: Some(file),
        data_dir: Some(home.join("data")),
    };
    let environment = Environment {
        home: Some(home.to_owned()),
        ..Environment::default()
    };
    App::new(Wiring {
        store: Store::open(&home.join("data"), OpenOptions::default()).unwrap(),
        config: Config::load(&options, &environment).unwrap(),
        templates: Templates::load(Some(&home.join("templates"))).unwrap(),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
    .await
    .unwrap()
}
