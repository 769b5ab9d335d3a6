-- One row per stream that has an event. `name` is `category-key`.
CREATE TABLE @schema@.pericarp_streams (
    id       bigint CONSTRAINT pericarp_streams_pkey PRIMARY KEY,
    name     text COLLATE "C" NOT NULL CONSTRAINT pericarp_streams_name_key UNIQUE,
    category text COLLATE "C" NOT NULL
);

-- The log. Rows are never changed or removed. Streams are not a foreign key: its check would lock
-- and rewrite the stream's row for every event; only pericarp_append adds rows, and it knows.
CREATE TABLE @schema@.pericarp_events (
    position       bigint  CONSTRAINT pericarp_events_pkey PRIMARY KEY  -- place in the log, in commit order
                           CHECK (position > 0),
    stream         bigint  NOT NULL,               -- pericarp_streams.id
    version        bigint  NOT NULL,               -- place in the stream, from 1, dense
    occurred_at    bigint  NOT NULL,               -- microseconds since 1970, UTC
    recorded_at    bigint  NOT NULL,               -- microseconds since 1970, UTC; never falls
    schema_version bigint  NOT NULL,               -- of its type, from 1, in 32 bits
    id             uuid    NOT NULL CONSTRAINT pericarp_events_id_key UNIQUE,
    ordinal        integer NOT NULL,               -- place in its commit, from 0
    type           text COLLATE "C" NOT NULL,      -- stored name of the event's type
    data           json    NOT NULL,               -- the payload, byte for byte
    metadata       json    NOT NULL,               -- a JSON object, byte for byte
    CONSTRAINT pericarp_events_stream_version_key UNIQUE (stream, version)
);
CREATE INDEX pericarp_events_type ON @schema@.pericarp_events (type, position);
CREATE INDEX pericarp_events_time ON @schema@.pericarp_events
    USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

-- Nobody changes or removes what is there, and nobody adds to it but under the lock, which
-- pericarp_append and pericarp_lock take: whoever has the lock would have to wait for the end of
-- another's transaction that added the same stream.
CREATE FUNCTION @schema@.pericarp_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    log CONSTANT oid := '@schema@.pericarp_events'::regclass;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION '% is append-only: rows cannot be changed or removed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    ELSIF current_setting('pericarp.appending', true) IS DISTINCT FROM log::text THEN
        RAISE EXCEPTION '% is appended to by Pericarp alone: positions are handed out under its lock', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pericarp_events_append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON @schema@.pericarp_events FOR EACH STATEMENT EXECUTE FUNCTION @schema@.pericarp_append_only();
CREATE TRIGGER pericarp_streams_append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON @schema@.pericarp_streams FOR EACH STATEMENT EXECUTE FUNCTION @schema@.pericarp_append_only();

-- Takes the append lock until the end of the transaction. Whoever holds it is the only one who
-- adds to this log, so positions are in commit order.
CREATE FUNCTION @schema@.pericarp_lock() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    log CONSTANT oid := '@schema@.pericarp_events'::regclass;
BEGIN
    -- A snapshot that is older than the lock would show stale versions.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'appending needs the isolation level READ COMMITTED, and the transaction is %',
            upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(1885696617, log::bigint::bit(32)::integer);
    PERFORM set_config('pericarp.appending', log::text, true);
END $$;

-- Gives each commit its verdict, and stores those that are accepted. A commit is a run of turns;
-- a turn is a run of events to one stream. Arrays count from 1.
--
--   first     per commit: the position of its first event; 0 if it was accepted and has none,
--             -1 if an event with its id is in the log already, -2 if a turn conflicts
--   conflict  per commit: the turn that conflicts, or 0
--   before    per turn: the version of its stream before it
CREATE FUNCTION @schema@.pericarp_append(
    commit_ids     uuid[],
    commit_turns   integer[],   -- per commit: its last turn
    turn_streams   integer[],   -- per turn: an index of stream_names
    turn_expected  bigint[],    -- per turn: the version, -1 for any, -2 for any but none
    turn_events    integer[],   -- per turn: how many events
    stream_names   text[],      -- each once
    categories     text[],
    event_commits  integer[],   -- per event: its commit, its turn, its places in both
    event_turns    integer[],
    ordinals       integer[],
    steps          integer[],
    ids            uuid[],
    types          text[],
    schema_versions bigint[],
    occurred       bigint[],
    payloads       json[],
    metadatas      json[],
    clock          bigint,
    relaxed        boolean,
    OUT first      bigint[],
    OUT conflict   integer[],
    OUT before     bigint[],
    OUT recorded   bigint
) LANGUAGE plpgsql AS $$
DECLARE
    head       bigint;
    start      bigint;
    newest     bigint;
    stream_ids bigint[];
    heads      bigint[];
    known      boolean[];
    turn       integer := 1;
    began      integer;
    stream     integer;
    expected   bigint;
    actual     bigint;
    next_id    bigint;
BEGIN
    PERFORM @schema@.pericarp_lock();
    -- From here on every statement sees what whoever held the lock before has committed.
    SELECT e.position, e.recorded_at INTO head, newest
        FROM @schema@.pericarp_events e ORDER BY e.position DESC LIMIT 1;
    start := coalesce(head, 0);
    head := start;
    recorded := greatest(clock, newest);
    first := array_fill(0::bigint, ARRAY[cardinality(commit_ids)]);
    conflict := array_fill(0, ARRAY[cardinality(commit_ids)]);
    before := array_fill(0::bigint, ARRAY[cardinality(turn_streams)]);
    SELECT array_agg(s.id), array_agg(s.head) INTO stream_ids, heads FROM (
        SELECT n.id, coalesce((SELECT max(e.version) FROM @schema@.pericarp_events e WHERE e.stream = n.id), 0) AS head
        FROM (SELECT (SELECT s.id FROM @schema@.pericarp_streams s WHERE s.name = u.name) AS id
              FROM unnest(stream_names) AS u (name)) AS n
    ) AS s;
    SELECT array_agg(EXISTS (SELECT 1 FROM @schema@.pericarp_events e WHERE e.id = u.id))
        INTO known FROM unnest(commit_ids) AS u (id);

    FOR c IN 1 .. cardinality(commit_ids) LOOP
        IF known[c] THEN
            first[c] := -1;
        ELSE
            first[c] := head + 1;
            began := turn;
            WHILE turn <= commit_turns[c] LOOP
                stream := turn_streams[turn];
                expected := turn_expected[turn];
                actual := heads[stream];
                before[turn] := actual;
                IF expected = actual OR expected = -1 OR expected = -2 AND actual > 0 THEN
                    heads[stream] := actual + turn_events[turn];
                    head := head + turn_events[turn];
                    turn := turn + 1;
                ELSE
                    conflict[c] := turn;
                    head := first[c] - 1;
                    first[c] := -2;
                    -- What its earlier turns would have added is not added.
                    WHILE turn > began LOOP
                        turn := turn - 1;
                        heads[turn_streams[turn]] := before[turn];
                    END LOOP;
                    EXIT;
                END IF;
            END LOOP;
            IF first[c] > head THEN
                first[c] := 0;
            END IF;
        END IF;
        turn := commit_turns[c] + 1;
    END LOOP;

    IF head > start THEN
        IF array_position(stream_ids, NULL) IS NOT NULL THEN
            SELECT coalesce(max(s.id), 0) INTO next_id FROM @schema@.pericarp_streams s;
            FOR n IN 1 .. cardinality(stream_ids) LOOP
                IF stream_ids[n] IS NULL AND heads[n] > 0 THEN
                    next_id := next_id + 1;
                    stream_ids[n] := next_id;
                    INSERT INTO @schema@.pericarp_streams (id, name, category)
                        VALUES (next_id, stream_names[n], categories[n]);
                END IF;
            END LOOP;
        END IF;
        -- Durable unless told otherwise, whatever the server's default is.
        IF relaxed THEN
            PERFORM set_config('synchronous_commit', 'off', true);
        ELSIF current_setting('synchronous_commit') = 'off' THEN
            PERFORM set_config('synchronous_commit', 'on', true);
        END IF;
        INSERT INTO @schema@.pericarp_events
            (position, stream, version, occurred_at, recorded_at, id, schema_version, ordinal, type, data, metadata)
            SELECT first[e.in_commit] + e.ordinal, stream_ids[turn_streams[e.in_turn]], before[e.in_turn] + e.step,
                   e.occurred_at, recorded, e.id, e.schema_version, e.ordinal, e.type, e.data, e.metadata
            FROM unnest(event_commits, event_turns, ordinals, steps, ids, types, schema_versions, occurred,
                        payloads, metadatas)
                AS e (in_commit, in_turn, ordinal, step, id, type, schema_version, occurred_at, data, metadata)
            WHERE first[e.in_commit] > 0;
    END IF;
END $$;

-- The position of the last event that was recorded before a moment, or 0. Times never fall as
-- positions rise, so it is found by halving, without an index of its own.
CREATE FUNCTION @schema@.pericarp_position_before(moment bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    low    bigint := 0;    -- up to here everything was recorded before
    high   bigint;         -- behind this nothing was
    middle bigint;
    at     bigint;
    time   bigint;
BEGIN
    SELECT coalesce(max(e.position), 0) INTO high FROM @schema@.pericarp_events e;
    WHILE low < high LOOP
        middle := high - (high - low) / 2;
        SELECT e.position, e.recorded_at INTO at, time
            FROM @schema@.pericarp_events e WHERE e.position >= middle ORDER BY e.position LIMIT 1;
        IF time < moment THEN
            low := at;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;
