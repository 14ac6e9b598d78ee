-- Rollups: the sums and counts of the current-state portfolio, group allocation and ownership, so that a
-- report of the newest position is a lookup.
--
-- What a report says is what the first N leaves say, and a statement is committed before it has its
-- leaf. So the rows a write makes are kept with its entry, where they wait; whoever gives the entry its
-- leaf index adds them to the rollups in the same transaction. The rollups are therefore exactly the
-- state at the tree size, in every snapshot, and no two writers ever touch the same row of one: writers
-- touch none. Any other position is read from the versioned rows, as before; so is the newest one while
-- the rollups are behind, after an error or on a database that has just been migrated.
--
-- A report asks twice in one transaction: where it is bound, and then its rows. Both must see the same.
ALTER ROLE aidledger_reporter SET default_transaction_isolation = 'repeatable read';

SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE rollup_progress (
    only_one  boolean NOT NULL DEFAULT true CONSTRAINT rollup_progress_pkey PRIMARY KEY,
    tree_size bigint  NOT NULL,
    day       date,
    CONSTRAINT rollup_progress_only_one_row CHECK (only_one)
);
COMMENT ON TABLE rollup_progress IS 'How many leaves the rollups hold.';
COMMENT ON COLUMN rollup_progress.day IS
    'The day of the last leaf they hold, by which they judge what is due: see report_day().';
COMMENT ON CONSTRAINT rollup_progress_only_one_row ON rollup_progress IS
    'All rollups are at one position.';
INSERT INTO rollup_progress (tree_size) VALUES (0);

CREATE TABLE rollup_portfolio (
    donor                     uuid    NOT NULL,
    country                   text,
    region                    text,
    sector                    text,
    year                      integer NOT NULL,
    currency                  text    NOT NULL,
    in_kind                   boolean NOT NULL,
    committed                 numeric NOT NULL,
    committed_ict_220         numeric NOT NULL,
    committed_ict_principal   numeric NOT NULL,
    committed_ict_significant numeric NOT NULL,
    disbursed                 numeric NOT NULL,
    disbursed_ict_220         numeric NOT NULL,
    disbursed_ict_principal   numeric NOT NULL,
    disbursed_ict_significant numeric NOT NULL,
    CONSTRAINT rollup_portfolio_cell_unique UNIQUE NULLS NOT DISTINCT
        (donor, year, country, sector, region, currency, in_kind)
) WITH (fillfactor = 80);
CREATE INDEX rollup_portfolio_country ON rollup_portfolio (country, year);
CREATE INDEX rollup_portfolio_sector ON rollup_portfolio (sector, year);
CREATE INDEX rollup_portfolio_year ON rollup_portfolio (year);
COMMENT ON TABLE rollup_portfolio IS
    'What is committed and disbursed, by donor, recipient, sector, year of the transaction and '
    'currency, cash and in kind apart.';

CREATE TABLE rollup_group (
    donor                     uuid,
    recipient_group           text    NOT NULL,
    year                      integer NOT NULL,
    currency                  text    NOT NULL,
    in_kind                   boolean NOT NULL,
    parts                     bigint  NOT NULL,
    countries                 bigint  NOT NULL,
    committed                 numeric NOT NULL,
    committed_ict_220         numeric NOT NULL,
    committed_ict_principal   numeric NOT NULL,
    committed_ict_significant numeric NOT NULL,
    disbursed                 numeric NOT NULL,
    disbursed_ict_220         numeric NOT NULL,
    disbursed_ict_principal   numeric NOT NULL,
    disbursed_ict_significant numeric NOT NULL,
    CONSTRAINT rollup_group_cell_unique UNIQUE NULLS NOT DISTINCT
        (donor, year, recipient_group, currency, in_kind)
) WITH (fillfactor = 80);
COMMENT ON TABLE rollup_group IS
    'What is committed and disbursed to each country group by year of the transaction and currency, '
    'of each donor and, without a donor, of all. A group without parts is none.';
COMMENT ON COLUMN rollup_group.countries IS 'How many countries its parts are for.';

CREATE TABLE rollup_group_country (
    donor           uuid,
    recipient_group text    NOT NULL,
    year            integer NOT NULL,
    currency        text    NOT NULL,
    in_kind         boolean NOT NULL,
    country         text    NOT NULL,
    parts           bigint  NOT NULL,
    moved           bigint  NOT NULL,
    CONSTRAINT rollup_group_country_cell_unique UNIQUE NULLS NOT DISTINCT
        (donor, year, recipient_group, currency, in_kind, country)
) WITH (fillfactor = 80);
COMMENT ON TABLE rollup_group_country IS
    'How many parts of a row of rollup_group are for a country: it counts there while there is one.';
COMMENT ON COLUMN rollup_group_country.moved IS
    'How many of them came, or went, last: with it the row itself tells how many there were before.';

CREATE TABLE rollup_ownership (
    donor                     uuid   NOT NULL,
    country                   text   NOT NULL,
    inputs                    bigint NOT NULL,
    not_invited               bigint NOT NULL,
    due                       bigint NOT NULL,
    endorsed                  bigint NOT NULL,
    endorsed_with_reservation bigint NOT NULL,
    change_requested          bigint NOT NULL,
    contested                 bigint NOT NULL,
    silent                    bigint NOT NULL,
    awaited                   bigint NOT NULL,
    in_time                   bigint NOT NULL,
    needing_answer            bigint NOT NULL,
    accepted                  bigint NOT NULL,
    partly_accepted           bigint NOT NULL,
    rejected                  bigint NOT NULL,
    unanswered                bigint NOT NULL,
    resolved                  bigint NOT NULL,
    disputed                  bigint NOT NULL,
    standing_disagreement     bigint NOT NULL,
    disbursements             bigint NOT NULL,
    disbursements_not_invited bigint NOT NULL,
    disbursements_due         bigint NOT NULL,
    confirmed_due             bigint NOT NULL,
    confirmed                 bigint NOT NULL,
    reconciled                bigint NOT NULL,
    confirmed_by_receiver     bigint NOT NULL,
    discrepant                bigint NOT NULL,
    denied                    bigint NOT NULL,
    off_treasury              bigint NOT NULL,
    escalated                 bigint NOT NULL,
    unconfirmed               bigint NOT NULL,
    CONSTRAINT rollup_ownership_pkey PRIMARY KEY (donor, country)
) WITH (fillfactor = 80);
CREATE INDEX rollup_ownership_country ON rollup_ownership (country);
COMMENT ON TABLE rollup_ownership IS
    'The counts of the ownership report, by donor and country. Without inputs and disbursements there '
    'is nothing to report.';

CREATE TABLE rollup_disagreement (
    input_id      uuid   NOT NULL CONSTRAINT rollup_disagreement_pkey PRIMARY KEY,
    leaf_index    bigint NOT NULL,
    entry         uuid   NOT NULL,
    commitment_id uuid   NOT NULL,
    donor         uuid   NOT NULL,
    country       text   NOT NULL,
    title         text   NOT NULL,
    position      text   NOT NULL,
    texts         json   NOT NULL,
    since         timestamptz NOT NULL
);
CREATE INDEX rollup_disagreement_leaf_index ON rollup_disagreement (leaf_index);
CREATE INDEX rollup_disagreement_commitment_id ON rollup_disagreement (commitment_id);
CREATE INDEX rollup_disagreement_donor ON rollup_disagreement (donor, leaf_index);
CREATE INDEX rollup_disagreement_country ON rollup_disagreement (country, leaf_index);
COMMENT ON TABLE rollup_disagreement IS
    'The disagreements that stand, with what every report says of them beside its rows.';

CREATE TABLE rollup_disagreement_place (
    input_id   uuid    NOT NULL,
    sector     text,
    year       integer NOT NULL,
    leaf_index bigint  NOT NULL,
    donor      uuid    NOT NULL,
    country    text    NOT NULL,
    CONSTRAINT rollup_disagreement_place_unique UNIQUE NULLS NOT DISTINCT (input_id, sector, year)
);
CREATE INDEX rollup_disagreement_place_year ON rollup_disagreement_place (year, sector);
CREATE INDEX rollup_disagreement_place_sector ON rollup_disagreement_place (sector);
COMMENT ON TABLE rollup_disagreement_place IS
    'In which sectors and years there is money, committed or disbursed, of the commitments that '
    'disagreements stand on.';

-- A look for what is due by another day does not read what is not.
CREATE INDEX ownership_state_due_on ON ownership_state (due_on) WHERE due_on IS NOT NULL;
CREATE INDEX receipt_confirmation_recorded_on
    ON receipt_confirmation (((recorded_at AT TIME ZONE 'UTC')::date));
CREATE INDEX ownership_position_recorded_on
    ON ownership_position (((recorded_at AT TIME ZONE 'UTC')::date));
CREATE UNIQUE INDEX transaction_entry ON transaction (entry);
CREATE INDEX transaction_recorded_at ON transaction USING brin (recorded_at);
CREATE INDEX transaction_dated_ahead ON transaction (transaction_date)
 WHERE transaction_type = '3' AND transaction_date > (recorded_at AT TIME ZONE 'UTC')::date;
CREATE INDEX receipt_confirmation_commitment_id ON receipt_confirmation (commitment_id);

-- ---------------------------------------------------------------- money

CREATE FUNCTION rollup_parts(from_leaf bigint, to_leaf bigint, of_countries text[])
RETURNS TABLE (donor uuid, transaction_date date, year integer, currency text, in_kind boolean,
               country text, region text, sector text, parts bigint, committed numeric,
               committed_ict_220 numeric, committed_ict_principal numeric,
               committed_ict_significant numeric, disbursed numeric, disbursed_ict_220 numeric,
               disbursed_ict_principal numeric, disbursed_ict_significant numeric)
LANGUAGE plpgsql STABLE SET enable_nestloop = on AS $$
BEGIN
    RETURN QUERY
    WITH part AS (
        SELECT t.organisation_id, t.transaction_date, t.currency, t.in_kind, t.transaction_type,
               a.country, a.region, a.sector, a.amount, a.ict_amount, a.ict_ring
          FROM ledger_leaf AS l
          JOIN transaction AS t ON t.entry = l.entry
          JOIN allocation AS a ON a.transaction_id = t.id
         WHERE l.leaf_index >= from_leaf AND l.leaf_index < to_leaf
           AND of_countries IS NULL
         UNION ALL
        -- Of a few countries among all leaves: from their end.
        SELECT t.organisation_id, t.transaction_date, t.currency, t.in_kind, t.transaction_type,
               a.country, a.region, a.sector, a.amount, a.ict_amount, a.ict_ring
          FROM allocation AS a
          JOIN transaction AS t ON t.id = a.transaction_id
          JOIN ledger_leaf AS l ON l.entry = t.entry
         WHERE a.country = ANY (of_countries)
           AND l.leaf_index >= from_leaf AND l.leaf_index < to_leaf)
    SELECT p.organisation_id, p.transaction_date, extract(year FROM p.transaction_date)::integer,
           p.currency, p.in_kind IS NOT NULL, p.country, p.region, p.sector, count(*),
           coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '2'), 0),
           coalesce(sum(p.ict_amount)
                        FILTER (WHERE p.transaction_type = '2' AND p.ict_ring <= 1), 0),
           coalesce(sum(p.ict_amount)
                        FILTER (WHERE p.transaction_type = '2' AND p.ict_ring <= 2), 0),
           coalesce(sum(p.ict_amount) FILTER (WHERE p.transaction_type = '2'), 0),
           coalesce(sum(p.amount) FILTER (WHERE p.transaction_type = '3'), 0),
           coalesce(sum(p.ict_amount)
                        FILTER (WHERE p.transaction_type = '3' AND p.ict_ring <= 1), 0),
           coalesce(sum(p.ict_amount)
                        FILTER (WHERE p.transaction_type = '3' AND p.ict_ring <= 2), 0),
           coalesce(sum(p.ict_amount) FILTER (WHERE p.transaction_type = '3'), 0)
      FROM part AS p
     WHERE p.transaction_type IN ('2', '3')
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
END
$$;
COMMENT ON FUNCTION rollup_parts(bigint, bigint, text[]) IS
    'The exact parts of what a range of leaves commits and disburses, to these countries or to all, '
    'summed by all that reports cut by.';

CREATE FUNCTION rollup_memberships(at_leaf bigint)
RETURNS TABLE (country text, country_group text, valid_from date, valid_to date)
LANGUAGE sql STABLE
AS $$
    WITH stated AS MATERIALIZED (
        SELECT m.*
          FROM country_group_membership AS m
         WHERE m.entry IS NULL
            OR EXISTS (SELECT FROM ledger_leaf AS l
                        WHERE l.entry = m.entry AND l.leaf_index < at_leaf))
    SELECT s.country, s.country_group, coalesce(s.valid_from, '-infinity'),
           coalesce(s.valid_to, 'infinity')
      FROM stated AS s
     WHERE s.status NOT IN ('former', 'm49-only')
       AND (s.country_group <> 'SIDS' OR s.subclass IN ('un_member', 'non_un_state'))
       AND NOT EXISTS (SELECT FROM stated AS n WHERE n.supersedes = s.id)
$$;
COMMENT ON FUNCTION rollup_memberships(bigint) IS
    'The memberships that count as they were stated up to a position: see report_memberships().';

CREATE FUNCTION rollup_standing(at_leaf bigint, countries text[], days date[])
RETURNS TABLE (country text, day date, groups text[])
LANGUAGE sql STABLE SET enable_nestloop = off
AS $$
    WITH membership AS MATERIALIZED (
        SELECT m.* FROM rollup_memberships(at_leaf) AS m)
    SELECT d.country, d.day,
           coalesce(array_agg(DISTINCT m.country_group) FILTER (WHERE m.country IS NOT NULL), '{}')
           || CASE WHEN count(m.country) = 0 THEN 'no group' ELSE 'union' END
      FROM unnest(countries, days) AS d (country, day)
      LEFT JOIN membership AS m
        ON m.country = d.country AND m.valid_from <= d.day AND m.valid_to > d.day
     GROUP BY d.country, d.day
$$;
COMMENT ON FUNCTION rollup_standing(bigint, text[], date[]) IS
    'The rows of the group allocation, beside that of all, which what goes to a country on a day '
    'counts in, as its memberships were stated up to a position.';

CREATE FUNCTION rollup_money_fold(from_leaf bigint, to_leaf bigint) RETURNS void
LANGUAGE plpgsql SET enable_nestloop = off AS $$
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
        INSERT INTO rollup_portfolio AS r
        SELECT p.donor, p.country, p.region, p.sector, p.year, p.currency, p.in_kind,
               sum(p.committed), sum(p.committed_ict_220), sum(p.committed_ict_principal),
               sum(p.committed_ict_significant), sum(p.disbursed), sum(p.disbursed_ict_220),
               sum(p.disbursed_ict_principal), sum(p.disbursed_ict_significant)
          FROM new_part AS p
         GROUP BY p.donor, p.country, p.region, p.sector, p.year, p.currency, p.in_kind
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
COMMENT ON FUNCTION rollup_money_fold(bigint, bigint) IS
    'Adds what a range of leaves commits and disburses to the portfolio and the groups, and moves '
    'what its memberships move.';

-- ---------------------------------------------------------------- what governments say

-- What is counted of a commitment changes by statements about it and by the day: so it is counted
-- twice, before and after, and the difference is added.
CREATE FUNCTION rollup_ownership_of(of_commitments uuid[], at_leaf bigint, on_day date)
RETURNS SETOF rollup_ownership
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE asked AS MATERIALIZED (
        SELECT c.id, c.organisation_id, c.origin
          FROM unnest(of_commitments) AS w (id)
          JOIN commitment AS c ON c.id = w.id),
    input AS MATERIALIZED (
        SELECT k.organisation_id AS donor, i.country, s.state, s.due_on, s.position_id
          FROM asked AS k
          JOIN ownership_input AS i ON i.commitment_id = k.id
         CROSS JOIN LATERAL (
               SELECT v.state, v.due_on, v.position_id
                 FROM ownership_state AS v
                 JOIN ledger_leaf AS l ON l.entry = v.entry AND l.leaf_index < at_leaf
                WHERE v.input_id = i.id
                ORDER BY v.version DESC
                LIMIT 1) AS s
         WHERE EXISTS (SELECT FROM commitment_state AS v
                         JOIN ledger_leaf AS l ON l.entry = v.entry AND l.leaf_index < at_leaf
                        WHERE v.commitment_id = k.id AND v.published)),
    said AS (
        SELECT i.donor, i.country, i.state, i.state = 'NOT_INVITED' AS uninvited,
               coalesce(i.due_on < on_day, false) AS due, p.position, p.late, a.answer
          FROM input AS i
          LEFT JOIN ownership_position AS p ON p.id = i.position_id
          LEFT JOIN LATERAL (
               SELECT w.answer
                 FROM ownership_answer AS w
                 JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < at_leaf
                WHERE w.position_id = i.position_id) AS a ON true),
    part AS MATERIALIZED (
        SELECT t.id, k.id AS commitment_id, k.organisation_id AS donor, a.country,
               t.transaction_date, (t.recorded_at AT TIME ZONE 'UTC')::date AS reported_on,
               a.amount, t.adjusts
          FROM asked AS k
          JOIN transaction AS t ON t.commitment_id = k.id
          JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < at_leaf
          JOIN allocation AS a ON a.transaction_id = t.id
         WHERE t.transaction_type = '3' AND a.country IS NOT NULL),
    correction AS (
        SELECT DISTINCT p.id, p.adjusts AS corrected FROM part AS p WHERE p.adjusts IS NOT NULL
         UNION
        SELECT k.id, t.adjusts
          FROM correction AS k
          JOIN transaction AS t ON t.id = k.corrected
         WHERE t.adjusts IS NOT NULL),
    paid AS (
        SELECT w.root AS id, w.country, sum(w.amount) AS amount
          FROM (SELECT p.id AS root, p.country, p.amount FROM part AS p WHERE p.adjusts IS NULL
                 UNION ALL
                SELECT k.corrected, p.country, p.amount
                  FROM correction AS k
                  JOIN part AS p ON p.id = k.id) AS w
         GROUP BY 1, 2),
    disbursement AS (
        SELECT p.id, p.commitment_id, p.donor, p.country,
               greatest(p.transaction_date, p.reported_on) AS day
          FROM part AS p
          JOIN paid AS w ON w.id = p.id AND w.country = p.country
         WHERE p.adjusts IS NULL AND w.amount <> 0
         GROUP BY 1, 2, 3, 4, 5),
    confirmed AS (
        SELECT DISTINCT ON (r.transaction_id, r.country) r.transaction_id, r.country, s.state
          FROM asked AS k
          JOIN receipt_confirmation AS r ON r.commitment_id = k.id
         CROSS JOIN LATERAL (
               SELECT w.state
                 FROM receipt_confirmation_state AS w
                 JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < at_leaf
                WHERE w.confirmation_id = r.id
                ORDER BY w.version DESC
                LIMIT 1) AS s
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    taken_up AS MATERIALIZED (
        SELECT w.commitment_id, w.country, min(w.day) FILTER (WHERE w.origin = 'imported') AS since
          FROM (SELECT k.id AS commitment_id, k.origin, i.country,
                       (e.at AT TIME ZONE 'UTC')::date AS day
                  FROM asked AS k
                  JOIN ownership_input AS i ON i.commitment_id = k.id
                  JOIN ownership_state AS s ON s.input_id = i.id AND s.state <> 'NOT_INVITED'
                  JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < at_leaf
                  JOIN ledger_entry AS e ON e.entry = s.entry
                 UNION ALL
                SELECT k.id, k.origin, r.country, (r.recorded_at AT TIME ZONE 'UTC')::date
                  FROM asked AS k
                  JOIN receipt_confirmation AS r ON r.commitment_id = k.id
                  JOIN ledger_leaf AS l ON l.entry = r.entry AND l.leaf_index < at_leaf) AS w
         GROUP BY 1, 2),
    received AS (
        SELECT d.donor, d.country, u.commitment_id IS NULL AS uninvited,
               greatest(d.day, u.since) < on_day - 60 AND u.commitment_id IS NOT NULL AS due,
               CASE WHEN c.state IS NULL AND p.transaction_id IS NOT NULL THEN 'UNCONFIRMED'
                    ELSE c.state END AS state
          FROM disbursement AS d
          LEFT JOIN LATERAL (
               SELECT w.transaction_id
                 FROM receipt_lapse AS w
                 JOIN ledger_leaf AS l ON l.entry = w.entry AND l.leaf_index < at_leaf
                WHERE w.transaction_id = d.id AND w.country = d.country) AS p ON true
          LEFT JOIN confirmed AS c ON c.transaction_id = d.id AND c.country = d.country
          LEFT JOIN taken_up AS u
            ON u.commitment_id = d.commitment_id AND u.country = d.country),
    counted AS (
        SELECT s.donor, s.country, count(*) AS inputs,
               count(*) FILTER (WHERE s.uninvited) AS not_invited,
               count(*) FILTER (WHERE s.due) AS due,
               count(*) FILTER (WHERE s.position = 'endorse') AS endorsed,
               count(*) FILTER (WHERE s.position = 'endorse_with_reservation')
                   AS endorsed_with_reservation,
               count(*) FILTER (WHERE s.position = 'request_change') AS change_requested,
               count(*) FILTER (WHERE s.position = 'contest') AS contested,
               count(*) FILTER (WHERE s.position IS NULL AND s.due) AS silent,
               count(*) FILTER (WHERE s.position IS NULL AND NOT s.due AND NOT s.uninvited)
                   AS awaited,
               count(*) FILTER (WHERE s.due AND NOT s.late) AS in_time,
               count(*) FILTER (WHERE s.position <> 'endorse') AS needing_answer,
               count(*) FILTER (WHERE s.answer = 'accepted') AS accepted,
               count(*) FILTER (WHERE s.answer = 'partly_accepted') AS partly_accepted,
               count(*) FILTER (WHERE s.answer = 'rejected') AS rejected,
               count(*) FILTER (WHERE s.position <> 'endorse' AND s.answer IS NULL) AS unanswered,
               count(*) FILTER (WHERE s.state = 'RESOLVED') AS resolved,
               count(*) FILTER (WHERE s.state = 'DISPUTED') AS disputed,
               count(*) FILTER (WHERE s.state = 'STANDING_DISAGREEMENT') AS standing_disagreement,
               0 AS disbursements, 0 AS disbursements_not_invited, 0 AS disbursements_due,
               0 AS confirmed_due, 0 AS confirmed, 0 AS reconciled, 0 AS confirmed_by_receiver,
               0 AS discrepant, 0 AS denied, 0 AS off_treasury, 0 AS escalated, 0 AS unconfirmed
          FROM said AS s
         GROUP BY s.donor, s.country
         UNION ALL
        SELECT r.donor, r.country, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*),
               count(*) FILTER (WHERE r.uninvited),
               count(*) FILTER (WHERE r.due),
               count(*) FILTER (WHERE r.due AND r.state = 'CONFIRMED'),
               count(*) FILTER (WHERE r.state = 'CONFIRMED'),
               count(*) FILTER (WHERE r.state = 'RECONCILED'),
               count(*) FILTER (WHERE r.state = 'CONFIRMED_BY_RECEIVER'),
               count(*) FILTER (WHERE r.state = 'DISCREPANT'),
               count(*) FILTER (WHERE r.state = 'DENIED'),
               count(*) FILTER (WHERE r.state = 'OFF_TREASURY'),
               count(*) FILTER (WHERE r.state = 'ESCALATED'),
               count(*) FILTER (WHERE r.state = 'UNCONFIRMED')
          FROM received AS r
         GROUP BY r.donor, r.country)
    SELECT c.* FROM counted AS c;
END
$$;
COMMENT ON FUNCTION rollup_ownership_of(uuid[], bigint, date) IS
    'What the ownership report counts of some commitments at a position and by a day; inputs and '
    'disbursements in rows of their own.';

CREATE FUNCTION rollup_turning(from_day date, to_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE
AS $$
    SELECT i.commitment_id
      FROM ownership_state AS s
      JOIN ownership_input AS i ON i.id = s.input_id
     WHERE s.due_on >= from_day AND s.due_on < to_day
     UNION
    -- Only where a government is asked, or has spoken, is a receipt ever due.
    SELECT t.commitment_id
      FROM transaction AS t
     WHERE t.transaction_type = '3'
       AND t.recorded_at >= (from_day - 60) AT TIME ZONE 'UTC'
       AND t.recorded_at < (to_day - 60) AT TIME ZONE 'UTC'
       AND EXISTS (SELECT FROM ownership_input AS i
                    WHERE i.commitment_id = t.commitment_id AND i.state <> 'NOT_INVITED')
     UNION
    SELECT t.commitment_id
      FROM transaction AS t
     WHERE t.transaction_type = '3'
       AND t.recorded_at >= (from_day - 60) AT TIME ZONE 'UTC'
       AND t.recorded_at < (to_day - 60) AT TIME ZONE 'UTC'
       AND EXISTS (SELECT FROM receipt_confirmation AS r
                    WHERE r.commitment_id = t.commitment_id)
     UNION
    SELECT t.commitment_id
      FROM transaction AS t
     WHERE t.transaction_type = '3'
       AND t.transaction_date > (t.recorded_at AT TIME ZONE 'UTC')::date
       AND t.transaction_date >= from_day - 60
       AND t.transaction_date < to_day - 60
     UNION
    -- A government takes an import up by what it says of it.
    SELECT i.commitment_id
      FROM ownership_position AS p
      JOIN ownership_input AS i ON i.id = p.input_id
     WHERE (p.recorded_at AT TIME ZONE 'UTC')::date >= from_day - 60
       AND (p.recorded_at AT TIME ZONE 'UTC')::date < to_day - 60
     UNION
    SELECT r.commitment_id
      FROM receipt_confirmation AS r
     WHERE (r.recorded_at AT TIME ZONE 'UTC')::date >= from_day - 60
       AND (r.recorded_at AT TIME ZONE 'UTC')::date < to_day - 60
$$;
COMMENT ON FUNCTION rollup_turning(date, date) IS
    'The commitments of which something may be due by the second day that was not by the first.';

CREATE FUNCTION rollup_ownership_fold(of_commitments uuid[], from_leaf bigint, from_day date,
                                      to_leaf bigint, to_day date)
RETURNS void
LANGUAGE sql
AS $$
    WITH moved AS (
        SELECT v.sign, o.*
          FROM (VALUES (-1, from_leaf, from_day), (1, to_leaf, to_day)) AS v (sign, leaf, day)
         CROSS JOIN LATERAL rollup_ownership_of(of_commitments, v.leaf, v.day) AS o)
    INSERT INTO rollup_ownership AS r
    SELECT m.donor, m.country, sum(m.sign * m.inputs), sum(m.sign * m.not_invited),
           sum(m.sign * m.due), sum(m.sign * m.endorsed),
           sum(m.sign * m.endorsed_with_reservation), sum(m.sign * m.change_requested),
           sum(m.sign * m.contested), sum(m.sign * m.silent), sum(m.sign * m.awaited),
           sum(m.sign * m.in_time), sum(m.sign * m.needing_answer), sum(m.sign * m.accepted),
           sum(m.sign * m.partly_accepted), sum(m.sign * m.rejected), sum(m.sign * m.unanswered),
           sum(m.sign * m.resolved), sum(m.sign * m.disputed),
           sum(m.sign * m.standing_disagreement), sum(m.sign * m.disbursements),
           sum(m.sign * m.disbursements_not_invited), sum(m.sign * m.disbursements_due),
           sum(m.sign * m.confirmed_due), sum(m.sign * m.confirmed), sum(m.sign * m.reconciled),
           sum(m.sign * m.confirmed_by_receiver), sum(m.sign * m.discrepant),
           sum(m.sign * m.denied), sum(m.sign * m.off_treasury), sum(m.sign * m.escalated),
           sum(m.sign * m.unconfirmed)
      FROM moved AS m
     GROUP BY m.donor, m.country
        ON CONFLICT (donor, country) DO UPDATE
       SET inputs = r.inputs + excluded.inputs,
           not_invited = r.not_invited + excluded.not_invited,
           due = r.due + excluded.due,
           endorsed = r.endorsed + excluded.endorsed,
           endorsed_with_reservation = r.endorsed_with_reservation
                                       + excluded.endorsed_with_reservation,
           change_requested = r.change_requested + excluded.change_requested,
           contested = r.contested + excluded.contested,
           silent = r.silent + excluded.silent,
           awaited = r.awaited + excluded.awaited,
           in_time = r.in_time + excluded.in_time,
           needing_answer = r.needing_answer + excluded.needing_answer,
           accepted = r.accepted + excluded.accepted,
           partly_accepted = r.partly_accepted + excluded.partly_accepted,
           rejected = r.rejected + excluded.rejected,
           unanswered = r.unanswered + excluded.unanswered,
           resolved = r.resolved + excluded.resolved,
           disputed = r.disputed + excluded.disputed,
           standing_disagreement = r.standing_disagreement + excluded.standing_disagreement,
           disbursements = r.disbursements + excluded.disbursements,
           disbursements_not_invited = r.disbursements_not_invited
                                       + excluded.disbursements_not_invited,
           disbursements_due = r.disbursements_due + excluded.disbursements_due,
           confirmed_due = r.confirmed_due + excluded.confirmed_due,
           confirmed = r.confirmed + excluded.confirmed,
           reconciled = r.reconciled + excluded.reconciled,
           confirmed_by_receiver = r.confirmed_by_receiver + excluded.confirmed_by_receiver,
           discrepant = r.discrepant + excluded.discrepant,
           denied = r.denied + excluded.denied,
           off_treasury = r.off_treasury + excluded.off_treasury,
           escalated = r.escalated + excluded.escalated,
           unconfirmed = r.unconfirmed + excluded.unconfirmed
$$;
COMMENT ON FUNCTION rollup_ownership_fold(uuid[], bigint, date, bigint, date) IS
    'Counts some commitments anew: as they stand at the second position and day instead of the first.';

-- ---------------------------------------------------------------- standing disagreements

CREATE FUNCTION rollup_disagreement_fold(of_commitments uuid[], to_leaf bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (
        DELETE FROM rollup_disagreement AS r WHERE r.commitment_id = ANY (of_commitments)
        RETURNING r.input_id)
    DELETE FROM rollup_disagreement_place AS p WHERE p.input_id IN (SELECT g.input_id FROM gone AS g);
    INSERT INTO rollup_disagreement (input_id, leaf_index, entry, commitment_id, donor, country,
                                     title, position, texts, since)
    SELECT i.id, l.leaf_index, s.entry, c.id, c.organisation_id, i.country, r.title, p.position,
           disagreement_texts_json(p.id, to_leaf), e.at
      FROM unnest(of_commitments) AS k (id)
      JOIN commitment AS c ON c.id = k.id
      JOIN ownership_input AS i ON i.commitment_id = c.id
      JOIN ownership_state AS s ON s.input_id = i.id AND s.state = 'STANDING_DISAGREEMENT'
      JOIN ledger_leaf AS l ON l.entry = s.entry AND l.leaf_index < to_leaf
      JOIN ledger_entry AS e ON e.entry = s.entry
      JOIN ownership_position AS p ON p.id = s.position_id
     CROSS JOIN LATERAL (
           SELECT w.revision
             FROM commitment_state AS w
             JOIN ledger_leaf AS h ON h.entry = w.entry AND h.leaf_index < to_leaf
            WHERE w.commitment_id = c.id AND w.published
            ORDER BY w.version DESC
            LIMIT 1) AS v
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = v.revision
     WHERE NOT EXISTS (SELECT FROM ownership_state AS n
                         JOIN ledger_leaf AS h ON h.entry = n.entry AND h.leaf_index < to_leaf
                        WHERE n.input_id = i.id AND n.version > s.version);
    INSERT INTO rollup_disagreement_place (input_id, sector, year, leaf_index, donor, country)
    SELECT DISTINCT d.input_id, a.sector, extract(year FROM t.transaction_date)::integer,
           d.leaf_index, d.donor, d.country
      FROM rollup_disagreement AS d
      JOIN transaction AS t ON t.commitment_id = d.commitment_id
                           AND t.transaction_type IN ('2', '3')
      JOIN ledger_leaf AS l ON l.entry = t.entry AND l.leaf_index < to_leaf
      JOIN allocation AS a ON a.transaction_id = t.id
     WHERE d.commitment_id = ANY (of_commitments);
END
$$;
COMMENT ON FUNCTION rollup_disagreement_fold(uuid[], bigint) IS
    'Looks anew at which disagreements stand on some commitments, and what is said of them.';

-- ---------------------------------------------------------------- folding

CREATE FUNCTION rollups_fold(most bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    held        rollup_progress;
    there       bigint := tree_size();
    until_leaf  bigint;
    until_day   date;
    touched     uuid[];
BEGIN
    SELECT p.* INTO held FROM rollup_progress AS p FOR UPDATE;
    until_leaf := least(there, held.tree_size + most);
    IF until_leaf <= held.tree_size THEN
        RETURN 0;
    END IF;
    SELECT (e.at AT TIME ZONE 'UTC')::date INTO until_day
      FROM ledger_leaf AS l
      JOIN ledger_entry AS e ON e.entry = l.entry
     WHERE l.leaf_index = until_leaf - 1;
    SELECT array_agg(w.id) INTO touched
      FROM (SELECT DISTINCT e.aggregate AS id
              FROM ledger_leaf AS l
              JOIN ledger_entry AS e ON e.entry = l.entry
             WHERE l.leaf_index >= held.tree_size AND l.leaf_index < until_leaf) AS w
     WHERE EXISTS (SELECT FROM commitment AS c WHERE c.id = w.id);
    PERFORM rollup_money_fold(held.tree_size, until_leaf);
    PERFORM rollup_disagreement_fold(touched, until_leaf);
    -- The day goes back, too, where the last statement of a turn was made before one of the turn before.
    IF until_day <> held.day THEN
        touched := ARRAY(SELECT unnest(touched)
                          UNION
                         SELECT t.id
                           FROM rollup_turning(least(held.day, until_day),
                                               greatest(held.day, until_day)) AS t (id));
    END IF;
    PERFORM rollup_ownership_fold(touched, held.tree_size, held.day, until_leaf, until_day);
    UPDATE rollup_progress SET tree_size = until_leaf, day = until_day;
    RETURN until_leaf - held.tree_size;
END
$$;
COMMENT ON FUNCTION rollups_fold(bigint) IS
    'Adds the next leaves to the rollups, at most so many; returns how many.';

-- No error in a rollup may keep a statement out of the log: reports then read the rows, and the next
-- turn tries again.
CREATE FUNCTION rollups_follow() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rollups_fold(4000);
    RETURN NULL;
EXCEPTION
    WHEN query_canceled OR OTHERS THEN
        RAISE WARNING 'the rollups stay behind: %', sqlerrm;
        RETURN NULL;
END
$$;
COMMENT ON FUNCTION rollups_follow() IS
    'Trigger: what has got its place in the log is added to the rollups.';
CREATE TRIGGER ledger_leaf_rolled_up AFTER INSERT ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION rollups_follow();

CREATE PROCEDURE rollups_make()
LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE rollup_portfolio, rollup_group, rollup_group_country, rollup_ownership,
             rollup_disagreement, rollup_disagreement_place;
    UPDATE rollup_progress SET tree_size = 0, day = NULL;
    WHILE rollups_fold(100000) > 0
    LOOP
        NULL;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE rollups_make() IS 'Makes the rollups anew from the rows.';

-- ---------------------------------------------------------------- reading

CREATE FUNCTION report_is_current() RETURNS boolean
LANGUAGE sql STABLE
AS $$ SELECT p.tree_size = report_position() FROM rollup_progress AS p $$;
COMMENT ON FUNCTION report_is_current() IS
    'Whether the rollups hold exactly the position this report is bound to.';

CREATE FUNCTION report_donors(asked text) RETURNS uuid[]
LANGUAGE sql STABLE
AS $$
    SELECT ARRAY(SELECT o.id FROM organisation AS o WHERE o.identifier = asked
                  UNION
                 SELECT o.id FROM organisation AS o WHERE o.id::text = asked)
$$;
COMMENT ON FUNCTION report_donors(text) IS
    'The organisation a report is asked for, by its identifier or id.';

ALTER FUNCTION report_disagreements(jsonb) RENAME TO report_disagreements_at;
COMMENT ON FUNCTION report_disagreements_at(jsonb) IS
    'report_disagreements() from the versioned rows, for any position.';

CREATE FUNCTION rollup_disagreements(of_donor text, of_country text, of_sector text,
                                     of_year integer, OUT counted bigint, OUT first_items json)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    donors uuid[] := CASE WHEN of_donor IS NOT NULL THEN report_donors(of_donor) END;
    firsts uuid[];
BEGIN
    IF of_sector IS NULL AND of_year IS NULL THEN
        SELECT count(*),
               (array_agg(d.input_id ORDER BY d.leaf_index))[1:20]
          INTO counted, firsts
          FROM rollup_disagreement AS d
         WHERE (donors IS NULL OR d.donor = ANY (donors))
           AND (of_country IS NULL OR d.country = of_country);
    ELSE
        SELECT count(*), (array_agg(d.input_id ORDER BY d.leaf_index))[1:20]
          INTO counted, firsts
          FROM (SELECT DISTINCT p.input_id, p.leaf_index
                  FROM rollup_disagreement_place AS p
                 WHERE (of_sector IS NULL OR p.sector = of_sector)
                   AND (of_year IS NULL OR p.year = of_year)
                   AND (donors IS NULL OR p.donor = ANY (donors))
                   AND (of_country IS NULL OR p.country = of_country)) AS d;
    END IF;
    SELECT coalesce(json_agg(json_build_object(
               'commitment', json_build_object(
                   'id', d.commitment_id, 'title', d.title,
                   'organisation', organisation_reference(d.donor)),
               'country', d.country, 'ownership_input_id', d.input_id, 'position', d.position,
               'texts', d.texts, 'entry', d.entry, 'since', rfc3339(d.since))
               ORDER BY d.leaf_index), '[]')
      INTO first_items
      FROM rollup_disagreement AS d
     WHERE d.input_id = ANY (firsts);
END
$$;
COMMENT ON FUNCTION rollup_disagreements(text, text, text, integer) IS
    'How many disagreements stand now on what these filters leave, and the first 20 of them.';

CREATE FUNCTION report_disagreements(filters jsonb, OUT counted bigint, OUT first_items json,
                                     OUT list text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_country text := coalesce(filters ->> 'country', filters ->> 'recipient');
BEGIN
    IF NOT report_is_current() THEN
        SELECT d.* INTO counted, first_items, list FROM report_disagreements_at(filters) AS d;
        RETURN;
    END IF;
    SELECT d.* INTO counted, first_items
      FROM rollup_disagreements(filters ->> 'donor', of_country, filters ->> 'sector',
                                (filters ->> 'year')::integer) AS d;
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

-- What every report asks first is planned once, whatever its lane does with the report itself. And what
-- has a setting of its own is not planned as a part of the report, which of the newest position never
-- calls it: planning took 15 times as long as the rest.
ALTER FUNCTION report_enter(text, jsonb) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION report_disbursements() SET jit = off;
ALTER FUNCTION report_inputs() SET jit = off;

-- ---------------------------------------------------------------- who may

-- What is counted is of public commitments: that is asked once for each, not once for each row.
DO $$
DECLARE
    followed text;
BEGIN
    FOREACH followed IN ARRAY ARRAY['transaction', 'allocation', 'commitment_state',
                                    'ownership_input', 'ownership_state', 'ownership_position',
                                    'ownership_answer', 'receipt_confirmation',
                                    'receipt_confirmation_state', 'receipt_lapse']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO aidledger_sealer USING (true)',
                       followed || '_roll_up', followed);
    END LOOP;
END
$$;
GRANT SELECT ON commitment, commitment_state, commitment_revision, transaction, allocation,
      ownership_input, ownership_state, ownership_position, ownership_answer,
      ownership_disagreement, receipt_confirmation, receipt_confirmation_state, receipt_lapse,
      country_group_membership, organisation
   TO aidledger_sealer;
GRANT SELECT, INSERT, UPDATE ON rollup_portfolio, rollup_group, rollup_group_country,
      rollup_ownership
   TO aidledger_sealer;
GRANT SELECT, INSERT, DELETE ON rollup_disagreement, rollup_disagreement_place TO aidledger_sealer;
GRANT SELECT, UPDATE ON rollup_progress TO aidledger_sealer;
GRANT SELECT ON rollup_progress, rollup_portfolio, rollup_group, rollup_group_country,
      rollup_ownership, rollup_disagreement, rollup_disagreement_place
   TO aidledger_reporter;
GRANT EXECUTE ON FUNCTION rollup_parts(bigint, bigint, text[]), rollup_memberships(bigint),
      rollup_standing(bigint, text[], date[]), rollup_money_fold(bigint, bigint),
      rollup_ownership_of(uuid[], bigint, date), rollup_turning(date, date),
      rollup_ownership_fold(uuid[], bigint, date, bigint, date),
      rollup_disagreement_fold(uuid[], bigint), rollups_fold(bigint), rollups_follow(),
      disagreement_texts_json(uuid, bigint), ledger_holds(uuid, bigint), caller_organisation(),
      caller_country(), caller_has_role(text), caller_reads_all()
   TO aidledger_sealer;
GRANT EXECUTE ON FUNCTION report_is_current(), report_donors(text), report_disagreements(jsonb),
      report_disagreements_at(jsonb), rollup_disagreements(text, text, text, integer)
   TO aidledger_reporter;

CALL rollups_make();
