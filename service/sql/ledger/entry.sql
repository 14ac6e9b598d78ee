-- GET /v1/ledger/entries/{id}
-- One entry of the log with its leaf index, once it has one.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status,
       json_build_object(
           'entry', e.entry, 'kind', e.kind, 'leaf_index', l.leaf_index,
           'leaf_hash', encode(e.leaf_hash, 'hex'),
           'leaf', translate(encode(e.leaf, 'base64'), E'\n', ''),
           'private', private_json(e.leaf), 'erased', erased_json(e.entry)) AS body
  FROM ledger_entry AS e
  LEFT JOIN ledger_leaf AS l ON l.entry = e.entry
 WHERE e.entry = $1::uuid
