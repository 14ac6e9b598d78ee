-- GET /v1/commitments/{id}/schedule
-- A version of the forward schedule: the newest, or the one asked for.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    version  query   integer  optional
SELECT 200 AS status, c.version::text AS etag,
       json_build_object(
           'commitment_id', c.id,
           'schedule_version', v.version,
           'newest_schedule_version', c.schedule,
           'baseline_schedule_version', c.baseline_schedule,
           'planned_disbursements', CASE WHEN c.published
               THEN instalments_json(c.id, v.version)
               ELSE draft_schedule_json(c.id, c.revision)::json END) AS body
  FROM commitment AS c
 CROSS JOIN LATERAL (SELECT coalesce($2::integer, c.schedule) AS version) AS v
 WHERE c.id = $1::uuid
   AND ($2 IS NULL OR $2 BETWEEN 1 AND c.schedule)
