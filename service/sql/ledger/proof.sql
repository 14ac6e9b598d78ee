-- GET /v1/ledger/entries/{id}/proof
-- The proof (C2SP tlog-proof) that the entry's leaf is in the tree of the newest published checkpoint.
-- kind  one
-- lane  read
-- type  text/plain
-- render proof
-- role  public
-- $1    id       path    uuid
SELECT e.leaf, l.leaf_index::text AS leaf_index, s.size::text AS tree_size,
       CASE WHEN l.leaf_index < s.size THEN ledger_note(s.size) END AS checkpoint,
       CASE WHEN l.leaf_index < s.size THEN ledger_pieces(l.leaf_index, s.size) END AS pieces
  FROM ledger_entry AS e
  LEFT JOIN ledger_leaf AS l ON l.entry = e.entry
 CROSS JOIN ledger_sealed AS s
 WHERE e.entry = $1::uuid
