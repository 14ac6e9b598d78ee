-- Where a donor and a government agreed to differ, every report that covers the commitment says so,
-- in the words of both.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE INDEX ownership_state_standing ON ownership_state (entry)
 WHERE state = 'STANDING_DISAGREEMENT';

CREATE FUNCTION standing_disagreements(as_of bigint, donor text, country text, sector text,
                                       year integer)
RETURNS TABLE (leaf_index bigint, entry uuid, input_id uuid, commitment_id uuid, country_ text,
               position_id uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT l.leaf_index, s.entry, i.id, c.id, i.country, s.position_id
      FROM ownership_state AS s
      JOIN ledger_leaf AS l ON l.entry = s.entry
      JOIN ownership_input AS i ON i.id = s.input_id
      JOIN commitment AS c ON c.id = i.commitment_id
      JOIN organisation AS o ON o.id = c.organisation_id
     WHERE s.state = 'STANDING_DISAGREEMENT'
       AND l.leaf_index < as_of
       AND NOT EXISTS (SELECT FROM ownership_state AS n
                        WHERE n.input_id = s.input_id AND n.version > s.version
                          AND ledger_holds(n.entry, as_of))
       AND EXISTS (SELECT FROM commitment_state AS w
                    WHERE w.commitment_id = c.id AND w.published
                      AND ledger_holds(w.entry, as_of))
       AND (donor IS NULL OR donor IN (o.identifier, o.id::text))
       AND (standing_disagreements.country IS NULL
            OR i.country = standing_disagreements.country)
       AND (sector IS NULL AND year IS NULL
            OR EXISTS (SELECT FROM transaction AS t
                         JOIN allocation AS a ON a.transaction_id = t.id
                        WHERE t.commitment_id = c.id
                          AND t.transaction_type IN ('2', '3')
                          AND (standing_disagreements.sector IS NULL
                               OR a.sector = standing_disagreements.sector)
                          AND (year IS NULL OR extract(year FROM t.transaction_date) = year)
                          AND ledger_holds(t.entry, as_of)));
END
$$;
COMMENT ON FUNCTION standing_disagreements(bigint, text, text, text, integer) IS
    'Where both sides agreed to differ on a public commitment, as of a ledger position: of this '
    'donor, with the government of this country, on commitments with a committed or disbursed part '
    'in this sector and calendar year. "leaf_index" is where the disagreement began to stand.';

CREATE FUNCTION disagreement_texts_json(of_position uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_agg(json_build_object('side', d.side, 'text', d.text, 'entry', d.entry,
                                      'stated_at', rfc3339(d.recorded_at)) ORDER BY d.side)
      FROM (SELECT DISTINCT ON (w.side) w.*
              FROM ownership_disagreement AS w
             WHERE w.position_id = of_position AND ledger_holds(w.entry, as_of)
             ORDER BY w.side, w.ordinal DESC) AS d);
END
$$;
COMMENT ON FUNCTION disagreement_texts_json(uuid, bigint) IS
    'The last words of each side where they agreed to differ: the donor''s, the recipient''s.';

CREATE FUNCTION standing_disagreement_json(of_entry uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'commitment', json_build_object(
            'id', c.id, 'title', r.title,
            'organisation', organisation_reference(c.organisation_id)),
        'country', i.country, 'ownership_input_id', i.id, 'position', p.position,
        'texts', disagreement_texts_json(p.id, as_of),
        'entry', s.entry, 'since', rfc3339(e.at))
      FROM ownership_state AS s
      JOIN ledger_entry AS e ON e.entry = s.entry
      JOIN ownership_input AS i ON i.id = s.input_id
      JOIN ownership_position AS p ON p.id = s.position_id
      JOIN commitment AS c ON c.id = i.commitment_id
     CROSS JOIN LATERAL (
           SELECT w.revision
             FROM commitment_state AS w
            WHERE w.commitment_id = c.id AND w.published AND ledger_holds(w.entry, as_of)
            ORDER BY w.version DESC
            LIMIT 1) AS v
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = v.revision
     WHERE s.entry = of_entry AND s.state = 'STANDING_DISAGREEMENT');
END
$$;
COMMENT ON FUNCTION standing_disagreement_json(uuid, bigint) IS
    'A standing disagreement as reports and its list show it, named by the entry from which on it '
    'stands, with the commitment''s title as of the position.';

CREATE FUNCTION percent_encoded(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT coalesce(string_agg(CASE WHEN b.byte < 128 AND chr(b.byte) ~ '[A-Za-z0-9._~-]'
                                    THEN chr(b.byte)
                                    ELSE '%' || upper(lpad(to_hex(b.byte), 2, '0')) END, ''
                               ORDER BY b.at), '')
      FROM (SELECT at, get_byte(convert_to(value, 'UTF8'), at) AS byte
              FROM generate_series(0, octet_length(value) - 1) AS at) AS b
$$;
COMMENT ON FUNCTION percent_encoded(text) IS
    'The text with everything but the unreserved characters of RFC 3986 percent-encoded.';

-- ---------------------------------------------------------------- what reports say beside their rows

CREATE FUNCTION report_disagreements(filters jsonb, OUT counted bigint, OUT first_items json,
                                     OUT list text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_country text := coalesce(filters ->> 'country', filters ->> 'recipient');
BEGIN
    SELECT count(*), coalesce(json_agg(standing_disagreement_json(d.entry, report_position())
                                       ORDER BY d.leaf_index) FILTER (WHERE d.place <= 20), '[]')
      INTO counted, first_items
      FROM (SELECT w.*, row_number() OVER (ORDER BY w.leaf_index) AS place
              FROM standing_disagreements(report_position(), filters ->> 'donor', of_country,
                                          filters ->> 'sector',
                                          (filters ->> 'year')::integer) AS w) AS d;
    SELECT '/v1/standing-disagreements?' || string_agg(
               p.name || '=' || percent_encoded(p.value), '&' ORDER BY p.place)
      INTO list
      FROM (VALUES (1, 'donor', filters ->> 'donor'), (2, 'country', of_country),
                   (3, 'sector', filters ->> 'sector'), (4, 'year', filters ->> 'year'),
                   (5, 'as_of', report_position()::text)) AS p (place, name, value)
     WHERE p.value IS NOT NULL;
END
$$;
COMMENT ON FUNCTION report_disagreements(jsonb) IS
    'How many disagreements stand on what a report covers, at its position and by its filters on '
    'donor, country, sector and year; the first 20 of them; and where all of them are listed.';

DROP FUNCTION report_enter(text);
CREATE FUNCTION report_enter(asked text, filters jsonb, OUT tree_size bigint, OUT preface text,
                             OUT note text, OUT related text)
LANGUAGE plpgsql AS $$
DECLARE
    standing record;
BEGIN
    tree_size := coalesce(as_of_position(asked), aidledger.tree_size());
    PERFORM set_config('aidledger.tree_size', tree_size::text, true);
    SELECT d.* INTO standing FROM report_disagreements(filters) AS d;
    related := standing.list;
    preface := '"standing_disagreements":' || json_build_object(
                   'count', standing.counted, 'items', standing.first_items,
                   'list', standing.list);
    note := format('standing disagreements: %s; the texts of both sides are at %s',
                   standing.counted, standing.list);
END
$$;
COMMENT ON FUNCTION report_enter(text, jsonb) IS
    'Binds the report that follows in this transaction to a position, the newest when none is '
    'asked for, and returns it with what the report says beside its rows: members of its JSON '
    'document, a line before its CSV, and the address of what is listed elsewhere. Without a '
    'position a report could not be run again.';

GRANT EXECUTE ON FUNCTION standing_disagreements(bigint, text, text, text, integer),
      disagreement_texts_json(uuid, bigint), standing_disagreement_json(uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_reporter;
GRANT EXECUTE ON FUNCTION percent_encoded(text), report_disagreements(jsonb),
      report_enter(text, jsonb)
   TO aidledger_reporter;
