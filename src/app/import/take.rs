//! The writing of what was looked through. The database may have changed since, so it is asked again.

use std::collections::HashSet;

use tokio::sync::watch;

use super::super::App;
use super::ImportError;
use super::known::{Database, Known};
use super::progress::{Progress, Stage, say};
use crate::domain::event::EventKind;
use crate::domain::ids::SessionId;
use crate::domain::import::Report;
use crate::domain::session::SessionKey;
use crate::store::{Incoming, OnItsWay, Writing};

/// From so many new interviews on the indexes are made anew instead of being kept up to date one by one.
const MANY: u64 = 20_000;

/// The writing of what arrives.
pub(super) struct Taking<'a> {
    app: &'a App,
    write: &'a Writing<'a>,
    database: Database<'a>,
    shared: &'a HashSet<SessionKey>,
    report: Report,
    expected: u64,
}

impl<'a> Taking<'a> {
    pub fn new(
        app: &'a App,
        write: &'a Writing<'a>,
        shared: &'a HashSet<SessionKey>,
        looked: Report,
    ) -> Result<Self, ImportError> {
        Ok(Self {
            app,
            write,
            database: Database::new(write)?,
            shared,
            expected: looked.new,
            report: Report {
                new: 0,
                without_link: 0,
                without_time: 0,
                without_address: 0,
                ..looked
            },
        })
    }

    /// Writes all of it.
    pub fn take_all(
        &mut self,
        incoming: &Incoming,
        progress: &watch::Sender<Progress>,
    ) -> Result<(), ImportError> {
        // Made anew, the indexes are made of everything.
        if self.expected < MANY || self.expected < self.database.count / 4 {
            return self.take_each(incoming, progress);
        }
        let write = self.write;
        write.in_bulk(|| {
            self.take_each(incoming, progress)?;
            say(progress, Stage::Indexing, 0, 0);
            Ok(())
        })
    }

    fn take_each(
        &mut self,
        incoming: &Incoming,
        progress: &watch::Sender<Progress>,
    ) -> Result<(), ImportError> {
        incoming.each(|arrival| {
            self.take(arrival)?;
            say(progress, Stage::Writing, self.report.new, self.expected);
            Ok(())
        })
    }

    fn take(&mut self, arrival: &OnItsWay<'_>) -> Result<(), ImportError> {
        match self.database.knows(arrival.id()?, &arrival.from()?)? {
            Known::Here => self.report.here += 1,
            Known::Erased => self.report.erased += 1,
            Known::New => self.put(arrival)?,
        }
        Ok(())
    }

    fn put(&mut self, arrival: &OnItsWay<'_>) -> Result<(), ImportError> {
        let (app, write, id) = (self.app, self.write, arrival.id()?);
        let session = match arrival.key()? {
            Some(key) if !self.shared.contains(&key) && !self.database.has_key(key)? => {
                Some(SessionId::new(app.chance().row_id(app.now())))
            }
            _ => None,
        };
        write.put_incoming(arrival, session)?;
        let source = arrival.from()?.source;
        write.append_event(id, &app.event(EventKind::Imported, source))?;
        if let Some(why) = arrival.cancelled_because()? {
            write.append_event(id, &app.event(EventKind::Cancelled, why))?;
        }
        self.report.new += 1;
        self.report.without_link += u64::from(session.is_none());
        self.report.without_time += u64::from(!arrival.has_start()?);
        self.report.without_address += u64::from(!arrival.has_address()?);
        Ok(())
    }

    /// What came in.
    pub fn end(self) -> Report {
        self.report
    }
}
