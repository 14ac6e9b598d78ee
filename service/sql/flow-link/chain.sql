-- GET /v1/commitments/{id}/transactions/{transaction}/flows
-- Where the money of a transaction came from and where it went, step by step, now or at a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id           path    uuid
-- $2    transaction  path    uuid
-- $3    as_of        query   position  optional
SELECT 200 AS status, flow_chain_json(t, as_of_position($3::text)) AS body,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM transaction AS t
 WHERE t.id = $2::uuid
   AND t.commitment_id = $1::uuid
   AND ledger_holds(t.entry, as_of_position($3))
