-- GET /v1/ledger/checkpoints
-- Every size of the tree that was signed and published, newest first; with "at", from the newest one made up to that time, or of at most that size.
-- kind  list
-- lane  list
-- role  public
-- $1    at       query   position  optional
-- $2    after    query   cursor    optional
-- $3    limit    query   limit     optional
WITH page AS (
    SELECT c.tree_size, c.root, c.made_at, row_number() OVER (ORDER BY c.tree_size DESC) AS place
      FROM ledger_checkpoint AS c
     WHERE ($1::text IS NULL OR c.tree_size <= (SELECT ledger_checkpoint_until($1)))
       AND ($2::text IS NULL OR c.tree_size < $2::bigint)
     ORDER BY c.tree_size DESC
     LIMIT coalesce($3::integer, 50) + 1)
SELECT 200 AS status,
       json_build_object(
           'items', (SELECT coalesce(json_agg(json_build_object(
                                'size', p.tree_size,
                                'root', encode(p.root, 'base64'),
                                'made_at', rfc3339(p.made_at),
                                'checkpoint', '/v1/ledger/checkpoints/' || p.tree_size)
                                ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($3, 50))) AS body,
       (SELECT p.tree_size::text
          FROM page AS p
         WHERE p.place = coalesce($3, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
