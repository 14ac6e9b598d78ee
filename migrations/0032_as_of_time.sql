-- A position of the ledger by its time.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- Statements get their leaf index a moment after they were made, not always in the order of their
-- times: what is looked up is the newest time up to each leaf, which never goes back.
ALTER TABLE ledger_leaf ADD COLUMN latest_at timestamptz;
ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_kept;
UPDATE ledger_leaf AS u
   SET latest_at = w.latest_at
  FROM (SELECT l.leaf_index, max(e.at) OVER (ORDER BY l.leaf_index) AS latest_at
          FROM ledger_leaf AS l
          JOIN ledger_entry AS e ON e.entry = l.entry) AS w
 WHERE u.leaf_index = w.leaf_index;
ALTER TABLE ledger_leaf ENABLE TRIGGER ledger_leaf_kept;
ALTER TABLE ledger_leaf ALTER COLUMN latest_at SET NOT NULL;
CREATE INDEX ledger_leaf_latest_at ON ledger_leaf (latest_at, leaf_index);
COMMENT ON COLUMN ledger_leaf.latest_at IS
    'The newest time of a statement among this leaf and all before it.';

CREATE OR REPLACE FUNCTION ledger_sequence(most integer) RETURNS integer
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
        RETURNING q.id, q.entry),
    newest AS (
        SELECT l.latest_at
          FROM ledger_leaf AS l
         ORDER BY l.leaf_index DESC
         LIMIT 1)
    INSERT INTO ledger_leaf (leaf_index, entry, leaf_hash, latest_at)
    SELECT tree_size() + row_number() OVER (ORDER BY t.id) - 1, t.entry, ledger_leaf_hash(e.leaf),
           greatest((SELECT n.latest_at FROM newest AS n), max(e.at) OVER (ORDER BY t.id))
      FROM taken AS t
      JOIN ledger_entry AS e ON e.entry = t.entry
     ORDER BY t.id;
    GET DIAGNOSTICS sequenced = ROW_COUNT;
    RETURN sequenced;
END
$$;

CREATE FUNCTION as_of_position(asked text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
    instant timestamptz;
BEGIN
    IF asked ~ '^[0-9]+$' THEN
        RETURN as_of_position(asked::bigint);
    END IF;
    instant := asked::timestamptz;
    IF instant > clock_timestamp() THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The ledger has not reached the position asked for.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', 'as_of', 'rule', 'reached',
                'detail', format('It is %s; ask for a time up to that.',
                                 rfc3339(clock_timestamp()))))::text;
    END IF;
    RETURN coalesce((SELECT l.leaf_index
                       FROM ledger_leaf AS l
                      WHERE l.latest_at > instant
                      ORDER BY l.latest_at, l.leaf_index
                      LIMIT 1), tree_size());
END
$$;
COMMENT ON FUNCTION as_of_position(text) IS
    'The position asked for: a tree size that the ledger has reached, or a time (RFC 3339), which '
    'means all leaves before the first one that is later. The same time gives the same position '
    'once all that was stated by then has its leaf.';

DROP FUNCTION report_enter(bigint);
CREATE FUNCTION report_enter(asked text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    bound bigint := coalesce(as_of_position(asked), tree_size());
BEGIN
    PERFORM set_config('aidledger.tree_size', bound::text, true);
    RETURN bound;
END
$$;
COMMENT ON FUNCTION report_enter(text) IS
    'Binds the report that follows in this transaction to a position, the newest when none is '
    'asked for, and returns it. Without a position a report could not be run again.';

GRANT EXECUTE ON FUNCTION as_of_position(text)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION report_enter(text) TO aidledger_reporter;
