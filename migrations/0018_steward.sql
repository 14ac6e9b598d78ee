-- What the steward keeps: organisations, whether they ask for four eyes, and country groups.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('organisation.recorded', ARRAY['id', 'identifier', 'name', 'type_code', 'country',
                                               'four_eyes', 'origin', 'note', 'source_sha256']),
               ('organisation.four_eyes', ARRAY['four_eyes', 'reason']),
               ('membership.recorded', ARRAY['id', 'country_group', 'country', 'valid_from',
                                             'valid_from_precision', 'valid_to',
                                             'valid_to_precision', 'valid_to_alternatives',
                                             'status', 'subclass', 'authority', 'list_version',
                                             'decision_ref', 'source', 'confidence', 'note',
                                             'supersedes', 'reason'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE FUNCTION aggregate_append(of_aggregate uuid, kind text, content jsonb)
RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    newest ledger_entry;
BEGIN
    SELECT e.* INTO newest
      FROM ledger_entry AS e
     WHERE e.aggregate = of_aggregate
     ORDER BY e.version DESC
     LIMIT 1;
    RETURN ledger_append(kind, caller_organisation(), of_aggregate,
                         coalesce(newest.version, 0) + 1, newest.leaf_hash, content);
END
$$;
COMMENT ON FUNCTION aggregate_append(uuid, text, jsonb) IS
    'Appends the caller''s next statement about an aggregate that keeps no version of its own; the '
    'caller has locked its row.';

CREATE FUNCTION organisation_faults(o organisation) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT code_fault('/type_code', 'OrganisationType', o.type_code)
        || CASE WHEN o.country IS NULL
                     OR EXISTS (SELECT FROM country AS c WHERE c.code = o.country) THEN '[]'
                ELSE fault('/country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.', o.country)) END
$$;
COMMENT ON FUNCTION organisation_faults(organisation) IS
    'What is wrong with what is said of an organisation.';

CREATE FUNCTION organisation_register(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    o       organisation := jsonb_populate_record(NULL::organisation, content);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_faults(organisation_faults(o));
    IF EXISTS (SELECT FROM organisation AS w WHERE w.identifier = o.identifier) THEN
        CALL refuse_conflict(format('The organisation "%s" is registered already.', o.identifier));
    END IF;
    o.id := gen_random_uuid();
    o.four_eyes := coalesce(o.four_eyes, false);
    receipt := aggregate_append(o.id, 'organisation.recorded', content || jsonb_build_object(
                   'id', o.id, 'four_eyes', o.four_eyes, 'origin', 'registered'));
    INSERT INTO organisation (id, identifier, name, type_code, country, four_eyes, note, origin,
                              entry)
    VALUES (o.id, o.identifier, o.name, o.type_code, o.country, o.four_eyes, o.note, 'registered',
            receipt.entry)
    RETURNING * INTO o;
    RETURN write_end(body, (201,
        json_build_object('organisation', organisation_document(o),
                          'statement', statement_json(receipt))::text,
        NULL, '/v1/organisations/' || o.id)::answer);
END
$$;
COMMENT ON FUNCTION organisation_register(jsonb) IS 'Registers an organisation.';

CREATE FUNCTION organisation_four_eyes(of_organisation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    o       organisation;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO o FROM organisation AS w WHERE w.id = of_organisation FOR UPDATE;
    IF NOT FOUND THEN
        CALL refuse_missing('organisation');
    END IF;
    receipt := aggregate_append(o.id, 'organisation.four_eyes', body);
    UPDATE organisation AS u
       SET four_eyes = (body ->> 'four_eyes')::boolean
     WHERE u.id = o.id
    RETURNING u.* INTO o;
    RETURN write_end(body, (200,
        json_build_object('organisation', organisation_document(o),
                          'statement', statement_json(receipt))::text,
        NULL, NULL)::answer);
END
$$;
COMMENT ON FUNCTION organisation_four_eyes(uuid, jsonb) IS
    'Records that an organisation asks, or no longer asks, that nobody approve their own work.';

CREATE FUNCTION membership_faults(of_group text, content jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM country AS c WHERE c.code = content ->> 'country')
                THEN '[]'
                ELSE fault('/country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.',
                         content ->> 'country')) END
        || CASE WHEN (content ->> 'valid_to')::date <= (content ->> 'valid_from')::date
                THEN fault('/valid_to', 'date_order',
                           'The first day outside the group is after the first day inside.')
                ELSE '[]' END
        || CASE WHEN NOT content ? 'supersedes'
                     OR EXISTS (SELECT FROM country_group_membership AS m
                                 WHERE m.id = (content ->> 'supersedes')::uuid
                                   AND m.country_group = of_group
                                   AND m.country = content ->> 'country') THEN '[]'
                ELSE fault('/supersedes', 'known_membership',
                           'This country and group have no membership record with this id.') END
$$;
COMMENT ON FUNCTION membership_faults(text, jsonb) IS
    'What is wrong with a statement about a membership.';

CREATE FUNCTION membership_record(of_group text, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    m       country_group_membership :=
                jsonb_populate_record(NULL::country_group_membership, content);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_faults(membership_faults(of_group, content));
    IF EXISTS (SELECT FROM country_group_membership AS w WHERE w.supersedes = m.supersedes) THEN
        CALL refuse_conflict('This membership record was superseded already; supersede the newest '
                             'one.');
    END IF;
    m.id := gen_random_uuid();
    receipt := aggregate_append(m.id, 'membership.recorded', content || jsonb_build_object(
                   'id', m.id, 'country_group', of_group));
    INSERT INTO country_group_membership (
           id, country_group, country, valid_from, valid_from_precision, valid_to,
           valid_to_precision, valid_to_alternatives, status, subclass, authority, list_version,
           decision_ref, source, confidence, note, reason, supersedes, entry)
    VALUES (m.id, of_group, m.country, m.valid_from, m.valid_from_precision, m.valid_to,
            m.valid_to_precision, m.valid_to_alternatives, m.status, m.subclass, m.authority,
            m.list_version, m.decision_ref, m.source, m.confidence, m.note, m.reason,
            m.supersedes, receipt.entry)
    RETURNING * INTO m;
    RETURN write_end(body, (201,
        json_build_object('membership', membership_json(m), 'statement', statement_json(receipt))::text,
        NULL, format('/v1/country-groups/%s/memberships', of_group))::answer);
END
$$;
COMMENT ON FUNCTION membership_record(text, jsonb) IS
    'States a membership, or states it anew: the record it supersedes stays as it was.';

GRANT INSERT ON organisation, country_group_membership TO aidledger_writer;
GRANT UPDATE (four_eyes) ON organisation TO aidledger_writer;
GRANT EXECUTE ON FUNCTION aggregate_append(uuid, text, jsonb),
      organisation_faults(organisation), organisation_register(jsonb),
      organisation_four_eyes(uuid, jsonb),
      membership_faults(text, jsonb), membership_record(text, jsonb)
   TO aidledger_writer, aidledger_importer;
