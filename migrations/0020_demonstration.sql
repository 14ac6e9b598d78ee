-- Ready-made principals for trying the service on an empty private ledger. Nothing calls this but
-- `aidledger key demo`, and it does nothing once the ledger holds a statement or a key.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION demonstration_create() RETURNS TABLE (name text, principal uuid)
LANGUAGE plpgsql AS $$
BEGIN
    -- Two at once would both find it empty.
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger demonstration', 0));
    IF EXISTS (SELECT FROM ledger_entry) OR EXISTS (SELECT FROM principal) THEN
        RETURN;
    END IF;
    INSERT INTO organisation (identifier, name, type_code, country, four_eyes, note, origin)
    VALUES ('XI-DEMO-DONOR', 'Demonstration donor agency', '10', NULL, true,
            'Made for trying the service; stands for no real organisation.', 'registered'),
           ('XI-DEMO-MW', 'Demonstration ministry, Malawi', '10', 'MW', false,
            'Made for trying the service; stands for no real organisation.', 'registered'),
           ('XI-DEMO-AUDIT', 'Demonstration audit office', '10', NULL, false,
            'Made for trying the service; stands for no real organisation.', 'registered'),
           ('XI-DEMO-STEWARD', 'Demonstration steward', '10', NULL, false,
            'Made for trying the service; stands for no real organisation.', 'registered');
    RETURN QUERY
    SELECT d.name, principal_create(d.organisation, d.country, ARRAY[d.role], d.name)
      FROM (VALUES ('DONOR_EDITOR', 'XI-DEMO-DONOR', NULL, 'donor_editor'),
                   ('DONOR_APPROVER', 'XI-DEMO-DONOR', NULL, 'donor_approver'),
                   ('RECIPIENT_OFFICER', 'XI-DEMO-MW', 'MW', 'recipient_officer'),
                   ('RECIPIENT_SIGNATORY', 'XI-DEMO-MW', 'MW', 'recipient_signatory'),
                   ('AUDITOR', 'XI-DEMO-AUDIT', NULL, 'auditor'),
                   ('STEWARD', 'XI-DEMO-STEWARD', NULL, 'steward'))
           AS d (name, organisation, country, role);
END
$$;
COMMENT ON FUNCTION demonstration_create() IS
    'Separate principals of a donor, a recipient government, an audit office and a steward; no '
    'rows when there is anything in the ledger or any principal.';

GRANT EXECUTE ON FUNCTION demonstration_create() TO aidledger_keeper;
