// world.mjs - the small world of the reports' expected.csv files, made through the API.
// SPDX-License-Identifier: Apache-2.0
//
// The figures in reports/*/expected.csv are worked out from it by hand, as follows.
//
// A  XI-DEMO-DONOR commits 1000.00 USD on 2020-12-03: Malawi 50 %, Vanuatu 30 %, Africa (298) 20 %;
//    22040 60 %, 11110 40 %; ICT significance 1, ICT share 75 %. So 15 of the 40 % outside family
//    220 are ICT.
//      Malawi 500.00 = 300.00 + 200.00 (ICT 75.00); Vanuatu 300.00 = 180.00 + 120.00 (ICT 45.00);
//      Africa 200.00 = 120.00 + 80.00 (ICT 30.00).
//    It disburses 100.01 USD on 2020-12-04. Quotas in cents 5000.5, 3000.3, 2000.2: the odd cent goes
//    to Malawi.
//      Malawi 50.01: 3000.6 and 2000.4 cents, the odd one to 22040: 30.01 + 20.00 (ICT 7.50);
//      Vanuatu 30.00 = 18.00 + 12.00 (ICT 4.50); Africa 20.00 = 12.00 + 8.00 (ICT 3.00).
//    Vanuatu left the least developed countries between the two days: its commitment counts for
//    them, its disbursement does not. Malawi is in two groups: LDC and LLDC.
// B  XI-TEST-NORTH commits 500.00 EUR on 2021-05-05 to Kazakhstan (LLDC and EIT), 21020, ICT
//    significance 2, share 10 %: ICT 50.00 in ring 2. It disburses 200.00 EUR on 2021-06-01: 20.00.
// C  XI-TEST-NORTH commits 1000 JPY on 2021-05-05 to Nigeria, which is in no group; no ICT marker.
// D  XI-DEMO-DONOR commits 300.00 USD on 2021-05-05 to Malawi, all 22020: ICT by its purpose code.
//    It disburses 120.00 USD on 2021-07-01, takes that back, and disburses 110.00 USD.
// P  XI-TEST-SOUTH commits 1826.00 USD on 2020-11-02 to Kenya, which is in no group: 11110, no ICT marker,
//    tied, aid type A01, from 2021-01-01 to 2025-12-31, which are 1826 days, so that a dollar falls on
//    each. Its schedule has 100.00 in each of 2021, 2022, 2024 and 2025, as known from 2020-12-01 on;
//    on 2024-06-01 it moves the 100.00 of 2024 to 2025. It disburses 80.00 USD on 2021-04-01,
//    120.00 on 2022-05-02 and 50.00 on 2023-06-01.
// Q  XI-TEST-SOUTH commits 200.00 USD on 2021-11-02 to Ghana, which is in no group: 11110, partly tied.
//    100.00 are scheduled for 2022, as known from 2021-12-01 on, and 120.00 are disbursed on 2022-03-01.
// R  is a commitment of 150.00 USD like Q, but untied; 100.00 are scheduled for 2022 as well, and 60.00
//    disbursed on 2022-09-01, through the treasury (channel 1).
// I  XI-TEST-IMPORT is imported: 50.00 USD committed to Burkina Faso (LDC and LLDC) on 2021-01-01 and
//    10.00 USD disbursed on 2021-02-01, 11110. Nobody was invited.
//
// Malawi endorses A with a reservation, which is accepted, and asks for a change of D, which is not
// answered. Vanuatu is silent on A. Kazakhstan is still awaited on B. Nigeria contests C, is rejected
// and disputes that; in the end both agree to differ. The deadlines of A have passed. Malawi got 50.00
// of 50.01 USD of A and says that this is partial; in the end both accept the cent. It got the 110.00
// USD of D in full. Kazakhstan cannot see the 200.00 EUR of B. Kenya got the 80.00 USD of P in full on
// 2021-04-11, 115.00 of the 120.00 on 2022-05-05, which the donor explains by a fee, and 49.80 of the
// 50.00 on 2023-06-21, which is in full but for the bank's part. Ghana did not receive the 60.00 USD of
// R: the donor used the wrong account. Of the 120.00 of Q it says nothing.
//
// The donor of D links it to pillar c of action line C11 with 70 % of its money, which Malawi endorses,
// and to pillar b with 30 %, which Malawi refuses. The donor of A links it to pillar d with 60 %: Malawi
// endorses that, Vanuatu says nothing. P is linked to target a without a share.
//
// XI-TEST-NGO, an organisation of civil society, comments on D twice and files what it observed of it;
// Malawi comments on D once.
//
// Of the money of XI-TEST-SOUTH, the budget that Kenya's parliament approved holds 90.00 USD for 2021, 130.00
// for 2022, 50.00 for 2023 and nothing for 2024; what it had stated for 2025 is withdrawn. Ghana's holds
// for 2022, of Q first 100.00 and then 105.00, and of R 45.00. Malawi's holds 90000.00 MWK of XI-DEMO-DONOR
// for 2021.
//
// XI-TEST-SOUTH is an organisation of Denmark. Of P it states a contract of 600.00 USD with a Danish firm, one
// of 300.00 with a Kenyan one, and one of 100.00 with a firm of whose country it says nothing; Kenya states
// the first one too, with 610.00. Of Q a natural person in Ghana won 50.00. One of R is withdrawn. Of D,
// whose donor has no country, a firm in Malawi won 10.00.
//
// Of ICT indicators, by the list of 2022, Malawi states of 2021: HH7 24.0, A2 60.1 without its metadata, B3
// suppressed, HH6 140 percent, which is out of range, and HH3, which it withdraws. Of 2022: HH7 27.0, and
// then 28.0 in its place. Kenya states A3 of 2021 by the list of 2016. The steward takes over from an agency
// HH7 of 2021 for Malawi, and HH7 of 2021 for Vanuatu. That A10 does not apply to Malawi in 2021 and 2022
// is approved; that HH1 does not is proposed and no more. Kazakhstan says nothing.
//
// "open" is the position at which C is still disputed and A still a case.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { api, sequenced } from '../lib/client.mjs';
import { draft } from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { rows, run } from '../lib/sql.mjs';

const FILE = `<?xml version="1.0" encoding="UTF-8"?>
<iati-activities version="2.03">
  <iati-activity default-currency="USD" xml:lang="en">
    <iati-identifier>XI-TEST-IMPORT-1</iati-identifier>
    <reporting-org ref="XI-TEST-IMPORT" type="10"><narrative>Importing donor</narrative></reporting-org>
    <title><narrative>Teacher training</narrative></title>
    <description><narrative>Training of teachers.</narrative></description>
    <participating-org ref="XI-TEST-IMPORT" role="1" type="10"/>
    <activity-status code="2"/>
    <activity-date iso-date="2021-01-01" type="2"/>
    <recipient-country code="BF" percentage="100"/>
    <sector vocabulary="1" code="11110" percentage="100"/>
    <transaction>
      <transaction-type code="2"/><transaction-date iso-date="2021-01-01"/>
      <value value-date="2021-01-01">50.00</value>
    </transaction>
    <transaction>
      <transaction-type code="3"/><transaction-date iso-date="2021-02-01"/>
      <value value-date="2021-02-01">10.00</value>
    </transaction>
  </iati-activity>
</iati-activities>
`;

function importFile() {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-reports-'));
    const file = join(folder, 'activity.xml');
    writeFileSync(file, FILE);
    execFileSync(process.env.AIDLEDGER_BINARY, ['import', file],
        { env: { ...process.env, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE },
            stdio: 'ignore' });
    rmSync(folder, { recursive: true });
}

export async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

export async function commit(editor, approver, changes) {
    const made = await good(editor.post('/v1/commitments', draft({
        end_date: undefined, schedule: undefined, ict_significance: undefined, ict_share: undefined,
        ict_reason: undefined, start_date: changes.commitment_date, ...changes })));
    const path = made.location;
    const sent = await good(editor.post(`${path}/submit`, undefined, { ifMatch: made.etag }));
    await good(approver.post(`${path}/register`, undefined, { ifMatch: sent.etag }));
    return path;
}

export async function pay(editor, path, date, amount, currency, more = {}) {
    const answer = await good(editor.post(`${path}/transactions`, { transaction_type: '3',
        transaction_date: date, amount, currency, ...more }));
    return answer.body.transaction.id;
}

async function lodge(signatory, path, position) {
    const answer = await good(signatory.post(`${path}/ownership-inputs`, { position,
        text: 'As agreed with the ministry of finance.' }));
    return answer;
}

function reply(approver, lodged, answer) {
    return good(approver.post(`${lodged.location}/answer`, { answer, reason: 'As discussed.' },
        { ifMatch: lodged.etag }));
}

function confirm(officer, transaction, outcome, amount, date) {
    return good(officer.post('/v1/receipt-confirmations', { transaction_id: transaction, outcome,
        ...(amount ? { amount, value_date: date } : {}) }));
}

// The clock says meanwhile which instalments were missed, and each statement makes a new version.
async function change(caller, path, action, body) {
    for (;;) {
        const { etag } = await good(caller.get(path));
        const answer = await caller.post(`${path}/${action}`, body, { ifMatch: etag });
        if (answer.status !== 412) {
            return good(answer);
        }
    }
}

function explain(donor, confirmation, reason) {
    return change(donor, confirmation.location, 'explain',
        { reason_code: reason, text: 'As the bank told us.' });
}

async function link(editor, path, item, share) {
    const { body } = await good(editor.post(`${path}/links`, { framework: 'C11',
        framework_version: 'V1.2', item, share, rationale: 'As the agreement says.' }));
    return `${path}/links/${body.link.id}/answers`;
}

const inYear = (year, amount) => ({ period_start: `${year}-01-01`, period_end: `${year}-12-31`,
    amount });

// The commitments that have a forward schedule, their payments and what became of these.
async function makeScheduled() {
    await organisation('XI-TEST-SOUTH', 'DK');
    await organisation('XI-TEST-KE', 'KE');
    await organisation('XI-TEST-GH', 'GH');
    const [south, kenya, ghana] = await Promise.all([
        somebody('XI-TEST-SOUTH', 'donor_editor,donor_approver'),
        somebody('XI-TEST-KE', 'recipient_officer', 'KE'),
        somebody('XI-TEST-GH', 'recipient_officer', 'GH')]);
    const usual = { currency: 'USD', sectors: [{ code: '11110', share: '100' }] };
    const p = await commit(south, south, { ...usual, commitment_date: '2020-11-02',
        amount: '1826.00', recipients: [{ country: 'KE', share: '100' }], tied_status: '4',
        aid_type: 'A01', start_date: '2021-01-01', end_date: '2025-12-31',
        schedule: [2021, 2022, 2024, 2025].map((year) => inYear(year, '100.00')) });
    const toGhana = { ...usual, commitment_date: '2021-11-02',
        recipients: [{ country: 'GH', share: '100' }], schedule: [inYear(2022, '100.00')] };
    const q = await commit(south, south, { ...toGhana, amount: '200.00', tied_status: '3' });
    const r = await commit(south, south, { ...toGhana, amount: '150.00' });
    const p1 = await pay(south, p, '2021-04-01', '80.00', 'USD');
    const p2 = await pay(south, p, '2022-05-02', '120.00', 'USD');
    const p3 = await pay(south, p, '2023-06-01', '50.00', 'USD');
    await pay(south, q, '2022-03-01', '120.00', 'USD');
    const r1 = await pay(south, r, '2022-09-01', '60.00', 'USD',
        { disbursement_channel: '1' });
    await change(south, p, 'schedule', { reason: 'The works begin later.',
        planned_disbursements: [inYear(2021, '100.00'), inYear(2022, '100.00'),
            inYear(2025, '200.00')] });
    await confirm(kenya, p1, 'full', '80.00', '2021-04-11');
    await explain(south, await confirm(kenya, p2, 'partial', '115.00', '2022-05-05'), 'fee');
    await confirm(kenya, p3, 'full', '49.80', '2023-06-21');
    await explain(south, await confirm(ghana, r1, 'not_received'), 'wrong_account');
    await link(south, p, 'target-a');
    await makeBudgets({ kenya, ghana, q, r });
    await makeContracts({ south, kenya, p, q, r });
    return { p, q, r, south };
}

async function makeComments(path) {
    await good(api.steward.post('/v1/organisations',
        { identifier: 'XI-TEST-NGO', name: 'Test organisation XI-TEST-NGO', type_code: '22' }));
    const ngo = await somebody('XI-TEST-NGO', 'stakeholder');
    for (const who of [ngo, api.officer, ngo]) {
        await good(who.post(`${path}/comments`, { kind: 'comment', text: 'The works have begun.' }));
    }
    await good(ngo.post(`${path}/third-party-observations`, { standing: 'civil_society',
        ground: 'We train the teachers of these schools.', observed_on: '2021-09-01',
        text: 'Two of five schools have no equipment.', place: 'Karonga district' }));
}

async function budget(officer, year, amount, more) {
    const { body, location } = await good(officer.post('/v1/approved-budgets', {
        donor: 'XI-TEST-SOUTH', year, amount, currency: 'USD', approved_on: `${year - 1}-12-15`,
        source: 'Appropriation Act', ...more }));
    return { id: body.approved_budget.id, location };
}

async function makeBudgets({ kenya, ghana, q, r }) {
    const of = (path) => ({ commitment_id: path.split('/').at(-1) });
    for (const [year, amount] of [[2021, '90.00'], [2022, '130.00'], [2023, '50.00'], [2024, '0.00']]) {
        await budget(kenya, year, amount);
    }
    const { location } = await budget(kenya, 2025, '200.00');
    await good(kenya.post(`${location}/withdraw`, { reason: 'It was not passed.' },
        { ifMatch: '"1"' }));
    const { id } = await budget(ghana, 2022, '100.00', of(q));
    await budget(ghana, 2022, '105.00', { ...of(q), supersedes: id, reason: 'As amended.' });
    await budget(ghana, 2022, '45.00', of(r));
    await budget(api.officer, 2021, '90000.00', { donor: 'XI-DEMO-DONOR', currency: 'MWK' });
}

async function award(who, path, reference, amount, more) {
    return (await good(who.post(`${path}/contract-awards`, { reference, title: 'Works', amount,
        currency: 'USD', awarded_on: '2021-11-30', supplier_name: 'Builders Ltd',
        ...more }))).location;
}

async function makeContracts({ south, kenya, p, q, r }) {
    await award(south, p, 'PR/1', '600.00', { supplier_country: 'DK' });
    await award(kenya, p, 'pr-1', '610.00', { supplier_country: 'DK' });
    await award(south, p, 'PR/2', '300.00', { supplier_country: 'KE' });
    await award(south, p, 'PR/3', '100.00');
    await award(south, q, 'PR/4', '50.00', { supplier_country: 'GH', natural_person: true,
        supplier_name: undefined });
    const wrong = await award(south, r, 'PR/5', '70.00', { supplier_country: 'DK' });
    await good(south.post(`${wrong}/withdraw`, { reason: 'It was not signed.' },
        { ifMatch: '"1"' }));
}

// What HH7 is observed by, when it conforms to the list of 2022 in everything.
export const WHOLE = { indicator: 'HH7', unit: 'percent', definition_version: '2022-03',
    source: 'Household survey', source_type: 'statistics_office', method: 'household_survey',
    units_observed: 9000, url: 'https://example.org/survey', licence: 'CC-BY-4.0', status: 'final' };

export const ofYear = (year, value, more) => ({ ...WHOLE, year, value, period_start: `${year}-01-01`,
    period_end: `${year}-12-31`, ...more });

export async function observe(who, ...rows) {
    const { body } = await good(who.post('/v1/observations', rows));
    return body.rows.map(({ id }) => id);
}

async function makeObservations() {
    const [malawi, kenya] = await Promise.all([somebody('XI-DEMO-MW', 'statistician', 'MW'),
        somebody('XI-TEST-KE', 'statistician', 'KE')]);
    const bare = { year: 2021, unit: 'percent', source: 'Survey', status: 'provisional' };
    const [, , , , wrong] = await observe(malawi, ofYear(2021, '24.0'),
        { ...bare, indicator: 'A2', unit: 'per_100_inhabitants', value: '60.1' },
        { ...bare, indicator: 'B3', suppressed: 'small_number' },
        ofYear(2021, '140', { indicator: 'HH6' }), ofYear(2021, '80.0', { indicator: 'HH3' }),
        ofYear(2022, '27.0'));
    await good(malawi.post(`/v1/observations/${wrong}/withdraw`, { reason: 'Another question.' },
        { ifMatch: '"1"' }));
    await observe(malawi, ofYear(2022, '28.0', { reason: 'New weights.' }));
    await observe(kenya, ofYear(2021, '1.5', { indicator: 'A3', unit: 'per_100_inhabitants',
        definition_version: '2016-03', source_type: 'regulator', method: 'administrative',
        licence: undefined }));
    const agency = { source: 'Database of an agency', source_type: 'agency' };
    await observe(api.steward, ofYear(2021, '23.5', { ...agency, country: 'MW' }),
        ofYear(2021, '26.0', { ...agency, country: 'VU' }));
    const mask = await good(malawi.post('/v1/indicator-masks', { indicator: 'A10',
        year_start: 2021, year_end: 2022, reason: 'No subscriptions are sold.' }));
    await good(api.steward.post(`${mask.location}/decide`, { decision: 'approved',
        reason: 'So says the register.' }, { ifMatch: mask.etag }));
    await good(malawi.post('/v1/indicator-masks', { indicator: 'HH1', year_start: 2021,
        reason: 'Nobody asks any more.' }));
}

export async function makeWorld() {
    await organisation('XI-TEST-NORTH');
    await organisation('XI-TEST-KZ', 'KZ');
    await organisation('XI-TEST-NG', 'NG');
    const [editor, approver, kazakhstan, nigeria] = await Promise.all([
        somebody('XI-TEST-NORTH', 'donor_editor'), somebody('XI-TEST-NORTH', 'donor_approver'),
        somebody('XI-TEST-KZ', 'recipient_officer', 'KZ'),
        somebody('XI-TEST-NG', 'recipient_signatory', 'NG')]);
    const scheduled = await makeScheduled();
    const all = (code) => [{ code, share: '100' }];
    const a = await commit(api.donor, api.donorApprover, { commitment_date: '2020-12-03',
        amount: '1000.00', currency: 'USD',
        recipients: [{ country: 'MW', share: '50' }, { country: 'VU', share: '30' },
            { region: '298', share: '20' }],
        sectors: [{ code: '22040', share: '60' }, { code: '11110', share: '40' }],
        ict_significance: 1, ict_share: '75', ict_reason: 'Training to use the network.' });
    const b = await commit(editor, approver, { commitment_date: '2021-05-05', amount: '500.00',
        currency: 'EUR', recipients: [{ country: 'KZ', share: '100' }], sectors: all('21020'),
        ict_significance: 2, ict_share: '10', ict_reason: 'Sensors along the road.' });
    const c = await commit(editor, approver, { commitment_date: '2021-05-05', amount: '1000',
        currency: 'JPY', recipients: [{ country: 'NG', share: '100' }], sectors: all('11110') });
    const d = await commit(api.donor, api.donorApprover, { commitment_date: '2021-05-05',
        amount: '300.00', currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
        sectors: all('22020') });
    const a1 = await pay(api.donor, a, '2020-12-04', '100.01', 'USD');
    const b1 = await pay(editor, b, '2021-06-01', '200.00', 'EUR');
    const wrong = await pay(api.donor, d, '2021-07-01', '120.00', 'USD');
    await pay(api.donor, d, '2021-07-01', '-120.00', 'USD', { adjusts: wrong, reason: 'Paid less.' });
    const d1 = await pay(api.donor, d, '2021-07-01', '110.00', 'USD');
    importFile();
    await reply(api.donorApprover, await lodge(api.signatory, a, 'endorse_with_reservation'),
        'accepted');
    await lodge(api.signatory, d, 'request_change');
    const rejected = await reply(approver, await lodge(nigeria, c, 'contest'), 'rejected');
    const input = `/v1/ownership-inputs/${rejected.body.ownership_input.id}`;
    const disputed = await good(nigeria.post(`${input}/escalate`,
        { ground: 'Nobody asked the ministry.' }, { ifMatch: rejected.etag }));
    await makeComments(d);
    await makeObservations();
    await award(api.donor, d, 'PR/6', '10.00', { supplier_country: 'MW' });
    await good(api.signatory.post(await link(api.donor, d, 'pillar-c', '70'),
        { answer: 'endorsed' }));
    await good(api.signatory.post(await link(api.donor, d, 'pillar-b', '30'),
        { answer: 'refused', reason: 'No data are collected.' }));
    await good(api.signatory.post(await link(api.donor, a, 'pillar-d', '60'),
        { answer: 'endorsed' }));
    const partial = await confirm(api.officer, a1, 'partial', '50.00', '2020-12-10');
    const open = await sequenced(partial.body.statement.entry);
    const differing = await good(nigeria.post(`${input}/agree-to-differ`,
        { text: 'We were not asked.' }, { ifMatch: disputed.etag }));
    await good(approver.post(`${input}/agree-to-differ`,
        { text: 'We asked the regulator.' }, { ifMatch: differing.etag }));
    const once = await good(api.signatory.post(`${partial.location}/accept`,
        { difference: '0.01' }, { ifMatch: partial.etag }));
    await good(api.donorApprover.post(`${partial.location}/accept`,
        { difference: '0.01' }, { ifMatch: once.etag }));
    await confirm(api.officer, d1, 'full', '110.00', '2021-07-03');
    const last = await confirm(kazakhstan, b1, 'not_visible');
    return { a, b, c, d, ...scheduled, editor, approver, open,
        size: await sequenced(last.body.statement.entry) };
}

// Not what the clock says meanwhile: it may be the newest statement of all, by which reports judge.
const OF_SOUTH = `JOIN commitment AS c ON c.id = e.aggregate AND e.kind <> 'instalment.missed'
    JOIN organisation AS o ON o.id = c.organisation_id AND o.identifier = 'XI-TEST-SOUTH'`;

// Deadlines are weeks away, which no test waits for: while `work` runs, those for positions on one
// commitment have passed, payments were reported on the day they were made, and the schedules of
// XI-TEST-SOUTH were known when the head of this file says so.
export async function withDeadlinesPassed(path, work) {
    const id = path.split('/').at(-1);
    const mine = `input_id IN (SELECT id FROM ownership_input WHERE commitment_id = '${id}')`;
    const before = rows(`SELECT input_id, version, due_on FROM ownership_state WHERE ${mine}`);
    const reported = rows('SELECT id, recorded_at FROM transaction');
    const said = rows('SELECT entry, at FROM ledger_entry');
    run(`SET session_replication_role = replica;
         UPDATE ownership_state SET due_on = '2021-01-15' WHERE ${mine} AND due_on IS NOT NULL;
         UPDATE transaction SET recorded_at = transaction_date;
         UPDATE ledger_entry SET at = (SELECT CASE WHEN w.schedule > 1 THEN '2024-06-01'::timestamptz
                                                   WHEN 'KE' = ANY (c.countries) THEN '2020-12-01'
                                                   ELSE '2021-12-01' END
                                         FROM commitment AS c
                                         LEFT JOIN planned_disbursement AS w
                                           ON w.entry = ledger_entry.entry AND w.ordinal = 1
                                        WHERE c.id = ledger_entry.aggregate)
          WHERE entry IN (SELECT e.entry FROM ledger_entry AS e ${OF_SOUTH});
         UPDATE ledger_entry SET at = '2021-12-01'
          WHERE kind LIKE 'contract.%'
            AND organisation_id = (SELECT id FROM organisation WHERE identifier = 'XI-TEST-SOUTH');
         CALL rollups_make()`);
    try {
        return await work();
    } finally {
        run(`SET session_replication_role = replica;${before.map((row) => `
            UPDATE ownership_state SET due_on = ${row.due_on ? `'${row.due_on}'` : 'NULL'}
             WHERE input_id = '${row.input_id}' AND version = ${row.version};`).join('')}
            ${reported.map((row) => `UPDATE transaction SET recorded_at = '${row.recorded_at}'
             WHERE id = '${row.id}';`).join('')}${said.map((row) => `
            UPDATE ledger_entry SET at = '${row.at}'
             WHERE entry = '${row.entry}' AND at <> '${row.at}';`).join('')}
            CALL rollups_make()`);
    }
}
