-- Reference facts as documents show them.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION membership_json(m country_group_membership) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'id', m.id, 'country_group', m.country_group, 'country', m.country,
        'valid_from', m.valid_from, 'valid_from_precision', m.valid_from_precision,
        'valid_to', m.valid_to, 'valid_to_precision', m.valid_to_precision,
        'valid_to_alternatives', to_json(m.valid_to_alternatives), 'status', m.status,
        'subclass', m.subclass, 'authority', m.authority, 'list_version', m.list_version,
        'decision_ref', m.decision_ref, 'source', m.source, 'confidence', m.confidence,
        'note', m.note, 'reason', m.reason, 'supersedes', m.supersedes, 'entry', m.entry)
$$;
COMMENT ON FUNCTION membership_json(country_group_membership) IS
    'A membership record with its authority, source and confidence.';

CREATE FUNCTION country_json(c country, on_date date) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'code', c.code, 'alpha3', c.alpha3, 'numeric_m49', c.numeric_m49, 'name', c.name,
        'iso_name', c.iso_name, 'un_region', c.un_region, 'un_subregion', c.un_subregion,
        'un_intermediate_region', c.un_intermediate_region, 'wb_income_fy26', c.wb_income_fy26,
        'wb_income_fy27', c.wb_income_fy27, 'dac_recipient_2021', c.dac_recipient_2021,
        'dac_recipient_2024_25', c.dac_recipient_2024_25,
        'dac_recipient_2026', c.dac_recipient_2026, 'dac_code', c.dac_code,
        'un_member', c.un_member, 'income_confidence', c.income_confidence,
        'dac_confidence', c.dac_confidence, 'note', c.note, 'on', on_date,
        'groups', (SELECT coalesce(json_agg(m.country_group ORDER BY m.country_group), '[]')
                     FROM country_group_member(on_date) AS m
                    WHERE m.country = c.code))
$$;
COMMENT ON FUNCTION country_json(country, date) IS
    'A country with the groups it counts in on a day.';

CREATE FUNCTION framework_item_json(i framework_item) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'framework', i.framework, 'framework_version', i.framework_version, 'code', i.code,
        'kind', i.kind, 'printed', i.printed, 'parent', i.parent, 'gist', i.gist,
        'status', i.status, 'source', i.source, 'confidence', i.confidence, 'note', i.note,
        'submissions', (SELECT coalesce(json_agg(p.submission ORDER BY p.submission, p.place), '[]')
                          FROM framework_submission_place AS p
                         WHERE p.framework = i.framework
                           AND p.framework_version = i.framework_version AND p.item = i.code))
$$;
COMMENT ON FUNCTION framework_item_json(framework_item) IS
    'A framework item with the codes of the submissions on it.';

CREATE FUNCTION indicator_json(i indicator) RETURNS json
LANGUAGE sql IMMUTABLE
AS $$
    SELECT json_build_object(
        'code', i.code, 'family', i.family, 'name', i.name, 'unit', i.unit,
        'collecting_agency', i.collecting_agency, 'frequency', i.frequency,
        'sdg_target', i.sdg_target, 'source', i.source, 'confidence', i.confidence,
        'note', i.note)
$$;
COMMENT ON FUNCTION indicator_json(indicator) IS 'An indicator of the catalogue.';

CREATE FUNCTION organisation_document(o organisation) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'id', o.id, 'identifier', o.identifier, 'name', o.name, 'type_code', o.type_code,
        'country', o.country, 'crs_channel_code', o.crs_channel_code,
        'dac_memberships', (SELECT coalesce(json_agg(json_build_object(
                                       'member_from', d.member_from, 'member_to', d.member_to,
                                       'confidence', d.confidence) ORDER BY d.member_from), '[]')
                              FROM dac_membership AS d
                             WHERE d.organisation_id = o.id),
        'four_eyes', o.four_eyes, 'confidence', o.confidence, 'note', o.note,
        'origin', o.origin, 'entry', o.entry)
$$;
COMMENT ON FUNCTION organisation_document(organisation) IS
    'An organisation with its years in the Development Assistance Committee.';

GRANT EXECUTE ON FUNCTION membership_json(country_group_membership), country_json(country, date),
      framework_item_json(framework_item), indicator_json(indicator),
      organisation_document(organisation)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
