-- GET /v1/reports/predictability
-- What was disbursed in a year as scheduled for it and beyond, by the schedule as known at three times.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    currency   query   currency  optional
-- $5    rate_set   query   uuid      optional
WITH promise AS MATERIALIZED (
    SELECT p.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name
      FROM report_promises($4::text, $5::uuid, report_scope($1::text, $2::text), $2) AS p
      JOIN organisation AS o ON o.id = p.donor
     WHERE $3::integer IS NULL OR p.year = $3),
viewed AS (
    SELECT p.donor_key, p.donor_name, p.country, p.year, p.currency, v.place, v.view,
           v.scheduled, greatest(p.disbursed, 0) AS disbursed,
           CASE WHEN v.place > 1 THEN abs(v.scheduled - p.at_start) END AS moved, p.at_start
      FROM promise AS p
     CROSS JOIN LATERAL (VALUES (1, 'start_of_year', p.at_start),
                                (2, 'last_revision', p.at_payment),
                                (3, 'now', p.now_)) AS v (place, view, scheduled)),
told AS (
    SELECT w.donor_key, w.donor_name, w.country, w.year, w.currency, w.place, w.view,
           count(*) FILTER (WHERE w.scheduled IS NOT NULL) AS commitments,
           sum(w.scheduled) AS scheduled,
           sum(w.disbursed) FILTER (WHERE w.scheduled IS NOT NULL) AS disbursed,
           sum(least(w.disbursed, w.scheduled)) FILTER (WHERE w.scheduled IS NOT NULL) AS within,
           sum(greatest(w.disbursed - w.scheduled, 0)) AS beyond,
           sum(w.disbursed) FILTER (WHERE w.scheduled = 0) AS unscheduled,
           sum(w.disbursed) FILTER (WHERE w.scheduled IS NULL) AS not_known,
           sum(w.moved) AS moved,
           sum(w.at_start) FILTER (WHERE w.moved IS NOT NULL) AS moved_of
      FROM viewed AS w
     GROUP BY w.donor_key, w.donor_name, w.country, w.year, w.currency, w.place, w.view),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.stated_currency AS currency, '3' AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM report_payments($4, $5, report_scope(NULL, $2), $2) AS p
             WHERE $4 IS NOT NULL AND p.amount = 'NaN'
             GROUP BY p.stated_currency) AS m)
SELECT t.donor_key AS donor, t.donor_name, t.country, t.year, t.currency,
       t.view AS schedule_as_known, t.commitments,
       CASE WHEN t.commitments > 0 THEN report_sum(t.scheduled, u.minor_unit, $4) END AS scheduled,
       CASE WHEN t.commitments > 0 THEN report_sum(t.disbursed, u.minor_unit, $4) END AS disbursed,
       CASE WHEN t.commitments > 0 THEN report_sum(t.within, u.minor_unit, $4) END
           AS within_schedule,
       CASE WHEN t.commitments > 0 THEN report_sum(t.beyond, u.minor_unit, $4) END
           AS beyond_schedule,
       CASE WHEN t.commitments > 0 THEN report_sum(t.unscheduled, u.minor_unit, $4) END
           AS unscheduled,
       report_share(t.within, t.scheduled) AS as_scheduled,
       CASE WHEN t.disbursed > 0 THEN report_share(t.beyond, t.disbursed)
            WHEN t.scheduled > 0 THEN '0.00' END AS beyond_rate,
       report_share(least(t.disbursed, t.scheduled), t.scheduled) AS as_scheduled_of_sums,
       CASE WHEN t.disbursed > 0
            THEN report_share(greatest(t.disbursed - t.scheduled, 0), t.disbursed)
            WHEN t.scheduled > 0 THEN '0.00' END AS beyond_rate_of_sums,
       report_sum(t.not_known, u.minor_unit, $4) AS disbursed_not_known,
       report_share(t.moved, t.moved_of) AS churn,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($4, $5) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($4, $5, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN told AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.donor_key COLLATE "C", t.country COLLATE "C", t.year,
                          t.currency COLLATE "C", t.place)
 ORDER BY row_number() OVER place
