//! The rows of the old system's tables as text: what matters of them, read by name.

/// A row of one table.
pub trait LegacyRow {
    /// The table.
    const TABLE: &'static str;
    /// Its columns that matter.
    const COLUMNS: &'static [&'static str];
    /// What the names of further columns begin with that newer databases have. Nothing reads them; that they are missing
    /// tells how old a database is.
    const NEWER: Option<&'static str> = None;

    /// The row with these cells, in the order of the columns; blank ones are none.
    fn of(cells: impl Iterator<Item = Option<String>>) -> Self;
}

macro_rules! rows {
    ($(#[$doc:meta])* $name:ident of $table:ident: $($column:ident)* $(, newer $newer:literal)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $name {
            $(#[doc = concat!("The column `", stringify!($column), "`.")] pub $column: Option<String>,)*
        }

        impl LegacyRow for $name {
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];
            $(const NEWER: Option<&'static str> = Some($newer);)?

            fn of(mut cells: impl Iterator<Item = Option<String>>) -> Self {
                Self { $($column: cells.next().flatten()),* }
            }
        }
    };
}

rows! {
    /// An interview.
    InterviewRow of interviews_interview: id candidate_id job_id slot_id status interview_round started_at ended_at
    interview_link link_expires_at scheduled_time session_key created_at updated_at, newer "screen_recording_"
}
rows! {
    /// A session, tied to an interview by nothing but an equal key.
    SessionRow of interview_app_interviewsession: id session_key created_at candidate_name scheduled_at status
}
rows! {
    /// A slot: a wall clock in the slots' zone.
    SlotRow of interviews_interviewslot: id ai_interview_type interview_date start_time end_time duration_minutes
    current_bookings company_id job_id
}
rows! {
    /// The booking of an interview in a slot.
    ScheduleRow of interviews_interviewschedule: id interview_id slot_id status
}
rows! {
    /// A candidate.
    CandidateRow of candidates_candidate: id recruiter_id job_id full_name email
}
rows! {
    /// A job.
    JobRow of jobs_job: id job_title company_name
}
rows! {
    /// A company.
    CompanyRow of companies_company: id name
}
rows! {
    /// A recruiter.
    UserRow of authapp_customuser: id email full_name
}

/// Everything that matters of the old database.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is named like its table")]
pub struct Database {
    pub interviews: Vec<InterviewRow>,
    pub sessions: Vec<SessionRow>,
    pub slots: Vec<SlotRow>,
    pub schedules: Vec<ScheduleRow>,
    pub candidates: Vec<CandidateRow>,
    pub jobs: Vec<JobRow>,
    pub companies: Vec<CompanyRow>,
    pub users: Vec<UserRow>,
    /// Tables and columns that this database does not have.
    pub absent: Vec<String>,
}

impl Database {
    /// Whether it has the table of these rows.
    #[must_use]
    pub fn has<T: LegacyRow>(&self) -> bool {
        !self.absent.contains(&absent_table(T::TABLE))
    }
}

/// How a table that is not there is called.
#[must_use]
pub fn absent_table(table: &str) -> String {
    format!("the table {table}")
}

/// What becomes of what stands in a column that a database does not have.
#[must_use]
pub fn without(column: &str) -> Option<&'static str> {
    Some(match column {
        "interviews_interview.session_key" => "keys are read from the links that were written down",
        "interviews_interview.slot_id" => "slots are those of the schedule",
        "interviews_interview.scheduled_time" => "starts are read from the other places",
        "interviews_interview.screen_recording_*" => "recordings are not imported anyway",
        "interviews_interviewslot.interview_date" => {
            "start_time and end_time hold the day too, and are read as UTC"
        }
        "the table interview_app_interviewsession" => {
            "which links opened anything there can't be told"
        }
        "the table interviews_interviewschedule" => {
            "slots are those of the interviews; what was cancelled in the schedule can't be told"
        }
        _ => return None,
    })
}
