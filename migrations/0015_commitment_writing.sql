-- How a commitment comes about: draft, submit, return, register, take effect, amend.
--
-- Every function follows one path: was this answered before; lock the commitment; may the caller,
-- does the state allow it, is what is said sound; append the statement; write the records; raise
-- the version; answer.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- A draft's content is private until registering restates it in the clear.
INSERT INTO ledger_field (kind, field, exposure)
SELECT k.kind, f.field, k.exposure
  FROM (VALUES ('commitment.drafted', 'private'), ('commitment.edited', 'private'),
               ('commitment.amendment_proposed', 'private'), ('commitment.registered', 'public'),
               ('commitment.amended', 'public'), ('commitment.imported', 'public')) AS k (kind, exposure)
 CROSS JOIN unnest(ARRAY['activity_id', 'title', 'narrative', 'agreement_reference',
                         'commitment_date', 'start_date', 'end_date', 'recipients', 'sectors',
                         'collaboration_type', 'flow_type', 'finance_type', 'aid_type',
                         'tied_status', 'ict_significance', 'ict_share', 'ict_reason', 'amount',
                         'currency', 'schedule', 'reason']) AS f (field)
 UNION ALL
SELECT v.kind, v.field, v.exposure
  FROM (VALUES ('commitment.registered', 'due_on', 'public'),
               ('commitment.amended', 'due_on', 'public'),
               ('commitment.amended', 'asked_again', 'public'),
               ('commitment.imported', 'status', 'public'),
               ('commitment.imported', 'source_sha256', 'public'),
               ('commitment.returned', 'reason', 'private'),
               ('commitment.amendment_returned', 'reason', 'private'),
               ('commitment.effected', 'agreement_reference', 'public'),
               ('commitment.effected', 'effective_date', 'public'),
               ('commitment.effected', 'baseline_schedule', 'public'),
               ('schedule.recorded', 'schedule_version', 'public'),
               ('schedule.recorded', 'planned_disbursements', 'public'),
               ('schedule.recorded', 'reason', 'public'),
               ('schedule.recorded', 'source_sha256', 'public'),
               ('link.recorded', 'id', 'public'),
               ('link.recorded', 'framework', 'public'),
               ('link.recorded', 'framework_version', 'public'),
               ('link.recorded', 'item', 'public'),
               ('link.recorded', 'share', 'public'),
               ('link.recorded', 'rationale', 'public'),
               ('link.recorded', 'withdrawn', 'public'),
               ('document.recorded', 'id', 'public'),
               ('document.recorded', 'title', 'public'),
               ('document.recorded', 'category', 'public'),
               ('document.recorded', 'media_type', 'public'),
               ('document.recorded', 'url', 'public'),
               ('document.recorded', 'sha256', 'public'),
               ('document.recorded', 'byte_length', 'public')) AS v (kind, field, exposure);

CREATE FUNCTION amount_faults(pointer text, amount text, currency text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(
        (SELECT fault(pointer, 'minor_unit', format(
                    '%s has %s decimals; the amount has %s.', c.code, c.minor_unit,
                    scale(trim_scale(amount::numeric))))
           FROM currency AS c
          WHERE c.code = currency
            AND scale(trim_scale(amount::numeric)) > c.minor_unit), '[]'));
END
$$;
COMMENT ON FUNCTION amount_faults(text, text, text) IS
    'Whether an amount is finer than the smallest unit of its currency.';

CREATE FUNCTION share_faults(pointer text, parts jsonb, what text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN parts IS NULL OR shares_total(parts) = 100 THEN '[]'
                ELSE fault(pointer, 'total_100', format(
                         'The shares of the %s add up to %s; they must add up to exactly 100.',
                         what, trim_scale(shares_total(parts)))) END
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('%s/%s/share', pointer, p.ordinality - 1),
                         'rule', 'share_range',
                         'detail', 'A share is greater than 0 and at most 100.'))
                       FROM jsonb_array_elements(parts) WITH ORDINALITY AS p
                      WHERE (p.value ->> 'share')::numeric <= 0
                         OR (p.value ->> 'share')::numeric > 100), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('%s/%s', pointer, p.ordinality - 1),
                         'rule', 'unique',
                         'detail', 'It is listed before; give one share for each.'))
                       FROM (SELECT e.ordinality, row_number() OVER (
                                        PARTITION BY e.value - 'share'
                                            ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(parts) WITH ORDINALITY AS e) AS p
                      WHERE p.times > 1), '[]'));
END
$$;
COMMENT ON FUNCTION share_faults(text, jsonb, text) IS
    'Whether shares over one dimension are in range, named once each, and add up to exactly 100.';

CREATE FUNCTION code_fault(pointer text, list text, code text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN code IS NULL OR in_codelist(list, code) THEN '[]'
                ELSE fault(pointer, 'codelist', format(
                         'The code "%s" is not in the code list %s; see /v1/codelists/%s.',
                         code, list, list)) END);
END
$$;
COMMENT ON FUNCTION code_fault(text, text, text) IS 'Whether a code is in its code list.';

CREATE FUNCTION recipient_faults(recipients jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT share_faults('/recipients', recipients, 'recipients')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/recipients/%s/country', p.ordinality - 1),
                         'rule', 'known_country',
                         'detail', format('"%s" is no ISO 3166-1 country code; see '
                                          '/v1/countries.', p.value ->> 'country')))
                       FROM jsonb_array_elements(recipients) WITH ORDINALITY AS p
                      WHERE p.value ? 'country'
                        AND NOT EXISTS (SELECT FROM country AS c
                                         WHERE c.code = p.value ->> 'country')), '[]')
        || coalesce((SELECT jsonb_agg(f.value)
                       FROM jsonb_array_elements(recipients) WITH ORDINALITY AS p
                      CROSS JOIN jsonb_array_elements(code_fault(
                            format('/recipients/%s/region', p.ordinality - 1), 'Region',
                            p.value ->> 'region')) AS f), '[]'));
END
$$;
COMMENT ON FUNCTION recipient_faults(jsonb) IS 'What is wrong with a list of recipients.';

CREATE FUNCTION sector_faults(sectors jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT share_faults('/sectors', sectors, 'sectors')
        || coalesce((SELECT jsonb_agg(f.value)
                       FROM jsonb_array_elements(sectors) WITH ORDINALITY AS p
                      CROSS JOIN jsonb_array_elements(code_fault(
                            format('/sectors/%s/code', p.ordinality - 1), 'Sector',
                            p.value ->> 'code')) AS f), '[]'));
END
$$;
COMMENT ON FUNCTION sector_faults(jsonb) IS 'What is wrong with a list of sectors.';

CREATE FUNCTION ict_faults(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN (content ->> 'ict_significance')::integer > 0
                     AND content ->> 'ict_share' IS NULL
                THEN fault('/ict_share', 'required',
                           'An ICT significance of 1 or 2 states the ICT share in percent.')
                ELSE '[]' END
        || CASE WHEN (content ->> 'ict_significance')::integer > 0
                     AND content ->> 'ict_reason' IS NULL
                THEN fault('/ict_reason', 'required',
                           'An ICT significance of 1 or 2 gives its reason.')
                ELSE '[]' END
        || CASE WHEN coalesce((content ->> 'ict_significance')::integer, 0) = 0
                     AND (content ->> 'ict_share')::numeric > 0
                THEN fault('/ict_share', 'significance',
                           'An ICT share needs an ICT significance of 1 or 2; purpose codes of '
                           'family 220 count as ICT without one.')
                ELSE '[]' END
        || coalesce((SELECT fault('/ict_share', 'covers_family_220', format(
                                'The ICT share covers at least the %s percent of purpose codes of '
                                'family 220.', trim_scale(f.share)))
                       FROM (SELECT sum((s.value ->> 'share')::numeric) AS share
                               FROM jsonb_array_elements(content -> 'sectors') AS s
                              WHERE is_ict_sector(s.value ->> 'code')) AS f
                      WHERE (content ->> 'ict_significance')::integer > 0
                        AND (content ->> 'ict_share')::numeric < f.share), '[]'));
END
$$;
COMMENT ON FUNCTION ict_faults(jsonb) IS 'What is wrong with the ICT marker of a commitment.';

CREATE FUNCTION instalment_faults(pointer text, instalments jsonb, currency text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('%s/%s/period_end', pointer, p.ordinality - 1),
                         'rule', 'period_order',
                         'detail', 'A period does not end before it starts.'))
                       FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p
                      WHERE (p.value ->> 'period_end')::date
                          < (p.value ->> 'period_start')::date), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('%s/%s/amount', pointer, p.ordinality - 1),
                         'rule', 'positive',
                         'detail', 'An instalment is greater than zero.'))
                       FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p
                      WHERE (p.value ->> 'amount')::numeric <= 0), '[]')
        || coalesce((SELECT jsonb_agg(f.value)
                       FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p
                      CROSS JOIN jsonb_array_elements(amount_faults(
                            format('%s/%s/amount', pointer, p.ordinality - 1),
                            p.value ->> 'amount', currency)) AS f), '[]'));
END
$$;
COMMENT ON FUNCTION instalment_faults(text, jsonb, text) IS
    'What is wrong with the instalments of a schedule.';

CREATE FUNCTION schedule_total_fault(pointer text, instalments jsonb, committed numeric,
                                     currency text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce((SELECT fault(pointer, 'within_commitment', format(
                                'The instalments add up to %s %s, more than the %s %s committed.',
                                s.total, currency, committed, currency))
                       FROM (SELECT sum((p.value ->> 'amount')::numeric) AS total
                               FROM jsonb_array_elements(instalments) AS p) AS s
                      WHERE s.total > committed), '[]'));
END
$$;
COMMENT ON FUNCTION schedule_total_fault(text, jsonb, numeric, text) IS
    'Whether a schedule promises more than is committed.';

CREATE FUNCTION commitment_faults(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN content ->> 'activity_id' IS NULL
                     OR EXISTS (SELECT FROM activity AS a
                                 WHERE a.id = (commitment_faults.content ->> 'activity_id')::uuid
                                   AND a.organisation_id = caller_organisation()) THEN '[]'
                ELSE fault('/activity_id', 'own_activity',
                           'Your organisation has published no activity with this id.') END
        || CASE WHEN (content ->> 'end_date')::date < (content ->> 'start_date')::date
                THEN fault('/end_date', 'date_order',
                           'The end date is not before the start date.') ELSE '[]' END
        || CASE WHEN (content ->> 'amount')::numeric <= 0
                THEN fault('/amount', 'positive', 'A committed amount is greater than zero.')
                ELSE '[]' END
        || CASE WHEN content ? 'amount' AND NOT content ? 'currency'
                THEN fault('/currency', 'required', 'An amount names its currency.')
                ELSE '[]' END
        || CASE WHEN NOT content ? 'currency'
                     OR EXISTS (SELECT FROM currency AS c
                                 WHERE c.code = content ->> 'currency') THEN '[]'
                ELSE fault('/currency', 'codelist', format(
                         '"%s" is no ISO 4217 code; see /v1/codelists/Currency.',
                         content ->> 'currency')) END
        || amount_faults('/amount', content ->> 'amount', content ->> 'currency')
        || coalesce(recipient_faults(content -> 'recipients'), '[]')
        || coalesce(sector_faults(content -> 'sectors'), '[]')
        || ict_faults(content)
        || instalment_faults('/schedule', content -> 'schedule', content ->> 'currency')
        || schedule_total_fault('/schedule', content -> 'schedule',
                                (content ->> 'amount')::numeric, content ->> 'currency')
        || code_fault('/collaboration_type', 'CollaborationType', content ->> 'collaboration_type')
        || code_fault('/flow_type', 'FlowType', content ->> 'flow_type')
        || code_fault('/finance_type', 'FinanceType', content ->> 'finance_type')
        || code_fault('/aid_type', 'AidType', content ->> 'aid_type')
        || code_fault('/tied_status', 'TiedStatus', content ->> 'tied_status'));
END
$$;
COMMENT ON FUNCTION commitment_faults(jsonb) IS
    'Everything that is wrong with what a commitment says; absent members are not, in a draft.';

CREATE FUNCTION commitment_gaps(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'pointer', '/' || n.name, 'rule', 'required',
               'detail', 'It is needed before a commitment can be submitted.') ORDER BY n.ordinality),
               '[]')
      FROM unnest(ARRAY['title', 'commitment_date', 'start_date', 'recipients', 'sectors',
                        'flow_type', 'finance_type', 'aid_type', 'tied_status', 'amount',
                        'currency']) WITH ORDINALITY AS n (name)
     WHERE NOT content ? n.name);
END
$$;
COMMENT ON FUNCTION commitment_gaps(jsonb) IS 'What a draft still lacks before it can be submitted.';

CREATE FUNCTION commitment_lock(of_commitment uuid) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    c commitment;
BEGIN
    SELECT l.* INTO c FROM commitment AS l WHERE l.id = of_commitment FOR UPDATE;
    IF NOT FOUND THEN
        -- A row that may be read but not changed is somebody else's, which is no secret.
        IF EXISTS (SELECT FROM commitment AS o WHERE o.id = of_commitment) THEN
            CALL refuse_forbidden('This commitment belongs to another organisation.');
        END IF;
        CALL refuse_missing('commitment');
    END IF;
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_lock(uuid) IS
    'The commitment, held by this transaction. Until it ends no other statement is made about it.';

CREATE FUNCTION commitment_lock_own(of_commitment uuid) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    c commitment := commitment_lock(of_commitment);
BEGIN
    IF c.organisation_id IS DISTINCT FROM caller_organisation() THEN
        CALL refuse_forbidden('This commitment belongs to another organisation.');
    END IF;
    CALL refuse_stale(c.version);
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_lock_own(uuid) IS
    'The same for a statement that only the funding organisation makes, If-Match included.';

CREATE PROCEDURE refuse_unless_status(c commitment, allowed text[], deed text)
LANGUAGE plpgsql AS $$
BEGIN
    IF c.status <> ALL (allowed) THEN
        CALL refuse_conflict(format('A commitment that is %s cannot be %s; it would have to be %s.',
                                    c.status, deed, array_to_string(allowed, ' or ')));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unless_status(commitment, text[], text) IS
    'Ends the request when the commitment is in none of these states.';

CREATE FUNCTION commitment_append(c commitment, kind text, content jsonb) RETURNS ledger_receipt
LANGUAGE sql
AS $$
    SELECT ledger_append(kind, caller_organisation(), c.id, coalesce(c.version, 0) + 1, c.head,
                         content)
$$;
COMMENT ON FUNCTION commitment_append(commitment, text, jsonb) IS
    'Appends the caller''s next statement about the commitment.';

CREATE FUNCTION commitment_advanced(c commitment, receipt ledger_receipt) RETURNS commitment
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    c.version := coalesce(c.version, 0) + 1;
    c.head := receipt.leaf_hash;
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_advanced(commitment, ledger_receipt) IS
    'The commitment after one more statement.';

CREATE FUNCTION commitment_revise(c commitment, content jsonb, published boolean,
                                  receipt ledger_receipt)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    r    commitment_revision := jsonb_populate_record(NULL::commitment_revision, content);
    made integer;
BEGIN
    SELECT coalesce(max(w.revision), 0) + 1 INTO made
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id;
    INSERT INTO commitment_revision (
           commitment_id, revision, published, activity_id, title, narrative,
           agreement_reference, commitment_date, start_date, end_date, recipients, sectors,
           collaboration_type, flow_type, finance_type, aid_type, tied_status, ict_significance,
           ict_share, ict_reason, amount, currency, schedule, maker, entry)
    VALUES (c.id, made, commitment_revise.published, r.activity_id, r.title, r.narrative,
            r.agreement_reference, r.commitment_date, r.start_date, r.end_date, r.recipients,
            r.sectors, r.collaboration_type, r.flow_type, r.finance_type, r.aid_type,
            r.tied_status, r.ict_significance, r.ict_share, r.ict_reason, r.amount, r.currency,
            r.schedule, caller_principal(), receipt.entry);
    RETURN made;
END
$$;
COMMENT ON FUNCTION commitment_revise(commitment, jsonb, boolean, ledger_receipt) IS
    'Records what a commitment says from this statement on and returns the revision''s number.';

CREATE PROCEDURE commitment_turn(c commitment, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO commitment_state (commitment_id, version, status, published, revision, schedule,
                                  baseline_schedule, effective_date, entry)
    VALUES (c.id, c.version, c.status, c.published, c.revision, c.schedule, c.baseline_schedule,
            c.effective_date, receipt.entry);
END
$$;
COMMENT ON PROCEDURE commitment_turn(commitment, ledger_receipt) IS
    'Records the state a commitment turned into with this statement.';

CREATE PROCEDURE commitment_store(c commitment)
LANGUAGE plpgsql AS $$
DECLARE
    r commitment_revision;
BEGIN
    SELECT w.* INTO r
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id AND w.revision = c.revision;
    UPDATE commitment AS u
       SET status = c.status, published = c.published, version = c.version, head = c.head,
           revision = c.revision, registered_revision = c.registered_revision,
           amendment = c.amendment, submitted_by = c.submitted_by, schedule = c.schedule,
           baseline_schedule = c.baseline_schedule, effective_date = c.effective_date,
           countries = r.countries,
           sectors = r.sector_codes,
           items = ARRAY(SELECT concat_ws('/', l.framework, l.framework_version, l.item)
                           FROM framework_links(c.id, NULL) AS l),
           start_date = r.start_date, end_date = r.end_date,
           search = lower(concat_ws(' ', r.title, r.narrative, r.agreement_reference))
     WHERE u.id = c.id;
    CALL commitment_refresh(c.id);
END
$$;
COMMENT ON PROCEDURE commitment_store(commitment) IS
    'Keeps the present state of a commitment and remakes its document.';

CREATE PROCEDURE commitment_refresh(of_commitment uuid)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE commitment AS u
       SET document = commitment_document(of_commitment, NULL)::text
     WHERE u.id = of_commitment;
END
$$;
COMMENT ON PROCEDURE commitment_refresh(uuid) IS
    'Remakes the document of a commitment from its records.';

CREATE FUNCTION commitment_answer(status integer, c commitment, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (status,
            json_build_object('commitment', commitment_document(c.id, NULL),
                              'statement', statement_json(receipt))::text,
            c.version::text,
            CASE WHEN status = 201 THEN '/v1/commitments/' || c.id END)::answer);
END
$$;
COMMENT ON FUNCTION commitment_answer(integer, commitment, ledger_receipt) IS
    'The answer to a statement about a commitment: its document and the ledger entry.';

CREATE FUNCTION commitment_create(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    c       commitment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_faults(commitment_faults(content));
    c.id := gen_random_uuid();
    receipt := commitment_append(c, 'commitment.drafted', content);
    c := commitment_advanced(c, receipt);
    c.organisation_id := caller_organisation();
    c.status := 'DRAFT';
    c.published := false;
    c.revision := 1;
    INSERT INTO commitment (id, organisation_id, origin, status, version, head, revision,
                            created_at)
    VALUES (c.id, c.organisation_id, 'registered', c.status, c.version, c.head, c.revision,
            receipt.at);
    c.revision := commitment_revise(c, content, false, receipt);
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(201, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_create(jsonb) IS 'A private draft of the caller''s organisation.';

CREATE FUNCTION commitment_edit(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['DRAFT'], 'edited');
    SELECT jsonb_strip_nulls(commitment_content(r) || body) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    IF NOT content ? 'title' THEN
        CALL refuse_faults(fault('/title', 'required', 'A draft keeps a title.'));
    END IF;
    CALL refuse_faults(commitment_faults(content));
    receipt := commitment_append(c, 'commitment.edited', content);
    c := commitment_advanced(c, receipt);
    c.revision := commitment_revise(c, content, false, receipt);
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_edit(uuid, jsonb) IS
    'Changes a draft by a merge patch (RFC 7396): null takes a member away.';

-- Inputs stand from the moment a government may speak: at submission (early voice), and anew when
-- an amendment brings in a country. A country that a draft names no more loses its invitation; one
-- that has spoken is asked about its own removal.
CREATE PROCEDURE ownership_invite(c commitment, invitation text, asked_again boolean, due date,
                                  receipt ledger_receipt)
LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    i     ownership_input;
BEGIN
    FOR asked IN
        SELECT coalesce(n.country, o.country) AS country, n.country IS NOT NULL AS is_recipient,
               o.id IS NOT NULL AS is_known
          FROM (SELECT DISTINCT unnest(r.countries) AS country
                  FROM commitment_revision AS r
                 WHERE r.commitment_id = c.id AND r.revision = c.revision) AS n
          FULL JOIN (SELECT w.* FROM ownership_input AS w WHERE w.commitment_id = c.id) AS o
            ON o.country = n.country
         ORDER BY 1
    LOOP
        IF NOT asked.is_known THEN
            INSERT INTO ownership_input (id, commitment_id, country, state, round, due_on, version,
                                         invited_at)
            VALUES (gen_random_uuid(), c.id, asked.country, invitation, 1, due, 1, receipt.at)
            RETURNING * INTO i;
        ELSE
            UPDATE ownership_input AS u
               SET state = CASE WHEN asked.is_recipient OR u.position_id IS NOT NULL
                                THEN invitation ELSE 'NOT_INVITED' END,
                   due_on = CASE WHEN asked.is_recipient OR u.position_id IS NOT NULL
                                 THEN due END,
                   round = u.round + asked_again::integer, answer_due_on = NULL,
                   position_id = NULL, version = u.version + 1
             WHERE u.commitment_id = c.id AND u.country = asked.country
               AND (asked_again OR u.position_id IS NULL)
            RETURNING u.* INTO i;
            CONTINUE WHEN NOT FOUND;
        END IF;
        INSERT INTO ownership_state (input_id, version, state, round, due_on, position_id, entry)
        VALUES (i.id, i.version, i.state, i.round, i.due_on, i.position_id, receipt.entry);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE ownership_invite(commitment, text, boolean, date, ledger_receipt) IS
    'Asks the government of every recipient country that has not spoken yet, and, when asked_again, '
    'all of them in a new round.';

CREATE FUNCTION commitment_submit(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['DRAFT'], 'submitted');
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    CALL refuse_faults(commitment_gaps(content) || commitment_faults(content));
    receipt := commitment_append(c, 'commitment.submitted', '{}');
    c := commitment_advanced(c, receipt);
    c.status := 'SUBMITTED';
    c.submitted_by := caller_principal();
    CALL commitment_turn(c, receipt);
    CALL ownership_invite(c, 'INVITED', false, NULL, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_submit(uuid, jsonb) IS
    'Hands a complete draft to the approver and invites the recipient governments.';

CREATE FUNCTION commitment_return(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    IF c.amendment IS NOT NULL THEN
        receipt := commitment_append(c, 'commitment.amendment_returned', body);
        c := commitment_advanced(c, receipt);
        c.amendment := NULL;
    ELSE
        CALL refuse_unless_status(c, ARRAY['SUBMITTED'], 'returned');
        receipt := commitment_append(c, 'commitment.returned', body);
        c := commitment_advanced(c, receipt);
        c.status := 'DRAFT';
        c.submitted_by := NULL;
        CALL commitment_turn(c, receipt);
    END IF;
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_return(uuid, jsonb) IS
    'Gives a submission, or a proposed amendment, back to its maker with a reason.';

CREATE PROCEDURE refuse_own_work(c commitment)
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT o.four_eyes FROM organisation AS o WHERE o.id = c.organisation_id)
       AND (c.submitted_by = caller_principal()
            OR EXISTS (SELECT FROM commitment_revision AS r
                        WHERE r.commitment_id = c.id
                          AND r.revision > coalesce(c.registered_revision, 0)
                          AND r.maker = caller_principal())) THEN
        RAISE EXCEPTION USING ERRCODE = 'ALEYE',
            MESSAGE = 'Your organisation asks for four eyes: who wrote or submitted it cannot '
                      'register it. Another approver has to.';
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_own_work(commitment) IS
    'Ends the request when four eyes are asked for and the caller had a hand in what is approved.';

CREATE FUNCTION planned_disbursements_json(of_commitment uuid, of_schedule integer) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'period_start', p.period_start, 'period_end', p.period_end,
               'amount', p.amount::text, 'currency', p.currency, 'value_date', p.value_date))
               ORDER BY p.ordinal), '[]')
      FROM planned_disbursement AS p
     WHERE p.commitment_id = of_commitment AND p.schedule = of_schedule);
END
$$;
COMMENT ON FUNCTION planned_disbursements_json(uuid, integer) IS
    'The instalments of one schedule version.';

CREATE FUNCTION draft_schedule_json(of_commitment uuid, of_revision integer) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(p.value || jsonb_build_object(
               'currency', r.currency, 'value_date', r.commitment_date))
               ORDER BY p.ordinality), '[]')
      FROM commitment_revision AS r
     CROSS JOIN jsonb_array_elements(r.schedule) WITH ORDINALITY AS p
     WHERE r.commitment_id = of_commitment AND r.revision = of_revision);
END
$$;
COMMENT ON FUNCTION draft_schedule_json(uuid, integer) IS
    'The instalments a draft would promise.';

CREATE FUNCTION schedule_promise(c commitment, instalments jsonb, currency text, value_date date,
                                 receipt ledger_receipt)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    made integer := coalesce(c.schedule, 0) + 1;
BEGIN
    INSERT INTO planned_disbursement (commitment_id, schedule, ordinal, period_start, period_end,
                                      amount, currency, value_date, entry)
    SELECT c.id, made, p.ordinality, (p.value ->> 'period_start')::date,
           (p.value ->> 'period_end')::date, (p.value ->> 'amount')::numeric,
           coalesce(p.value ->> 'currency', schedule_promise.currency),
           coalesce((p.value ->> 'value_date')::date, schedule_promise.value_date), receipt.entry
      FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p;
    RETURN made;
END
$$;
COMMENT ON FUNCTION schedule_promise(commitment, jsonb, text, date, ledger_receipt) IS
    'Records a further version of the forward schedule and returns its number.';

CREATE FUNCTION commitment_register(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_own_work(c);
    IF c.amendment IS NOT NULL THEN
        RETURN write_end(body, commitment_amended(c));
    END IF;
    CALL refuse_unless_status(c, ARRAY['SUBMITTED'], 'registered');
    RETURN write_end(body, commitment_registered(c));
END
$$;
COMMENT ON FUNCTION commitment_register(uuid, jsonb) IS
    'Approves what waits for approval: a submission, or the amendment of a public commitment.';

CREATE FUNCTION commitment_registered(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    content jsonb;
    due     date := working_days_after((now() AT TIME ZONE 'UTC')::date, 30);
    receipt ledger_receipt;
BEGIN
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    receipt := commitment_append(c, 'commitment.registered',
                                 content || jsonb_build_object('due_on', due));
    c := commitment_advanced(c, receipt);
    c.status := 'REGISTERED';
    c.published := true;
    -- The row must be public before the records that follow it can be.
    UPDATE commitment AS u SET status = c.status, published = true WHERE u.id = c.id;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    IF jsonb_array_length(content -> 'schedule') > 0 THEN
        c.schedule := schedule_promise(c, content -> 'schedule', content ->> 'currency',
                                       (content ->> 'commitment_date')::date, receipt);
    END IF;
    CALL commitment_turn(c, receipt);
    CALL ownership_invite(c, 'INVITED', false, due, receipt);
    c := transaction_append(c, jsonb_build_object(
             'transaction_type', '2', 'transaction_date', content -> 'commitment_date',
             'value_date', content -> 'commitment_date', 'amount', content -> 'amount',
             'currency', content -> 'currency'));
    CALL commitment_store(c);
    RETURN commitment_answer(200, c, receipt);
END
$$;
COMMENT ON FUNCTION commitment_registered(commitment) IS
    'Makes a submission public: restates its content in the clear, starts the ownership clock, and '
    'records the committed amount as a transaction of IATI type 2.';

CREATE FUNCTION commitment_asks_again(old commitment_revision, new jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT abs((new ->> 'amount')::numeric - old.amount) * 10 >= old.amount
        OR (new ->> 'currency') IS DISTINCT FROM old.currency
        OR (new -> 'sectors') IS DISTINCT FROM old.sectors
        OR (new -> 'recipients') IS DISTINCT FROM old.recipients
        OR (new ->> 'aid_type') IS DISTINCT FROM old.aid_type
        OR (new ->> 'finance_type') IS DISTINCT FROM old.finance_type
        OR (new ->> 'start_date')::date IS DISTINCT FROM old.start_date
        OR (new ->> 'end_date')::date IS DISTINCT FROM old.end_date);
END
$$;
COMMENT ON FUNCTION commitment_asks_again(commitment_revision, jsonb) IS
    'Whether an amendment changes so much that the recipient is asked again: the amount by 10 '
    'percent or more, the currency, the sectors, the recipients, the modality or the dates.';

CREATE FUNCTION commitment_amend(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb;
    faults  jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'amended');
    IF c.origin = 'imported' THEN
        CALL refuse_conflict('An imported commitment changes with the next import of the file '
                             'that its organisation publishes.');
    END IF;
    IF c.amendment IS NOT NULL THEN
        CALL refuse_conflict('An amendment is waiting for approval already; have it registered or '
                             'returned first.');
    END IF;
    SELECT jsonb_strip_nulls((commitment_content(r) - 'schedule') || (body -> 'changes'))
      INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.registered_revision;
    SELECT coalesce(jsonb_agg(jsonb_set(f.value, '{pointer}',
               to_jsonb('/changes' || (f.value ->> 'pointer')))), '[]')
      INTO faults
      FROM jsonb_array_elements(commitment_gaps(content) || commitment_faults(content)) AS f;
    CALL refuse_faults(faults);
    receipt := commitment_append(c, 'commitment.amendment_proposed',
                                 content || jsonb_build_object('reason', body -> 'reason'));
    c := commitment_advanced(c, receipt);
    c.amendment := commitment_revise(c, content, false, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_amend(uuid, jsonb) IS
    'Proposes a change of a public commitment; it is private until an approver registers it. The '
    'forward schedule is revised apart.';

CREATE FUNCTION amendment_reason(c commitment) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT s.value::jsonb #>> '{}'
      FROM commitment_revision AS r
      JOIN ledger_secret AS s ON s.entry = r.entry AND s.field = 'reason'
     WHERE r.commitment_id = c.id AND r.revision = c.amendment
$$;
COMMENT ON FUNCTION amendment_reason(commitment) IS 'The reason given for the pending amendment.';

CREATE FUNCTION commitment_amended(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    old        commitment_revision;
    content    jsonb;
    again      boolean;
    due        date;
    receipt    ledger_receipt;
    difference numeric;
BEGIN
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'amended');
    SELECT r.* INTO old
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.registered_revision;
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.amendment;
    again := commitment_asks_again(old, content);
    IF again THEN
        due := working_days_after((now() AT TIME ZONE 'UTC')::date, 30);
    END IF;
    receipt := commitment_append(c, 'commitment.amended', content || jsonb_build_object(
                   'reason', amendment_reason(c), 'asked_again', again, 'due_on', due));
    c := commitment_advanced(c, receipt);
    c.amendment := NULL;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    CALL commitment_turn(c, receipt);
    IF again THEN
        CALL ownership_invite(c, 'INVITED', true, due, receipt);
    END IF;
    -- What was committed before stays as it was recorded; the difference is a record of its own.
    IF (content ->> 'currency') <> old.currency THEN
        c := transaction_append(c, commitment_adjustment(content, -old.amount, old.currency));
        c := transaction_append(c, commitment_adjustment(content, (content ->> 'amount')::numeric,
                                                         content ->> 'currency'));
    ELSE
        difference := (content ->> 'amount')::numeric - old.amount;
        IF difference <> 0 THEN
            c := transaction_append(c, commitment_adjustment(content, difference, old.currency));
        END IF;
    END IF;
    CALL commitment_store(c);
    RETURN commitment_answer(200, c, receipt);
END
$$;
COMMENT ON FUNCTION commitment_amended(commitment) IS
    'Puts the pending amendment in force: restates the content, asks the recipients again when it '
    'matters, and records the change of the amount.';

CREATE FUNCTION commitment_adjustment(content jsonb, difference numeric, currency text)
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'transaction_type', '2', 'transaction_date', (now() AT TIME ZONE 'UTC')::date,
        'value_date', (now() AT TIME ZONE 'UTC')::date, 'amount', difference::text,
        'currency', commitment_adjustment.currency, 'description', 'Amendment')
$$;
COMMENT ON FUNCTION commitment_adjustment(jsonb, numeric, text) IS
    'The commitment transaction by which an amendment changes the committed amount.';

CREATE FUNCTION commitment_effect(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED'], 'put into effect');
    IF c.amendment IS NOT NULL THEN
        CALL refuse_conflict('An amendment is waiting for approval; have it registered or '
                             'returned first.');
    END IF;
    c.baseline_schedule := c.schedule;
    receipt := commitment_append(c, 'commitment.effected', body || jsonb_build_object(
                   'baseline_schedule', c.baseline_schedule));
    c := commitment_advanced(c, receipt);
    c.status := 'EFFECTIVE';
    c.effective_date := (body ->> 'effective_date')::date;
    c.revision := commitment_revise(
        c, (SELECT commitment_content(r) || jsonb_build_object(
                       'agreement_reference', body -> 'agreement_reference')
              FROM commitment_revision AS r
             WHERE r.commitment_id = c.id AND r.revision = c.revision), true, receipt);
    c.registered_revision := c.revision;
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_effect(uuid, jsonb) IS
    'Records that the agreement is in force and freezes the schedule of this moment as the '
    'baseline for predictability.';

GRANT EXECUTE ON FUNCTION amount_faults(text, text, text), share_faults(text, jsonb, text),
      code_fault(text, text, text), recipient_faults(jsonb), sector_faults(jsonb),
      ict_faults(jsonb), instalment_faults(text, jsonb, text),
      schedule_total_fault(text, jsonb, numeric, text), commitment_faults(jsonb),
      commitment_gaps(jsonb), commitment_lock(uuid), commitment_lock_own(uuid),
      commitment_append(commitment, text, jsonb),
      commitment_advanced(commitment, ledger_receipt),
      commitment_revise(commitment, jsonb, boolean, ledger_receipt),
      commitment_answer(integer, commitment, ledger_receipt), commitment_create(jsonb),
      commitment_edit(uuid, jsonb), commitment_submit(uuid, jsonb),
      commitment_return(uuid, jsonb), planned_disbursements_json(uuid, integer),
      schedule_promise(commitment, jsonb, text, date, ledger_receipt),
      commitment_register(uuid, jsonb), commitment_registered(commitment),
      commitment_asks_again(commitment_revision, jsonb), commitment_amend(uuid, jsonb),
      amendment_reason(commitment), commitment_amended(commitment),
      commitment_adjustment(jsonb, numeric, text), commitment_effect(uuid, jsonb)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE refuse_unless_status(commitment, text[], text),
      commitment_turn(commitment, ledger_receipt), commitment_store(commitment),
      commitment_refresh(uuid),
      ownership_invite(commitment, text, boolean, date, ledger_receipt),
      refuse_own_work(commitment)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION planned_disbursements_json(uuid, integer),
      draft_schedule_json(uuid, integer), amendment_reason(commitment)
   TO aidledger_public, aidledger_scoped, aidledger_reporter;
