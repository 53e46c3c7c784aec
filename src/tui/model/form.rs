//! The form: what was typed, what it means, and what stands in the way.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::app::Row;
use crate::domain::draft::{Defaults, Draft, Field as Name, Notice, Refusal};
use crate::domain::ids::InterviewId;
use crate::domain::text::fold_for_search;
use crate::domain::when::{self, Choice, Zone, zone_names};
use crate::tui::field::Field;
use crate::tui::model::mail::MailView;

/// How many zones are offered while one is typed.
const OFFERED: usize = 5;

/// What the form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A new interview.
    New,
    /// One whose mail was taken back before it left.
    TakenBack(InterviewId),
}

/// One stop of the Tab key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A field of the draft.
    Field(Name),
    /// Whether to mail.
    Mail,
}

impl Stop {
    /// What the form calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Field(Name::Candidate) => "Candidate",
            Self::Field(Name::Email) => "Email",
            Self::Field(Name::Role) => "Role",
            Self::Field(Name::At) => "When",
            Self::Field(Name::Zone) => "Zone",
            Self::Field(Name::CandidateZone) => "Theirs",
            Self::Field(Name::Duration) => "Duration",
            Self::Field(Name::Round) => "Round",
            Self::Field(Name::Kind) => "Kind",
            Self::Field(Name::Interviewers) => "With",
            Self::Field(Name::MeetingUrl) => "Meeting",
            Self::Field(Name::Company) => "Company",
            Self::Field(Name::Recruiter) => "Recruiter",
            Self::Field(Name::Note) => "Note",
            Self::Mail => "Mail",
        }
    }
}

/// Something that can be taken into the field with the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is shown.
    pub label: String,
    /// What the field then holds.
    pub text: String,
}

/// What the text means, checked after every change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meaning {
    /// What stands in the way.
    pub refusals: Vec<Refusal>,
    /// What is worth a second look.
    pub notices: Vec<Notice>,
    /// What there is to choose where the start has several readings; its refusal as a line of text is for elsewhere.
    pub question: Option<String>,
    /// What was understood of the start: on the interview's clock, on the candidate's.
    pub echo: Option<(String, Option<String>)>,
}

/// A form that is being filled in.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// The texts, in the order of [`Name::ALL`].
    pub fields: Vec<(Name, Field)>,
    /// Whether to mail.
    pub mail: bool,
    /// Which stop has the cursor: an index into the fields, or behind them the choice whether to mail.
    pub focus: usize,
    /// Fields that were left once: their refusals are shown.
    pub left: Vec<Name>,
    /// What the text means now.
    pub meaning: Meaning,
    /// What the use-case refused, by field, until that field changes.
    pub answers: BTreeMap<usize, String>,
    /// What is wrong with the whole.
    pub objection: Option<String>,
    /// What can be taken into the field with the cursor.
    pub offers: Vec<Offer>,
    /// Which of them is highlighted.
    pub chosen: Option<usize>,
    /// One key for all presses of Ctrl-S, so that they are one action.
    pub idempotency_key: String,
    /// Whether a second interview with the same address and start is meant.
    pub again: bool,
    /// Whether anything was typed.
    pub touched: bool,
    /// Whether it is being carried out.
    pub sending: bool,
    /// The mail as it will be.
    pub preview: MailView,
    /// How far the preview is scrolled.
    pub scroll: usize,
    /// Whether the preview is shown where there is no room for both.
    pub preview_shown: bool,
    // What an empty zone means when the form is carried out.
    usual_zone: Option<Zone>,
    before: Draft,
}

impl Form {
    /// An empty form for a new interview.
    #[must_use]
    pub fn new(idempotency_key: String, defaults: &Defaults, now: Timestamp) -> Self {
        Self::of(
            Purpose::New,
            Draft::default(),
            idempotency_key,
            defaults,
            now,
        )
    }

    /// The form of an interview whose mail was taken back.
    #[must_use]
    pub fn taken_back(
        row: &Row,
        idempotency_key: String,
        defaults: &Defaults,
        now: Timestamp,
    ) -> Self {
        Self::of(
            Purpose::TakenBack(row.id()),
            Draft::of(&row.interview),
            idempotency_key,
            defaults,
            now,
        )
    }

    fn of(
        purpose: Purpose,
        draft: Draft,
        idempotency_key: String,
        defaults: &Defaults,
        now: Timestamp,
    ) -> Self {
        let fields = Name::ALL
            .into_iter()
            .map(|name| (name, Field::holding(draft.text(name))))
            .collect();
        let mut form = Self {
            purpose,
            fields,
            mail: true,
            focus: 0,
            left: Vec::new(),
            meaning: Meaning::default(),
            answers: BTreeMap::new(),
            objection: None,
            offers: Vec::new(),
            chosen: None,
            idempotency_key,
            again: false,
            touched: false,
            sending: false,
            preview: MailView::default(),
            scroll: 0,
            preview_shown: false,
            usual_zone: None,
            before: draft,
        };
        form.check(defaults, now);
        form
    }

    /// The text as a draft.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let mut draft = Draft {
            fold: self.before.fold,
            ..Draft::default()
        };
        for (name, field) in &self.fields {
            field.text().clone_into(draft.text_mut(*name));
        }
        if let Some(usual) = self
            .usual_zone
            .as_ref()
            .filter(|_| draft.zone.trim().is_empty())
        {
            usual.name().clone_into(&mut draft.zone);
        }
        // Which of two equal wall times was meant holds only for the text that it was said of.
        if draft.at != self.before.at || draft.zone != self.before.zone {
            draft.fold = None;
        }
        draft
    }

    /// How many stops there are.
    #[must_use]
    pub const fn stops(&self) -> usize {
        self.fields.len() + 1
    }

    /// The stop at that index.
    #[must_use]
    pub fn stop(&self, index: usize) -> Stop {
        self.fields
            .get(index)
            .map_or(Stop::Mail, |(name, _)| Stop::Field(*name))
    }

    /// The stop with the cursor.
    #[must_use]
    pub fn focused(&self) -> Stop {
        self.stop(self.focus)
    }

    /// The text field with the cursor, if it is one.
    pub fn focused_field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus).map(|(_, field)| field)
    }

    /// Finds out what the text means now.
    pub fn check(&mut self, defaults: &Defaults, now: Timestamp) {
        self.usual_zone.clone_from(&defaults.zone);
        let draft = self.draft();
        self.meaning = Meaning {
            refusals: draft.check(defaults, now).err().unwrap_or_default(),
            notices: draft.notices(),
            ..understood(&draft, defaults, now)
        };
        self.offers = self.offers();
        self.chosen = self.chosen.filter(|chosen| *chosen < self.offers.len());
    }

    /// What to say under a field: what the use-case said, or a refusal of a field that was left.
    #[must_use]
    pub fn refusal(&self, index: usize) -> Option<&str> {
        let (name, _) = self.fields.get(index)?;
        // The choices are listed with their question.
        if *name == Name::At && self.meaning.question.is_some() {
            return None;
        }
        if let Some(answer) = self.answers.get(&index) {
            return Some(answer);
        }
        let shown = self.left.contains(name);
        self.meaning
            .refusals
            .iter()
            .find(|refusal| shown && refusal.field == *name)
            .map(|refusal| refusal.message.as_str())
    }

    /// The readings between which a person has to choose.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        let refusal = self
            .meaning
            .refusals
            .iter()
            .find(|refusal| !refusal.choices.is_empty());
        refusal.map_or(&[], |refusal| &refusal.choices)
    }

    fn offers(&self) -> Vec<Offer> {
        let Some((name, field)) = self.fields.get(self.focus) else {
            return Vec::new();
        };
        match name {
            Name::At => {
                let offer = |choice: &Choice| Offer {
                    label: choice.meaning.clone(),
                    text: choice.spelling.clone(),
                };
                self.choices().iter().map(offer).collect()
            }
            Name::Zone | Name::CandidateZone => zones_like(field.text()),
            _ => Vec::new(),
        }
    }
}

// What the start means, as far as the zones are known.
fn understood(draft: &Draft, defaults: &Defaults, now: Timestamp) -> Meaning {
    let zone = if draft.zone.trim().is_empty() {
        defaults.zone.clone()
    } else {
        Zone::parse(draft.zone.trim()).ok()
    };
    let Some(zone) = zone else {
        return Meaning::default();
    };
    let theirs = Zone::parse(draft.candidate_zone.trim()).ok();
    match when::read(draft.at.trim(), now, &zone, theirs.as_ref(), draft.fold) {
        Ok(reading) => {
            let echo = when::echo(reading.instant, &zone, theirs.as_ref(), now);
            Meaning {
                echo: Some((echo.ours, echo.theirs)),
                ..Meaning::default()
            }
        }
        Err(error) => Meaning {
            question: error.question(),
            ..Meaning::default()
        },
    }
}

fn zones_like(text: &str) -> Vec<Offer> {
    let wanted = fold_for_search(text.trim()).replace(' ', "_");
    if wanted.is_empty() || zone_names().any(|name| name == text.trim()) {
        return Vec::new();
    }
    let rank = |name: &str| {
        let name = name.to_lowercase();
        let city = name.rsplit('/').next().unwrap_or_default();
        match (
            city.starts_with(&wanted),
            name.starts_with(&wanted),
            name.contains(&wanted),
        ) {
            (true, ..) => Some(0),
            (_, true, _) => Some(1),
            (.., true) => Some(2),
            _ => None,
        }
    };
    let mut names: Vec<_> = zone_names()
        .filter_map(|name| Some((rank(name)?, name)))
        .collect();
    names.sort_unstable();
    let offer = |name: &str| Offer {
        label: name.to_owned(),
        text: name.to_owned(),
    };
    let mut offers: Vec<_> = names
        .into_iter()
        .take(OFFERED)
        .map(|(_, name)| offer(name))
        .collect();
    if offers.is_empty() {
        offers.extend(
            Zone::parse(text)
                .err()
                .and_then(|unknown| unknown.nearest)
                .map(|name| offer(&name)),
        );
    }
    offers
}
