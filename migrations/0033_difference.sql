-- What changed: field by field with who changed it and why, and between any two positions.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION json_leaves(document jsonb) RETURNS TABLE (pointer text, value jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE node AS (
        SELECT '' AS pointer, document AS value
         UNION ALL
        SELECT n.pointer || '/' || c.name, c.value
          FROM node AS n
         CROSS JOIN LATERAL (
               SELECT replace(replace(m.key, '~', '~0'), '/', '~1'), m.value
                 FROM jsonb_each(CASE jsonb_typeof(n.value) WHEN 'object' THEN n.value
                                                            ELSE '{}' END) AS m
                UNION ALL
               SELECT (e.ordinality - 1)::text, e.value
                 FROM jsonb_array_elements(CASE jsonb_typeof(n.value) WHEN 'array' THEN n.value
                                                                      ELSE '[]' END)
                      WITH ORDINALITY AS e) AS c (name, value))
    SELECT n.pointer, n.value
      FROM node AS n
     WHERE jsonb_typeof(n.value) NOT IN ('object', 'array') OR n.value IN ('{}', '[]');
END
$$;
COMMENT ON FUNCTION json_leaves(jsonb) IS
    'Every value of a document that holds no other, by its JSON Pointer (RFC 6901).';

CREATE FUNCTION json_differences(before jsonb, after jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
    WITH b AS MATERIALIZED (SELECT l.pointer, l.value FROM json_leaves(before) AS l),
    a AS MATERIALIZED (SELECT l.pointer, l.value FROM json_leaves(after) AS l),
    differing AS (
        SELECT coalesce(b.pointer, a.pointer) AS pointer, b.value AS "from", a.value AS "to"
          FROM b
          FULL JOIN a ON a.pointer = b.pointer
         WHERE coalesce(a.value, 'null') <> coalesce(b.value, 'null'))
    SELECT coalesce(jsonb_agg(jsonb_build_object('pointer', d.pointer, 'from', d."from",
                                                 'to', d."to")
                              ORDER BY d.pointer COLLATE "C"), '[]')
      FROM differing AS d
     -- What was empty and is not any more is told by what is in it now, and the other way round.
     WHERE NOT (d."to" IS NULL AND d."from" IN ('{}', '[]')
                AND EXISTS (SELECT FROM a WHERE starts_with(a.pointer, d.pointer || '/')))
       AND NOT (d."from" IS NULL AND d."to" IN ('{}', '[]')
                AND EXISTS (SELECT FROM b WHERE starts_with(b.pointer, d.pointer || '/'))));
END
$$;
COMMENT ON FUNCTION json_differences(jsonb, jsonb) IS
    'Where two documents differ: pointer, value before and value after; null where there is none.';

CREATE FUNCTION statement_reason(of_entry uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(convert_from(e.leaf, 'UTF8')::jsonb #>> '{public,reason}',
                    (SELECT s.value::jsonb #>> '{}'
                       FROM ledger_secret AS s
                      WHERE s.entry = e.entry AND s.field = 'reason'))
      FROM ledger_entry AS e
     WHERE e.entry = of_entry);
END
$$;
COMMENT ON FUNCTION statement_reason(uuid) IS
    'The reason that a statement gives, if it gives one and the caller may read it.';

CREATE FUNCTION field_changes(of_commitment uuid, under text)
RETURNS TABLE (revision integer, entry uuid, changes jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT w.revision, w.entry, w.changes
      FROM (SELECT v.revision, v.entry, (
                   SELECT jsonb_agg(d.value ORDER BY d.ordinality)
                     FROM jsonb_array_elements(json_differences(v.before, v.content))
                          WITH ORDINALITY AS d
                    WHERE under IS NULL
                       OR d.value ->> 'pointer' = under
                       OR starts_with(d.value ->> 'pointer', under || '/')) AS changes
              FROM (SELECT r.revision, r.entry, commitment_content(r) AS content,
                           lag(commitment_content(r), 1, '{}') OVER (ORDER BY r.revision)
                               AS before
                      FROM commitment_revision AS r
                     WHERE r.commitment_id = of_commitment) AS v) AS w
     WHERE w.changes IS NOT NULL
     ORDER BY w.revision;
END
$$;
COMMENT ON FUNCTION field_changes(uuid, text) IS
    'What each statement on the content of a commitment changed of it, as far as the caller may '
    'read it, below one JSON Pointer or all over.';

CREATE FUNCTION field_change_json(of_revision integer, of_entry uuid, changes jsonb) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'revision', of_revision, 'version', e.version, 'kind', e.kind, 'at', rfc3339(e.at),
        'organisation', organisation_reference(e.organisation_id), 'actor', e.actor,
        'reason', statement_reason(e.entry), 'entry', e.entry,
        'leaf_index', (SELECT l.leaf_index FROM ledger_leaf AS l WHERE l.entry = e.entry),
        'changes', changes)
      FROM ledger_entry AS e
     WHERE e.entry = of_entry);
END
$$;
COMMENT ON FUNCTION field_change_json(integer, uuid, jsonb) IS
    'A change of the content of a commitment: what, by whom, when and why.';

CREATE FUNCTION commitment_differences(of_commitment uuid, from_position bigint,
                                       to_position bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'commitment_id', of_commitment, 'from', from_position, 'to', to_position,
        'differences', json_differences(
            coalesce(commitment_document(of_commitment, from_position)::jsonb, '{}'), t.document),
        'statements', (
            SELECT coalesce(json_agg(json_build_object(
                       'leaf_index', l.leaf_index, 'version', e.version, 'kind', e.kind,
                       'at', rfc3339(e.at),
                       'organisation', organisation_reference(e.organisation_id),
                       'actor', e.actor, 'reason', statement_reason(e.entry), 'entry', e.entry)
                       ORDER BY e.version), '[]')
              FROM ledger_entry AS e
              LEFT JOIN ledger_leaf AS l ON l.entry = e.entry
             WHERE e.aggregate = of_commitment
               AND NOT coalesce(l.leaf_index < from_position, false)
               AND ledger_holds(e.entry, to_position)))
      FROM (SELECT commitment_document(of_commitment, to_position)::jsonb) AS t (document)
     WHERE t.document IS NOT NULL);
END
$$;
COMMENT ON FUNCTION commitment_differences(uuid, bigint, bigint) IS
    'Where the document of a commitment differs between two positions, and the statements between '
    'them; a later position of null is now. Null when it was not there at the later one.';

GRANT EXECUTE ON FUNCTION json_leaves(jsonb), json_differences(jsonb, jsonb),
      statement_reason(uuid), field_changes(uuid, text), field_change_json(integer, uuid, jsonb),
      commitment_differences(uuid, bigint, bigint)
   TO aidledger_public, aidledger_scoped;
