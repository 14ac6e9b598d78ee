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
// I  XI-TEST-IMPORT is imported: 50.00 USD committed to Burkina Faso (LDC and LLDC) on 2021-01-01 and
//    10.00 USD disbursed on 2021-02-01, 11110. Nobody was invited.
//
// Malawi endorses A with a reservation, which is accepted, and asks for a change of D, which is not
// answered. Vanuatu is silent on A. Kazakhstan is still awaited on B. Nigeria contests C, is rejected
// and disputes that; in the end both agree to differ. The deadlines of A have passed. Malawi got 50.00
// of 50.01 USD of A and says that this is partial; in the end both accept the cent. It got the 110.00
// USD of D in full. Kazakhstan cannot see the 200.00 EUR of B.
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
        ict_reason: undefined, ...changes, start_date: changes.commitment_date })));
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

export async function makeWorld() {
    await organisation('XI-TEST-NORTH');
    await organisation('XI-TEST-KZ', 'KZ');
    await organisation('XI-TEST-NG', 'NG');
    const [editor, approver, kazakhstan, nigeria] = await Promise.all([
        somebody('XI-TEST-NORTH', 'donor_editor'), somebody('XI-TEST-NORTH', 'donor_approver'),
        somebody('XI-TEST-KZ', 'recipient_officer', 'KZ'),
        somebody('XI-TEST-NG', 'recipient_signatory', 'NG')]);
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
    return { a, b, c, d, editor, approver, open,
        size: await sequenced(last.body.statement.entry) };
}

// Deadlines are weeks away, which no test waits for: while `work` runs, those for positions on one
// commitment have passed, and payments were reported on the day they were made.
export async function withDeadlinesPassed(path, work) {
    const id = path.split('/').at(-1);
    const mine = `input_id IN (SELECT id FROM ownership_input WHERE commitment_id = '${id}')`;
    const before = rows(`SELECT input_id, version, due_on FROM ownership_state WHERE ${mine}`);
    const reported = rows('SELECT id, recorded_at FROM transaction');
    run(`SET session_replication_role = replica;
         UPDATE ownership_state SET due_on = '2021-01-15' WHERE ${mine} AND due_on IS NOT NULL;
         UPDATE transaction SET recorded_at = transaction_date`);
    try {
        return await work();
    } finally {
        run(`SET session_replication_role = replica;${before.map((row) => `
            UPDATE ownership_state SET due_on = ${row.due_on ? `'${row.due_on}'` : 'NULL'}
             WHERE input_id = '${row.input_id}' AND version = ${row.version};`).join('')}
            ${reported.map((row) => `UPDATE transaction SET recorded_at = '${row.recorded_at}'
             WHERE id = '${row.id}';`).join('')}`);
    }
}
