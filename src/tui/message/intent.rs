//! What the person wants.

use crate::tui::field::Edit;

/// What the person wants, in the imperative. Says nothing of how, or of whether it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Go one row or line down.
    Down,
    /// Go one row or line up.
    Up,
    /// Go to the first row.
    Top,
    /// Go to the last row.
    Bottom,
    /// Go half a screen down.
    HalfDown,
    /// Go half a screen up.
    HalfUp,
    /// Go a screen down.
    PageDown,
    /// Go a screen up.
    PageUp,
    /// Schedule a new interview.
    New,
    /// See everything about this one.
    Details,
    /// Look for something.
    Find,
    /// Copy the join link.
    CopyLink,
    /// Open the join link in a browser.
    OpenLink,
    /// Give the interview a link.
    FixLink,
    /// Send the invitation again.
    Resend,
    /// Replace the link.
    NewLink,
    /// Cancel the interview.
    Cancel,
    /// Mark the interview, or take its mark away, and go on.
    Mark,
    /// Begin or end a range of marks.
    MarkRange,
    /// Mark all that match.
    MarkAll,
    /// Mark what is not, and the other way round.
    InvertMarks,
    /// See only what is marked, or everything again.
    OnlyMarked,
    /// Bring the last marks back.
    LastMarks,
    /// Choose what the plan would leave alone.
    Choose,
    /// Choose all whom the plan leaves alone because they were mailed a moment ago.
    ChooseAll,
    /// Write the plan to a file.
    SavePlan,
    /// Go to the batches, or back to the outbox.
    OtherTab,
    /// Pause a batch, or let it go on.
    PauseBatch,
    /// Withdraw what has not left of a batch.
    StopBatch,
    /// Mail again what did not leave of a batch.
    Retry,
    /// See the next part of the mail.
    NextPart,
    /// Go to the other pane.
    NextPane,
    /// Take back what has not left.
    TakeBack,
    /// See what is on its way.
    Outbox,
    /// See what the candidates hold against what is true.
    Audit,
    /// Open the plan that mends a finding.
    Mend,
    /// Go to the next group.
    NextGroup,
    /// Go to the previous group.
    PreviousGroup,
    /// Let the candidate in who waits.
    LetIn,
    /// Note that the interview took place.
    Complete,
    /// Note that the candidate did not come.
    NoShow,
    /// Let the link work from now on.
    OpenNow,
    /// Let the link work an hour longer.
    Longer,
    /// Revoke the link.
    Revoke,
    /// Import a file.
    Import,
    /// Choose a command by its name.
    Palette,
    /// Withdraw a mail.
    Withdraw,
    /// Leave a mail of unknown outcome as it is, for a reason.
    Settle,
    /// Send a mail of unknown outcome once more.
    SendAgain,
    /// Let the mail of a paused outbox leave.
    Resume,
    /// See the keys.
    Help,
    /// End the program.
    Quit,
    /// Leave what is open.
    Leave,
    /// Accept what is highlighted or go on.
    Accept,
    /// Carry out the plan, or say yes.
    Yes,
    /// See the exact mail of a row of the plan.
    ShowMail,
    /// Choose the other way of doing what the plan does.
    OtherWay,
    /// Name another zone for the slots of a file.
    SlotZone,
    /// Go to the next field.
    NextField,
    /// Go to the previous field.
    PreviousField,
    /// Do what the form is for.
    Save,
    /// Show or hide the preview where there is no room for both.
    TogglePreview,
    /// Keep the interview without mail.
    Keep,
    /// Remove the interview.
    Remove,
    /// Change the text that has the cursor.
    Edit(Edit),
    /// Put in a text that was pasted.
    Paste(String),
    /// Put the program into the background.
    Suspend,
    /// Draw the screen anew.
    Redraw,
}

impl Intent {
    /// Whether it is about the place on the screen only.
    #[must_use]
    pub const fn only_moves(&self) -> bool {
        matches!(
            self,
            Self::Down
                | Self::Up
                | Self::Top
                | Self::Bottom
                | Self::HalfDown
                | Self::HalfUp
                | Self::PageDown
                | Self::PageUp
                | Self::NextPane
                | Self::Leave
                | Self::Edit(_)
        )
    }
}
