-- The cube: money cut by what the reader asks for, from a closed set of dimensions and measures. The
-- statement is one and always the same; what is asked for are its parameters.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION cube_choice(asked text, parameter text, known text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    chosen  text[] := string_to_array(asked, ',');
    unknown text;
BEGIN
    SELECT string_agg(format('"%s"', c.name), ', ') INTO unknown
      FROM unnest(chosen) AS c (name)
     WHERE c.name <> ALL (known);
    -- Here and not in refuse_faults(): a function that changes nothing may not call a procedure.
    IF unknown IS NOT NULL OR cardinality(chosen) <> (SELECT count(DISTINCT c.name)
                                                        FROM unnest(chosen) AS c (name)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The cube has no such side.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', parameter, 'rule', 'enum',
                'detail', CASE WHEN unknown IS NULL THEN 'Name each once.'
                               ELSE format('There is no %s; choose from %s.', unknown,
                                           array_to_string(known, ', ')) END))::text;
    END IF;
    RETURN chosen;
END
$$;
COMMENT ON FUNCTION cube_choice(text, text, text[]) IS
    'The names in a list separated by commas, each one of those known; with anything else the '
    'report ends.';

CREATE FUNCTION cube_year(asked integer, parameter text, other integer) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF asked > other THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The years go backwards.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', parameter, 'rule', 'period_order',
                'detail', format('This is not after %s.', other)))::text;
    END IF;
    RETURN asked;
END
$$;
COMMENT ON FUNCTION cube_year(integer, text, integer) IS
    'A first year that is not after the last one; else the report ends.';

CREATE FUNCTION cube_parts(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, currency text, country text, region text, sector text,
               amount numeric, ict_220 numeric, ict_principal numeric, ict_significant numeric,
               stated numeric, in_kind boolean, flow_type text, finance_type text, aid_type text,
               tied_status text)
LANGUAGE sql STABLE
AS $$
    SELECT p.*, t.in_kind IS NOT NULL, coalesce(t.flow_type, r.flow_type),
           coalesce(t.finance_type, r.finance_type), coalesce(t.aid_type, r.aid_type),
           coalesce(t.tied_status, r.tied_status)
      FROM report_parts_in(target, of_set) AS p
      JOIN transaction AS t ON t.id = p.transaction_id
     CROSS JOIN LATERAL (
           SELECT w.revision
             FROM commitment_state AS w
            WHERE w.commitment_id = p.commitment_id AND w.published
              AND ledger_holds(w.entry, report_position())
            ORDER BY w.version DESC
            LIMIT 1) AS s
      JOIN commitment_revision AS r
        ON r.commitment_id = p.commitment_id AND r.revision = s.revision
$$;
COMMENT ON FUNCTION cube_parts(text, uuid) IS
    'report_parts_in() with the classification of each transaction: its own, or that of its '
    'commitment as it stood at the report''s position.';

GRANT EXECUTE ON FUNCTION cube_choice(text, text, text[]), cube_year(integer, text, integer),
      cube_parts(text, uuid)
   TO aidledger_reporter;
