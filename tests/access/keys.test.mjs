// API keys: shown once, kept as a hash, ended at once.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';

import { api, caller, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { keyCommand, newKey, organisation, somebody } from '../lib/principals.mjs';
import { rows, run } from '../lib/sql.mjs';

const PRIVATE = '/v1/commitments/3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f/amendment';

// 404 is what a live key hears here, 401 any other.
async function isLive(token) {
    const { status } = await caller(token).get(PRIVATE);
    assert.ok([401, 404].includes(status), status);
    return status === 404;
}

function editor(...words) {
    return newKey('--organisation', 'XI-DEMO-DONOR', '--roles', 'donor_editor', ...words);
}

test('the token is told once; what is kept is the hash of its secret', () => {
    const { token, keyid } = editor('--label', 'shown once');
    const [, id, secret] = /^aidl_([a-z0-9]{12})_([A-Za-z0-9]{43})_[0-9a-f]{6}$/.exec(token);
    assert.equal(id, keyid);
    const [stored] = rows(`SELECT encode(secret_sha256, 'hex') AS hash, to_json(k)::text AS all_of_it
                             FROM api_key AS k WHERE keyid = '${keyid}'`);
    assert.equal(stored.hash, createHash('sha256').update(secret).digest('hex'));
    assert.ok(!stored.all_of_it.includes(secret));
    const { out } = keyCommand('list');
    assert.ok(out.includes(keyid));
    assert.ok(!out.includes(secret) && !out.includes(stored.hash));
});

test('a key works within a second of being made', async () => {
    const { token } = editor();
    const began = Date.now();
    await until(() => isLive(token), 5000);
    assert.ok(Date.now() - began < 1500);
});

test('a revoked key is refused within a second, for reads and writes', async () => {
    const { token, keyid } = editor();
    await until(() => isLive(token));
    const revoked = keyCommand('revoke', keyid, '--reason', 'left the organisation');
    assert.equal(revoked.status, 0);
    assert.match(revoked.out, /^revoked=20\d\d-/);
    // A write asks the database itself: it is refused from the first moment.
    assert.equal((await caller(token).post('/v1/commitments', make.draft())).status, 401);
    const began = Date.now();
    await until(async () => !(await isLive(token)), 5000);
    assert.ok(Date.now() - began < 1000);
    const again = keyCommand('revoke', keyid, '--reason', 'once more');
    assert.equal(again.out, revoked.out);
});

test('an expired key is refused', async () => {
    const { token, keyid } = editor('--days', '1');
    await until(() => isLive(token));
    run(`SET session_replication_role = replica;
         UPDATE api_key SET expires_at = clock_timestamp() + interval '300 milliseconds'
          WHERE keyid = '${keyid}'`);
    await until(async () => !(await isLive(token)), 5000);
    assert.equal((await caller(token).post('/v1/commitments', make.draft())).status, 401);
});

test('what is no key is refused without a hint', async () => {
    const good = api.donor.token;
    const swap = (at, text) => good.slice(0, at) + text + good.slice(at + text.length);
    const answers = [];
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer x', `Basic ${good}`, good,
        `Bearer ${good}x`, `Bearer ${good.slice(0, -1)}`, `Bearer ${good.toUpperCase()}`,
        `Bearer ${swap(6, 'zzzzzz')}`, `Bearer ${swap(20, 'ZZZZZZZZ')}`, `Bearer ${swap(64, '000')}`]) {
        const answer = await api.anonymous.get(PRIVATE, { headers: { authorization } });
        assert.equal(answer.status, 401, authorization);
        assert.match(answer.headers.get('www-authenticate'), /^Bearer realm="aidledger"/);
        answers.push(answer.body.detail);
    }
    assert.ok(new Set(answers).size <= 2);
});

test('mistakes on the command line are told, with exit status 2 or 1', () => {
    assert.equal(keyCommand().status, 2);
    assert.equal(keyCommand('create').status, 2);
    assert.equal(keyCommand('create', '--roles', 'donor_editor').status, 2);
    assert.equal(keyCommand('revoke', 'x').status, 2);
    const nobody = keyCommand('create', '--organisation', 'XI-NONE', '--roles', 'donor_editor');
    assert.equal(nobody.status, 1);
    assert.match(nobody.err, /No organisation has the identifier "XI-NONE"/);
    const role = keyCommand('create', '--organisation', 'XI-DEMO-DONOR', '--roles', 'king');
    assert.equal(role.status, 1);
    const stateless = keyCommand('create', '--organisation', 'XI-DEMO-MW', '--roles',
        'recipient_officer');
    assert.equal(stateless.status, 1);
    assert.match(stateless.err, /country/i);
    assert.equal(keyCommand('create', '--organisation', 'XI-DEMO-DONOR', '--roles', 'donor_editor',
        '--days', '367').status, 1);
    assert.equal(keyCommand('revoke', 'zzzzzzzzzzzz', '--reason', 'x').status, 1);
});

test('the ready-made keys are for an empty ledger only, in a file of their owner', () => {
    assert.equal(statSync(process.env.AIDLEDGER_TEST_KEYS).mode & 0o777, 0o600);
    const before = readFileSync(process.env.AIDLEDGER_TEST_KEYS, 'utf8');
    assert.equal(keyCommand('demo', '--output', process.env.AIDLEDGER_TEST_KEYS).status, 0);
    assert.equal(readFileSync(process.env.AIDLEDGER_TEST_KEYS, 'utf8'), before);
});

test('four eyes: who submits does not register, even with both roles', async () => {
    const both = await somebody('XI-DEMO-DONOR', 'donor_editor,donor_approver');
    const made = await both.post('/v1/commitments', make.draft());
    const path = `/v1/commitments/${made.body.commitment.id}`;
    const submitted = await both.post(`${path}/submit`, undefined, { ifMatch: made.etag });
    const own = await both.post(`${path}/register`, undefined, { ifMatch: submitted.etag });
    assert.equal(own.status, 403);
    assert.equal(own.body.type, '/problems/four-eyes');
    const other = await api.donorApprover.post(`${path}/register`, undefined,
        { ifMatch: submitted.etag });
    assert.equal(other.status, 200);
    const amended = await both.post(`${path}/effect`,
        { agreement_reference: 'A-1', effective_date: '2026-10-01' }, { ifMatch: other.etag });
    const proposed = await both.post(`${path}/amend`,
        { reason: 'More.', changes: { amount: '1300000.00' } }, { ifMatch: amended.etag });
    assert.equal((await both.post(`${path}/register`, undefined, { ifMatch: proposed.etag })).body.type,
        '/problems/four-eyes');
});

test('without four eyes one person may do both', async () => {
    const donor = await organisation('XI-TEST-ALONE');
    const both = await somebody(donor, 'donor_editor,donor_approver');
    const made = await both.post('/v1/commitments', make.draft());
    const path = `/v1/commitments/${made.body.commitment.id}`;
    const submitted = await both.post(`${path}/submit`, undefined, { ifMatch: made.etag });
    const done = await both.post(`${path}/register`, undefined, { ifMatch: submitted.etag });
    assert.equal(done.status, 200);
});
