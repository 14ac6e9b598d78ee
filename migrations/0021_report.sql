-- What reports share: the position they are bound to, and the rows they count.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- Transactions exist on published commitments only, so a report needs no look at each commitment
-- to know that it may count them.
CREATE POLICY transaction_report ON transaction FOR SELECT TO aidledger_reporter USING (true);
CREATE POLICY allocation_report ON allocation FOR SELECT TO aidledger_reporter USING (true);

CREATE FUNCTION report_enter(asked bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    bound bigint := coalesce(as_of_position(asked), tree_size());
BEGIN
    PERFORM set_config('aidledger.tree_size', bound::text, true);
    RETURN bound;
END
$$;
COMMENT ON FUNCTION report_enter(bigint) IS
    'Binds the report that follows in this transaction to a position, the newest when none is '
    'asked for, and returns it. Without a position a report could not be run again.';

CREATE FUNCTION report_position() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT current_setting('aidledger.tree_size')::bigint $$;
COMMENT ON FUNCTION report_position() IS 'The position this report is bound to.';

CREATE FUNCTION report_sum(amounts numeric, minor_unit integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT round(coalesce(amounts, 0),
                 greatest(minor_unit, scale(trim_scale(coalesce(amounts, 0)))))::text
$$;
COMMENT ON FUNCTION report_sum(numeric, integer) IS
    'A sum as reports print it: with the decimals of its currency, or more where it has more, so '
    'that the text does not depend on the order of the terms.';

CREATE FUNCTION report_parts()
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, transaction_type text,
               transaction_date date, currency text, country text, region text, sector text,
               amount numeric, ict_220 numeric, ict_principal numeric, ict_significant numeric)
LANGUAGE sql STABLE
AS $$
    SELECT t.id, t.commitment_id, t.organisation_id, t.transaction_type, t.transaction_date,
           t.currency, a.country, a.region, a.sector, a.amount,
           CASE WHEN a.ict_ring <= 1 THEN a.ict_amount ELSE 0 END,
           CASE WHEN a.ict_ring <= 2 THEN a.ict_amount ELSE 0 END,
           a.ict_amount
      FROM ledger_leaf AS l
      JOIN transaction AS t ON t.entry = l.entry
      JOIN allocation AS a ON a.transaction_id = t.id
     WHERE l.leaf_index < report_position()
$$;
COMMENT ON FUNCTION report_parts() IS
    'The exact parts of every transaction up to the report''s position, with the ICT amount in '
    'three rings, each holding the one before: family 220; and ICT as principal aim; and ICT as '
    'significant aim.';

CREATE FUNCTION report_memberships()
RETURNS TABLE (country text, country_group text, valid_from date, valid_to date)
LANGUAGE sql STABLE
AS $$
    WITH stated AS (
        SELECT m.*
          FROM country_group_membership AS m
         WHERE m.entry IS NULL OR ledger_holds(m.entry, report_position()))
    SELECT s.country, s.country_group, coalesce(s.valid_from, '-infinity'),
           coalesce(s.valid_to, 'infinity')
      FROM stated AS s
     WHERE s.status NOT IN ('former', 'm49-only')
       AND (s.country_group <> 'SIDS' OR s.subclass IN ('un_member', 'non_un_state'))
       AND NOT EXISTS (SELECT FROM stated AS n WHERE n.supersedes = s.id)
$$;
COMMENT ON FUNCTION report_memberships() IS
    'The memberships that count, as stated up to the report''s position: from the first day in the '
    'group to the first day outside.';

CREATE FUNCTION report_inputs()
RETURNS TABLE (input_id uuid, commitment_id uuid, donor uuid, country text, state text,
               due_on date, position_id uuid, registered_on date, effective_date date)
LANGUAGE sql STABLE
AS $$
    SELECT i.id, i.commitment_id, c.organisation_id, i.country, s.state, s.due_on, s.position_id,
           p.registered_on, w.effective_date
      FROM ownership_input AS i
      JOIN commitment AS c ON c.id = i.commitment_id
     CROSS JOIN LATERAL (
           SELECT v.*
             FROM ownership_state AS v
            WHERE v.input_id = i.id AND ledger_holds(v.entry, report_position())
            ORDER BY v.version DESC
            LIMIT 1) AS s
     CROSS JOIN LATERAL (
           SELECT v.*
             FROM commitment_state AS v
            WHERE v.commitment_id = i.commitment_id AND ledger_holds(v.entry, report_position())
            ORDER BY v.version DESC
            LIMIT 1) AS w
     CROSS JOIN LATERAL (
           SELECT (e.at AT TIME ZONE 'UTC')::date AS registered_on
             FROM commitment_state AS v
             JOIN ledger_entry AS e ON e.entry = v.entry
            WHERE v.commitment_id = i.commitment_id AND v.published
            ORDER BY v.version
            LIMIT 1) AS p
     WHERE w.published
$$;
COMMENT ON FUNCTION report_inputs() IS
    'The inputs of governments on public commitments as they stood at the report''s position.';

CREATE FUNCTION report_day() RETURNS date
LANGUAGE sql STABLE
AS $$
    SELECT (e.at AT TIME ZONE 'UTC')::date
      FROM ledger_leaf AS l
      JOIN ledger_entry AS e ON e.entry = l.entry
     WHERE l.leaf_index = report_position() - 1
$$;
COMMENT ON FUNCTION report_day() IS
    'The day of the last statement counted: what is due is judged by it, so that the same report '
    'gives the same answer on any later day. Null for an empty log.';

CREATE FUNCTION report_disbursements()
RETURNS TABLE (donor uuid, country text, outcome text, uninvited boolean, old boolean)
LANGUAGE sql STABLE
AS $$
    WITH paid AS (
        SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date
          FROM report_parts() AS p
          JOIN transaction AS t ON t.id = p.transaction_id
         WHERE p.transaction_type = '3'
           AND p.country IS NOT NULL
           AND t.adjusts IS NULL
           AND NOT EXISTS (SELECT FROM transaction AS b
                            WHERE b.adjusts = t.id
                              AND b.amount = -t.amount
                              AND ledger_holds(b.entry, report_position()))
         GROUP BY 1, 2, 3, 4, 5),
    confirmed AS (
        SELECT DISTINCT ON (r.transaction_id, r.country)
               r.transaction_id, r.commitment_id, r.country, r.outcome
          FROM receipt_confirmation AS r
         WHERE ledger_holds(r.entry, report_position())
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    taken_up AS (
        SELECT i.commitment_id, i.country FROM report_inputs() AS i WHERE i.state <> 'NOT_INVITED'
         UNION
        SELECT c.commitment_id, c.country FROM confirmed AS c)
    SELECT d.donor, d.country, c.outcome, u.commitment_id IS NULL,
           d.transaction_date < report_day() - 60
      FROM paid AS d
      LEFT JOIN confirmed AS c
        ON c.transaction_id = d.transaction_id AND c.country = d.country
      LEFT JOIN taken_up AS u
        ON u.commitment_id = d.commitment_id AND u.country = d.country
$$;
COMMENT ON FUNCTION report_disbursements() IS
    'The disbursements to each country up to the report''s position, those taken back left out, '
    'each with the newest statement of the government about it. "uninvited" are those of imports '
    'that the government has not taken up; "old" are those whose 60 days for a receipt have passed.';

CREATE FUNCTION report_rate(part bigint, whole bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN whole > 0 THEN round(coalesce(part, 0) * 100.0 / whole, 2)::text END $$;
COMMENT ON FUNCTION report_rate(bigint, bigint) IS
    'A rate in percent with two decimals; null, never 0 or 100, when there is nothing to divide by.';

GRANT EXECUTE ON FUNCTION report_enter(bigint), report_position(), report_day(),
      report_sum(numeric, integer), report_rate(bigint, bigint), report_parts(),
      report_memberships(), report_inputs(), report_disbursements()
   TO aidledger_reporter;
