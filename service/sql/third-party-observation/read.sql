-- GET /v1/third-party-observations/{id}
-- What a third party observed, with the replies of the parties, now or as of a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       CASE WHEN $2::text IS NULL THEN aggregate_version(o.id, NULL)::text END AS etag,
       third_party_json(o, as_of_position($2)) AS body,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM third_party_observation AS o
 WHERE o.id = $1::uuid
   AND ledger_holds(o.entry, as_of_position($2))
