-- GET /v1/ledger/entries
-- Entries of the log in order, each with the exact bytes of its leaf in base64.
-- kind  list
-- lane  read
-- role  public
-- $1    from     query   index     optional
-- $2    as_of    query   position  optional
-- $3    limit    query   limit     optional
WITH page AS (
    SELECT l.leaf_index, l.leaf_hash, e.entry, e.kind, e.leaf
      FROM ledger_leaf AS l
      JOIN ledger_entry AS e ON e.entry = l.entry
     WHERE l.leaf_index >= coalesce($1::bigint, 0)
       AND l.leaf_index < coalesce($1, 0) + coalesce($3::integer, 50)
       AND ($2::text IS NULL OR l.leaf_index < as_of_position($2))
     ORDER BY l.leaf_index
     LIMIT coalesce($3, 50))
SELECT 200 AS status,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(json_build_object(
                                'leaf_index', p.leaf_index, 'entry', p.entry, 'kind', p.kind,
                                'leaf_hash', encode(p.leaf_hash, 'hex'),
                                'leaf', translate(encode(p.leaf, 'base64'), E'\n', ''),
                                'private', private_json(p.leaf), 'erased', erased_json(p.entry))
                                ORDER BY p.leaf_index), '[]')
                       FROM page AS p),
           'tree_size', coalesce(as_of_position($2),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body
