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

-- Nobody changes or removes what is there, and nobody adds to it but under the lock: whoever has the lock
-- would have to wait for the end of another's transaction that added the same stream.
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
CREATE TRIGGER pericarp_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON @schema@.pericarp_events FOR EACH STATEMENT EXECUTE FUNCTION @schema@.pericarp_append_only();
-- Afterwards, since the statement may be what takes the lock.
CREATE TRIGGER pericarp_events_under_lock AFTER INSERT
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
--   verdicts  per commit: 0 if it was accepted, the turn that conflicts, or -1 if an event with
--             its id is in the log already
--   places    per turn: the position before its first event, or -1 if it is not stored
--   before    per turn: the version of its stream before it
--
-- Its plans are made once, for arrays of any length and tables of any size, so they go by indexes
-- whatever the size was then: planning would take longer than what is planned.
CREATE FUNCTION @schema@.pericarp_append(
    commit_ids      uuid[],
    commit_turns    integer[],  -- per commit: its last turn, and how many events it has
    commit_events   integer[],
    turn_streams    integer[],  -- per turn: an index of stream_names
    turn_expected   bigint[],   -- per turn: the version, -1 for any, -2 for any but none
    turn_events     integer[],  -- per turn: how many events
    turn_ordinals   integer[],  -- per turn: how many events of its commit are before it,
    turn_places     bigint[],   --           how many of all commits,
    turn_versions   bigint[],   --           and how many of all commits to its stream
    stream_names    text[],     -- each once
    categories      text[],
    known_ids       bigint[],   -- per stream: its id, if the caller knows it,
    known_versions  bigint[],   --             and the version it had
    known_at        bigint,     -- when this was the last position,
    known_end       bigint,     -- in a log that came to have this event
    known_end_id    uuid,
    event_turns     integer[],  -- per event: its turn, and its place there from 1
    event_steps     integer[],
    ids             uuid[],
    types           text[],
    schema_versions bigint[],
    occurred        bigint[],
    payloads        json[],
    metadatas       json[],
    clock           bigint,
    relaxed         boolean,
    OUT verdicts    integer[],
    OUT places      bigint[],
    OUT before      bigint[],
    OUT recorded    bigint,
    OUT start       bigint,
    OUT start_id    uuid,
    OUT same        boolean,
    OUT stream_ids  bigint[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    head       bigint;
    newest     bigint;
    changed    bigint[];
    found      bigint[];
    heads      bigint[];
    accepted   boolean;
    known      boolean[];
    turn       integer := 1;
    began      integer;
    stream     integer;
    fresh      integer[];
    last_id    bigint;
BEGIN
    PERFORM @schema@.pericarp_lock();
    -- From here on every statement sees what whoever held the lock before has committed.
    SELECT e.position, e.recorded_at, e.id INTO head, newest, start_id
        FROM @schema@.pericarp_events e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    start := head;
    recorded := greatest(clock, newest);
    -- What the caller knows of a stream holds if this is still the same log, and nobody has appended
    -- to it since. To look through what was appended takes less than to look up the streams, unless
    -- it is much.
    same := EXISTS (SELECT FROM @schema@.pericarp_events e WHERE e.position = known_end AND e.id = known_end_id);
    IF NOT same THEN
        known_ids := NULL;
        known_versions := NULL;
    ELSIF head - known_at BETWEEN 0 AND 1000 THEN
        SELECT array_agg(e.stream) INTO changed FROM @schema@.pericarp_events e
            WHERE e.position > known_at AND e.stream + 0 = ANY (known_ids);
    ELSE
        known_versions := NULL;
    END IF;
    SELECT coalesce(array_agg(s.id), '{}'),
           array_agg(coalesce(s.version, (SELECT e.version FROM @schema@.pericarp_events e
                                          WHERE e.stream = s.id ORDER BY e.version DESC LIMIT 1), 0))
        INTO found, heads
        FROM (SELECT coalesce(n.id, (SELECT s.id FROM @schema@.pericarp_streams s WHERE s.name = n.name)) AS id,
                     CASE WHEN n.id = ANY (changed) THEN NULL ELSE n.version END AS version
              FROM unnest(stream_names, known_ids, known_versions) AS n (name, id, version) OFFSET 0) AS s;

    -- As a rule all are accepted, and everything follows from the counts. No index notices that a
    -- commit without events is known.
    verdicts := array_fill(0, ARRAY[cardinality(commit_ids)]);
    SELECT coalesce(array_agg(head + t.place), '{}'), coalesce(array_agg(heads[t.stream] + t.version), '{}'),
           coalesce(bool_and(t.expected IN (-1, heads[t.stream] + t.version)
                             OR t.expected = -2 AND heads[t.stream] + t.version > 0), true)
               AND 0 <> ALL (commit_events)
        INTO places, before, accepted
        FROM unnest(turn_streams, turn_expected, turn_places, turn_versions) AS t (stream, expected, place, version);

    LOOP
        IF NOT accepted THEN
            -- One is not, so they are looked at one after another.
            SELECT array_agg((SELECT true FROM @schema@.pericarp_events e WHERE e.id = c.id))
                INTO known FROM unnest(commit_ids) AS c (id);
            FOR c IN 1 .. cardinality(commit_ids) LOOP
                began := turn;
                IF known[c] THEN
                    verdicts[c] := -1;
                END IF;
                WHILE verdicts[c] = 0 AND turn <= commit_turns[c] LOOP
                    stream := turn_streams[turn];
                    before[turn] := heads[stream];
                    IF turn_expected[turn] IN (-1, heads[stream]) OR turn_expected[turn] = -2 AND heads[stream] > 0 THEN
                        places[turn] := head;
                        heads[stream] := heads[stream] + turn_events[turn];
                        head := head + turn_events[turn];
                        turn := turn + 1;
                    ELSE
                        verdicts[c] := turn;
                    END IF;
                END LOOP;
                IF verdicts[c] <> 0 THEN
                    -- What its earlier turns would have added is not added.
                    WHILE turn > began LOOP
                        turn := turn - 1;
                        heads[turn_streams[turn]] := before[turn];
                        head := places[turn];
                    END LOOP;
                    WHILE turn <= commit_turns[c] LOOP
                        places[turn] := -1;
                        turn := turn + 1;
                    END LOOP;
                END IF;
            END LOOP;
        END IF;

        -- Durable unless told otherwise, whatever the server's default is.
        IF relaxed THEN
            PERFORM set_config('synchronous_commit', 'off', true);
        ELSIF current_setting('synchronous_commit') = 'off' THEN
            PERFORM set_config('synchronous_commit', 'on', true);
        END IF;
        BEGIN
            stream_ids := found;
            IF array_position(stream_ids, NULL) IS NOT NULL THEN
                SELECT array_agg(DISTINCT t.stream) INTO fresh
                    FROM unnest(turn_streams, turn_events, places) AS t (stream, events, place)
                    WHERE t.events > 0 AND t.place >= 0 AND stream_ids[t.stream] IS NULL;
                SELECT coalesce(max(s.id), 0) INTO last_id FROM @schema@.pericarp_streams s;
                FOR n IN 1 .. coalesce(cardinality(fresh), 0) LOOP
                    stream_ids[fresh[n]] := last_id + n;
                END LOOP;
                INSERT INTO @schema@.pericarp_streams (id, name, category)
                    SELECT stream_ids[f.stream], stream_names[f.stream], categories[f.stream]
                    FROM unnest(fresh) AS f (stream);
            END IF;
            INSERT INTO @schema@.pericarp_events
                (position, stream, version, occurred_at, recorded_at, id, schema_version, ordinal, type, data, metadata)
                SELECT places[e.turn] + e.step, stream_ids[turn_streams[e.turn]], before[e.turn] + e.step,
                       e.occurred_at, recorded, e.id, e.schema_version, turn_ordinals[e.turn] + e.step - 1,
                       e.type, e.data, e.metadata
                FROM unnest(event_turns, event_steps, ids, types, schema_versions, occurred, payloads, metadatas)
                    AS e (turn, step, id, type, schema_version, occurred_at, data, metadata)
                WHERE places[e.turn] >= 0;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- The index knows an id. If it is not that of a commit, it is a mistake.
            IF NOT accepted THEN
                RAISE;
            END IF;
            accepted := false;
        END;
    END LOOP;
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
