-- Lists of a million commitments: what they are filtered by is worked out once, and a page of the past
-- is not all of it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION items_serving(kind text, code text) RETURNS text[]
LANGUAGE sql STABLE
AS $$
    SELECT ARRAY(SELECT concat_ws('/', i.framework, i.framework_version, i.code)
                   FROM framework_item AS i
                   JOIN framework AS f ON f.code = i.framework
                  WHERE f.country IS NULL
                    AND i.kind = items_serving.kind
                    AND i.code IN (items_serving.code, kind || '-' || items_serving.code))
$$;
COMMENT ON FUNCTION items_serving(text, text) IS
    'The items of frameworks that a pillar or target is, as commitments keep them.';

CREATE FUNCTION commitment_as_of(asked bigint, donor text, after text, most integer)
RETURNS TABLE (id uuid, organisation_id uuid, status text, countries text[], sectors text[],
               items text[], start_date date, end_date date, search text,
               created_at timestamptz, document text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- Nothing that stood then was made later than the newest statement before it.
    newest timestamptz := (SELECT l.latest_at FROM ledger_leaf AS l WHERE l.leaf_index = asked - 1);
    donors uuid[] := ARRAY(SELECT o.id FROM organisation AS o WHERE donor IN (o.identifier, o.id::text));
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
            WHERE w.commitment_id = c.id AND ledger_holds(w.entry, asked)
            ORDER BY w.version DESC
            LIMIT 1) AS s
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = s.revision
     WHERE c.created_at <= newest
       AND (donor IS NULL OR c.organisation_id = ANY (donors))
       AND (after IS NULL OR (c.created_at, c.id) < (split_part(after, ' ', 1)::timestamptz,
                                                     split_part(after, ' ', 2)::uuid))
     ORDER BY c.created_at DESC, c.id DESC
     LIMIT most;
END
$$;
COMMENT ON FUNCTION commitment_as_of(bigint, text, text, integer) IS
    'The commitments as they stood at a position, newest first: of a donor, from a place in the list '
    'on, and no more than so many, where that is said.';
DROP FUNCTION commitment_as_of(bigint);

GRANT EXECUTE ON FUNCTION items_serving(text, text), commitment_as_of(bigint, text, text, integer)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
