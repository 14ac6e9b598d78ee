-- GET /v1/commitments/{id}/history
-- Every statement about a commitment in order; private content for its own organisation and
-- auditors only.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
-- $3    after    query   cursor    optional
-- $4    limit    query   limit     optional
WITH page AS (
    SELECT e.*, row_number() OVER (ORDER BY e.version) AS place
      FROM ledger_entry AS e
     WHERE e.aggregate = $1::uuid
       AND EXISTS (SELECT FROM commitment AS c WHERE c.id = $1)
       AND ledger_holds(e.entry, as_of_position($2::text))
       AND e.version > coalesce($3::text::integer, 0)
     ORDER BY e.version
     LIMIT coalesce($4::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(history_json(p.entry) ORDER BY p.version), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($4, 50)),
           'tree_size', coalesce(as_of_position($2),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT p.version::text
          FROM page AS p
         WHERE p.place = coalesce($4, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
 WHERE EXISTS (SELECT FROM commitment AS c WHERE c.id = $1)
