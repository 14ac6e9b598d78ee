-- What is read of a commitment: its content, its money and its standing, as one JSON document,
-- now or as of a ledger position.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION commitment_content(r commitment_revision) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'activity_id', r.activity_id,
        'title', r.title,
        'narrative', r.narrative,
        'agreement_reference', r.agreement_reference,
        'commitment_date', r.commitment_date,
        'start_date', r.start_date,
        'end_date', r.end_date,
        'recipients', r.recipients,
        'sectors', r.sectors,
        'collaboration_type', r.collaboration_type,
        'flow_type', r.flow_type,
        'finance_type', r.finance_type,
        'aid_type', r.aid_type,
        'tied_status', r.tied_status,
        'ict_significance', r.ict_significance,
        'ict_share', r.ict_share::text,
        'ict_reason', r.ict_reason,
        'amount', r.amount::text,
        'currency', r.currency,
        'schedule', r.schedule)));
END
$$;
COMMENT ON FUNCTION commitment_content(commitment_revision) IS
    'What a revision says, as a statement about it says it: absent members are absent.';

CREATE FUNCTION organisation_reference(of_organisation uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object('id', o.id, 'identifier', o.identifier, 'name', o.name)
      FROM organisation AS o
     WHERE o.id = of_organisation);
END
$$;
COMMENT ON FUNCTION organisation_reference(uuid) IS 'An organisation as other documents name it.';

CREATE FUNCTION commitment_money(of_commitment uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object(
               'currency', m.currency, 'committed', m.committed::text,
               'disbursed', m.disbursed::text, 'expended', m.expended::text)
               ORDER BY m.currency), '[]')
      FROM (SELECT t.currency,
                   coalesce(sum(t.amount) FILTER (WHERE t.transaction_type = '2'), 0) AS committed,
                   coalesce(sum(t.amount) FILTER (WHERE t.transaction_type = '3'), 0) AS disbursed,
                   coalesce(sum(t.amount) FILTER (WHERE t.transaction_type = '4'), 0) AS expended
              FROM transaction AS t
             WHERE t.commitment_id = of_commitment
               AND t.transaction_type IN ('2', '3', '4')
               AND (as_of IS NULL OR ledger_holds(t.entry, as_of))
             GROUP BY t.currency) AS m);
END
$$;
COMMENT ON FUNCTION commitment_money(uuid, bigint) IS
    'Committed (IATI type 2), disbursed (3) and expended (4) per currency; never summed across '
    'currencies.';

CREATE FUNCTION framework_links(of_commitment uuid, as_of bigint)
RETURNS SETOF framework_link
LANGUAGE sql STABLE
AS $$
    SELECT l.*
      FROM (SELECT DISTINCT ON (w.framework, w.framework_version, w.item) w.*
              FROM framework_link AS w
             WHERE w.commitment_id = of_commitment
               AND (as_of IS NULL OR ledger_holds(w.entry, as_of))
             ORDER BY w.framework, w.framework_version, w.item, w.ordinal DESC) AS l
     WHERE NOT l.withdrawn
$$;
COMMENT ON FUNCTION framework_links(uuid, bigint) IS
    'The links of a commitment that stand: the newest statement on each item, unless it withdraws.';

CREATE FUNCTION framework_link_json(l framework_link) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', l.id, 'framework', l.framework, 'framework_version', l.framework_version,
        'item', l.item, 'share', l.share::text, 'rationale', l.rationale,
        'withdrawn', l.withdrawn, 'asserted_by', organisation_reference(l.asserted_by),
        'entry', l.entry));
END
$$;
COMMENT ON FUNCTION framework_link_json(framework_link) IS 'A framework link as documents show it.';

CREATE FUNCTION commitment_json(c commitment, s commitment_state, r commitment_revision,
                                as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', c.id,
        'organisation', organisation_reference(c.organisation_id),
        'origin', c.origin,
        'status', s.status,
        'version', CASE WHEN as_of IS NULL THEN c.version ELSE (
            SELECT max(e.version)
              FROM ledger_entry AS e
              JOIN ledger_leaf AS l ON l.entry = e.entry
             WHERE e.aggregate = c.id AND l.leaf_index < as_of) END,
        'revision', s.revision,
        'amendment_pending', as_of IS NULL AND c.amendment IS NOT NULL,
        'activity', (SELECT json_build_object('id', a.id, 'iati_identifier', a.iati_identifier)
                       FROM activity AS a WHERE a.id = r.activity_id),
        'title', r.title,
        'narrative', r.narrative,
        'agreement_reference', r.agreement_reference,
        'commitment_date', r.commitment_date,
        'start_date', r.start_date,
        'end_date', r.end_date,
        'recipients', coalesce(r.recipients, '[]'),
        'sectors', coalesce(r.sectors, '[]'),
        'collaboration_type', r.collaboration_type,
        'flow_type', r.flow_type,
        'finance_type', r.finance_type,
        'aid_type', r.aid_type,
        'tied_status', r.tied_status,
        'ict_significance', r.ict_significance,
        'ict_share', r.ict_share::text,
        'ict_reason', r.ict_reason,
        'amount', r.amount::text,
        'currency', r.currency,
        'effective_date', s.effective_date,
        'money', commitment_money(c.id, as_of),
        'schedule_version', s.schedule,
        'baseline_schedule_version', s.baseline_schedule,
        'links', (SELECT coalesce(json_agg(framework_link_json(l)
                                           ORDER BY l.framework, l.framework_version, l.item), '[]')
                    FROM framework_links(c.id, as_of) AS l),
        'ownership', ownership_summary(c.id, as_of),
        'created_at', rfc3339(c.created_at)));
END
$$;
COMMENT ON FUNCTION commitment_json(commitment, commitment_state, commitment_revision, bigint) IS
    'The document of a commitment in one of its states.';

CREATE FUNCTION commitment_document(of_commitment uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT commitment_json(c, s, r, as_of)
      FROM commitment AS c
     CROSS JOIN LATERAL (
           SELECT w.*
             FROM commitment_state AS w
            WHERE w.commitment_id = c.id
              AND (as_of IS NULL OR ledger_holds(w.entry, as_of))
            ORDER BY w.version DESC
            LIMIT 1) AS s
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = s.revision
     WHERE c.id = of_commitment);
END
$$;
COMMENT ON FUNCTION commitment_document(uuid, bigint) IS
    'The document of a commitment as of a ledger position, or now; no row when it was not there '
    'or is not for the caller to see.';

CREATE FUNCTION commitment_at(as_of bigint)
RETURNS TABLE (id uuid, organisation_id uuid, status text, countries text[], sectors text[],
               items text[], start_date date, end_date date, search text,
               created_at timestamptz, document text)
LANGUAGE sql STABLE
AS $$
    SELECT c.id, c.organisation_id, c.status, c.countries, c.sectors, c.items, c.start_date,
           c.end_date, c.search, c.created_at, c.document
      FROM commitment AS c
     WHERE as_of IS NULL
     UNION ALL
    SELECT c.id, c.organisation_id, s.status, r.countries, r.sector_codes,
           ARRAY(SELECT concat_ws('/', l.framework, l.framework_version, l.item)
                   FROM framework_links(c.id, as_of) AS l),
           r.start_date, r.end_date,
           lower(concat_ws(' ', r.title, r.narrative, r.agreement_reference)), c.created_at, NULL
      FROM commitment AS c
     CROSS JOIN LATERAL (
           SELECT w.*
             FROM commitment_state AS w
            WHERE w.commitment_id = c.id
              AND (as_of IS NULL OR ledger_holds(w.entry, as_of))
            ORDER BY w.version DESC
            LIMIT 1) AS s
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = s.revision
     WHERE as_of IS NOT NULL
$$;
COMMENT ON FUNCTION commitment_at(bigint) IS
    'Commitments as they stood at a ledger position, with what lists filter by; now when it is '
    'null. The document is ready-made only for now.';

CREATE FUNCTION commitment_serves(items text[], kind text, code text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM framework_item AS i
                    WHERE i.kind = commitment_serves.kind
                      AND i.code IN (commitment_serves.code, kind || '-' || commitment_serves.code)
                      AND concat_ws('/', i.framework, i.framework_version, i.code)
                          = ANY (items))
$$;
COMMENT ON FUNCTION commitment_serves(text[], text, text) IS
    'Whether one of the linked items is this pillar or target, given as "c" or "pillar-c", in any '
    'version of a framework.';

CREATE FUNCTION like_escaped(literal text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT regexp_replace(literal, '([\\%_])', '\\\1', 'g') $$;
COMMENT ON FUNCTION like_escaped(text) IS 'A pattern for LIKE that matches just this text.';

CREATE FUNCTION history_json(of_entry uuid) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'version', e.version, 'kind', e.kind, 'at', rfc3339(e.at),
        'organisation', organisation_reference(e.organisation_id), 'actor', e.actor,
        'entry', e.entry, 'leaf_hash', encode(e.leaf_hash, 'hex'),
        'leaf_index', (SELECT l.leaf_index FROM ledger_leaf AS l WHERE l.entry = e.entry),
        'public', convert_from(e.leaf, 'UTF8')::json -> 'public',
        'private', (SELECT json_object_agg(s.field, s.value::json ORDER BY s.field)
                      FROM ledger_secret AS s
                     WHERE s.entry = e.entry))
      FROM ledger_entry AS e
     WHERE e.entry = of_entry
$$;
COMMENT ON FUNCTION history_json(uuid) IS
    'A statement as the history shows it; "private" is null for whoever may not read it.';

GRANT EXECUTE ON FUNCTION commitment_content(commitment_revision), organisation_reference(uuid),
      commitment_money(uuid, bigint), framework_links(uuid, bigint),
      framework_link_json(framework_link),
      commitment_json(commitment, commitment_state, commitment_revision, bigint),
      commitment_document(uuid, bigint), commitment_at(bigint),
      commitment_serves(text[], text, text), like_escaped(text), history_json(uuid)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
