-- How a dispute about an input begins and ends: the government escalates; then both sides agree on
-- one text, or each leaves its own on record. Neither side speaks for the other.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('ownership.escalated', ARRAY['ground', 'evidence']),
               ('ownership.joint_statement_proposed', ARRAY['id', 'side', 'text']),
               ('ownership.joint_statement_agreed', ARRAY['statement', 'side']),
               ('ownership.disagreement_stated', ARRAY['id', 'side', 'text'])) AS v (kind, fields)
 CROSS JOIN unnest(ARRAY['input', 'country', 'position'] || v.fields) AS f (field);

CREATE TABLE ownership_escalation (
    position_id     uuid        NOT NULL
        CONSTRAINT ownership_escalation_pkey PRIMARY KEY
        CONSTRAINT ownership_escalation_position_id_known REFERENCES ownership_position (id),
    ground          text        NOT NULL,
    evidence        jsonb       NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_escalation_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_escalation_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_escalation_ground_length CHECK (char_length(ground) BETWEEN 1 AND 10000),
    CONSTRAINT ownership_escalation_evidence_list CHECK (jsonb_typeof(evidence) = 'array')
);
COMMENT ON TABLE ownership_escalation IS
    'That the government disputes the answer to its position, or that there was none.';
COMMENT ON COLUMN ownership_escalation.evidence IS
    'Documents by title, address and SHA-256; they are held elsewhere.';
COMMENT ON CONSTRAINT ownership_escalation_ground_length ON ownership_escalation IS
    '/ground: A dispute gives its ground in 1 to 10,000 characters.';
COMMENT ON CONSTRAINT ownership_escalation_evidence_list ON ownership_escalation IS
    '/evidence: Evidence is a list.';

CREATE TABLE ownership_joint_statement (
    id              uuid        NOT NULL CONSTRAINT ownership_joint_statement_pkey PRIMARY KEY,
    position_id     uuid        NOT NULL
        CONSTRAINT ownership_joint_statement_position_id_known
        REFERENCES ownership_position (id),
    ordinal         integer     NOT NULL,
    side            text        NOT NULL,
    text            text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_joint_statement_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_joint_statement_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_joint_statement_position_id_ordinal_unique UNIQUE (position_id, ordinal),
    CONSTRAINT ownership_joint_statement_side_known CHECK (side IN ('donor', 'recipient')),
    CONSTRAINT ownership_joint_statement_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE ownership_joint_statement IS
    'A text that one side proposes as the statement of both. A further proposal replaces the '
    'earlier one of the same side; the earlier one stays.';
COMMENT ON CONSTRAINT ownership_joint_statement_side_known ON ownership_joint_statement IS
    'The sides are donor and recipient.';
COMMENT ON CONSTRAINT ownership_joint_statement_text_length ON ownership_joint_statement IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE ownership_agreement (
    statement_id    uuid        NOT NULL
        CONSTRAINT ownership_agreement_pkey PRIMARY KEY
        CONSTRAINT ownership_agreement_statement_id_known
        REFERENCES ownership_joint_statement (id),
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_agreement_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_agreement_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL
);
COMMENT ON TABLE ownership_agreement IS
    'That the other side agrees to a proposed joint statement, word for word.';

CREATE TABLE ownership_disagreement (
    id              uuid        NOT NULL CONSTRAINT ownership_disagreement_pkey PRIMARY KEY,
    position_id     uuid        NOT NULL
        CONSTRAINT ownership_disagreement_position_id_known REFERENCES ownership_position (id),
    ordinal         integer     NOT NULL,
    side            text        NOT NULL,
    text            text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_disagreement_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_disagreement_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_disagreement_position_id_ordinal_unique UNIQUE (position_id, ordinal),
    CONSTRAINT ownership_disagreement_side_known CHECK (side IN ('donor', 'recipient')),
    CONSTRAINT ownership_disagreement_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE ownership_disagreement IS
    'What each side leaves on record where they agree to differ. A side may put it anew until the '
    'other has stated its own; every text stays.';
COMMENT ON CONSTRAINT ownership_disagreement_side_known ON ownership_disagreement IS
    'The sides are donor and recipient.';
COMMENT ON CONSTRAINT ownership_disagreement_text_length ON ownership_disagreement IS
    '/text: A text has 1 to 10,000 characters.';

CREATE FUNCTION position_sides(of_position uuid)
RETURNS TABLE (donor uuid, country text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT c.organisation_id, i.country
      FROM ownership_position AS p
      JOIN ownership_input AS i ON i.id = p.input_id
      JOIN commitment AS c ON c.id = i.commitment_id
     WHERE p.id = of_position;
END
$$;
COMMENT ON FUNCTION position_sides(uuid) IS
    'Who the two sides of a position are: the donor''s organisation and the country.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['ownership_escalation', 'ownership_joint_statement',
                                        'ownership_agreement', 'ownership_disagreement']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
    END LOOP;
    FOREACH record_table IN ARRAY ARRAY['ownership_escalation', 'ownership_joint_statement',
                                        'ownership_disagreement']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM '
                       'ownership_position AS p WHERE p.id = position_id))',
                       record_table || '_read', record_table);
    END LOOP;
    -- What a side says bears its own name, and no organisation is both sides.
    FOREACH record_table IN ARRAY ARRAY['ownership_joint_statement', 'ownership_disagreement']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (organisation_id = '
                       '(SELECT caller_organisation()) AND EXISTS (SELECT FROM '
                       'position_sides(position_id) AS s WHERE CASE side WHEN ''donor'' THEN '
                       's.donor = organisation_id ELSE s.donor <> organisation_id AND s.country '
                       '= (SELECT caller_country()) END))', record_table || '_give', record_table);
    END LOOP;
END
$$;
CREATE POLICY ownership_escalation_give ON ownership_escalation FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM position_sides(position_id) AS s
                             WHERE s.country = (SELECT caller_country())));
CREATE POLICY ownership_agreement_read ON ownership_agreement FOR SELECT
    USING (EXISTS (SELECT FROM ownership_joint_statement AS j WHERE j.id = statement_id));
CREATE POLICY ownership_agreement_give ON ownership_agreement FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM ownership_joint_statement AS j
                             CROSS JOIN position_sides(j.position_id) AS s
                             WHERE j.id = statement_id
                               AND CASE j.side
                                   WHEN 'donor' THEN s.donor <> ownership_agreement.organisation_id
                                        AND s.country = (SELECT caller_country())
                                   ELSE s.donor = ownership_agreement.organisation_id END));

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION position_dispute(of_position uuid, OUT escalation json, OUT joint_statements json,
                                 OUT disagreement json)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT json_build_object('ground', e.ground, 'evidence', e.evidence, 'entry', e.entry,
                             'escalated_at', rfc3339(e.recorded_at))
      INTO escalation
      FROM ownership_escalation AS e
     WHERE e.position_id = of_position;
    SELECT coalesce(json_agg(json_build_object(
               'id', j.id, 'side', j.side, 'text', j.text, 'entry', j.entry,
               'proposed_at', rfc3339(j.recorded_at),
               'agreement', (SELECT json_build_object('entry', a.entry,
                                                      'agreed_at', rfc3339(a.recorded_at))
                               FROM ownership_agreement AS a WHERE a.statement_id = j.id))
               ORDER BY j.ordinal), '[]')
      INTO joint_statements
      FROM ownership_joint_statement AS j
     WHERE j.position_id = of_position;
    SELECT coalesce(json_agg(json_build_object(
               'id', d.id, 'side', d.side, 'text', d.text, 'entry', d.entry,
               'stated_at', rfc3339(d.recorded_at)) ORDER BY d.ordinal), '[]')
      INTO disagreement
      FROM ownership_disagreement AS d
     WHERE d.position_id = of_position;
END
$$;
COMMENT ON FUNCTION position_dispute(uuid) IS
    'The dispute about a position as its document shows it, with the words of both sides.';

CREATE OR REPLACE FUNCTION ownership_input_json(of_input uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', i.id, 'commitment_id', i.commitment_id, 'country', i.country, 'state', i.state,
        'round', i.round, 'due_on', i.due_on, 'answer_due_on', i.answer_due_on,
        'version', i.version, 'invited_at', rfc3339(i.invited_at),
        'positions', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', p.id, 'round', p.round, 'position', p.position,
                       'aspects', to_json(p.aspects), 'text', p.text, 'late', p.late,
                       'supersedes', p.supersedes, 'in_force', p.id = i.position_id,
                       'entry', p.entry, 'lodged_at', rfc3339(p.recorded_at),
                       'answer', (SELECT json_build_object(
                                             'id', a.id, 'answer', a.answer, 'reason', a.reason,
                                             'change_made', a.change_made, 'late', a.late,
                                             'entry', a.entry,
                                             'answered_at', rfc3339(a.recorded_at))
                                    FROM ownership_answer AS a WHERE a.position_id = p.id),
                       'resolution', (SELECT json_build_object(
                                                 'text', r.text, 'entry', r.entry,
                                                 'resolved_at', rfc3339(r.recorded_at))
                                        FROM ownership_resolution AS r
                                       WHERE r.position_id = p.id),
                       'escalation', d.escalation, 'joint_statements', d.joint_statements,
                       'disagreement', d.disagreement)
                       ORDER BY p.ordinal), '[]')
              FROM ownership_position AS p
             CROSS JOIN position_dispute(p.id) AS d
             WHERE p.input_id = i.id))
      FROM ownership_input AS i
     WHERE i.id = of_input);
END
$$;
COMMENT ON FUNCTION ownership_input_json(uuid) IS
    'The input of a government on a commitment with every position, the earlier ones too, and what '
    'was said about each.';

-- ---------------------------------------------------------------- what is written

CREATE FUNCTION ownership_escalate(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    CALL refuse_other_country(i);
    CALL refuse_unless_state(i, ARRAY['ANSWERED', 'UNANSWERED'], 'escalated');
    receipt := statement_append(i.commitment_id, 'ownership.escalated',
                   body || jsonb_build_object('input', i.id, 'country', i.country,
                                              'position', i.position_id));
    INSERT INTO ownership_escalation (position_id, ground, evidence, organisation_id, entry,
                                      recorded_at)
    VALUES (i.position_id, body ->> 'ground', coalesce(body -> 'evidence', '[]'),
            caller_organisation(), receipt.entry, receipt.at);
    i.state := 'DISPUTED';
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_escalate(uuid, jsonb) IS
    'The government disputes the answer, or that it was given none.';

CREATE FUNCTION dispute_side(i ownership_input) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    mine text;
BEGIN
    SELECT caller_side(c.organisation_id, i.country) INTO mine
      FROM commitment AS c
     WHERE c.id = i.commitment_id;
    IF mine IS NULL THEN
        CALL refuse_forbidden('You speak for neither side of this dispute.');
    END IF;
    RETURN mine;
END
$$;
COMMENT ON FUNCTION dispute_side(ownership_input) IS
    'The side for which the caller speaks; ends the request of whoever speaks for neither.';

CREATE FUNCTION statement_faults(of_position uuid, accepts uuid, mine text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    j ownership_joint_statement;
BEGIN
    IF accepts IS NULL THEN
        RETURN '[]';
    END IF;
    SELECT w.* INTO j
      FROM ownership_joint_statement AS w
     WHERE w.id = accepts AND w.position_id = of_position;
    IF NOT FOUND THEN
        RETURN fault('/accepts', 'known_statement',
                     'No joint statement with this id was proposed in this dispute.');
    END IF;
    RETURN CASE WHEN j.side = mine
                THEN fault('/accepts', 'other_side',
                           'Your own side proposed this text; the other side agrees to it.')
                ELSE '[]' END
        || coalesce((SELECT fault('/accepts', 'newest', format(
                                'The other side has proposed another text since: %s.', n.id))
                       FROM ownership_joint_statement AS n
                      WHERE n.position_id = of_position AND n.side = j.side
                        AND n.ordinal > j.ordinal
                      ORDER BY n.ordinal DESC
                      LIMIT 1), '[]');
END
$$;
COMMENT ON FUNCTION statement_faults(uuid, uuid, text) IS
    'Whether the proposal that is agreed to is the other side''s newest one.';

CREATE FUNCTION ownership_joint_statement(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    mine    text;
    made    uuid := gen_random_uuid();
    said    jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    mine := dispute_side(i);
    CALL refuse_unless_state(i, ARRAY['DISPUTED'], 'settled by a joint statement');
    CALL refuse_faults(statement_faults(i.position_id, (body ->> 'accepts')::uuid, mine));
    said := jsonb_build_object('input', i.id, 'country', i.country, 'position', i.position_id,
                               'side', mine);
    IF body ? 'accepts' THEN
        receipt := statement_append(i.commitment_id, 'ownership.joint_statement_agreed',
                       said || jsonb_build_object('statement', body -> 'accepts'));
        INSERT INTO ownership_agreement (statement_id, organisation_id, entry, recorded_at)
        VALUES ((body ->> 'accepts')::uuid, caller_organisation(), receipt.entry, receipt.at);
        i.state := 'RESOLVED';
    ELSE
        receipt := statement_append(i.commitment_id, 'ownership.joint_statement_proposed',
                       said || body || jsonb_build_object('id', made));
        INSERT INTO ownership_joint_statement (id, position_id, ordinal, side, text,
                                               organisation_id, entry, recorded_at)
        SELECT made, i.position_id, count(*) + 1, mine, body ->> 'text', caller_organisation(),
               receipt.entry, receipt.at
          FROM ownership_joint_statement AS w
         WHERE w.position_id = i.position_id;
    END IF;
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_joint_statement(uuid, jsonb) IS
    'One side proposes the text of both, or agrees to the other''s newest proposal, which resolves '
    'the dispute.';

CREATE FUNCTION ownership_agree_to_differ(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    mine    text;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    mine := dispute_side(i);
    CALL refuse_unless_state(i, ARRAY['DISPUTED'], 'left as a disagreement');
    receipt := statement_append(i.commitment_id, 'ownership.disagreement_stated',
                   body || jsonb_build_object('input', i.id, 'country', i.country,
                                              'position', i.position_id, 'id', made,
                                              'side', mine));
    INSERT INTO ownership_disagreement (id, position_id, ordinal, side, text, organisation_id,
                                        entry, recorded_at)
    SELECT made, i.position_id, count(*) + 1, mine, body ->> 'text', caller_organisation(),
           receipt.entry, receipt.at
      FROM ownership_disagreement AS w
     WHERE w.position_id = i.position_id;
    IF EXISTS (SELECT FROM ownership_disagreement AS o
                WHERE o.position_id = i.position_id AND o.side <> mine) THEN
        i.state := 'STANDING_DISAGREEMENT';
    END IF;
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_agree_to_differ(uuid, jsonb) IS
    'One side leaves its own text on record; when both have, the disagreement stands.';

-- As before, but that a refusal names the state.
CREATE OR REPLACE FUNCTION ownership_lodge(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF NOT EXISTS (SELECT FROM commitment AS c WHERE c.id = of_commitment) THEN
        CALL refuse_missing('commitment');
    END IF;
    SELECT w.* INTO i
      FROM ownership_input AS w
     WHERE w.commitment_id = of_commitment AND w.country = caller_country();
    IF NOT FOUND THEN
        CALL refuse_forbidden('Your country is not a recipient of this commitment.');
    END IF;
    i := ownership_input_lock(i.id);
    IF i.position_id IS NOT NULL THEN
        CALL refuse_conflict(format('The input is %s: your government has lodged a position; to '
                                    'change it, supersede it at '
                                    '/v1/ownership-inputs/%s/supersede.', i.state, i.id));
    END IF;
    CALL refuse_faults(position_faults(body));
    receipt := position_lodge(i, body);
    RETURN write_end(body, ownership_answer_of(201, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_lodge(uuid, jsonb) IS
    'Lodges the position of the caller''s government on a commitment, imported ones included.';

CREATE OR REPLACE FUNCTION ownership_supersede(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    CALL refuse_other_country(i);
    IF i.position_id IS NULL THEN
        CALL refuse_conflict(format('The input is %s: there is no position to supersede in this '
                                    'round; lodge one.', i.state));
    END IF;
    CALL refuse_faults(position_faults(body));
    receipt := position_lodge(i, body);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_supersede(uuid, jsonb) IS
    'A changed mind: the new position stands, the old one stays on record.';

GRANT SELECT ON ownership_escalation, ownership_joint_statement, ownership_agreement,
      ownership_disagreement
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON ownership_escalation, ownership_joint_statement, ownership_agreement,
      ownership_disagreement
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION position_sides(uuid), ownership_escalate(uuid, jsonb),
      dispute_side(ownership_input), statement_faults(uuid, uuid, text),
      ownership_joint_statement(uuid, jsonb), ownership_agree_to_differ(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION position_dispute(uuid)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
