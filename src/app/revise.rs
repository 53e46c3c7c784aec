//! Changes an interview whose candidate has no mail yet, or removes it: what taking an invitation back leads to.

use super::schedule::{Schedule, Scheduled};
use super::{App, AppError, ScheduleError, outbox};
use crate::domain::delivery::State;
use crate::domain::draft::{Draft, Field};
use crate::domain::event::EventKind;
use crate::domain::ids::InterviewId;
use crate::store::Writing;

impl App {
    /// Gives an interview other details and, if wished for, mails the invitation that follows from them. What had not
    /// left yet is withdrawn in the same transaction (invariant 9). The interview keeps its session.
    ///
    /// # Errors
    /// As [`App::schedule`], and [`AppError::AlreadyMailed`] when the candidate may hold mail about it. Nothing was
    /// saved then.
    pub async fn revise(
        &self,
        id: InterviewId,
        request: Schedule,
    ) -> Result<Scheduled, ScheduleError> {
        let app = self.clone();
        let revised = self
            .store()
            .write(move |write| app.revise_in(write, id, &request))
            .await;
        self.tell(revised)
    }

    fn revise_in(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        request: &Schedule,
    ) -> Result<Scheduled, ScheduleError> {
        let content = request.content(Some(id));
        if let Some(repeated) = Self::repeated(write, request, &content)? {
            return Ok(repeated);
        }
        let before = write
            .interview(id)?
            .ok_or(AppError::NoInterview(id))?
            .interview;
        refuse_if_mailed(write, id)?;
        let details = self.check(&request.draft)?;
        let other = write
            .scheduled_at(&details.candidate_email, details.starts_at)?
            .filter(|there| there.id() != id);
        if let Some(there) = other.filter(|_| !request.again) {
            return Err(ScheduleError::AlreadyThere(there.id()));
        }
        self.withdraw_unsent(write, id, "the interview was changed")?;
        let now = self.now();
        let interview = before.changed_to(details, &self.policy().window, now);
        write.put_interview(&interview)?;
        let changed = changed_fields(&Draft::of(&before), &Draft::of(&interview));
        write.append_event(id, &self.event(EventKind::Edited, changed))?;
        let session = match write
            .sessions(id)?
            .into_iter()
            .find(|session| session.revoked_at.is_none())
        {
            Some(session) => session,
            None => self.make_session(write, id, now)?,
        };
        self.finish(write, request, &interview, &session, content)
    }

    /// Removes an interview about which the candidate has no mail. Its timeline stays.
    ///
    /// # Errors
    /// [`AppError::AlreadyMailed`], or that there is no such interview.
    pub async fn remove(&self, id: InterviewId) -> Result<(), AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| {
                outbox::kept(write.interview(id)?).map_err(|_| AppError::NoInterview(id))?;
                refuse_if_mailed(write, id)?;
                app.withdraw_unsent(write, id, "the interview was removed")?;
                write.append_event(id, &app.event(EventKind::Removed, ""))?;
                let _ = write.remove_interview(id)?;
                Ok(())
            })
            .await
    }
}

fn refuse_if_mailed(write: &Writing<'_>, id: InterviewId) -> Result<(), AppError> {
    let mailed = |state: &State| {
        !state.is_withdrawable() && !matches!(state, State::Withdrawn | State::Failed)
    };
    match write
        .deliveries(id)?
        .into_iter()
        .map(|delivery| delivery.state)
        .find(mailed)
    {
        Some(state) => Err(AppError::AlreadyMailed(state)),
        None => Ok(()),
    }
}

// The names of the fields, not what stands in them: the timeline names nobody.
fn changed_fields(before: &Draft, after: &Draft) -> String {
    let changed = Field::ALL
        .into_iter()
        .filter(|field| before.text(*field) != after.text(*field));
    changed.map(Field::name).collect::<Vec<_>>().join(", ")
}
