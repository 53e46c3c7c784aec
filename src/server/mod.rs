//! The join page and the API for other systems, over HTTP.
//!
//! - `connections` takes connections and bounds what each may cost; `headers` is the one place of response headers, which
//!   `wire` adds to what hyper answers by itself.
//! - `pages` are what a candidate sees, one for each state of a link; `api` is what programs see.
//! - `beside` serves within the dashboard, and says when it can't.
//!
//! A handler calls a use-case and shows what came of it. It decides nothing about links and writes no key to any log.

pub mod api;
mod beside;
mod client;
mod connections;
mod headers;
mod health;
mod limits;
mod pages;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn;
use axum::routing::get;
use tokio::net::TcpListener;

pub use beside::serve_beside;
pub use connections::Patience;
pub use pages::{PageError, check_templates};

use self::connections::Terms;
use self::limits::Limits;
use self::pages::Pages;
use crate::app::{App, InTheWay, Ledger, Serving, Stop};

/// Where it says which Greenroom it is.
const HEALTH: &str = "/healthz";

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    app: App,
    pages: Arc<Pages>,
    limits: Arc<Limits>,
    ledger: Arc<Ledger>,
}

impl Site {
    fn new(app: App) -> Result<Self, PageError> {
        Ok(Self {
            pages: Arc::new(Pages::new(app.templates())?),
            limits: Arc::default(),
            ledger: Arc::new(Ledger::new(app.clone())),
            app,
        })
    }
}

impl FromRef<Site> for App {
    fn from_ref(site: &Site) -> Self {
        site.app.clone()
    }
}

/// A server that has its port and answers nobody yet.
pub struct Server {
    site: Site,
    listener: TcpListener,
    address: SocketAddr,
    patience: Patience,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// Who serves there instead, or what stands in the way.
    pub async fn bind(app: App, listen: SocketAddr) -> Result<Self, Serving> {
        let site = Site::new(app.clone()).map_err(|error| Serving::Not {
            listen,
            why: InTheWay::Other(error.to_string()),
        })?;
        let taken =
            connections::listen(listen).and_then(|listener| Ok((listener.local_addr()?, listener)));
        match taken {
            Ok((address, listener)) => Ok(Self {
                site,
                listener,
                address,
                patience: Patience::default(),
            }),
            Err(error) => Err(beside::in_the_way(&app, listen, &error).await),
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same with clients that may take so long.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Answers until asked to stop; requests that are being answered are finished first, within 10 s.
    pub async fn run(self, stop: &Stop) {
        let app = self.site.app.clone();
        app.set_serving(Serving::Here(self.address));
        let config = app.config();
        let terms = Terms {
            base: config.links.base_url.path().to_owned(),
            trusted: config.server.trusted_proxies.clone(),
            patience: self.patience,
            headers: headers::lines(app.instance()),
        };
        let ledger = Arc::clone(&self.site.ledger);
        let router = routes(self.site, self.patience.request);
        let answering = connections::serve(self.listener, router, terms, stop);
        tokio::join!(answering, ledger.keep(stop));
        // The last answers were given after the ledger was told to stop.
        ledger.write_down().await;
        app.set_serving(Serving::Off);
    }
}

/// Everything that is answered, each within so long.
fn routes(site: Site, longest: Duration) -> Router {
    let pages = pages::routes().into_iter();
    let routes = pages.fold(api::routes(), |router, (path, method)| {
        router.route(path, method)
    });
    let routes = routes
        .route(HEALTH, get(health::show))
        .fallback(pages::nowhere);
    headers::around(routes, &site, longest)
        .layer(from_fn(api::in_form))
        .with_state(site)
}

/// The paths of everything that is answered, as the router has them: `/api/interviews/{id}/`.
#[must_use]
pub fn paths() -> Vec<String> {
    let pages = pages::routes().into_iter().map(|(path, _)| path.to_owned());
    let api = api::description().paths.paths.into_keys();
    let others = [HEALTH, api::DESCRIPTION].map(str::to_owned);
    pages.chain(api).chain(others).collect()
}
