-- The clocks of ownership input: 30 working days for the government, 20 for the donor's answer, each
-- by the calendar of whom it binds. Whoever waits may give more time; force majeure stops the
-- government's clock, with a public reason.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('commitment.registered', ARRAY['invited']),
               ('commitment.amended', ARRAY['invited']),
               ('ownership.extended', ARRAY['input', 'country', 'id', 'deadline', 'due_on',
                                            'reason']),
               ('ownership.paused', ARRAY['input', 'country', 'id', 'due_on', 'working_days',
                                          'reason']),
               ('ownership.resumed', ARRAY['input', 'country', 'id', 'due_on', 'reason']),
               ('ownership.lapsed', ARRAY['input', 'country', 'id', 'due_on']),
               ('ownership.unanswered', ARRAY['input', 'country', 'id', 'position', 'due_on'])
       ) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

ALTER TABLE ownership_input
    ADD COLUMN paused_days integer,
    ADD CONSTRAINT ownership_input_paused_days_paused CHECK (
        (state = 'PAUSED') = (paused_days IS NOT NULL)),
    ADD CONSTRAINT ownership_input_paused_days_positive CHECK (paused_days > 0);
COMMENT ON COLUMN ownership_input.paused_days IS
    'While its clock stands still: the working days that were left, today''s not counted.';
COMMENT ON CONSTRAINT ownership_input_paused_days_paused ON ownership_input IS
    'An input has days left exactly while its clock is paused.';
COMMENT ON CONSTRAINT ownership_input_paused_days_positive ON ownership_input IS
    'At least one working day is left when a clock is paused.';
ALTER TABLE ownership_state
    ADD COLUMN answer_due_on date,
    ADD COLUMN paused_days integer;
CREATE INDEX ownership_input_due_on ON ownership_input (due_on) WHERE state = 'INVITED';
CREATE INDEX ownership_input_answer_due_on ON ownership_input (answer_due_on)
 WHERE state = 'AWAITING_DONOR';

CREATE TABLE ownership_deadline (
    id              uuid        NOT NULL CONSTRAINT ownership_deadline_pkey PRIMARY KEY,
    input_id        uuid        NOT NULL
        CONSTRAINT ownership_deadline_input_id_known REFERENCES ownership_input (id),
    ordinal         integer     NOT NULL,
    deadline        text        NOT NULL,
    event           text        NOT NULL,
    due_on          date        NOT NULL,
    reason          text,
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_deadline_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_deadline_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_deadline_input_id_ordinal_unique UNIQUE (input_id, ordinal),
    CONSTRAINT ownership_deadline_deadline_known CHECK (deadline IN ('position', 'answer')),
    CONSTRAINT ownership_deadline_event_known CHECK (
        event IN ('extended', 'paused', 'resumed', 'passed')),
    CONSTRAINT ownership_deadline_reason_given CHECK ((event = 'passed') = (reason IS NULL)),
    CONSTRAINT ownership_deadline_reason_length CHECK (char_length(reason) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE ownership_deadline IS
    'What became of the deadlines of an input: more time, a pause, its end, or that it passed.';
COMMENT ON COLUMN ownership_deadline.deadline IS
    'The government''s, for its position, or the donor''s, for its answer.';
COMMENT ON COLUMN ownership_deadline.due_on IS
    'The day it is due on from then; of a pause or a passing the day it was due on.';
COMMENT ON CONSTRAINT ownership_deadline_deadline_known ON ownership_deadline IS
    'A deadline is that of a position or that of an answer.';
COMMENT ON CONSTRAINT ownership_deadline_event_known ON ownership_deadline IS
    'A deadline is extended, paused, resumed or passes.';
COMMENT ON CONSTRAINT ownership_deadline_reason_given ON ownership_deadline IS
    '/reason: Who changes a deadline gives the reason; time gives none.';
COMMENT ON CONSTRAINT ownership_deadline_reason_length ON ownership_deadline IS
    '/reason: A reason has 1 to 1,000 characters.';
CREATE TRIGGER ownership_deadline_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ownership_deadline
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

-- Who keeps the clocks: the service itself, and the steward who stops one for force majeure. They
-- state nothing else about a commitment: only these tables let them in.
CREATE FUNCTION caller_keeps_clocks() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT caller_has_role('clock') OR caller_has_role('steward') $$;
COMMENT ON FUNCTION caller_keeps_clocks() IS 'Whether the caller may stop, start or run out a clock.';

CREATE POLICY commitment_advance_clock ON commitment FOR UPDATE TO aidledger_writer
    USING (published AND (SELECT caller_keeps_clocks()));
CREATE POLICY ownership_input_advance_clock ON ownership_input FOR UPDATE TO aidledger_writer
    USING ((SELECT caller_keeps_clocks()));
CREATE POLICY ownership_state_make_clock ON ownership_state FOR INSERT TO aidledger_writer
    WITH CHECK ((SELECT caller_keeps_clocks()));
ALTER TABLE ownership_deadline ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_deadline FORCE ROW LEVEL SECURITY;
CREATE POLICY ownership_deadline_read ON ownership_deadline FOR SELECT
    USING (EXISTS (SELECT FROM ownership_input AS i WHERE i.id = input_id));
-- More time for one side is for the other to give.
CREATE POLICY ownership_deadline_make ON ownership_deadline FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND (((SELECT caller_keeps_clocks()) AND event <> 'extended')
                     OR (event = 'extended'
                         AND EXISTS (SELECT FROM ownership_input AS i
                                       JOIN commitment AS c ON c.id = i.commitment_id
                                      WHERE i.id = input_id
                                        AND CASE deadline
                                            WHEN 'position'
                                            THEN c.organisation_id = (SELECT caller_organisation())
                                            ELSE i.country = (SELECT caller_country()) END))));

-- ---------------------------------------------------------------- when something is due

CREATE FUNCTION ownership_deadlines(of_commitment uuid, recipients jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'country', w.country, 'due_on', working_days_after(today(), 30, w.country))
               ORDER BY w.country COLLATE "C"), '[]')
      FROM (SELECT unnest(texts_of(recipients, 'country'))
             UNION
            SELECT i.country FROM ownership_input AS i WHERE i.commitment_id = of_commitment
           ) AS w (country));
END
$$;
COMMENT ON FUNCTION ownership_deadlines(uuid, jsonb) IS
    'By when each government that is asked today states its position: in 30 working days by its '
    'own calendar. Those asked before are in it, for an amendment asks them again.';

CREATE FUNCTION answer_deadline(of_commitment uuid) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT working_days_after(today(), 20, o.country)
      FROM commitment AS c
      JOIN organisation AS o ON o.id = c.organisation_id
     WHERE c.id = of_commitment);
END
$$;
COMMENT ON FUNCTION answer_deadline(uuid) IS
    'By when the donor answers a position stated today: in 20 working days by the calendar of the '
    'donor''s country, Monday to Friday for an organisation of no country.';

DROP PROCEDURE ownership_invite(commitment, text, boolean, date, ledger_receipt);
-- Inputs stand from the moment a government may speak: at submission (early voice), and anew when
-- an amendment brings in a country. A country that a draft names no more loses its invitation; one
-- that has spoken is asked about its own removal.
CREATE PROCEDURE ownership_invite(c commitment, invitation text, asked_again boolean,
                                  deadlines jsonb, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    due   date;
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
        SELECT (d.value ->> 'due_on')::date INTO due
          FROM jsonb_array_elements(deadlines) AS d
         WHERE d.value ->> 'country' = asked.country;
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
                   paused_days = NULL, position_id = NULL, version = u.version + 1
             WHERE u.commitment_id = c.id AND u.country = asked.country
               AND (asked_again OR u.position_id IS NULL)
            RETURNING u.* INTO i;
            CONTINUE WHEN NOT FOUND;
        END IF;
        INSERT INTO ownership_state (input_id, version, state, round, due_on, answer_due_on,
                                     paused_days, position_id, entry)
        VALUES (i.id, i.version, i.state, i.round, i.due_on, i.answer_due_on, i.paused_days,
                i.position_id, receipt.entry);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE ownership_invite(commitment, text, boolean, jsonb, ledger_receipt) IS
    'Asks the government of every recipient country that has not spoken yet, and, when asked_again, '
    'all of them in a new round, each with its deadline of ownership_deadlines().';

CREATE OR REPLACE FUNCTION commitment_registered(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    content jsonb;
    invited jsonb;
    receipt ledger_receipt;
BEGIN
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    invited := ownership_deadlines(c.id, content -> 'recipients');
    receipt := commitment_append(c, 'commitment.registered',
                                 content || jsonb_build_object('invited', invited));
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
    CALL ownership_invite(c, 'INVITED', false, invited, receipt);
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

CREATE OR REPLACE FUNCTION commitment_amended(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    old        commitment_revision;
    content    jsonb;
    again      boolean;
    invited    jsonb;
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
        invited := ownership_deadlines(c.id, content -> 'recipients');
    END IF;
    receipt := commitment_append(c, 'commitment.amended', content || jsonb_build_object(
                   'reason', amendment_reason(c), 'asked_again', again, 'invited', invited));
    c := commitment_advanced(c, receipt);
    c.amendment := NULL;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    CALL commitment_turn(c, receipt);
    IF again THEN
        CALL ownership_invite(c, 'INVITED', true, invited, receipt);
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

CREATE OR REPLACE PROCEDURE ownership_turn(i ownership_input, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ownership_input AS u
       SET state = i.state, due_on = i.due_on, answer_due_on = i.answer_due_on,
           paused_days = i.paused_days, position_id = i.position_id, version = u.version + 1
     WHERE u.id = i.id
    RETURNING u.* INTO i;
    INSERT INTO ownership_state (input_id, version, state, round, due_on, answer_due_on, paused_days,
                                 position_id, entry)
    VALUES (i.id, i.version, i.state, i.round, i.due_on, i.answer_due_on, i.paused_days,
            i.position_id, receipt.entry);
END
$$;
COMMENT ON PROCEDURE ownership_turn(ownership_input, ledger_receipt) IS
    'Records the state an input turned into with this statement.';

-- ---------------------------------------------------------------- what is said

CREATE OR REPLACE FUNCTION ownership_answer(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    is_late boolean;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    IF (SELECT c.organisation_id FROM commitment AS c WHERE c.id = i.commitment_id)
       IS DISTINCT FROM caller_organisation() THEN
        CALL refuse_forbidden('This input is on a commitment of another organisation.');
    END IF;
    CALL refuse_unless_state(i, ARRAY['AWAITING_DONOR', 'UNANSWERED'], 'answered');
    is_late := coalesce(i.answer_due_on < today(), false);
    receipt := statement_append(i.commitment_id, 'ownership.answered',
                   body || jsonb_build_object('input', i.id, 'country', i.country,
                                              'position', i.position_id, 'id', made,
                                              'late', is_late));
    INSERT INTO ownership_answer (id, position_id, answer, reason, change_made, late,
                                  organisation_id, entry, recorded_at)
    VALUES (made, i.position_id, body ->> 'answer', body ->> 'reason', body ->> 'change_made', is_late,
            caller_organisation(), receipt.entry, receipt.at);
    i.state := 'ANSWERED';
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_answer(uuid, jsonb) IS
    'The donor''s answer to the position in force.';

CREATE FUNCTION position_json(p ownership_position, in_force boolean, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', p.id, 'round', p.round, 'position', p.position, 'aspects', to_json(p.aspects),
        'text', p.text, 'late', p.late, 'supersedes', p.supersedes, 'in_force', in_force,
        'entry', p.entry, 'lodged_at', rfc3339(p.recorded_at),
        'answer', (SELECT json_build_object(
                              'id', a.id, 'answer', a.answer, 'reason', a.reason,
                              'change_made', a.change_made, 'late', a.late, 'entry', a.entry,
                              'answered_at', rfc3339(a.recorded_at))
                     FROM ownership_answer AS a
                    WHERE a.position_id = p.id AND ledger_holds(a.entry, as_of)),
        'resolution', (SELECT json_build_object('text', r.text, 'entry', r.entry,
                                                'resolved_at', rfc3339(r.recorded_at))
                         FROM ownership_resolution AS r
                        WHERE r.position_id = p.id AND ledger_holds(r.entry, as_of)),
        'escalation', (SELECT json_build_object(
                                  'ground', e.ground, 'evidence', e.evidence, 'entry', e.entry,
                                  'escalated_at', rfc3339(e.recorded_at))
                         FROM ownership_escalation AS e
                        WHERE e.position_id = p.id AND ledger_holds(e.entry, as_of)),
        'joint_statements', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', j.id, 'side', j.side, 'text', j.text, 'entry', j.entry,
                       'proposed_at', rfc3339(j.recorded_at),
                       'agreement', (SELECT json_build_object(
                                                'entry', a.entry,
                                                'agreed_at', rfc3339(a.recorded_at))
                                       FROM ownership_agreement AS a
                                      WHERE a.statement_id = j.id
                                        AND ledger_holds(a.entry, as_of)))
                       ORDER BY j.ordinal), '[]')
              FROM ownership_joint_statement AS j
             WHERE j.position_id = p.id AND ledger_holds(j.entry, as_of)),
        'disagreement', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', d.id, 'side', d.side, 'text', d.text, 'entry', d.entry,
                       'stated_at', rfc3339(d.recorded_at)) ORDER BY d.ordinal), '[]')
              FROM ownership_disagreement AS d
             WHERE d.position_id = p.id AND ledger_holds(d.entry, as_of))));
END
$$;
COMMENT ON FUNCTION position_json(ownership_position, boolean, bigint) IS
    'A position with what was said about it up to a ledger position, or until now.';
DROP FUNCTION position_dispute(uuid);

CREATE FUNCTION ownership_input_json(of_input uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', i.id, 'commitment_id', i.commitment_id, 'country', i.country, 'state', s.state,
        'round', s.round, 'due_on', s.due_on, 'answer_due_on', s.answer_due_on,
        'paused_days', s.paused_days, 'version', s.version, 'invited_at', rfc3339(i.invited_at),
        'deadlines', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', d.id, 'deadline', d.deadline, 'event', d.event, 'due_on', d.due_on,
                       'reason', d.reason, 'stated_by', organisation_reference(d.organisation_id),
                       'entry', d.entry, 'at', rfc3339(d.recorded_at)) ORDER BY d.ordinal), '[]')
              FROM ownership_deadline AS d
             WHERE d.input_id = i.id AND ledger_holds(d.entry, as_of)),
        'positions', (
            SELECT coalesce(json_agg(position_json(p, p.id = s.position_id, as_of)
                                     ORDER BY p.ordinal), '[]')
              FROM ownership_position AS p
             WHERE p.input_id = i.id AND ledger_holds(p.entry, as_of)))
      FROM ownership_input AS i
     CROSS JOIN LATERAL (
           SELECT w.*
             FROM ownership_state AS w
            WHERE w.input_id = i.id AND ledger_holds(w.entry, as_of)
            ORDER BY w.version DESC
            LIMIT 1) AS s
     WHERE i.id = of_input);
END
$$;
COMMENT ON FUNCTION ownership_input_json(uuid, bigint) IS
    'The input of a government on a commitment, as of a ledger position or now: every position, the '
    'earlier ones too, what was said about each, and what became of its deadlines. Null when the '
    'government had not been asked by then.';

CREATE OR REPLACE FUNCTION ownership_input_json(of_input uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ownership_input_json(of_input, NULL);
END
$$;
COMMENT ON FUNCTION ownership_input_json(uuid) IS 'The input as it stands now.';

CREATE PROCEDURE ownership_deadline_append(i ownership_input, deadline text, event text,
                                           kind text, content jsonb, INOUT receipt ledger_receipt)
LANGUAGE plpgsql AS $$
DECLARE
    made uuid := gen_random_uuid();
BEGIN
    receipt := statement_append(i.commitment_id, kind, content || jsonb_build_object(
                   'input', i.id, 'country', i.country, 'id', made));
    INSERT INTO ownership_deadline (id, input_id, ordinal, deadline, event, due_on, reason,
                                    organisation_id, entry, recorded_at)
    SELECT made, i.id, count(*) + 1, ownership_deadline_append.deadline,
           ownership_deadline_append.event, (content ->> 'due_on')::date, content ->> 'reason',
           caller_organisation(), receipt.entry, receipt.at
      FROM ownership_deadline AS d
     WHERE d.input_id = i.id;
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
END
$$;
COMMENT ON PROCEDURE ownership_deadline_append(ownership_input, text, text, text, jsonb,
                                               ledger_receipt) IS
    'States what becomes of a deadline and turns the input into what it is given as.';

CREATE FUNCTION extension_faults(i ownership_input, before date, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    due date := (body ->> 'due_on')::date;
BEGIN
    RETURN CASE WHEN due <= before OR due < today()
                THEN fault('/due_on', 'later', format(
                         'It is due on %s; more time means a later day, and one to come.',
                         before))
                WHEN due > today() + 366
                THEN fault('/due_on', 'within_year',
                           'More time is given for at most 366 days from today.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION extension_faults(ownership_input, date, jsonb) IS
    'What is wrong with a further deadline.';

CREATE FUNCTION ownership_extend(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given    answer := write_begin(body);
    i        ownership_input;
    deadline text;
    receipt  ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    deadline := CASE dispute_side(i) WHEN 'donor' THEN 'position' ELSE 'answer' END;
    CALL refuse_unless_state(i, ARRAY[CASE deadline WHEN 'position' THEN 'INVITED'
                                                    ELSE 'AWAITING_DONOR' END],
                             'given more time by your side');
    IF deadline = 'position' AND i.due_on IS NULL THEN
        CALL refuse_conflict(format('The input is %s, and its clock starts when the commitment is '
                                    'registered.', i.state));
    END IF;
    CALL refuse_faults(extension_faults(i, CASE deadline WHEN 'position' THEN i.due_on
                                                         ELSE i.answer_due_on END, body));
    IF deadline = 'position' THEN
        i.due_on := (body ->> 'due_on')::date;
    ELSE
        i.answer_due_on := (body ->> 'due_on')::date;
    END IF;
    CALL ownership_deadline_append(i, deadline, 'extended', 'ownership.extended',
                                   body || jsonb_build_object('deadline', deadline), receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_extend(uuid, jsonb) IS
    'The side that waits gives the other more time: the donor for a position, the government for '
    'an answer.';

CREATE FUNCTION ownership_pause(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    stopped date;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    CALL refuse_unless_state(i, ARRAY['INVITED'], 'paused');
    IF i.due_on < today() THEN
        CALL refuse_conflict(format('The input is %s, and the day for its position has passed: '
                                    '%s.', i.state, i.due_on));
    END IF;
    stopped := i.due_on;
    i.state := 'PAUSED';
    i.due_on := NULL;
    SELECT greatest(count(*), 1) INTO i.paused_days
      FROM working_days(today(), stopped, i.country) AS w (day);
    CALL ownership_deadline_append(i, 'position', 'paused', 'ownership.paused',
                                   body || jsonb_build_object('due_on', stopped,
                                                              'working_days', i.paused_days),
                                   receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_pause(uuid, jsonb) IS
    'Force majeure stops the clock of a government; the reason is public. It may speak meanwhile.';

CREATE FUNCTION ownership_resume(of_input uuid, body jsonb) RETURNS answer
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
    CALL refuse_unless_state(i, ARRAY['PAUSED'], 'resumed');
    i.state := 'INVITED';
    i.due_on := working_days_after(today(), i.paused_days, i.country);
    i.paused_days := NULL;
    CALL ownership_deadline_append(i, 'position', 'resumed', 'ownership.resumed',
                                   body || jsonb_build_object('due_on', i.due_on), receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_resume(uuid, jsonb) IS
    'The clock goes on with the working days that were left.';

-- Both look again under the lock: whoever spoke meanwhile has spoken in time.
CREATE PROCEDURE ownership_pass(of_input uuid)
LANGUAGE plpgsql AS $$
DECLARE
    i       ownership_input := ownership_input_lock(of_input);
    receipt ledger_receipt;
BEGIN
    IF i.state = 'INVITED' AND i.due_on < today() THEN
        i.state := 'LAPSED_SILENT';
        CALL ownership_deadline_append(i, 'position', 'passed', 'ownership.lapsed',
                                       jsonb_build_object('due_on', i.due_on), receipt);
    ELSIF i.state = 'AWAITING_DONOR' AND i.answer_due_on < today() THEN
        i.state := 'UNANSWERED';
        CALL ownership_deadline_append(i, 'answer', 'passed', 'ownership.unanswered',
                                       jsonb_build_object('due_on', i.answer_due_on,
                                                          'position', i.position_id), receipt);
    END IF;
END
$$;
COMMENT ON PROCEDURE ownership_pass(uuid) IS
    'States that the deadline of an input has passed, if it has: silence is recorded as silence, '
    'of the government as of the donor.';

GRANT SELECT ON ownership_deadline
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON ownership_deadline TO aidledger_writer;
GRANT UPDATE (paused_days) ON ownership_input TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION position_json(ownership_position, boolean, bigint),
      ownership_input_json(uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION caller_keeps_clocks(), ownership_deadlines(uuid, jsonb),
      answer_deadline(uuid)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE ownership_invite(commitment, text, boolean, jsonb, ledger_receipt)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION extension_faults(ownership_input, date, jsonb),
      ownership_extend(uuid, jsonb), ownership_pause(uuid, jsonb), ownership_resume(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE
      ownership_deadline_append(ownership_input, text, text, text, jsonb, ledger_receipt),
      ownership_pass(uuid)
   TO aidledger_writer;
