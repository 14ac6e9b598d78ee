-- What every writing function begins and ends with: is the caller's key still live, was this very
-- request answered before, and what is kept of the answer.
--
-- Here and below, functions that a write calls are PL/pgSQL even where they are one expression:
-- PL/pgSQL keeps its plans for the life of a connection, while a function in SQL that cannot be
-- inlined is planned at every call (measured: a draft took 11 ms, and 3 ms so).
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TYPE answer AS (status integer, body text, etag text, location text);
COMMENT ON TYPE answer IS 'What a writing function hands to the service: one HTTP answer.';

CREATE TABLE idempotency (
    principal_id uuid        NOT NULL
        CONSTRAINT idempotency_principal_id_known REFERENCES principal (id),
    route        text        NOT NULL,
    key          text        NOT NULL,
    fingerprint  bytea       NOT NULL,
    answer       answer      NOT NULL,
    answered_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT idempotency_pkey PRIMARY KEY (principal_id, route, key),
    CONSTRAINT idempotency_key_length CHECK (char_length(key) BETWEEN 1 AND 255)
);
COMMENT ON TABLE idempotency IS
    'The answer to each request that succeeded, so that a retry with the same key gets it again. '
    'A request that failed left no trace and may be tried again.';
COMMENT ON COLUMN idempotency.route IS 'Method and path of the request.';
COMMENT ON COLUMN idempotency.fingerprint IS 'SHA-256 of the body.';
COMMENT ON CONSTRAINT idempotency_key_length ON idempotency IS
    'An Idempotency-Key has 1 to 255 characters.';
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_own ON idempotency
    USING (principal_id = (SELECT caller_principal()))
    WITH CHECK (principal_id = (SELECT caller_principal()));

CREATE FUNCTION body_fingerprint(body jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE
AS $$ SELECT sha256(convert_to(coalesce(body::text, ''), 'UTF8')) $$;
COMMENT ON FUNCTION body_fingerprint(jsonb) IS
    'Tells whether two bodies say the same; white space and the order of members do not count.';

CREATE FUNCTION write_begin(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    known idempotency;
BEGIN
    IF NOT key_is_live(caller_setting('key')::uuid) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL401', MESSAGE = 'The key has expired or was revoked.';
    END IF;
    IF caller_setting('idempotency_key') IS NULL THEN
        RETURN NULL;
    END IF;
    -- The second of two racing requests waits here until the first has committed or failed, and
    -- then sees its answer, for each statement of this function reads a new snapshot.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', caller_principal(), caller_setting('route'),
                  caller_setting('idempotency_key')), 0));
    SELECT i.* INTO known
      FROM idempotency AS i
     WHERE i.principal_id = caller_principal()
       AND i.route = caller_setting('route')
       AND i.key = caller_setting('idempotency_key');
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF known.fingerprint <> body_fingerprint(body) THEN
        RAISE EXCEPTION USING ERRCODE = 'ALKEY',
            MESSAGE = 'This Idempotency-Key was used before with another body. Use a new key for '
                      'a new request.';
    END IF;
    RETURN known.answer;
END
$$;
COMMENT ON FUNCTION write_begin(jsonb) IS
    'The kept answer when this request was answered before, else null: go on and write.';

CREATE FUNCTION write_end(body jsonb, given answer) RETURNS answer
LANGUAGE plpgsql AS $$
BEGIN
    IF caller_setting('idempotency_key') IS NOT NULL THEN
        INSERT INTO idempotency (principal_id, route, key, fingerprint, answer)
        VALUES (caller_principal(), caller_setting('route'), caller_setting('idempotency_key'),
                body_fingerprint(body), given);
    END IF;
    RETURN given;
END
$$;
COMMENT ON FUNCTION write_end(jsonb, answer) IS 'Keeps the answer for a retry, and returns it.';

CREATE PROCEDURE refuse_stale(version integer)
LANGUAGE plpgsql AS $$
BEGIN
    IF caller_setting('if_match') IS NOT NULL
       AND version::text <> ALL (string_to_array(caller_setting('if_match'), ',')) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL412',
            MESSAGE = format('It has changed since you read it: its entity tag is "%s" now. Read '
                             'it again and decide anew.', version);
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_stale(integer) IS
    'Ends the request when its If-Match names no version equal to this one.';

CREATE PROCEDURE refuse_missing(what text)
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AL404', MESSAGE = format('There is no such %s.', what);
END
$$;
COMMENT ON PROCEDURE refuse_missing(text) IS
    'Ends the request: what it names does not exist, or is not for the caller to see.';

CREATE PROCEDURE refuse_conflict(sentence text)
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AL409', MESSAGE = sentence;
END
$$;
COMMENT ON PROCEDURE refuse_conflict(text) IS
    'Ends the request: it does not fit the present state.';

CREATE PROCEDURE refuse_forbidden(sentence text)
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AL403', MESSAGE = sentence;
END
$$;
COMMENT ON PROCEDURE refuse_forbidden(text) IS 'Ends the request: it is not for this caller.';

CREATE FUNCTION statement_json(receipt ledger_receipt) RETURNS json
LANGUAGE sql IMMUTABLE
AS $$
    SELECT json_build_object('entry', receipt.entry,
                             'leaf_hash', encode(receipt.leaf_hash, 'hex'),
                             'at', rfc3339(receipt.at))
$$;
COMMENT ON FUNCTION statement_json(ledger_receipt) IS
    'What the answer to a write tells of its ledger entry.';

CREATE FUNCTION caller_reads_all() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT caller_has_role('auditor') $$;
COMMENT ON FUNCTION caller_reads_all() IS
    'Whether the caller reads what is not published too: auditors do, nobody else.';

CREATE FUNCTION in_codelist(list text, code text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT EXISTS (SELECT FROM codelist_item AS i
                    WHERE i.codelist = list AND i.code = in_codelist.code));
END
$$;
COMMENT ON FUNCTION in_codelist(text, text) IS 'Whether the code list has the code.';

GRANT SELECT, INSERT ON idempotency TO aidledger_writer;
GRANT EXECUTE ON FUNCTION write_begin(jsonb), write_end(jsonb, answer), body_fingerprint(jsonb),
      statement_json(ledger_receipt), in_codelist(text, text)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE refuse_stale(integer), refuse_missing(text), refuse_conflict(text),
      refuse_forbidden(text)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION caller_reads_all()
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper, aidledger_worker;
