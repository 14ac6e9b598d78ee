-- GET /v1/ledger/roots/{size}
-- The root of the tree of this size, the time of its newest statement, and the first signed checkpoint that covers it.
-- kind  one
-- lane  read
-- type  application/json
-- render root
-- role  public
-- $1    size     path    index
SELECT s.size::text AS size,
       (SELECT rfc3339(l.latest_at)
          FROM ledger_leaf AS l
         WHERE l.leaf_index = s.size - 1) AS at,
       CASE WHEN s.size > 0 THEN ledger_pieces(s.size - 1, s.size) END AS pieces,
       c.tree_size::text AS checkpoint_size, c.note AS checkpoint
  FROM (SELECT $1::bigint AS size) AS s
  JOIN ledger_tree AS t ON s.size <= t.size
  LEFT JOIN LATERAL (SELECT k.tree_size, k.note
                       FROM ledger_checkpoint AS k
                      WHERE k.tree_size >= s.size
                      ORDER BY k.tree_size
                      LIMIT 1) AS c ON true
