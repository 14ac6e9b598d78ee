-- GET /v1/standing-disagreements
-- Where donors and governments agreed to differ, with the texts of both, the oldest first.
-- kind  list
-- lane  list
-- role  public
-- $1    donor    query   text      optional
-- $2    country  query   country   optional
-- $3    sector   query   code      optional
-- $4    year     query   year      optional
-- $5    as_of    query   position  optional
-- $6    after    query   cursor    optional
-- $7    limit    query   limit     optional
WITH bound AS MATERIALIZED (
    SELECT coalesce(as_of_position($5::text), (SELECT t.size FROM ledger_tree AS t)) AS tree_size),
page AS (
    SELECT d.leaf_index, d.entry, row_number() OVER (ORDER BY d.leaf_index) AS place
      FROM bound AS b
     CROSS JOIN standing_disagreements(b.tree_size, $1::text, $2::text, $3::text,
                                       $4::integer) AS d
     WHERE ($6::text IS NULL OR d.leaf_index > $6::bigint)
     ORDER BY d.leaf_index
     LIMIT coalesce($7::integer, 50) + 1)
SELECT 200 AS status, b.tree_size::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(standing_disagreement_json(p.entry, b.tree_size)
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($7, 50)),
           'tree_size', b.tree_size) AS body,
       (SELECT p.leaf_index::text
          FROM page AS p
         WHERE p.place = coalesce($7, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
  FROM bound AS b
