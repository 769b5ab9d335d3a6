-- What the first events of a stream were folded to, so that they need not be folded again: at most
-- one row per stream. Rows may be removed at any time; all of it can be folded again.
CREATE TABLE @schema@.pericarp_snapshots (
    stream      bigint CONSTRAINT pericarp_snapshots_pkey PRIMARY KEY,  -- pericarp_streams.id
    version     bigint NOT NULL,                   -- of the last event that is in it
    fingerprint uuid   NOT NULL,                   -- of the shape of the state and of its events
    checksum    bigint NOT NULL,                   -- CRC-32 of the stream's name, version, fingerprint and data
    data        text   NOT NULL                    -- the state as JSON
);
