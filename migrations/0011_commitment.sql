-- Activities, commitments, their content by revision, their state by version.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE activity (
    id              uuid        NOT NULL CONSTRAINT activity_pkey PRIMARY KEY,
    organisation_id uuid        NOT NULL
        CONSTRAINT activity_organisation_id_known REFERENCES organisation (id),
    iati_identifier text        NOT NULL CONSTRAINT activity_iati_identifier_unique UNIQUE,
    version         integer     NOT NULL,
    head            bytea       NOT NULL,
    content         jsonb       NOT NULL,
    content_sha256  bytea       NOT NULL,
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT activity_iati_identifier_given CHECK (
        iati_identifier = btrim(iati_identifier) AND char_length(iati_identifier) BETWEEN 1 AND 300)
);
COMMENT ON TABLE activity IS
    'What the aid is for, as its reporting organisation published it (IATI activity), newest '
    'version. Earlier versions are in the ledger.';
COMMENT ON COLUMN activity.content IS
    'What the newest "activity.recorded" statement says of it in the clear.';
COMMENT ON COLUMN activity.content_sha256 IS
    'SHA-256 of the canonical content, by which a second import of the same file is seen to '
    'change nothing.';
COMMENT ON CONSTRAINT activity_iati_identifier_given ON activity IS
    '/iati_identifier: An activity identifier has 1 to 300 characters and no white space around it.';

CREATE TABLE commitment (
    id                  uuid        NOT NULL CONSTRAINT commitment_pkey PRIMARY KEY,
    organisation_id     uuid        NOT NULL
        CONSTRAINT commitment_organisation_id_known REFERENCES organisation (id),
    origin              text        NOT NULL,
    status              text        NOT NULL,
    published           boolean     NOT NULL DEFAULT false,
    version             integer     NOT NULL,
    head                bytea       NOT NULL,
    revision            integer     NOT NULL,
    registered_revision integer,
    amendment           integer,
    submitted_by        uuid        CONSTRAINT commitment_submitted_by_known
                                    REFERENCES principal (id),
    schedule            integer,
    baseline_schedule   integer,
    effective_date      date,
    countries           text[]      NOT NULL DEFAULT '{}',
    sectors             text[]      NOT NULL DEFAULT '{}',
    items               text[]      NOT NULL DEFAULT '{}',
    start_date          date,
    end_date            date,
    search              text        NOT NULL DEFAULT '',
    created_at          timestamptz NOT NULL,
    document            text        NOT NULL DEFAULT '',
    CONSTRAINT commitment_origin_known CHECK (origin IN ('registered', 'imported')),
    CONSTRAINT commitment_status_known CHECK (
        status IN ('DRAFT', 'SUBMITTED', 'REGISTERED', 'EFFECTIVE', 'SUSPENDED', 'CANCELLED',
                   'CLOSED')),
    CONSTRAINT commitment_published_kept CHECK (
        published = (status NOT IN ('DRAFT', 'SUBMITTED'))),
    CONSTRAINT commitment_amendment_published CHECK (amendment IS NULL OR published),
    CONSTRAINT commitment_baseline_schedule_effective CHECK (
        baseline_schedule IS NULL OR baseline_schedule <= schedule)
);
CREATE INDEX commitment_created_at ON commitment (created_at DESC, id DESC);
CREATE INDEX commitment_organisation_id ON commitment (organisation_id, created_at DESC, id DESC);
CREATE INDEX commitment_countries ON commitment USING gin (countries);
CREATE INDEX commitment_sectors ON commitment USING gin (sectors);
CREATE INDEX commitment_items ON commitment USING gin (items);
CREATE INDEX commitment_search ON commitment USING gin (search gin_trgm_ops);
COMMENT ON TABLE commitment IS
    'The aggregate: one organisation''s funding, with its present state. What was ever said of it '
    'is in commitment_revision, commitment_state, the tables of statements, and the ledger.';
COMMENT ON COLUMN commitment.version IS
    'Counts every statement about the commitment; the entity tag.';
COMMENT ON COLUMN commitment.head IS 'Leaf hash of its newest statement, named by the next one.';
COMMENT ON COLUMN commitment.revision IS 'The content in force; the draft while there is only one.';
COMMENT ON COLUMN commitment.registered_revision IS 'The last content an approver registered.';
COMMENT ON COLUMN commitment.amendment IS 'Content proposed and not yet approved.';
COMMENT ON COLUMN commitment.document IS
    'The JSON document of the present state, made when it changes so that reading it is a lookup.';
COMMENT ON CONSTRAINT commitment_origin_known ON commitment IS
    '/origin: A commitment was registered here or imported from a published file.';
COMMENT ON CONSTRAINT commitment_status_known ON commitment IS
    '/status: The status is one of the known ones.';
COMMENT ON CONSTRAINT commitment_published_kept ON commitment IS
    '/status: Drafts and submissions are private, everything after is public.';
COMMENT ON CONSTRAINT commitment_amendment_published ON commitment IS
    'Only a registered commitment is amended; a draft is edited.';
COMMENT ON CONSTRAINT commitment_baseline_schedule_effective ON commitment IS
    'The baseline is one of the schedule versions there are.';

CREATE FUNCTION shares_total(parts jsonb) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT sum((p.value ->> 'share')::numeric) FROM jsonb_array_elements(parts) AS p $$;
COMMENT ON FUNCTION shares_total(jsonb) IS 'The sum of the shares of a list of parts.';

CREATE FUNCTION texts_of(parts jsonb, name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(array_agg(p.value ->> name ORDER BY p.ordinality)
                        FILTER (WHERE p.value ? name), '{}')
      FROM jsonb_array_elements(coalesce(parts, '[]')) WITH ORDINALITY AS p
$$;
COMMENT ON FUNCTION texts_of(jsonb, text) IS 'The values of one member over a list of objects.';

CREATE TABLE commitment_revision (
    commitment_id       uuid        NOT NULL
        CONSTRAINT commitment_revision_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    revision            integer     NOT NULL,
    published           boolean     NOT NULL,
    activity_id         uuid        CONSTRAINT commitment_revision_activity_id_known
                                    REFERENCES activity (id),
    title               text        NOT NULL,
    narrative           text,
    agreement_reference text,
    commitment_date     date,
    start_date          date,
    end_date            date,
    recipients          jsonb,
    sectors             jsonb,
    collaboration_type  text,
    flow_type           text,
    finance_type        text,
    aid_type            text,
    tied_status         text,
    ict_significance    integer,
    ict_share           numeric,
    ict_reason          text,
    amount              numeric,
    currency            text        CONSTRAINT commitment_revision_currency_known
                                    REFERENCES currency (code),
    schedule            jsonb,
    countries           text[]      NOT NULL
        GENERATED ALWAYS AS (texts_of(recipients, 'country')) STORED,
    sector_codes        text[]      NOT NULL
        GENERATED ALWAYS AS (texts_of(sectors, 'code')) STORED,
    maker               uuid        NOT NULL
        CONSTRAINT commitment_revision_maker_known REFERENCES principal (id),
    entry               uuid        NOT NULL
        CONSTRAINT commitment_revision_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT commitment_revision_pkey PRIMARY KEY (commitment_id, revision),
    CONSTRAINT commitment_revision_title_length CHECK (char_length(title) BETWEEN 1 AND 300),
    CONSTRAINT commitment_revision_recipients_total CHECK (
        recipients IS NULL OR shares_total(recipients) = 100),
    CONSTRAINT commitment_revision_sectors_total CHECK (
        sectors IS NULL OR shares_total(sectors) = 100),
    CONSTRAINT commitment_revision_end_date_order CHECK (end_date >= start_date),
    CONSTRAINT commitment_revision_amount_positive CHECK (amount > 0),
    CONSTRAINT commitment_revision_amount_currency CHECK (
        (amount IS NULL) OR (currency IS NOT NULL)),
    CONSTRAINT commitment_revision_ict_significance_known CHECK (ict_significance BETWEEN 0 AND 2),
    CONSTRAINT commitment_revision_ict_share_range CHECK (ict_share BETWEEN 0 AND 100),
    CONSTRAINT commitment_revision_ict_reason_given CHECK (
        coalesce(ict_significance, 0) = 0 OR ict_reason IS NOT NULL)
);
COMMENT ON TABLE commitment_revision IS
    'What a commitment says, each time it was said. Registering restates a private revision as a '
    'published one.';
COMMENT ON COLUMN commitment_revision.recipients IS
    'Recipient countries (ISO 3166-1) and regions (DAC) with their share in percent.';
COMMENT ON COLUMN commitment_revision.sectors IS
    'DAC 5-digit purpose codes with their share in percent.';
COMMENT ON COLUMN commitment_revision.ict_share IS
    'Percent of the money that is for ICT, purpose codes of family 220 included.';
COMMENT ON COLUMN commitment_revision.schedule IS
    'The forward schedule as promised with this content: instalments by period.';
COMMENT ON CONSTRAINT commitment_revision_title_length ON commitment_revision IS
    '/title: A title has 1 to 300 characters.';
COMMENT ON CONSTRAINT commitment_revision_recipients_total ON commitment_revision IS
    '/recipients: The shares of the recipients add up to exactly 100.';
COMMENT ON CONSTRAINT commitment_revision_sectors_total ON commitment_revision IS
    '/sectors: The shares of the sectors add up to exactly 100.';
COMMENT ON CONSTRAINT commitment_revision_end_date_order ON commitment_revision IS
    '/end_date: The end date is not before the start date.';
COMMENT ON CONSTRAINT commitment_revision_amount_positive ON commitment_revision IS
    '/amount: A committed amount is greater than zero.';
COMMENT ON CONSTRAINT commitment_revision_amount_currency ON commitment_revision IS
    '/currency: An amount names its currency.';
COMMENT ON CONSTRAINT commitment_revision_ict_significance_known ON commitment_revision IS
    '/ict_significance: ICT significance is 0 (not targeted), 1 (significant) or 2 (principal).';
COMMENT ON CONSTRAINT commitment_revision_ict_share_range ON commitment_revision IS
    '/ict_share: The ICT share lies between 0 and 100.';
COMMENT ON CONSTRAINT commitment_revision_ict_reason_given ON commitment_revision IS
    '/ict_reason: An ICT significance of 1 or 2 gives its reason.';

CREATE TABLE commitment_state (
    commitment_id     uuid    NOT NULL
        CONSTRAINT commitment_state_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    version           integer NOT NULL,
    status            text    NOT NULL,
    published         boolean NOT NULL,
    revision          integer NOT NULL,
    schedule          integer,
    baseline_schedule integer,
    effective_date    date,
    entry             uuid    NOT NULL
        CONSTRAINT commitment_state_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT commitment_state_pkey PRIMARY KEY (commitment_id, version)
);
COMMENT ON TABLE commitment_state IS
    'The states a commitment went through, for reading it as of a ledger position.';

CREATE TABLE planned_disbursement (
    commitment_id uuid    NOT NULL
        CONSTRAINT planned_disbursement_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    schedule      integer NOT NULL,
    ordinal       integer NOT NULL,
    period_start  date    NOT NULL,
    period_end    date,
    amount        numeric NOT NULL,
    currency      text    NOT NULL
        CONSTRAINT planned_disbursement_currency_known REFERENCES currency (code),
    value_date    date    NOT NULL,
    entry         uuid    NOT NULL
        CONSTRAINT planned_disbursement_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT planned_disbursement_pkey PRIMARY KEY (commitment_id, schedule, ordinal),
    CONSTRAINT planned_disbursement_period_order CHECK (period_end >= period_start)
);
COMMENT ON TABLE planned_disbursement IS
    'Instalments of the forward schedule. A schedule version is never changed: predictability is '
    'computed against the schedule as promised.';
COMMENT ON CONSTRAINT planned_disbursement_period_order ON planned_disbursement IS
    '/planned_disbursements: A period does not end before it starts.';

CREATE TABLE framework_link (
    id              uuid    NOT NULL CONSTRAINT framework_link_pkey PRIMARY KEY,
    commitment_id   uuid    NOT NULL
        CONSTRAINT framework_link_commitment_id_known REFERENCES commitment (id),
    ordinal         integer NOT NULL,
    framework       text    NOT NULL,
    framework_version text  NOT NULL,
    item            text    NOT NULL,
    share           numeric,
    rationale       text    NOT NULL,
    withdrawn       boolean NOT NULL DEFAULT false,
    asserted_by     uuid    NOT NULL
        CONSTRAINT framework_link_asserted_by_known REFERENCES organisation (id),
    entry           uuid    NOT NULL
        CONSTRAINT framework_link_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT framework_link_statement_unique UNIQUE (commitment_id, framework,
        framework_version, item, ordinal),
    CONSTRAINT framework_link_share_range CHECK (share > 0 AND share <= 100),
    CONSTRAINT framework_link_rationale_given CHECK (char_length(rationale) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE framework_link IS
    'That a commitment serves a framework item, with the share of its money and the reason. A '
    'later statement about the same item replaces the earlier one; the earlier one stays.';
COMMENT ON CONSTRAINT framework_link_share_range ON framework_link IS
    '/share: A share is greater than 0 and at most 100.';
COMMENT ON CONSTRAINT framework_link_rationale_given ON framework_link IS
    '/rationale: A link gives its rationale in at most 2,000 characters.';

CREATE TABLE document_hash (
    id            uuid   NOT NULL CONSTRAINT document_hash_pkey PRIMARY KEY,
    commitment_id uuid   NOT NULL
        CONSTRAINT document_hash_commitment_id_known REFERENCES commitment (id),
    title         text   NOT NULL,
    category      text,
    media_type    text   NOT NULL,
    url           text,
    sha256        bytea  NOT NULL,
    byte_length   bigint NOT NULL,
    entry         uuid   NOT NULL
        CONSTRAINT document_hash_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT document_hash_sha256_length CHECK (octet_length(sha256) = 32),
    CONSTRAINT document_hash_byte_length_natural CHECK (byte_length >= 0)
);
CREATE INDEX document_hash_commitment_id ON document_hash (commitment_id);
COMMENT ON TABLE document_hash IS
    'A document about a commitment, held elsewhere and pinned here by its SHA-256.';
COMMENT ON CONSTRAINT document_hash_sha256_length ON document_hash IS
    '/sha256: A SHA-256 has 32 bytes, written as 64 hexadecimal digits.';
COMMENT ON CONSTRAINT document_hash_byte_length_natural ON document_hash IS
    '/byte_length: A length is not negative.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['commitment_revision', 'commitment_state',
                                        'planned_disbursement', 'framework_link',
                                        'document_hash']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
    END LOOP;
END
$$;

-- Who sees what. The tables of statements follow the commitment they are about.
ALTER TABLE commitment ENABLE ROW LEVEL SECURITY;
ALTER TABLE commitment FORCE ROW LEVEL SECURITY;
CREATE POLICY commitment_read ON commitment FOR SELECT
    USING (published
           OR organisation_id = (SELECT caller_organisation())
           OR (SELECT caller_reads_all())
           OR (status <> 'DRAFT' AND (SELECT caller_country()) = ANY (countries)));
CREATE POLICY commitment_make ON commitment FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation()));
-- A recipient's statement raises the version of a commitment it does not own; which columns it may
-- raise is what the grants say.
CREATE POLICY commitment_advance ON commitment FOR UPDATE
    USING (organisation_id = (SELECT caller_organisation())
           OR (status <> 'DRAFT' AND (SELECT caller_country()) = ANY (countries)));

ALTER TABLE commitment_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE commitment_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY commitment_revision_read ON commitment_revision FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c
                    WHERE c.id = commitment_revision.commitment_id
                      AND (commitment_revision.published
                           OR c.organisation_id = (SELECT caller_organisation())
                           OR (SELECT caller_reads_all())
                           OR NOT c.published)));
CREATE POLICY commitment_revision_make ON commitment_revision FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM commitment AS c
                         WHERE c.id = commitment_revision.commitment_id
                           AND c.organisation_id = (SELECT caller_organisation())));

ALTER TABLE commitment_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE commitment_state FORCE ROW LEVEL SECURITY;
CREATE POLICY commitment_state_read ON commitment_state FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c
                    WHERE c.id = commitment_state.commitment_id
                      AND (commitment_state.published
                           OR c.organisation_id = (SELECT caller_organisation())
                           OR (SELECT caller_reads_all())
                           OR NOT c.published)));
CREATE POLICY commitment_state_make ON commitment_state FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM commitment AS c
                         WHERE c.id = commitment_state.commitment_id
                           AND c.organisation_id = (SELECT caller_organisation())));

DO $$
DECLARE
    follower text;
BEGIN
    FOREACH follower IN ARRAY ARRAY['planned_disbursement', 'framework_link', 'document_hash']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', follower);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', follower);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM commitment '
                       'AS c WHERE c.id = commitment_id))', follower || '_read', follower);
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (EXISTS (SELECT FROM '
                       'commitment AS c WHERE c.id = commitment_id AND c.organisation_id = '
                       '(SELECT caller_organisation())))', follower || '_make', follower);
    END LOOP;
END
$$;

GRANT SELECT ON activity, commitment, commitment_revision, commitment_state,
      planned_disbursement, framework_link, document_hash
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON commitment, commitment_revision, commitment_state, planned_disbursement,
      framework_link, document_hash
   TO aidledger_writer, aidledger_importer;
GRANT INSERT ON activity TO aidledger_importer;
GRANT UPDATE (version, head, content, content_sha256, recorded_at) ON activity
   TO aidledger_importer;
GRANT UPDATE (status, published, version, head, revision, registered_revision, amendment,
              submitted_by, schedule, baseline_schedule, effective_date, countries, sectors, items,
              start_date, end_date, search, document)
   ON commitment TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION shares_total(jsonb), texts_of(jsonb, text)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
