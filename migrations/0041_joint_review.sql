-- Joint reviews: a donor and a government meet, agree on one record of it, and each takes on actions
-- that the other side accepts as done.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('review.proposed',
                ARRAY['id', 'donor', 'country', 'side', 'held_on', 'title', 'summary',
                      'participants', 'commitments', 'actions']),
               ('review.agreed', ARRAY['side']),
               ('review.action_reported', ARRAY['id', 'action', 'side', 'text', 'evidence']),
               ('review.action_accepted', ARRAY['id', 'action', 'side', 'text']),
               ('review.action_disputed', ARRAY['id', 'action', 'side', 'text']))
       AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE joint_review (
    id              uuid        NOT NULL CONSTRAINT joint_review_pkey PRIMARY KEY,
    donor_id        uuid        NOT NULL
        CONSTRAINT joint_review_donor_id_known REFERENCES organisation (id),
    country         text        NOT NULL
        CONSTRAINT joint_review_country_known REFERENCES country (code),
    side            text        NOT NULL,
    held_on         date        NOT NULL,
    title           text        NOT NULL,
    summary         text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT joint_review_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT joint_review_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT joint_review_side_known CHECK (side IN ('donor', 'recipient')),
    CONSTRAINT joint_review_title_length CHECK (char_length(title) BETWEEN 1 AND 300),
    CONSTRAINT joint_review_summary_length CHECK (char_length(summary) BETWEEN 1 AND 20000)
);
CREATE INDEX joint_review_held_on ON joint_review (held_on DESC, id DESC);
CREATE INDEX joint_review_donor_id ON joint_review (donor_id);
COMMENT ON TABLE joint_review IS
    'The record of a meeting of a donor and a government as one side proposes it. It is joint once '
    'the other side has agreed to it.';
COMMENT ON COLUMN joint_review.side IS 'The side that proposed the record.';
COMMENT ON CONSTRAINT joint_review_side_known ON joint_review IS
    'The sides are donor and recipient.';
COMMENT ON CONSTRAINT joint_review_title_length ON joint_review IS
    '/title: A title has 1 to 300 characters.';
COMMENT ON CONSTRAINT joint_review_summary_length ON joint_review IS
    '/summary: A summary has 1 to 20,000 characters.';

CREATE TABLE joint_review_participant (
    review_id       uuid NOT NULL
        CONSTRAINT joint_review_participant_review_id_known REFERENCES joint_review (id),
    organisation_id uuid NOT NULL
        CONSTRAINT joint_review_participant_organisation_id_known REFERENCES organisation (id),
    entry           uuid NOT NULL
        CONSTRAINT joint_review_participant_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT joint_review_participant_pkey PRIMARY KEY (review_id, organisation_id)
);
COMMENT ON TABLE joint_review_participant IS
    'Which organisations were there; persons are not named.';

CREATE TABLE joint_review_commitment (
    review_id     uuid NOT NULL
        CONSTRAINT joint_review_commitment_review_id_known REFERENCES joint_review (id),
    commitment_id uuid NOT NULL
        CONSTRAINT joint_review_commitment_commitment_id_known REFERENCES commitment (id),
    entry         uuid NOT NULL
        CONSTRAINT joint_review_commitment_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT joint_review_commitment_pkey PRIMARY KEY (review_id, commitment_id)
);
CREATE INDEX joint_review_commitment_commitment_id ON joint_review_commitment (commitment_id);
COMMENT ON TABLE joint_review_commitment IS 'Which commitments were spoken of.';

CREATE TABLE joint_review_action (
    review_id uuid    NOT NULL
        CONSTRAINT joint_review_action_review_id_known REFERENCES joint_review (id),
    ordinal   integer NOT NULL,
    text      text    NOT NULL,
    owner     text    NOT NULL,
    due_on    date    NOT NULL,
    entry     uuid    NOT NULL
        CONSTRAINT joint_review_action_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT joint_review_action_pkey PRIMARY KEY (review_id, ordinal),
    CONSTRAINT joint_review_action_text_length CHECK (char_length(text) BETWEEN 1 AND 2000),
    CONSTRAINT joint_review_action_owner_known CHECK (owner IN ('donor', 'recipient'))
);
COMMENT ON TABLE joint_review_action IS
    'What one side does by a day, as the record says.';
COMMENT ON CONSTRAINT joint_review_action_text_length ON joint_review_action IS
    '/actions: An action is told in 1 to 2,000 characters.';
COMMENT ON CONSTRAINT joint_review_action_owner_known ON joint_review_action IS
    '/actions: The owner of an action is donor or recipient.';

CREATE TABLE joint_review_agreement (
    review_id       uuid        NOT NULL
        CONSTRAINT joint_review_agreement_pkey PRIMARY KEY
        CONSTRAINT joint_review_agreement_review_id_known REFERENCES joint_review (id),
    organisation_id uuid        NOT NULL
        CONSTRAINT joint_review_agreement_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT joint_review_agreement_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL
);
COMMENT ON TABLE joint_review_agreement IS
    'That the other side agrees to the record, word for word.';

CREATE TABLE joint_review_event (
    id              uuid        NOT NULL CONSTRAINT joint_review_event_pkey PRIMARY KEY,
    review_id       uuid        NOT NULL,
    action          integer     NOT NULL,
    ordinal         integer     NOT NULL,
    event           text        NOT NULL,
    side            text        NOT NULL,
    text            text,
    evidence        jsonb,
    organisation_id uuid        NOT NULL
        CONSTRAINT joint_review_event_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT joint_review_event_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT joint_review_event_action_known FOREIGN KEY (review_id, action)
        REFERENCES joint_review_action (review_id, ordinal),
    CONSTRAINT joint_review_event_ordinal_unique UNIQUE (review_id, action, ordinal),
    CONSTRAINT joint_review_event_event_known CHECK (
        event IN ('reported', 'accepted', 'disputed')),
    CONSTRAINT joint_review_event_side_known CHECK (side IN ('donor', 'recipient')),
    CONSTRAINT joint_review_event_evidence_reported CHECK (
        (event = 'reported') = (evidence IS NOT NULL)),
    CONSTRAINT joint_review_event_text_given CHECK (event <> 'disputed' OR text IS NOT NULL),
    CONSTRAINT joint_review_event_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE joint_review_event IS
    'What became of an action: its owner reports it done with evidence, the other side accepts or '
    'disputes that.';
COMMENT ON CONSTRAINT joint_review_event_event_known ON joint_review_event IS
    'An action is reported, accepted or disputed.';
COMMENT ON CONSTRAINT joint_review_event_side_known ON joint_review_event IS
    'The sides are donor and recipient.';
COMMENT ON CONSTRAINT joint_review_event_evidence_reported ON joint_review_event IS
    '/evidence: Whoever reports an action done gives evidence; nobody else does.';
COMMENT ON CONSTRAINT joint_review_event_text_given ON joint_review_event IS
    '/text: Whoever disputes that an action is done says why.';
COMMENT ON CONSTRAINT joint_review_event_text_length ON joint_review_event IS
    '/text: A text has 1 to 10,000 characters.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['joint_review', 'joint_review_participant',
                                        'joint_review_commitment', 'joint_review_action',
                                        'joint_review_agreement', 'joint_review_event']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (true)',
                       record_table || '_read', record_table);
    END LOOP;
    FOREACH record_table IN ARRAY ARRAY['joint_review_participant', 'joint_review_commitment',
                                        'joint_review_action']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (EXISTS (SELECT FROM '
                       'joint_review AS r WHERE r.id = review_id AND r.organisation_id = '
                       '(SELECT caller_organisation())))', record_table || '_make', record_table);
    END LOOP;
END
$$;
-- What a side says bears its own name, and no organisation is both sides.
CREATE POLICY joint_review_make ON joint_review FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND CASE side WHEN 'donor' THEN donor_id = organisation_id
                              ELSE donor_id <> organisation_id
                                   AND country = (SELECT caller_country()) END);
CREATE POLICY joint_review_agreement_make ON joint_review_agreement FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM joint_review AS r
                             WHERE r.id = review_id
                               AND CASE r.side
                                   WHEN 'donor' THEN r.donor_id <> (SELECT caller_organisation())
                                        AND r.country = (SELECT caller_country())
                                   ELSE r.donor_id = (SELECT caller_organisation()) END));
CREATE POLICY joint_review_event_make ON joint_review_event FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM joint_review AS r
                              JOIN joint_review_action AS a
                                ON a.review_id = r.id AND a.ordinal = action
                             WHERE r.id = joint_review_event.review_id
                               AND (event = 'reported') = (joint_review_event.side = a.owner)
                               AND CASE joint_review_event.side
                                   WHEN 'donor' THEN r.donor_id = (SELECT caller_organisation())
                                   ELSE r.donor_id <> (SELECT caller_organisation())
                                        AND r.country = (SELECT caller_country()) END));

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION review_state(of_review uuid, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN EXISTS (SELECT FROM joint_review_agreement AS g
                              WHERE g.review_id = of_review AND ledger_holds(g.entry, as_of))
                THEN 'AGREED' ELSE 'PROPOSED' END;
END
$$;
COMMENT ON FUNCTION review_state(uuid, bigint) IS
    'Whether both sides have agreed to the record, as of a ledger position or now.';

CREATE FUNCTION action_state(of_review uuid, of_action integer, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT CASE e.event WHEN 'reported' THEN 'REPORTED'
                                         WHEN 'accepted' THEN 'CLOSED'
                                         ELSE 'DISPUTED' END
                       FROM joint_review_event AS e
                      WHERE e.review_id = of_review AND e.action = of_action
                        AND ledger_holds(e.entry, as_of)
                      ORDER BY e.ordinal DESC
                      LIMIT 1), 'OPEN');
END
$$;
COMMENT ON FUNCTION action_state(uuid, integer, bigint) IS
    'Where an action stands as of a ledger position, or now: OPEN, REPORTED done by its owner, '
    'DISPUTED or, once the other side has accepted it, CLOSED.';

CREATE FUNCTION action_json(a joint_review_action, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
    state    text := action_state(a.review_id, a.ordinal, as_of);
    reported date;
BEGIN
    SELECT (e.recorded_at AT TIME ZONE 'UTC')::date INTO reported
      FROM joint_review_event AS e
     WHERE e.review_id = a.review_id AND e.action = a.ordinal AND e.event = 'reported'
       AND ledger_holds(e.entry, as_of)
     ORDER BY e.ordinal DESC
     LIMIT 1;
    RETURN (
    SELECT json_build_object(
        'number', a.ordinal, 'text', a.text, 'owner', a.owner, 'due_on', a.due_on,
        'state', state, 'reported_on', reported,
        'in_time', CASE WHEN state = 'CLOSED' THEN reported <= a.due_on END,
        'events', coalesce(json_agg(json_build_object(
            'id', e.id, 'event', e.event, 'side', e.side, 'text', e.text,
            'evidence', e.evidence, 'stated_by', organisation_reference(e.organisation_id),
            'entry', e.entry, 'at', rfc3339(e.recorded_at)) ORDER BY e.ordinal), '[]'))
      FROM joint_review_event AS e
     WHERE e.review_id = a.review_id AND e.action = a.ordinal AND ledger_holds(e.entry, as_of));
END
$$;
COMMENT ON FUNCTION action_json(joint_review_action, bigint) IS
    'An action with what became of it, as of a ledger position or now. "in_time" says of a closed '
    'one whether the report that was accepted came by its day: what action follow-up counts.';

CREATE FUNCTION joint_review_json(r joint_review, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', r.id, 'state', review_state(r.id, as_of),
        'organisation', organisation_reference(r.donor_id), 'country', r.country,
        'proposed_by', r.side, 'held_on', r.held_on, 'title', r.title, 'summary', r.summary,
        'participants', (
            SELECT coalesce(json_agg(organisation_reference(p.organisation_id)
                                     ORDER BY p.organisation_id), '[]')
              FROM joint_review_participant AS p
             WHERE p.review_id = r.id),
        'commitments', (SELECT coalesce(json_agg(c.commitment_id ORDER BY c.commitment_id), '[]')
                          FROM joint_review_commitment AS c
                         WHERE c.review_id = r.id),
        'agreement', (SELECT json_build_object(
                                 'agreed_by', organisation_reference(g.organisation_id),
                                 'entry', g.entry, 'agreed_at', rfc3339(g.recorded_at))
                        FROM joint_review_agreement AS g
                       WHERE g.review_id = r.id AND ledger_holds(g.entry, as_of)),
        'actions', (SELECT coalesce(json_agg(action_json(a, as_of) ORDER BY a.ordinal), '[]')
                      FROM joint_review_action AS a
                     WHERE a.review_id = r.id),
        'version', aggregate_version(r.id, as_of),
        'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at)));
END
$$;
COMMENT ON FUNCTION joint_review_json(joint_review, bigint) IS
    'A joint review as documents show it, as of a ledger position or now.';

-- ---------------------------------------------------------------- what is said

CREATE FUNCTION joint_review_answer(status integer, of_review uuid, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (status,
            json_build_object('joint_review', joint_review_json(r, NULL),
                              'statement', statement_json(receipt))::text,
            aggregate_version(r.id, NULL)::text,
            CASE WHEN status = 201 THEN '/v1/joint-reviews/' || r.id END)::answer
      FROM joint_review AS r
     WHERE r.id = of_review);
END
$$;
COMMENT ON FUNCTION joint_review_answer(integer, uuid, ledger_receipt) IS
    'The answer to a statement about a joint review: the review and the ledger entry.';

CREATE FUNCTION listed_faults(pointer text, ids jsonb, good uuid[], rule text, detail text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(jsonb_agg(f.value ORDER BY i.ordinality), '[]')
      FROM (SELECT e.value, e.ordinality,
                   row_number() OVER (PARTITION BY e.value::uuid ORDER BY e.ordinality) AS times
              FROM jsonb_array_elements_text(coalesce(ids, '[]')) WITH ORDINALITY AS e) AS i
     CROSS JOIN jsonb_array_elements(
           CASE WHEN i.value::uuid <> ALL (coalesce(good, '{}'))
                THEN fault(format('%s/%s', pointer, i.ordinality - 1), rule, detail)
                WHEN i.times > 1
                THEN fault(format('%s/%s', pointer, i.ordinality - 1), 'unique',
                           'It is listed before.')
                ELSE '[]' END) AS f
$$;
COMMENT ON FUNCTION listed_faults(text, jsonb, uuid[], text, text) IS
    'What is wrong with a list of ids: those that are not among the good ones, and repeated ones.';

CREATE FUNCTION joint_review_faults(body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN EXISTS (SELECT FROM organisation AS o
                              WHERE o.id = (body ->> 'organisation_id')::uuid) THEN '[]'
                ELSE fault('/organisation_id', 'known_organisation',
                           'There is no organisation with this id.') END
        || CASE WHEN EXISTS (SELECT FROM country AS c WHERE c.code = body ->> 'country') THEN '[]'
                ELSE fault('/country', 'known_country', format(
                         '"%s" is no ISO 3166-1 country code; see /v1/countries.',
                         body ->> 'country')) END
        || CASE WHEN (body ->> 'held_on')::date > today()
                THEN fault('/held_on', 'not_in_future',
                           'A review is recorded once it was held.') ELSE '[]' END
        || listed_faults('/participants', body -> 'participants',
                         (SELECT array_agg(o.id) FROM organisation AS o
                           WHERE o.id IN (SELECT p.id::uuid
                                          FROM jsonb_array_elements_text(
                                               body -> 'participants') AS p (id))),
                         'known_organisation', 'There is no organisation with this id.')
        || listed_faults('/commitments', body -> 'commitments',
                         (SELECT array_agg(c.id)
                            FROM commitment AS c
                            JOIN ownership_input AS i
                              ON i.commitment_id = c.id AND i.country = body ->> 'country'
                           WHERE c.id IN (SELECT p.id::uuid
                                            FROM jsonb_array_elements_text(
                                                 body -> 'commitments') AS p (id))
                             AND c.published
                             AND c.organisation_id = (body ->> 'organisation_id')::uuid),
                         'of_both_sides',
                         'It is no public commitment of this donor to this country.')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/actions/%s/due_on', a.ordinality - 1),
                         'rule', 'after_meeting',
                         'detail', 'An action is due on the day of the review or later.'))
                       FROM jsonb_array_elements(body -> 'actions') WITH ORDINALITY AS a
                      WHERE (a.value ->> 'due_on')::date < (body ->> 'held_on')::date), '[]');
END
$$;
COMMENT ON FUNCTION joint_review_faults(jsonb) IS
    'What is wrong with what a record of a review says.';

CREATE FUNCTION joint_review_propose(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    of_org  uuid := (body ->> 'organisation_id')::uuid;
    mine    text := caller_side(of_org, body ->> 'country');
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF mine IS NULL THEN
        CALL refuse_forbidden('You speak for neither side of this review.');
    END IF;
    CALL refuse_faults(joint_review_faults(body));
    receipt := aggregate_append(made, 'review.proposed',
                   (body - 'organisation_id') || jsonb_build_object(
                       'id', made, 'donor', of_org, 'side', mine));
    INSERT INTO joint_review (id, donor_id, country, side, held_on, title, summary,
                              organisation_id, entry, recorded_at)
    VALUES (made, of_org, body ->> 'country', mine, (body ->> 'held_on')::date, body ->> 'title',
            body ->> 'summary', caller_organisation(), receipt.entry, receipt.at);
    INSERT INTO joint_review_participant (review_id, organisation_id, entry)
    SELECT made, p.id::uuid, receipt.entry
      FROM jsonb_array_elements_text(body -> 'participants') AS p (id);
    INSERT INTO joint_review_commitment (review_id, commitment_id, entry)
    SELECT made, c.id::uuid, receipt.entry
      FROM jsonb_array_elements_text(coalesce(body -> 'commitments', '[]')) AS c (id);
    INSERT INTO joint_review_action (review_id, ordinal, text, owner, due_on, entry)
    SELECT made, a.ordinality, a.value ->> 'text', a.value ->> 'owner',
           (a.value ->> 'due_on')::date, receipt.entry
      FROM jsonb_array_elements(coalesce(body -> 'actions', '[]')) WITH ORDINALITY AS a;
    RETURN write_end(body, joint_review_answer(201, made, receipt));
END
$$;
COMMENT ON FUNCTION joint_review_propose(jsonb) IS
    'One side proposes the record of a review that was held, with the actions each side takes on.';

CREATE FUNCTION joint_review_hold(of_review uuid, OUT r joint_review, OUT mine text)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT w.* INTO r FROM joint_review AS w WHERE w.id = of_review;
    IF NOT FOUND THEN
        CALL refuse_missing('joint review');
    END IF;
    mine := caller_side(r.donor_id, r.country);
    IF mine IS NULL THEN
        CALL refuse_forbidden('You speak for neither side of this review.');
    END IF;
    CALL aggregate_hold(r.id);
    CALL refuse_stale(aggregate_version(r.id, NULL));
END
$$;
COMMENT ON FUNCTION joint_review_hold(uuid) IS
    'A joint review, held by this transaction, If-Match included, and the side for which the caller '
    'speaks.';

CREATE FUNCTION joint_review_agree(of_review uuid) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(NULL);
    held    record;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT h.* INTO held FROM joint_review_hold(of_review) AS h;
    IF review_state(of_review, NULL) = 'AGREED' THEN
        CALL refuse_conflict('Both sides have agreed to this record already.');
    END IF;
    IF held.mine = (held.r).side THEN
        CALL refuse_conflict('Your own side proposed this record; the other side agrees to it.');
    END IF;
    receipt := aggregate_append(of_review, 'review.agreed',
                                jsonb_build_object('side', held.mine));
    INSERT INTO joint_review_agreement (review_id, organisation_id, entry, recorded_at)
    VALUES (of_review, caller_organisation(), receipt.entry, receipt.at);
    RETURN write_end(NULL, joint_review_answer(200, of_review, receipt));
END
$$;
COMMENT ON FUNCTION joint_review_agree(uuid) IS
    'The other side agrees to the record, which makes it joint.';

CREATE PROCEDURE refuse_unless_action(of_review uuid, of_action integer, made_event text,
                                      mine text)
LANGUAGE plpgsql AS $$
DECLARE
    a     joint_review_action;
    state text := action_state(of_review, of_action, NULL);
BEGIN
    SELECT w.* INTO a
      FROM joint_review_action AS w
     WHERE w.review_id = of_review AND w.ordinal = of_action;
    IF NOT FOUND THEN
        CALL refuse_missing('action');
    END IF;
    IF (mine = a.owner) <> (made_event = 'reported') THEN
        CALL refuse_forbidden(format('The %s owns this action: it reports it done, and the other '
                                     'side accepts or disputes that.', a.owner));
    END IF;
    IF review_state(of_review, NULL) <> 'AGREED' THEN
        CALL refuse_conflict('The review is PROPOSED: nobody owes an action before the other side '
                             'has agreed to the record.');
    END IF;
    IF made_event = 'reported' AND state NOT IN ('OPEN', 'DISPUTED')
       OR made_event <> 'reported' AND state <> 'REPORTED' THEN
        CALL refuse_conflict(format('An action that is %s cannot be %s; it would have to be %s.',
                                    state, made_event, CASE made_event WHEN 'reported'
                                    THEN 'OPEN or DISPUTED' ELSE 'REPORTED' END));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unless_action(uuid, integer, text, text) IS
    'Ends the request when this side may not say this of an action, or not in its present state.';

CREATE FUNCTION joint_review_act(of_review uuid, of_action integer, made_event text, body jsonb)
RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    held    record;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT h.* INTO held FROM joint_review_hold(of_review) AS h;
    CALL refuse_unless_action(of_review, of_action, made_event, held.mine);
    receipt := aggregate_append(of_review, 'review.action_' || made_event,
                   body || jsonb_build_object('id', made, 'action', of_action,
                                              'side', held.mine));
    INSERT INTO joint_review_event (id, review_id, action, ordinal, event, side, text, evidence,
                                    organisation_id, entry, recorded_at)
    SELECT made, of_review, of_action, count(*) + 1, made_event, held.mine, body ->> 'text',
           body -> 'evidence', caller_organisation(), receipt.entry, receipt.at
      FROM joint_review_event AS w
     WHERE w.review_id = of_review AND w.action = of_action;
    RETURN write_end(body, joint_review_answer(200, of_review, receipt));
END
$$;
COMMENT ON FUNCTION joint_review_act(uuid, integer, text, jsonb) IS
    'The owner of an action reports it done with evidence; the other side accepts that, which '
    'closes it, or disputes it, after which the owner reports anew.';

-- ---------------------------------------------------------------- who has what to do

-- As before, with the actions that each side took on. The log says nothing when the day of one
-- passes, so nothing is left to state of it.
CREATE OR REPLACE VIEW deadline WITH (security_invoker = true) AS
SELECT 'position' AS kind, i.id AS subject, '' AS part, i.commitment_id, i.country, i.due_on,
       i.state, false AS passed
  FROM ownership_input AS i
 WHERE i.state = 'INVITED' AND i.due_on IS NOT NULL
 UNION ALL
SELECT 'position', i.id, '', i.commitment_id, i.country, i.due_on, i.state, true
  FROM ownership_input AS i
 WHERE i.state = 'LAPSED_SILENT'
 UNION ALL
SELECT 'answer', i.id, '', i.commitment_id, i.country, i.answer_due_on, i.state, false
  FROM ownership_input AS i
 WHERE i.state = 'AWAITING_DONOR'
 UNION ALL
SELECT 'answer', i.id, '', i.commitment_id, i.country, i.answer_due_on, i.state, true
  FROM ownership_input AS i
 WHERE i.state = 'UNANSWERED'
 UNION ALL
SELECT 'receipt', d.transaction_id, d.country, d.commitment_id, d.country, d.due_on, d.state, false
  FROM disbursement_receipt AS d
 WHERE d.state = 'REPORTED' AND d.amount <> 0 AND d.due_on IS NOT NULL
 UNION ALL
SELECT 'receipt', d.transaction_id, d.country, d.commitment_id, d.country, d.due_on, d.state, true
  FROM disbursement_receipt AS d
 WHERE d.state = 'UNCONFIRMED' AND d.amount <> 0
 UNION ALL
SELECT 'case', d.transaction_id, d.country, d.commitment_id, d.country, d.case_due_on, d.state,
       false
  FROM disbursement_receipt AS d
 WHERE d.state IN ('DISCREPANT', 'DENIED')
 UNION ALL
SELECT 'case', d.transaction_id, d.country, d.commitment_id, d.country, d.case_due_on, d.state,
       true
  FROM disbursement_receipt AS d
 WHERE d.state = 'ESCALATED'
 UNION ALL
SELECT 'instalment', i.commitment_id, i.ordinal::text, i.commitment_id, NULL, i.due_on, i.state,
       false
  FROM instalment AS i
 WHERE i.state = 'SCHEDULED'
 UNION ALL
SELECT 'instalment', i.commitment_id, i.ordinal::text, i.commitment_id, NULL, i.due_on, i.state,
       true
  FROM instalment AS i
 WHERE i.state = 'MISSED'
 UNION ALL
SELECT 'action', a.review_id, a.ordinal::text, NULL, CASE a.owner WHEN 'recipient'
                                                                  THEN r.country END,
       a.due_on, action_state(a.review_id, a.ordinal, NULL), true
  FROM joint_review_action AS a
  JOIN joint_review AS r ON r.id = a.review_id
  JOIN joint_review_agreement AS g ON g.review_id = a.review_id
 WHERE action_state(a.review_id, a.ordinal, NULL) IN ('OPEN', 'DISPUTED');
COMMENT ON VIEW deadline IS
    'What is due from a party: a government''s position (subject: the input), a donor''s answer '
    '(the input), the confirmation of a disbursement and the settling of its case (the '
    'transaction; part: the country), an instalment (the commitment; part: its number), an action '
    'of a joint review (the review; part: its number; the country when a government owns it). '
    '"passed" says that the ledger holds the statement of it, or never will: an action has none.';

CREATE OR REPLACE FUNCTION inbox() RETURNS SETOF deadline
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF caller_has_role('auditor') THEN
        RETURN QUERY SELECT d.* FROM deadline AS d WHERE d.kind = 'case' AND d.passed;
    ELSIF caller_country() IS NOT NULL THEN
        RETURN QUERY
        SELECT d.*
          FROM deadline AS d
         WHERE d.country = caller_country()
           AND d.kind IN ('position', 'receipt', 'case', 'action');
    ELSE
        RETURN QUERY
        SELECT d.*
          FROM commitment AS c
          JOIN deadline AS d ON d.commitment_id = c.id
         WHERE c.organisation_id = caller_organisation()
           AND d.kind IN ('answer', 'case', 'instalment')
         UNION ALL
        SELECT d.*
          FROM joint_review AS r
          JOIN deadline AS d ON d.subject = r.id
         WHERE r.donor_id = caller_organisation()
           AND d.kind = 'action' AND d.country IS NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION inbox() IS
    'What is due from the caller''s side: a government owes positions and receipts, a donor '
    'answers and instalments, both the settling of cases and the actions they took on; the '
    'auditors'' queue holds the escalated cases.';

CREATE OR REPLACE FUNCTION deadline_json(d deadline) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'kind', d.kind, 'due_on', d.due_on, 'overdue', d.due_on < today(), 'state', d.state,
        'country', d.country,
        'commitment', CASE WHEN c.id IS NOT NULL THEN json_build_object(
            'id', c.id, 'title', r.title,
            'organisation', organisation_reference(c.organisation_id)) END,
        'amount', coalesce(w.amount, i.amount - i.settled)::text,
        'currency', coalesce(t.currency, i.currency),
        'href', CASE d.kind WHEN 'receipt'
                            THEN format('/v1/commitments/%s/transactions/%s', c.id, d.subject)
                            WHEN 'case' THEN '/v1/receipt-confirmations/' || w.confirmation_id
                            WHEN 'instalment' THEN format('/v1/commitments/%s/schedule', c.id)
                            WHEN 'action' THEN '/v1/joint-reviews/' || d.subject
                            ELSE '/v1/ownership-inputs/' || d.subject END)
      FROM (SELECT) AS one
      LEFT JOIN commitment AS c ON c.id = d.commitment_id
      LEFT JOIN commitment_revision AS r
        ON r.commitment_id = c.id AND r.revision = c.revision
      LEFT JOIN disbursement_receipt AS w
        ON w.transaction_id = d.subject AND w.country = d.country
      LEFT JOIN transaction AS t ON t.id = w.transaction_id
      LEFT JOIN instalment AS i
        ON d.kind = 'instalment' AND i.commitment_id = c.id AND i.schedule = c.schedule
       AND i.ordinal::text = d.part);
END
$$;
COMMENT ON FUNCTION deadline_json(deadline) IS
    'A deadline as an inbox shows it, with where to act on it.';

CREATE OR REPLACE FUNCTION deadline_counts()
RETURNS TABLE (kind text, overdue bigint, unstated bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT k.kind, count(d.subject), count(d.subject) FILTER (WHERE NOT d.passed)
      FROM unnest(ARRAY['position', 'answer', 'receipt', 'case', 'instalment', 'action'])
               AS k (kind)
      LEFT JOIN deadline AS d ON d.kind = k.kind AND d.due_on < today()
     GROUP BY k.kind
     ORDER BY k.kind;
END
$$;

GRANT SELECT ON joint_review, joint_review_participant, joint_review_commitment,
      joint_review_action, joint_review_agreement, joint_review_event
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_keeper;
GRANT INSERT ON joint_review, joint_review_participant, joint_review_commitment,
      joint_review_action, joint_review_agreement, joint_review_event
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION review_state(uuid, bigint), action_json(joint_review_action, bigint),
      joint_review_json(joint_review, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION action_state(uuid, integer, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_keeper;
GRANT EXECUTE ON FUNCTION joint_review_answer(integer, uuid, ledger_receipt),
      listed_faults(text, jsonb, uuid[], text, text), joint_review_faults(jsonb),
      joint_review_propose(jsonb), joint_review_hold(uuid), joint_review_agree(uuid),
      joint_review_act(uuid, integer, text, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE refuse_unless_action(uuid, integer, text, text) TO aidledger_writer;
