//! The columns and indexes of the findings, in every form that they have had: a migration is never changed.

// The clock-free part of the findings of an interview, a bit each (`finding::Code::bit`), without those that somebody
// acknowledged. Two depend on the clock or the configuration: 256 says that the mail was put off, not that it is late,
// and whether the link closes earlier than they were told follows from `told_grace`.
//
// An acknowledgement ends when what it was about changes: a new start, status, address or link ends all of them, a mail
// those that speak of mail.
pub(in crate::store) const FOUND: &str = "
ALTER TABLE interview ADD COLUMN told_grace INTEGER GENERATED ALWAYS AS (
    CASE WHEN told_key = session_key AND told_starts_at = starts_at THEN told_closes_at - ends_at END
) VIRTUAL;
ALTER TABLE interview ADD COLUMN found INTEGER GENERATED ALWAYS AS ((CASE WHEN status = 'cancelled' THEN
        CASE WHEN called_off = 0 AND (told_at IS NOT NULL OR (mail_state = 'unknown' AND mail_settled = 0))
            THEN 16384 ELSE 0 END
    ELSE
        CASE WHEN session_key IS NULL OR (session_revoked = 1 AND told_at IS NULL) THEN 1 ELSE 0 END
        + CASE WHEN starts_at IS NULL THEN 2 ELSE 0 END
        + CASE WHEN address IS NULL THEN 4 ELSE 0 END
        + CASE WHEN session_key IS NULL OR session_revoked = 1 OR starts_at IS NULL OR address IS NULL THEN 0
            WHEN told_at IS NOT NULL THEN CASE WHEN told_address <> address THEN 8 ELSE 0 END
            WHEN key_imported = 0 AND (mail_state IS NULL OR mail_state IN ('withdrawn', 'accepted')) THEN 8
            ELSE 0 END
        + CASE WHEN session_revoked = 0 AND told_key <> session_key THEN 16 ELSE 0 END
        + CASE WHEN told_at IS NULL THEN 0
            WHEN starts_at IS NULL OR told_starts_at <> starts_at THEN 32
            WHEN told_key = session_key AND told_address = address AND told_sequence < sequence THEN 32
            ELSE 0 END
        + CASE WHEN session_revoked = 1 AND told_at IS NOT NULL THEN 64 ELSE 0 END
        + CASE WHEN session_revoked = 0 AND told_key = session_key AND told_address = address
                AND told_starts_at = starts_at AND coalesce(told_sequence >= sequence, TRUE) THEN 0
            WHEN mail_state = 'failed' THEN 128
            WHEN mail_state = 'deferred' THEN 256
            WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512
            WHEN mail_state = 'stored' THEN 1024
            ELSE 0 END
        + CASE WHEN told_at IS NOT NULL AND told_local = 1 THEN 2048 ELSE 0 END
        + CASE WHEN key_imported = 1 AND told_at IS NULL AND session_key IS NOT NULL AND session_revoked = 0
            THEN 4096 ELSE 0 END
        + CASE WHEN suspect = 1 THEN 32768 ELSE 0 END
        + CASE WHEN import_conflict = 1 THEN 65536 ELSE 0 END
    END) & ~acknowledged) VIRTUAL;
CREATE INDEX interview_acknowledged ON interview (starts_at) WHERE acknowledged <> 0;

CREATE TABLE acknowledgement (
    interview_id TEXT NOT NULL REFERENCES interview (id) ON DELETE CASCADE,
    code         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    PRIMARY KEY (interview_id, code)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER interview_changed_after_acknowledgement AFTER UPDATE ON interview
WHEN old.acknowledged <> 0 AND new.acknowledged = old.acknowledged BEGIN
    UPDATE interview SET acknowledged = CASE
        WHEN new.status <> old.status OR new.starts_at IS NOT old.starts_at OR new.ends_at IS NOT old.ends_at
            OR new.address IS NOT old.address OR new.session_key IS NOT old.session_key
            OR new.session_revoked <> old.session_revoked THEN 0
        WHEN new.told_at IS NOT old.told_at OR new.mail_state IS NOT old.mail_state
            OR new.mail_since IS NOT old.mail_since OR new.sequence <> old.sequence
            THEN new.acknowledged & 98311
        ELSE new.acknowledged END
    WHERE row = new.row;
END;
";

// The findings anew: of a cancelled interview it is known that an invitation was accepted, or it is unknown whether one
// was. `called_off` was never written.
pub(in crate::store) const CANCELLED: &str = "
DROP INDEX interview_by_found;
DROP INDEX interview_by_grace;
ALTER TABLE interview DROP COLUMN found;
ALTER TABLE interview DROP COLUMN called_off;
ALTER TABLE interview ADD COLUMN found INTEGER GENERATED ALWAYS AS ((CASE WHEN status = 'cancelled' THEN
        CASE WHEN told_at IS NOT NULL THEN 16384 WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512 ELSE 0 END
    ELSE
        CASE WHEN session_key IS NULL OR (session_revoked = 1 AND told_at IS NULL) THEN 1 ELSE 0 END
        + CASE WHEN starts_at IS NULL THEN 2 ELSE 0 END
        + CASE WHEN address IS NULL THEN 4 ELSE 0 END
        + CASE WHEN session_key IS NULL OR session_revoked = 1 OR starts_at IS NULL OR address IS NULL THEN 0
            WHEN told_at IS NOT NULL THEN CASE WHEN told_address <> address THEN 8 ELSE 0 END
            WHEN key_imported = 0 AND (mail_state IS NULL OR mail_state IN ('withdrawn', 'accepted')) THEN 8
            ELSE 0 END
        + CASE WHEN session_revoked = 0 AND told_key <> session_key THEN 16 ELSE 0 END
        + CASE WHEN told_at IS NULL THEN 0
            WHEN starts_at IS NULL OR told_starts_at <> starts_at THEN 32
            WHEN told_key = session_key AND told_address = address AND told_sequence < sequence THEN 32
            ELSE 0 END
        + CASE WHEN session_revoked = 1 AND told_at IS NOT NULL THEN 64 ELSE 0 END
        + CASE WHEN session_revoked = 0 AND told_key = session_key AND told_address = address
                AND told_starts_at = starts_at AND coalesce(told_sequence >= sequence, TRUE) THEN 0
            WHEN mail_state = 'failed' THEN 128
            WHEN mail_state = 'deferred' THEN 256
            WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512
            WHEN mail_state = 'stored' THEN 1024
            ELSE 0 END
        + CASE WHEN told_at IS NOT NULL AND told_local = 1 THEN 2048 ELSE 0 END
        + CASE WHEN key_imported = 1 AND told_at IS NULL AND session_key IS NOT NULL AND session_revoked = 0
            THEN 4096 ELSE 0 END
        + CASE WHEN suspect = 1 THEN 32768 ELSE 0 END
        + CASE WHEN import_conflict = 1 THEN 65536 ELSE 0 END
    END) & ~acknowledged) VIRTUAL;
";

// The findings anew: what the old system mailed counts. Of a cancelled interview it mailed a link, and nobody knows whether
// it said that it was cancelled; and the link that it wrote down may carry another key than the one that was imported.
pub(in crate::store) const MAILED_BEFORE: &str = "
ALTER TABLE interview ADD COLUMN mailed_key TEXT;
DROP INDEX interview_by_found;
DROP INDEX interview_by_grace;
ALTER TABLE interview DROP COLUMN found;
ALTER TABLE interview ADD COLUMN found INTEGER GENERATED ALWAYS AS ((CASE WHEN status = 'cancelled' THEN
        CASE WHEN told_at IS NOT NULL THEN 16384 WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512
            WHEN starts_at IS NOT NULL AND (key_imported = 1 OR import_conflict = 1) THEN 16384 ELSE 0 END
    ELSE
        CASE WHEN session_key IS NULL OR (session_revoked = 1 AND told_at IS NULL) THEN 1 ELSE 0 END
        + CASE WHEN starts_at IS NULL THEN 2 ELSE 0 END
        + CASE WHEN address IS NULL THEN 4 ELSE 0 END
        + CASE WHEN session_key IS NULL OR session_revoked = 1 OR starts_at IS NULL OR address IS NULL THEN 0
            WHEN told_at IS NOT NULL THEN CASE WHEN told_address <> address THEN 8 ELSE 0 END
            WHEN key_imported = 0 AND (mail_state IS NULL OR mail_state IN ('withdrawn', 'accepted')) THEN 8
            ELSE 0 END
        + CASE WHEN session_revoked = 0 AND coalesce(told_key, mailed_key) <> session_key THEN 16 ELSE 0 END
        + CASE WHEN told_at IS NULL THEN 0
            WHEN starts_at IS NULL OR told_starts_at <> starts_at THEN 32
            WHEN told_key = session_key AND told_address = address AND told_sequence < sequence THEN 32
            ELSE 0 END
        + CASE WHEN session_revoked = 1 AND told_at IS NOT NULL THEN 64 ELSE 0 END
        + CASE WHEN session_revoked = 0 AND told_key = session_key AND told_address = address
                AND told_starts_at = starts_at AND coalesce(told_sequence >= sequence, TRUE) THEN 0
            WHEN mail_state = 'failed' THEN 128
            WHEN mail_state = 'deferred' THEN 256
            WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512
            WHEN mail_state = 'stored' THEN 1024
            ELSE 0 END
        + CASE WHEN told_at IS NOT NULL AND told_local = 1 THEN 2048 ELSE 0 END
        + CASE WHEN key_imported = 1 AND told_at IS NULL AND session_key IS NOT NULL AND session_revoked = 0
            AND mailed_key IS NULL THEN 4096 ELSE 0 END
        + CASE WHEN suspect = 1 THEN 32768 ELSE 0 END
        + CASE WHEN import_conflict = 1 THEN 65536 ELSE 0 END
    END) & ~acknowledged) VIRTUAL;
";

// The findings anew: 256 says that a mail waits or is leaving, whatever it waits for. Whether it is late, the clock says.
pub(in crate::store) const LEAVES_LATE: &str = "
DROP INDEX interview_by_found;
DROP INDEX interview_by_grace;
ALTER TABLE interview DROP COLUMN found;
ALTER TABLE interview ADD COLUMN found INTEGER GENERATED ALWAYS AS ((CASE WHEN status = 'cancelled' THEN
        CASE WHEN told_at IS NOT NULL THEN 16384 WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512
            WHEN starts_at IS NOT NULL AND (key_imported = 1 OR import_conflict = 1) THEN 16384 ELSE 0 END
    ELSE
        CASE WHEN session_key IS NULL OR (session_revoked = 1 AND told_at IS NULL) THEN 1 ELSE 0 END
        + CASE WHEN starts_at IS NULL THEN 2 ELSE 0 END
        + CASE WHEN address IS NULL THEN 4 ELSE 0 END
        + CASE WHEN session_key IS NULL OR session_revoked = 1 OR starts_at IS NULL OR address IS NULL THEN 0
            WHEN told_at IS NOT NULL THEN CASE WHEN told_address <> address THEN 8 ELSE 0 END
            WHEN key_imported = 0 AND (mail_state IS NULL OR mail_state IN ('withdrawn', 'accepted')) THEN 8
            ELSE 0 END
        + CASE WHEN session_revoked = 0 AND coalesce(told_key, mailed_key) <> session_key THEN 16 ELSE 0 END
        + CASE WHEN told_at IS NULL THEN 0
            WHEN starts_at IS NULL OR told_starts_at <> starts_at THEN 32
            WHEN told_key = session_key AND told_address = address AND told_sequence < sequence THEN 32
            ELSE 0 END
        + CASE WHEN session_revoked = 1 AND told_at IS NOT NULL THEN 64 ELSE 0 END
        + CASE WHEN session_revoked = 0 AND told_key = session_key AND told_address = address
                AND told_starts_at = starts_at AND coalesce(told_sequence >= sequence, TRUE) THEN 0
            WHEN mail_state = 'failed' THEN 128
            WHEN mail_state IN ('held', 'queued', 'claimed', 'handing_over', 'deferred') THEN 256
            WHEN mail_state = 'unknown' AND mail_settled = 0 THEN 512
            WHEN mail_state = 'stored' THEN 1024
            ELSE 0 END
        + CASE WHEN told_at IS NOT NULL AND told_local = 1 THEN 2048 ELSE 0 END
        + CASE WHEN key_imported = 1 AND told_at IS NULL AND session_key IS NOT NULL AND session_revoked = 0
            AND mailed_key IS NULL THEN 4096 ELSE 0 END
        + CASE WHEN suspect = 1 THEN 32768 ELSE 0 END
        + CASE WHEN import_conflict = 1 THEN 65536 ELSE 0 END
    END) & ~acknowledged) VIRTUAL;
";

/// Finds the findings, in the order of their interviews' starts.
pub(in crate::store) const FOUND_INDEXES: &str = "
CREATE INDEX interview_by_found ON interview (found, starts_at, id, ends_at, status, closes_at);
CREATE INDEX interview_by_grace ON interview (told_grace, starts_at) WHERE told_grace IS NOT NULL;
";
