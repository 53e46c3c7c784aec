//! Reads the command line, loads the configuration, puts the parts together and chooses a surface.

use std::fs::DirBuilder;
use std::io::{self, IsTerminal as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use greenroom::app::{
    App, Clock, Dispatcher, FixedClock, Premises, Serving, Stop, SystemChance, SystemClock, Wiring,
    transports,
};
use greenroom::cli::{self, Command, Doctor, Exit, Failure, Global, Printer, Serve, SetUp, Setup};
use greenroom::config::{Config, Environment, Theme};
use greenroom::mail;
use greenroom::render::templates::Templates;
use greenroom::server::{self, Server};
use greenroom::store::{OpenOptions, Store};
use greenroom::tui;
use tokio::task::JoinHandle;
use tracing_appender::rolling::Rotation;
use tracing_subscriber::EnvFilter;

/// How long the end may wait for mail that is leaving and requests that are being answered.
const LAST_TRY: Duration = Duration::from_secs(9);
/// Days of logs that are kept.
const LOGS: usize = 7;

fn main() -> ExitCode {
    let arguments = match cli::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    let environment = Environment::of_process();
    let no_color = environment.variable("NO_COLOR").is_some();
    let mut printer = Printer::new(arguments.global.plain, arguments.global.color, no_color);
    let ended = tokio::runtime::Runtime::new()
        .map_err(Failure::environment)
        .and_then(|runtime| {
            runtime.block_on(run(
                arguments.command.as_ref(),
                &arguments.global,
                &environment,
                &mut printer,
            ))
        });
    let exit = ended.unwrap_or_else(|failure| {
        failure
            .problems
            .iter()
            .for_each(|problem| printer.problem(problem));
        failure.exit
    });
    match printer.finish() {
        Ok(()) => exit.into(),
        Err(_) => Exit::Environment.into(),
    }
}

async fn run(
    command: Option<&Command>,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    if let Some(Command::Setup(setup)) = command {
        return set_up(setup, global, environment, printer).await;
    }
    if let Some(Command::Doctor(doctor)) = command {
        return examine(doctor, global, environment, printer).await;
    }
    let demo = match command {
        Some(Command::Demo(demo)) => Some(demo),
        _ => None,
    };
    let opens_dashboard = command.is_none() || demo.is_some_and(|demo| !demo.no_tui);
    let on_a_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if opens_dashboard && !on_a_terminal && !global.plain {
        return Err(Failure::input(
            "the dashboard needs a terminal; greenroom --help lists the commands that do without",
        ));
    }
    let mut options = global.options();
    // A demonstration is thrown away unless it was said on the command line where to keep it.
    let throw_away = match (demo, &options.data_dir) {
        (Some(_), None) => Some(ThrowAway::make()?),
        _ => None,
    };
    if let Some(directory) = &throw_away {
        options.data_dir = Some(directory.0.clone());
    }
    let mut config = Config::load(&options, environment)?;
    if demo.is_some() {
        config = config.into_demonstration();
    }
    for_its_owner_only();
    // Where there is no database yet, what only looks looks at an empty one, and makes none.
    let only_looks = command.is_some_and(Command::only_looks) && !config.paths.database().exists();
    let _log = if only_looks {
        None
    } else {
        start_log(&config.paths.logs(), global.verbose, opens_dashboard)
    };
    let store = if only_looks {
        Store::in_memory().map_err(|error| Failure::environment(format!("data-dir: {error}")))?
    } else {
        open_store(&config, global)?
    };
    let app = wire_to(store, config).await?;
    if let Some(why) = app.read_only() {
        printer.remark(&why);
    }
    if let Some(Command::Serve(serve)) = command {
        return serve_alone(&app, serve, printer).await;
    }
    let exit = match command {
        Some(command) => cli::run(command, &app, printer).await?,
        None => Exit::Done,
    };
    if demo.is_some_and(|demo| demo.no_tui) {
        match &throw_away {
            Some(_) => printer.remark("The sample was thrown away; --data-dir DIR keeps one."),
            None => printer.line(&app.config().paths.data_dir.display().to_string()),
        }
    }
    if opens_dashboard && global.plain {
        plain(&app, printer).await
    } else if opens_dashboard {
        let no_color = environment.variable("NO_COLOR").is_some();
        dashboard(&app, global, no_color, demo.is_some()).await
    } else {
        Ok(exit)
    }
}

/// Before there is a configuration; what it wrote is loaded for the test mail only.
async fn set_up(
    setup: &Setup,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    let options = global.options();
    match setup.run(&options, environment, printer).await? {
        SetUp::Ended(Exit::Done) => {
            let app = wire(Config::load(&options, environment)?, global).await?;
            cli::look_where_links_lead(&app, printer).await;
            Ok(Exit::Done)
        }
        SetUp::Ended(exit) => Ok(exit),
        SetUp::TestTo(address) => {
            let app = wire(Config::load(&options, environment)?, global).await?;
            cli::look_where_links_lead(&app, printer).await;
            Ok(cli::send_test(&app, &address, printer).await)
        }
    }
}

/// On whatever stands; where nothing is wrong, the test mail goes the way of every mail.
async fn examine(
    doctor: &Doctor,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    let (config, problems) = Config::salvage(&global.options(), environment)?;
    for_its_owner_only();
    let _log = start_log(&config.paths.logs(), global.verbose, false);
    let words = |failure: Failure| failure.problems.join("; ");
    let store = open_store(&config, global).map_err(words);
    let templates = load_templates(&config).map_err(words);
    let app = if problems.is_empty() && store.is_ok() && templates.is_ok() {
        Some(wire(config.clone(), global).await?)
    } else {
        None
    };
    let premises = Premises {
        config: &config,
        problems: &problems,
        templates: templates.as_ref().map_err(Clone::clone),
        store: store.as_ref().map_err(Clone::clone),
        app: app.as_ref(),
    };
    doctor.run(&premises, printer).await
}

// What is kept names candidates: all of it, logs too.
fn for_its_owner_only() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

fn open_store(config: &Config, global: &Global) -> Result<Store, Failure> {
    Store::open(
        &config.paths.data_dir,
        OpenOptions {
            allow_network_file_system: global.allow_network_file_system,
            ..OpenOptions::default()
        },
    )
    .map_err(|error| Failure::environment(format!("data-dir: {error}")))
}

fn load_templates(config: &Config) -> Result<Templates, Failure> {
    let template =
        |error: &dyn std::fmt::Display| Failure::environment(format!("template: {error}"));
    let templates =
        Templates::load(Some(&config.paths.templates())).map_err(|error| template(&error))?;
    mail::check_templates(&templates).map_err(|error| template(&error))?;
    server::check_templates(&templates).map_err(|error| template(&error))?;
    Ok(templates)
}

async fn wire(config: Config, global: &Global) -> Result<App, Failure> {
    wire_to(open_store(&config, global)?, config).await
}

async fn wire_to(store: Store, config: Config) -> Result<App, Failure> {
    let templates = load_templates(&config)?;
    let clock: Arc<dyn Clock> = match config.fixed_now {
        Some(now) => Arc::new(FixedClock::at(now)),
        None => Arc::new(SystemClock),
    };
    Ok(App::new(Wiring {
        store,
        config,
        templates,
        clock,
        chance: Arc::new(SystemChance),
    })
    .await?)
}

/// The join page, the API and the dispatcher, until interrupted.
async fn serve_alone(app: &App, serve: &Serve, printer: &mut Printer) -> Result<Exit, Failure> {
    // Why, was said already.
    if app.read_only().is_some() {
        return Err(Failure::environment("nothing is served from here"));
    }
    let stop = Stop::default();
    let at_once = cli::stop_when_asked(stop.clone())?;
    let listen = serve.listen.unwrap_or(app.config().server.listen);
    let server = Server::bind(app.clone(), listen)
        .await
        .map_err(|instead| match instead {
            Serving::Elsewhere(_) => Failure::environment(format!(
                "listen: {listen} is served by another greenroom on this database already"
            )),
            Serving::Not { listen, why } => {
                Failure::environment(format!("listen: {listen} {}", why.words()))
            }
            Serving::Off | Serving::Here(_) => Failure::environment("listen: nothing is served"),
        })?;
    let sending = send(app, "serve", &stop)?;
    printer.line(&format!(
        "Serving {} on {} and sending through {} until interrupted.",
        app.config().links.base_url,
        server.address(),
        app.sending().borrow().transport
    ));
    printer.flush();
    let served = async {
        tokio::join!(server.run(&stop), cli::look_where_links_lead(app, printer));
        let _ = tokio::time::timeout(LAST_TRY, sending).await;
    };
    tokio::select! {
        () = served => Ok(Exit::Done),
        Ok(()) = at_once => Err(ended_at_once()),
    }
}

/// A dispatcher in the background. The mail that it is handing over when asked to stop is finished; what takes longer
/// than the end of the program may is found unknown at the next start.
fn send(app: &App, who: &'static str, stop: &Stop) -> Result<JoinHandle<()>, Failure> {
    let transports = transports(app.config()).map_err(Failure::environment)?;
    let dispatcher = Dispatcher::new(app.clone(), transports).map_err(Failure::environment)?;
    let stop = stop.clone();
    Ok(tokio::spawn(async move {
        dispatcher.run(who, stop).await;
    }))
}

/// What runs beside the dashboard: the dispatcher, and the join page if it is wanted.
fn beside(app: &App, stop: &Stop) -> Result<Vec<JoinHandle<()>>, Failure> {
    if app.read_only().is_some() {
        return Ok(Vec::new());
    }
    let sending = send(app, "dashboard", stop)?;
    let serving = app
        .config()
        .server
        .enabled
        .then(|| tokio::spawn(server::serve_beside(app.clone(), stop.clone())));
    Ok([sending].into_iter().chain(serving).collect())
}

/// The dashboard in lines, until interrupted.
async fn plain(app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
    let stop = Stop::default();
    let at_once = cli::stop_when_asked(stop.clone())?;
    let beside = beside(app, &stop)?;
    let followed = async {
        let exit = cli::follow(app, &stop, printer).await;
        stop.now();
        let _ = tokio::time::timeout(LAST_TRY, join_all(beside)).await;
        exit
    };
    tokio::select! {
        exit = followed => exit,
        Ok(()) = at_once => Err(ended_at_once()),
    }
}

fn ended_at_once() -> Failure {
    Failure::environment(
        "ended at once; what was being handed over is of unknown outcome (greenroom outbox)",
    )
}

/// The dashboard, and beside it the dispatcher and the join page.
async fn dashboard(
    app: &App,
    global: &Global,
    no_color: bool,
    is_demo: bool,
) -> Result<Exit, Failure> {
    let stop = Stop::default();
    let beside = beside(app, &stop)?;
    let colours = global.color.allows(true, no_color) && app.config().ui.theme != Theme::None;
    let ended = tui::run(
        app.clone(),
        tui::Options {
            colours,
            quits_freely: is_demo,
        },
    )
    .await;
    if matches!(ended, Ok(tui::Ended::Hangup)) && !beside.is_empty() {
        // Whoever was cut off meant what they had sent: it is tried once.
        if let Err(error) = app.send_held_now(LAST_TRY).await {
            tracing::error!(%error, "held mail could not be sent at the end");
        }
    }
    stop.now();
    let _ = tokio::time::timeout(LAST_TRY, join_all(beside)).await;
    ended.map(|_| Exit::Done).map_err(Failure::environment)
}

/// Logs to a file of the day in the data directory; a command that was asked to say more says it on standard error.
///
/// What can't be logged is not a reason to stop.
fn start_log(
    directory: &Path,
    verbose: u8,
    dashboard: bool,
) -> Option<tracing_appender::non_blocking::WorkerGuard> {
    let level = match verbose {
        0 => "greenroom=info",
        1 => "greenroom=debug",
        _ => "greenroom=trace",
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_ansi(false);
    if verbose > 0 && !dashboard {
        log.with_writer(io::stderr).init();
        return None;
    }
    private_directory(directory).ok()?;
    let file = tracing_appender::rolling::Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("greenroom")
        .filename_suffix("log")
        .max_log_files(LOGS)
        .build(directory)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    log.with_writer(writer).init();
    Some(guard)
}

/// A data directory that goes away with the process.
struct ThrowAway(PathBuf);

impl ThrowAway {
    fn make() -> Result<Self, Failure> {
        let path =
            std::env::temp_dir().join(format!("greenroom-demo-{}", uuid::Uuid::new_v4().simple()));
        private_directory(&path).map_err(|error| {
            Failure::environment(format!("{} can't be made: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
