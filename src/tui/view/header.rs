//! The lines above the list: how mail leaves and who sends it, who is acting, the time, the numbers, what went wrong.

use std::time::Duration;

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::{Pen, cut, matches, show, two_ends, width};
use crate::app::{SentBy, Serving, UnsentMail};
use crate::domain::batch::BatchState;
use crate::domain::text::{clip, columns};
use crate::domain::{refusal, when};
use crate::tui::layout::Areas;
use crate::tui::model::Model;
use crate::tui::model::list::Narrowing;
use crate::tui::safe;
use crate::tui::theme::{Role, Theme};

// Columns of a reason in two or three words.
const BRIEF: usize = 24;

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, theme: Theme, areas: &Areas) {
    let pen = Pen(theme);
    let total = usize::from(areas.title.width);
    show(frame, areas.title, vec![title(model, pen, total)], 0);
    show(frame, areas.counts, vec![counts(model, pen, total)], 0);
    show(frame, areas.banners, banners(model, pen, total), 0);
}

fn title(model: &Model, pen: Pen, total: usize) -> Line<'static> {
    let transport = safe::line(&model.sending.transport, 40);
    let (role, by) = match &model.sending.by {
        SentBy::Here if model.setting.mail_stays_here => (Role::Dim, String::new()),
        SentBy::Here => (Role::Dim, " · sending here".to_owned()),
        SentBy::Other(what) => (Role::Dim, format!(" · sending by {}", safe::line(what, 30))),
        SentBy::Nobody => (Role::Attention, " · nobody is sending".to_owned()),
    };
    let left = vec![
        pen.write(Role::Strong, " greenroom  "),
        pen.write(Role::Text, transport),
        pen.write(role, by),
    ];
    let (now, zone) = (model.moment.now, &model.setting.zone);
    let user = safe::line(
        model.setting.user.split(" <").next().unwrap_or_default(),
        24,
    );
    let clocks = [
        format!("{user}   {} ", when::day_and_time(now, zone)),
        format!("{user}  {} ", when::time_and_zone(now, zone)),
        format!("{} ", when::time_and_zone(now, zone)),
    ];
    let room = total.saturating_sub(width(&left) + 1);
    let clock = clocks.into_iter().find(|clock| columns(clock) <= room);
    two_ends(
        left,
        clock
            .map(|clock| pen.write(Role::Dim, clock))
            .into_iter()
            .collect(),
        total,
    )
}

fn counts(model: &Model, pen: Pen, total: usize) -> Line<'static> {
    let mut parts: Vec<Span<'static>> = Vec::new();
    let Some(counts) = model
        .tally
        .map(|tally| tally.counts)
        .filter(|counts| counts.everything > 0)
    else {
        return Line::default();
    };
    if model.list.narrowing != Narrowing::None {
        parts.push(pen.write(
            Role::Accent,
            format!("/ {}", safe::line(model.list.narrowing.text(), 40)),
        ));
        parts.push(pen.write(Role::Text, matches(counts.matching)));
    }
    if let Some(words) = model.marks.words() {
        parts.push(pen.write(Role::Accent, words));
    }
    let marked = [
        (counts.blocked, "can't get in", Role::Trouble),
        (counts.no_link, "no link", Role::Trouble),
        (counts.not_invited, "not invited", Role::Attention),
        (counts.in_doubt, "in doubt", Role::Attention),
        (counts.ready, "ready", Role::Fine),
    ];
    let marked = marked.into_iter().filter(|(count, ..)| *count > 0);
    parts.extend(marked.map(|(count, words, role)| pen.mark(role, &format!("{count} {words}"))));
    parts.push(pen.write(Role::Dim, format!("{} ahead", counts.ahead)));
    // They stand closer where there is little room. What still has none is left out whole, from the end.
    let taken = |gap: usize| width(&parts) + gap * parts.len().saturating_sub(1) + 1;
    let gap = [3, 2, 1].into_iter().find(|gap| taken(*gap) <= total);
    let gap = gap.unwrap_or(1);
    let mut line = vec![Span::raw(" ")];
    for part in parts {
        if line.len() > 1 && width(&line) + gap + width(std::slice::from_ref(&part)) > total {
            break;
        }
        if line.len() > 1 {
            line.push(Span::raw(" ".repeat(gap)));
        }
        line.push(part);
    }
    Line::from(cut(line, total))
}

// Why nothing leaves, how many wait and when the first of them starts. The reason gets shorter where there is little
// room, before anything else gives way.
fn paused(model: &Model, total: usize) -> Option<(Role, String)> {
    let pause = model.outbox.pause.as_ref()?;
    let waiting = match model.outbox.unsent.count {
        0 => "nothing waits".to_owned(),
        count => format!("{count} waiting"),
    };
    let first = first_start(model, &model.outbox.unsent)
        .map(|first| format!(", {first}"))
        .unwrap_or_default();
    let whole = safe::line(refusal::explain(&pause.why).unwrap_or(&pause.why), total);
    let brief = match pause.brief.as_str() {
        "" => clip(&whole, BRIEF),
        brief => safe::line(brief, BRIEF),
    };
    let briefer = brief.split(" (").next().unwrap_or_default();
    let said = |why: &str, first: &str| format!("mail paused: {why} · {waiting}{first} · B");
    let from_long_to_short = [
        said(&whole, &first),
        said(&brief, &first),
        said(briefer, &first),
        said(briefer, ""),
    ];
    let fits = |line: &&String| columns(line) + 3 <= total;
    let line = from_long_to_short.iter().find(fits);
    let line = line.or(from_long_to_short.last())?;
    Some((Role::Attention, line.clone()))
}

// How far the batch under way has come, and what can be done about it. What is said in full gives way first.
fn batch(model: &Model, total: usize) -> Option<(Role, String)> {
    let status = model.batch_under_way()?;
    let name = status.name();
    if status.batch.state == BatchState::Paused {
        let words = format!("{name} paused: {} · p in B lets it go on", status.brief());
        return Some((Role::Attention, words));
    }
    let running = model.moment.running;
    let held = status
        .batch
        .held_until
        .map(|until| until.duration_since(running).as_secs())
        .filter(|seconds| *seconds > 0 && status.progress.sending == 0);
    if let Some(seconds) = held {
        let leave = if model.setting.mail_stays_here {
            "are stored on this machine"
        } else {
            "leave"
        };
        // What another dashboard asked for is theirs to take back.
        let keys = if model.watched.contains(&status.batch.number) {
            ["u stops it · B", "u · B"]
        } else {
            ["B", "B"]
        };
        let waiting = status.progress.waiting;
        let lines =
            keys.map(|keys| format!("{name}: {waiting} mails {leave} in {seconds} s · {keys}"));
        let fits = lines.iter().find(|line| columns(line) + 3 <= total);
        return Some((Role::Attention, fits.or(lines.last())?.clone()));
    }
    let brief = status.brief();
    let left = status.time_left.map(|left| {
        let left = Duration::from_secs(left.as_secs().max(1));
        format!(", about {}", when::span_in_words(left))
    });
    let lines = [
        format!("{name}: {} · B", status.words()),
        format!("{name}: {brief}{} · B", left.unwrap_or_default()),
        format!("{name}: {brief} · B"),
    ];
    let fits = lines.iter().find(|line| columns(line) + 3 <= total);
    Some((Role::Text, fits.or(lines.last())?.clone()))
}

// What stands in the way of the join page, what helps, and whose links lead astray meanwhile. The remedy and how many
// there are stay; the names give way first, and then what is said at length.
fn not_served(model: &Model, total: usize) -> Option<(Role, String)> {
    let Serving::Not { listen, why } = &model.serving else {
        return None;
    };
    let affected = &model.affected;
    let links = match affected.count {
        0 => "no link is affected".to_owned(),
        1 => "1 link leads astray".to_owned(),
        count => format!("{count} links lead astray"),
    };
    let whose = |named: usize, longest: usize| {
        let names = affected.first.iter().take(named);
        let names: Vec<String> = names.map(|name| safe::line(name, longest)).collect();
        match (names.is_empty(), affected.count > names.len() as u64) {
            (true, _) => links.clone(),
            (false, true) => format!("{links}: {}, …", names.join(", ")),
            (false, false) => format!("{links}: {}", names.join(", ")),
        }
    };
    let [at_length, in_short] = why.remedy();
    let words = safe::line(&why.words(), 60);
    let long = format!("no join page: {listen} {words}; {at_length}");
    let (port, brief) = (listen.port(), why.brief());
    let short = format!("no join page: port {port} {brief}, {in_short}");
    let named = affected.first.len();
    let lines = (named.min(1)..=named)
        .rev()
        .map(|names| format!("{long} · {}", whose(names, 24)))
        .chain([16, 10].map(|longest| format!("{short} · {}", whose(1, longest))))
        .chain([
            format!("{short} · {}", whose(0, 0)),
            format!("{short} · {} links", affected.count),
        ]);
    let mut lines = lines.filter(|line| columns(line) + 3 <= total);
    let role = if affected.count == 0 {
        Role::Attention
    } else {
        Role::Trouble
    };
    Some((role, lines.next().unwrap_or(short)))
}

// What was found the last time that somebody looked where links lead.
fn led_astray(model: &Model) -> Option<(Role, String)> {
    let astray = model.astray.as_ref()?;
    let when = when::moment(astray.at, &model.setting.zone, model.moment.now);
    let problem = safe::line(&astray.problem, 400);
    let words = format!("links lead astray: {problem} ({when}; greenroom doctor looks again)");
    Some((Role::Trouble, words))
}

// Who waits at the door and since when: as many names as there is room for.
fn waiting(model: &Model, total: usize) -> Option<(Role, String)> {
    let clock = |at| when::moment(at, &model.setting.zone, model.moment.now);
    let count = model.waiting.len();
    if count == 0 {
        return None;
    }
    let line = |named: usize| {
        let names = model.waiting.iter().take(named);
        let names: Vec<String> = names
            .map(|one| format!("{} since {}", safe::line(&one.name, 24), clock(one.since)))
            .collect();
        let more = match count - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{count} waiting: {}{more} · W lets in", names.join(", "))
    };
    let named = (1..=count.min(3)).rev();
    let mut lines = named.map(line);
    let fits = lines.find(|line| columns(line) + 3 <= total);
    let first = model.waiting.first()?.since;
    let short = || format!("{count} waiting since {} · W", clock(first));
    Some((Role::Attention, fits.unwrap_or_else(short)))
}

/// `first starts 10:30`, where something waits.
pub(super) fn first_start(model: &Model, unsent: &UnsentMail) -> Option<String> {
    let (zone, now) = (&model.setting.zone, model.moment.now);
    let start = unsent.first_start.filter(|_| unsent.count > 0)?;
    let verb = if start > now { "starts" } else { "started" };
    Some(format!("first {verb} {}", when::moment(start, zone, now)))
}

fn banners(model: &Model, pen: Pen, total: usize) -> Vec<Line<'static>> {
    let mut banners = Vec::new();
    if let Some(why) = &model.setting.read_only {
        banners.push((
            Role::Attention,
            format!("read only: {}", safe::line(why, 400)),
        ));
    }
    banners.extend(waiting(model, total));
    banners.extend(paused(model, total));
    banners.extend(batch(model, total));
    banners.extend(not_served(model, total));
    banners.extend(led_astray(model));
    match model.tally.map_or(0, |tally| tally.failed) {
        0 => {}
        1 => banners.push((
            Role::Trouble,
            "1 invitation could not be mailed · / mail:failed shows it".to_owned(),
        )),
        failed => {
            banners.push((
                Role::Trouble,
                format!("{failed} invitations could not be mailed · / mail:failed shows them"),
            ));
        }
    }
    if let Some(error) = &model.list.error {
        banners.push((
            Role::Trouble,
            format!("can't be read: {}", safe::line(error, 200)),
        ));
    }
    let line = |(role, text): (Role, String)| {
        Line::from(cut(vec![Span::raw(" "), pen.mark(role, &text)], total))
    };
    banners.into_iter().map(line).collect()
}
