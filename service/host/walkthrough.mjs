// walkthrough.mjs - the main job over HTTP: a donor registers, a government answers, an auditor
// pulls the reports. Says each step, and ends with an error at the first surprise.
// SPDX-License-Identifier: Apache-2.0
//
// Run by `make walkthrough`, which imports IATI files first. Environment: AIDLEDGER_URL, the
// service; AIDLEDGER_KEYS, the file of NAME=token lines that `make run` wrote.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

const base = process.env.AIDLEDGER_URL;
const keys = Object.fromEntries(
    readFileSync(process.env.AIDLEDGER_KEYS, 'utf8')
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => line.split(/=(.*)/).slice(0, 2)));

let steps = 0;
function step(sentence) {
    steps += 1;
    console.log(`${String(steps).padStart(2)}. ${sentence}`);
}

function tell(sentence) {
    console.log(`      ${sentence}`);
}

// One request. The answer's status must be the expected one; the body of any other is shown.
async function ask(who, method, path, { body, match, expect = 200, accept } = {}) {
    const headers = {};
    if (who) {
        headers.authorization = `Bearer ${keys[who]}`;
    }
    if (accept) {
        headers.accept = accept;
    }
    if (match) {
        headers['if-match'] = match;
    }
    if (method === 'POST') {
        headers['idempotency-key'] = `"${randomUUID()}"`;
    }
    if (body) {
        headers['content-type'] = 'application/json';
    }
    const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.equal(answer.status, expect, `${method} ${path} answered ${answer.status}: ${text}`);
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return {
        body: isJson ? JSON.parse(text) : text,
        text,
        etag: answer.headers.get('etag'),
        location: answer.headers.get('location'),
        size: Number(answer.headers.get('aidledger-tree-size')),
    };
}

// The ledger's order is given shortly after a statement is made: wait until an entry has its index.
async function sequenced(entry) {
    const deadline = Date.now() + 10_000;
    for (;;) {
        const { body } = await ask(null, 'GET', `/v1/ledger/entries/${entry}`);
        if (body.leaf_index !== null) {
            return body.leaf_index + 1;
        }
        assert.ok(Date.now() < deadline, `entry ${entry} got no leaf index within 10 s`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

// Exact decimals as whole ten-thousandths.
function units(decimal) {
    const [, sign, whole, fraction] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(decimal);
    return BigInt(`${sign}${whole}${(fraction ?? '').padEnd(4, '0')}`);
}

async function portfolio() {
    const { body } = await ask('AUDITOR', 'GET', '/v1/reports/portfolio?donor=XI-DEMO-DONOR');
    const total = { committed: 0n, disbursed: 0n };
    for (const row of body.rows.filter((r) => r.currency === 'USD')) {
        total.committed += units(row.committed);
        total.disbursed += units(row.disbursed);
    }
    return total;
}

step('The service is ready, and the framework text is there to link to.');
await ask(null, 'GET', '/readyz');
const imported = await ask(null, 'GET', '/v1/commitments?limit=1');
tell(`the ledger has ${imported.body.tree_size} entries`);
const items = await ask(null, 'GET', '/v1/frameworks/C11/versions/V1.2/items');
for (const code of ['pillar-c', 'target-a']) {
    assert.ok(items.body.items.some((item) => item.code === code), `C11 V1.2 has no ${code}`);
}
const before = await portfolio();

step('The donor\'s editor drafts a commitment; it is private.');
const draft = await ask('DONOR_EDITOR', 'POST', '/v1/commitments', {
    expect: 201,
    body: {
        title: 'Fibre backbone and community access',
        narrative: 'Backbone to the northern districts, with access points in schools.',
        recipients: [{ country: 'MW', share: '70' }, { country: 'ZM', share: '30' }],
        sectors: [{ code: '22040', share: '60' }, { code: '11110', share: '40' }],
        commitment_date: '2026-09-01',
        start_date: '2026-10-01',
        end_date: '2028-09-30',
        flow_type: '10',
        finance_type: '110',
        aid_type: 'C01',
        tied_status: '5',
        ict_significance: 2,
        ict_share: '80',
        ict_reason: 'Backbone, access points and the training to use them.',
        amount: '1250000.00',
        currency: 'USD',
        schedule: [
            { period_start: '2026-10-01', period_end: '2027-09-30', amount: '750000.00' },
            { period_start: '2027-10-01', period_end: '2028-09-30', amount: '500000.00' },
        ],
    },
});
const here = draft.location;
tell(here);
await ask(null, 'GET', here, { expect: 404 });
await ask('RECIPIENT_OFFICER', 'GET', here, { expect: 404 });

step('The editor submits it; the invited government sees it, the public does not.');
// Whoever walks a second time says why it is another commitment than the first.
const { body: { likely } } = await ask('DONOR_EDITOR', 'GET', `${here}/duplicates`);
const submitted = await ask('DONOR_EDITOR', 'POST', `${here}/submit`, { match: draft.etag,
    body: likely.length === 0 ? {} : { distinct_from: likely.map((one) => ({
        commitment_id: one.commitment_id, reason: 'Another walk through the same example.' })) } });
await ask('RECIPIENT_OFFICER', 'GET', here);
await ask(null, 'GET', here, { expect: 404 });

step('The editor cannot register it; the approver can, and it becomes public.');
await ask('DONOR_EDITOR', 'POST', `${here}/register`, { match: submitted.etag, expect: 403 });
const registered = await ask('DONOR_APPROVER', 'POST', `${here}/register`, {
    match: submitted.etag,
});
assert.equal((await ask(null, 'GET', here)).body.status, 'REGISTERED');

step('The agreement takes effect; its schedule is the baseline from now on.');
await ask('DONOR_APPROVER', 'POST', `${here}/effect`, {
    match: registered.etag,
    body: { agreement_reference: 'AGR-2026-017', effective_date: '2026-10-01' },
});

step('The donor links it to pillar c and target a of action line C11.');
for (const [item, share, rationale] of [
    ['pillar-c', '100', 'Aid for ICT to a least developed, landlocked country.'],
    ['target-a', '5', 'Pays for collecting the agreed access indicators in the districts.'],
]) {
    await ask('DONOR_EDITOR', 'POST', `${here}/links`, {
        expect: 201,
        body: { framework: 'C11', framework_version: 'V1.2', item, share, rationale },
    });
}
const linked = (await ask(null, 'GET', here)).body.links.map((link) => link.item);
assert.deepEqual(linked, ['pillar-c', 'target-a']);

step('The government of Malawi endorses it with a reservation.');
const lodged = await ask('RECIPIENT_SIGNATORY', 'POST', `${here}/ownership-inputs`, {
    expect: 201,
    body: {
        position: 'endorse_with_reservation',
        aspects: ['timing', 'location'],
        text: 'Welcome, provided that the works in the northern districts start in the dry season.',
    },
});
assert.equal(lodged.body.ownership_input.state, 'AWAITING_DONOR');
tell(`answer due on ${lodged.body.ownership_input.answer_due_on}`);

step('The donor answers; the government is satisfied.');
const answered = await ask('DONOR_APPROVER', 'POST', `${lodged.location}/answer`, {
    match: lodged.etag,
    body: { answer: 'accepted', reason: 'The works start after the rains.' },
});
assert.equal(answered.body.ownership_input.state, 'ANSWERED');
await ask('RECIPIENT_SIGNATORY', 'POST', `${lodged.location}/resolve`, {
    match: answered.etag,
    body: { text: 'Agreed.' },
});

step('The donor reports a disbursement of 250,000.01 USD.');
const paid = await ask('DONOR_EDITOR', 'POST', `${here}/transactions`, {
    expect: 201,
    body: {
        transaction_type: '3',
        transaction_date: '2026-11-02',
        amount: '250000.01',
        currency: 'USD',
        description: 'First instalment',
    },
});
const { transaction } = paid.body;
const parts = transaction.parts.reduce((sum, part) => sum + units(part.amount), 0n);
assert.equal(parts, units('250000.01'), 'the parts do not add up to the whole');
tell(transaction.parts.map((p) => `${p.country} ${p.sector} ${p.amount}`).join(', '));

step('Malawi confirms only a part of its share.');
const confirmed = await ask('RECIPIENT_OFFICER', 'POST', '/v1/receipt-confirmations', {
    expect: 201,
    body: {
        transaction_id: transaction.id,
        outcome: 'partial',
        amount: '120000.00',
        value_date: '2026-11-09',
        treasury_reference: 'TR-4711',
        text: 'The rest has not reached the treasury account.',
    },
});
const receipt = confirmed.body.receipt_confirmation;
assert.equal(receipt.state, 'DISCREPANT');
tell(`reported ${receipt.reported_amount}, received ${receipt.amount}, ` +
     `difference ${receipt.difference} ${receipt.currency}`);

step('The auditor pulls the three reports, as JSON and as CSV.');
const size = await sequenced(confirmed.body.statement.entry);
for (const name of ['portfolio', 'group-allocation', 'ownership']) {
    const path = `/v1/reports/${name}?as_of=${size}`;
    const json = await ask('AUDITOR', 'GET', path);
    const csv = await ask('AUDITOR', 'GET', path, { accept: 'text/csv' });
    assert.equal(json.body.tree_size, size);
    assert.ok(json.body.rows.length > 0, `${name} has no rows`);
    assert.ok(json.body.limitations.length > 0, `${name} states no limitations`);
    tell(`${name}: ${json.body.rows.length} rows, ${csv.text.length} bytes of CSV`);
    assert.equal((await ask('AUDITOR', 'GET', path)).text, json.text,
        `${name} is not the same twice`);
}

step('The portfolio grew by exactly what was committed and disbursed.');
const after = await portfolio();
assert.equal(after.committed - before.committed, units('1250000.00'));
assert.equal(after.disbursed - before.disbursed, units('250000.01'));

step('Every statement is in the history, each naming the one before it.');
const history = await ask('AUDITOR', 'GET', `${here}/history`);
tell(history.body.items.map((entry) => entry.kind).join(', '));
assert.deepEqual(history.body.items.map((entry) => entry.version),
    history.body.items.map((entry, index) => index + 1));

console.log(`\nThe walk-through is complete: ${steps} steps, ledger position ${size}.`);
