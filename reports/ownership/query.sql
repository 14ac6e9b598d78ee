-- GET /v1/reports/ownership
-- What recipient governments said of commitments to them, how they were answered, and whether the
-- money arrived, by donor and country.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
WITH input AS MATERIALIZED (
    SELECT i.*, p.position, p.late, p.recorded_at, a.answer,
           i.state = 'NOT_INVITED' AS uninvited,
           coalesce(i.due_on < (SELECT report_day()), false) AS due
      FROM report_inputs(report_scope($1::text, $2::text), $2) AS i
      LEFT JOIN ownership_position AS p ON p.id = i.position_id
      LEFT JOIN report_answers(report_scope($1, $2)) AS a ON a.position_id = i.position_id),
said AS (
    SELECT i.donor, i.country, count(*) AS inputs,
           count(*) FILTER (WHERE i.uninvited) AS not_invited,
           count(*) FILTER (WHERE i.due) AS due,
           count(*) FILTER (WHERE i.position = 'endorse') AS endorsed,
           count(*) FILTER (WHERE i.position = 'endorse_with_reservation')
               AS endorsed_with_reservation,
           count(*) FILTER (WHERE i.position = 'request_change') AS change_requested,
           count(*) FILTER (WHERE i.position = 'contest') AS contested,
           count(*) FILTER (WHERE i.position IS NULL AND i.due) AS silent,
           count(*) FILTER (WHERE i.position IS NULL AND NOT i.due AND NOT i.uninvited)
               AS awaited,
           count(*) FILTER (WHERE i.due AND NOT i.late) AS in_time,
           count(*) FILTER (WHERE i.position <> 'endorse') AS needing_answer,
           count(*) FILTER (WHERE i.answer = 'accepted') AS accepted,
           count(*) FILTER (WHERE i.answer = 'partly_accepted') AS partly_accepted,
           count(*) FILTER (WHERE i.answer = 'rejected') AS rejected,
           count(*) FILTER (WHERE i.position <> 'endorse' AND i.answer IS NULL) AS unanswered,
           count(*) FILTER (WHERE i.state = 'RESOLVED') AS resolved,
           count(*) FILTER (WHERE i.state = 'DISPUTED') AS disputed,
           count(*) FILTER (WHERE i.state = 'STANDING_DISAGREEMENT') AS standing_disagreement
      FROM input AS i
     GROUP BY i.donor, i.country),
received AS (
    SELECT d.donor, d.country, count(*) AS disbursements,
           count(*) FILTER (WHERE d.uninvited) AS not_invited,
           count(*) FILTER (WHERE d.old AND NOT d.uninvited) AS due,
           count(*) FILTER (WHERE d.old AND NOT d.uninvited AND d.state = 'CONFIRMED')
               AS confirmed_due,
           count(*) FILTER (WHERE d.state = 'CONFIRMED') AS confirmed,
           count(*) FILTER (WHERE d.state = 'RECONCILED') AS reconciled,
           count(*) FILTER (WHERE d.state = 'CONFIRMED_BY_RECEIVER') AS confirmed_by_receiver,
           count(*) FILTER (WHERE d.state = 'DISCREPANT') AS discrepant,
           count(*) FILTER (WHERE d.state = 'DENIED') AS denied,
           count(*) FILTER (WHERE d.state = 'OFF_TREASURY') AS off_treasury,
           count(*) FILTER (WHERE d.state = 'ESCALATED') AS escalated,
           count(*) FILTER (WHERE d.state = 'UNCONFIRMED') AS unconfirmed
      FROM report_disbursements(report_scope($1, $2), $2) AS d
     GROUP BY d.donor, d.country),
counted AS (
    SELECT k.donor, k.country, s.inputs, s.not_invited, s.due, s.endorsed,
           s.endorsed_with_reservation, s.change_requested, s.contested, s.silent, s.awaited,
           s.in_time, s.needing_answer, s.accepted, s.partly_accepted, s.rejected, s.unanswered,
           s.resolved, s.disputed, s.standing_disagreement, r.disbursements,
           r.not_invited AS disbursements_not_invited, r.due AS disbursements_due, r.confirmed_due,
           r.confirmed, r.reconciled, r.confirmed_by_receiver, r.discrepant, r.denied,
           r.off_treasury, r.escalated, r.unconfirmed
      FROM (SELECT s.donor, s.country FROM said AS s
             UNION
            SELECT r.donor, r.country FROM received AS r) AS k
      LEFT JOIN said AS s ON (s.donor, s.country) = (k.donor, k.country)
      LEFT JOIN received AS r ON (r.donor, r.country) = (k.donor, k.country))
SELECT coalesce(o.identifier, o.id::text) AS donor, o.name AS donor_name, k.country,
       coalesce(k.inputs, 0) AS inputs, coalesce(k.not_invited, 0) AS not_invited,
       coalesce(k.due, 0) AS due, coalesce(k.endorsed, 0) AS endorsed,
       coalesce(k.endorsed_with_reservation, 0) AS endorsed_with_reservation,
       coalesce(k.change_requested, 0) AS change_requested,
       coalesce(k.contested, 0) AS contested, coalesce(k.silent, 0) AS silent,
       coalesce(k.awaited, 0) AS awaited, report_rate(k.in_time, k.due) AS input_coverage,
       coalesce(k.needing_answer, 0) AS needing_answer, coalesce(k.accepted, 0) AS accepted,
       coalesce(k.partly_accepted, 0) AS partly_accepted, coalesce(k.rejected, 0) AS rejected,
       coalesce(k.unanswered, 0) AS unanswered, coalesce(k.resolved, 0) AS resolved,
       coalesce(k.disputed, 0) AS disputed,
       coalesce(k.standing_disagreement, 0) AS standing_disagreement,
       report_rate(k.accepted + k.partly_accepted, k.needing_answer) AS uptake,
       coalesce(k.disbursements, 0) AS disbursements,
       coalesce(k.disbursements_not_invited, 0) AS disbursements_not_invited,
       coalesce(k.disbursements_due, 0) AS disbursements_due, coalesce(k.confirmed, 0) AS confirmed,
       coalesce(k.reconciled, 0) AS reconciled,
       coalesce(k.confirmed_by_receiver, 0) AS confirmed_by_receiver,
       coalesce(k.discrepant, 0) AS discrepant, coalesce(k.denied, 0) AS denied,
       coalesce(k.escalated, 0) AS escalated, coalesce(k.off_treasury, 0) AS off_treasury,
       coalesce(k.unconfirmed, 0) AS unconfirmed,
       report_rate(k.confirmed_due, k.disbursements_due) AS confirmation_rate
  FROM counted AS k
  JOIN organisation AS o ON o.id = k.donor
 ORDER BY coalesce(o.identifier, o.id::text) COLLATE "C", k.country COLLATE "C"
