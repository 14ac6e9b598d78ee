-- Report runs: a report pinned to a tree size for good. The log holds what was asked, and the SHA-256
-- of the bytes that were given; the bytes are kept beside it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'report.issued', f.field, 'public'
  FROM unnest(ARRAY['id', 'report', 'definition_version', 'parameters', 'rate_set', 'tree_size',
                    'format', 'sha256', 'bytes', 'rows', 'totals']) AS f (field);

CREATE TABLE report_result (
    sha256  bytea NOT NULL CONSTRAINT report_result_pkey PRIMARY KEY,
    content bytea NOT NULL,
    CONSTRAINT report_result_content_size CHECK (octet_length(content) <= 16777216),
    CONSTRAINT report_result_sha256_right CHECK (sha256 = sha256(content))
);
COMMENT ON TABLE report_result IS
    'The bytes of reports that were issued, once each, however often they were asked for.';
COMMENT ON CONSTRAINT report_result_content_size ON report_result IS
    '/parameters: A report that is issued has at most 16 MiB; ask for less with its parameters.';
COMMENT ON CONSTRAINT report_result_sha256_right ON report_result IS
    'A result is found by the SHA-256 of its bytes.';

CREATE TABLE report_run (
    id                 uuid        NOT NULL CONSTRAINT report_run_pkey PRIMARY KEY,
    organisation_id    uuid        NOT NULL
        CONSTRAINT report_run_organisation_id_known REFERENCES organisation (id),
    report             text        NOT NULL,
    definition_version text        NOT NULL,
    parameters         jsonb       NOT NULL,
    rate_set           uuid
        CONSTRAINT report_run_rate_set_known REFERENCES exchange_rate_set (id),
    tree_size          bigint      NOT NULL,
    format             text        NOT NULL,
    sha256             bytea       NOT NULL
        CONSTRAINT report_run_sha256_known REFERENCES report_result (sha256),
    bytes              integer     NOT NULL,
    rows               integer     NOT NULL,
    totals             jsonb,
    entry              uuid        NOT NULL
        CONSTRAINT report_run_entry_known REFERENCES ledger_entry (entry),
    recorded_at        timestamptz NOT NULL,
    CONSTRAINT report_run_format_known CHECK (format IN ('json', 'csv')),
    CONSTRAINT report_run_tree_size_natural CHECK (tree_size >= 0),
    CONSTRAINT report_run_bytes_natural CHECK (bytes > 0),
    CONSTRAINT report_run_rows_natural CHECK (rows >= 0)
);
CREATE INDEX report_run_recorded_at ON report_run (recorded_at DESC, id DESC);
CREATE INDEX report_run_report ON report_run (report, recorded_at DESC, id DESC);
CREATE INDEX report_run_sha256 ON report_run (sha256, recorded_at DESC, id DESC);
COMMENT ON TABLE report_run IS
    'That a report was given to somebody: what was asked, of which tree size, and the SHA-256 of '
    'what was given. The same report of that tree size has the same bytes for ever.';
COMMENT ON COLUMN report_run.parameters IS
    'What the report was asked for, each value as text; the position and the format stand apart.';
COMMENT ON COLUMN report_run.rows IS 'How many rows the report has.';
COMMENT ON COLUMN report_run.totals IS
    'Sums over all rows, per currency, of the columns that its definition lets add up; null for a '
    'report that has none.';
COMMENT ON CONSTRAINT report_run_format_known ON report_run IS '/format: A format is json or csv.';
COMMENT ON CONSTRAINT report_run_tree_size_natural ON report_run IS 'Tree sizes count from 0.';
COMMENT ON CONSTRAINT report_run_bytes_natural ON report_run IS 'A report has at least one byte.';
COMMENT ON CONSTRAINT report_run_rows_natural ON report_run IS 'Rows count from 0.';

CREATE TABLE report_run_queue (
    report_run_id uuid NOT NULL
        CONSTRAINT report_run_queue_pkey PRIMARY KEY
        CONSTRAINT report_run_queue_report_run_id_known REFERENCES report_run (id)
);
COMMENT ON TABLE report_run_queue IS 'Report runs whose proof is not made yet.';

CREATE TABLE report_run_proof (
    report_run_id uuid NOT NULL
        CONSTRAINT report_run_proof_pkey PRIMARY KEY
        CONSTRAINT report_run_proof_report_run_id_known REFERENCES report_run (id),
    proof         text NOT NULL
);
COMMENT ON TABLE report_run_proof IS
    'The proof of each report run (C2SP tlog-proof): its leaf, the path from there to the root of '
    'the first tree that was signed with it, and that checkpoint.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['report_result', 'report_run', 'report_run_proof']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
    END LOOP;
END
$$;
ALTER TABLE report_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_run FORCE ROW LEVEL SECURITY;
CREATE POLICY report_run_read ON report_run FOR SELECT USING (true);
CREATE POLICY report_run_make ON report_run FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation()));

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION report_run_json(r report_run) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN json_build_object(
        'id', r.id, 'report', r.report, 'definition_version', r.definition_version,
        'parameters', r.parameters, 'rate_set', r.rate_set, 'tree_size', r.tree_size,
        'format', r.format, 'sha256', encode(r.sha256, 'hex'), 'bytes', r.bytes,
        'rows', r.rows, 'totals', coalesce(r.totals, '[]'),
        'organisation', organisation_reference(r.organisation_id),
        'result', '/v1/report-runs/' || r.id || '/result',
        'proof', '/v1/report-runs/' || r.id || '/proof',
        'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at));
END
$$;
COMMENT ON FUNCTION report_run_json(report_run) IS 'A report run as documents show it.';

-- ---------------------------------------------------------------- what is written

CREATE FUNCTION report_run_totals(figures jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_build_object('currency', c.currency) || c.sums
                     ORDER BY c.currency COLLATE "C")
      FROM (SELECT s.currency, jsonb_object_agg(s.name, s.amount::text) AS sums
              FROM (SELECT f.row ->> 0 AS currency, n.name,
                           sum((f.row ->> n.place::integer)::numeric) AS amount
                      FROM jsonb_array_elements(figures -> 'rows') AS f (row)
                     CROSS JOIN jsonb_array_elements_text(figures -> 'columns')
                                WITH ORDINALITY AS n (name, place)
                     GROUP BY 1, 2) AS s
             WHERE s.currency IS NOT NULL AND s.amount IS NOT NULL
             GROUP BY s.currency) AS c);
END
$$;
COMMENT ON FUNCTION report_run_totals(jsonb) IS
    'Exact sums per currency from {"columns": [name ..], "rows": [[currency, amount ..] ..]}; what '
    'has no amount is left out.';

CREATE FUNCTION report_run_issue(body jsonb, run jsonb, result text) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content bytea := convert_to(result, 'UTF8');
    r       report_run := jsonb_populate_record(NULL::report_run, run);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r.id := gen_random_uuid();
    r.organisation_id := caller_organisation();
    r.rate_set := (r.parameters ->> 'rate_set')::uuid;
    r.sha256 := sha256(content);
    r.bytes := octet_length(content);
    r.totals := report_run_totals(run -> 'figures');
    INSERT INTO report_result (sha256, content) VALUES (r.sha256, content) ON CONFLICT DO NOTHING;
    receipt := aggregate_append(r.id, 'report.issued', jsonb_build_object(
                   'id', r.id, 'report', r.report, 'definition_version', r.definition_version,
                   'parameters', r.parameters, 'rate_set', r.rate_set, 'tree_size', r.tree_size,
                   'format', r.format, 'sha256', encode(r.sha256, 'hex'), 'bytes', r.bytes,
                   'rows', r.rows, 'totals', r.totals));
    r.entry := receipt.entry;
    r.recorded_at := receipt.at;
    INSERT INTO report_run SELECT (r).*;
    INSERT INTO report_run_queue (report_run_id) VALUES (r.id);
    RETURN write_end(body, (201,
        json_build_object('report_run', report_run_json(r),
                          'statement', statement_json(receipt))::text,
        '1', '/v1/report-runs/' || r.id)::answer);
END
$$;
COMMENT ON FUNCTION report_run_issue(jsonb, jsonb, text) IS
    'States that a report was given to the caller: "run" is what it was asked for and what came of '
    'it, "result" its very text.';

-- ---------------------------------------------------------------- proofs

CREATE FUNCTION report_runs_to_prove(up_to bigint)
RETURNS TABLE (report_run_id uuid, leaf_index bigint, leaf bytea)
LANGUAGE sql STABLE AS $$
    SELECT q.report_run_id, l.leaf_index, e.leaf
      FROM report_run_queue AS q
      JOIN report_run AS r ON r.id = q.report_run_id
      JOIN ledger_leaf AS l ON l.entry = r.entry
      JOIN ledger_entry AS e ON e.entry = r.entry
     WHERE l.leaf_index < up_to
     ORDER BY l.leaf_index
     LIMIT 100
$$;
COMMENT ON FUNCTION report_runs_to_prove(bigint) IS
    'Report runs among the first so many leaves that have no proof yet, with their leaves, a '
    'hundred at most.';

CREATE FUNCTION report_run_prove(of_run uuid, proof text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO report_run_proof (report_run_id, proof) VALUES (of_run, proof);
    DELETE FROM report_run_queue AS q WHERE q.report_run_id = of_run
$$;
COMMENT ON FUNCTION report_run_prove(uuid, text) IS
    'Keeps the proof of a report run, for good.';

GRANT SELECT ON report_result, report_run, report_run_proof
   TO aidledger_public, aidledger_scoped, aidledger_writer;
GRANT INSERT ON report_result, report_run, report_run_queue TO aidledger_writer;
GRANT SELECT ON report_run TO aidledger_sealer;
GRANT SELECT, DELETE ON report_run_queue TO aidledger_sealer;
GRANT INSERT ON report_run_proof TO aidledger_sealer;
GRANT EXECUTE ON FUNCTION report_run_json(report_run)
   TO aidledger_public, aidledger_scoped, aidledger_writer;
GRANT EXECUTE ON FUNCTION report_run_totals(jsonb), report_run_issue(jsonb, jsonb, text)
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION report_runs_to_prove(bigint), report_run_prove(uuid, text)
   TO aidledger_sealer;
