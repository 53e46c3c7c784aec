//! Databases of the system that Greenroom replaces, made anew for each test.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

/// The key of the first interview.
pub const KEY: &str = "9689ddff00004000800000000000002a";
/// The id of the first interview.
pub const ID: &str = "0f0e0d0c0b0a49088706050403020100";

const TABLES: &str = "
CREATE TABLE interviews_interview (updated_at datetime, id char(32) PRIMARY KEY, candidate_id bigint NOT NULL, job_id bigint,
    slot_id char(32), status varchar(20), interview_round varchar(100), feedback text, started_at datetime, ended_at datetime,
    video_url varchar(500), interview_link varchar(255) NOT NULL, link_expires_at datetime, scheduled_time datetime,
    session_key varchar(40) NOT NULL, created_at datetime, screen_recording_url varchar(500),
    UNIQUE (candidate_id, slot_id));
CREATE TABLE interview_app_interviewsession (id char(32) PRIMARY KEY, session_key varchar(40) UNIQUE, created_at datetime,
    candidate_name varchar(100), candidate_email varchar(254), job_description text, resume_text text, scheduled_at datetime,
    status varchar(20), language_code varchar(10), accent_tld varchar(10));
CREATE TABLE interviews_interviewslot (id char(32) PRIMARY KEY, slot_type varchar(20), status varchar(20),
    ai_interview_type varchar(20), interview_date date, start_time time, end_time time, duration_minutes integer,
    max_candidates integer, current_bookings integer, company_id bigint, job_id bigint, notes text, created_at datetime,
    updated_at datetime);
CREATE TABLE interviews_interviewschedule (id char(32) PRIMARY KEY, interview_id char(32) UNIQUE, slot_id char(32),
    status varchar(20), booking_notes text, cancellation_reason text, booked_at datetime, confirmed_at datetime,
    cancelled_at datetime, cancelled_by_id bigint);
CREATE TABLE candidates_candidate (id integer PRIMARY KEY, recruiter_id bigint, job_id bigint, full_name varchar(100),
    email varchar(254), phone varchar(20), poc_email varchar(254), status varchar(40), created_at datetime);
CREATE TABLE jobs_job (id integer PRIMARY KEY, job_title varchar(255), company_name varchar(255), coding_language varchar(50),
    job_description text, created_at datetime);
CREATE TABLE companies_company (id integer PRIMARY KEY, name varchar(255));
CREATE TABLE authapp_customuser (id integer PRIMARY KEY, email varchar(254), full_name varchar(150), role varchar(20));
INSERT INTO jobs_job VALUES (1, 'Backend engineer', 'Acme', 'PYTHON', 'long', '2031-01-01 00:00:00');
INSERT INTO companies_company VALUES (1, 'Acme Holding');
INSERT INTO authapp_customuser VALUES (1, 'rita@acme.example', 'Rita Levi', 'RECRUITER');
";

/// An old database.
pub struct Old {
    pub file: PathBuf,
    sql: Connection,
}

impl Old {
    /// One with an interview in which nothing is wrong: Ada's, on 6 May 2031 at 12:50 in Kolkata.
    pub fn new(directory: &Path) -> Self {
        let old = Self::empty(directory);
        old.interview(1, "Ada Lovelace", "ada@c.example");
        old
    }

    pub fn empty(directory: &Path) -> Self {
        let file = directory.join("old.sqlite3");
        let sql = Connection::open(&file).unwrap();
        sql.execute_batch(TABLES).unwrap();
        Self { file, sql }
    }

    /// Adds interview number `n`; its slot is `n - 1` days after the first one's.
    pub fn interview(&self, n: u32, name: &str, email: &str) {
        let day = format!("2031-05-{:02}", 5 + n);
        let (id, key) = (Self::id(n), Self::key(n));
        self.sql
            .execute(
                "INSERT INTO candidates_candidate (id, recruiter_id, job_id, full_name, email) VALUES ($1, 1, 1, $2, $3)",
                (n, name, email),
            )
            .unwrap();
        self.run(&format!(
            "INSERT INTO interviews_interviewslot (id, ai_interview_type, interview_date, start_time, end_time, duration_minutes,
                 current_bookings, company_id, job_id) VALUES ('slot{n}', 'technical', '{day}', '12:50:00', '13:20:00', 30, 1, 1, 1);
             INSERT INTO interviews_interviewschedule (id, interview_id, slot_id, status)
                 VALUES ('schedule{n}', '{id}', 'slot{n}', 'confirmed');
             INSERT INTO interviews_interview (id, candidate_id, job_id, slot_id, status, interview_round, started_at, ended_at,
                 interview_link, link_expires_at, scheduled_time, session_key, created_at, updated_at)
                 VALUES ('{id}', {n}, 1, 'slot{n}', 'scheduled', 'First', '{day} 07:20:00', '{day} 07:50:00',
                     'https://old.example/interview/?session_key={key}', '{day} 09:50:00', '{day} 07:20:00.000000', '{key}',
                     '2031-05-01 10:00:00.123456', '2031-05-01 10:00:00');
             INSERT INTO interview_app_interviewsession (id, session_key, candidate_name, scheduled_at, status)
                 VALUES ('session{n}', '{key}', 'x', '{day} 07:20:00', 'SCHEDULED');"
        ));
    }

    /// The id of interview number `n`.
    pub fn id(n: u32) -> String {
        if n == 1 {
            ID.to_owned()
        } else {
            format!("{n:032x}")
        }
    }

    /// The key of interview number `n`.
    pub fn key(n: u32) -> String {
        if n == 1 {
            KEY.to_owned()
        } else {
            format!("9689ddff{n:024x}")
        }
    }

    pub fn run(&self, sql: &str) {
        self.sql.execute_batch(sql).unwrap();
    }

    /// The octets of the file.
    pub fn octets(&self) -> Vec<u8> {
        std::fs::read(&self.file).unwrap()
    }
}
