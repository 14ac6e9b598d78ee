-- GET /v1/commitments/{id}/history
-- Every statement about a commitment in order; private content for its own organisation and
-- auditors only.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    after    query   cursor    optional
-- $3    limit    query   limit     optional
WITH page AS (
    SELECT e.*, row_number() OVER (ORDER BY e.version) AS place
      FROM ledger_entry AS e
     WHERE e.aggregate = $1::uuid
       AND EXISTS (SELECT FROM commitment AS c WHERE c.id = $1)
       AND e.version > coalesce($2::text::integer, 0)
     ORDER BY e.version
     LIMIT coalesce($3::integer, 50) + 1)
SELECT 200 AS status, (SELECT t.size FROM ledger_tree AS t)::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(history_json(p.entry) ORDER BY p.version), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($3, 50)),
           'tree_size', (SELECT t.size FROM ledger_tree AS t)) AS body,
       (SELECT p.version::text
          FROM page AS p
         WHERE p.place = coalesce($3, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
 WHERE EXISTS (SELECT FROM commitment AS c WHERE c.id = $1)
