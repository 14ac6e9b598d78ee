-- Framework texts: versions, items, and what every stakeholder reserved at which place.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE framework (
    code   text NOT NULL CONSTRAINT framework_pkey PRIMARY KEY,
    title  text NOT NULL,
    source text NOT NULL,
    note   text
);
COMMENT ON TABLE framework IS 'Texts that commitments can be linked to.';

CREATE TABLE framework_version (
    framework         text NOT NULL
        CONSTRAINT framework_version_framework_known REFERENCES framework (code),
    version           text NOT NULL,
    ordinal           integer NOT NULL,
    document_number   text,
    title             text NOT NULL,
    status            text NOT NULL,
    window_start      date,
    window_end        date,
    window_note       text,
    input_to          text,
    meeting_start     date,
    meeting_end       date,
    source            text NOT NULL,
    CONSTRAINT framework_version_pkey PRIMARY KEY (framework, version),
    CONSTRAINT framework_version_window_order CHECK (window_end >= window_start)
);
COMMENT ON TABLE framework_version IS
    'The versions of a text: which submissions it gathers, and which meeting it went to.';
COMMENT ON CONSTRAINT framework_version_window_order ON framework_version IS
    'A window for submissions does not end before it starts.';

CREATE TABLE framework_item (
    framework         text    NOT NULL,
    framework_version text    NOT NULL,
    code              text    NOT NULL,
    ordinal           integer NOT NULL,
    kind              text    NOT NULL,
    printed           text,
    parent            text,
    gist              text    NOT NULL,
    status            text,
    source            text,
    confidence        text,
    note              text,
    CONSTRAINT framework_item_pkey PRIMARY KEY (framework, framework_version, code),
    CONSTRAINT framework_item_framework_version_known FOREIGN KEY (framework, framework_version)
        REFERENCES framework_version (framework, version),
    CONSTRAINT framework_item_kind_known CHECK (
        kind IN ('vision', 'pillar', 'target', 'action_line', 'sdg_target', 'paragraph'))
);
COMMENT ON TABLE framework_item IS
    'The parts of a version that a link or a reservation can point at, with their gist in the '
    'service''s own words.';
COMMENT ON COLUMN framework_item.printed IS 'The number or letter as the document prints it.';
COMMENT ON CONSTRAINT framework_item_kind_known ON framework_item IS
    'An item is a vision, pillar, target, action line, SDG target or paragraph.';

CREATE TABLE framework_submission (
    framework         text    NOT NULL,
    framework_version text    NOT NULL,
    code              text    NOT NULL,
    stakeholder       text    NOT NULL,
    stakeholder_type  text,
    type_inferred     text,
    kind              text    NOT NULL,
    effect            text,
    gist              text    NOT NULL,
    parts             jsonb   NOT NULL DEFAULT '[]',
    verify            text,
    CONSTRAINT framework_submission_pkey PRIMARY KEY (framework, framework_version, code),
    CONSTRAINT framework_submission_version_known FOREIGN KEY (framework, framework_version)
        REFERENCES framework_version (framework, version),
    CONSTRAINT framework_submission_kind_known CHECK (
        kind IN ('amend', 'expand', 'comment', 'delete', 'retain'))
);
COMMENT ON TABLE framework_submission IS
    'What a stakeholder proposed, commented or wanted deleted, in the service''s own words.';
COMMENT ON COLUMN framework_submission.stakeholder_type IS
    'As the document states it; null where it states none.';
COMMENT ON COLUMN framework_submission.type_inferred IS 'Our inference where it states none.';
COMMENT ON COLUMN framework_submission.verify IS 'What could not be made certain.';
COMMENT ON CONSTRAINT framework_submission_kind_known ON framework_submission IS
    'A submission amends, expands, comments, deletes or retains.';

CREATE TABLE framework_submission_place (
    framework         text    NOT NULL,
    framework_version text    NOT NULL,
    submission        text    NOT NULL,
    place             integer NOT NULL,
    item              text    NOT NULL,
    scope             text,
    CONSTRAINT framework_submission_place_pkey
        PRIMARY KEY (framework, framework_version, submission, place),
    CONSTRAINT framework_submission_place_submission_known
        FOREIGN KEY (framework, framework_version, submission)
        REFERENCES framework_submission (framework, framework_version, code),
    CONSTRAINT framework_submission_place_item_known
        FOREIGN KEY (framework, framework_version, item)
        REFERENCES framework_item (framework, framework_version, code)
);
COMMENT ON TABLE framework_submission_place IS
    'Where a submission stands in the document; some are shown at two places.';

CREATE TABLE wsis_event (
    ordinal    integer NOT NULL CONSTRAINT wsis_event_pkey PRIMARY KEY,
    happened   text    NOT NULL,
    what       text    NOT NULL,
    confidence text    NOT NULL
);
COMMENT ON TABLE wsis_event IS
    'The process around the framework; dates as ISO 8601 dates or intervals.';

INSERT INTO framework (code, title, source, note)
VALUES ('C11', 'Action line C11, international and regional cooperation', 'Compilation of submissions on action line C11, WSIS+10 preparatory process', 'A negotiating text, not an agreed one. The final wording of June 2014 is not held here.'),
       ('WSIS', 'WSIS action lines', 'Geneva Plan of Action 2003', NULL),
       ('SDG', 'Sustainable Development Goals: targets near to action line C11', '2030 Agenda for Sustainable Development', 'Chosen by theme; this is not the official matrix of action lines and goals.'),
       ('WSIS20', 'Outcome of the twenty-year review of WSIS', 'A/RES/80/173', NULL);

INSERT INTO framework_version (framework, version, ordinal, document_number, title, status, window_start, window_end, window_note, input_to, meeting_start, meeting_end, source)
VALUES ('C11', 'V1.1', 2, 'V1.1/C/ALC11', 'consolidated comments; proposal for the first draft', 'draft', '2013-10-09', '2013-11-17', 'the file prints no year for this window; 2013 follows from the process dates', 'second physical meeting of the WSIS+10 MPP', '2013-12-16', '2013-12-18', 'meeting dates: December 2013 verified (WSIS Flash); days recalled'),
       ('C11', 'V1.2', 3, 'V1.2/C/ALC11', 'compilation of all submissions plus main outcomes of the second physical meeting', 'draft', '2013-12-19', '2014-01-24', NULL, 'third physical meeting of the WSIS+10 MPP', '2014-02-17', '2014-02-18', 'meeting dates: WSIS Flash, Feb 2014 special issue; Uruguay submission WSIS+10/3/75'),
       ('C11', 'V1.0', 1, 'V1.0/C/ALC11', 'annex with zero-draft contributions', 'zero draft, text not held', NULL, NULL, NULL, NULL, NULL, NULL, 'studylib.net/doc/13472273'),
       ('C11', 'V2', 4, 'V2/C/ALC11', 'after the first reading at the third meeting (17-18 Feb 2014); drops the multistakeholder clause from the vision and reads "including the Internet" in pillar a', 'draft after first reading', NULL, NULL, NULL, NULL, NULL, NULL, 'studylib.net/doc/13472515 (inside submission WSIS+10/4/71)'),
       ('C11', '2014', 5, NULL, 'final outcome documents, June 2014', 'final, wording not held', NULL, NULL, NULL, NULL, NULL, NULL, 'dokumen.tips geneva-2014-wsis10-highlevel-event-document-outcome'),
       ('WSIS', '2003', 1, NULL, 'Geneva Plan of Action', 'final', NULL, NULL, NULL, NULL, NULL, NULL, 'WSIS-SDG report, contents'),
       ('SDG', '2030', 1, NULL, '2030 Agenda', 'final', NULL, NULL, NULL, NULL, NULL, NULL, 'IATI code list UNSDG-Targets'),
       ('WSIS20', '2025', 1, 'A/RES/80/173', 'Outcome adopted by consensus on 2025-12-17', 'final', NULL, NULL, NULL, NULL, NULL, NULL, 'itu.int; publicadministration.desa.un.org');

INSERT INTO framework_item (framework, framework_version, ordinal, code, kind, printed, parent, gist, status, source, confidence, note)
VALUES ('C11', 'V1.1', 1, 'vision', 'vision', NULL, NULL, 'cooperation among all stakeholders is vital for an information society serving sustainable development after 2015; work together through agreed indicators and data, inter-regional and cross-sector cooperation, knowledge transfer, and greater accountability of development aid and access for developing countries (LDC, SIDS, LLDC, EIT); measurable metrics matter', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.1', 2, 'pillar-a', 'pillar', 'a', NULL, 'ICTs and Internet to speed development goals through cooperation', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.1', 3, 'pillar-b', 'pillar', 'b', NULL, 'International ICT indicators, agreed standards, open data of good quality', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.1', 4, 'pillar-c', 'pillar', 'c', NULL, 'Development aid in ICTs for developing countries incl. LDC, SIDS, LLDC, EIT; more recipient input on how funds are used, for ownership and accountability', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.1', 5, 'pillar-d', 'pillar', 'd', NULL, 'Knowledge sharing among experts and stakeholders', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.1', 6, 'pillar-e', 'pillar', 'e', NULL, 'Inclusive, open multistakeholder model', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.1', 7, 'target-a', 'target', '3a', NULL, 'Raise collection of ICT data with agreed indicators and standards to 100%', 'draft', 'V1.1/C/ALC11', 'high', NULL),
       ('C11', 'V1.2', 1, 'vision', 'vision', NULL, NULL, 'cooperation among all stakeholders is vital for an information society serving sustainable development after 2015; work together through agreed indicators and data, inter-regional and cross-sector cooperation, knowledge transfer, and greater accountability of development aid and access for developing countries (LDC, SIDS, LLDC, EIT); measurable metrics matter', 'draft', 'V1.2/C/ALC11', 'high', NULL),
       ('C11', 'V1.2', 2, 'pillar-a', 'pillar', 'a', NULL, 'ICTs and Internet to speed development goals through cooperation', 'draft', 'V1.2/C/ALC11', 'high', NULL),
       ('C11', 'V1.2', 3, 'pillar-b', 'pillar', 'b', NULL, 'International ICT indicators, agreed standards, open data of good quality', 'draft', 'V1.2/C/ALC11', 'high', NULL),
       ('C11', 'V1.2', 4, 'pillar-c', 'pillar', 'c', NULL, 'Development aid in ICTs for developing countries incl. LDC, SIDS, LLDC, EIT; more recipient input on how funds are used, for ownership and accountability', 'draft', 'V1.2/C/ALC11', 'high', 'the only pillar with no submission'),
       ('C11', 'V1.2', 5, 'pillar-d', 'pillar', 'd', NULL, 'Knowledge sharing among experts and stakeholders', 'draft', 'V1.2/C/ALC11', 'high', NULL),
       ('C11', 'V1.2', 6, 'pillar-e', 'pillar', 'e', NULL, 'Inclusive, open multistakeholder model', 'draft', 'V1.2/C/ALC11', 'high', NULL),
       ('C11', 'V1.2', 7, 'target-a', 'target', '3a', NULL, 'Raise collection of ICT data with agreed indicators and standards to 100%', 'draft', 'V1.2/C/ALC11', 'high', NULL),
       ('C11', 'V2', 1, 'pillar-a', 'pillar', 'a', NULL, 'ICTs including the Internet for development goals through cooperation', 'draft after first reading', 'studylib 13472515 excerpt', 'high', NULL),
       ('C11', 'V2', 2, 'pillar-b', 'pillar', 'b', NULL, 'Develop international ICT indicators with agreed standards (text cut in the excerpt)', 'draft after first reading', 'studylib 13472515 excerpt', 'medium', NULL),
       ('WSIS', '2003', 1, 'C1', 'action_line', 'C1', NULL, 'Role of public governance authorities and all stakeholders in promoting ICTs for development', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNDESA'),
       ('WSIS', '2003', 2, 'C2', 'action_line', 'C2', NULL, 'Information and communication infrastructure', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): ITU'),
       ('WSIS', '2003', 3, 'C3', 'action_line', 'C3', NULL, 'Access to information and knowledge', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNESCO'),
       ('WSIS', '2003', 4, 'C4', 'action_line', 'C4', NULL, 'Capacity building', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): ITU'),
       ('WSIS', '2003', 5, 'C5', 'action_line', 'C5', NULL, 'Building confidence and security in the use of ICTs', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): ITU'),
       ('WSIS', '2003', 6, 'C6', 'action_line', 'C6', NULL, 'Enabling environment', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): ITU (earlier UNDP)'),
       ('WSIS', '2003', 7, 'C7', 'action_line', 'C7', NULL, 'ICT applications (eight sub-lines)', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', NULL),
       ('WSIS', '2003', 8, 'C7-egov', 'action_line', 'C7-egov', 'C7', 'E-government', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNDESA'),
       ('WSIS', '2003', 9, 'C7-ebus', 'action_line', 'C7-ebus', 'C7', 'E-business', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNCTAD/ITC/UPU'),
       ('WSIS', '2003', 10, 'C7-elearn', 'action_line', 'C7-elearn', 'C7', 'E-learning', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNESCO'),
       ('WSIS', '2003', 11, 'C7-ehealth', 'action_line', 'C7-ehealth', 'C7', 'E-health', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): WHO'),
       ('WSIS', '2003', 12, 'C7-eemp', 'action_line', 'C7-eemp', 'C7', 'E-employment', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): ILO'),
       ('WSIS', '2003', 13, 'C7-eenv', 'action_line', 'C7-eenv', 'C7', 'E-environment', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): WMO/UNEP'),
       ('WSIS', '2003', 14, 'C7-eagr', 'action_line', 'C7-eagr', 'C7', 'E-agriculture', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): FAO'),
       ('WSIS', '2003', 15, 'C7-esci', 'action_line', 'C7-esci', 'C7', 'E-science', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNESCO'),
       ('WSIS', '2003', 16, 'C8', 'action_line', 'C8', NULL, 'Cultural diversity and identity, linguistic diversity and local content', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNESCO'),
       ('WSIS', '2003', 17, 'C9', 'action_line', 'C9', NULL, 'Media', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNESCO'),
       ('WSIS', '2003', 18, 'C10', 'action_line', 'C10', NULL, 'Ethical dimensions of the Information Society', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNESCO'),
       ('WSIS', '2003', 19, 'C11', 'action_line', 'C11', NULL, 'International and regional cooperation', 'Geneva Plan of Action 2003', 'studylib 12896877 (WSIS-SDG report contents)', 'high', 'facilitator (recalled): UNDESA (with UN regional commissions)'),
       ('SDG', '2030', 1, '17.2', 'sdg_target', '17.2', NULL, 'ODA commitments incl. 0.15-0.20% of GNI to LDCs', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 2, '17.3', 'sdg_target', '17.3', NULL, 'Additional finance from many sources', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 3, '17.6', 'sdg_target', '17.6', NULL, 'Science and technology cooperation and knowledge sharing', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 4, '17.8', 'sdg_target', '17.8', NULL, 'Technology bank and ICT capacity for LDCs', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 5, '17.9', 'sdg_target', '17.9', NULL, 'International support for capacity building', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 6, '17.16', 'sdg_target', '17.16', NULL, 'Global partnership, multistakeholder', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 7, '17.17', 'sdg_target', '17.17', NULL, 'Public, public-private and civil society partnerships', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 8, '17.18', 'sdg_target', '17.18', NULL, 'Data capacity of developing countries incl. LDC and SIDS', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 9, '17.19', 'sdg_target', '17.19', NULL, 'Measures of progress and statistical capacity', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 10, '9.a', 'sdg_target', '9.a', NULL, 'Support to infrastructure in African countries, LDC, LLDC, SIDS', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 11, '9.c', 'sdg_target', '9.c', NULL, 'Access to ICT, affordable Internet in LDCs', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('SDG', '2030', 12, '10.b', 'sdg_target', '10.b', NULL, 'ODA and flows to states in greatest need (LDC, African, SIDS, LLDC)', 'thematic', '2030 Agenda; IATI UNSDG-Targets codelist for the code', 'medium', 'chosen by theme; the C11 row of the WSIS-SDG matrix could NOT be read, so membership in it is unknown'),
       ('WSIS20', '2025', 1, 'paragraph-67', 'paragraph', '67', NULL, 'Internal UNGIS task force (ITU secretariat) to assess gaps in finance for digital development; report to CSTD 30th session in 2027; invited to monitor financial commitments', 'final', 'itu.int UNGIS article 1213', 'high', 'the closest UN mandate to this service'),
       ('WSIS20', '2025', 2, 'paragraph-113', 'paragraph', '113', NULL, 'Action line facilitators to draw up result-oriented road maps, coordinated with UNGIS', 'final', 'itu.int UNGIS article 1213', 'high', NULL);

INSERT INTO framework_submission (framework, framework_version, code, stakeholder, stakeholder_type, type_inferred, kind, effect, gist, parts, verify)
VALUES ('C11', 'V1.2', 'S01', 'ICANN', NULL, 'technical community (inference)', 'comment', NULL, 'credited as author of a marked-up part of the vision text, apparently the clause saying the inclusive, open multistakeholder model makes cooperation most effective; the mark appears again inside the Brazil text', '[]', 'attachment of the mark to the clause is an inference: the plain text lost the comment ranges'),
       ('C11', 'V1.2', 'S02', 'Brazil', 'Government', NULL, 'amend', NULL, 'rewrites the vision: ICTs as tools for sustainable development in three dimensions, people-centred multistakeholder policy making, digital divide, capacity building, indicators; keeps the paragraph on working collectively (accountability of aid, the four country groups); adds a paragraph on ICTs as instruments of peace', '["amend: first paragraph", "retain: collective-work paragraph with country groups", "expand: new paragraph on peace and dialogue", "unclear: fragment on sustainable development beyond 2015 (probably struck-through text)"]', NULL),
       ('C11', 'V1.2', 'S03', 'Egypt', NULL, 'Government (inference: a state)', 'comment', NULL, 'the Internet is already one of the ICTs, so naming it separately is questioned', '[]', NULL),
       ('C11', 'V1.2', 'S04', 'Brazil', 'Government', NULL, 'amend', NULL, 'pillar kept with the Internet named as included in ICTs; tidies the doubled connective', '[]', NULL),
       ('C11', 'V1.2', 'S05', 'ISOC', 'Civil Society', NULL, 'amend', NULL, 'data collection must respect privacy standards', '[]', NULL),
       ('C11', 'V1.2', 'S06', 'Uruguay', 'Government', NULL, 'comment', 'relocate', 'indicators belong to the measurement issue; pillars should reinforce existing collaboration spaces (implies moving or dropping the pillar)', '[]', NULL),
       ('C11', 'V1.2', 'S07', 'ISOC', 'Civil Society', NULL, 'expand', NULL, 'add raising awareness of, and capacity for using, cooperation mechanisms that already exist', '[]', NULL),
       ('C11', 'V1.2', 'S08', 'UNESCWA', 'International Organization', NULL, 'expand', NULL, 'asks for a fuller pillar: sharing at local, national, regional and international level to reach coordinated approaches on common concerns', '[]', NULL),
       ('C11', 'V1.2', 'S09', 'ISOC', 'Civil Society', NULL, 'expand', NULL, 'specify cooperation at national, regional and international level', '[]', NULL),
       ('C11', 'V1.2', 'S10', 'Canada', 'Government', NULL, 'delete', NULL, 'removes section 3', '[]', NULL),
       ('C11', 'V1.2', 'S11', 'Uruguay', 'Government', NULL, 'comment', 'relocate', 'this target belongs to the measurement issue', '[]', NULL);

INSERT INTO framework_submission_place (framework, framework_version, submission, place, item, scope)
VALUES ('C11', 'V1.2', 'S01', 1, 'vision', 'in the block of V1.1'),
       ('C11', 'V1.2', 'S01', 2, 'vision', 'inside the text of S02'),
       ('C11', 'V1.2', 'S02', 1, 'vision', NULL),
       ('C11', 'V1.2', 'S03', 1, 'pillar-a', NULL),
       ('C11', 'V1.2', 'S03', 2, 'pillar-a', NULL),
       ('C11', 'V1.2', 'S04', 1, 'pillar-a', NULL),
       ('C11', 'V1.2', 'S05', 1, 'pillar-b', NULL),
       ('C11', 'V1.2', 'S06', 1, 'pillar-b', NULL),
       ('C11', 'V1.2', 'S07', 1, 'pillar-d', NULL),
       ('C11', 'V1.2', 'S08', 1, 'pillar-d', NULL),
       ('C11', 'V1.2', 'S09', 1, 'pillar-e', NULL),
       ('C11', 'V1.2', 'S10', 1, 'target-a', 'the whole section of targets'),
       ('C11', 'V1.2', 'S11', 1, 'target-a', NULL);

INSERT INTO wsis_event (ordinal, happened, what, confidence)
VALUES (1, '2003-12-10/2003-12-12', 'WSIS Geneva phase', 'high'),
       (2, '2005-11-16/2005-11-18', 'WSIS Tunis phase', 'high'),
       (3, '2013-10-07/2013-10-08', 'MPP 1st physical meeting', 'high'),
       (4, '2013-10-09/2013-11-17', 'V1.1 comment window', 'high'),
       (5, '2013-12-16/2013-12-18', 'MPP 2nd physical meeting (days recalled)', 'medium'),
       (6, '2013-12-19/2014-01-24', 'V1.2 submission window', 'high'),
       (7, '2014-02-17/2014-02-18', 'MPP 3rd physical meeting', 'high'),
       (8, '2014-04-14/2014-04-17', 'MPP 4th physical meeting', 'high'),
       (9, '2014-05-28/2014-05-31', 'MPP 5th physical meeting (recalled)', 'low'),
       (10, '2014-06-09', 'MPP 6th meeting / final report date', 'medium'),
       (11, '2014-06-10/2014-06-13', 'WSIS+10 High-Level Event, Geneva', 'high'),
       (12, '2015-12-16', 'A/RES/70/125 WSIS+10 General Assembly review', 'high'),
       (13, '2025-12-16/2025-12-17', 'WSIS+20 high-level meeting; A/RES/80/173 adopted 17 December', 'high');

GRANT SELECT ON framework, framework_version, framework_item, framework_submission,
      framework_submission_place, wsis_event
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper;
