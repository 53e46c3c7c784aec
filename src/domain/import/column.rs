//! The columns of a table, and which of them stands where.

use super::formula::restored;
use super::table::Line;
use crate::domain::text::{clip, visible};

macro_rules! columns {
    ($($variant:ident $name:literal)*) => {
        /// A column of a table of interviews, as import and export call it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is named like its column")]
        pub enum Column { $($variant),* }

        impl Column {
            /// All of them, in the order in which they are exported.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the header.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

columns! {
    Id "id"
    ExternalId "external_id"
    Source "source"
    CandidateName "candidate_name"
    CandidateEmail "candidate_email"
    Role "role"
    StartsAt "starts_at"
    Zone "zone"
    DurationMinutes "duration_minutes"
    Company "company"
    Round "round"
    Kind "kind"
    Interviewers "interviewers"
    MeetingUrl "meeting_url"
    CandidateZone "candidate_zone"
    Note "note"
    Recruiter "recruiter"
    Status "status"
    SessionKey "session_key"
    LinkMailed "link_mailed"
    Sequence "sequence"
}

impl Column {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Those that a table must have.
    pub const REQUIRED: [Self; 6] = [
        Self::CandidateName,
        Self::CandidateEmail,
        Self::Role,
        Self::StartsAt,
        Self::Zone,
        Self::DurationMinutes,
    ];

    /// The column of that name, in whatever case, with spaces or dashes for underscores.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = plain(name);
        Self::ALL
            .iter()
            .copied()
            .find(|column| column.name() == name)
    }

    /// The column that was probably meant by a name that is none, if one is near. Only ever a hint.
    #[must_use]
    pub fn nearest(name: &str) -> Option<Self> {
        let name = plain(name);
        // In a short name two slips make another word.
        let slips = if name.len() < 5 { 1 } else { 2 };
        let far = |column: &Self| strsim::osa_distance(column.name(), &name);
        let near = Self::ALL.iter().copied().min_by_key(far)?;
        (far(&near) <= slips).then_some(near)
    }
}

fn plain(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

/// Why a first line is not the header of a table of interviews.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Columns are missing.
    #[error("the first line must name the columns; missing: {0}")]
    Missing(String),
    /// A column stands there twice.
    #[error("the column {0} stands there twice")]
    Twice(&'static str),
}

/// Where each column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    places: Vec<Option<Column>>,
    /// Columns that mean nothing here.
    pub unknown: Vec<String>,
}

impl Header {
    /// How many cells of a first line are columns: tells the separator of a table.
    #[must_use]
    pub fn recognised<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
        cells.filter(|cell| Column::named(cell).is_some()).count()
    }

    /// Reads the first line, its columns in any order.
    ///
    /// # Errors
    /// [`HeaderError`] for a column that is missing or stands there twice.
    pub fn read<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Self, HeaderError> {
        let mut header = Self {
            places: Vec::new(),
            unknown: Vec::new(),
        };
        for cell in cells {
            let column = Column::named(cell);
            match column {
                Some(column) if header.places.contains(&Some(column)) => {
                    return Err(HeaderError::Twice(column.name()));
                }
                Some(_) => {}
                None if cell.trim().is_empty() => {}
                None => header.unknown.push(clip(&visible(cell.trim()), 60)),
            }
            header.places.push(column);
        }
        let missing: Vec<_> = Column::REQUIRED
            .into_iter()
            .filter(|column| !header.places.contains(&Some(*column)))
            .map(Column::name)
            .collect();
        if missing.is_empty() {
            Ok(header)
        } else {
            Err(HeaderError::Missing(missing.join(", ")))
        }
    }

    /// Whether the table has this column.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.places.contains(&Some(column))
    }

    /// How many cells a line has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it has no columns, which it never has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The cells of a line by their columns.
    #[must_use]
    pub fn line<'a>(&self, cells: impl Iterator<Item = &'a str>) -> Line {
        let mut line = Line::default();
        for (column, cell) in self.places.iter().zip(cells) {
            if let Some(column) = column {
                line.set(*column, restored(cell));
            }
        }
        line
    }
}
