-- GET /v1/commitments/{id}/alignment
-- How a commitment stands to the priorities of each recipient country: what follows from its
-- sectors and links, what the donor says, what the government says.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       a.document AS body
  FROM commitment_alignment($1::uuid, as_of_position($2)) AS a (document)
 WHERE a.document IS NOT NULL
