-- The log as others read it: the newest checkpoint, tiles, bundles of entries, and the hashes that
-- proofs are made of (C2SP tlog-checkpoint, tlog-tiles, tlog-proof). What no published checkpoint
-- covers is not shown in these forms: nobody could check it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION ledger_note(of_size bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT c.note || coalesce(
                       (SELECT string_agg(s.line || E'\n', '' ORDER BY s.witness COLLATE "C")
                          FROM (SELECT DISTINCT ON (l.witness) l.witness, l.line
                                  FROM ledger_cosignature AS l
                                 WHERE l.tree_size = c.tree_size
                                 ORDER BY l.witness, l.signed_at DESC) AS s), '')
              FROM ledger_checkpoint AS c
             WHERE c.tree_size = of_size);
END
$$;
COMMENT ON FUNCTION ledger_note(bigint) IS
    'The checkpoint of this size with the newest line of each witness; null when there is none.';

CREATE FUNCTION ledger_checkpoint_until(position_ text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF position_ ~ '^[0-9]+$' THEN
        RETURN position_::bigint;
    END IF;
    RETURN (SELECT c.tree_size
              FROM ledger_checkpoint AS c
             WHERE c.made_at <= position_::timestamptz
             ORDER BY c.made_at DESC, c.tree_size DESC
             LIMIT 1);
END
$$;
COMMENT ON FUNCTION ledger_checkpoint_until(text) IS
    'A tree size as it is; for a time, the size of the newest checkpoint made until then: null when '
    'there was none.';

-- ---------------------------------------------------------------- tiles

CREATE FUNCTION ledger_tile_find(of_level integer, tile text, OUT from_index bigint,
                                 OUT width integer)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts   text[] := regexp_match(tile, '^((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?$');
    place   bigint := translate(parts[1], 'x/', '');
    wanted  integer := coalesce(parts[2]::integer, 256);
    covered bigint := (SELECT s.size FROM ledger_sealed AS s) >> (8 * of_level);
BEGIN
    IF parts IS NOT NULL AND parts[1] !~ '^x000' AND wanted <= 256
       AND (wanted < 256 OR parts[2] IS NULL)
       AND wanted <= covered AND place <= (covered - wanted) / 256 THEN
        from_index := 256 * place;
        width := wanted;
    END IF;
END
$$;
COMMENT ON FUNCTION ledger_tile_find(integer, text) IS
    'The hashes of the level that a tile''s name stands for ("x001/x234/067" is tile 1234067, '
    '"067.p/12" the first 12 of tile 67), null for what is no such name, has a second spelling or '
    'is not covered by the newest published checkpoint.';

CREATE FUNCTION ledger_tile_read(level text, tile text) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found record;
BEGIN
    IF level !~ '^[0-7]$' THEN
        RETURN NULL;
    END IF;
    SELECT t.* INTO found FROM ledger_tile_find(level::integer, tile) AS t;
    RETURN ledger_hashes(level::integer, found.from_index, found.width);
END
$$;
COMMENT ON FUNCTION ledger_tile_read(text, text) IS
    'The hashes of a tile, whole or the first so many; null when there is no such tile.';

-- The constant limit tells the planner how few rows there are, whatever the bounds are.
CREATE FUNCTION ledger_bundle_read(tile text) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found record;
BEGIN
    SELECT t.* INTO found FROM ledger_tile_find(0, tile) AS t;
    RETURN (SELECT string_agg(substr(int4send(octet_length(e.leaf)), 3) || e.leaf, ''::bytea
                              ORDER BY l.leaf_index)
              FROM (SELECT w.leaf_index, w.entry
                      FROM ledger_leaf AS w
                     WHERE w.leaf_index >= found.from_index
                       AND w.leaf_index < found.from_index + found.width
                     ORDER BY w.leaf_index
                     LIMIT 256) AS l
              JOIN ledger_entry AS e ON e.entry = l.entry);
END
$$;
COMMENT ON FUNCTION ledger_bundle_read(text) IS
    'The leaves below a tile of level 0, each behind its length in two bytes; null when there is no '
    'such tile.';

-- ---------------------------------------------------------------- proofs

CREATE FUNCTION ledger_pieces(of_index bigint, of_size bigint) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
    pieces  bytea := '';
    covered bigint;
    tile    bigint;
    width   integer;
    hashes  bytea;
BEGIN
    FOR of_level IN 0 .. 7 LOOP
        covered := of_size >> (8 * of_level);
        EXIT WHEN covered = 0;
        -- The tile above the leaf, and the one at the tree's edge, which may be the same.
        FOR tile IN SELECT DISTINCT t.tile
                      FROM (VALUES ((of_index >> (8 * of_level)) / 256), (covered / 256))
                        AS t (tile) LOOP
            width := least(256, covered - 256 * tile);
            CONTINUE WHEN width <= 0;
            hashes := ledger_hashes(of_level, 256 * tile, width);
            pieces := pieces || int8send(of_level) || int8send(256 * tile) || int8send(width)
                      || hashes;
        END LOOP;
    END LOOP;
    RETURN pieces;
END
$$;
COMMENT ON FUNCTION ledger_pieces(bigint, bigint) IS
    'The hashes that a proof about the leaf in the tree of this size needs: runs of hashes of one '
    'level of tiles, each behind three numbers of eight bytes: level, index of the first, how many.';

CREATE FUNCTION ledger_consistency(old bigint, new bigint, OUT old_size bigint,
                                   OUT new_size bigint, OUT pieces bytea)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    sealed bigint := (SELECT s.size FROM ledger_sealed AS s);
BEGIN
    IF new > sealed OR old > coalesce(new, sealed) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The log has no such proof.',
            DETAIL = jsonb_build_array(CASE WHEN new > sealed
                THEN jsonb_build_object(
                    'parameter', 'new', 'rule', 'published',
                    'detail', format('The newest published tree has %s leaves.', sealed))
                ELSE jsonb_build_object(
                    'parameter', 'old', 'rule', 'not_larger',
                    'detail', format('The older tree has at most as many leaves as the newer one: '
                                     '%s.', coalesce(new, sealed))) END)::text;
    END IF;
    old_size := old;
    new_size := coalesce(new, sealed);
    IF old_size > 0 AND old_size < new_size THEN
        pieces := ledger_pieces(old_size - 1, new_size);
    END IF;
END
$$;
COMMENT ON FUNCTION ledger_consistency(bigint, bigint) IS
    'Two sizes of the tree, the newer one the newest published if not given, and the hashes that '
    'prove that the newer begins with the older; null when there is nothing to prove.';

GRANT EXECUTE ON FUNCTION ledger_note(bigint), ledger_tile_find(integer, text),
      ledger_tile_read(text, text), ledger_bundle_read(text), ledger_pieces(bigint, bigint),
      ledger_consistency(bigint, bigint), ledger_checkpoint_until(text)
   TO aidledger_public, aidledger_scoped;
