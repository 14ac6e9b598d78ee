-- The seal: what the log has in order becomes a Merkle tree in tiles (RFC 6962, C2SP tlog-tiles), and
-- each size that was signed is kept with its note.
--
-- The sealer is a process and a role of its own, and the only reader of the signing key; the database
-- never sees that key. It does what the sequencer did, and signs: the sequencer is gone.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aidledger_sealer') THEN
        CREATE ROLE aidledger_sealer LOGIN NOINHERIT;
    END IF;
    ALTER ROLE aidledger_sealer SET jit = off;
    ALTER ROLE aidledger_sealer SET plan_cache_mode = force_generic_plan;
END
$$;
COMMENT ON ROLE aidledger_sealer IS 'Orders ledger entries, builds the tree and publishes it signed.';
GRANT USAGE ON SCHEMA aidledger TO aidledger_sealer;

SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

REVOKE ALL ON ledger_leaf, ledger_queue FROM aidledger_worker;
DROP FUNCTION ledger_sequence(integer);

-- ---------------------------------------------------------------- the tree

CREATE TABLE ledger_tile (
    level      smallint NOT NULL,
    tile_index bigint   NOT NULL,
    hashes     bytea    NOT NULL,
    root       bytea    NOT NULL,
    CONSTRAINT ledger_tile_pkey PRIMARY KEY (level, tile_index),
    CONSTRAINT ledger_tile_level_range CHECK (level BETWEEN 0 AND 7),
    CONSTRAINT ledger_tile_tile_index_natural CHECK (tile_index >= 0),
    CONSTRAINT ledger_tile_hashes_length CHECK (octet_length(hashes) = 8192),
    CONSTRAINT ledger_tile_root_length CHECK (octet_length(root) = 32)
);
COMMENT ON TABLE ledger_tile IS
    'The full tiles of the tree (C2SP tlog-tiles): 256 hashes each. A hash of level L is the root '
    'over 256^L leaves, so the hashes of level 0 are those of the leaves.';
COMMENT ON COLUMN ledger_tile.root IS
    'The root over the 256 hashes: the hash of this index one level up.';
COMMENT ON CONSTRAINT ledger_tile_level_range ON ledger_tile IS 'Levels of tiles count from 0 to 7.';
COMMENT ON CONSTRAINT ledger_tile_tile_index_natural ON ledger_tile IS 'Tiles count from 0.';
COMMENT ON CONSTRAINT ledger_tile_hashes_length ON ledger_tile IS
    'A full tile has 256 hashes of 32 bytes.';
COMMENT ON CONSTRAINT ledger_tile_root_length ON ledger_tile IS 'A root has 32 bytes.';

CREATE TABLE ledger_checkpoint (
    tree_size bigint      NOT NULL CONSTRAINT ledger_checkpoint_pkey PRIMARY KEY,
    root      bytea       NOT NULL,
    note      text        NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT ledger_checkpoint_tree_size_natural CHECK (tree_size >= 0),
    CONSTRAINT ledger_checkpoint_root_length CHECK (octet_length(root) = 32)
);
CREATE INDEX ledger_checkpoint_made_at ON ledger_checkpoint (made_at, tree_size);
COMMENT ON TABLE ledger_checkpoint IS
    'Every size of the tree that was signed and published, one root each.';
COMMENT ON COLUMN ledger_checkpoint.note IS
    'The checkpoint with the log''s own signatures (C2SP tlog-checkpoint, signed-note).';
COMMENT ON CONSTRAINT ledger_checkpoint_tree_size_natural ON ledger_checkpoint IS
    'Tree sizes count from 0.';
COMMENT ON CONSTRAINT ledger_checkpoint_root_length ON ledger_checkpoint IS 'A root has 32 bytes.';

CREATE TABLE ledger_cosignature (
    tree_size bigint      NOT NULL
        CONSTRAINT ledger_cosignature_tree_size_known REFERENCES ledger_checkpoint (tree_size),
    witness   text        NOT NULL,
    signed_at timestamptz NOT NULL,
    line      text        NOT NULL,
    CONSTRAINT ledger_cosignature_pkey PRIMARY KEY (tree_size, witness, signed_at)
);
COMMENT ON TABLE ledger_cosignature IS
    'What witnesses have said of a checkpoint: that it agrees with all they saw before.';
COMMENT ON COLUMN ledger_cosignature.witness IS 'The verifier key of the witness.';
COMMENT ON COLUMN ledger_cosignature.line IS 'The signature line, without its line feed.';

CREATE TABLE ledger_key (
    vkey    text        NOT NULL CONSTRAINT ledger_key_pkey PRIMARY KEY,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger_key IS
    'The verifier keys the log was ever signed with. The keys themselves are in a file that the '
    'sealer alone can read.';

CREATE TRIGGER ledger_tile_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_tile
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER ledger_checkpoint_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER ledger_cosignature_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER ledger_key_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_key
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

CREATE VIEW ledger_sealed WITH (security_invoker = true) AS
SELECT coalesce((SELECT c.tree_size
                   FROM ledger_checkpoint AS c
                  ORDER BY c.tree_size DESC
                  LIMIT 1), 0) AS size;
COMMENT ON VIEW ledger_sealed IS 'The size of the newest tree that is signed and published.';

CREATE FUNCTION ledger_hashes(of_level integer, from_index bigint, width integer) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
    hashes bytea;
BEGIN
    IF width = 256 THEN
        RETURN (SELECT t.hashes
                  FROM ledger_tile AS t
                 WHERE t.level = of_level AND t.tile_index = from_index / 256);
    ELSIF of_level = 0 THEN
        SELECT string_agg(l.leaf_hash, ''::bytea ORDER BY l.leaf_index) INTO hashes
          FROM ledger_leaf AS l
         WHERE l.leaf_index >= from_index AND l.leaf_index < from_index + width;
    ELSE
        SELECT string_agg(t.root, ''::bytea ORDER BY t.tile_index) INTO hashes
          FROM ledger_tile AS t
         WHERE t.level = of_level - 1
           AND t.tile_index >= from_index AND t.tile_index < from_index + width;
    END IF;
    RETURN CASE WHEN octet_length(hashes) = 32 * width THEN hashes END;
END
$$;
COMMENT ON FUNCTION ledger_hashes(integer, bigint, integer) IS
    'So many hashes of a level of tiles from an index on, all of one tile, one after the other; null '
    'when the tree does not have them all. 256 of them are a full tile.';

-- ---------------------------------------------------------------- the sealer's turn

-- One sealer works at a time; a row that is locked belongs to nobody else, so SKIP LOCKED merely
-- keeps a stuck reader from holding it up.
CREATE FUNCTION ledger_take(most integer)
RETURNS TABLE (entry uuid, leaf bytea, leaf_hash bytea)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger sequencer', 0));
    RETURN QUERY
    WITH taken AS (
        DELETE FROM ledger_queue AS q
         WHERE q.id IN (SELECT w.id
                          FROM ledger_queue AS w
                         ORDER BY w.id
                         LIMIT most
                           FOR UPDATE SKIP LOCKED)
        RETURNING q.id, q.entry)
    SELECT e.entry, e.leaf, e.leaf_hash
      FROM taken AS t
      JOIN ledger_entry AS e ON e.entry = t.entry
     ORDER BY t.id;
END
$$;
COMMENT ON FUNCTION ledger_take(integer) IS
    'Takes at most so many committed entries from the queue, in the order they are to have in the '
    'log; whoever took them places them in the same transaction.';

CREATE FUNCTION ledger_place(from_index bigint, entries uuid[], hashes bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    IF from_index <> tree_size() THEN
        RAISE EXCEPTION 'the tree has % leaves, not the % that the sealer knows of', tree_size(),
            from_index;
    END IF;
    INSERT INTO ledger_leaf (leaf_index, entry, leaf_hash, latest_at)
    SELECT from_index + t.ordinal - 1, t.entry, substr(hashes, 32 * t.ordinal::integer - 31, 32),
           greatest((SELECT l.latest_at FROM ledger_leaf AS l ORDER BY l.leaf_index DESC LIMIT 1),
                    max(e.at) OVER (ORDER BY t.ordinal))
      FROM unnest(entries) WITH ORDINALITY AS t (entry, ordinal)
      JOIN ledger_entry AS e ON e.entry = t.entry
     ORDER BY t.ordinal;
    RETURN from_index + cardinality(entries);
END
$$;
COMMENT ON FUNCTION ledger_place(bigint, uuid[], bytea) IS
    'Gives entries the next leaf indexes, with the leaf hashes the sealer has computed from their '
    'bytes; returns the tree''s new size.';

CREATE FUNCTION ledger_tile_add(of_level integer, at_index bigint, hashes bytea, root bytea)
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO ledger_tile (level, tile_index, hashes, root)
    VALUES (of_level, at_index, hashes, root)
$$;
COMMENT ON FUNCTION ledger_tile_add(integer, bigint, bytea, bytea) IS 'Keeps a tile that is full.';

CREATE FUNCTION ledger_publish(of_size bigint, root bytea, note text, cosignatures jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    known ledger_checkpoint;
BEGIN
    SELECT c.* INTO known FROM ledger_checkpoint AS c WHERE c.tree_size = of_size;
    IF NOT FOUND THEN
        INSERT INTO ledger_checkpoint (tree_size, root, note) VALUES (of_size, root, note);
    ELSIF known.root <> root THEN
        RAISE EXCEPTION 'the tree of % leaves was signed with another root', of_size;
    END IF;
    INSERT INTO ledger_cosignature (tree_size, witness, signed_at, line)
    SELECT of_size, c.witness, to_timestamp(c.signed_at), c.line
      FROM jsonb_to_recordset(cosignatures) AS c (witness text, signed_at bigint, line text)
        ON CONFLICT DO NOTHING;
    NOTIFY aidledger_sealed;
END
$$;
COMMENT ON FUNCTION ledger_publish(bigint, bytea, text, jsonb) IS
    'Publishes a signed checkpoint with what witnesses have said of it, or adds what they say later.';

CREATE FUNCTION ledger_key_add(vkey text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO ledger_key (vkey) VALUES (vkey) ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION ledger_key_add(text) IS 'Publishes a verifier key of the log.';

-- ---------------------------------------------------------------- a new key

INSERT INTO ledger_field (kind, field, exposure)
VALUES ('log_key.rotated', 'vkey', 'public'),
       ('log_key.rotated', 'rotated_by', 'public'),
       ('log_key.rotated', 'signature', 'public');

CREATE FUNCTION ledger_key_rotate(vkey text, rotated_by text, signature text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    of_organisation uuid;
    receipt         ledger_receipt;
BEGIN
    SELECT p.organisation_id INTO STRICT of_organisation
      FROM principal AS p
     WHERE p.roles = ARRAY['clock'];
    CALL clock_speak();
    PERFORM ledger_key_add(vkey);
    receipt := ledger_append('log_key.rotated', of_organisation, gen_random_uuid(), 1, NULL,
                             jsonb_build_object('vkey', vkey, 'rotated_by', rotated_by,
                                                'signature', signature));
    RETURN receipt.entry;
END
$$;
COMMENT ON FUNCTION ledger_key_rotate(text, text, text) IS
    'States in the log that a further key signs it: "signature" is that of the key before over the '
    'new verifier key, as a line of a signed note.';

-- ---------------------------------------------------------------- the log's name

-- The name is fixed by the first leaf, which holds it.
CREATE FUNCTION ledger_log_is_kept() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'UPDATE' OR EXISTS (SELECT FROM ledger_entry)
       OR EXISTS (SELECT FROM ledger_key) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL409',
            MESSAGE = 'The log has its name for good: it is in its leaves and its keys.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ledger_log_is_kept() IS
    'Trigger: a log may be given another name as long as it is empty and unsigned.';
DROP TRIGGER ledger_log_kept ON ledger_log;
CREATE TRIGGER ledger_log_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_log
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_log_is_kept();

-- ---------------------------------------------------------------- how far it is

DROP FUNCTION ledger_progress();
CREATE FUNCTION ledger_progress(OUT tree_size bigint, OUT queued bigint, OUT lag_ms bigint,
                                OUT sealed bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    oldest timestamptz;
BEGIN
    tree_size := aidledger.tree_size();
    SELECT s.size INTO sealed FROM ledger_sealed AS s;
    SELECT count(*), min(e.at)
      INTO queued, oldest
      FROM ledger_queue AS q
      JOIN ledger_entry AS e ON e.entry = q.entry;
    oldest := least(oldest, (SELECT e.at
                               FROM ledger_leaf AS l
                               JOIN ledger_entry AS e ON e.entry = l.entry
                              WHERE l.leaf_index = sealed));
    lag_ms := coalesce(floor(extract(epoch FROM clock_timestamp() - oldest) * 1000), 0);
END
$$;
COMMENT ON FUNCTION ledger_progress() IS
    'How many leaves the log has, how many entries have no leaf index yet, the age in milliseconds '
    'of the oldest statement that no published checkpoint covers, and the size of the newest one.';

GRANT SELECT ON ledger_tile, ledger_checkpoint, ledger_cosignature, ledger_key, ledger_sealed
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper, aidledger_sealer;
GRANT SELECT ON ledger_log, ledger_entry, ledger_leaf, ledger_tree, ledger_field, principal
   TO aidledger_sealer;
GRANT INSERT ON ledger_leaf, ledger_tile, ledger_checkpoint, ledger_cosignature, ledger_key
   TO aidledger_sealer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_queue TO aidledger_sealer;
GRANT INSERT ON ledger_entry, ledger_secret TO aidledger_sealer;
GRANT UPDATE (origin) ON ledger_log TO aidledger_sealer;
GRANT EXECUTE ON FUNCTION ledger_hashes(integer, bigint, integer)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_sealer;
GRANT EXECUTE ON FUNCTION ledger_take(integer), ledger_place(bigint, uuid[], bytea),
      ledger_tile_add(integer, bigint, bytea, bytea),
      ledger_publish(bigint, bytea, text, jsonb), ledger_key_add(text),
      ledger_key_rotate(text, text, text), tree_size(), rfc3339(timestamptz),
      ledger_canonical(jsonb), ledger_leaf_hash(bytea), caller_setting(text), caller_principal(),
      ledger_append(text, uuid, uuid, integer, bytea, jsonb), ledger_split(uuid, text, jsonb),
      ledger_commitment(bytea, uuid, text, text)
   TO aidledger_sealer;
GRANT EXECUTE ON PROCEDURE clock_speak() TO aidledger_sealer;
GRANT EXECUTE ON FUNCTION ledger_progress() TO aidledger_keeper;
