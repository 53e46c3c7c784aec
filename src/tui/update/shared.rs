//! What several parts of the screen have in common: the actions of list and pane, scrolling, help, quitting.

use super::{
    change, door, find, findings, form, import, list, outbox, outgoing, palette, pane, plan,
};
use crate::app::{Action, UnsentMail};
use crate::domain::session::{JoinLink, LinkState};
use crate::domain::text::visible;
use crate::tui::layout::areas;
use crate::tui::message::{Effect, Intent};
use crate::tui::model::list::{Narrowing, Purpose};
use crate::tui::model::{Browser, Clipboard, Focus, Modal, Model};
use crate::tui::theme::Role;
use crate::tui::{safe, view};

/// What keys mean in the list and in the pane alike.
pub(super) fn act(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::New => form::open(model),
        Intent::Find => find::open(model),
        Intent::CopyLink => copy_link(model),
        Intent::OpenLink => open_link(model),
        Intent::FixLink => plan::open(model, Action::Repair { send: true }),
        Intent::Resend => plan::open(model, Action::Resend),
        Intent::NewLink => plan::open(model, Action::Rotate),
        Intent::Cancel => plan::open(model, Action::Cancel),
        Intent::TakeBack => outgoing::take_back(model),
        Intent::Audit => findings::open(model),
        Intent::LetIn => door::wanted(model),
        Intent::Import => import::open(model),
        Intent::Palette => palette::open(model),
        Intent::Revoke => plan::open(model, Action::Revoke),
        Intent::Complete | Intent::NoShow | Intent::OpenNow | Intent::Longer => {
            change::ask(model, intent)
        }
        Intent::Outbox => outbox::open(model),
        Intent::NextPart => pane::next_part(model),
        Intent::Quit if model.setting.quits_freely => vec![Effect::Quit],
        Intent::Quit => vec![Effect::CountUnsent],
        Intent::Paste(text) => {
            model.focus = Focus::List;
            list::narrow(model, Narrowing::pasted(text), Purpose::Found)
        }
        _ => Vec::new(),
    }
}

/// The link under the cursor, to be given to somebody or something.
struct ToGive {
    link: JoinLink,
    name: String,
    /// What is to be known of it, or empty.
    closed: &'static str,
}

impl ToGive {
    const fn role(&self) -> Role {
        if self.closed.is_empty() {
            Role::Text
        } else {
            Role::Attention
        }
    }
}

// `done` is what is not done with it when there is none, or none that anybody should have.
fn link_to_give(model: &Model, done: &str) -> Result<ToGive, String> {
    let Some(row) = model.selected() else {
        return Err("there is no interview here, and so no link".to_owned());
    };
    let closed = match row.link_state(&model.setting.window, model.moment.now) {
        LinkState::Revoked => return Err(format!("not {done}: the link was revoked")),
        LinkState::Cancelled => " · the interview was cancelled",
        LinkState::Expired => " · it has closed",
        LinkState::Missing | LinkState::Unscheduled | LinkState::NotYetOpen | LinkState::Open => "",
    };
    let link = model
        .link(row)
        .ok_or_else(|| format!("not {done}: the interview has no link (F makes one)"))?;
    Ok(ToGive {
        link,
        name: safe::line(&row.interview.candidate_name, 30),
        closed,
    })
}

fn copy_link(model: &mut Model) -> Vec<Effect> {
    let given = match link_to_give(model, "copied") {
        Ok(given) => given,
        Err(why) => return refuse(model, &why),
    };
    let whose = match &model.setting.clipboard {
        Clipboard::Here => "your terminal for its clipboard",
        Clipboard::AtTheOtherEnd => "your terminal for the clipboard where you sit",
        Clipboard::Nobodys(kind) => {
            let why = format!("not copied: a terminal like yours ({kind}) has no clipboard");
            return refuse(model, &why);
        }
    };
    let (name, closed) = (&given.name, given.closed);
    // The terminal gives no answer, so nothing more can be said in truth.
    model.say(
        given.role(),
        format!("handed {name}'s link to {whose}{closed}"),
    );
    vec![Effect::Copy(given.link.expose())]
}

fn open_link(model: &mut Model) -> Vec<Effect> {
    let given = match link_to_give(model, "opened") {
        Ok(given) => given,
        Err(why) => return refuse(model, &why),
    };
    let nowhere = match model.setting.browser {
        Browser::Here => None,
        Browser::AtTheOtherEnd => Some("over SSH, a browser of this machine is not before you"),
        Browser::Nowhere => Some("this machine has no display"),
    };
    if let Some(why) = nowhere {
        let link = given.link.expose();
        return refuse(
            model,
            &format!("not opened: {why}; c copies\n{}", visible(&link)),
        );
    }
    let (name, closed) = (&given.name, given.closed);
    model.say(
        given.role(),
        format!("opening {name}'s link in your browser{closed}"),
    );
    vec![Effect::OpenLink(given.link)]
}

/// Says why not.
pub(super) fn refuse(model: &mut Model, text: &str) -> Vec<Effect> {
    model.say(Role::Attention, text);
    Vec::new()
}

/// Says so and returns true when nothing can be written.
pub(super) fn is_read_only(model: &mut Model) -> bool {
    let Some(why) = model.setting.read_only.clone() else {
        return false;
    };
    model.say(
        Role::Attention,
        format!("nothing can be changed: {}", visible(&why)),
    );
    true
}

/// A scroll position after a movement; its end is the caller's to know.
pub(super) fn scrolled(scroll: usize, intent: &Intent, page: usize) -> usize {
    match intent {
        Intent::Down => scroll.saturating_add(1),
        Intent::Up => scroll.saturating_sub(1),
        Intent::HalfDown => scroll.saturating_add(page / 2),
        Intent::HalfUp => scroll.saturating_sub(page / 2),
        Intent::PageDown => scroll.saturating_add(page.saturating_sub(1)),
        Intent::PageUp => scroll.saturating_sub(page.saturating_sub(1)),
        Intent::Top => 0,
        Intent::Bottom => usize::MAX,
        _ => scroll,
    }
}

/// Opens the help where the keys of what is on the screen stand; at its beginning for the list.
pub(super) fn open_help(model: &mut Model) -> Vec<Effect> {
    let body = areas(model).body;
    let width = usize::from(body.width);
    let longest = view::help::height(width).saturating_sub(usize::from(body.height));
    let scroll = view::help::heading(model.layer(), width).min(longest);
    model.modals.push(Modal::Help(scroll));
    Vec::new()
}

/// A key in the help.
pub(super) fn help(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let body = areas(model).body;
    let page = usize::from(body.height);
    let longest = view::help::height(usize::from(body.width)).saturating_sub(page);
    let Some(Modal::Help(scroll)) = model.modals.last_mut() else {
        return Vec::new();
    };
    if *intent == Intent::Leave {
        model.modals.pop();
    } else {
        *scroll = scrolled(*scroll, intent, page).min(longest);
    }
    Vec::new()
}

/// A key in the question before quitting.
pub(super) fn quit_question(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Yes => vec![Effect::Quit],
        Intent::Leave => {
            model.modals.pop();
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The mail that has not left was counted: ask, or quit.
pub(super) fn counted_unsent(model: &mut Model, unsent: Option<UnsentMail>) -> Vec<Effect> {
    match unsent {
        Some(unsent) if unsent.count > 0 && model.sends_alone() => {
            if model.modals.is_empty() {
                model.modals.push(Modal::Quit(unsent));
                model.changed = true;
            }
            Vec::new()
        }
        // What can't be counted must not keep anybody from leaving.
        Some(_) | None => vec![Effect::Quit],
    }
}
