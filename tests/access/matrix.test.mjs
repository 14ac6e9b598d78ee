// Every route, every role, own and other organisation and country, against the matrix.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { bodyExample, fill, prepare } from '../lib/calls.mjs';
import { api, request } from '../lib/client.mjs';
import { inDays } from '../lib/clock.mjs';
import { operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { callers, matrix } from './matrix.mjs';

const rows = matrix.trim().split('\n').slice(1).map((line) => {
    const words = line.trim().split(/\s+/);
    const statuses = words.filter((word) => /^\d{3}$/.test(word)).map(Number);
    const [operation, state] = words.filter((word) => !/^\d{3}$/.test(word));
    return { operation, state, statuses };
});

const users = { an: api.anonymous, de: api.donor, da: api.donorApprover, ro: api.officer,
    rs: api.signatory, au: api.auditor, st: api.steward };

before(async () => {
    const donor = await organisation('XI-TEST-DONOR');
    const kenya = await organisation('XI-TEST-KE', 'KE');
    const others = await Promise.all([
        somebody(donor, 'donor_editor'), somebody(donor, 'donor_approver'),
        somebody(kenya, 'recipient_officer', 'KE'), somebody(kenya, 'recipient_signatory', 'KE'),
        somebody('XI-DEMO-MW', 'statistician', 'MW'), somebody(donor, 'stakeholder')]);
    [users.de2, users.da2, users.ro2, users.rs2, users.sn, users.sh] = others;
});

const states = { draft: make.drafted, submitted: make.submitted, registered: make.registered,
    effective: make.effective, amending: make.amending, suspended: make.suspended,
    invited: make.invited, lodged: make.lodged };

async function prepareRow({ operation, state }) {
    if (state === undefined) {
        return prepare(operation);
    }
    const made = await states[state]();
    return {
        path: fill(operations[operation].path, { id: made.id }),
        body: operation === 'ownership_input_extend'
            ? { due_on: inDays(100), reason: 'More to read.' }
            : operations[operation].requestBody && bodyExample(operations[operation]),
        ifMatch: made.etag,
    };
}

for (const row of rows) {
    test(`${row.operation} ${row.state ?? ''}`, async () => {
        const operation = operations[row.operation];
        assert.equal(row.statuses.length, callers.length, 'a status for each caller');
        const found = [];
        let call;
        for (const [i, name] of callers.entries()) {
            // A read leaves everything as it is; whoever may write gets a fresh one.
            if (!call || operation.method !== 'GET') {
                call = await prepareRow(row);
            }
            const { path, ...options } = call;
            const answer = await request(operation.method, path,
                { token: users[name].token, ...options });
            if (answer.status !== row.statuses[i]) {
                found.push(`${name}: ${answer.status}, not ${row.statuses[i]}: ` +
                           answer.text.slice(0, 200));
            }
        }
        assert.deepEqual(found, []);
    });
}

test('every operation of the contract and every statement has its line', () => {
    const listed = new Set(rows.map((row) => row.operation));
    const statements = readdirSync('service/sql', { recursive: true })
        .filter((file) => file.endsWith('.sql'))
        .map((file) => file.replace(/\.sql$/, '').replaceAll(/[/-]/g, '_'));
    const reports = readdirSync('reports').map((slug) => `report_${slug.replaceAll('-', '_')}`);
    assert.deepEqual([...Object.keys(operations), ...statements, ...reports]
        .filter((name) => !listed.has(name)), []);
});

test('a wrong key is refused everywhere but where no key is looked at', async () => {
    for (const operation of Object.values(operations)) {
        const { path, ...options } = await prepare(operation.operationId);
        const answer = await request(operation.method, path,
            { ...options, token: `${api.donor.token.slice(0, -1)}x` });
        const native = JSON.stringify(operation.security) === '[{}]';
        assert.equal(answer.status, native ? 200 : 401, operation.operationId);
    }
});

test('what may not be known of is in no list, report or entry either', async () => {
    const made = await make.drafted({ title: 'Nobody else knows this title' });
    for (const name of ['an', 'de2', 'da2', 'ro', 'rs', 'sn', 'sh', 'st']) {
        for (const path of ['/v1/commitments?text=nobody%20else%20knows', '/v1/commitments?limit=200',
            `/v1/ledger/entries/${made.entry}`, '/v1/reports/portfolio',
            `/v1/ownership-inputs?commitment=${made.id}`]) {
            const answer = await users[name].get(path);
            assert.equal(answer.status, 200);
            assert.ok(!answer.text.includes(made.id) || path.includes('/entries/'), `${name} ${path}`);
            assert.ok(!answer.text.includes('Nobody else knows'), `${name} ${path}`);
            const leaf = answer.body.leaf && Buffer.from(answer.body.leaf, 'base64').toString();
            assert.ok(!leaf?.includes('Nobody else knows'), `${name} ${path}`);
        }
    }
    for (const name of ['de', 'da', 'au']) {
        const found = await users[name].get('/v1/commitments?text=nobody%20else%20knows');
        assert.deepEqual(found.body.items.map((item) => item.id), [made.id]);
    }
});
