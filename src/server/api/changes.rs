//! What changes an interview that is there: its link, its mail, how it ends, how long it lets in.

use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{MaybeJson, Named};
use super::caller::Writer;
use super::problem::{BodyRefusals, Fault, Problem, Refusals};
use super::{Outcome, interview_id};
use crate::app::{Action, App, AppError, Changed, Chosen, Selection, Step};
use crate::domain::ids::InterviewId;

/// Whether a new link is mailed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GenerateLink {
    /// Mail the invitation with it.
    #[serde(default)]
    send: bool,
}

/// Whether the invitation is mailed again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resend {
    /// False: only make the link, where there is none.
    #[serde(default = "yes")]
    #[schema(default = true)]
    send: bool,
    /// Mail even if the same was mailed shortly before.
    #[serde(default)]
    again: bool,
}

const fn yes() -> bool {
    true
}

impl Default for Resend {
    fn default() -> Self {
        Self {
            send: true,
            again: false,
        }
    }
}

/// Why an interview is cancelled.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    /// Stands in the timeline.
    #[serde(default)]
    #[schema(max_length = 300)]
    reason: String,
}

/// How much longer a link works.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Extend {
    /// At the latest from then on: `now`, or RFC 3339.
    opens: Option<String>,
    /// At least until then: RFC 3339, or how much longer from now (`1h`).
    closes: Option<String>,
}

/// Nothing needs to be said.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

macro_rules! change {
    ($(#[$doc:meta])* $name:ident, $path:literal, $body:ty, |$app:ident, $id:ident, $wish:ident| $work:expr) => {
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "changes", request_body = Option<$body>, security(("bearer" = [])),
            params(("id" = String, Path, description = "The interview")),
            responses(
                (status = 200, description = "Done", body = Outcome),
                Refusals,
                BodyRefusals,
            ))]
        pub(super) async fn $name(
            Writer($app): Writer,
            Named(id): Named,
            MaybeJson($wish): MaybeJson<$body>,
        ) -> Result<axum::Json<Outcome>, Problem> {
            let $id = interview_id(&id)?;
            Ok(axum::Json($work))
        }
    };
}

change!(
    /// Make the link of an interview
    ///
    /// Where there is none; one that is there stays as it is, and is answered. Mails nobody unless `send` says so.
    generate_link, "/api/interviews/{id}/generate-link/", GenerateLink,
    |app, id, wish| generate(&app, id, wish.send).await?
);

change!(
    /// Mail the invitation again
    ///
    /// With the same link; one is made first where there is none. The mail is queued when this is answered.
    resend, "/api/interviews/{id}/resend/", Resend,
    |app, id, wish| {
        if wish.send {
            act(&app, id, Action::Resend, wish.again).await?
        } else {
            generate(&app, id, false).await?
        }
    }
);

change!(
    /// Cancel an interview
    ///
    /// Its link lets nobody in any more. Nobody is mailed.
    cancel, "/api/interviews/{id}/cancel/", Cancel,
    |app, id, wish| changed(&app, app.cancel(id, &wish.reason).await?).await?
);

change!(
    /// Revoke the link of an interview
    ///
    /// Whoever has it can't get in. Nobody is mailed.
    revoke, "/api/interviews/{id}/revoke/", Nothing,
    |app, id, _wish| changed(&app, app.revoke(id).await?).await?
);

change!(
    /// Note that an interview took place
    complete, "/api/interviews/{id}/complete/", Nothing,
    |app, id, _wish| changed(&app, app.complete(id).await?).await?
);

change!(
    /// Note that the candidate did not come
    no_show, "/api/interviews/{id}/no-show/", Nothing,
    |app, id, _wish| changed(&app, app.no_show(id).await?).await?
);

change!(
    /// Let a link work longer
    ///
    /// It never works for less time than before. Nobody is mailed.
    extend, "/api/interviews/{id}/extend/", Extend,
    |app, id, wish| {
        if wish.opens.is_none() && wish.closes.is_none() {
            return Err(Problem::field("closes", "is missing: say opens, closes or both"));
        }
        let interview = app.details(id).await?.ok_or(AppError::NoInterview(id))?.row.interview;
        let read = app.extension(&interview, wish.opens.as_deref(), wish.closes.as_deref());
        let wish = read.map_err(|(field, why)| Problem::field(field, why))?;
        changed(&app, app.extend(id, wish).await?).await?
    }
);

change!(
    /// Let a candidate in who waits
    ///
    /// Their page carries on by itself.
    admit, "/api/interviews/{id}/admit/", Nothing,
    |app, id, _wish| {
        let row = app.admit(id).await?;
        Outcome::new(&app, &row, None).await?
    }
);

async fn changed(app: &App, changed: Changed) -> Result<Outcome, Problem> {
    let outcome = Outcome::new(app, &changed.row, None).await?;
    Ok(outcome.saying(app.aftermath(&changed)))
}

async fn generate(app: &App, id: InterviewId, send: bool) -> Result<Outcome, Problem> {
    let dossier = app.details(id).await?.ok_or(AppError::NoInterview(id))?;
    if app.join_link(&dossier.row).is_some() && !send {
        return Outcome::new(app, &dossier.row, None).await;
    }
    act(app, id, Action::Repair { send }, false).await
}

// One interview, named by its id: the plan is made and carried out, or the reason why it would be left alone is told.
async fn act(app: &App, id: InterviewId, action: Action, again: bool) -> Result<Outcome, Problem> {
    let chosen = if again {
        Chosen::Everybody
    } else {
        Chosen::Nobody
    };
    let plan = app
        .plan_choosing(action, &Selection::Ids(vec![id]), &chosen)
        .await?;
    if let Some(Step::Skip { why, optional }) = plan.rows.first().map(|row| &row.step) {
        let advice = if *optional {
            ". Say \"again\": true to do it all the same"
        } else {
            ""
        };
        return Err(Problem::conflict(
            format!("nothing was done: {why}{advice}"),
            blamed(why).map(|field| Fault::new(field, why.as_str())),
        ));
    }
    let done = app.carry_out(&plan, None).await?;
    let dossier = app.details(id).await?.ok_or(AppError::NoInterview(id))?;
    let sent = dossier
        .deliveries
        .iter()
        .find(|delivery| done.deliveries.contains(&delivery.id));
    Outcome::new(app, &dossier.row, sent).await
}

// The field without which nothing can be done.
fn blamed(why: &str) -> Option<&'static str> {
    match why {
        "no time yet" => Some("starts_at"),
        "no address" => Some("candidate_email"),
        _ => None,
    }
}
