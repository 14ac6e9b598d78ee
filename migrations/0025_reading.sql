-- What hot reads are made of: a function that the planner cannot look into costs more than the rest
-- of a point read.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE VIEW ledger_tree WITH (security_invoker = true) AS
SELECT coalesce((SELECT l.leaf_index + 1
                   FROM ledger_leaf AS l
                  ORDER BY l.leaf_index DESC
                  LIMIT 1), 0) AS size;
COMMENT ON VIEW ledger_tree IS 'How many leaves the log has: tree_size() for the planner to see.';

CREATE FUNCTION commitment_as_of(asked bigint)
RETURNS TABLE (id uuid, organisation_id uuid, status text, countries text[], sectors text[],
               items text[], start_date date, end_date date, search text,
               created_at timestamptz, document text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT c.id, c.organisation_id, s.status, r.countries, r.sector_codes,
           ARRAY(SELECT concat_ws('/', l.framework, l.framework_version, l.item)
                   FROM framework_links(c.id, asked) AS l),
           r.start_date, r.end_date,
           lower(concat_ws(' ', r.title, r.narrative, r.agreement_reference)), c.created_at,
           NULL::text
      FROM commitment AS c
     CROSS JOIN LATERAL (
           SELECT w.*
             FROM commitment_state AS w
            WHERE w.commitment_id = c.id
              AND ledger_holds(w.entry, as_of_position(asked))
            ORDER BY w.version DESC
            LIMIT 1) AS s
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = s.revision;
END
$$;
COMMENT ON FUNCTION commitment_as_of(bigint) IS
    'Commitments as they stood at a ledger position, with what lists filter by. There is no '
    'ready-made document of then.';

DROP FUNCTION commitment_at(bigint);

GRANT SELECT ON ledger_tree
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION commitment_as_of(bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
