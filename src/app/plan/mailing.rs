//! What the mails of a plan are made with: a plan that is carried out later is carried out with the same, or not at all.

use serde::{Deserialize, Serialize};

use super::{Action, Plan};
use crate::app::{App, AppError};

/// What of the configuration decides what candidates get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// Under which the links are made.
    pub base_url: String,
    /// Who they come from; empty where nobody is named.
    pub sender: String,
    /// How they leave, in a few words.
    pub transport: String,
}

impl Mailing {
    // Each difference: what it is, what it was and what it is now.
    fn changed_to(&self, now: &Self) -> Vec<String> {
        let parts = [
            ("links.base_url", &self.base_url, &now.base_url),
            ("company.from", &self.sender, &now.sender),
            ("the way mail leaves", &self.transport, &now.transport),
        ];
        let changed = parts.into_iter().filter(|(_, was, is)| was != is);
        changed
            .map(|(what, was, is)| format!("{what} was {was:?} and is {is:?}"))
            .collect()
    }
}

impl App {
    /// With what an action mails now; `None` where it mails nobody.
    pub(super) fn mailing(&self, action: Action) -> Option<Mailing> {
        let config = self.config();
        let sender = config.company.from.as_ref();
        action.mails().then(|| Mailing {
            base_url: config.links.base_url.as_str().to_owned(),
            sender: sender.map(ToString::to_string).unwrap_or_default(),
            transport: self.inner.transport.clone(),
        })
    }

    /// Refuses a plan whose mails would be made with other settings than it was.
    pub(super) fn same_mailing(&self, plan: &Plan) -> Result<(), AppError> {
        match (&plan.mailing, self.mailing(plan.action)) {
            (_, None) => Ok(()),
            (Some(then), Some(now)) => {
                let changed = then.changed_to(&now);
                if changed.is_empty() {
                    Ok(())
                } else {
                    Err(AppError::OtherSettings(changed.join("; ")))
                }
            }
            (None, Some(_)) => Err(AppError::OtherSettings(
                "it does not say with what its mails are made".to_owned(),
            )),
        }
    }
}
