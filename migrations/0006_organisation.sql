-- Organisations: the donors the service starts with; others are registered or imported.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE organisation (
    id               uuid        NOT NULL DEFAULT gen_random_uuid()
        CONSTRAINT organisation_pkey PRIMARY KEY,
    identifier       text        CONSTRAINT organisation_identifier_unique UNIQUE,
    name             text        NOT NULL,
    type_code        text,
    country          text        CONSTRAINT organisation_country_known REFERENCES country (code),
    crs_channel_code text,
    four_eyes        boolean     NOT NULL DEFAULT false,
    confidence       text,
    note             text,
    origin           text        NOT NULL,
    entry            uuid,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT organisation_identifier_shape CHECK (
        identifier = btrim(identifier) AND char_length(identifier) BETWEEN 1 AND 200),
    CONSTRAINT organisation_name_length CHECK (char_length(name) BETWEEN 1 AND 500),
    CONSTRAINT organisation_origin_known CHECK (
        origin IN ('reference', 'registered', 'imported'))
);
CREATE UNIQUE INDEX organisation_name_unique ON organisation (name) WHERE identifier IS NULL;
CREATE INDEX organisation_name_id ON organisation (name, id);
COMMENT ON TABLE organisation IS
    'Organisations that state facts or are named in them: donors, ministries, auditors.';
COMMENT ON COLUMN organisation.identifier IS
    'IATI organisation identifier; null where none could be checked, never guessed.';
COMMENT ON COLUMN organisation.four_eyes IS
    'Whether the organisation asks that nobody approve their own work.';
COMMENT ON COLUMN organisation.entry IS
    'The ledger entry that recorded it; null for what the service starts with.';
COMMENT ON CONSTRAINT organisation_identifier_shape ON organisation IS
    '/identifier: An organisation identifier has 1 to 200 characters and no white space around it.';
COMMENT ON CONSTRAINT organisation_name_length ON organisation IS
    '/name: A name has 1 to 500 characters.';
COMMENT ON CONSTRAINT organisation_origin_known ON organisation IS
    'An organisation comes from the reference list, was registered, or was imported.';

CREATE TABLE dac_membership (
    organisation_id uuid    NOT NULL
        CONSTRAINT dac_membership_organisation_id_known REFERENCES organisation (id),
    member_from     integer NOT NULL,
    member_to       integer,
    confidence      text    NOT NULL,
    note            text,
    CONSTRAINT dac_membership_pkey PRIMARY KEY (organisation_id, member_from),
    CONSTRAINT dac_membership_member_to_order CHECK (member_to > member_from)
);
COMMENT ON TABLE dac_membership IS
    'The years in which a donor is a member of the Development Assistance Committee; some left and '
    'joined again.';
COMMENT ON CONSTRAINT dac_membership_member_to_order ON dac_membership IS
    'A membership ends after it began.';

CREATE FUNCTION organisation_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- An imported organisation makes its own first statement, so it is there before its entry is.
    free text[] := CASE WHEN OLD.origin = 'imported' AND OLD.entry IS NULL
                        THEN ARRAY['four_eyes', 'entry'] ELSE ARRAY['four_eyes'] END;
BEGIN
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL409',
            MESSAGE = 'What was recorded of an organisation stays as it was recorded.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION organisation_stays() IS
    'Trigger: of an organisation only the wish for four eyes changes, by a statement.';
CREATE TRIGGER organisation_stays BEFORE UPDATE ON organisation
    FOR EACH ROW EXECUTE FUNCTION organisation_stays();
CREATE TRIGGER organisation_kept BEFORE DELETE OR TRUNCATE ON organisation
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

INSERT INTO organisation (id, identifier, name, type_code, country, crs_channel_code, confidence, note, origin)
VALUES ('67a3c37a-a3f8-5ead-b758-e60eeff81ec2', 'AU-5', 'Australia', '10', 'AU', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('a1a2b6b7-e03a-59fb-82f6-178b5f326ba5', NULL, 'Austria', '10', 'AT', NULL, 'medium', 'DAC member; one list gives 1966', 'reference'),
       ('0bec23cf-3067-55c2-acfe-696ba567708a', 'XM-DAC-2-10', 'Belgium', '10', 'BE', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('3ab39fd0-a57e-5c35-b70a-b7c186551096', 'CA-3', 'Canada', '10', 'CA', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('f497b1c6-aa48-5903-9334-e696f4a914db', NULL, 'Czechia', '10', 'CZ', NULL, 'medium', 'DAC member; OECD notice dated 2013-05-15; 26th member', 'reference'),
       ('07e9f650-da14-5eaf-aa26-e1f0f734332a', 'XM-DAC-3-1', 'Denmark', '10', 'DK', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('60b40ce0-9b28-574d-b9b0-ff07439bb092', NULL, 'Estonia', '10', 'EE', NULL, 'high', 'DAC member; 32nd member', 'reference'),
       ('aa86d493-4ea8-545f-a331-ade63ecc90c0', 'FI-3', 'Finland', '10', 'FI', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('b67ae300-d49c-58e6-af8c-307c2050e22a', 'FR-3', 'France', '15', 'FR', NULL, 'high', 'DAC member; registered publisher 2026-08-22; FR-3 is AFD; the ministry is FR-6', 'reference'),
       ('d0ab3232-55f8-58ca-a4e1-7e49d01521cc', 'DE-1', 'Germany', '10', 'DE', NULL, 'high', 'DAC member; registered publisher 2026-08-22; DE-1 is BMZ; GIZ (non BMZ) XM-DAC-5-52', 'reference'),
       ('3200f33c-e588-5db5-9b0a-80b36533d0e9', 'XM-DAC-40-3', 'Greece', '10', 'GR', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('37b9b245-a2e0-52d4-b46f-f34b8824c4f3', NULL, 'Hungary', '10', 'HU', NULL, 'high', 'DAC member', 'reference'),
       ('e254ea40-bb88-590c-8505-e9a406ba96a4', NULL, 'Iceland', '10', 'IS', NULL, 'medium', 'DAC member', 'reference'),
       ('d0b099dc-ec20-578f-980b-f43ea519b336', 'XM-DAC-21-1', 'Ireland', '10', 'IE', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('0b1e60bc-646b-5989-98fd-db3f1ae4eba8', 'XM-DAC-6-4', 'Italy', '10', 'IT', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('9196f0cf-e1e7-54c6-8edb-0acd5c92f8ab', 'XM-DAC-701-8', 'Japan', '40', 'JP', NULL, 'high', 'DAC member; registered publisher 2026-08-22; JICA; ministry XM-DAC-701-2', 'reference'),
       ('22763ce7-3e93-5719-a2ca-3c5fc14c2f0b', 'KR-GOV-010', 'Korea', '10', 'KR', NULL, 'medium', 'DAC member; registered publisher 2026-08-22; joined on decision of 25 Nov 2009', 'reference'),
       ('b0f97378-3111-5713-993e-5a21ee54ebe4', NULL, 'Latvia', '10', 'LV', NULL, 'high', 'DAC member; 33rd member', 'reference'),
       ('6d5f3613-5a8e-5710-a4ba-08e3ca620b2b', 'XM-DAC-84', 'Lithuania', '10', 'LT', NULL, 'high', 'DAC member; registered publisher 2026-08-22; 31st member', 'reference'),
       ('006d3680-46f6-5514-ab75-099c6a62e2db', 'XM-DAC-22-2', 'Luxembourg', '10', 'LU', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('b319b800-a57c-56b3-bdf4-d7a41fd7bd62', 'XM-DAC-7', 'Netherlands', '10', 'NL', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('dbbdb004-703b-5c04-acae-191647766567', 'NZ-1', 'New Zealand', '10', 'NZ', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('93b29727-38a8-5ac4-aca5-683b7e29b28f', 'NO-BRC-971277882', 'Norway', '10', 'NO', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('c6298fe8-5ee9-5d62-a055-056376dd5191', NULL, 'Poland', '10', 'PL', NULL, 'high', 'DAC member; 28th member', 'reference'),
       ('a44ededb-c03b-58c1-9b02-4bef4bcc7fba', NULL, 'Portugal', '10', 'PT', NULL, 'medium', 'DAC member; left 1974, rejoined 1991: needs two intervals', 'reference'),
       ('da1721c0-015d-5db9-b082-47ca2a8c633e', 'XM-DAC-69-1', 'Slovakia', '10', 'SK', NULL, 'medium', 'DAC member; registered publisher 2026-08-22; 27th member', 'reference'),
       ('e907a519-034e-5ac9-ac21-ce8705492f52', 'XM-DAC-61-2', 'Slovenia', '10', 'SI', NULL, 'medium', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('3acd91a8-0ad8-5476-91e0-54bf3acf4d04', 'XM-DAC-50-21', 'Spain', '10', 'ES', NULL, 'high', 'DAC member; registered publisher 2026-08-22; AECID', 'reference'),
       ('75e08bd1-dc94-5558-998d-16a0b5bc9ed2', 'SE-0', 'Sweden', '10', 'SE', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('f295ac49-8133-5550-a1ce-1aae6319944c', 'CH-4', 'Switzerland', '10', 'CH', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('06e5b8ae-316c-5979-8217-429a00065dc4', 'GB-GOV-1', 'United Kingdom', '10', 'GB', NULL, 'high', 'DAC member; registered publisher 2026-08-22', 'reference'),
       ('40f34d19-d853-51d4-9abc-0fa7ad63c1ac', 'US-GOV-11', 'United States', '10', 'US', NULL, 'high', 'DAC member; registered publisher 2026-08-22; State; USAID was US-GOV-1', 'reference'),
       ('8b2f9208-d41b-50d1-ac4d-26bd27f0c663', 'XI-IATI-EC_INTPA', 'European Union (Commission, INTPA)', '15', NULL, '42001', 'high', 'DAC member; registered publisher 2026-08-22; counts as the 33rd member seat; code EU is exceptionally reserved in ISO 3166', 'reference'),
       ('01616353-c674-50f3-af11-55808147ad3b', 'XM-DAC-77', 'Romania', '10', 'RO', NULL, 'high', 'DAC associate; registered publisher 2026-08-22; first DAC Associate (status taken up in December 2025, ceremony 2026-01-28); not a full member', 'reference'),
       ('6e6fd6e7-d1dc-51e5-9e70-af8dce51bc15', '44000', 'World Bank Group', '40', NULL, '44000', 'high', 'multilateral; registered publisher 2026-08-22; registry id has no prefix', 'reference'),
       ('285a742c-1993-5c81-b6a7-e67b5b919620', 'XM-DAC-44002', 'International Development Association (IDA)', '40', NULL, '44002', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code; bare 44002 also used as ref inside World Bank data', 'reference'),
       ('a5755387-9bc6-5bbb-ba3a-23706a6b370f', 'XI-IATI-WBTF', 'World Bank Trust Funds', '40', NULL, NULL, 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('33862aa1-f659-5331-889d-d4816bcdac46', 'XM-DAC-903', 'International Finance Corporation', '40', NULL, '44004', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('2cadba8c-be89-5fd1-bb81-25f465c26a86', 'XM-DAC-46004', 'Asian Development Bank', '40', NULL, '46004', 'high', 'multilateral; registered publisher 2026-08-22; ADF is 46005', 'reference'),
       ('de92748a-b947-5570-aefc-44ab68b62009', 'XM-DAC-46002', 'African Development Bank', '40', NULL, '46002', 'high', 'multilateral; registered publisher 2026-08-22; AfDF is 46003', 'reference'),
       ('02088bc9-1397-5cbb-8e90-1f061625d8dc', 'XI-IATI-IADB', 'Inter-American Development Bank', '40', NULL, '46012', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('cdb79090-f13d-5c84-856b-0bae396309a7', 'XM-DAC-46025', 'Islamic Development Bank', '40', NULL, '46025', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('e9ba8245-d8c2-58b7-883c-57e52fbf52e4', 'XI-IATI-EBRD', 'European Bank for Reconstruction and Development', '40', NULL, '46015', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('af5fe933-85b3-51c5-b641-d77124ad9a34', 'XM-DAC-918-3', 'European Investment Bank', '40', NULL, '42004', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('3b583099-3796-51ad-9a7c-3919b5f35bb2', 'XM-DAC-46026', 'Asian Infrastructure Investment Bank', '40', NULL, '46026', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code', 'reference'),
       ('0b9379ea-b38c-5c19-a620-ac2e0d213a8b', 'XM-DAC-46009', 'Caribbean Development Bank', '40', NULL, '46009', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('6ffcfbbf-7e13-5e51-85c3-72f4bbee7c55', 'XI-IATI-OFID', 'OPEC Fund', '40', NULL, NULL, 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('50b9dd73-c1fa-5bf7-8c20-c34a49f4dd32', 'XM-DAC-41303', 'International Telecommunication Union (ITU)', '40', NULL, '41303', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code; ITU publishes no IATI file of its own', 'reference'),
       ('da45fa3c-8418-5b72-8284-2bc598dd3c23', 'XM-DAC-41114', 'UN Development Programme', '40', NULL, '41114', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('65444253-005e-5ec1-b45e-33e2cc5e6131', 'XM-DAC-41111', 'UN Capital Development Fund', '40', NULL, '41111', 'high', 'multilateral; registered publisher 2026-08-22; LDC mandate', 'reference'),
       ('3f86af47-b001-51df-b6a7-e616114d3b48', 'XM-DAC-41304', 'UNESCO', '40', NULL, '41304', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('a463326e-6527-5085-a2a2-320e79c25408', 'XM-DAC-962', 'UN Trade and Development (UNCTAD)', '40', NULL, NULL, 'high', 'multilateral; registered publisher 2026-08-22; measures ICT in enterprises', 'reference'),
       ('cd8b17b9-bd3a-5ebe-872b-d5ed8f4ad8ad', 'XM-DAC-41320', 'Technology Bank for LDCs', '40', NULL, '41320', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code', 'reference'),
       ('068c8635-558b-5905-8401-cc96ca18ac8f', 'XM-DAC-1409', 'Enhanced Integrated Framework', '40', NULL, NULL, 'high', 'multilateral; registered publisher 2026-08-22; LDC trade support', 'reference'),
       ('91c9ae95-b81b-5447-a430-5e7b360a3457', 'XM-DAC-45001', 'International Trade Centre', '21', NULL, '45001', 'high', 'multilateral; registered publisher 2026-08-22; registry gives type 21', 'reference'),
       ('99ced431-d2d6-5947-af8f-51bba139ca2d', 'XM-DAC-41122', 'UNICEF', '40', NULL, '41122', 'high', 'multilateral; registered publisher 2026-08-22; Giga school connectivity with ITU', 'reference'),
       ('9a7163a0-ce28-5e6a-beb5-4acd29991de6', 'XM-DAC-41123', 'UNIDO', '40', NULL, '41123', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('c7f9cedb-0265-508e-8ac0-424aaf3e71dc', 'XM-DAC-41301', 'FAO', '40', NULL, '41301', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('6283866b-a8b6-5801-8396-1c2306a238cd', 'XM-DAC-41302', 'ILO', '40', NULL, '41302', 'high', 'multilateral; registered publisher 2026-08-22; code 41302 is assessed contributions in CRS', 'reference'),
       ('c9c5958a-812c-5427-89a6-5e01b10fc9c6', 'XM-DAC-928', 'WHO', '40', NULL, NULL, 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('0c7b9f2d-972d-584b-a21f-e21b4a64f627', 'XM-DAC-41146', 'UN Women', '40', NULL, '41146', 'high', 'multilateral; registered publisher 2026-08-22', 'reference'),
       ('874afdae-3da7-5c75-9c46-3b024855d9f7', '41AAA', 'UNOPS', '40', NULL, '41502', 'high', 'multilateral; registered publisher 2026-08-22; registry id 41AAA', 'reference'),
       ('3ae269dd-664e-5528-9768-94de2a655e0e', 'XM-DAC-41306', 'Universal Postal Union', '40', NULL, '41306', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code', 'reference'),
       ('2f94ffc4-819a-5eb5-a900-1597fd446195', 'XM-DAC-41308', 'WIPO', '40', NULL, '41308', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code', 'reference'),
       ('d4888518-4109-54de-b13a-67338142216b', 'XM-DAC-41106', 'UN ESCAP', '40', NULL, '41106', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code', 'reference'),
       ('5d09dc20-f001-5ae8-a243-d5d8b3bcd3a5', 'XM-DAC-41105', 'UN ESCWA', '40', NULL, '41105', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code; also a submitter in the seed', 'reference'),
       ('c12f1b43-df6e-5c6d-b437-26a79a2b439d', 'XM-DAC-41103', 'UN ECA', '40', NULL, '41103', 'medium', 'multilateral; not a registered publisher; constructed from the CRS channel code', 'reference'),
       ('5f7635e6-6813-55c0-8a73-c9ddf61cf374', 'XM-DAC-41317', 'Green Climate Fund', '40', NULL, '41317', 'high', 'multilateral; registered publisher 2026-08-22', 'reference');

INSERT INTO dac_membership (organisation_id, member_from, member_to, confidence, note)
VALUES ('67a3c37a-a3f8-5ead-b758-e60eeff81ec2', 1966, NULL, 'high', NULL),
       ('a1a2b6b7-e03a-59fb-82f6-178b5f326ba5', 1965, NULL, 'medium', 'one list gives 1966'),
       ('0bec23cf-3067-55c2-acfe-696ba567708a', 1961, NULL, 'high', NULL),
       ('3ab39fd0-a57e-5c35-b70a-b7c186551096', 1961, NULL, 'high', NULL),
       ('f497b1c6-aa48-5903-9334-e696f4a914db', 2013, NULL, 'medium', 'OECD notice dated 2013-05-15; 26th member'),
       ('07e9f650-da14-5eaf-aa26-e1f0f734332a', 1963, NULL, 'high', NULL),
       ('60b40ce0-9b28-574d-b9b0-ff07439bb092', 2023, NULL, 'high', '32nd member'),
       ('aa86d493-4ea8-545f-a331-ade63ecc90c0', 1975, NULL, 'high', NULL),
       ('b67ae300-d49c-58e6-af8c-307c2050e22a', 1961, NULL, 'high', 'FR-3 is AFD; the ministry is FR-6'),
       ('d0ab3232-55f8-58ca-a4e1-7e49d01521cc', 1961, NULL, 'high', 'DE-1 is BMZ; GIZ (non BMZ) XM-DAC-5-52'),
       ('3200f33c-e588-5db5-9b0a-80b36533d0e9', 1999, NULL, 'high', NULL),
       ('37b9b245-a2e0-52d4-b46f-f34b8824c4f3', 2016, NULL, 'high', NULL),
       ('e254ea40-bb88-590c-8505-e9a406ba96a4', 2013, NULL, 'medium', NULL),
       ('d0b099dc-ec20-578f-980b-f43ea519b336', 1985, NULL, 'high', NULL),
       ('0b1e60bc-646b-5989-98fd-db3f1ae4eba8', 1961, NULL, 'high', NULL),
       ('9196f0cf-e1e7-54c6-8edb-0acd5c92f8ab', 1961, NULL, 'high', 'JICA; ministry XM-DAC-701-2'),
       ('22763ce7-3e93-5719-a2ca-3c5fc14c2f0b', 2010, NULL, 'medium', 'joined on decision of 25 Nov 2009'),
       ('b0f97378-3111-5713-993e-5a21ee54ebe4', 2025, NULL, 'high', '33rd member'),
       ('6d5f3613-5a8e-5710-a4ba-08e3ca620b2b', 2022, NULL, 'high', '31st member'),
       ('006d3680-46f6-5514-ab75-099c6a62e2db', 1992, NULL, 'high', NULL),
       ('b319b800-a57c-56b3-bdf4-d7a41fd7bd62', 1961, NULL, 'high', NULL),
       ('dbbdb004-703b-5c04-acae-191647766567', 1973, NULL, 'high', NULL),
       ('93b29727-38a8-5ac4-aca5-683b7e29b28f', 1962, NULL, 'high', NULL),
       ('c6298fe8-5ee9-5d62-a055-056376dd5191', 2013, NULL, 'high', '28th member'),
       ('a44ededb-c03b-58c1-9b02-4bef4bcc7fba', 1961, 1974, 'medium', 'left 1974, rejoined 1991: needs two intervals'),
       ('a44ededb-c03b-58c1-9b02-4bef4bcc7fba', 1991, NULL, 'medium', 'left 1974, rejoined 1991: needs two intervals'),
       ('da1721c0-015d-5db9-b082-47ca2a8c633e', 2013, NULL, 'medium', '27th member'),
       ('e907a519-034e-5ac9-ac21-ce8705492f52', 2013, NULL, 'medium', NULL),
       ('3acd91a8-0ad8-5476-91e0-54bf3acf4d04', 1991, NULL, 'high', 'AECID'),
       ('75e08bd1-dc94-5558-998d-16a0b5bc9ed2', 1965, NULL, 'high', NULL),
       ('f295ac49-8133-5550-a1ce-1aae6319944c', 1968, NULL, 'high', NULL),
       ('06e5b8ae-316c-5979-8217-429a00065dc4', 1961, NULL, 'high', NULL),
       ('40f34d19-d853-51d4-9abc-0fa7ad63c1ac', 1961, NULL, 'high', 'State; USAID was US-GOV-1'),
       ('8b2f9208-d41b-50d1-ac4d-26bd27f0c663', 1961, NULL, 'high', 'counts as the 33rd member seat; code EU is exceptionally reserved in ISO 3166');

GRANT SELECT ON organisation, dac_membership
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper;
GRANT INSERT ON organisation TO aidledger_writer, aidledger_importer;
