-- Money, forward schedules, framework links and document hashes on a public commitment.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'transaction.recorded', f.field, 'public'
  FROM unnest(ARRAY['id', 'transaction_type', 'ref', 'transaction_date', 'value_date', 'amount',
                    'currency', 'description', 'provider_org', 'receiver_org',
                    'recipient_country', 'recipient_region', 'sector', 'disbursement_channel',
                    'flow_type', 'finance_type', 'aid_type', 'tied_status', 'adjusts', 'reason',
                    'source_sha256']) AS f (field);

CREATE FUNCTION transaction_append(c commitment, content jsonb) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    t        transaction := jsonb_populate_record(NULL::transaction, content);
    revision commitment_revision;
    receipt  ledger_receipt;
BEGIN
    t.id := coalesce(t.id, gen_random_uuid());
    receipt := commitment_append(c, 'transaction.recorded',
                                 content || jsonb_build_object('id', t.id));
    INSERT INTO transaction (
           id, commitment_id, organisation_id, transaction_type, ref, transaction_date, value_date,
           amount, currency, description, provider_org, receiver_org, recipient_country,
           recipient_region, sector, disbursement_channel, flow_type, finance_type, aid_type,
           tied_status, adjusts, reason, entry, recorded_at)
    VALUES (t.id, c.id, caller_organisation(), t.transaction_type, t.ref, t.transaction_date,
            t.value_date, t.amount, t.currency, t.description, t.provider_org, t.receiver_org,
            t.recipient_country, t.recipient_region, t.sector, t.disbursement_channel,
            t.flow_type, t.finance_type, t.aid_type, t.tied_status, t.adjusts, t.reason,
            receipt.entry, receipt.at);
    SELECT r.* INTO revision
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    INSERT INTO allocation (transaction_id, ordinal, country, region, sector, amount, ict_amount,
                            ict_ring)
    SELECT t.id, p.ordinal, p.country, p.region, p.sector, p.amount_part, p.ict_part, p.ict_ring
      FROM allocate(t, revision) AS p;
    RETURN commitment_advanced(c, receipt);
END
$$;
COMMENT ON FUNCTION transaction_append(commitment, jsonb) IS
    'Records one transaction of a commitment with its parts, and returns the commitment after it. '
    'Its entry is the one whose leaf hash is the commitment''s head.';

CREATE FUNCTION transaction_json(t transaction) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', t.id, 'commitment_id', t.commitment_id,
        'asserted_by', organisation_reference(t.organisation_id),
        'transaction_type', t.transaction_type, 'ref', t.ref,
        'transaction_date', t.transaction_date, 'value_date', t.value_date,
        'amount', t.amount::text, 'currency', t.currency, 'description', t.description,
        'provider_org', t.provider_org, 'receiver_org', t.receiver_org,
        'recipient_country', t.recipient_country, 'recipient_region', t.recipient_region,
        'sector', t.sector, 'disbursement_channel', t.disbursement_channel,
        'flow_type', t.flow_type, 'finance_type', t.finance_type, 'aid_type', t.aid_type,
        'tied_status', t.tied_status, 'adjusts', t.adjusts, 'reason', t.reason,
        'parts', (SELECT coalesce(json_agg(json_build_object(
                             'country', a.country, 'region', a.region, 'sector', a.sector,
                             'amount', a.amount::text, 'ict_amount', a.ict_amount::text,
                             'ict_ring', a.ict_ring)
                             ORDER BY a.ordinal), '[]')
                    FROM allocation AS a WHERE a.transaction_id = t.id),
        'entry', t.entry, 'recorded_at', rfc3339(t.recorded_at)));
END
$$;
COMMENT ON FUNCTION transaction_json(transaction) IS 'A transaction as documents show it.';

CREATE FUNCTION transaction_faults(of_commitment uuid, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN content ->> 'transaction_type' = '2'
                THEN fault('/transaction_type', 'by_amendment',
                           'The committed amount changes by an amendment of the commitment.')
                ELSE code_fault('/transaction_type', 'TransactionType',
                                content ->> 'transaction_type') END
        || CASE WHEN (content ->> 'amount')::numeric = 0
                THEN fault('/amount', 'not_zero', 'A transaction moves some money.')
                ELSE '[]' END
        || CASE WHEN (content ->> 'amount')::numeric < 0 AND NOT content ? 'adjusts'
                THEN fault('/amount', 'positive',
                           'A negative amount corrects an earlier record: name it in "adjusts".')
                ELSE '[]' END
        || CASE WHEN (content ->> 'transaction_date')::date > (now() AT TIME ZONE 'UTC')::date
                THEN fault('/transaction_date', 'not_in_future',
                           'A transaction has happened; what is planned belongs in the schedule.')
                ELSE '[]' END
        || CASE WHEN EXISTS (SELECT FROM currency AS c WHERE c.code = content ->> 'currency')
                THEN '[]'
                ELSE fault('/currency', 'codelist', format(
                         '"%s" is no ISO 4217 code; see /v1/codelists/Currency.',
                         content ->> 'currency')) END
        || amount_faults('/amount', content ->> 'amount', content ->> 'currency')
        || CASE WHEN NOT content ? 'recipient_country'
                     OR EXISTS (SELECT FROM country AS c
                                 WHERE c.code = content ->> 'recipient_country') THEN '[]'
                ELSE fault('/recipient_country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.',
                         content ->> 'recipient_country')) END
        || CASE WHEN content ? 'recipient_country' AND content ? 'recipient_region'
                THEN fault('/recipient_region', 'single_recipient',
                           'A transaction names one recipient country or one region, not both.')
                ELSE '[]' END
        || CASE WHEN content ? 'adjusts' AND NOT content ? 'reason'
                THEN fault('/reason', 'required',
                           'A record that adjusts another one gives its reason.') ELSE '[]' END
        || CASE WHEN NOT content ? 'adjusts'
                     OR EXISTS (SELECT FROM transaction AS t
                                 WHERE t.id = (content ->> 'adjusts')::uuid
                                   AND t.commitment_id = of_commitment) THEN '[]'
                ELSE fault('/adjusts', 'known_transaction',
                           'This commitment has no transaction with this id.') END
        || coalesce((SELECT fault('/currency', 'same_currency', format(
                                'The record it adjusts is in %s.', t.currency))
                       FROM transaction AS t
                      WHERE t.id = (content ->> 'adjusts')::uuid
                        AND t.currency <> content ->> 'currency'), '[]')
        || coalesce((SELECT fault('/transaction_type', 'same_type', format(
                                'The record it adjusts has the type %s.', t.transaction_type))
                       FROM transaction AS t
                      WHERE t.id = (content ->> 'adjusts')::uuid
                        AND t.transaction_type <> content ->> 'transaction_type'), '[]')
        || code_fault('/recipient_region', 'Region', content ->> 'recipient_region')
        || code_fault('/sector', 'Sector', content ->> 'sector')
        || code_fault('/disbursement_channel', 'DisbursementChannel',
                      content ->> 'disbursement_channel')
        || code_fault('/flow_type', 'FlowType', content ->> 'flow_type')
        || code_fault('/finance_type', 'FinanceType', content ->> 'finance_type')
        || code_fault('/aid_type', 'AidType', content ->> 'aid_type')
        || code_fault('/tied_status', 'TiedStatus', content ->> 'tied_status'));
END
$$;
COMMENT ON FUNCTION transaction_faults(uuid, jsonb) IS
    'Everything that is wrong with what a transaction says.';

CREATE PROCEDURE refuse_imported(c commitment)
LANGUAGE plpgsql AS $$
BEGIN
    IF c.origin = 'imported' THEN
        CALL refuse_conflict('An imported commitment changes with the next import of the file '
                             'that its organisation publishes.');
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_imported(commitment) IS
    'Ends the request when the publisher''s file is where this belongs.';

CREATE FUNCTION transaction_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb := jsonb_strip_nulls(body);
    t       transaction;
    e       ledger_entry;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'paid out or corrected');
    CALL refuse_imported(c);
    CALL refuse_faults(transaction_faults(c.id, content));
    IF NOT content ? 'value_date' THEN
        content := content || jsonb_build_object('value_date', content -> 'transaction_date');
    END IF;
    c := transaction_append(c, content);
    CALL commitment_store(c);
    SELECT l.* INTO e FROM ledger_entry AS l WHERE l.aggregate = c.id AND l.version = c.version;
    SELECT w.* INTO t FROM transaction AS w WHERE w.entry = e.entry;
    RETURN write_end(body, (201,
        json_build_object(
            'transaction', transaction_json(t),
            'commitment', json_build_object('id', c.id, 'version', c.version),
            'statement', statement_json((e.entry, e.leaf_hash, e.at)::ledger_receipt))::text,
        NULL, format('/v1/commitments/%s/transactions/%s', c.id, t.id))::answer);
END
$$;
COMMENT ON FUNCTION transaction_record(uuid, jsonb) IS
    'Reports a payment or another movement of money on a commitment of the caller''s organisation.';

CREATE FUNCTION schedule_json(of_commitment uuid, of_schedule integer) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'commitment_id', of_commitment, 'schedule_version', of_schedule,
        'planned_disbursements', planned_disbursements_json(of_commitment, of_schedule)));
END
$$;
COMMENT ON FUNCTION schedule_json(uuid, integer) IS 'A version of the forward schedule.';

CREATE FUNCTION schedule_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given       answer := write_begin(body);
    c           commitment;
    r           commitment_revision;
    instalments jsonb := body -> 'planned_disbursements';
    receipt     ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'rescheduled');
    CALL refuse_imported(c);
    SELECT w.* INTO r
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id AND w.revision = c.revision;
    CALL refuse_faults(instalment_faults('/planned_disbursements', instalments, r.currency)
        || schedule_total_fault('/planned_disbursements', instalments, r.amount, r.currency));
    receipt := commitment_append(c, 'schedule.recorded', jsonb_build_object(
                   'schedule_version', coalesce(c.schedule, 0) + 1,
                   'planned_disbursements', (
                       SELECT coalesce(jsonb_agg(p.value || jsonb_build_object(
                                  'currency', r.currency, 'value_date', r.commitment_date)
                                  ORDER BY p.ordinality), '[]')
                         FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p),
                   'reason', body -> 'reason'));
    c.schedule := schedule_promise(c, instalments, r.currency, r.commitment_date, receipt);
    c := commitment_advanced(c, receipt);
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, (201,
        json_build_object('schedule', schedule_json(c.id, c.schedule),
                          'statement', statement_json(receipt))::text,
        c.version::text, format('/v1/commitments/%s/schedule', c.id))::answer);
END
$$;
COMMENT ON FUNCTION schedule_record(uuid, jsonb) IS
    'Promises a further version of the forward schedule; the earlier ones stay as promised.';

CREATE FUNCTION link_faults(c commitment, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN EXISTS (SELECT FROM framework_item AS i
                              WHERE i.framework = content ->> 'framework'
                                AND i.framework_version = content ->> 'framework_version'
                                AND i.code = content ->> 'item') THEN '[]'
                ELSE fault('/item', 'known_item', format(
                         'Version %s of the framework %s has no item "%s".',
                         content ->> 'framework_version', content ->> 'framework',
                         content ->> 'item')) END
        || CASE WHEN (content ->> 'share')::numeric <= 0 OR (content ->> 'share')::numeric > 100
                THEN fault('/share', 'share_range',
                           'A share is greater than 0 and at most 100.') ELSE '[]' END
        || coalesce((SELECT fault('/share', 'within_100', format(
                                'With the other links to items of the same kind in this version '
                                'the shares would add up to %s, more than 100.',
                                trim_scale(o.total + (content ->> 'share')::numeric)))
                       FROM (SELECT coalesce(sum(l.share), 0) AS total
                               FROM framework_links(c.id, NULL) AS l
                               JOIN framework_item AS other
                                 ON other.framework = l.framework
                                AND other.framework_version = l.framework_version
                                AND other.code = l.item
                               JOIN framework_item AS mine
                                 ON mine.framework = other.framework
                                AND mine.framework_version = other.framework_version
                                AND mine.kind = other.kind
                              WHERE mine.framework = content ->> 'framework'
                                AND mine.framework_version = content ->> 'framework_version'
                                AND mine.code = content ->> 'item'
                                AND l.item <> mine.code) AS o
                      WHERE NOT coalesce((content ->> 'withdrawn')::boolean, false)
                        AND o.total + (content ->> 'share')::numeric > 100), '[]'));
END
$$;
COMMENT ON FUNCTION link_faults(commitment, jsonb) IS
    'What is wrong with a link to a framework item.';

CREATE FUNCTION link_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb := jsonb_strip_nulls(body);
    l       framework_link;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'linked');
    CALL refuse_faults(link_faults(c, content));
    l := jsonb_populate_record(NULL::framework_link, content);
    l.id := gen_random_uuid();
    receipt := commitment_append(c, 'link.recorded',
                                 content || jsonb_build_object('id', l.id));
    INSERT INTO framework_link (id, commitment_id, ordinal, framework, framework_version, item,
                                share, rationale, withdrawn, asserted_by, entry)
    SELECT l.id, c.id, coalesce(max(w.ordinal), 0) + 1, l.framework, l.framework_version, l.item,
           l.share, l.rationale, coalesce(l.withdrawn, false), caller_organisation(),
           receipt.entry
      FROM framework_link AS w
     WHERE w.commitment_id = c.id AND w.framework = l.framework
       AND w.framework_version = l.framework_version AND w.item = l.item
    RETURNING * INTO l;
    c := commitment_advanced(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, (201,
        json_build_object('link', framework_link_json(l),
                          'commitment', json_build_object('id', c.id, 'version', c.version),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/commitments/%s/links', c.id))::answer);
END
$$;
COMMENT ON FUNCTION link_record(uuid, jsonb) IS
    'States that a commitment serves a framework item, states it anew, or withdraws it.';

CREATE FUNCTION document_hash_json(d document_hash) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', d.id, 'commitment_id', d.commitment_id, 'title', d.title, 'category', d.category,
        'media_type', d.media_type, 'url', d.url, 'sha256', encode(d.sha256, 'hex'),
        'byte_length', d.byte_length, 'entry', d.entry));
END
$$;
COMMENT ON FUNCTION document_hash_json(document_hash) IS 'A document hash as documents show it.';

CREATE FUNCTION document_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb := jsonb_strip_nulls(body);
    d       document_hash;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'documented');
    CALL refuse_faults(code_fault('/category', 'DocumentCategory', content ->> 'category'));
    d.id := gen_random_uuid();
    receipt := commitment_append(c, 'document.recorded',
                                 content || jsonb_build_object('id', d.id));
    INSERT INTO document_hash (id, commitment_id, title, category, media_type, url, sha256,
                               byte_length, entry)
    VALUES (d.id, c.id, content ->> 'title', content ->> 'category', content ->> 'media_type',
            content ->> 'url', decode(content ->> 'sha256', 'hex'),
            (content ->> 'byte_length')::bigint, receipt.entry)
    RETURNING * INTO d;
    c := commitment_advanced(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, (201,
        json_build_object('document', document_hash_json(d),
                          'commitment', json_build_object('id', c.id, 'version', c.version),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/commitments/%s/documents', c.id))::answer);
END
$$;
COMMENT ON FUNCTION document_record(uuid, jsonb) IS
    'Pins a document about a commitment by its SHA-256.';

GRANT EXECUTE ON FUNCTION transaction_append(commitment, jsonb), transaction_json(transaction),
      transaction_faults(uuid, jsonb), transaction_record(uuid, jsonb),
      schedule_json(uuid, integer), schedule_record(uuid, jsonb), link_faults(commitment, jsonb),
      link_record(uuid, jsonb), document_hash_json(document_hash), document_record(uuid, jsonb)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE refuse_imported(commitment)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION transaction_json(transaction), schedule_json(uuid, integer),
      document_hash_json(document_hash)
   TO aidledger_public, aidledger_scoped, aidledger_reporter;
