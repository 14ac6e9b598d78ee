-- GET /v1/reports/data-limitations
-- What the data behind every report does not tell: unlinked money, silence, imports, stale donors.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
WITH known AS MATERIALIZED (
    SELECT c.* FROM report_commitments(report_scope($1::text, $2::text)) AS c),
agreed AS MATERIALIZED (
    SELECT c.* FROM known AS c WHERE $2 IS NULL OR $2 = ANY (c.countries)),
input AS MATERIALIZED (
    SELECT i.*, coalesce(i.due_on < (SELECT report_day()), false) AS due
      FROM report_inputs(report_scope($1, $2), $2) AS i
      JOIN agreed AS c ON c.commitment_id = i.commitment_id),
link AS MATERIALIZED (
    SELECT DISTINCT k.commitment_id
      FROM report_links(NULL, report_scope($1, $2)) AS k
     WHERE k.framework = 'C11'),
committed AS MATERIALIZED (
    SELECT p.commitment_id, p.currency, p.country, p.sector, p.amount, p.aid_type, p.tied_status
      FROM report_parts(report_scope($1, $2), $2, ARRAY['2']) AS p
     WHERE NOT p.in_kind),
part AS MATERIALIZED (
    SELECT p.commitment_id, p.currency, p.country, p.sector, p.amount,
           k.commitment_id IS NOT NULL AS is_linked,
           coalesce(i.state = 'NOT_INVITED', false) AS uninvited
      FROM committed AS p
      JOIN agreed AS c ON c.commitment_id = p.commitment_id
      LEFT JOIN link AS k ON k.commitment_id = p.commitment_id
      LEFT JOIN input AS i ON i.commitment_id = p.commitment_id AND i.country = p.country),
money AS (
    SELECT p.currency, sum(p.amount) AS committed,
           coalesce(sum(p.amount) FILTER (WHERE p.uninvited), 0) AS uninvited,
           coalesce(sum(p.amount) FILTER (WHERE NOT p.is_linked), 0) AS unlinked,
           coalesce(sum(p.amount) FILTER (WHERE p.country IS NULL), 0) AS without_country,
           coalesce(sum(p.amount) FILTER (WHERE p.sector IS NULL), 0) AS without_sector
      FROM part AS p
     GROUP BY p.currency),
tying AS (
    SELECT p.currency, sum(p.amount) AS committed,
           coalesce(sum(p.amount) FILTER (
               WHERE NOT tying_is_said(coalesce(p.tied_status, c.tied_status))), 0) AS unreported
      FROM committed AS p
      JOIN known AS c ON c.commitment_id = p.commitment_id
     WHERE tying_left_out(coalesce(p.aid_type, c.aid_type)) IS NULL
     GROUP BY p.currency),
spoken AS (
    SELECT s.last_on
      FROM report_spoken(ARRAY(SELECT DISTINCT c.donor FROM agreed AS c)) AS s),
record AS (
    SELECT count(*) AS records,
           count(*) FILTER (WHERE t.transaction_date > t.reported_on) AS ahead
      FROM report_records(report_scope($1, $2)) AS t
      JOIN agreed AS c ON c.commitment_id = t.commitment_id),
receipt AS (
    SELECT count(*) FILTER (WHERE r.due) AS due,
           count(*) FILTER (WHERE r.due AND r.outcome IS NULL) AS unanswered
      FROM report_receipts(NULL, NULL, report_scope($1, $2), $2) AS r
      JOIN agreed AS c ON c.commitment_id = r.commitment_id
     WHERE r.invited),
silence AS (
    SELECT count(*) AS asked, count(*) FILTER (WHERE s.positions = 0) AS silent
      FROM (SELECT i.country, count(i.position_id) AS positions
              FROM input AS i WHERE i.due GROUP BY i.country) AS s),
told AS (
    SELECT r.*, NULL AS currency
      FROM (SELECT count(*) AS commitments,
                   count(*) FILTER (WHERE c.origin = 'imported') AS imported,
                   count(*) FILTER (WHERE k.commitment_id IS NULL) AS unlinked,
                   count(*) FILTER (WHERE c.ict_significance IS NULL) AS unmarked,
                   count(*) FILTER (WHERE c.status NOT IN ('CANCELLED', 'CLOSED')) AS running,
                   count(*) FILTER (WHERE c.status NOT IN ('CANCELLED', 'CLOSED')
                                      AND c.schedule IS NULL) AS unscheduled
              FROM agreed AS c
              LEFT JOIN link AS k ON k.commitment_id = c.commitment_id) AS c
     CROSS JOIN (SELECT count(*) AS inputs,
                        count(*) FILTER (WHERE i.state = 'NOT_INVITED') AS uninvited,
                        count(*) FILTER (WHERE i.due) AS due,
                        count(*) FILTER (WHERE i.due AND i.position_id IS NULL) AS silent
                   FROM input AS i) AS i
     CROSS JOIN silence AS s
     CROSS JOIN receipt AS e
     CROSS JOIN record AS d
     CROSS JOIN (SELECT count(*) AS donors,
                        count(*) FILTER (WHERE w.last_on < (SELECT report_day()) - 365) AS stale
                   FROM spoken AS w) AS w
     CROSS JOIN LATERAL (VALUES
           (1, 'imported_commitments', c.imported::numeric, c.commitments::numeric,
               'Commitments that were imported from published files / all.'),
           (2, 'imports_not_taken_up', i.uninvited, i.inputs,
               'Commitments and countries of imports that nobody has taken up / all.'),
           (4, 'unlinked_commitments', c.unlinked, c.commitments,
               'Commitments linked to no item of C11 / all.'),
           (8, 'silent_inputs', i.silent, i.due,
               'Positions that were due and are not lodged / due.'),
           (9, 'silent_recipients', s.silent, s.asked,
               'Countries that lodged none of the positions that were due / countries asked.'),
           (10, 'stale_donors', w.stale, w.donors,
               'Donors that have said nothing for a year / donors.'),
           (11, 'unanswered_receipts', e.unanswered, e.due,
               'Disbursements due to be confirmed of which the government said nothing / due.'),
           (12, 'commitments_without_schedule', c.unscheduled, c.running,
               'Running commitments without a forward schedule / running.'),
           (13, 'ict_not_marked', c.unmarked, c.commitments,
               'Commitments that do not say whether they are for ICT / all.'),
           (15, 'records_dated_ahead', d.ahead, d.records,
               'Transactions dated later than the day they were recorded / all.'))
           AS r (place, limitation, numerator, denominator, meaning)
     WHERE c.commitments > 0
     UNION ALL
    SELECT r.*, m.currency
      FROM money AS m
     CROSS JOIN LATERAL (VALUES
           (3, 'imports_not_taken_up_money', m.uninvited, m.committed,
               'Money of imports that the government has not taken up / committed.'),
           (5, 'unlinked_money', m.unlinked, m.committed,
               'Money of commitments linked to no item of C11 / committed.'),
           (6, 'money_without_country', m.without_country, m.committed,
               'Money for a region, or for nobody that is named / committed.'),
           (7, 'money_without_sector', m.without_sector, m.committed,
               'Money without a DAC purpose code / committed.'))
           AS r (place, limitation, numerator, denominator, meaning)
     UNION ALL
    SELECT 14, 'tied_unreported_money', t.unreported, t.committed,
           'Money that does not say whether it is tied / committed.', t.currency
      FROM tying AS t)
SELECT t.limitation, t.currency,
       CASE WHEN u.code IS NULL THEN t.numerator::text
            ELSE report_sum(t.numerator, u.minor_unit) END AS numerator,
       CASE WHEN u.code IS NULL THEN t.denominator::text
            ELSE report_sum(t.denominator, u.minor_unit) END AS denominator,
       report_share(t.numerator, t.denominator) AS share, t.meaning
  FROM told AS t
  LEFT JOIN currency AS u ON u.code = t.currency
 ORDER BY t.place, t.currency COLLATE "C"
