-- The ledger: every statement of record as one immutable leaf, in one order.
--
-- A statement is appended inside the transaction that makes it, in parallel with all others; the
-- sequencer afterwards gives committed entries contiguous leaf indexes. A position in the ledger
-- is a tree size N: it means the leaves 0..N-1.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE ledger_log (
    only_one   boolean     NOT NULL DEFAULT true
        CONSTRAINT ledger_log_pkey PRIMARY KEY,
    origin     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT ledger_log_only_one_row CHECK (only_one),
    CONSTRAINT ledger_log_origin_shape CHECK (origin ~ '^[a-z0-9.-]+(/[A-Za-z0-9._-]+)*$')
);
COMMENT ON TABLE ledger_log IS 'The name of this log, fixed when the instance was initialised.';
COMMENT ON COLUMN ledger_log.origin IS 'Checkpoint origin: a URL prefix without scheme (C2SP).';
COMMENT ON CONSTRAINT ledger_log_only_one_row ON ledger_log IS 'An instance has one log.';
COMMENT ON CONSTRAINT ledger_log_origin_shape ON ledger_log IS
    'An origin is a host name and path without scheme, spaces or plus signs.';
INSERT INTO ledger_log (origin)
VALUES ('localhost/aidledger/' || encode(gen_random_bytes(6), 'hex'));

CREATE TABLE ledger_field (
    kind     text NOT NULL,
    field    text NOT NULL,
    exposure text NOT NULL,
    CONSTRAINT ledger_field_pkey PRIMARY KEY (kind, field),
    CONSTRAINT ledger_field_exposure_known CHECK (exposure IN ('public', 'private')),
    CONSTRAINT ledger_field_field_name CHECK (field ~ '^[a-z][a-z0-9_]*$')
);
COMMENT ON TABLE ledger_field IS
    'What a statement of each kind may say, and how it stands in the leaf: public in the clear, '
    'private as a salted commitment whose salt and value can be erased.';
COMMENT ON CONSTRAINT ledger_field_exposure_known ON ledger_field IS
    'A field is public or private.';
COMMENT ON CONSTRAINT ledger_field_field_name ON ledger_field IS
    'Field names are lower-case ASCII letters, digits and underscores.';

CREATE TABLE ledger_entry (
    entry           uuid        NOT NULL CONSTRAINT ledger_entry_pkey PRIMARY KEY,
    at              timestamptz NOT NULL,
    kind            text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT ledger_entry_organisation_id_known REFERENCES organisation (id),
    actor           uuid        NOT NULL
        CONSTRAINT ledger_entry_actor_known REFERENCES principal (id),
    key             uuid        CONSTRAINT ledger_entry_key_known REFERENCES api_key (id),
    request         uuid        NOT NULL,
    aggregate       uuid        NOT NULL,
    version         integer     NOT NULL,
    prev            bytea,
    leaf            bytea       NOT NULL,
    leaf_hash       bytea       NOT NULL,
    CONSTRAINT ledger_entry_aggregate_version_unique UNIQUE (aggregate, version),
    CONSTRAINT ledger_entry_leaf_length CHECK (octet_length(leaf) <= 65535),
    CONSTRAINT ledger_entry_leaf_hash_length CHECK (octet_length(leaf_hash) = 32),
    CONSTRAINT ledger_entry_prev_chained CHECK ((version = 1) = (prev IS NULL))
);
COMMENT ON TABLE ledger_entry IS
    'One immutable statement by one principal. "leaf" holds the exact bytes that are hashed; the '
    'other columns repeat what the leaf says, for looking up.';
COMMENT ON COLUMN ledger_entry.leaf IS
    'RFC 8785 form of v, log, entry, at, kind, organisation, actor, key, request, aggregate, '
    'version, prev, public, private.';
COMMENT ON COLUMN ledger_entry.leaf_hash IS 'SHA-256 of 0x00 and the leaf (RFC 6962 section 2.1).';
COMMENT ON CONSTRAINT ledger_entry_leaf_length ON ledger_entry IS
    'A single statement has at most 65,535 bytes; shorten the text or attach it as a document.';
COMMENT ON CONSTRAINT ledger_entry_leaf_hash_length ON ledger_entry IS
    'A leaf hash has 32 bytes.';
COMMENT ON CONSTRAINT ledger_entry_prev_chained ON ledger_entry IS
    'Every statement after the first names the one before it.';

CREATE TABLE ledger_secret (
    entry uuid  NOT NULL CONSTRAINT ledger_secret_entry_known REFERENCES ledger_entry (entry),
    field text  NOT NULL,
    salt  bytea NOT NULL,
    value text  NOT NULL,
    CONSTRAINT ledger_secret_pkey PRIMARY KEY (entry, field),
    CONSTRAINT ledger_secret_salt_length CHECK (octet_length(salt) = 32)
);
COMMENT ON TABLE ledger_secret IS
    'Salt and value of each private field. Erasing a row leaves the leaf provable and the value '
    'unguessable.';
COMMENT ON COLUMN ledger_secret.value IS 'RFC 8785 form of the value, as it was committed to.';
COMMENT ON CONSTRAINT ledger_secret_salt_length ON ledger_secret IS 'A salt has 32 bytes.';

ALTER TABLE ledger_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_secret FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_secret_keep ON ledger_secret FOR INSERT WITH CHECK (true);
CREATE POLICY ledger_secret_read ON ledger_secret FOR SELECT
    USING (EXISTS (SELECT FROM ledger_entry AS e
                    WHERE e.entry = ledger_secret.entry
                      AND (e.organisation_id = (SELECT caller_organisation())
                           OR (SELECT caller_has_role('auditor')))));

CREATE TABLE ledger_queue (
    id    bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_queue_pkey PRIMARY KEY,
    entry uuid   NOT NULL
        CONSTRAINT ledger_queue_entry_known REFERENCES ledger_entry (entry)
);
COMMENT ON TABLE ledger_queue IS
    'Committed entries that have no leaf index yet. A row is written by the transaction that '
    'makes the entry: identity order is not commit order, so no reader may go by it.';

CREATE TABLE ledger_leaf (
    leaf_index bigint NOT NULL CONSTRAINT ledger_leaf_pkey PRIMARY KEY,
    entry      uuid   NOT NULL
        CONSTRAINT ledger_leaf_entry_unique UNIQUE
        CONSTRAINT ledger_leaf_entry_known REFERENCES ledger_entry (entry),
    leaf_hash  bytea  NOT NULL,
    CONSTRAINT ledger_leaf_leaf_index_natural CHECK (leaf_index >= 0),
    CONSTRAINT ledger_leaf_leaf_hash_length CHECK (octet_length(leaf_hash) = 32)
);
COMMENT ON TABLE ledger_leaf IS 'The order of the log: contiguous indexes from 0.';
COMMENT ON CONSTRAINT ledger_leaf_leaf_index_natural ON ledger_leaf IS
    'Leaf indexes count from 0.';
COMMENT ON CONSTRAINT ledger_leaf_leaf_hash_length ON ledger_leaf IS 'A leaf hash has 32 bytes.';

CREATE TRIGGER ledger_log_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_log
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER ledger_leaf_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

CREATE FUNCTION ledger_canonical(value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    CASE jsonb_typeof(value)
    WHEN 'object' THEN
        IF EXISTS (SELECT FROM jsonb_object_keys(value) AS k (name)
                    WHERE k.name !~ '^[a-z][a-z0-9_]*$') THEN
            RAISE EXCEPTION 'a member name in a leaf is not lower-case ASCII';
        END IF;
        RETURN '{' || coalesce(
            (SELECT string_agg(to_json(m.key)::text || ':' || ledger_canonical(m.value), ','
                               ORDER BY m.key COLLATE "C")
               FROM jsonb_each(value) AS m), '') || '}';
    WHEN 'array' THEN
        RETURN '[' || coalesce(
            (SELECT string_agg(ledger_canonical(e.value), ',' ORDER BY e.ordinality)
               FROM jsonb_array_elements(value) WITH ORDINALITY AS e), '') || ']';
    WHEN 'number' THEN
        -- Other implementations read numbers as doubles; beyond 2^53 or with a fraction they would
        -- print other digits. Money and shares are strings.
        IF value::text !~ '^-?[0-9]{1,16}$' OR abs(value::numeric) > 9007199254740991 THEN
            RAISE EXCEPTION 'a number in a leaf is not an integer below 2^53';
        END IF;
        RETURN value::text;
    ELSE
        -- PostgreSQL escapes exactly what RFC 8785 section 3.2.2.2 escapes, in the same way.
        RETURN value::text;
    END CASE;
END
$$;
COMMENT ON FUNCTION ledger_canonical(jsonb) IS
    'RFC 8785 over a restricted profile: ASCII lower-case names, strings, booleans, null, arrays, '
    'objects, integers below 2^53.';

CREATE FUNCTION rfc3339(instant timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
COMMENT ON FUNCTION rfc3339(timestamptz) IS 'RFC 3339 in UTC with milliseconds.';

CREATE FUNCTION ledger_leaf_hash(leaf bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT sha256('\x00'::bytea || leaf) $$;
COMMENT ON FUNCTION ledger_leaf_hash(bytea) IS 'RFC 6962 section 2.1: SHA-256 of 0x00 and the leaf.';

CREATE FUNCTION ledger_commitment(salt bytea, entry uuid, field text, value text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT hmac(convert_to('aidledger-v1', 'UTF8') || '\x00'::bytea
                || convert_to(entry::text, 'UTF8') || '\x00'::bytea
                || convert_to(field, 'UTF8') || '\x00'::bytea
                || convert_to(value, 'UTF8'), salt, 'sha256')
$$;
COMMENT ON FUNCTION ledger_commitment(bytea, uuid, text, text) IS
    'What stands in a leaf for a private field: HMAC-SHA-256 under a salt of its own.';

CREATE TYPE ledger_receipt AS (entry uuid, leaf_hash bytea, at timestamptz);
COMMENT ON TYPE ledger_receipt IS 'What a writer learns of the entry it appended.';

-- Splits what a statement says into its public part and commitments to its private part, keeping
-- salts and values of the latter.
CREATE FUNCTION ledger_split(entry uuid, kind text, content jsonb, OUT public jsonb,
                             OUT private jsonb, OUT secrets jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    unknown text;
BEGIN
    SELECT string_agg(c.key, ', ') INTO unknown
      FROM jsonb_each(content) AS c
      LEFT JOIN ledger_field AS f ON f.kind = ledger_split.kind AND f.field = c.key
     WHERE f.field IS NULL;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'no exposure is declared for % of %', unknown, kind;
    END IF;
    SELECT coalesce(jsonb_object_agg(c.key, c.value) FILTER (WHERE f.exposure = 'public'), '{}')
      INTO public
      FROM jsonb_each(content) AS c
      JOIN ledger_field AS f ON f.kind = ledger_split.kind AND f.field = c.key;
    SELECT coalesce(jsonb_object_agg(s.field, encode(
               ledger_commitment(s.salt, ledger_split.entry, s.field, s.value), 'hex')), '{}'),
           coalesce(jsonb_agg(jsonb_build_object(
               'field', s.field, 'salt', encode(s.salt, 'hex'), 'value', s.value)), '[]')
      INTO private, secrets
      FROM (SELECT c.key AS field, gen_random_bytes(32) AS salt,
                   ledger_canonical(c.value) AS value
              FROM jsonb_each(content) AS c
              JOIN ledger_field AS f ON f.kind = ledger_split.kind AND f.field = c.key
             WHERE f.exposure = 'private'
            OFFSET 0) AS s;
END
$$;
COMMENT ON FUNCTION ledger_split(uuid, text, jsonb) IS
    'Public members, commitments to the private ones, and the secrets to keep for those.';

CREATE FUNCTION ledger_append(kind text, organisation uuid, aggregate uuid, version integer,
                              prev bytea, content jsonb)
RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    receipt ledger_receipt;
    split   record;
    leaf    bytea;
BEGIN
    receipt.entry := gen_random_uuid();
    receipt.at := date_trunc('milliseconds', clock_timestamp());
    SELECT s.* INTO split
      FROM ledger_split(receipt.entry, kind, jsonb_strip_nulls(content)) AS s;
    leaf := convert_to(ledger_canonical(jsonb_build_object(
        'v', 1,
        'log', (SELECT l.origin FROM ledger_log AS l),
        'entry', receipt.entry,
        'at', rfc3339(receipt.at),
        'kind', kind,
        'organisation', organisation,
        'actor', caller_principal(),
        'key', caller_setting('key'),
        'request', caller_setting('request'),
        'aggregate', aggregate,
        'version', version,
        'prev', encode(prev, 'hex'),
        'public', split.public,
        'private', split.private)), 'UTF8');
    receipt.leaf_hash := ledger_leaf_hash(leaf);
    INSERT INTO ledger_entry (entry, at, kind, organisation_id, actor, key, request, aggregate,
                              version, prev, leaf, leaf_hash)
    VALUES (receipt.entry, receipt.at, kind, organisation, caller_principal(),
            caller_setting('key')::uuid, caller_setting('request')::uuid, aggregate, version,
            prev, leaf, receipt.leaf_hash);
    INSERT INTO ledger_secret (entry, field, salt, value)
    SELECT receipt.entry, s.field, decode(s.salt, 'hex'), s.value
      FROM jsonb_to_recordset(split.secrets) AS s (field text, salt text, value text);
    INSERT INTO ledger_queue (entry) VALUES (receipt.entry);
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION ledger_append(text, uuid, uuid, integer, bytea, jsonb) IS
    'Appends one statement of the caller about an aggregate whose row the caller has locked. '
    'Members that are null are left out, so that absent and null cannot differ.';

-- Only the sequencer inserts leaves, one at a time; a row that is locked belongs to nobody else,
-- so SKIP LOCKED merely keeps a stuck reader from holding it up.
CREATE FUNCTION ledger_sequence(most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    sequenced integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger sequencer', 0));
    WITH taken AS (
        DELETE FROM ledger_queue AS q
         WHERE q.id IN (SELECT w.id
                          FROM ledger_queue AS w
                         ORDER BY w.id
                         LIMIT most
                           FOR UPDATE SKIP LOCKED)
        RETURNING q.id, q.entry)
    INSERT INTO ledger_leaf (leaf_index, entry, leaf_hash)
    SELECT tree_size() + row_number() OVER (ORDER BY t.id) - 1, t.entry, ledger_leaf_hash(e.leaf)
      FROM taken AS t
      JOIN ledger_entry AS e ON e.entry = t.entry
     ORDER BY t.id;
    GET DIAGNOSTICS sequenced = ROW_COUNT;
    RETURN sequenced;
END
$$;
COMMENT ON FUNCTION ledger_sequence(integer) IS
    'Gives the next leaf indexes to at most so many committed entries; returns how many.';

CREATE FUNCTION tree_size() RETURNS bigint
LANGUAGE sql STABLE
AS $$ SELECT coalesce((SELECT max(l.leaf_index) FROM ledger_leaf AS l) + 1, 0) $$;
COMMENT ON FUNCTION tree_size() IS 'How many leaves the log has: the newest position to ask for.';

CREATE FUNCTION as_of_position(asked bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF asked > tree_size() THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The ledger has not reached the position asked for.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', 'as_of', 'rule', 'reached',
                'detail', format('The ledger has %s entries; ask for a position up to that.',
                                 tree_size())))::text;
    END IF;
    RETURN asked;
END
$$;
COMMENT ON FUNCTION as_of_position(bigint) IS
    'The position asked for, if the ledger has reached it: a position still to come would not give '
    'the same answer for ever. Null, for now, stays null.';

CREATE FUNCTION ledger_holds(of_entry uuid, position_ bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT position_ IS NULL
        OR EXISTS (SELECT FROM ledger_leaf AS l
                    WHERE l.entry = of_entry AND l.leaf_index < position_));
END
$$;
COMMENT ON FUNCTION ledger_holds(uuid, bigint) IS
    'Whether the entry is among the first so many leaves; a null position means now.';

ALTER TABLE country_group_membership
    ADD CONSTRAINT country_group_membership_entry_known
    FOREIGN KEY (entry) REFERENCES ledger_entry (entry);
ALTER TABLE organisation
    ADD CONSTRAINT organisation_entry_known
    FOREIGN KEY (entry) REFERENCES ledger_entry (entry);

-- Every lane reads the log; what is private in it is only a commitment. The values behind are for
-- the organisation that stated them, and for auditors.
GRANT SELECT ON ledger_log, ledger_entry, ledger_leaf
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_worker, aidledger_keeper;
GRANT SELECT ON ledger_field TO aidledger_writer, aidledger_importer;
GRANT SELECT ON ledger_secret TO aidledger_public, aidledger_scoped, aidledger_writer;
GRANT INSERT ON ledger_entry, ledger_secret, ledger_queue TO aidledger_writer, aidledger_importer;
GRANT SELECT, INSERT ON ledger_leaf TO aidledger_worker;
GRANT SELECT, UPDATE, DELETE ON ledger_queue TO aidledger_worker;
GRANT SELECT ON ledger_queue TO aidledger_keeper, aidledger_public;
GRANT EXECUTE ON FUNCTION tree_size(), as_of_position(bigint), ledger_holds(uuid, bigint),
      rfc3339(timestamptz),
      ledger_canonical(jsonb), ledger_leaf_hash(bytea)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_worker, aidledger_keeper;
GRANT EXECUTE ON FUNCTION ledger_sequence(integer) TO aidledger_worker;
GRANT EXECUTE ON FUNCTION ledger_append(text, uuid, uuid, integer, bytea, jsonb),
      ledger_split(uuid, text, jsonb), ledger_commitment(bytea, uuid, text, text)
   TO aidledger_writer, aidledger_importer;
