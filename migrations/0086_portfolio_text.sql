-- The portfolio has the most rows of the reports that are looked up, and most of what such a row cost
-- was to print eight sums and to compare six columns for its place. Both are done when the row changes.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

ALTER TABLE rollup_portfolio ADD COLUMN minor_unit integer;
UPDATE rollup_portfolio AS r SET minor_unit = u.minor_unit FROM currency AS u WHERE u.code = r.currency;
ALTER TABLE rollup_portfolio
    ALTER COLUMN minor_unit SET NOT NULL,
    ADD COLUMN committed_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(committed, minor_unit)) STORED,
    ADD COLUMN committed_ict_220_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(committed_ict_220, minor_unit)) STORED,
    ADD COLUMN committed_ict_principal_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(committed_ict_principal, minor_unit)) STORED,
    ADD COLUMN committed_ict_significant_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(committed_ict_significant, minor_unit)) STORED,
    ADD COLUMN disbursed_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(disbursed, minor_unit)) STORED,
    ADD COLUMN disbursed_ict_220_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(disbursed_ict_220, minor_unit)) STORED,
    ADD COLUMN disbursed_ict_principal_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(disbursed_ict_principal, minor_unit)) STORED,
    ADD COLUMN disbursed_ict_significant_text text NOT NULL
        GENERATED ALWAYS AS (report_sum(disbursed_ict_significant, minor_unit)) STORED,
    ADD COLUMN place text COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (coalesce(country, '~') || coalesce(region, '~') || ' '
                             || coalesce(sector, '~') || ' ' || lpad(year::text, 4, '0') || currency)
        STORED;
COMMENT ON COLUMN rollup_portfolio.minor_unit IS
    'Decimals of its currency: currency.minor_unit. Whoever changes those calls rollups_make().';
COMMENT ON FUNCTION report_sum(numeric, integer) IS
    'A sum as reports print it: at least the decimals of its currency, more where it has them. '
    'rollup_portfolio holds what it says: whoever replaces it calls rollups_make().';
COMMENT ON COLUMN rollup_portfolio.place IS
    'Where it stands among those of its donor: by recipient, sector, year and currency. What is not '
    'there comes last.';

GRANT SELECT ON currency TO aidledger_sealer;
GRANT EXECUTE ON FUNCTION report_sum(numeric, integer) TO aidledger_sealer;

-- As in 0067_rollup.sql and 0074_turn.sql, with the decimals.
CREATE OR REPLACE FUNCTION rollup_money_fold(from_leaf bigint, to_leaf bigint) RETURNS void
LANGUAGE plpgsql SET enable_nestloop = off SET enable_sort = off AS $$
DECLARE
    restated text[] := ARRAY(
        SELECT DISTINCT m.country
          FROM ledger_leaf AS l
          JOIN country_group_membership AS m ON m.entry = l.entry
         WHERE l.leaf_index >= from_leaf AND l.leaf_index < to_leaf AND from_leaf > 0);
BEGIN
    WITH new_part AS MATERIALIZED (
        SELECT p.* FROM rollup_parts(from_leaf, to_leaf, NULL) AS p),
    -- What is there already moves when a membership is stated that says something else of its day.
    old_part AS MATERIALIZED (
        SELECT p.* FROM rollup_parts(0, from_leaf, restated) AS p WHERE restated <> '{}'),
    place AS MATERIALIZED (
        SELECT coalesce(array_agg(d.country), '{}') AS countries,
               coalesce(array_agg(d.transaction_date), '{}') AS days
          FROM (SELECT p.country, p.transaction_date FROM new_part AS p WHERE p.country IS NOT NULL
                 UNION
                SELECT p.country, p.transaction_date FROM old_part AS p) AS d),
    after_it AS MATERIALIZED (
        SELECT s.* FROM place AS w CROSS JOIN rollup_standing(to_leaf, w.countries, w.days) AS s),
    before_it AS MATERIALIZED (
        SELECT s.*
          FROM place AS w
         CROSS JOIN rollup_standing(from_leaf, w.countries, w.days) AS s
         WHERE restated <> '{}'),
    cell AS (
        SELECT p.*, 1 AS sign,
               coalesce(s.groups, ARRAY['no country']) || 'all'::text AS groups
          FROM new_part AS p
          LEFT JOIN after_it AS s ON s.country = p.country AND s.day = p.transaction_date
         UNION ALL
        SELECT p.*, v.sign,
               ARRAY(SELECT unnest(CASE v.sign WHEN 1 THEN a.groups ELSE b.groups END)
                     EXCEPT
                     SELECT unnest(CASE v.sign WHEN 1 THEN b.groups ELSE a.groups END))
          FROM old_part AS p
          JOIN before_it AS b ON b.country = p.country AND b.day = p.transaction_date
          JOIN after_it AS a ON a.country = p.country AND a.day = p.transaction_date
         CROSS JOIN (VALUES (1), (-1)) AS v (sign)
         WHERE a.groups <> b.groups),
    moved AS MATERIALIZED (
        SELECT d.donor, g.recipient_group, c.year, c.currency, c.in_kind, c.country,
               sum(c.sign * c.parts)::bigint AS parts,
               sum(c.sign * c.committed) AS committed,
               sum(c.sign * c.committed_ict_220) AS committed_ict_220,
               sum(c.sign * c.committed_ict_principal) AS committed_ict_principal,
               sum(c.sign * c.committed_ict_significant) AS committed_ict_significant,
               sum(c.sign * c.disbursed) AS disbursed,
               sum(c.sign * c.disbursed_ict_220) AS disbursed_ict_220,
               sum(c.sign * c.disbursed_ict_principal) AS disbursed_ict_principal,
               sum(c.sign * c.disbursed_ict_significant) AS disbursed_ict_significant
          FROM cell AS c
         CROSS JOIN LATERAL unnest(c.groups) AS g (recipient_group)
         CROSS JOIN LATERAL (VALUES (c.donor), (NULL)) AS d (donor)
         GROUP BY d.donor, g.recipient_group, c.year, c.currency, c.in_kind, c.country),
    portfolio AS (
        INSERT INTO rollup_portfolio AS r (
               donor, country, region, sector, year, currency, in_kind,
               committed, committed_ict_220, committed_ict_principal,
               committed_ict_significant, disbursed, disbursed_ict_220,
               disbursed_ict_principal, disbursed_ict_significant, minor_unit)
        SELECT p.donor, p.country, p.region, p.sector, p.year, p.currency, p.in_kind,
               sum(p.committed), sum(p.committed_ict_220), sum(p.committed_ict_principal),
               sum(p.committed_ict_significant), sum(p.disbursed), sum(p.disbursed_ict_220),
               sum(p.disbursed_ict_principal), sum(p.disbursed_ict_significant), u.minor_unit
          FROM new_part AS p
          JOIN currency AS u ON u.code = p.currency
         GROUP BY p.donor, p.country, p.region, p.sector, p.year, p.currency, p.in_kind,
                  u.minor_unit
            ON CONFLICT ON CONSTRAINT rollup_portfolio_cell_unique DO UPDATE
           SET committed = r.committed + excluded.committed,
               committed_ict_220 = r.committed_ict_220 + excluded.committed_ict_220,
               committed_ict_principal = r.committed_ict_principal
                                         + excluded.committed_ict_principal,
               committed_ict_significant = r.committed_ict_significant
                                           + excluded.committed_ict_significant,
               disbursed = r.disbursed + excluded.disbursed,
               disbursed_ict_220 = r.disbursed_ict_220 + excluded.disbursed_ict_220,
               disbursed_ict_principal = r.disbursed_ict_principal
                                         + excluded.disbursed_ict_principal,
               disbursed_ict_significant = r.disbursed_ict_significant
                                           + excluded.disbursed_ict_significant),
    presence AS (
        INSERT INTO rollup_group_country AS r
        SELECT m.donor, m.recipient_group, m.year, m.currency, m.in_kind, m.country, m.parts,
               m.parts
          FROM moved AS m
         WHERE m.country IS NOT NULL
            ON CONFLICT ON CONSTRAINT rollup_group_country_cell_unique DO UPDATE
           SET parts = r.parts + excluded.parts, moved = excluded.moved
        RETURNING r.*)
    INSERT INTO rollup_group AS r
    SELECT c.donor, c.recipient_group, c.year, c.currency, c.in_kind, sum(c.parts),
           sum(c.countries), sum(c.committed), sum(c.committed_ict_220),
           sum(c.committed_ict_principal), sum(c.committed_ict_significant), sum(c.disbursed),
           sum(c.disbursed_ict_220), sum(c.disbursed_ict_principal),
           sum(c.disbursed_ict_significant)
      FROM (SELECT m.donor, m.recipient_group, m.year, m.currency, m.in_kind, m.parts,
                   0 AS countries, m.committed, m.committed_ict_220, m.committed_ict_principal,
                   m.committed_ict_significant, m.disbursed, m.disbursed_ict_220,
                   m.disbursed_ict_principal, m.disbursed_ict_significant
              FROM moved AS m
             UNION ALL
            SELECT p.donor, p.recipient_group, p.year, p.currency, p.in_kind, 0,
                   (p.parts > 0)::integer - (p.parts > p.moved)::integer, 0, 0, 0, 0, 0, 0, 0, 0
              FROM presence AS p) AS c
     GROUP BY c.donor, c.recipient_group, c.year, c.currency, c.in_kind
        ON CONFLICT ON CONSTRAINT rollup_group_cell_unique DO UPDATE
       SET parts = r.parts + excluded.parts,
           countries = r.countries + excluded.countries,
           committed = r.committed + excluded.committed,
           committed_ict_220 = r.committed_ict_220 + excluded.committed_ict_220,
           committed_ict_principal = r.committed_ict_principal + excluded.committed_ict_principal,
           committed_ict_significant = r.committed_ict_significant
                                       + excluded.committed_ict_significant,
           disbursed = r.disbursed + excluded.disbursed,
           disbursed_ict_220 = r.disbursed_ict_220 + excluded.disbursed_ict_220,
           disbursed_ict_principal = r.disbursed_ict_principal + excluded.disbursed_ict_principal,
           disbursed_ict_significant = r.disbursed_ict_significant
                                       + excluded.disbursed_ict_significant;
END
$$;
