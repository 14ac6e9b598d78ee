// The log as anybody reads it: every tile, bundle and proof against a tree that is worked out here.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';

import { api, request, sealed, until } from '../lib/client.mjs';
import { startService } from '../lib/service.mjs';
import * as make from '../lib/make.mjs';
import { hold } from '../lib/sql.mjs';
import { dial, exchange } from '../lib/wire.mjs';
import { Tree, climb, leafHash, parseBundle, parseCheckpoint, parseProof, parseVkey, tileName }
    from '../lib/rfc6962.mjs';

const LEAVES = 530; // two full tiles and more
const FOREVER = 'public, max-age=31536000, immutable';

const get = (path, options) => api.anonymous.get(path, options);
const tilePath = (level, number, width) => `/v1/ledger/tile/${level}/${tileName(number, width)}`;
const hex = (hashes) => hashes.map((hash) => hash.toString('hex'));

let vkeys;
let tree; // of every leaf that is published when the tests begin
let leaves;

async function good(path, options) {
    const answer = await get(path, options);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer;
}

// All of a list, however many at a time.
async function each(list, work, beside = 16) {
    const rest = [...list];
    await Promise.all(Array.from({ length: beside }, async () => {
        while (rest.length > 0) {
            await work(rest.pop());
        }
    }));
}

const range = (end, from = 0) => Array.from({ length: end - from }, (_, i) => from + i);

before(async () => {
    const { body } = await good('/v1/ledger');
    await each(range(Math.max(0, LEAVES - body.tree_size)), () => make.drafted(), 8);
    await sealed((await make.drafted()).entry);
    vkeys = (await good('/.well-known/aidledger-vkey')).text.trimEnd().split('\n').map(parseVkey);
    const size = (await good('/v1/ledger')).body.published_size;
    leaves = [];
    for (let at = 0; at < size; at += 256) {
        const width = Math.min(256, size - at);
        const { bytes } = await good(tilePath('entries', at / 256, width));
        const found = parseBundle(bytes);
        assert.equal(found.length, width);
        leaves.push(...found);
    }
    tree = new Tree(leaves.map(leafHash));
});

// What a tile of the level is made of.
function levelHash(level, index) {
    const leavesBelow = 256 ** level;
    return tree.root(index * leavesBelow, (index + 1) * leavesBelow);
}

// ---------------------------------------------------------------- checkpoints

test('keys and checkpoints are what anybody can check', async () => {
    assert.ok(vkeys.length >= 1 && vkeys.every((vkey) => vkey.good));
    const { body } = await good('/v1/ledger');
    const answer = await good('/v1/ledger/checkpoint');
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=1');
    const checkpoint = parseCheckpoint(answer.text, vkeys);
    assert.ok(checkpoint.signed.includes(true));
    assert.equal(checkpoint.origin, body.origin);
    assert.ok(vkeys.every((vkey) => vkey.name === body.origin));
    assert.deepEqual(checkpoint.more, []);
    assert.ok(checkpoint.size >= leaves.length);
});

async function published() {
    const items = [];
    for (let path = '/v1/ledger/checkpoints?limit=200'; path;) {
        const answer = await good(path);
        items.push(...answer.body.items);
        [, path] = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link')) ?? [];
    }
    return items;
}

test('every checkpoint that was published is kept as it was signed', async () => {
    const items = await published();
    assert.ok(items.length >= 2);
    assert.deepEqual(items.map((item) => item.size), items.map((item) => item.size).sort((a, b) => b - a));
    await each(items.filter((item) => item.size <= leaves.length), async (item) => {
        const answer = await good(item.checkpoint);
        assert.equal(answer.headers.get('cache-control'), FOREVER);
        const checkpoint = parseCheckpoint(answer.text, vkeys);
        assert.ok(checkpoint.signed.every(Boolean));
        assert.equal(checkpoint.size, item.size);
        assert.equal(item.root, tree.root(0, item.size).toString('base64'));
        assert.deepEqual(checkpoint.root, tree.root(0, item.size));
    });
    assert.equal((await get(`/v1/ledger/checkpoints/${leaves.length + 1_000_000}`)).status, 404);
});

test('the checkpoint of a time is the newest one made until then', async () => {
    const items = await published();
    for (const [i, item] of items.entries()) {
        const { body } = await good(`/v1/ledger/checkpoints?limit=1&at=${item.made_at}`);
        // Times are told to the millisecond, and kept more exactly than that.
        assert.ok([item.size, items[i + 1]?.size].includes(body.items[0]?.size), item.made_at);
        const by = await good(`/v1/ledger/checkpoints?limit=1&at=${item.size}`);
        assert.deepEqual(by.body.items, [item]);
    }
    const { body } = await good('/v1/ledger/checkpoints?at=2020-01-01T00:00:00Z');
    assert.deepEqual(body.items, []);
});

// ---------------------------------------------------------------- tiles and bundles

test('every tile is the tree, whole and in every width', async () => {
    let seen = 0;
    for (let level = 0; 256 ** level <= leaves.length; level++) {
        const covered = Math.floor(leaves.length / 256 ** level);
        for (let number = 0; number * 256 < covered; number++) {
            const most = Math.min(256, covered - number * 256);
            const hashes = range(most).map((i) => levelHash(level, number * 256 + i));
            await each(range(most + 1, 1), async (width) => {
                const { bytes, headers } = await good(tilePath(level, number, width));
                assert.ok(bytes.equals(Buffer.concat(hashes.slice(0, width))),
                    `level ${level}, tile ${number}, width ${width}`);
                assert.equal(headers.get('content-type'), 'application/octet-stream');
                assert.equal(headers.get('cache-control'), FOREVER);
                seen++;
            });
        }
    }
    assert.ok(seen > LEAVES);
});

test('every bundle is the leaves, in every width', async () => {
    for (let number = 0; number * 256 < leaves.length; number++) {
        const below = leaves.slice(number * 256, number * 256 + 256);
        const widths = range(below.length + 1, 1)
            .filter((width) => width < 4 || width % 37 === 0 || width > below.length - 2);
        await each(widths, async (width) => {
            const { bytes, headers } = await good(tilePath('entries', number, width));
            assert.deepEqual(parseBundle(bytes), below.slice(0, width));
            assert.equal(headers.get('content-type'), 'application/octet-stream');
            assert.equal(headers.get('cache-control'), FOREVER);
        });
    }
    const { body } = await good('/v1/ledger/entries?from=250&limit=20');
    for (const item of body.items) {
        assert.equal(item.leaf, leaves[item.leaf_index].toString('base64'));
        assert.equal(item.leaf_hash, tree.hashes[item.leaf_index].toString('hex'));
    }
});

test('one name for one tile, and none for what is not published', async () => {
    const names = ['', '0', '00', '0000', '67', 'x000', 'x000/000', 'x000/000.p/1', 'x001/67',
        'x1/067', 'X001/067', '001/067', 'x001/x067', 'x001.p/1/067', '000.p', '000.p/', '000.p/0',
        '000.p/00', '000.p/01', '000.p/012', '000.p/256', '000.p/257', '000.p/1000', '000.p/-1',
        '000.p/1/', '000.p/1/1', '000.P/1', '000.p1', '000p/1', '000.p/1.p/1', '000.p/%31%20',
        '+00', '-01', '0x1', '0b1', '１23', `x${'9'.repeat(3)}`, `${'x999/'.repeat(6)}999`,
        `${'x999/'.repeat(40)}999`];
    const levels = ['8', '63', '64', '00', '01', '-1', '+1', '1.0', '0x0', 'x', 'data', 'entrie'];
    const last = Math.floor(leaves.length / 256);
    const missing = [...names.flatMap((name) => [`0/${name}`, `1/${name}`, `entries/${name}`]),
        ...levels.map((level) => `${level}/000.p/1`), '0', 'entries', '0/', 'entries/',
        `0/${tileName(last + 4)}`, `0/${tileName(last + 4, 1)}`, `entries/${tileName(last + 4, 1)}`,
        `1/${tileName(0)}`, '1/001', '1/001.p/1', '2/000', '2/000.p/1', '7/000.p/1'];
    await each(missing, async (path) => {
        const answer = await get(`/v1/ledger/tile/${path}`);
        // A slash at the end is refused before anything is looked for.
        assert.equal(answer.status, path.endsWith('/') ? 400 : 404, `${path}: ${answer.status}`);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    });
    for (const path of ['0/..', '0/../0/000', '0/./000', 'entries/x001/../000', '0/%2e%2e/000', '0/x001%2f000']) {
        const { answers } = await exchange(`GET /v1/ledger/tile/${path} HTTP/1.1\r\n` +
            'Host: a\r\nConnection: close\r\n\r\n');
        assert.equal(answers[0].status, 400, path);
    }
});

test('hashes are not compressed, and are no JSON', async () => {
    const gzip = { headers: { 'accept-encoding': 'gzip' } };
    for (const path of [tilePath(0, 0), tilePath('entries', 0)]) {
        const plain = await good(path, gzip);
        assert.equal(plain.headers.get('content-encoding'), null);
        assert.equal(plain.headers.get('vary'), 'Accept-Encoding');
        const head = await request('HEAD', path);
        assert.equal(head.status, 200);
        assert.equal(Number(head.headers.get('content-length')), plain.bytes.length);
        for (const accept of ['application/octet-stream', 'application/*;q=0.1', '*/*']) {
            assert.equal((await get(path, { headers: { accept } })).status, 200, accept);
        }
        const refused = await get(path, { headers: { accept: 'application/json' } });
        assert.equal(refused.status, 406);
        assert.equal(refused.body.detail, 'This is offered as application/octet-stream.');
    }
    assert.equal((await good(tilePath(0, 0), { token: api.donor.token })).headers.get('cache-control'),
        FOREVER);
});

// ---------------------------------------------------------------- proofs

const entryOf = (leaf) => JSON.parse(leaf).entry;

test('a proof leads from the leaf to the signed root', async () => {
    const chosen = range(leaves.length).filter((i) => i % 13 === 0 || i < 5 || i % 256 > 252 ||
        i >= leaves.length - 5);
    await each(chosen, async (index) => {
        const { text, headers } = await good(`/v1/ledger/entries/${entryOf(leaves[index])}/proof`);
        assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
        const proof = parseProof(text);
        const checkpoint = parseCheckpoint(proof.checkpoint, vkeys);
        assert.equal(proof.index, index);
        assert.deepEqual(proof.extra, leaves[index]);
        assert.ok(checkpoint.signed.includes(true));
        assert.deepEqual(climb(leafHash(proof.extra), index, checkpoint.size, proof.path),
            checkpoint.root);
        if (checkpoint.size === leaves.length) {
            assert.deepEqual(hex(proof.path), hex(tree.path(index)));
        }
    });
});

test('a statement has no proof before a checkpoint covers it', async () => {
    const letGo = await hold('LOCK TABLE ledger_checkpoint IN EXCLUSIVE MODE;');
    try {
        const { entry } = await make.drafted();
        const answer = await get(`/v1/ledger/entries/${entry}/proof`);
        assert.equal(answer.status, 404);
        assert.equal(answer.headers.get('retry-after'), '1');
        assert.match(answer.body.detail, /no published checkpoint covers it yet/);
        await letGo();
        await sealed(entry);
    } finally {
        await letGo();
    }
    const none = await get(`/v1/ledger/entries/${randomUUID()}/proof`);
    assert.equal(none.status, 404);
    assert.equal(none.headers.get('retry-after'), null);
});

test('every tree begins with every older one', async () => {
    const sizes = (await published()).map((item) => item.size)
        .filter((size) => size <= leaves.length);
    const chosen = [...new Set([0, 1, 2, 3, 4, 5, 7, 8, 127, 128, 255, 256, 257, 384, 511, 512, 513,
        leaves.length - 1, leaves.length, ...sizes.slice(0, 12)])];
    const pairs = chosen.flatMap((old) => chosen.filter((size) => size >= old)
        .map((size) => [old, size]));
    await each(pairs, async ([old, size]) => {
        const path = `/v1/ledger/consistency?old=${old}&new=${size}`;
        const expected = tree.consistency(old, size).map((hash) => hash.toString('base64'));
        assert.deepEqual((await good(path)).body, { old, new: size, hashes: expected });
        const lines = await good(path, { headers: { accept: 'text/plain' } });
        assert.equal(lines.text, expected.map((line) => `${line}\n`).join(''));
    });
    const { text } = await good(`/v1/ledger/consistency?old=3&new=${leaves.length}&format=text`);
    assert.equal(text, tree.consistency(3, leaves.length).map((h) => `${h.toString('base64')}\n`).join(''));
    const { body } = await good('/v1/ledger/consistency?old=1');
    assert.ok(body.new >= leaves.length);
    for (const query of ['', 'old=-1', 'old=01', 'old=2&new=1', `old=${10 ** 9}`,
        `old=1&new=${10 ** 9}`, `old=${10 ** 9}&new=${10 ** 9}`, 'old=1&new=2&new=3']) {
        assert.equal((await get(`/v1/ledger/consistency?${query}`)).status, 422, query);
    }
});

// ---------------------------------------------------------------- Prefer: wait

const post = (prefer, options) => api.donor.post('/v1/commitments', make.draft(),
    { ...options, headers: { prefer } });

function proves(answer) {
    const { statement, proof: text } = answer.body;
    const proof = parseProof(text);
    const checkpoint = parseCheckpoint(proof.checkpoint, vkeys);
    assert.equal(leafHash(proof.extra).toString('hex'), statement.leaf_hash);
    assert.equal(entryOf(proof.extra), statement.entry);
    assert.ok(checkpoint.signed.includes(true));
    assert.deepEqual(climb(leafHash(proof.extra), proof.index, checkpoint.size, proof.path),
        checkpoint.root);
}

test('a write that waits is answered with its proof', async () => {
    const answers = await Promise.all(range(20).map(() => post('wait=20')));
    for (const answer of answers) {
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.headers.get('preference-applied'), 'wait=20');
        assert.ok(answer.etag && answer.location);
        proves(answer);
    }
    const long = await post('respond-async, wait="3600"; x=1, wait=1');
    assert.equal(long.headers.get('preference-applied'), 'wait=30');
    proves(long);
    const patched = await api.donor.patch(long.location, { title: 'Another title' },
        { ifMatch: long.etag, headers: { prefer: 'wait=20' } });
    assert.equal(patched.status, 200);
    proves(patched);
    // Two statements run for this one: the report, and that it was issued.
    const issued = await api.auditor.post('/v1/report-runs', { report: 'portfolio' },
        { headers: { prefer: 'wait=20' } });
    assert.equal(issued.status, 201, issued.text);
    proves(issued);
});

test('with return=minimal the answer is held back and stays empty', async () => {
    const answer = await post('return=minimal, wait=20');
    assert.equal(answer.status, 201);
    assert.equal(answer.text, '');
    assert.equal(answer.headers.get('preference-applied'), 'return=minimal, wait=20');
    const { body } = await api.donor.get(`${answer.location}/history`);
    assert.equal((await get(`/v1/ledger/entries/${body.items[0].entry}/proof`)).status, 200);
});

test('what is refused or not asked for does not wait', async () => {
    for (const prefer of ['wait=0', 'wait=', 'wait=-1', 'wait=1.5', 'wait=x', 'wait', 'waits=5',
        'wait=99999999999999999999']) {
        const answer = await post(prefer);
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.body.proof, undefined, prefer);
        assert.equal(answer.headers.get('preference-applied'), null, prefer);
    }
    const refused = await api.donor.post('/v1/commitments', { title: 7 },
        { headers: { prefer: 'wait=20' } });
    assert.equal(refused.status, 422);
    assert.equal(refused.headers.get('preference-applied'), null);
    const read = await get('/v1/ledger', { headers: { prefer: 'wait=20' } });
    assert.equal(read.status, 200);
});

test('a time that is over is answered without proof, and a retry has it', async () => {
    const key = randomUUID();
    const body = make.draft();
    const send = (prefer) => api.donor.post('/v1/commitments', body, { key, headers: { prefer } });
    const letGo = await hold('LOCK TABLE ledger_checkpoint IN EXCLUSIVE MODE;');
    try {
        const began = Date.now();
        const first = await send('wait=1');
        const passed = Date.now() - began;
        assert.equal(first.status, 201, first.text);
        assert.ok(passed >= 990 && passed < 4000, `${passed} ms`);
        assert.equal(first.body.proof, undefined);
        assert.equal(first.headers.get('preference-applied'), null);
        const again = send('wait=20');
        await letGo();
        const second = await again;
        assert.equal(second.headers.get('preference-applied'), 'wait=20');
        proves(second);
        const { proof, ...rest } = second.body;
        assert.ok(proof);
        assert.deepEqual(rest, first.body);
        assert.equal((await send('')).text, first.text);
    } finally {
        await letGo();
    }
});

// A write as bytes, on a connection of its own.
function raw(url, prefer) {
    const body = JSON.stringify(make.draft());
    const socket = dial(url);
    const answer = new Promise((resolve) => {
        let text = '';
        socket.setEncoding('latin1').on('data', (part) => { text += part; });
        socket.on('close', () => resolve(text));
        socket.on('error', () => {});
    });
    socket.write(`POST /v1/commitments HTTP/1.1\r\nHost: a\r\nConnection: close\r\n` +
        `Authorization: Bearer ${api.donor.token}\r\nIdempotency-Key: ${randomUUID()}\r\n` +
        `Prefer: ${prefer}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return { socket, answer };
}

async function held(url) {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^aidledger_requests_held (\d+)/m.exec(text)[1]);
}

test('waiting has a bound, and ends with the client and with the service', async () => {
    const service = await startService({ AIDLEDGER_WAITS_MAX: '2' });
    const letGo = await hold('LOCK TABLE ledger_checkpoint IN EXCLUSIVE MODE;');
    let status;
    try {
        const gone = raw(service.url, 'wait=30');
        const kept = raw(service.url, 'wait=30');
        await until(async () => await held(service.url) === 2);
        const refused = await raw(service.url, 'wait=30').answer;
        assert.match(refused, /^HTTP\/1\.1 201 /);
        assert.doesNotMatch(refused, /Preference-Applied|"proof"/);
        gone.socket.destroy();
        await until(async () => await held(service.url) === 1, 3000);
        const next = raw(service.url, 'wait=30');
        await until(async () => await held(service.url) === 2);
        status = service.stop();
        for (const { answer } of [kept, next]) {
            assert.match(await answer, /^HTTP\/1\.1 201 /);
            assert.doesNotMatch(await answer, /Preference-Applied|"proof"/);
        }
        assert.equal(await status, 0);
    } finally {
        await letGo();
        if (status === undefined) {
            await service.stop('SIGKILL');
        }
    }
});
