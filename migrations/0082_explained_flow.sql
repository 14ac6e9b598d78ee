-- Explained: where money flows to, and what a second definition of untied aid changes, cause by cause.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO explained_figure (report, measure, told_by, aspect, rule, unit)
SELECT 'money-flow', m.measure, 'explain_served', m.measure, 'sum', 'money'
  FROM (VALUES ('committed'), ('disbursed')) AS m (measure)
 UNION ALL
SELECT 'untied-aid-bridge', m.measure, 'explain_bridge', m.aspect, m.rule, 'money'
  FROM (VALUES ('untied', 'untied', 'sum'), ('partially_tied', 'partially_tied', 'sum'),
               ('tied', 'tied', 'sum'), ('tied_unreported', 'unreported', 'sum'),
               ('disregarded', 'disregarded', 'sum'), ('untied_rate', 'untied_rate', 'rate'),
               ('unreported_rate', 'unreported_rate', 'rate')) AS m (measure, aspect, rule);

-- ---------------------------------------------------------------- where money flows to

CREATE FUNCTION explained_goals(key jsonb)
RETURNS TABLE (commitment_id uuid, serves text[], weights numeric[], place integer, link_id uuid,
               missing text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked text := key ->> 'serves';
BEGIN
    PERFORM report_framework('C11', key ->> 'version');
    RETURN QUERY
    WITH linked AS MATERIALIZED (
        SELECT k.link_id, k.commitment_id, k.share, i.place,
               i.framework_version || ' ' || i.item AS serves,
               rank() OVER (PARTITION BY k.commitment_id ORDER BY v.ordinal DESC) AS age
          FROM report_links(key ->> 'country') AS k
          JOIN framework_version AS v
            ON v.framework = k.framework AND v.version = k.framework_version
          JOIN report_items('C11', key ->> 'version') AS i
            ON i.framework = k.framework AND i.framework_version = k.framework_version
               AND i.item = k.item
         WHERE i.kind = 'pillar'),
    -- The shares that links name, and what they leave of 100.
    goal AS (
        SELECT l.commitment_id, l.serves, l.place, l.share AS weight
          FROM linked AS l
         WHERE l.age = 1 AND l.share IS NOT NULL
         UNION ALL
        SELECT l.commitment_id,
               CASE WHEN bool_or(l.share IS NULL) THEN 'linked without a share'
                    ELSE 'rest of what is linked' END,
               2147483647, 100 - coalesce(sum(l.share), 0)
          FROM linked AS l
         WHERE l.age = 1
         GROUP BY l.commitment_id
        HAVING coalesce(sum(l.share), 0) < 100),
    split AS (
        SELECT g.commitment_id, array_agg(g.serves ORDER BY g.place) AS serves,
               array_agg(g.weight ORDER BY g.place) AS weights
          FROM goal AS g
         GROUP BY g.commitment_id)
    SELECT s.commitment_id, s.serves, s.weights, array_position(s.serves, asked), k.link_id,
           CASE WHEN asked = ANY (s.serves) THEN NULL
                WHEN asked = 'linked to none' THEN 'it is linked to a pillar'
                WHEN asked = 'linked without a share' THEN 'its link says a share'
                WHEN asked = 'rest of what is linked'
                THEN CASE WHEN 'linked without a share' = ANY (s.serves)
                          THEN 'its link says no share'
                          ELSE 'the shares of its links leave nothing' END
                WHEN k.age > 1 THEN 'its links to a newer version are counted'
                WHEN k.link_id IS NOT NULL THEN 'its link says no share'
                ELSE 'it is linked to another pillar' END
      FROM split AS s
      LEFT JOIN linked AS k ON k.commitment_id = s.commitment_id AND k.serves = asked;
END
$$;
COMMENT ON FUNCTION explained_goals(jsonb) IS
    'What each commitment that is linked to a pillar serves, as the report on the flow of money '
    'splits it; "place" is the end that is asked for, "link_id" the link to it, "missing" why the '
    'commitment has no money there.';

CREATE FUNCTION explained_served(measure text, key jsonb)
RETURNS TABLE (place text, transaction_id uuid, ordinal integer, commitment_id uuid, donor uuid,
               country text, country_groups text, currency text, amount numeric, serves text[],
               weights numeric[], goal integer, link_id uuid, share numeric, excluded text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked    text := key ->> 'serves';
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    of_type  text := CASE measure WHEN 'disbursed' THEN '3' ELSE '2' END;
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT p.*
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2', '3'],
                               key ->> 'convert_to', (key ->> 'rate_set')::uuid) AS p
         WHERE explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'currency', p.currency)
           AND (NOT key ? 'year'
                OR extract(year FROM p.transaction_date) = (key ->> 'year')::integer)),
    membership AS MATERIALIZED (
        SELECT m.country, m.valid_from, m.valid_to, g.place, g.code
          FROM report_memberships() AS m
          JOIN (VALUES (1, 'LDC'), (2, 'SIDS'), (3, 'LLDC'), (4, 'EIT')) AS g (place, code)
            ON g.code = m.country_group),
    standing AS MATERIALIZED (
        SELECT w.country, w.transaction_date,
               coalesce(string_agg(w.code, ' + ' ORDER BY w.place),
                        CASE WHEN w.country IS NULL THEN 'no country' ELSE 'no group' END)
                   AS country_groups
          FROM (SELECT DISTINCT f.country, f.transaction_date, m.place, m.code
                  FROM found AS f
                  LEFT JOIN membership AS m
                    ON m.country = f.country AND m.valid_from <= f.transaction_date
                   AND m.valid_to > f.transaction_date) AS w
         GROUP BY w.country, w.transaction_date),
    served AS (
        SELECT f.*, s.country_groups, g.serves, g.weights, g.place AS goal, g.link_id, g.missing,
               CASE WHEN asked IS NULL OR g.commitment_id IS NULL AND asked = 'linked to none'
                    THEN 100
                    ELSE g.weights[g.place] END AS share
          FROM found AS f
          JOIN standing AS s ON s.country IS NOT DISTINCT FROM f.country
                            AND s.transaction_date = f.transaction_date
          LEFT JOIN explained_goals(key) AS g ON g.commitment_id = f.commitment_id)
    SELECT s.place, s.transaction_id, s.ordinal, s.commitment_id, s.donor, s.country,
           s.country_groups, s.currency, s.amount, s.serves, s.weights, s.goal, s.link_id, s.share,
           CASE WHEN s.in_kind <> of_goods
                THEN CASE WHEN s.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                WHEN s.transaction_type <> of_type THEN 'it is another type of transaction'
                WHEN s.country_groups <> key ->> 'country_groups'
                THEN 'its country was in other groups on its date'
                WHEN s.share IS NULL THEN coalesce(s.missing, 'it is linked to no pillar')
                WHEN s.amount = 'NaN' THEN 'the rate set has no rate for it' END
      FROM served AS s;
END
$$;
COMMENT ON FUNCTION explained_served(text, jsonb) IS
    'The parts of transactions of a row on the flow of money, whichever end they serve: with the '
    'share in percent of what is asked for, or why they are not in it.';

CREATE FUNCTION explain_served(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target text := key ->> 'convert_to';
    of_set uuid := (key ->> 'rate_set')::uuid;
BEGIN
    RETURN QUERY
    WITH served AS MATERIALIZED (
        SELECT s.*, s.amount * s.share * 0.01 AS exact FROM explained_served(measure, key) AS s),
    placed AS (
        SELECT s.*, explain_shows(s.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR s.place COLLATE "C" > after
                            ORDER BY s.place COLLATE "C")) AS shown
          FROM served AS s),
    -- The money of a commitment for one country is split once, after its parts are added up. What is
    -- converted is rounded in the sum alone.
    money AS (
        SELECT s.commitment_id, s.donor, s.country, s.country_groups, s.currency, s.serves,
               s.weights, s.goal, s.share, sum(s.amount) AS amount, sum(s.exact) AS exact
          FROM served AS s
         WHERE s.excluded IS NULL AND s.goal IS NOT NULL AND target IS NULL
         GROUP BY s.commitment_id, s.donor, s.country, s.country_groups, s.currency, s.serves,
                  s.weights, s.goal, s.share),
    rounded AS (
        SELECT m.*, r.part
          FROM money AS m
          LEFT JOIN currency AS u ON u.code = m.currency
         CROSS JOIN LATERAL largest_remainder(
                   m.amount, greatest(u.minor_unit, scale(trim_scale(m.amount))), m.weights) AS r
         WHERE r.ordinal = m.goal AND r.part <> m.exact)
    SELECT p.place, CASE WHEN p.excluded IS NULL THEN p.exact END, NULL::numeric,
           CASE WHEN p.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           p.currency,
           CASE WHEN p.shown
                THEN part_json(p.transaction_id, p.ordinal, target, of_set)
                     || jsonb_build_object('country_groups', p.country_groups,
                                           'serves', key ->> 'serves', 'link_id', p.link_id,
                                           'served_fraction', exact_fraction(p.share, 100),
                                           'excluded', p.excluded) END
      FROM placed AS p
     UNION ALL
    SELECT 'rounding-' || r.commitment_id || '-' || coalesce(r.country, '') || '-'
           || r.country_groups || '-' || r.currency,
           r.part - r.exact, NULL::numeric, NULL::numeric, r.currency,
           jsonb_build_object(
               'kind', 'rounding', 'commitment_id', r.commitment_id,
               'donor', coalesce(o.identifier, o.id::text), 'country', r.country,
               'country_groups', r.country_groups, 'serves', key ->> 'serves',
               'served_fraction', exact_fraction(r.share, 100),
               'split_to', to_jsonb(r.serves), 'split_amount', trim_scale(r.amount)::text,
               'split_exact', trim_scale(r.exact)::text, 'split_rounded', r.part::text,
               'rounding', 'largest_remainder', 'excluded', NULL)
      FROM rounded AS r
      JOIN organisation AS o ON o.id = r.donor;
END
$$;
COMMENT ON FUNCTION explain_served(text, jsonb, text, integer) IS
    'The parts of transactions behind an amount of the report on the flow of money, each by the '
    'exact share that serves what is asked for, and after them what rounding by largest remainder '
    'adds to these shares.';

-- ---------------------------------------------------------------- from one definition to another

CREATE FUNCTION explain_bridge(measure text, key jsonb, after text, page_size integer)
RETURNS TABLE (place text, numerator numeric, denominator numeric, base numeric,
               currency text, item jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    step     text := key ->> 'step';
    target   text := key ->> 'convert_to';
    of_set   uuid := (key ->> 'rate_set')::uuid;
    of_goods boolean := coalesce((key ->> 'in_kind')::boolean, false);
    is_cause boolean := step IN ('students', 'refugees');
    is_rate  boolean := measure LIKE '%\_rate';
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT p.*, w.left_out, w.said,
               coalesce(w.left_out IN ('students', 'refugees'), false) AS moved
          FROM explained_parts(explained_donor(key), key ->> 'country', ARRAY['2'], target, of_set)
               AS p
          JOIN transaction AS t ON t.id = p.transaction_id
         CROSS JOIN LATERAL explained_class(p.commitment_id) AS c
         CROSS JOIN LATERAL (
               SELECT tying_left_out(coalesce(t.aid_type, c.aid_type)) AS left_out,
                      CASE coalesce(t.tied_status, c.tied_status)
                          WHEN '3' THEN 'partially_tied'
                          WHEN '4' THEN 'tied'
                          WHEN '5' THEN 'untied'
                          ELSE 'unreported' END AS said) AS w
         WHERE explain_fits(key, 'country', p.country)
           AND explain_fits(key, 'currency', p.currency)
           AND (NOT key ? 'year'
                OR extract(year FROM p.transaction_date) = (key ->> 'year')::integer)),
    -- A cause takes money from what was said of it, and adds it to what is disregarded.
    placed AS (
        SELECT f.*,
               CASE WHEN is_cause
                    THEN CASE measure WHEN 'disregarded' THEN measure ELSE f.said END
                    WHEN f.left_out IS NULL OR f.moved AND step = 'definition_1' THEN f.said
                    ELSE 'disregarded' END AS tying,
               CASE WHEN is_cause AND measure <> 'disregarded' THEN -1 ELSE 1 END AS sign
          FROM found AS f),
    counted AS (
        SELECT p.*,
               CASE WHEN p.in_kind <> of_goods
                    THEN CASE WHEN p.in_kind THEN 'it is aid in kind' ELSE 'it is cash' END
                    WHEN is_cause AND NOT p.moved THEN 'both definitions count it alike'
                    WHEN is_cause AND p.left_out <> step THEN 'another cause changes how it counts'
                    WHEN is_cause AND is_rate THEN 'the difference that a cause makes has no rate'
                    WHEN is_rate AND p.tying = 'disregarded'
                    THEN 'statistics on tying disregard its aid type'
                    WHEN measure = 'untied_rate' AND p.tying = 'unreported'
                    THEN 'whether it is tied is not reported'
                    WHEN NOT is_rate AND p.tying <> measure THEN 'its tied status is another'
                    WHEN p.amount = 'NaN' THEN 'the rate set has no rate for it' END AS excluded
          FROM placed AS p),
    listed AS (
        SELECT c.*, explain_shows(c.place, after, page_size, row_number() OVER (
                        PARTITION BY after IS NULL OR c.place COLLATE "C" > after
                            ORDER BY c.place COLLATE "C")) AS shown
          FROM counted AS c)
    SELECT l.place,
           CASE WHEN l.excluded IS NOT NULL THEN NULL
                WHEN is_rate AND l.tying || '_rate' <> measure THEN 0
                ELSE l.sign * l.amount END,
           CASE WHEN l.excluded IS NULL AND is_rate THEN l.amount END,
           CASE WHEN l.excluded = 'the rate set has no rate for it' THEN 'NaN'::numeric END,
           l.currency,
           CASE WHEN l.shown
                THEN part_json(l.transaction_id, l.ordinal, target, of_set)
                     || jsonb_build_object('step', step, 'said', l.said, 'left_out', l.left_out,
                                           'tying', l.tying, 'sign', l.sign,
                                           'excluded', l.excluded) END
      FROM listed AS l;
END
$$;
COMMENT ON FUNCTION explain_bridge(text, jsonb, text, integer) IS
    'The parts of transactions behind a step from the first definition of untied aid to the '
    'second: what is said of each, why a definition leaves it out, and with which sign it counts.';

GRANT EXECUTE ON FUNCTION report_items(text, text), explained_goals(jsonb),
      explained_served(text, jsonb), explain_served(text, jsonb, text, integer),
      explain_bridge(text, jsonb, text, integer)
   TO aidledger_public, aidledger_scoped;
