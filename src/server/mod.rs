//! The join page and the API for other systems, over HTTP.
//!
//! - `connections` takes connections and bounds what each may cost; `headers` is the one place of response headers.
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

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn;
use axum::routing::get;
use tokio::net::TcpListener;

pub use beside::serve_beside;
pub use pages::{PageError, check_templates};

use self::limits::Limits;
use self::pages::Pages;
use crate::app::{App, Ledger, Serving, Stop};

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
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// Who serves there instead, or what stands in the way.
    pub async fn bind(app: App, listen: SocketAddr) -> Result<Self, Serving> {
        let site = Site::new(app.clone()).map_err(|error| Serving::Not {
            listen,
            why: format!("is not served: {error}"),
        })?;
        let taken = TcpListener::bind(listen)
            .await
            .and_then(|listener| Ok((listener.local_addr()?, listener)));
        match taken {
            Ok((address, listener)) => Ok(Self {
                site,
                listener,
                address,
            }),
            Err(error) => Err(beside::in_the_way(&app, listen, &error).await),
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until asked to stop; requests that are being answered are finished first, within 10 s.
    pub async fn run(self, stop: &Stop) {
        let app = self.site.app.clone();
        app.set_serving(Serving::Here(self.address));
        let config = self.site.app.config();
        let base = config.links.base_url.path().to_owned();
        let trusted = config.server.trusted_proxies.clone();
        let ledger = Arc::clone(&self.site.ledger);
        let answering = connections::serve(self.listener, routes(self.site), base, trusted, stop);
        tokio::join!(answering, ledger.keep(stop));
        // The last answers were given after the ledger was told to stop.
        ledger.write_down().await;
        app.set_serving(Serving::Off);
    }
}

/// Everything that is answered.
fn routes(site: Site) -> Router {
    let routes = Router::new()
        .merge(api::routes())
        .route("/healthz", get(health::show))
        .merge(pages::routes());
    headers::around(routes, site.app.instance())
        .layer(from_fn(api::in_form))
        .with_state(site)
}
