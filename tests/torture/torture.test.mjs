// Every allocation and every call of libpq that a request takes fails once: the service neither
// crashes nor leaks nor claims what is not so, and the same request succeeds afterwards.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { startService } from '../lib/service.mjs';
import { rows } from '../lib/sql.mjs';
import { exchange } from '../lib/wire.mjs';

const CALLS = 0;
const FAIL_AT = 8;
const FAILED = 16;
// Beyond what was counted: retries and reconnections call more.
const MARGIN = 10;

const folder = mkdtempSync(join(tmpdir(), 'aidledger-torture-'));
const file = join(folder, 'control');
writeFileSync(file, Buffer.alloc(24));
const control = openSync(file, 'r+');
let service;
let known;

function get(offset) {
    const bytes = Buffer.alloc(8);
    readSync(control, bytes, 0, 8, offset);
    return Number(bytes.readBigUInt64LE());
}

function failAt(call) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(call));
    writeSync(control, bytes, 0, 8, FAIL_AT);
}

before(async () => {
    known = await make.registered();
    service = await startService({ AIDLEDGER_TORTURE: file, AIDLEDGER_READ_TIMEOUT_MS: '1000',
        AIDLEDGER_WRITE_TIMEOUT_MS: '1000' }, process.env.AIDLEDGER_TORTURE_BINARY);
});

after(async () => {
    failAt(0);
    const log = service?.log() ?? '';
    assert.ok(!service || await service.stop() === 0, log);
    closeSync(control);
    rmSync(folder, { recursive: true, force: true });
});

const alive = async () => {
    failAt(0);
    await until(async () => (await fetch(`${service.url}/readyz`)).status === 200);
};

// One request on a connection of its own. No answer at all is an answer too: the client asks again.
async function send({ method = 'GET', path, token, headers = {}, body }) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const lines = Object.entries({
        Host: 'a', Connection: 'close', ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(text ? { 'Content-Type': 'application/json', 'Content-Length': text.length } : {}),
        ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const got = await exchange(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${text}`,
        { url: service.url, quietMs: 6000 });
    return got.answers[0] ?? { status: 0 };
}

async function callsOf(request, check) {
    let most = 0;
    // What a service reads once for good is read before it is counted.
    const first = request();
    await check(first, await send(first));
    for (let i = 0; i < 3; i++) {
        const before_ = get(CALLS);
        const sent = request();
        await check(sent, await send(sent));
        most = Math.max(most, get(CALLS) - before_);
    }
    return most + MARGIN;
}

// Lets each call fail in turn; `check` looks at what came of it.
async function torture(request, success, check = async () => {}) {
    const most = await callsOf(request, check);
    let hit = 0;
    for (let call = 1; call <= most; call++) {
        const sent = request();
        const failed = get(FAILED);
        failAt(get(CALLS) + call);
        const answer = await send(sent);
        const happened = get(FAILED) > failed;
        await alive();
        hit += happened;
        assert.ok([success, 500, 503, 0].includes(answer.status), `call ${call}: ${answer.status}`);
        if (!happened) {
            assert.equal(answer.status, success, `call ${call}`);
        }
        if (answer.status >= 500) {
            assert.equal(JSON.parse(answer.body).status, answer.status);
        }
        await check(sent, answer);
    }
    assert.ok(hit >= (most - MARGIN) / 2, `only ${hit} of ${most} calls failed`);
}

test('a point read', async () => {
    await torture(() => ({ path: known.path }), 200, async (_, answer) => {
        if (answer.status === 200) {
            assert.equal(JSON.parse(answer.body).id, known.id);
        }
    });
});

test('a list', async () => torture(() => ({ path: '/v1/commitments?limit=5&text=fibre' }), 200));

test('a read with a key, as gzip', async () => torture(() => ({ path: known.path,
    token: api.donor.token, headers: { 'Accept-Encoding': 'gzip' } }), 200));

test('a report as CSV', async () => torture(() => ({ path: '/v1/reports/portfolio?format=csv' }), 200));

test('a page', async () => torture(() => ({ path: '/problems/not-found' }), 200));

test('a body with many faults', async () => torture(() => ({ method: 'POST',
    path: '/v1/commitments', token: api.donor.token, headers: { 'Idempotency-Key': randomUUID() },
    body: { title: 1, amount: 2.5, nothing: [1, 2, { a: 'b' }], recipients: [{ country: 'mw' }] } }), 422));

test('a write: recorded once, whatever failed', async () => {
    await torture(() => ({ method: 'POST', path: '/v1/commitments', token: api.donor.token,
        headers: { 'Idempotency-Key': randomUUID() }, body: make.draft() }), 201,
    async (sent, answer) => {
        const recorded = () => rows(`SELECT count(*) AS n FROM commitment_revision
                                      WHERE title = '${sent.body.title}'`)[0].n;
        if (answer.status === 201) {
            assert.equal(JSON.parse(answer.body).commitment.title, sent.body.title);
            assert.equal(recorded(), 1, 'what was acknowledged is there');
            return;
        }
        const again = await send(sent);
        assert.equal(again.status, 201, again.body);
        assert.equal(recorded(), 1);
    });
});

test('a change: made once, whatever failed', async () => {
    let made = await make.drafted();
    await torture(() => ({ method: 'PATCH', path: made.path, token: api.donor.token,
        headers: { 'If-Match': made.etag, 'Idempotency-Key': randomUUID() },
        body: { title: `Changed ${randomUUID()}` } }), 200,
    async (sent, answer) => {
        // In doubt or refused: the same request again says what came of it.
        const settled = answer.status === 200 ? answer : await send(sent);
        assert.equal(settled.status, 200, settled.body);
        const now = await api.donor.get(made.path);
        assert.equal(now.body.title, sent.body.title);
        assert.equal(now.body.version, made.body.version + 1);
        made = { ...made, etag: now.etag, body: now.body };
    });
});

test('the service starts or says why not', async () => {
    const { AIDLEDGER_TORTURE_BINARY: binary, AIDLEDGER_TEST_DATABASE: database } = process.env;
    const start = () => spawnSync('timeout', ['-s', 'TERM', '-k', '10', '1', binary, 'serve'], {
        encoding: 'utf8',
        env: { ...process.env, AIDLEDGER_DATABASE_URL: database, AIDLEDGER_PORT: '0',
            AIDLEDGER_WORKER: '0', AIDLEDGER_ALLOW_UNSAFE: '1', AIDLEDGER_WRITERS: '1',
            AIDLEDGER_READERS: '1', AIDLEDGER_REPORTERS: '1', AIDLEDGER_TORTURE: file },
    });
    const log = service.log();
    assert.equal(await service.stop(), 0, log);
    service = undefined;
    failAt(0);
    const before_ = get(CALLS);
    assert.equal(start().status, 124);
    const most = get(CALLS) - before_;
    // Preparing hundreds of statements is the same call again and again.
    for (let call = 1; call <= most; call += call < 60 ? 1 : Math.ceil(most / 25)) {
        failAt(get(CALLS) + call);
        const { status, stderr } = start();
        assert.ok([1, 2, 3, 124].includes(status), `call ${call}: ${status}\n${stderr}`);
        assert.doesNotMatch(stderr, /Sanitizer|runtime error/, `call ${call}`);
        assert.ok(status === 124 || /aidledger: \S+/.test(stderr), `call ${call}: says nothing`);
    }
    failAt(0);
});
