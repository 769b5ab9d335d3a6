-- One row per stream that has an event. `name` is `category-key`.
CREATE TABLE pericarp_streams (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL
) STRICT;

-- The log. Rows are never changed or removed.
CREATE TABLE pericarp_events (
    -- Place in the log, in commit order. At the largest integer SQLite would begin to choose at random.
    position       INTEGER PRIMARY KEY CHECK (position BETWEEN 1 AND 4611686018427387903),
    stream         INTEGER NOT NULL REFERENCES pericarp_streams (id),
    version        INTEGER NOT NULL,              -- place in the stream, from 1, dense
    id             BLOB    NOT NULL UNIQUE,       -- UUID, 16 bytes
    type           TEXT    NOT NULL,              -- stored name of the event's type
    schema_version INTEGER NOT NULL,              -- of its type, from 1
    ordinal        INTEGER NOT NULL,              -- place in its commit, from 0
    occurred_at    INTEGER NOT NULL,              -- microseconds since 1970, UTC
    recorded_at    INTEGER NOT NULL,              -- microseconds since 1970, UTC
    data           TEXT    NOT NULL,              -- the payload: JSON, byte for byte
    metadata       TEXT    NOT NULL,              -- a JSON object, byte for byte
    UNIQUE (stream, version)
) STRICT;

-- The events of each type, in the order of the log.
CREATE INDEX pericarp_events_by_type ON pericarp_events (type);

CREATE TRIGGER pericarp_events_no_update BEFORE UPDATE ON pericarp_events
BEGIN SELECT RAISE(ABORT, 'pericarp_events is append-only: events cannot be changed'); END;

CREATE TRIGGER pericarp_events_no_delete BEFORE DELETE ON pericarp_events
BEGIN SELECT RAISE(ABORT, 'pericarp_events is append-only: events cannot be deleted'); END;

-- INSERT OR REPLACE deletes without firing a delete trigger. A new row of ours has no position
-- yet, which a BEFORE trigger sees as -1.
CREATE TRIGGER pericarp_events_no_replace BEFORE INSERT ON pericarp_events
WHEN NEW.position <= (SELECT max(position) FROM pericarp_events) AND NEW.position <> -1
  OR NEW.version <= (SELECT max(version) FROM pericarp_events WHERE stream = NEW.stream)
  OR EXISTS (SELECT 1 FROM pericarp_events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'pericarp_events is append-only: this event is in the log already'); END;

-- Reading by time looks for a place in the log.
CREATE TRIGGER pericarp_events_in_order BEFORE INSERT ON pericarp_events
WHEN NEW.recorded_at < (SELECT recorded_at FROM pericarp_events ORDER BY position DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'pericarp_events is in order: recorded_at must not be earlier than that of the last event'); END;

CREATE TRIGGER pericarp_streams_no_update BEFORE UPDATE ON pericarp_streams
BEGIN SELECT RAISE(ABORT, 'pericarp_streams is append-only: streams cannot be changed'); END;

CREATE TRIGGER pericarp_streams_no_delete BEFORE DELETE ON pericarp_streams
BEGIN SELECT RAISE(ABORT, 'pericarp_streams is append-only: streams cannot be deleted'); END;

CREATE TRIGGER pericarp_streams_no_replace BEFORE INSERT ON pericarp_streams
WHEN EXISTS (SELECT 1 FROM pericarp_streams WHERE name = NEW.name OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'pericarp_streams is append-only: this stream is there already'); END;
