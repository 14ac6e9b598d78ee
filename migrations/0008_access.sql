-- Who may speak: principals, their roles and keys, and who is speaking in this transaction.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE principal (
    id              uuid        NOT NULL DEFAULT gen_random_uuid()
        CONSTRAINT principal_pkey PRIMARY KEY,
    organisation_id uuid        NOT NULL
        CONSTRAINT principal_organisation_id_known REFERENCES organisation (id),
    country         text
        CONSTRAINT principal_country_known REFERENCES country (code),
    roles           text[]      NOT NULL,
    label           text        NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT principal_roles_known CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY['donor_editor', 'donor_approver', 'recipient_officer',
                           'recipient_signatory', 'statistician', 'stakeholder', 'auditor',
                           'steward', 'importer']),
    CONSTRAINT principal_country_scope CHECK (
        (country IS NOT NULL)
        = (roles && ARRAY['recipient_officer', 'recipient_signatory', 'statistician'])),
    CONSTRAINT principal_roles_apart CHECK (
        NOT (roles && ARRAY['auditor', 'steward', 'importer'] AND cardinality(roles) > 1)
        AND NOT (roles && ARRAY['donor_editor', 'donor_approver']
                 AND roles && ARRAY['recipient_officer', 'recipient_signatory'])),
    CONSTRAINT principal_label_length CHECK (char_length(label) <= 200)
);
COMMENT ON TABLE principal IS
    'One function in one organisation that may hold keys. Holds no personal data; never changed: '
    'other rights are another principal.';
COMMENT ON COLUMN principal.country IS 'The country whose government the principal speaks for.';
COMMENT ON CONSTRAINT principal_roles_known ON principal IS
    '/roles: At least one role is needed, and every role must be a known one.';
COMMENT ON CONSTRAINT principal_country_scope ON principal IS
    '/country: Roles of a recipient country name that country; other roles name none.';
COMMENT ON CONSTRAINT principal_roles_apart ON principal IS
    '/roles: Auditor, steward and importer stand alone, and nobody speaks for both donor and '
    'recipient.';
COMMENT ON CONSTRAINT principal_label_length ON principal IS
    '/label: A label has at most 200 characters.';

CREATE TABLE api_key (
    id            uuid        NOT NULL DEFAULT gen_random_uuid()
        CONSTRAINT api_key_pkey PRIMARY KEY,
    principal_id  uuid        NOT NULL
        CONSTRAINT api_key_principal_id_known REFERENCES principal (id),
    keyid         text        NOT NULL CONSTRAINT api_key_keyid_unique UNIQUE,
    secret_sha256 bytea       NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at    timestamptz NOT NULL,
    CONSTRAINT api_key_keyid_shape CHECK (keyid ~ '^[a-z0-9]{12}$'),
    CONSTRAINT api_key_secret_sha256_length CHECK (octet_length(secret_sha256) = 32),
    CONSTRAINT api_key_expires_at_limit CHECK (
        expires_at > created_at AND expires_at <= created_at + interval '366 days')
);
CREATE INDEX api_key_principal_id ON api_key (principal_id);
COMMENT ON TABLE api_key IS
    'A key of a principal. Only the SHA-256 of the 256-bit random secret is kept.';
COMMENT ON CONSTRAINT api_key_keyid_shape ON api_key IS
    '/keyid: A key id is twelve lower-case letters or digits.';
COMMENT ON CONSTRAINT api_key_secret_sha256_length ON api_key IS
    '/secret_sha256: A SHA-256 has 32 bytes.';
COMMENT ON CONSTRAINT api_key_expires_at_limit ON api_key IS
    '/expires_at: A key expires after it was made and within a year.';

CREATE TABLE api_key_revocation (
    api_key_id uuid        NOT NULL
        CONSTRAINT api_key_revocation_pkey PRIMARY KEY
        CONSTRAINT api_key_revocation_api_key_id_known REFERENCES api_key (id),
    revoked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason     text        NOT NULL,
    CONSTRAINT api_key_revocation_reason_given CHECK (char_length(reason) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE api_key_revocation IS 'The end of a key before its expiry, with the reason.';
COMMENT ON CONSTRAINT api_key_revocation_reason_given ON api_key_revocation IS
    '/reason: A revocation gives a reason of at most 1,000 characters.';

CREATE TRIGGER principal_immutable BEFORE UPDATE OR DELETE ON principal
    FOR EACH ROW EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER principal_kept BEFORE TRUNCATE ON principal
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER api_key_immutable BEFORE UPDATE OR DELETE ON api_key
    FOR EACH ROW EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER api_key_kept BEFORE TRUNCATE ON api_key
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER api_key_revocation_immutable BEFORE UPDATE OR DELETE ON api_key_revocation
    FOR EACH ROW EXECUTE FUNCTION record_is_immutable();
CREATE TRIGGER api_key_revocation_kept BEFORE TRUNCATE ON api_key_revocation
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

-- The caller, as the service set it for this transaction. A missing setting is nobody.
CREATE FUNCTION caller_setting(name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('aidledger.' || name, true), '') $$;
COMMENT ON FUNCTION caller_setting(text) IS
    'A fact about the request that the service set for this transaction; null when it set none.';

CREATE FUNCTION caller_principal() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT caller_setting('principal')::uuid $$;
COMMENT ON FUNCTION caller_principal() IS 'The principal that speaks; null for the public.';

CREATE FUNCTION caller_organisation() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT caller_setting('organisation')::uuid $$;
COMMENT ON FUNCTION caller_organisation() IS 'The organisation of the principal that speaks.';

CREATE FUNCTION caller_country() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT caller_setting('country') $$;
COMMENT ON FUNCTION caller_country() IS 'The country whose government the caller speaks for.';

CREATE FUNCTION caller_has_role(role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT role = ANY (string_to_array(coalesce(caller_setting('roles'), ''), ',')) $$;
COMMENT ON FUNCTION caller_has_role(text) IS 'Whether the caller holds the role.';

CREATE FUNCTION key_directory()
RETURNS TABLE (keyid text, secret_sha256 text, key_id uuid, principal_id uuid,
               organisation_id uuid, country text, roles text, expires_at bigint)
LANGUAGE sql STABLE
AS $$
    SELECT k.keyid, encode(k.secret_sha256, 'hex'), k.id, p.id, p.organisation_id, p.country,
           array_to_string(p.roles, ','), floor(extract(epoch FROM k.expires_at))::bigint
      FROM api_key AS k
      JOIN principal AS p ON p.id = k.principal_id
      LEFT JOIN api_key_revocation AS r ON r.api_key_id = k.id
     WHERE r.api_key_id IS NULL
       AND k.expires_at > clock_timestamp()
     ORDER BY k.keyid
$$;
COMMENT ON FUNCTION key_directory() IS
    'Every live key with its principal; expires_at in seconds since 1970.';

CREATE FUNCTION key_is_live(key uuid) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM api_key AS k
                    WHERE k.id = key
                      AND k.expires_at > clock_timestamp()
                      AND NOT EXISTS (SELECT FROM api_key_revocation AS r
                                       WHERE r.api_key_id = k.id))
$$;
COMMENT ON FUNCTION key_is_live(uuid) IS
    'Asked by every writing function, so that a revoked key writes nothing from its revocation on.';

CREATE FUNCTION principal_create(organisation_identifier text, country text, roles text[],
                                 label text)
RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    organisation uuid;
    made         uuid;
BEGIN
    SELECT o.id INTO organisation
      FROM organisation AS o
     WHERE o.identifier = organisation_identifier OR o.id::text = organisation_identifier;
    IF organisation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL404',
            MESSAGE = format('No organisation has the identifier "%s".', organisation_identifier);
    END IF;
    INSERT INTO principal (organisation_id, country, roles, label)
    VALUES (organisation, principal_create.country, principal_create.roles,
            coalesce(principal_create.label, ''))
    RETURNING id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION principal_create(text, text, text[], text) IS
    'Makes a principal in the organisation with this IATI identifier (or id).';

CREATE FUNCTION key_create(principal uuid, keyid text, secret_sha256 bytea,
                           expires_at timestamptz)
RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    INSERT INTO api_key (principal_id, keyid, secret_sha256, expires_at)
    VALUES (key_create.principal, key_create.keyid, key_create.secret_sha256,
            key_create.expires_at)
    RETURNING id INTO made;
    PERFORM pg_notify('aidledger_access', '');
    RETURN made;
END
$$;
COMMENT ON FUNCTION key_create(uuid, text, bytea, timestamptz) IS
    'Records a key; the secret itself never reaches the database.';

CREATE FUNCTION key_revoke(keyid text, reason text) RETURNS timestamptz
LANGUAGE plpgsql AS $$
DECLARE
    key  uuid;
    gone timestamptz;
BEGIN
    SELECT k.id INTO key FROM api_key AS k WHERE k.keyid = key_revoke.keyid;
    IF key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL404',
            MESSAGE = format('No key has the id "%s".', key_revoke.keyid);
    END IF;
    INSERT INTO api_key_revocation (api_key_id, reason)
    VALUES (key, key_revoke.reason)
        ON CONFLICT (api_key_id) DO NOTHING;
    SELECT r.revoked_at INTO gone FROM api_key_revocation AS r WHERE r.api_key_id = key;
    PERFORM pg_notify('aidledger_access', '');
    RETURN gone;
END
$$;
COMMENT ON FUNCTION key_revoke(text, text) IS
    'Ends a key at once and returns when it ended; a second revocation changes nothing.';

CREATE FUNCTION key_list()
RETURNS TABLE (keyid text, organisation text, country text, roles text, label text,
               created_at timestamptz, expires_at timestamptz, state text)
LANGUAGE sql STABLE
AS $$
    SELECT k.keyid, coalesce(o.identifier, o.name), p.country, array_to_string(p.roles, ','),
           p.label, k.created_at, k.expires_at,
           CASE WHEN r.api_key_id IS NOT NULL THEN 'revoked'
                WHEN k.expires_at <= clock_timestamp() THEN 'expired'
                ELSE 'live' END
      FROM api_key AS k
      JOIN principal AS p ON p.id = k.principal_id
      JOIN organisation AS o ON o.id = p.organisation_id
      LEFT JOIN api_key_revocation AS r ON r.api_key_id = k.id
     ORDER BY k.created_at, k.keyid
$$;
COMMENT ON FUNCTION key_list() IS 'Every key ever made, with its state; never a secret.';

GRANT SELECT, INSERT ON principal, api_key, api_key_revocation TO aidledger_keeper;
GRANT SELECT, INSERT ON organisation TO aidledger_keeper;
GRANT SELECT ON country TO aidledger_keeper;
GRANT SELECT ON principal TO aidledger_writer, aidledger_importer;
GRANT INSERT ON principal TO aidledger_importer;
GRANT SELECT (id, principal_id, expires_at) ON api_key TO aidledger_writer;
GRANT SELECT (api_key_id) ON api_key_revocation TO aidledger_writer;
GRANT EXECUTE ON FUNCTION caller_setting(text), caller_principal(), caller_organisation(),
      caller_country(), caller_has_role(text)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper, aidledger_worker;
GRANT EXECUTE ON FUNCTION key_is_live(uuid) TO aidledger_writer;
GRANT EXECUTE ON FUNCTION key_directory(), key_list(), key_revoke(text, text),
      key_create(uuid, text, bytea, timestamptz), principal_create(text, text, text[], text)
   TO aidledger_keeper;
