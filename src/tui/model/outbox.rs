//! The outbox on the screen: a cursor that belongs to a mail, and the questions before anything is done with one.

use crate::app::{self, BatchStatus, Pause, Underway, UnsentMail};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;
use crate::domain::text::wrap;
use crate::domain::when;
use crate::tui::field::Field;
use crate::tui::model::Model;
use crate::tui::model::plan::TYPED_ABOVE;
use crate::tui::safe;

/// Lines that the reason of a pause takes at most.
const PAUSE: usize = 5;

/// How many mails are shown at most.
pub const SHOWN: u32 = 500;

/// The outbox on the screen. What stands in it is the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxView {
    /// The mail under the cursor.
    pub cursor: Option<DeliveryId>,
    /// Where it stands, or stood when it was last there.
    pub index: usize,
    /// The index of the first mail on the screen.
    pub top: usize,
    /// Whether its mails were read.
    pub known: bool,
}

impl OutboxView {
    /// Puts the cursor on the mail at that index, or the nearest there is.
    pub fn move_to(&mut self, index: usize, mails: &[Underway]) {
        self.index = index.min(mails.len().saturating_sub(1));
        self.cursor = mails.get(self.index).map(|mail| mail.delivery.id);
    }

    /// Finds the mail under the cursor again; where it is gone, what stands in its place gets the cursor.
    pub fn find_again(&mut self, mails: &[Underway]) {
        let found = mails
            .iter()
            .position(|mail| Some(mail.delivery.id) == self.cursor);
        self.move_to(found.unwrap_or(self.index), mails);
    }

    /// Scrolls just so far that the cursor is on the screen and no line stays empty needlessly.
    pub fn reveal(&mut self, height: usize, count: usize) {
        let height = height.max(1);
        self.top = self
            .top
            .min(self.index)
            .max((self.index + 1).saturating_sub(height))
            .min(count.saturating_sub(height));
    }
}

/// What `y` would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steer {
    /// Withdraw a mail that has not left.
    Withdraw(Underway),
    /// Send a mail of unknown outcome once more.
    SendAgain(Underway),
    /// Pause a batch, let it go on, or stop it.
    Batch(Box<BatchStatus>, app::Steer),
    /// Let the mail of a paused outbox leave.
    Resume {
        /// Why it is paused.
        pause: Pause,
        /// What waits.
        unsent: UnsentMail,
        /// The first of those who are mailed.
        first: Vec<String>,
    },
}

/// The question before that.
#[derive(Debug)]
pub struct SteerQuestion {
    /// What `y` would do.
    pub steer: Steer,
    /// Whether the question has been on the screen. Keys before that were not meant for it.
    pub drawn: bool,
    /// The number that is typed where many would be mailed.
    pub typed: Field,
    /// What stands in the way of `y`, if it was pressed in vain.
    pub objection: Option<String>,
}

impl SteerQuestion {
    /// A question that nobody has seen yet.
    #[must_use]
    pub fn new(steer: Steer) -> Self {
        Self {
            steer,
            drawn: false,
            typed: Field::default(),
            objection: None,
        }
    }

    /// The number that has to be typed, if one has.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match &self.steer {
            Steer::Resume { unsent, .. } => {
                let many = usize::try_from(unsent.count).is_ok_and(|count| count <= TYPED_ABOVE);
                (!many).then_some(unsent.count)
            }
            Steer::Withdraw(_) | Steer::SendAgain(_) | Steer::Batch(..) => None,
        }
    }
}

/// The line in which is typed why a mail of unknown outcome is left as it is.
#[derive(Debug)]
pub struct SettleLine {
    /// The mail.
    pub mail: Underway,
    /// What is typed.
    pub why: Field,
    /// What is wrong with it, if `Enter` was pressed in vain.
    pub objection: Option<String>,
}

/// Why nothing leaves the outbox and how it goes on, in full; nothing where it is not paused.
#[must_use]
pub fn pause_lines(model: &Model, width: usize) -> Vec<String> {
    let Some(pause) = &model.outbox.pause else {
        return Vec::new();
    };
    let since = when::moment(pause.since, &model.setting.zone, model.moment.now);
    let goes_on = if pause.probes {
        "A mail is tried every half a minute, and the others follow when it is answered."
    } else {
        "Nothing leaves before it is resumed."
    };
    let reason = safe::line(&pause.reason(), PAUSE * width / 2);
    let words = format!("Paused since {since}: {reason}. {goes_on}");
    let mut lines = wrap(&words, width);
    lines.truncate(PAUSE);
    lines
}

/// Whom a mail is for and where it goes.
#[must_use]
pub fn whom(mail: &Underway) -> String {
    format!(
        "{} <{}>",
        safe::line(&mail.candidate, 30),
        safe::line(&mail.delivery.address, 50)
    )
}

/// Whether a mail can be withdrawn with certainty.
#[must_use]
pub const fn is_withdrawable(mail: &Underway) -> bool {
    mail.delivery.state.is_withdrawable()
}

/// Whether nobody knows what became of a mail.
#[must_use]
pub const fn is_unknown(mail: &Underway) -> bool {
    matches!(mail.delivery.state, State::Unknown)
}

/// Who settled a mail of unknown outcome, and why.
#[must_use]
pub fn settled_words(who: &str, why: &str) -> String {
    let who = safe::line(who.split(" <").next().unwrap_or_default(), 30);
    format!("settled by {who}: {}", safe::line(why, 200))
}
