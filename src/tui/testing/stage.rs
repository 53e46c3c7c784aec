//! The dashboard on a stage: keys go in, effects and the screen come out.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::app::{AuditPage, Found, Group, Marked, Outbox, Row, Sending, SentBy, Window};
use crate::domain::finding::{Code, Compared, Severity, audit, remedy_for_all};
use crate::domain::ids::InterviewId;
use crate::tui::key::Key;
use crate::tui::keymap;
use crate::tui::message::{AuditRead, Effect, Event, Intent, Moment, Msg, Tally};
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::update::{start, update};
use crate::tui::view;

use super::made_up::*;

/// The dashboard without a terminal, a clock or an app: keys go in, effects come out, events are told by hand.
pub struct Stage {
    pub model: Model,
    pub effects: Vec<Effect>,
    /// What stands in the outbox whenever it is read.
    pub outbox: Outbox,
}

impl Stage {
    /// With the report of a file on top in which one line of three is bad and says that; none is when it is empty.
    pub fn importing(&mut self, said: &str) -> &mut Self {
        use crate::domain::import::{Place, Report};
        self.keys(": import Enter t.csv Enter");
        let Some(Effect::LookThrough { request, .. }) = self.effects.last() else {
            panic!("not looked through")
        };
        let request = *request;
        let mut report = Report {
            read: 3,
            new: 2,
            without_link: 2,
            ..Report::default()
        };
        if !said.is_empty() {
            report.refuse(
                Place::Line { line: 3 },
                vec![format!("starts_at: {said} is no time")],
            );
        }
        let looked = crate::tui::model::import::Looked::of(crate::app::Import::sample(report));
        self.tell(Event::LookedThrough(request, Ok(Box::new(looked))));
        self
    }

    /// Before anything was read.
    pub fn blank(width: u16, height: u16) -> Self {
        let sending = Sending {
            transport: "smtp mx.acme.example".to_owned(),
            by: SentBy::Here,
        };
        let moment = Moment {
            now: at(NOW),
            running: at(NOW),
        };
        let mut model = Model::new(setting(), sending, moment, (width, height));
        let effects = start(&mut model);
        Self {
            model,
            effects,
            outbox: Outbox::default(),
        }
    }

    /// With these rows read, and everything about the first of them.
    pub fn showing(rows: Vec<Row>, width: u16, height: u16) -> Self {
        let mut stage = Self::blank(width, height);
        stage.answer_window(rows);
        stage.answer_pane();
        stage
    }

    pub fn new(width: u16, height: u16) -> Self {
        Self::showing(rows(), width, height)
    }

    pub fn tell(&mut self, event: Event) {
        let effects = update(&mut self.model, Msg::Event(event));
        self.effects.extend(effects);
    }

    pub fn want(&mut self, intent: Intent) {
        let effects = update(&mut self.model, Msg::Intent(intent));
        self.effects.extend(effects);
    }

    pub fn press(&mut self, key: Key) {
        if let Some(intent) = keymap::intent(self.model.layer(), key) {
            self.want(intent);
        }
    }

    /// Keys by name, separated by spaces; what is no key is typed letter by letter, `~` for a space.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            match Key::named(word) {
                Some(key) => self.press(key),
                None => self.type_text(&word.replace('~', " ")),
            }
        }
        self
    }

    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.press(Key::plain(crossterm::event::KeyCode::Char(character)));
        }
    }

    /// Takes the effects so far.
    pub fn taken(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Answers the newest request for a window, and that for the numbers.
    pub fn answer_window(&mut self, rows: Vec<Row>) {
        self.answer_with(Window {
            rows,
            more_before: false,
            more_after: false,
        });
    }

    pub fn answer_with(&mut self, window: Window) {
        let effects = self.taken();
        let request = effects.iter().rev().find_map(|effect| match effect {
            Effect::ReadWindow { request, .. } => Some(*request),
            _ => None,
        });
        let count = effects.iter().rev().find_map(|effect| match effect {
            Effect::Count { request, .. } => Some(*request),
            _ => None,
        });
        if let Some(count) = count {
            let mut tally = tally();
            if window.rows.is_empty() {
                tally = Tally::default();
            }
            self.tell(Event::Counted(count, Ok(tally)));
        }
        self.tell(Event::WindowRead(request.unwrap(), Ok(window)));
    }

    /// Answers the requests for details and mail of the row under the cursor, and for the outbox.
    pub fn answer_pane(&mut self) {
        let row = self.model.selected().cloned();
        for effect in self.taken() {
            match effect {
                Effect::ReadDetails { request, .. } => {
                    self.tell(Event::DetailsRead(request, Ok(row.as_ref().map(dossier))));
                }
                Effect::ReadMail { request, .. } | Effect::ReadNextMail { request, .. } => {
                    self.tell(Event::MailRead(request, Ok(mail())));
                }
                Effect::ReadAudit {
                    request,
                    code,
                    from,
                    limit,
                } => {
                    let read = self.audit(code, from.is_some(), limit);
                    self.tell(Event::AuditRead(request, Ok(read)));
                }
                Effect::ReadOutbox { request, limit, .. } => {
                    let mut outbox = self.outbox.clone();
                    outbox.mails.truncate(limit as usize);
                    self.tell(Event::OutboxRead(request, Ok(outbox)));
                }
                Effect::ReadIds {
                    request, marking, ..
                } => {
                    let ids = self.model.list.rows.iter().map(Row::id).collect();
                    self.tell(Event::IdsRead(request, marking, Ok(ids)));
                }
                Effect::CheckMarks { request, ids, .. } => {
                    let there =
                        |id: &InterviewId| self.model.list.rows.iter().any(|row| row.id() == *id);
                    let (shown, hidden) = ids.into_iter().partition(there);
                    self.tell(Event::MarksChecked(request, Ok(Marked { hidden, shown })));
                }
                Effect::Preview { request, .. } => self.tell(Event::Previewed(request, Ok(mail()))),
                other => self.effects.push(other),
            }
        }
    }

    // The findings of what stands in the list, by code.
    fn audit(&self, code: Option<Code>, goes_on: bool, limit: usize) -> AuditRead {
        let (now, window) = (self.model.moment.now, self.model.setting.window);
        let mut groups: Vec<Group> = Vec::new();
        let mut all = Vec::new();
        for row in &self.model.list.rows {
            for finding in audit(&row.interview, &row.facts, &window, now) {
                let severity = finding.severity;
                match groups.iter_mut().find(|group| group.code == finding.code) {
                    Some(group) => group.count += 1,
                    None if severity > Severity::parse("1").unwrap() => groups.push(Group {
                        code: finding.code,
                        count: 1,
                        severity,
                        first_start: row.interview.starts_at,
                        command: remedy_for_all(finding.code, &[]),
                        milder: 0,
                    }),
                    None => continue,
                }
                all.push(Found {
                    row: row.clone(),
                    finding,
                });
            }
        }
        groups.sort_by_key(|group| (std::cmp::Reverse(group.severity), group.first_start));
        let code = code.or_else(|| groups.first().map(|group| group.code));
        all.retain(|found| Some(found.finding.code) == code);
        all.truncate(limit);
        let compared = code.is_none().then(|| Compared {
            interviews: self.model.list.rows.len().try_into().unwrap_or(u64::MAX),
            waiting: 0,
            acknowledged: 0,
            filtered: false,
            past: false,
            least: Severity::LOW,
        });
        AuditRead {
            groups,
            code,
            page: AuditPage {
                found: all,
                next: None,
            },
            goes_on,
            compared,
        }
    }

    pub fn buffer(&self) -> Buffer {
        let (width, height) = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(true);
        terminal
            .draw(|frame| view::draw(frame, &self.model, theme))
            .unwrap()
            .buffer
            .clone()
    }

    /// What a person sees.
    pub fn screen(&self) -> String {
        text(&self.buffer())
    }
}

/// The text of a buffer, line by line.
pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let line = |cells: &[ratatui::buffer::Cell]| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in cells {
            if covered == 0 {
                line.push_str(cell.symbol());
                covered = crate::domain::text::columns(cell.symbol()).max(1);
            }
            covered -= 1;
        }
        line.trim_end().to_owned()
    };
    buffer
        .content
        .chunks(width)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}
