-- Closed periods: an organisation says that its books of a period are complete. What comes later is
-- never refused: it keeps its date, and its reporting date is in the first open period.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('period.closed', ARRAY['id', 'period_start', 'period_end', 'tree_size']),
               ('period.reopened', ARRAY['reason'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE period_close (
    id              uuid        NOT NULL CONSTRAINT period_close_pkey PRIMARY KEY,
    organisation_id uuid        NOT NULL
        CONSTRAINT period_close_organisation_id_known REFERENCES organisation (id),
    period_start    date        NOT NULL,
    period_end      date        NOT NULL,
    tree_size       bigint      NOT NULL,
    entry           uuid        NOT NULL
        CONSTRAINT period_close_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT period_close_period_end_order CHECK (period_end >= period_start),
    CONSTRAINT period_close_tree_size_natural CHECK (tree_size >= 0)
);
CREATE INDEX period_close_organisation_id ON period_close (organisation_id, period_start);
CREATE INDEX period_close_recorded_at ON period_close (recorded_at DESC, id DESC);
COMMENT ON TABLE period_close IS
    'That an organisation''s books of a period are complete. What it records before the close is in '
    'them, what it records after it is not.';
COMMENT ON COLUMN period_close.tree_size IS
    'How many leaves the log had when the period was closed. The close itself, and what was stated '
    'a moment before it, get their places after that.';
COMMENT ON CONSTRAINT period_close_period_end_order ON period_close IS
    '/period_end: A period ends on its first day or later.';
COMMENT ON CONSTRAINT period_close_tree_size_natural ON period_close IS
    'A tree size counts from 0.';

CREATE TABLE period_reopening (
    close_id        uuid        NOT NULL
        CONSTRAINT period_reopening_pkey PRIMARY KEY
        CONSTRAINT period_reopening_close_id_known REFERENCES period_close (id),
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT period_reopening_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT period_reopening_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT period_reopening_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE period_reopening IS
    'That a period is open again, and why. What was moved on while it was closed stays where it was '
    'reported; the period may be closed again.';
COMMENT ON CONSTRAINT period_reopening_reason_length ON period_reopening IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE transaction_reporting (
    transaction_id uuid NOT NULL
        CONSTRAINT transaction_reporting_pkey PRIMARY KEY
        CONSTRAINT transaction_reporting_transaction_id_known REFERENCES transaction (id),
    close_id       uuid NOT NULL
        CONSTRAINT transaction_reporting_close_id_known REFERENCES period_close (id),
    reporting_date date NOT NULL
);
CREATE INDEX transaction_reporting_close_id ON transaction_reporting (close_id);
COMMENT ON TABLE transaction_reporting IS
    'Transactions that came after the close of the period of their date. All others are reported on '
    'their date.';
COMMENT ON COLUMN transaction_reporting.reporting_date IS
    'The first day after the transaction''s date that was in no closed period when it was recorded.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['period_close', 'period_reopening',
                                        'transaction_reporting']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
    END LOOP;
END
$$;
CREATE POLICY period_close_read ON period_close FOR SELECT USING (true);
CREATE POLICY period_close_make ON period_close FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation()));
CREATE POLICY period_reopening_read ON period_reopening FOR SELECT USING (true);
CREATE POLICY period_reopening_make ON period_reopening FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM period_close AS p
                             WHERE p.id = close_id
                               AND p.organisation_id = period_reopening.organisation_id));
CREATE POLICY transaction_reporting_read ON transaction_reporting FOR SELECT
    USING (EXISTS (SELECT FROM transaction AS t WHERE t.id = transaction_id));
CREATE POLICY transaction_reporting_report ON transaction_reporting FOR SELECT
    TO aidledger_reporter USING (true);
CREATE POLICY transaction_reporting_make ON transaction_reporting FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM transaction AS t
                         WHERE t.id = transaction_id
                           AND t.organisation_id = (SELECT caller_organisation())));

-- ---------------------------------------------------------------- what comes late

CREATE FUNCTION period_closed_on(of_organisation uuid, day date, as_of bigint)
RETURNS period_close
LANGUAGE plpgsql STABLE AS $$
DECLARE
    p period_close;
BEGIN
    SELECT w.* INTO p
      FROM period_close AS w
     WHERE w.organisation_id = of_organisation
       AND day BETWEEN w.period_start AND w.period_end
       AND ledger_holds(w.entry, as_of)
       AND NOT EXISTS (SELECT FROM period_reopening AS o
                        WHERE o.close_id = w.id AND ledger_holds(o.entry, as_of));
    RETURN p;
END
$$;
COMMENT ON FUNCTION period_closed_on(uuid, date, bigint) IS
    'The close in force of an organisation over a day, as of a ledger position or now; none when '
    'the day is in no closed period.';

-- Whoever records money and whoever closes a period go one after the other, and get their places in
-- the log in that order: the lock is taken before the entry is queued.
CREATE FUNCTION period_wait() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(
        concat_ws(' ', 'aidledger period', NEW.organisation_id), 0));
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION period_wait() IS
    'Makes a transaction wait for a close of its organisation that is under way, and the close for '
    'it.';
CREATE TRIGGER ledger_entry_period_wait BEFORE INSERT ON ledger_entry
    FOR EACH ROW WHEN (NEW.kind = 'transaction.recorded') EXECUTE FUNCTION period_wait();

CREATE FUNCTION transaction_report_late() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    first period_close := period_closed_on(NEW.organisation_id, NEW.transaction_date, NULL);
    p     period_close := first;
    day   date;
BEGIN
    WHILE p.id IS NOT NULL LOOP
        day := p.period_end + 1;
        p := period_closed_on(NEW.organisation_id, day, NULL);
    END LOOP;
    IF day IS NOT NULL THEN
        INSERT INTO transaction_reporting (transaction_id, close_id, reporting_date)
        VALUES (NEW.id, first.id, day);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION transaction_report_late() IS
    'Finds the first open day for a transaction whose date lies in a closed period.';
CREATE TRIGGER transaction_late AFTER INSERT ON transaction
    FOR EACH ROW EXECUTE FUNCTION transaction_report_late();

-- ---------------------------------------------------------------- what is read

-- What others put into the document of a transaction stays as it is; how it is reported comes last.
ALTER FUNCTION transaction_json(transaction, bigint) RENAME TO transaction_content_json;
CREATE FUNCTION transaction_json(t transaction, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (left(transaction_content_json(t, as_of)::text, -1) || ', ' || substr(
               json_build_object(
                   'late', g.transaction_id IS NOT NULL,
                   'reporting_date', d.day,
                   'reported_in', CASE WHEN p.id IS NOT NULL THEN json_build_object(
                                           'id', p.id, 'period_start', p.period_start,
                                           'period_end', p.period_end) END)::text, 2))::json
      FROM (VALUES (1)) AS one
      LEFT JOIN transaction_reporting AS g ON g.transaction_id = t.id
     CROSS JOIN LATERAL (SELECT coalesce(g.reporting_date, t.transaction_date) AS day) AS d
     CROSS JOIN LATERAL period_closed_on(t.organisation_id, d.day, as_of) AS p);
END
$$;
COMMENT ON FUNCTION transaction_json(transaction, bigint) IS
    'A transaction as documents show it, as of a ledger position or now, with the period that it is '
    'reported in; null for one that is open.';

CREATE FUNCTION period_close_json(p period_close, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', p.id, 'organisation', organisation_reference(p.organisation_id),
        'period_start', p.period_start, 'period_end', p.period_end,
        'state', CASE WHEN o.close_id IS NULL THEN 'CLOSED' ELSE 'REOPENED' END,
        'tree_size', p.tree_size,
        'position', (SELECT l.leaf_index + 1 FROM ledger_leaf AS l WHERE l.entry = p.entry),
        'late_entries', (SELECT count(*)
                           FROM transaction_reporting AS g
                           JOIN transaction AS t ON t.id = g.transaction_id
                          WHERE g.close_id = p.id AND ledger_holds(t.entry, as_of)),
        'reopened', CASE WHEN o.close_id IS NOT NULL THEN json_build_object(
                             'reason', o.reason, 'entry', o.entry,
                             'reopened_at', rfc3339(o.recorded_at)) END,
        'entry', p.entry, 'recorded_at', rfc3339(p.recorded_at))
      FROM (VALUES (1)) AS one
      LEFT JOIN period_reopening AS o
        ON o.close_id = p.id AND ledger_holds(o.entry, as_of));
END
$$;
COMMENT ON FUNCTION period_close_json(period_close, bigint) IS
    'A closed period as documents show it, as of a ledger position or now. "position" is the tree '
    'size that holds the books as they were closed; null until the close has its place in the log.';

CREATE FUNCTION report_period_basis(basis text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Here and not in refuse_faults(): a function that changes nothing may not call a procedure.
    IF basis NOT IN ('transaction', 'reporting') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL422',
            MESSAGE = 'The report cannot count like this.',
            DETAIL = jsonb_build_array(jsonb_build_object(
                'parameter', 'period_basis', 'rule', 'enum',
                'detail', 'This is transaction or reporting.'))::text;
    END IF;
    RETURN coalesce(basis, 'transaction');
END
$$;
COMMENT ON FUNCTION report_period_basis(text) IS
    'The date by which a report puts money into years: of the transaction, or the one it is '
    'reported on because its period was closed before it came. With anything else the report ends.';

-- ---------------------------------------------------------------- what is written

CREATE FUNCTION period_answer(status integer, p period_close, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (period_answer.status,
            json_build_object('period_close', period_close_json(p, NULL),
                              'statement', statement_json(receipt))::text,
            CASE period_answer.status WHEN 201 THEN '1' ELSE '2' END,
            CASE period_answer.status WHEN 201 THEN '/v1/period-closes/' || p.id END)::answer;
END
$$;
COMMENT ON FUNCTION period_answer(integer, period_close, ledger_receipt) IS
    'The answer to a statement about a period: the close and the ledger entry.';

CREATE PROCEDURE period_lock()
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', 'aidledger period', caller_organisation()), 0));
END
$$;
COMMENT ON PROCEDURE period_lock() IS
    'Waits until nobody records money of the caller''s organisation or closes a period of it, and '
    'keeps others from it.';

CREATE FUNCTION period_faults(body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN (body ->> 'period_end')::date < (body ->> 'period_start')::date
                THEN fault('/period_end', 'date_order',
                           'A period ends on its first day or later.') ELSE '[]' END
        || CASE WHEN (body ->> 'period_end')::date >= today()
                THEN fault('/period_end', 'ended', 'A period is closed once it has ended.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION period_faults(jsonb) IS 'What is wrong with a period to close.';

CREATE FUNCTION period_close_record(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    p       period_close := jsonb_populate_record(NULL::period_close, body);
    other   period_close;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_faults(period_faults(body));
    CALL period_lock();
    SELECT w.* INTO other
      FROM period_close AS w
     WHERE w.organisation_id = caller_organisation()
       AND daterange(w.period_start, w.period_end, '[]')
           && daterange(p.period_start, p.period_end, '[]')
       AND NOT EXISTS (SELECT FROM period_reopening AS o WHERE o.close_id = w.id)
     ORDER BY w.period_start
     LIMIT 1;
    IF FOUND THEN
        CALL refuse_conflict(format('%s to %s is closed already, see /v1/period-closes/%s; '
                                    'closed periods do not overlap.', other.period_start,
                                    other.period_end, other.id));
    END IF;
    p.id := gen_random_uuid();
    p.organisation_id := caller_organisation();
    p.tree_size := tree_size();
    receipt := aggregate_append(p.id, 'period.closed', jsonb_build_object(
                   'id', p.id, 'period_start', p.period_start, 'period_end', p.period_end,
                   'tree_size', p.tree_size));
    p.entry := receipt.entry;
    p.recorded_at := receipt.at;
    INSERT INTO period_close SELECT p.*;
    RETURN write_end(body, period_answer(201, p, receipt));
END
$$;
COMMENT ON FUNCTION period_close_record(jsonb) IS
    'Closes a period of the caller''s organisation: what is recorded into it from now on is '
    'reported in the first open period.';

CREATE FUNCTION period_close_reopen(of_close uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given    answer := write_begin(body);
    p        period_close;
    reopened boolean;
    receipt  ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO p FROM period_close AS w WHERE w.id = of_close;
    IF NOT FOUND THEN
        CALL refuse_missing('closed period');
    END IF;
    IF p.organisation_id <> caller_organisation() THEN
        CALL refuse_forbidden('This period is of the books of another organisation.');
    END IF;
    CALL period_lock();
    reopened := EXISTS (SELECT FROM period_reopening AS o WHERE o.close_id = p.id);
    CALL refuse_stale_reading(CASE WHEN reopened THEN 2 ELSE 1 END);
    IF reopened THEN
        CALL refuse_conflict('The period is open again already.');
    END IF;
    receipt := aggregate_append(p.id, 'period.reopened', body);
    INSERT INTO period_reopening (close_id, reason, organisation_id, entry, recorded_at)
    VALUES (p.id, body ->> 'reason', p.organisation_id, receipt.entry, receipt.at);
    RETURN write_end(body, period_answer(200, p, receipt));
END
$$;
COMMENT ON FUNCTION period_close_reopen(uuid, jsonb) IS
    'Opens a period again, with the reason. It can be closed again by another statement.';

GRANT SELECT ON period_close, period_reopening, transaction_reporting
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON period_close, period_reopening TO aidledger_writer;
GRANT INSERT ON transaction_reporting TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION period_closed_on(uuid, date, bigint),
      transaction_json(transaction, bigint), period_close_json(period_close, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION report_period_basis(text) TO aidledger_reporter;
GRANT EXECUTE ON FUNCTION period_wait(), transaction_report_late()
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION period_answer(integer, period_close, ledger_receipt),
      period_faults(jsonb), period_close_record(jsonb), period_close_reopen(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE period_lock() TO aidledger_writer;
