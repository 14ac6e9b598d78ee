-- Ownership at the newest position: what query.sql comes to, from the rollups of
-- migrations/0067_rollup.sql. Each part is for one kind of question, so that one plan serves them all.
WITH counted AS (
    SELECT w.*
      FROM rollup_ownership AS w
     WHERE w.donor = ANY (report_donors($1::text))
       AND ($2::text IS NULL OR w.country = $2)
       AND w.inputs + w.disbursements > 0
     UNION ALL
    SELECT w.*
      FROM rollup_ownership AS w
     WHERE $1 IS NULL AND w.country = $2
       AND w.inputs + w.disbursements > 0
     UNION ALL
    SELECT w.*
      FROM rollup_ownership AS w
     WHERE $1 IS NULL AND $2 IS NULL
       AND w.inputs + w.disbursements > 0)
SELECT coalesce(o.identifier, o.id::text) AS donor, o.name AS donor_name, k.country, k.inputs,
       k.not_invited, k.due, k.endorsed, k.endorsed_with_reservation, k.change_requested,
       k.contested, k.silent, k.awaited, report_rate(k.in_time, k.due) AS input_coverage,
       k.needing_answer, k.accepted, k.partly_accepted, k.rejected, k.unanswered, k.resolved,
       k.disputed, k.standing_disagreement,
       report_rate(k.accepted + k.partly_accepted, k.needing_answer) AS uptake, k.disbursements,
       k.disbursements_not_invited, k.disbursements_due, k.confirmed, k.reconciled,
       k.confirmed_by_receiver, k.discrepant, k.denied, k.escalated, k.off_treasury,
       k.unconfirmed, report_rate(k.confirmed_due, k.disbursements_due) AS confirmation_rate
  FROM counted AS k
  JOIN organisation AS o ON o.id = k.donor
 ORDER BY coalesce(o.identifier, o.id::text) COLLATE "C", k.country COLLATE "C"
