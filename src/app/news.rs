//! What happened since one looked last: the newest lines of all timelines.

use super::{App, AppError, Row};
use crate::domain::event::Event;

/// How far the timelines have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewsMark(i64);

/// What happened to one interview, and how it stands now.
#[derive(Debug, Clone)]
pub struct News {
    /// The interview.
    pub row: Row,
    /// What happened, oldest first; never empty.
    pub events: Vec<Event>,
}

impl App {
    /// The mark behind everything that has happened.
    ///
    /// # Errors
    /// The store's.
    pub async fn news_mark(&self) -> Result<NewsMark, AppError> {
        self.store()
            .read(|read| Ok(NewsMark(read.newest_event()?)))
            .await
    }

    /// What happened behind a mark, oldest first, and the mark behind that; at most `limit` events. What was removed
    /// altogether is not news.
    ///
    /// # Errors
    /// The store's.
    pub async fn news(
        &self,
        NewsMark(since): NewsMark,
        limit: u32,
    ) -> Result<(Vec<News>, NewsMark), AppError> {
        self.store()
            .read(move |read| {
                let mut news: Vec<News> = Vec::new();
                let mut mark = since;
                for (number, id, event) in read.events_after(since, limit)? {
                    mark = number;
                    if let Some(known) = news.iter_mut().find(|news| news.row.id() == id) {
                        known.events.push(event);
                    } else if let Some(row) = read.interview(id)? {
                        news.push(News {
                            row,
                            events: vec![event],
                        });
                    }
                }
                Ok((news, NewsMark(mark)))
            })
            .await
    }
}
