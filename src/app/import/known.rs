//! What the database knows of an interview that arrives. Looking and taking ask alike.

use std::collections::HashSet;

use super::super::AppError;
use crate::domain::filter::Predicate;
use crate::domain::ids::InterviewId;
use crate::domain::import::Arrival;
use crate::domain::interview::Interview;
use crate::domain::session::SessionKey;
use crate::domain::verdict::Imported;
use crate::store::Reading;

/// What it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    New,
    Here,
    Erased,
}

/// The interviews that are here, seen by those that arrive.
pub(super) struct Database<'a> {
    read: &'a Reading<'a>,
    /// How many there are.
    pub count: u64,
    erased: HashSet<InterviewId>,
}

impl<'a> Database<'a> {
    pub fn new(read: &'a Reading<'a>) -> Result<Self, AppError> {
        Ok(Self {
            read,
            count: read.count(&Predicate::All(Vec::new()))?,
            erased: read.erased()?,
        })
    }

    pub fn knows(&self, id: InterviewId, from: &Imported) -> Result<Known, AppError> {
        if self.erased.contains(&id) {
            return Ok(Known::Erased);
        }
        // Nothing has to be looked up in a database without interviews.
        if self.count == 0 {
            return Ok(Known::New);
        }
        let by_source = match &from.external_id {
            Some(external) => self.read.imported_as(&from.source, external)?,
            None => None,
        };
        Ok(if by_source.is_some() || self.read.has_interview(id)? {
            Known::Here
        } else {
            Known::New
        })
    }

    /// Another interview that is to take place with the same person at the same time.
    pub fn planned(&self, interview: &Interview) -> Result<Option<InterviewId>, AppError> {
        let when = interview.candidate_email.as_ref().zip(interview.starts_at);
        let Some((address, start)) = when.filter(|_| self.count > 0) else {
            return Ok(None);
        };
        let there = self.read.scheduled_at(address, start)?;
        Ok(there.map(|row| row.id()))
    }

    /// The interview that is here and can only be the one that a line without an id of its own means, and by what it is
    /// recognised. A person's own edits of a table make another line of it, and must not make another interview.
    pub fn recognises(
        &self,
        arrival: &Arrival,
    ) -> Result<Option<(InterviewId, &'static str)>, AppError> {
        let interview = &arrival.interview;
        if self.count == 0
            || arrival.imported.external_id.is_some()
            || self.knows(interview.id, &arrival.imported)? != Known::New
        {
            return Ok(None);
        }
        if let Some(key) = arrival.key
            && let Some(id) = self
                .read
                .interview_with_key(key, &interview.candidate_name)?
        {
            return Ok(Some((id, "by candidate and key")));
        }
        let alike = self.read.interview_alike(interview)?;
        Ok(alike.map(|id| (id, "by candidate, role and start")))
    }

    pub fn has_key(&self, key: SessionKey) -> Result<bool, AppError> {
        Ok(self.count > 0 && self.read.has_key(key)?)
    }
}
