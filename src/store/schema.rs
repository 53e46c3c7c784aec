//! The tables. Migrations are only ever appended.

mod found;

use rusqlite_migration::{M, Migrations};

pub(super) use found::FOUND_INDEXES;
use found::{CANCELLED, FOUND, LEAVES_LATE, MAILED_BEFORE};

const STEPS: &[M<'static>] = &[
    M::up(FIRST),
    M::up(INDEXES),
    M::up(SETTLED),
    M::up(IMPORTED),
    M::up(API_TOKENS),
    M::up(TOLD),
    M::up(EXTENDED),
    M::up(BATCHES),
    M::up(FOUND),
    M::up(FOUND_INDEXES),
    M::up(ACCESSES),
    M::up(WAITING),
    M::up(ERASED),
    M::up(BATCH_EVENTS),
    M::up(CANCELLED),
    M::up(FOUND_INDEXES),
    M::up(REPLIED),
    M::up(MAILED_BEFORE),
    M::up(FOUND_INDEXES),
    M::up(DEAD_KEYS),
    M::up(LEAVES_LATE),
    M::up(FOUND_INDEXES),
];

/// The version that this program writes.
pub(super) fn version() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

pub(super) fn migrations() -> Migrations<'static> {
    Migrations::from_slice(STEPS)
}

// Instants are microseconds UTC; ids, zones and addresses are text; lists are JSON.
//
// The columns of `interview` from `session_key` on are facts about its session and its mail, written in the commit
// that makes them true, so that a list never has to look elsewhere.
const FIRST: &str = "
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE interview (
    row              INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    candidate_name   TEXT NOT NULL,
    candidate_email  TEXT,
    role             TEXT NOT NULL,
    company          TEXT,
    round            TEXT,
    kind             TEXT,
    status           TEXT NOT NULL CHECK (status IN ('scheduled', 'completed', 'cancelled', 'no_show')),
    starts_at        INTEGER,
    ends_at          INTEGER CHECK ((ends_at IS NULL) = (starts_at IS NULL)),
    zone             TEXT NOT NULL,
    candidate_zone   TEXT,
    duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 5 AND 720),
    interviewers     TEXT NOT NULL,
    meeting_url      TEXT,
    recruiter_name   TEXT,
    recruiter_email  TEXT,
    note             TEXT,
    sequence         INTEGER NOT NULL,
    joined_at        INTEGER,
    admitted_at      INTEGER,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    address          TEXT,
    search           TEXT NOT NULL,
    session_key      TEXT,
    session_revoked  INTEGER NOT NULL DEFAULT 0 CHECK (session_revoked IN (0, 1)),
    told_at          INTEGER,
    told_key         TEXT,
    told_starts_at   INTEGER,
    told_address     TEXT,
    mail_state       TEXT,
    mail_since       INTEGER,
    mail_due         INTEGER,
    -- The clock-free part of the verdict, in the order of `verdict::judge`.
    standing         TEXT NOT NULL GENERATED ALWAYS AS (CASE
        WHEN session_key IS NULL THEN 'no_link'
        WHEN session_revoked = 1 THEN 'link_revoked'
        WHEN starts_at IS NULL THEN 'no_start'
        WHEN address IS NULL THEN 'no_address'
        WHEN told_key <> session_key THEN 'holds_dead_link'
        WHEN told_starts_at <> starts_at THEN 'holds_old_time'
        WHEN told_address <> address THEN 'mailed_elsewhere'
        WHEN told_at IS NOT NULL THEN 'told'
        WHEN mail_state IS NULL OR mail_state IN ('withdrawn', 'accepted') THEN 'never_mailed'
        WHEN mail_state = 'failed' THEN 'mail_failed'
        ELSE 'in_doubt'
    END) VIRTUAL
) STRICT;

CREATE TABLE session (
    id           TEXT NOT NULL,
    interview_id TEXT NOT NULL REFERENCES interview (id) ON DELETE CASCADE,
    key          TEXT NOT NULL UNIQUE CHECK (length(key) = 32),
    created_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    PRIMARY KEY (interview_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_live_session ON session (interview_id) WHERE revoked_at IS NULL;

CREATE TABLE delivery (
    row          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    interview_id TEXT NOT NULL REFERENCES interview (id) ON DELETE CASCADE,
    session_id   TEXT,
    audience     TEXT NOT NULL CHECK (audience IN ('candidate')),
    kind         TEXT NOT NULL CHECK (kind IN ('invitation')),
    sender       TEXT NOT NULL,
    address      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    mime         BLOB NOT NULL,
    sha256       TEXT NOT NULL CHECK (length(sha256) = 64),
    link         TEXT NOT NULL,
    starts_at    INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('held', 'queued', 'claimed', 'handing_over', 'accepted', 'stored',
                                                'deferred', 'failed', 'unknown', 'withdrawn')),
    since        INTEGER NOT NULL,
    due_at       INTEGER,
    owner        TEXT CHECK ((owner IS NOT NULL) = (state IN ('claimed', 'handing_over'))),
    attempts     INTEGER NOT NULL DEFAULT 0,
    last_reply   TEXT,
    accepted_at  INTEGER CHECK ((accepted_at IS NOT NULL) = (state = 'accepted')),
    created_at   INTEGER NOT NULL,
    FOREIGN KEY (interview_id, session_id) REFERENCES session (interview_id, id),
    CHECK (audience <> 'candidate' OR kind = 'cancellation' OR session_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX one_unsent ON delivery (interview_id, kind, address)
    WHERE state IN ('held', 'queued', 'claimed', 'handing_over', 'deferred');
CREATE INDEX delivery_due ON delivery (due_at, row) WHERE state IN ('held', 'queued', 'deferred');
CREATE INDEX delivery_owned ON delivery (owner) WHERE owner IS NOT NULL;
CREATE INDEX delivery_failed ON delivery (since) WHERE state IN ('failed', 'unknown');
CREATE INDEX delivery_by_interview ON delivery (interview_id, row);

-- No foreign key: the timeline of an interview outlives the interview.
CREATE TABLE event (
    row          INTEGER PRIMARY KEY,
    interview_id TEXT NOT NULL,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    detail       TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_interview ON event (interview_id, row);

CREATE TABLE idempotency (
    key          TEXT PRIMARY KEY,
    content      TEXT NOT NULL,
    interview_id TEXT NOT NULL,
    delivery_id  TEXT,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE interview_search USING fts5 (
    search, content = 'interview', content_rowid = 'row', tokenize = 'trigram', columnsize = 0
);
";

/// Finds interviews in every way that lists ask for, up to date with every change.
pub(super) const INDEXES: &str = "
CREATE INDEX interview_by_start ON interview (starts_at, id);
CREATE INDEX interview_by_standing ON interview (status, standing, starts_at, ends_at);
CREATE INDEX interview_by_address ON interview (address, starts_at);
CREATE TRIGGER interview_search_added AFTER INSERT ON interview BEGIN
    INSERT INTO interview_search (rowid, search) VALUES (new.row, new.search);
END;
CREATE TRIGGER interview_search_removed AFTER DELETE ON interview BEGIN
    INSERT INTO interview_search (interview_search, rowid, search) VALUES ('delete', old.row, old.search);
END;
CREATE TRIGGER interview_search_changed AFTER UPDATE OF search ON interview WHEN new.search <> old.search BEGIN
    INSERT INTO interview_search (interview_search, rowid, search) VALUES ('delete', old.row, old.search);
    INSERT INTO interview_search (rowid, search) VALUES (new.row, new.search);
END;
";

/// Lets all of that fall behind.
pub(super) const NO_INDEXES: &str = "
DROP INDEX interview_by_start;
DROP INDEX interview_by_standing;
DROP INDEX interview_by_address;
DROP INDEX interview_by_found;
DROP INDEX interview_by_grace;
DROP TRIGGER interview_search_added;
DROP TRIGGER interview_search_removed;
DROP TRIGGER interview_search_changed;
";

// Who decided what about a mail of unknown outcome, and why.
const SETTLED: &str = "
ALTER TABLE delivery ADD COLUMN settled_at INTEGER CHECK (settled_at IS NULL OR state = 'unknown');
ALTER TABLE delivery ADD COLUMN settled_by TEXT;
ALTER TABLE delivery ADD COLUMN settled_why TEXT;
";

// What came from another system. An external id is unique per source, so that importing twice is importing once.
// A key that came with an import was mailed by the old system; a key that stood on two interviews is kept by neither.
// Both marks end when a link is made here.
const IMPORTED: &str = "
ALTER TABLE interview ADD COLUMN source TEXT;
ALTER TABLE interview ADD COLUMN external_id TEXT CHECK (external_id IS NULL OR source IS NOT NULL);
ALTER TABLE interview ADD COLUMN key_imported INTEGER NOT NULL DEFAULT 0 CHECK (key_imported IN (0, 1));
ALTER TABLE interview ADD COLUMN import_conflict INTEGER NOT NULL DEFAULT 0 CHECK (import_conflict IN (0, 1));
CREATE UNIQUE INDEX interview_by_external_id ON interview (external_id, source) WHERE external_id IS NOT NULL;

-- The signed tokens of the old system's links. What is not longer than 40 characters was never signed.
CREATE TABLE imported_token (
    token        TEXT PRIMARY KEY CHECK (length(token) > 40),
    interview_id TEXT NOT NULL REFERENCES interview (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_token_by_interview ON imported_token (interview_id);

DROP INDEX interview_by_standing;
ALTER TABLE interview DROP COLUMN standing;
-- As in the first table, and whoever holds an imported key was invited by the old system.
ALTER TABLE interview ADD COLUMN standing TEXT GENERATED ALWAYS AS (CASE
    WHEN session_key IS NULL THEN 'no_link'
    WHEN session_revoked = 1 THEN 'link_revoked'
    WHEN starts_at IS NULL THEN 'no_start'
    WHEN address IS NULL THEN 'no_address'
    WHEN told_key <> session_key THEN 'holds_dead_link'
    WHEN told_starts_at <> starts_at THEN 'holds_old_time'
    WHEN told_address <> address THEN 'mailed_elsewhere'
    WHEN told_at IS NOT NULL THEN 'told'
    WHEN mail_state IS NULL OR mail_state IN ('withdrawn', 'accepted') THEN
        CASE WHEN key_imported = 1 THEN 'in_doubt' ELSE 'never_mailed' END
    WHEN mail_state = 'failed' THEN 'mail_failed'
    ELSE 'in_doubt'
END) VIRTUAL;
CREATE INDEX interview_by_standing ON interview (status, standing, starts_at, ends_at);
";

// Who may use the API. Of a token only the digest of its secret is kept; a revoked one stays, for the record.
const API_TOKENS: &str = "
CREATE TABLE api_token (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    digest     TEXT NOT NULL CHECK (length(digest) = 43),
    scopes     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at INTEGER,
    revoked_by TEXT CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_live_token_of_a_name ON api_token (name) WHERE revoked_at IS NULL;
";

// What the newest accepted mail told them beyond key, start and address; what became of the newest mail; whether the
// address looks mistyped. What mails of older versions said of SEQUENCE and of closing is not known.
const TOLD: &str = "
ALTER TABLE delivery ADD COLUMN sequence INTEGER;
ALTER TABLE delivery ADD COLUMN closes_at INTEGER;
ALTER TABLE delivery ADD COLUMN link_is_local INTEGER NOT NULL DEFAULT 0 CHECK (link_is_local IN (0, 1));
ALTER TABLE interview ADD COLUMN told_sequence INTEGER;
ALTER TABLE interview ADD COLUMN told_closes_at INTEGER;
ALTER TABLE interview ADD COLUMN told_local INTEGER NOT NULL DEFAULT 0 CHECK (told_local IN (0, 1));
ALTER TABLE interview ADD COLUMN called_off INTEGER NOT NULL DEFAULT 0 CHECK (called_off IN (0, 1));
ALTER TABLE interview ADD COLUMN mail_settled INTEGER NOT NULL DEFAULT 0 CHECK (mail_settled IN (0, 1));
ALTER TABLE interview ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1));
ALTER TABLE interview ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET link_is_local = leads_nowhere(link);
UPDATE interview SET suspect = looks_mistyped(candidate_email) WHERE candidate_email IS NOT NULL;
UPDATE interview SET told_local = coalesce((SELECT link_is_local FROM delivery
        WHERE interview_id = interview.id AND state = 'accepted' ORDER BY accepted_at DESC, row DESC LIMIT 1), 0),
    mail_settled = coalesce((SELECT settled_at IS NOT NULL FROM delivery
        WHERE interview_id = interview.id ORDER BY state = 'withdrawn', row DESC LIMIT 1), 0)
WHERE mail_state IS NOT NULL;
";

// From when and until when a link works, where somebody opened it early or gave it longer.
const EXTENDED: &str = "
ALTER TABLE interview ADD COLUMN opens_at INTEGER;
ALTER TABLE interview ADD COLUMN closes_at INTEGER;
CREATE INDEX interview_extended ON interview (closes_at, starts_at) WHERE closes_at IS NOT NULL;
";

// What was asked for together: one row per plan, and no more than one mail per batch and interview. The mails of a paused
// batch carry its mark, so that what is due is found without looking at them.
const BATCHES: &str = "
CREATE TABLE batch (
    number     INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    action     TEXT NOT NULL,
    asked_by   TEXT NOT NULL,
    asked_at   INTEGER NOT NULL,
    sends      INTEGER NOT NULL,
    changes    INTEGER NOT NULL,
    skips      INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('going', 'paused', 'stopped')),
    steered_by TEXT,
    steered_at INTEGER CHECK ((steered_at IS NULL) = (steered_by IS NULL)),
    held_until INTEGER
) STRICT;

ALTER TABLE delivery ADD COLUMN batch_id TEXT REFERENCES batch (id);
ALTER TABLE delivery ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1) AND (paused = 0 OR batch_id IS NOT NULL));
CREATE UNIQUE INDEX one_of_batch ON delivery (batch_id, interview_id) WHERE batch_id IS NOT NULL;
CREATE INDEX delivery_of_batch ON delivery (batch_id, state, since) WHERE batch_id IS NOT NULL;
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (due_at, row) WHERE state IN ('held', 'queued', 'deferred') AND paused = 0;
";

// Who looked at a link, and what they saw. Appended by requests that change nothing else, and read by no decision.
const ACCESSES: &str = "
CREATE TABLE access (
    row          INTEGER PRIMARY KEY,
    interview_id TEXT NOT NULL REFERENCES interview (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('view', 'prefetch', 'join')),
    door         TEXT NOT NULL,
    opens_at     INTEGER
) STRICT;
CREATE INDEX access_by_interview ON access (interview_id, row);
";

// Finds who waits to be let in, among all who ever joined.
const WAITING: &str = "
CREATE INDEX interview_waiting ON interview (joined_at)
    WHERE joined_at IS NOT NULL AND admitted_at IS NULL AND meeting_url IS NULL;
";

// Who was erased stays erased, also when the same file is imported again.
const ERASED: &str = "
CREATE INDEX event_erased ON event (interview_id) WHERE kind = 'erased';
";

// Who paused, resumed, stopped or retried which batch, and when: every time, not only the last.
const BATCH_EVENTS: &str = "
CREATE TABLE batch_event (
    row    INTEGER PRIMARY KEY,
    batch  INTEGER NOT NULL REFERENCES batch (number),
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    deed   TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX batch_event_by_batch ON batch_event (batch, row);
INSERT INTO batch_event (batch, at, actor, deed, detail)
    SELECT number, steered_at, steered_by, CASE state WHEN 'going' THEN 'resumed' ELSE state END, ''
    FROM batch WHERE steered_at IS NOT NULL ORDER BY steered_at;
ALTER TABLE batch DROP COLUMN steered_at;
ALTER TABLE batch DROP COLUMN steered_by;
";

// What was last said of a mail that failed or was put off: its beginning, as findings show it.
const REPLIED: &str = "
ALTER TABLE interview ADD COLUMN mail_reply TEXT;
UPDATE interview SET mail_reply = (SELECT substr(last_reply, 1, 300) FROM delivery
        WHERE interview_id = interview.id ORDER BY state = 'withdrawn', row DESC LIMIT 1)
WHERE mail_state IN ('failed', 'deferred');
";

// Keys in links of the old system that lead nowhere here, although they lie in inboxes: they stood on two interviews, or in
// a link alone. Whoever asks about one is answered; no door reads them.
const DEAD_KEYS: &str = "
CREATE TABLE dead_key (
    key          TEXT NOT NULL CHECK (length(key) = 32),
    interview_id TEXT NOT NULL REFERENCES interview (id) ON DELETE CASCADE,
    PRIMARY KEY (key, interview_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_key_by_interview ON dead_key (interview_id);
INSERT INTO dead_key (key, interview_id) SELECT mailed_key, id FROM interview WHERE mailed_key IS NOT NULL;
";
