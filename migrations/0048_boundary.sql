-- Boundary totals: which money enters a set of countries and organisations, stays in it, leaves it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- Without a rate both parts of the fraction are null: the currency to convert to may be the one that
-- the set does not have.
CREATE OR REPLACE FUNCTION exchange_fraction(of_set uuid, of_currency text, day date,
                                             OUT units numeric, OUT per_unit numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF of_currency = (SELECT s.base_currency FROM exchange_rate_set AS s WHERE s.id = of_set) THEN
        units := 1;
        per_unit := 1;
        RETURN;
    END IF;
    SELECT CASE r.quotation WHEN 'units_per_base' THEN r.rate WHEN 'base_per_unit' THEN 1 END,
           CASE r.quotation WHEN 'units_per_base' THEN 1 WHEN 'base_per_unit' THEN r.rate END
      INTO units, per_unit
      FROM exchange_rate_on(of_set, of_currency, day) AS r;
END
$$;

CREATE FUNCTION words_of(list text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(array_agg(DISTINCT btrim(w.word)), '{}')
      FROM unnest(string_to_array(list, ',')) AS w (word)
     WHERE btrim(w.word) <> ''
$$;
COMMENT ON FUNCTION words_of(text) IS 'The words of a list with commas, each once.';

CREATE FUNCTION report_boundary(of_countries text, of_groups text, of_organisations text,
                                OUT countries text[], OUT groups text[], OUT organisations uuid[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
    faults jsonb := '[]';
BEGIN
    countries := words_of(of_countries);
    groups := words_of(of_groups);
    organisations := ARRAY(SELECT o.id
                             FROM organisation AS o
                            WHERE ARRAY[o.identifier, o.id::text] && words_of(of_organisations)
                              AND (o.entry IS NULL OR ledger_holds(o.entry, report_position())));
    IF coalesce(of_countries, of_groups, of_organisations) IS NULL THEN
        groups := ARRAY['LDC', 'SIDS', 'LLDC', 'EIT'];
    END IF;
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'parameter', u.parameter, 'rule', u.rule,
               'detail', format('"%s" is none; see %s.', u.word, u.list))
               ORDER BY u.parameter, u.word), '[]')
      INTO faults
      FROM (SELECT 'countries', 'known_country', '/v1/countries', w
              FROM unnest(countries) AS w
             WHERE NOT EXISTS (SELECT FROM country AS c WHERE c.code = w)
             UNION ALL
            SELECT 'groups', 'known_group', '/v1/country-groups', w
              FROM unnest(groups) AS w
             WHERE NOT EXISTS (SELECT FROM country_group AS g WHERE g.code = w)
             UNION ALL
            SELECT 'organisations', 'known_organisation', '/v1/organisations', w
              FROM unnest(words_of(of_organisations)) AS w
             WHERE NOT EXISTS (SELECT FROM organisation AS o
                                WHERE w IN (o.identifier, o.id::text)
                                  AND o.id = ANY (organisations)))
           AS u (parameter, rule, list, word);
    IF faults <> '[]' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The set has members that nobody knows.', DETAIL = faults::text;
    END IF;
END
$$;
COMMENT ON FUNCTION report_boundary(text, text, text) IS
    'A set of countries, country groups and organisations as a report is asked for it: the four '
    'groups when nothing is named.';

-- A record that adjusts another one goes where that one went, whether it repeats the parties or not.
CREATE FUNCTION report_parties()
RETURNS TABLE (transaction_id uuid, provider_org jsonb, receiver_org jsonb)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE party AS (
        SELECT t.id, t.provider_org, t.receiver_org
          FROM transaction AS t
         WHERE t.adjusts IS NULL
         UNION ALL
        SELECT t.id, coalesce(p.provider_org, t.provider_org),
               coalesce(p.receiver_org, t.receiver_org)
          FROM party AS p
          JOIN transaction AS t ON t.adjusts = p.id)
    SELECT p.id, p.provider_org, p.receiver_org
      FROM party AS p
$$;
COMMENT ON FUNCTION report_parties() IS
    'The provider and the receiver of each transaction, of a correction those of what it corrects.';

CREATE FUNCTION report_activities()
RETURNS TABLE (commitment_id uuid, organisation_id uuid, activity text)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (s.commitment_id)
           s.commitment_id, c.organisation_id, coalesce(a.iati_identifier, c.id::text)
      FROM commitment_state AS s
      JOIN commitment AS c ON c.id = s.commitment_id
      LEFT JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
      LEFT JOIN activity AS a ON a.id = r.activity_id
     WHERE s.published AND ledger_holds(s.entry, report_position())
     ORDER BY s.commitment_id, s.version DESC
$$;
COMMENT ON FUNCTION report_activities() IS
    'Each public commitment with the activity it belongs to at the report''s position, by its IATI '
    'identifier; without one the commitment is an activity of its own, by its id here.';

-- What an activity passes on to another one of this ledger arrives at the organisation of that one,
-- and in a country only when that one spends it or passes it on. What a receiver says of money counts
-- where the activity it names as its provider says nothing of the kind. An activity is named by its
-- IATI identifier or by the id of one of its commitments, and may have several of them.
CREATE FUNCTION report_flows(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, transaction_type text, measure text, transaction_date date,
               currency text, amount numeric, stated numeric, sector text, source uuid,
               destination uuid, country text, counted boolean)
LANGUAGE sql STABLE
AS $$
    WITH known AS MATERIALIZED (
        SELECT a.* FROM report_activities() AS a),
    named AS MATERIALIZED (
        SELECT DISTINCT ON (w.name) w.name, k.activity, k.organisation_id
          FROM known AS k
         CROSS JOIN LATERAL (VALUES (k.activity), (k.commitment_id::text)) AS w (name)
         ORDER BY w.name, k.commitment_id),
    part AS MATERIALIZED (
        SELECT p.*, q.provider_org, q.receiver_org, a.activity,
               CASE WHEN p.transaction_type IN ('2', '11') THEN 'committed' ELSE 'paid' END
                   AS measure,
               p.transaction_type IN ('2', '3', '4') AS outgoing
          FROM report_parts_in(target, of_set) AS p
          JOIN report_parties() AS q ON q.transaction_id = p.transaction_id
          JOIN known AS a ON a.commitment_id = p.commitment_id
         WHERE p.transaction_type IN ('1', '2', '3', '4', '11')),
    spoken AS (
        SELECT DISTINCT n.name, p.measure
          FROM part AS p
          JOIN named AS n ON n.activity = p.activity
         WHERE p.outgoing)
    SELECT p.transaction_id, p.transaction_type, p.measure, p.transaction_date, p.currency,
           p.amount, p.stated, p.sector, CASE WHEN p.outgoing AND p.provider_org IS NULL THEN p.donor
                                              ELSE f.id END,
           CASE WHEN p.outgoing THEN coalesce(n.organisation_id, t.id) ELSE p.donor END,
           CASE WHEN p.outgoing AND n.activity IS NULL THEN p.country END,
           p.outgoing OR (p.provider_org ->> 'activity_id' IS NOT NULL
                          AND NOT EXISTS (SELECT FROM spoken AS s
                                           WHERE s.name = p.provider_org ->> 'activity_id'
                                             AND s.measure = p.measure))
      FROM part AS p
      LEFT JOIN organisation AS f
        ON f.identifier = p.provider_org ->> 'ref'
       AND (f.entry IS NULL OR ledger_holds(f.entry, report_position()))
      LEFT JOIN organisation AS t
        ON t.identifier = p.receiver_org ->> 'ref'
       AND (t.entry IS NULL OR ledger_holds(t.entry, report_position()))
      LEFT JOIN named AS n
        ON p.outgoing
       AND n.name = p.receiver_org ->> 'activity_id'
       AND n.activity <> p.activity
$$;
COMMENT ON FUNCTION report_flows(text, uuid) IS
    'Where each part of a commitment (IATI types 2, 11) or payment (3, 4, 1) comes from and where '
    'it goes: an organisation, a country, or both. What is not counted is a receiver''s account of '
    'what its provider tells itself, or may tell: it names no activity.';

GRANT EXECUTE ON FUNCTION words_of(text), report_boundary(text, text, text), report_parties(),
      report_activities(), report_flows(text, uuid)
   TO aidledger_reporter;
