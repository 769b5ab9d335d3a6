-- What the first events of a stream were folded to, so that they need not be folded again: at most
-- one row per stream. Rows may be removed at any time; all of it can be folded again.
CREATE TABLE pericarp_snapshots (
    stream      INTEGER PRIMARY KEY,     -- pericarp_streams.id
    version     INTEGER NOT NULL,        -- of the last event that is in it
    fingerprint BLOB    NOT NULL,        -- UUID of the shape of the state and of its events
    checksum    INTEGER NOT NULL,        -- CRC-32 of the stream's name, version, fingerprint and data
    data        TEXT    NOT NULL         -- the state as JSON
) STRICT;
