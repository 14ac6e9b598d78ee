-- GET /v1/commitments/{id}/differences
-- Where the document of a commitment differs between two positions, and what was stated between.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    from     query   position  optional
-- $3    to       query   position  optional
SELECT 200 AS status, d.body,
       coalesce(as_of_position($3::text), (SELECT t.size FROM ledger_tree AS t))::text
           AS tree_size
  FROM commitment AS c
 CROSS JOIN commitment_differences(c.id, coalesce(as_of_position($2::text), 0),
                                   as_of_position($3)) AS d (body)
 WHERE c.id = $1::uuid
   AND d.body IS NOT NULL
