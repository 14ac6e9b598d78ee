-- GET /v1/commitments/{id}/schedule
-- A version of the forward schedule: the newest, or the one asked for, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    version  query   integer   optional
-- $3    as_of    query   position  optional
SELECT 200 AS status, CASE WHEN $3::text IS NULL THEN c.version::text END AS etag,
       coalesce(as_of_position($3::text), (SELECT t.size FROM ledger_tree AS t))::text
           AS tree_size,
       json_build_object(
           'commitment_id', c.id,
           'schedule_version', v.version,
           'newest_schedule_version', s.schedule,
           'baseline_schedule_version', s.baseline_schedule,
           'planned_disbursements', CASE WHEN s.published
               THEN instalments_json(c.id, v.version, as_of_position($3))
               ELSE draft_schedule_json(c.id, s.revision)::json END) AS body
  FROM commitment AS c
 CROSS JOIN LATERAL (
       SELECT w.*
         FROM commitment_state AS w
        WHERE w.commitment_id = c.id AND ledger_holds(w.entry, as_of_position($3))
        ORDER BY w.version DESC
        LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT coalesce($2::integer, s.schedule) AS version) AS v
 WHERE c.id = $1::uuid
   AND ($2 IS NULL OR $2 BETWEEN 1 AND s.schedule)
