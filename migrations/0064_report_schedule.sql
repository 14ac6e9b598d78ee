-- What was promised for a year, as it was known at a time, beside what was paid: predictability.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION fiscal_year_start(year integer, start_month integer, start_day integer, label text)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT make_date(year - CASE WHEN label = 'end_year' AND (start_month, start_day) <> (1, 1)
                                 THEN 1 ELSE 0 END, start_month, start_day)
$$;
COMMENT ON FUNCTION fiscal_year_start(integer, integer, integer, text) IS
    'The first day of the fiscal year of this name: the inverse of fiscal_year().';

CREATE FUNCTION report_calendars()
RETURNS TABLE (country text, start_month integer, start_day integer, label text)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (f.country) f.country, f.start_month, f.start_day, f.label
      FROM ledger_leaf AS l
      JOIN fiscal_calendar AS f ON f.entry = l.entry
     WHERE l.leaf_index < report_position() AND f.country IS NOT NULL
     ORDER BY f.country, f.ordinal DESC
$$;
COMMENT ON FUNCTION report_calendars() IS
    'The fiscal calendars of countries as stated up to the report''s position; the calendar year '
    'holds for a country that is not in it.';

CREATE FUNCTION report_schedules()
RETURNS TABLE (commitment_id uuid, donor uuid, schedule integer, known_at timestamptz,
               revision integer)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (s.commitment_id, s.schedule)
           s.commitment_id, c.organisation_id, s.schedule, e.at, s.revision
      FROM ledger_leaf AS l
      JOIN commitment_state AS s ON s.entry = l.entry
      JOIN ledger_entry AS e ON e.entry = l.entry
      JOIN commitment AS c ON c.id = s.commitment_id
     WHERE l.leaf_index < report_position()
       AND s.published
     ORDER BY s.commitment_id, s.schedule, s.version
$$;
COMMENT ON FUNCTION report_schedules() IS
    'The versions of the forward schedule of each public commitment up to the report''s position, '
    'from when each was known, and the content it came with. One without a version says from when '
    'the commitment was public without a schedule.';

CREATE FUNCTION report_instalments(target text, of_set uuid)
RETURNS TABLE (commitment_id uuid, schedule integer, ordinal integer, country text, due_on date,
               value_date date, currency text, amount numeric, stated_currency text, stated numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH instalment AS MATERIALIZED (
        SELECT p.commitment_id, p.schedule, p.ordinal, p.value_date, p.currency, p.amount,
               coalesce(p.period_end, p.period_start) AS due_on,
               parts_with_share(r.recipients) AS recipients
          FROM report_schedules() AS s
          JOIN planned_disbursement AS p
            ON p.commitment_id = s.commitment_id AND p.schedule = s.schedule
          JOIN commitment_revision AS r
            ON r.commitment_id = s.commitment_id AND r.revision = s.revision),
    part AS (
        SELECT i.commitment_id, i.schedule, i.ordinal, i.due_on, i.value_date, i.currency,
               i.recipients #>> '{0,country}' AS country, i.amount
          FROM instalment AS i
         WHERE jsonb_array_length(i.recipients) = 1
         UNION ALL
        SELECT i.commitment_id, i.schedule, i.ordinal, i.due_on, i.value_date, i.currency,
               i.recipients #>> ARRAY[(p.ordinal - 1)::text, 'country'], p.part
          FROM instalment AS i
          JOIN currency AS u ON u.code = i.currency
         CROSS JOIN LATERAL largest_remainder(
                   i.amount, greatest(scale(trim_scale(i.amount)), u.minor_unit),
                   (SELECT w.weights
                      FROM share_weights(ARRAY(
                           SELECT e.value ->> 'share'
                             FROM jsonb_array_elements(i.recipients) WITH ORDINALITY AS e
                            ORDER BY e.ordinality)) AS w)) AS p
         WHERE jsonb_array_length(i.recipients) > 1),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency AS stated, p.value_date AS day FROM part AS p) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f)
    SELECT p.commitment_id, p.schedule, p.ordinal, p.country, p.due_on, p.value_date, f.currency,
           report_amount(p.amount, f.numerator, f.denominator), p.currency, p.amount
      FROM part AS p
      JOIN factor AS f ON f.stated = p.currency AND f.day = p.value_date;
END
$$;
COMMENT ON FUNCTION report_instalments(text, uuid) IS
    'The instalments of every version of a schedule up to the report''s position, split over the '
    'recipients of the content it came with as payments are; due on the last day of their period. '
    'Converted at their value date when a currency and a rate set are named.';

CREATE FUNCTION report_payments(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, country text,
               transaction_date date, value_date date, currency text, amount numeric,
               stated_currency text, stated numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT t.id, t.commitment_id, t.organisation_id, a.country, t.transaction_date,
               t.value_date, t.currency, sum(a.amount) AS amount
          FROM ledger_leaf AS l
          JOIN transaction AS t ON t.entry = l.entry
          JOIN allocation AS a ON a.transaction_id = t.id
         WHERE l.leaf_index < report_position()
           AND t.transaction_type = '3'
           AND t.in_kind IS NULL
         GROUP BY t.id, a.country),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency AS stated, p.value_date AS day FROM part AS p) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f)
    SELECT p.id, p.commitment_id, p.organisation_id, p.country, p.transaction_date, p.value_date,
           f.currency, report_amount(p.amount, f.numerator, f.denominator), p.currency, p.amount
      FROM part AS p
      JOIN factor AS f ON f.stated = p.currency AND f.day = p.value_date;
END
$$;
COMMENT ON FUNCTION report_payments(text, uuid) IS
    'The disbursements in cash to each country up to the report''s position, record by record: one '
    'that adjusts another counts with its sign and on its own date.';

CREATE FUNCTION report_promises(target text, of_set uuid)
RETURNS TABLE (donor uuid, commitment_id uuid, country text, year integer, currency text,
               disbursed numeric, at_start_schedule integer, at_start numeric,
               at_payment_schedule integer, at_payment numeric, now_schedule integer,
               now_ numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    version AS MATERIALIZED (
        SELECT s.* FROM report_schedules() AS s),
    paid AS (
        SELECT p.commitment_id, p.country, p.currency,
               fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                           coalesce(k.start_day, 1), k.label) AS year,
               sum(p.amount) AS amount, max(p.transaction_date) AS last_on
          FROM report_payments(target, of_set) AS p
          LEFT JOIN calendar AS k ON k.country = p.country
         GROUP BY 1, 2, 3, 4),
    promised AS MATERIALIZED (
        SELECT i.commitment_id, i.country, i.currency, i.schedule,
               fiscal_year(i.due_on, coalesce(k.start_month, 1), coalesce(k.start_day, 1),
                           k.label) AS year,
               sum(i.amount) AS amount
          FROM report_instalments(target, of_set) AS i
          LEFT JOIN calendar AS k ON k.country = i.country
         GROUP BY 1, 2, 3, 4, 5),
    cell AS (
        SELECT p.commitment_id, p.country, p.currency, p.year FROM paid AS p
         UNION
        SELECT p.commitment_id, p.country, p.currency, p.year FROM promised AS p),
    bounded AS (
        SELECT c.*, coalesce(p.amount, 0) AS disbursed, b.starts_on,
               coalesce(p.last_on, b.ends_before) AS last_on
          FROM cell AS c
          LEFT JOIN calendar AS k ON k.country = c.country
          LEFT JOIN paid AS p
            ON p.commitment_id = c.commitment_id AND p.country IS NOT DISTINCT FROM c.country
           AND p.currency = c.currency AND p.year = c.year
         CROSS JOIN LATERAL (
               SELECT fiscal_year_start(c.year, coalesce(k.start_month, 1),
                                        coalesce(k.start_day, 1), k.label) AS starts_on,
                      fiscal_year_start(c.year + 1, coalesce(k.start_month, 1),
                                        coalesce(k.start_day, 1), k.label) AS ends_before) AS b
         WHERE b.ends_before <= (SELECT report_day())),
    -- A version of 0: the commitment was public then, and nothing was scheduled.
    known AS (
        SELECT b.commitment_id, b.country, b.currency, b.year, b.disbursed, v.donor,
               max(coalesce(v.schedule, 0)) FILTER (
                   WHERE v.known_at < b.starts_on::timestamp AT TIME ZONE 'UTC') AS at_start,
               max(coalesce(v.schedule, 0)) FILTER (
                   WHERE v.known_at < b.last_on::timestamp AT TIME ZONE 'UTC') AS at_payment,
               max(coalesce(v.schedule, 0)) AS now_
          FROM bounded AS b
          JOIN version AS v ON v.commitment_id = b.commitment_id
         GROUP BY b.commitment_id, b.country, b.currency, b.year, b.disbursed, v.donor),
    held AS (
        SELECT k.*, p.schedule, p.amount
          FROM known AS k
          LEFT JOIN promised AS p
            ON p.commitment_id = k.commitment_id AND p.country IS NOT DISTINCT FROM k.country
           AND p.currency = k.currency AND p.year = k.year
           AND p.schedule IN (k.at_start, k.at_payment, k.now_))
    SELECT h.donor, h.commitment_id, h.country, h.year, h.currency, h.disbursed,
           h.at_start, CASE WHEN h.at_start IS NOT NULL
                            THEN coalesce(sum(h.amount) FILTER (WHERE h.schedule = h.at_start), 0)
                            END,
           h.at_payment, CASE WHEN h.at_payment IS NOT NULL
                              THEN coalesce(sum(h.amount) FILTER (WHERE h.schedule = h.at_payment),
                                            0) END,
           h.now_, coalesce(sum(h.amount) FILTER (WHERE h.schedule = h.now_), 0)
      FROM held AS h
     GROUP BY h.donor, h.commitment_id, h.country, h.year, h.currency, h.disbursed, h.at_start,
              h.at_payment, h.now_;
END
$$;
COMMENT ON FUNCTION report_promises(text, uuid) IS
    'What each public commitment disbursed to a country in a year that has ended by the report''s '
    'day, and what was scheduled for it: as known before the year began, before the day of its '
    'last payment (before the year ended, where there was none), and now. Null when the ledger did '
    'not hold the commitment by then. Years are those of the country.';

GRANT EXECUTE ON FUNCTION fiscal_year_start(integer, integer, integer, text), report_calendars(),
      report_schedules(), report_instalments(text, uuid), report_payments(text, uuid),
      report_promises(text, uuid)
   TO aidledger_reporter;

-- ---------------------------------------------------------------- the years ahead

CREATE FUNCTION report_forward(target text, of_set uuid)
RETURNS TABLE (donor uuid, country text, year integer, currency text, disbursed numeric,
               years_ahead integer, known boolean, in_force bigint, scheduled_commitments bigint,
               uncovered bigint, unplaced bigint, scheduled numeric, scheduled_placed numeric,
               falling numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH calendar AS MATERIALIZED (
        SELECT c.* FROM report_calendars() AS c),
    version AS MATERIALIZED (
        SELECT s.* FROM report_schedules() AS s),
    content AS MATERIALIZED (
        SELECT s.commitment_id, s.revision, min(e.at) AS known_at
          FROM ledger_leaf AS l
          JOIN commitment_state AS s ON s.entry = l.entry AND s.published
          JOIN ledger_entry AS e ON e.entry = l.entry
         WHERE l.leaf_index < report_position()
         GROUP BY s.commitment_id, s.revision),
    closing AS MATERIALIZED (
        SELECT s.commitment_id, min(e.at) AS at
          FROM ledger_leaf AS l
          JOIN commitment_state AS s ON s.entry = l.entry AND s.status IN ('CANCELLED', 'CLOSED')
          JOIN ledger_entry AS e ON e.entry = l.entry
         WHERE l.leaf_index < report_position()
         GROUP BY s.commitment_id),
    base AS MATERIALIZED (
        SELECT p.donor, p.country, p.currency, y.year, sum(p.amount) AS disbursed
          FROM report_payments(target, of_set) AS p
          LEFT JOIN calendar AS k ON k.country = p.country
         CROSS JOIN LATERAL (
               SELECT fiscal_year(p.transaction_date, coalesce(k.start_month, 1),
                                  coalesce(k.start_day, 1), k.label) AS year) AS y
         WHERE p.country IS NOT NULL
         GROUP BY p.donor, p.country, p.currency, y.year
        HAVING sum(p.amount) > 0),
    ahead AS MATERIALIZED (
        SELECT b.*, n.k AS years_ahead, d.asked_at, d.starts_on, d.ends_before
          FROM base AS b
          LEFT JOIN calendar AS c ON c.country = b.country
         CROSS JOIN generate_series(1, 3) AS n (k)
         CROSS JOIN LATERAL (
               SELECT fiscal_year_start(b.year + 1, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS asked_on,
                      fiscal_year_start(b.year + n.k, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS starts_on,
                      fiscal_year_start(b.year + n.k + 1, coalesce(c.start_month, 1),
                                        coalesce(c.start_day, 1), c.label) AS ends_before) AS x
         CROSS JOIN LATERAL (
               SELECT x.asked_on::timestamp AT TIME ZONE 'UTC' AS asked_at, x.starts_on,
                      x.ends_before) AS d
         WHERE x.asked_on <= (SELECT report_day())),
    member AS MATERIALIZED (
        SELECT DISTINCT c.organisation_id AS donor, n.country, t.commitment_id
          FROM content AS t
          JOIN commitment AS c ON c.id = t.commitment_id
          JOIN commitment_revision AS r
            ON r.commitment_id = t.commitment_id AND r.revision = t.revision
         CROSS JOIN LATERAL unnest(r.countries) AS n (country)),
    -- What the ledger held of each commitment of the pair when the year ended.
    asked AS MATERIALIZED (
        SELECT a.country, a.asked_at, m.commitment_id, a.donor,
               max(coalesce(v.schedule, 0)) AS schedule
          FROM (SELECT DISTINCT w.donor, w.country, w.asked_at FROM ahead AS w) AS a
          JOIN member AS m ON m.donor = a.donor AND m.country = a.country
          JOIN version AS v ON v.commitment_id = m.commitment_id AND v.known_at < a.asked_at
          LEFT JOIN closing AS e ON e.commitment_id = m.commitment_id
         WHERE e.at IS NULL OR e.at >= a.asked_at
         GROUP BY a.country, a.asked_at, m.commitment_id, a.donor),
    held AS MATERIALIZED (
        SELECT a.donor, a.country, a.asked_at, a.commitment_id, a.schedule,
               max(t.revision) AS revision
          FROM asked AS a
          JOIN content AS t ON t.commitment_id = a.commitment_id AND t.known_at < a.asked_at
         GROUP BY a.donor, a.country, a.asked_at, a.commitment_id, a.schedule),
    promised AS MATERIALIZED (
        SELECT i.commitment_id, i.country, i.currency, i.schedule, i.due_on, sum(i.amount) AS amount
          FROM report_instalments(target, of_set) AS i
         GROUP BY 1, 2, 3, 4, 5),
    known AS MATERIALIZED (
        SELECT a.donor, a.country, a.currency, a.year, a.years_ahead, a.starts_on, a.ends_before,
               h.commitment_id, r.start_date, r.end_date, f.currency AS falls_in,
               CASE WHEN s.numerator IS NOT NULL
                    THEN report_amount(r.amount, f.numerator * s.numerator,
                                       f.denominator * s.denominator * 100) END AS part,
               h.schedule
          FROM ahead AS a
          JOIN held AS h
            ON h.donor = a.donor AND h.country = a.country AND h.asked_at = a.asked_at
          JOIN commitment_revision AS r
            ON r.commitment_id = h.commitment_id AND r.revision = h.revision
          LEFT JOIN LATERAL (
               SELECT w.numerator, w.denominator
                 FROM jsonb_array_elements(r.recipients) AS e
                CROSS JOIN share_fraction(e.value ->> 'share') AS w
                WHERE e.value ->> 'country' = h.country
                LIMIT 1) AS s ON true
         CROSS JOIN LATERAL report_factor(target, of_set, r.currency, r.commitment_date) AS f
         WHERE h.country = ANY (r.countries)),
    planned AS (
        SELECT k.donor, k.country, k.currency, k.year, k.years_ahead, k.starts_on, k.ends_before,
               k.commitment_id, k.start_date, k.end_date, k.falls_in, k.part,
               coalesce(sum(p.amount), 0) AS amount
          FROM known AS k
          LEFT JOIN promised AS p
            ON p.commitment_id = k.commitment_id AND p.country = k.country
           AND p.currency = k.currency AND p.schedule = k.schedule
           AND p.due_on >= k.starts_on AND p.due_on < k.ends_before
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    placed AS (
        SELECT p.*,
               coalesce(p.end_date >= p.starts_on, true)
               AND coalesce(p.start_date < p.ends_before, true) AS runs,
               p.start_date IS NOT NULL AND p.end_date IS NOT NULL AND p.part IS NOT NULL
               AND p.falls_in = p.currency AS has_place,
               greatest(least(p.end_date + 1, p.ends_before)
                        - greatest(p.start_date, p.starts_on), 0) AS days,
               p.end_date + 1 - p.start_date AS all_days
          FROM planned AS p)
    SELECT a.donor, a.country, a.year, a.currency, a.disbursed, a.years_ahead,
           count(p.commitment_id) > 0, count(*) FILTER (WHERE p.runs),
           count(*) FILTER (WHERE p.amount > 0),
           count(*) FILTER (WHERE p.runs AND p.amount = 0),
           count(*) FILTER (WHERE p.runs AND NOT p.has_place),
           coalesce(sum(p.amount), 0),
           coalesce(sum(p.amount) FILTER (WHERE p.has_place), 0),
           coalesce(sum(CASE WHEN p.days = 0 THEN 0
                             ELSE money_multiplied(p.part, p.days, p.all_days) END)
                        FILTER (WHERE p.has_place), 0)
      FROM ahead AS a
      LEFT JOIN placed AS p
        ON (p.donor, p.country, p.currency, p.year, p.years_ahead)
           = (a.donor, a.country, a.currency, a.year, a.years_ahead)
     GROUP BY a.donor, a.country, a.year, a.currency, a.disbursed, a.years_ahead;
END
$$;
COMMENT ON FUNCTION report_forward(text, uuid) IS
    'For each donor, country and year that has ended and in which money was disbursed: what was '
    'scheduled for each of the three years after it, as known when it ended, on how many of the '
    'commitments that run then, and how much of the commitments falls in those years, day by day.';

GRANT EXECUTE ON FUNCTION report_forward(text, uuid) TO aidledger_reporter;
