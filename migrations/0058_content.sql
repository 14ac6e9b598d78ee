-- Text in one form, and what is too large for a leaf beside it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- text

-- Two spellings of the same letters would be two values, with two hashes. Text is brought into
-- normalisation form C where it comes in, so that leaves and state tables hold the same.
CREATE FUNCTION nfc(said jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    spelled text := said::text;
BEGIN
    -- An escape of a control character ends in a letter: a mark after it makes the whole look as if
    -- it could be composed, which only costs a closer look.
    IF octet_length(spelled) = char_length(spelled) OR spelled IS NFC NORMALIZED THEN
        RETURN said;
    END IF;
    RETURN CASE jsonb_typeof(said)
           WHEN 'string' THEN to_jsonb(normalize(said #>> '{}', NFC))
           WHEN 'array' THEN (
               SELECT coalesce(jsonb_agg(nfc(e.value) ORDER BY e.ordinality), '[]')
                 FROM jsonb_array_elements(said) WITH ORDINALITY AS e)
           ELSE (SELECT coalesce(jsonb_object_agg(m.key, nfc(m.value)), '{}')
                   FROM jsonb_each(said) AS m) END;
END
$$;
COMMENT ON FUNCTION nfc(jsonb) IS
    'The same with every text in Unicode normalisation form C; what is in that form already stays '
    'as it is.';

-- What is looked for is spelled as what there is.
CREATE OR REPLACE FUNCTION like_escaped(literal text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT regexp_replace(normalize(literal, NFC), '([\\%_])', '\\\1', 'g') $$;
COMMENT ON FUNCTION like_escaped(text) IS
    'A pattern for LIKE that matches just this text, in whatever spelling.';

-- ---------------------------------------------------------------- content beside the leaf

CREATE TABLE ledger_content (
    sha256 bytea NOT NULL CONSTRAINT ledger_content_pkey PRIMARY KEY,
    bytes  bytea NOT NULL,
    CONSTRAINT ledger_content_sha256_of_bytes CHECK (sha256 = sha256(bytes))
);
COMMENT ON TABLE ledger_content IS
    'Public fields that are too large for a leaf, which names them by their SHA-256.';
COMMENT ON COLUMN ledger_content.bytes IS 'The RFC 8785 form of the field''s value.';
COMMENT ON CONSTRAINT ledger_content_sha256_of_bytes ON ledger_content IS
    'Content is named by the SHA-256 of its bytes.';
CREATE TRIGGER ledger_content_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_content
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
COMMENT ON COLUMN ledger_entry.leaf IS
    'RFC 8785 form of v, log, entry, at, kind, organisation, actor, key, request, aggregate, '
    'version, prev, public, private; and of hashed, where a public field would not fit.';

CREATE FUNCTION ledger_move_out(leaf jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    largest record;
BEGIN
    SELECT f.field, f.bytes, sha256(f.bytes) AS hash INTO largest
      FROM (SELECT p.key AS field, convert_to(ledger_canonical(p.value), 'UTF8') AS bytes
              FROM jsonb_each(leaf -> 'public') AS p
            OFFSET 0) AS f
     ORDER BY octet_length(f.bytes) DESC, f.field
     LIMIT 1;
    INSERT INTO ledger_content (sha256, bytes)
    VALUES (largest.hash, largest.bytes)
        ON CONFLICT DO NOTHING;
    RETURN leaf || jsonb_build_object(
        'public', (leaf -> 'public') - largest.field,
        'hashed', coalesce(leaf -> 'hashed', '{}')
                  || jsonb_build_object(largest.field, encode(largest.hash, 'hex')));
END
$$;
COMMENT ON FUNCTION ledger_move_out(jsonb) IS
    'The leaf with its largest public field moved out: "hashed" has its SHA-256, ledger_content its '
    'bytes.';

CREATE FUNCTION ledger_public(leaf bytea) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
    said json := convert_from(leaf, 'UTF8')::json;
BEGIN
    IF said -> 'hashed' IS NULL THEN
        RETURN said -> 'public';
    END IF;
    RETURN (
    SELECT json_object_agg(f.key, f.value ORDER BY f.key COLLATE "C")
      FROM (SELECT p.key, p.value FROM json_each(said -> 'public') AS p
             UNION ALL
            SELECT h.key, convert_from(c.bytes, 'UTF8')::json
              FROM json_each_text(said -> 'hashed') AS h
              JOIN ledger_content AS c ON c.sha256 = decode(h.value, 'hex')) AS f);
END
$$;
COMMENT ON FUNCTION ledger_public(bytea) IS
    'What a leaf says in public, the fields beside it included.';

CREATE OR REPLACE FUNCTION ledger_append(kind text, organisation uuid, aggregate uuid,
                                         version integer, prev bytea, content jsonb)
RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    receipt   ledger_receipt;
    split     record;
    said      jsonb;
    canonical text;
    leaf      bytea;
BEGIN
    receipt.entry := gen_random_uuid();
    receipt.at := date_trunc('milliseconds', clock_timestamp());
    SELECT s.* INTO split
      FROM ledger_split(receipt.entry, kind, jsonb_strip_nulls(content)) AS s;
    said := jsonb_build_object(
        'v', 1,
        'log', (SELECT l.origin FROM ledger_log AS l),
        'entry', receipt.entry,
        'at', rfc3339(receipt.at),
        'kind', kind,
        'organisation', organisation,
        'actor', caller_principal(),
        'key', caller_setting('key'),
        'request', caller_setting('request'),
        'aggregate', aggregate,
        'version', version,
        'prev', encode(prev, 'hex'),
        'public', split.public,
        'private', split.private);
    canonical := ledger_canonical(said);
    WHILE octet_length(canonical) > 65535 AND said -> 'public' <> '{}' LOOP
        said := ledger_move_out(said);
        canonical := ledger_canonical(said);
    END LOOP;
    leaf := convert_to(canonical, 'UTF8');
    receipt.leaf_hash := ledger_leaf_hash(leaf);
    INSERT INTO ledger_entry (entry, at, kind, organisation_id, actor, key, request, aggregate,
                              version, prev, leaf, leaf_hash)
    VALUES (receipt.entry, receipt.at, kind, organisation, caller_principal(),
            caller_setting('key')::uuid, caller_setting('request')::uuid, aggregate, version,
            prev, leaf, receipt.leaf_hash);
    INSERT INTO ledger_secret (entry, field, salt, value)
    SELECT receipt.entry, s.field, decode(s.salt, 'hex'), s.value
      FROM jsonb_to_recordset(split.secrets) AS s (field text, salt text, value text);
    INSERT INTO ledger_queue (entry) VALUES (receipt.entry);
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION ledger_append(text, uuid, uuid, integer, bytea, jsonb) IS
    'Appends one statement of the caller about an aggregate whose row the caller has locked. '
    'Members that are null are left out, so that absent and null cannot differ. Public fields that '
    'do not fit into the leaf, the largest first, stand beside it.';

CREATE OR REPLACE FUNCTION statement_reason(of_entry uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(ledger_public(e.leaf) ->> 'reason',
                    (SELECT s.value::jsonb #>> '{}'
                       FROM ledger_secret AS s
                      WHERE s.entry = e.entry AND s.field = 'reason'))
      FROM ledger_entry AS e
     WHERE e.entry = of_entry);
END
$$;

GRANT SELECT ON ledger_content
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_worker, aidledger_keeper, aidledger_sealer;
GRANT INSERT ON ledger_content TO aidledger_writer, aidledger_importer, aidledger_sealer;
GRANT EXECUTE ON FUNCTION nfc(jsonb), ledger_move_out(jsonb)
   TO aidledger_writer, aidledger_importer, aidledger_sealer;
GRANT EXECUTE ON FUNCTION ledger_public(bytea)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
