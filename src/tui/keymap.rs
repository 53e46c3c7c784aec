//! The one table of keys. What a key does, the footer's hints and the help all come from here.
//!
//! A layer is whatever has the keys just now. A key that a layer does not name is looked for in the layers behind it,
//! and does nothing when none names it.

use super::field::Edit;
use super::key::Key;
use super::message::Intent;

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The list of interviews.
    List,
    /// The pane beside it, or its full screen.
    Pane,
    /// The line in which a filter is typed.
    Find,
    /// The form.
    Form,
    /// A plan that waits to be carried out.
    Plan,
    /// The exact mail of a row of the plan.
    Mail,
    /// The list of keys.
    Help,
    /// The findings.
    Findings,
    /// The evidence of one of them.
    Evidence,
    /// The outbox.
    Outbox,
    /// The batches.
    Batches,
    /// The question before something is done with the outbox.
    Steer,
    /// The line in which the reason for settling a mail is typed.
    Settle,
    /// The interview under the cursor, in the list and in the pane.
    Interview,
    /// The question before an interview is changed.
    Change,
    /// The line in which a file to import is named.
    ImportFile,
    /// The report of a file to import.
    Import,
    /// The list of commands.
    Palette,
    /// The question before quitting with unsent mail.
    QuitQuestion,
    /// The question before a form with text in it is left.
    LeaveQuestion,
    /// The question before the form of a mail that was taken back is left.
    TakenBackQuestion,
    /// Fields that take text.
    Text,
    /// Everywhere.
    Everywhere,
}

impl Layer {
    /// The heading in the help, and the layers in its order.
    pub const HELP: [(Self, &'static str); 16] = [
        (Self::List, "List"),
        (Self::Pane, "Details"),
        (
            Self::Interview,
            "Interview under the cursor, in list and details",
        ),
        (
            Self::Change,
            "Questions about an interview: nothing happens before y",
        ),
        (Self::Import, "Import: nothing comes in before y"),
        (Self::Palette, "Commands"),
        (Self::Find, "Find and filter"),
        (Self::Form, "Form"),
        (Self::Plan, "Plan: nothing is mailed before y"),
        (Self::Findings, "Findings"),
        (Self::Outbox, "Outbox"),
        (Self::Batches, "Batches"),
        (
            Self::Steer,
            "Questions about the outbox: nothing happens before y",
        ),
        (Self::TakenBackQuestion, "After taking mail back"),
        (Self::Text, "Text fields"),
        (Self::Everywhere, "Everywhere"),
    ];

    // The layers that see a key when this one does not name it.
    const fn behind(self) -> &'static [Self] {
        match self {
            Self::Find
            | Self::Form
            | Self::Plan
            | Self::Steer
            | Self::Settle
            | Self::ImportFile
            | Self::Palette => &[Self::Text, Self::Everywhere],
            Self::List | Self::Pane => &[Self::Interview, Self::Everywhere],
            Self::Everywhere => &[],
            _ => &[Self::Everywhere],
        }
    }

    // Whether characters that no binding names are typed into a field.
    const fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Find
                | Self::Form
                | Self::Plan
                | Self::Steer
                | Self::Settle
                | Self::ImportFile
                | Self::Palette
        )
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// Where it holds.
    pub layer: Layer,
    /// The keys, the one that is shown first. A command without one stands in the palette only.
    pub keys: &'static [&'static str],
    /// What they mean.
    pub intent: Intent,
    /// What the help says.
    pub help: &'static str,
    /// What the footer says, if it has a place there; lower numbers stay longest when there is little room.
    pub hint: Option<(u8, &'static str)>,
}

const fn bind(
    layer: Layer,
    keys: &'static [&'static str],
    intent: Intent,
    help: &'static str,
) -> Binding {
    Binding {
        layer,
        keys,
        intent,
        help,
        hint: None,
    }
}

const fn hinted(
    layer: Layer,
    keys: &'static [&'static str],
    intent: Intent,
    help: &'static str,
    rank: u8,
    hint: &'static str,
) -> Binding {
    Binding {
        layer,
        keys,
        intent,
        help,
        hint: Some((rank, hint)),
    }
}

/// The table.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = {
    use Intent as I;
    use Layer as L;
    &[
        hinted(L::List, &["n"], I::New, "new interview", 0, "new"),
        hinted(L::List, &["/"], I::Find, "find and filter; a text that is pasted becomes a filter", 2, "find"),
        hinted(L::List, &["R"], I::Resend, "resend the invitation: shows the plan first", 3, "resend"),
        hinted(L::List, &["F"], I::FixLink, "give it a link, and invite: shows the plan first", 4, "fix link"),
        bind(L::List, &["N"], I::NewLink, "a new link, which ends the old one: shows the plan first"),
        bind(L::List, &["x"], I::Cancel, "cancel; nobody is mailed: shows the plan first"),
        bind(L::List, &["Space"], I::Mark, "mark, and down: R, F, N and x then concern what is marked"),
        bind(L::List, &["v"], I::MarkRange, "mark a range, from here to where it is pressed again"),
        bind(L::List, &["a"], I::MarkAll, "mark all that match, also beyond what is on the screen"),
        bind(L::List, &["i"], I::InvertMarks, "mark what is not marked, and the other way round"),
        bind(L::List, &["M"], I::OnlyMarked, "only what is marked, and everything again"),
        bind(L::List, &["m"], I::LastMarks, "bring the last marks back"),
        bind(L::List, &["Enter"], I::Details, "details on the whole screen"),
        bind(L::List, &["c"], I::CopyLink, "copy the join link"),
        bind(L::List, &["u"], I::TakeBack, "take back mail that has not left"),
        bind(L::List, &["A"], I::Audit, "the findings: who can't get in, or holds the wrong link or time"),
        bind(L::List, &["B"], I::Outbox, "the outbox: what is on its way, what nobody knows the outcome of, and the batches"),
        hinted(L::List, &["Tab"], I::NextPane, "to the pane", 5, "mail"),
        bind(L::List, &["p"], I::NextPart, "next part of the mail: rendered, text, html, headers, calendar, source"),
        bind(L::List, &["j", "Down"], I::Down, "down"),
        bind(L::List, &["k", "Up"], I::Up, "up"),
        bind(L::List, &["g", "Home"], I::Top, "to the first"),
        bind(L::List, &["G", "End"], I::Bottom, "to the last"),
        bind(L::List, &["Ctrl-d"], I::HalfDown, "half a screen down"),
        bind(L::List, &["Ctrl-u"], I::HalfUp, "half a screen up"),
        bind(L::List, &["PageDown"], I::PageDown, "a screen down"),
        bind(L::List, &["PageUp"], I::PageUp, "a screen up"),
        bind(L::List, &["Esc"], I::Leave, "clear the filter, then the marks"),
        hinted(L::List, &["?"], I::Help, "these keys", 1, "help"),
        bind(L::List, &["q", "Ctrl-c"], I::Quit, "quit"),
        hinted(L::Pane, &["p"], I::NextPart, "next part of the mail", 1, "next part"),
        hinted(L::Pane, &["Tab", "Shift-Tab"], I::NextPane, "back to the list", 0, "list"),
        bind(L::Pane, &["Enter"], I::Details, "the whole screen, and back"),
        hinted(L::Pane, &["c"], I::CopyLink, "copy the join link", 3, "copy link"),
        hinted(L::Pane, &["R"], I::Resend, "resend the invitation: shows the plan first", 4, "resend"),
        hinted(L::Pane, &["F"], I::FixLink, "give it a link, and invite: shows the plan first", 5, "fix link"),
        bind(L::Pane, &["N"], I::NewLink, "a new link, which ends the old one: shows the plan first"),
        bind(L::Pane, &["x"], I::Cancel, "cancel; nobody is mailed: shows the plan first"),
        bind(L::Pane, &["u"], I::TakeBack, "take back mail that has not left"),
        bind(L::Pane, &["A"], I::Audit, "the findings"),
        bind(L::Pane, &["B"], I::Outbox, "the outbox"),
        bind(L::Pane, &["j", "Down"], I::Down, "scroll down"),
        bind(L::Pane, &["k", "Up"], I::Up, "scroll up"),
        bind(L::Pane, &["g", "Home"], I::Top, "to the top"),
        bind(L::Pane, &["G", "End"], I::Bottom, "to the end"),
        bind(L::Pane, &["Ctrl-d"], I::HalfDown, "half a screen down"),
        bind(L::Pane, &["Ctrl-u"], I::HalfUp, "half a screen up"),
        bind(L::Pane, &["PageDown", "Space"], I::PageDown, "a screen down"),
        bind(L::Pane, &["PageUp"], I::PageUp, "a screen up"),
        hinted(L::Pane, &["Esc", "q"], I::Leave, "back to the list", 2, "back"),
        bind(L::Pane, &["?"], I::Help, "these keys"),
        bind(L::Pane, &["Ctrl-c"], I::Quit, "quit"),
        bind(L::Interview, &["W"], I::LetIn, "let in the candidate who waits, or go to the one who does"),
        bind(L::Interview, &["o"], I::OpenLink, "open the join link in this machine's browser; the page notes it as a look"),
        bind(L::Interview, &[":"], I::Palette, "every command, by a few letters of its name"),
        bind(L::Interview, &[], I::Complete, "complete: the interview has taken place (asks first)"),
        bind(L::Interview, &[], I::NoShow, "no-show: the candidate did not come (asks first)"),
        bind(L::Interview, &[], I::OpenNow, "open now: the link works from this moment on (asks first)"),
        bind(L::Interview, &[], I::Longer, "one hour longer: the link closes an hour later (asks first)"),
        bind(L::Interview, &[], I::Revoke, "revoke the link: whoever has it can't get in (shows the plan first)"),
        bind(L::Interview, &[], I::Import, "import a file: shows first what it would do"),
        hinted(L::Find, &["Enter"], I::Accept, "keep the filter; look elsewhere when nothing matches here", 0, "keep"),
        hinted(L::Find, &["Esc", "Ctrl-c"], I::Leave, "the filter as it was", 1, "leave"),
        bind(L::Find, &["Down"], I::Down, "down"),
        bind(L::Find, &["Up"], I::Up, "up"),
        hinted(L::Form, &["Ctrl-s"], I::Save, "the one action: save, make the key, send", 0, "save and send"),
        hinted(L::Form, &["Tab"], I::NextField, "next field", 2, "next"),
        bind(L::Form, &["Shift-Tab"], I::PreviousField, "previous field"),
        bind(L::Form, &["Down"], I::Down, "next field, or down in what can be chosen"),
        bind(L::Form, &["Up"], I::Up, "previous field, or up in what can be chosen"),
        bind(L::Form, &["Enter"], I::Accept, "take what is chosen, or next field; a new line in the note"),
        hinted(L::Form, &["Ctrl-p"], I::TogglePreview, "the mail as it will be, where there is no room beside", 3, "preview"),
        bind(L::Form, &["PageDown"], I::PageDown, "scroll the mail down"),
        bind(L::Form, &["PageUp"], I::PageUp, "scroll the mail up"),
        hinted(L::Form, &["Esc", "Ctrl-c"], I::Leave, "leave; asks when something was typed", 1, "leave"),
        hinted(L::Plan, &["y"], I::Yes, "carry it out", 0, "carry out"),
        hinted(L::Plan, &["Enter"], I::ShowMail, "the exact mail of the row", 2, "show the mail"),
        hinted(L::Plan, &["Tab"], I::OtherWay, "the other way of doing it, where there is one", 3, "the other way"),
        hinted(L::Plan, &["Space"], I::Choose, "act on one that the plan would leave alone, where that is offered", 4, "choose"),
        bind(L::Plan, &["a"], I::ChooseAll, "act on all who were mailed a moment ago, or on none of them again"),
        hinted(L::Plan, &["Ctrl-w"], I::SavePlan, "save the plan in a file, for --plan FILE", 5, "save the plan"),
        bind(L::Plan, &["j", "Down"], I::Down, "down"),
        bind(L::Plan, &["k", "Up"], I::Up, "up"),
        bind(L::Plan, &["PageDown"], I::PageDown, "a screen down"),
        bind(L::Plan, &["PageUp"], I::PageUp, "a screen up"),
        bind(L::Plan, &["?"], I::Help, "these keys"),
        hinted(L::Plan, &["Esc", "q", "Ctrl-c"], I::Leave, "leave; nothing happens", 1, "leave"),
        hinted(L::Mail, &["p"], I::NextPart, "next part", 1, "next part"),
        bind(L::Mail, &["j", "Down"], I::Down, "scroll down"),
        bind(L::Mail, &["k", "Up"], I::Up, "scroll up"),
        bind(L::Mail, &["Ctrl-d", "PageDown", "Space"], I::PageDown, "a screen down"),
        bind(L::Mail, &["Ctrl-u", "PageUp"], I::PageUp, "a screen up"),
        bind(L::Mail, &["?"], I::Help, "these keys"),
        hinted(L::Mail, &["Esc", "q", "Enter", "Ctrl-c"], I::Leave, "back to the plan", 0, "back to the plan"),
        bind(L::Help, &["j", "Down"], I::Down, "scroll down"),
        bind(L::Help, &["k", "Up"], I::Up, "scroll up"),
        bind(L::Help, &["Ctrl-d", "PageDown", "Space"], I::PageDown, "a screen down"),
        bind(L::Help, &["Ctrl-u", "PageUp"], I::PageUp, "a screen up"),
        hinted(L::Help, &["Esc", "q", "?", "Ctrl-c"], I::Leave, "close", 0, "close"),
        hinted(L::Findings, &["Enter"], I::Accept, "the evidence: what they hold, what is true", 2, "evidence"),
        hinted(L::Findings, &["f"], I::Mend, "mend it, or all of the group under the cursor: shows the plan first", 1, "mend"),
        hinted(L::Findings, &["Tab"], I::NextGroup, "the next group", 3, "next group"),
        bind(L::Findings, &["Shift-Tab"], I::PreviousGroup, "the previous group"),
        bind(L::Findings, &["j", "Down"], I::Down, "down"),
        bind(L::Findings, &["k", "Up"], I::Up, "up"),
        bind(L::Findings, &["g", "Home"], I::Top, "to the first of the group"),
        bind(L::Findings, &["G", "End"], I::Bottom, "to the last that was read"),
        bind(L::Findings, &["Ctrl-d"], I::HalfDown, "half a screen down"),
        bind(L::Findings, &["Ctrl-u"], I::HalfUp, "half a screen up"),
        bind(L::Findings, &["PageDown"], I::PageDown, "a screen down"),
        bind(L::Findings, &["PageUp"], I::PageUp, "a screen up"),
        bind(L::Findings, &["?"], I::Help, "these keys"),
        hinted(L::Findings, &["Esc", "q", "A", "Ctrl-c"], I::Leave, "back to the list", 0, "back"),
        hinted(L::Evidence, &["Enter"], I::Accept, "to its interview", 2, "interview"),
        hinted(L::Evidence, &["f"], I::Mend, "mend it: shows the plan first", 1, "mend"),
        bind(L::Evidence, &["j", "Down"], I::Down, "scroll down"),
        bind(L::Evidence, &["k", "Up"], I::Up, "scroll up"),
        bind(L::Evidence, &["?"], I::Help, "these keys"),
        hinted(L::Evidence, &["Esc", "q", "Ctrl-c"], I::Leave, "back to the findings", 0, "back"),
        hinted(L::Outbox, &["Tab"], I::OtherTab, "to the batches", 1, "batches"),
        hinted(L::Outbox, &["Enter"], I::Accept, "to its interview", 1, "interview"),
        hinted(L::Outbox, &["r"], I::Resume, "resume a paused outbox: asks first", 2, "resume"),
        hinted(L::Outbox, &["a"], I::SendAgain, "send one of unknown outcome again, the same mail under the same Message-ID: asks first", 3, "send again"),
        hinted(L::Outbox, &["s"], I::Settle, "settle one of unknown outcome: leave it as it is, for a reason", 4, "settle"),
        hinted(L::Outbox, &["w"], I::Withdraw, "withdraw what has not left: asks first", 5, "withdraw"),
        bind(L::Outbox, &["j", "Down"], I::Down, "down"),
        bind(L::Outbox, &["k", "Up"], I::Up, "up"),
        bind(L::Outbox, &["g", "Home"], I::Top, "to the first"),
        bind(L::Outbox, &["G", "End"], I::Bottom, "to the last"),
        bind(L::Outbox, &["Ctrl-d"], I::HalfDown, "half a screen down"),
        bind(L::Outbox, &["Ctrl-u"], I::HalfUp, "half a screen up"),
        bind(L::Outbox, &["PageDown"], I::PageDown, "a screen down"),
        bind(L::Outbox, &["PageUp"], I::PageUp, "a screen up"),
        bind(L::Outbox, &["?"], I::Help, "these keys"),
        hinted(L::Outbox, &["Esc", "q", "B", "Ctrl-c"], I::Leave, "back to the list", 0, "back"),
        hinted(L::Batches, &["Tab"], I::OtherTab, "to the outbox", 1, "outbox"),
        hinted(L::Batches, &["p"], I::PauseBatch, "pause a batch, or let it go on: asks first", 2, "pause or resume"),
        hinted(L::Batches, &["s"], I::StopBatch, "withdraw what has not left of a batch: asks first", 3, "stop"),
        hinted(L::Batches, &["r"], I::Retry, "mail again what did not leave and may be sent: shows the plan first", 4, "try again"),
        bind(L::Batches, &["j", "Down"], I::Down, "down"),
        bind(L::Batches, &["k", "Up"], I::Up, "up"),
        bind(L::Batches, &["g", "Home"], I::Top, "to the first"),
        bind(L::Batches, &["G", "End"], I::Bottom, "to the last"),
        bind(L::Batches, &["PageDown", "Ctrl-d"], I::PageDown, "a screen down"),
        bind(L::Batches, &["PageUp", "Ctrl-u"], I::PageUp, "a screen up"),
        bind(L::Batches, &["?"], I::Help, "these keys"),
        hinted(L::Batches, &["Esc", "q", "B", "Ctrl-c"], I::Leave, "back to the list", 0, "back"),
        hinted(L::Steer, &["y"], I::Yes, "do it", 0, "do it"),
        hinted(L::Steer, &["Esc", "n", "q", "Ctrl-c"], I::Leave, "leave; nothing happens", 1, "leave"),
        hinted(L::Settle, &["Enter"], I::Accept, "settle it for this reason", 0, "settle"),
        hinted(L::Settle, &["Esc", "Ctrl-c"], I::Leave, "leave; nothing happens", 1, "leave"),
        hinted(L::Change, &["y"], I::Yes, "do it", 0, "do it"),
        hinted(L::Change, &["Esc", "n", "q", "Ctrl-c"], I::Leave, "leave; nothing happens", 1, "leave"),
        hinted(L::ImportFile, &["Enter"], I::Accept, "what it would do", 0, "show what it would do"),
        hinted(L::ImportFile, &["Esc", "Ctrl-c"], I::Leave, "leave; nothing happens", 1, "leave"),
        hinted(L::Import, &["y"], I::Yes, "import it; nobody is mailed", 0, "import"),
        hinted(L::Import, &["Space"], I::Choose, "leave out the lines that can't be taken", 2, "leave bad lines out"),
        hinted(L::Import, &["Tab"], I::OtherWay, "which of two times is right, where they differ", 3, "which time"),
        hinted(L::Import, &["z"], I::SlotZone, "on the clock of which zone slots are read", 4, "slots' zone"),
        bind(L::Import, &["j", "Down"], I::Down, "scroll down"),
        bind(L::Import, &["k", "Up"], I::Up, "scroll up"),
        bind(L::Import, &["g", "Home"], I::Top, "to the top"),
        bind(L::Import, &["G", "End"], I::Bottom, "to the end"),
        bind(L::Import, &["PageDown", "Ctrl-d"], I::PageDown, "a screen down"),
        bind(L::Import, &["PageUp", "Ctrl-u"], I::PageUp, "a screen up"),
        bind(L::Import, &["?"], I::Help, "these keys"),
        hinted(L::Import, &["Esc", "n", "q", "Ctrl-c"], I::Leave, "back; an import under way goes on", 1, "back"),
        hinted(L::Palette, &["Enter"], I::Accept, "as if its key were pressed", 0, "do it"),
        bind(L::Palette, &["Down", "Ctrl-n", "Tab"], I::Down, "down"),
        bind(L::Palette, &["Up", "Ctrl-p", "Shift-Tab"], I::Up, "up"),
        hinted(L::Palette, &["Esc", "Ctrl-c"], I::Leave, "leave", 1, "leave"),
        hinted(L::QuitQuestion, &["y"], I::Yes, "quit; the mail waits in the outbox", 0, "quit"),
        hinted(L::QuitQuestion, &["Esc", "n", "q", "Ctrl-c"], I::Leave, "stay", 1, "stay"),
        hinted(L::LeaveQuestion, &["y"], I::Yes, "throw it away", 0, "throw away"),
        hinted(L::LeaveQuestion, &["Esc", "n", "Ctrl-c"], I::Leave, "back to the form", 1, "back to the form"),
        hinted(L::TakenBackQuestion, &["k"], I::Keep, "keep the interview without mail", 0, "keep without mail"),
        hinted(L::TakenBackQuestion, &["x"], I::Remove, "remove the interview", 1, "remove it"),
        hinted(L::TakenBackQuestion, &["Esc", "n", "Ctrl-c"], I::Leave, "back to the form", 2, "back to the form"),
        bind(L::Text, &["Left", "Ctrl-b"], I::Edit(Edit::Left), "left"),
        bind(L::Text, &["Right", "Ctrl-f"], I::Edit(Edit::Right), "right"),
        bind(L::Text, &["Ctrl-Left", "Alt-b"], I::Edit(Edit::WordLeft), "a word left"),
        bind(L::Text, &["Ctrl-Right", "Alt-f"], I::Edit(Edit::WordRight), "a word right"),
        bind(L::Text, &["Home", "Ctrl-a"], I::Edit(Edit::Home), "to the start of the line"),
        bind(L::Text, &["End", "Ctrl-e"], I::Edit(Edit::End), "to the end of the line"),
        bind(L::Text, &["Backspace", "Ctrl-h"], I::Edit(Edit::Backspace), "delete before the cursor"),
        bind(L::Text, &["Delete", "Ctrl-d"], I::Edit(Edit::Delete), "delete under the cursor"),
        bind(L::Text, &["Ctrl-w", "Alt-Backspace"], I::Edit(Edit::EraseWord), "delete the word before the cursor"),
        bind(L::Text, &["Ctrl-u"], I::Edit(Edit::EraseToStart), "delete to the start of the line"),
        bind(L::Text, &["Ctrl-k"], I::Edit(Edit::EraseToEnd), "delete to the end of the line"),
        bind(L::Everywhere, &["Ctrl-l"], I::Redraw, "draw the screen anew"),
        bind(L::Everywhere, &["Ctrl-z"], I::Suspend, "into the background"),
    ]
};

/// What a key means to a layer.
#[must_use]
pub fn intent(layer: Layer, key: Key) -> Option<Intent> {
    let name = key.name();
    let named = |layer: Layer| {
        BINDINGS
            .iter()
            .find(|binding| binding.layer == layer && binding.keys.contains(&name.as_str()))
    };
    let binding = std::iter::once(&layer)
        .chain(layer.behind())
        .find_map(|layer| named(*layer));
    match binding {
        Some(binding) => Some(binding.intent.clone()),
        None if layer.takes_text() => key
            .typed()
            .map(|character| Intent::Edit(Edit::Insert(character))),
        None => None,
    }
}

/// The commands of a layer, in the order of the table: what its keys do but for moving about, and what has no key.
pub fn commands(layer: Layer) -> impl Iterator<Item = &'static Binding> {
    let layers = std::iter::once(layer).chain(layer.behind().iter().copied());
    layers
        .flat_map(|layer| {
            BINDINGS
                .iter()
                .filter(move |binding| binding.layer == layer)
        })
        .filter(|binding| !binding.intent.only_moves() && binding.intent != Intent::Palette)
}

/// The hints of a layer, the most important first: key, words, intent.
pub fn hints(layer: Layer) -> impl Iterator<Item = (&'static str, &'static str, &'static Intent)> {
    let mut hints: Vec<_> = BINDINGS
        .iter()
        .filter(|binding| binding.layer == layer)
        .filter_map(|binding| {
            let (rank, words) = binding.hint?;
            Some((
                rank,
                (binding.keys.first().copied()?, words, &binding.intent),
            ))
        })
        .collect();
    hints.sort_by_key(|(rank, _)| *rank);
    hints.into_iter().map(|(_, hint)| hint)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_has_a_name_that_reads_back_and_means_one_thing_in_its_layer() {
        let mut seen = HashSet::new();
        for binding in BINDINGS {
            for key in binding.keys {
                assert_eq!(
                    Key::named(key).map(Key::name).as_deref(),
                    Some(*key),
                    "{key}"
                );
                assert!(
                    seen.insert((binding.layer, *key)),
                    "{key} is bound twice in {:?}",
                    binding.layer
                );
            }
        }
    }

    #[test]
    fn letters_are_typed_where_text_is_taken_and_mean_nothing_elsewhere() {
        let key = Key::named("z").unwrap();
        assert_eq!(
            intent(Layer::Form, key),
            Some(Intent::Edit(Edit::Insert('z')))
        );
        assert_eq!(intent(Layer::List, key), None);
        assert_eq!(
            intent(Layer::Form, Key::named("Ctrl-l").unwrap()),
            Some(Intent::Redraw)
        );
    }
}
