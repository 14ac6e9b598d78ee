// What the verify page computes, without a page: trees of every shape, notes, proofs, and each lie.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { test } from 'node:test';

import '../../service/web/verify/check.js';

globalThis.crypto ??= webcrypto;
const { Fault, base64, extendsTree, hex, includes, leafHash, readCheckpoint, readKey, readKeys, readLeaf,
    readProof, signedBy, verify } = globalThis.aidledger;

const hash = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

// ---------------------------------------------------------------- a log of our own, written apart

const leaf = (at) => Buffer.from(`leaf ${at}`);
const split = (size) => 2 ** Math.ceil(Math.log2(size) - 1);

// RFC 6962 section 2.1, to the letter.
function rootOf(leaves) {
    if (leaves.length === 0) {
        return hash();
    }
    if (leaves.length === 1) {
        return hash(Buffer.of(0), leaves[0]);
    }
    const k = split(leaves.length);
    return hash(Buffer.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

function pathOf(at, leaves) {
    if (leaves.length === 1) {
        return [];
    }
    const k = split(leaves.length);
    return at < k ? [...pathOf(at, leaves.slice(0, k)), rootOf(leaves.slice(k))]
        : [...pathOf(at - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

function consistencyOf(old, leaves, whole = true) {
    if (old === leaves.length) {
        return whole ? [] : [rootOf(leaves)];
    }
    const k = split(leaves.length);
    return old <= k ? [...consistencyOf(old, leaves.slice(0, k), whole), rootOf(leaves.slice(k))]
        : [...consistencyOf(old - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

function makeKey(name, type = 1) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const bytes = Buffer.concat([Buffer.of(type),
        Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url')]);
    const id = hash(Buffer.from(`${name}\n`), bytes).subarray(0, 4);
    return { name, id, type, privateKey, text: `${name}+${id.toString('hex')}+${bytes.toString('base64')}` };
}

function line(key, text, time = 1_800_000_000) {
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const signature = key.type === 1 ? sign(null, Buffer.from(text), key.privateKey)
        : Buffer.concat([stamp, sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`),
            key.privateKey)]);
    return `\u2014 ${key.name} ${Buffer.concat([key.id, signature]).toString('base64')}\n`;
}

function checkpoint(leaves, keys, origin = keys[0].name) {
    const text = `${origin}\n${leaves.length}\n${rootOf(leaves).toString('base64')}\n`;
    return `${text}\n${keys.map((key) => line(key, text)).join('')}`;
}

const key = makeKey('log.example/aid');
const witness = makeKey('witness.example', 4);
const file = Buffer.from('a,b\r\n1,2\r\n');

function statement(changes = {}) {
    const said = { bytes: file.length, definition_version: '3', format: 'csv', id: 'x', parameters: {},
        report: 'portfolio', rows: 1, sha256: hash(file).toString('hex'), tree_size: 4, ...changes };
    const sorted = Object.fromEntries(Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)));
    return Buffer.from(`{"at":"2026-11-24T11:21:21.243Z","kind":"report.issued","log":"${key.name}",`
        + `"private":{},"public":${JSON.stringify(sorted)}}`);
}

const around = (stated, count = 11, at = 5) =>
    Array.from({ length: count }, (_, i) => (i === at ? stated : leaf(i)));

function proofOf(leaves, at, note) {
    return `c2sp.org/tlog-proof@v1\nextra ${leaves[at].toString('base64')}\nindex ${at}\n`
        + `${pathOf(at, leaves).map((one) => `${one.toString('base64')}\n`).join('')}\n${note}`;
}

async function check(changes = {}) {
    const leaves = changes.leaves ?? around(statement());
    const keys = await readKeys(changes.keys ?? key.text);
    return verify({ file, trust: 'pasted', earlier: null, newest: null, ask: null,
        proof: proofOf(leaves, 5, changes.note ?? checkpoint(leaves, [key])), ...changes, keys });
}

const states = ({ findings }) => findings.map(({ state, rule }) => `${rule} ${state}`);
const failures = ({ findings }) => findings.filter(({ state }) => state === 'bad');

// ---------------------------------------------------------------- trees

test('every leaf of every tree is proven, and nothing else', async () => {
    for (let size = 1; size <= 33; size++) {
        const leaves = Array.from({ length: size }, (_, at) => leaf(at));
        const tree = { size, root: rootOf(leaves) };
        for (let at = 0; at < size; at++) {
            const path = pathOf(at, leaves);
            const own = await leafHash(leaves[at]);
            assert.equal(hex(own), hash(Buffer.of(0), leaves[at]).toString('hex'));
            assert.ok(await includes(own, at, path, tree), `${at} of ${size}`);
            assert.ok(!await includes(hash(leaf(at)), at, path, tree));
            assert.ok(!await includes(own, at, [...path, own], tree));
            assert.ok(!await includes(own, at, path.slice(0, -1), tree) || path.length === 0);
            assert.ok(!await includes(own, at + 1, path, tree));
            assert.ok(!await includes(own, size, path, tree));
            assert.ok(!await includes(own, 0, [], { size: size + 1, root: own }), 'too short a path');
            if (path.length > 0) {
                const turned = path.with?.(0, hash(path[0])) ?? [hash(path[0]), ...path.slice(1)];
                assert.ok(!await includes(own, at, turned, tree));
            }
        }
    }
});

test('every tree is known as the beginning of every later one', async () => {
    const leaves = Array.from({ length: 33 }, (_, at) => leaf(at));
    const tree = (size) => ({ size, root: rootOf(leaves.slice(0, size)) });
    for (let old = 0; old <= 33; old++) {
        for (let size = old; size <= 33; size++) {
            const path = old === 0 ? [] : consistencyOf(old, leaves.slice(0, size));
            assert.ok(await extendsTree(tree(old), tree(size), path), `${old} of ${size}`);
            const other = { size: old, root: hash(tree(old).root) };
            assert.ok(old === 0 || !await extendsTree(other, tree(size), path));
            assert.ok(!await extendsTree(tree(old), tree(size), [...path, hash()]));
            assert.ok(path.length === 0 || !await extendsTree(tree(old), tree(size), path.slice(1)));
            assert.ok(old === size || old === 0
                || !await extendsTree(tree(old), { size, root: hash() }, path));
            assert.ok(old === size || !await extendsTree(tree(size), tree(old), path));
        }
    }
});

// ---------------------------------------------------------------- keys and notes

test('keys are read whole or not at all', async () => {
    assert.equal((await readKey(key.text)).name, key.name);
    const broken = [key.text.slice(0, -5), key.text.replace('+', '-'), key.text.replace('log', 'lag'),
        `x${key.text}`, `${key.text} `, 'hello', makeKey('b', 2).text];
    for (const text of broken) {
        await assert.rejects(readKey(text), (error) => error instanceof Fault && error.rule === 'key', text);
    }
    const both = await readKeys(`# mine\n${key.text}\r\n\n  ${witness.text}\n`);
    assert.deepEqual([both.logs.length, both.witnesses.length], [1, 1]);
});

test('a signature is of the key, of the text, and right', async () => {
    const leaves = [leaf(0), leaf(1)];
    const note = readCheckpoint(checkpoint(leaves, [key, witness]));
    assert.ok(await signedBy(note, await readKey(key.text)));
    assert.equal((await signedBy(note, await readKey(witness.text))).time, 1_800_000_000);
    assert.equal(await signedBy(note, await readKey(makeKey(key.name).text)), null);
    const forged = readCheckpoint(checkpoint(leaves, [key]).replace('\n2\n', '\n3\n'));
    assert.equal(await signedBy(forged, await readKey(key.text)), null);
    const twice = readCheckpoint(checkpoint(leaves, [key])
        + line(key, 'another text\n'));
    assert.equal(await signedBy(twice, await readKey(key.text)), null, 'one of two is wrong');
});

test('what is no checkpoint is refused', () => {
    const whole = checkpoint([leaf(0)], [key]);
    for (const text of ['', 'a\n1\n', whole.replace('\n1\n', '\n01\n'), whole.replace('\n1\n', '\n-1\n'),
        whole.replace('\n\n', '\nextension\n\n'), whole.slice(0, -1), whole.replace('\u2014', '-'),
        whole.replace(/\n[^\n]*\n\n/, '\nAAAA\n\n')]) {
        assert.throws(() => readCheckpoint(text), Fault, JSON.stringify(text));
    }
});

test('base64 has one spelling', () => {
    assert.equal(base64(Uint8Array.of(1, 2, 3, 4)), 'AQIDBA==');
    for (const text of ['AQIDBB==', 'AQIDBA', 'AQIDBA== ', 'AQID\nBA==', '*']) {
        assert.throws(() => globalThis.aidledger.fromBase64(text, 'proof', 'It'), Fault, text);
    }
});

test('a statement has one spelling', () => {
    assert.equal(readLeaf(statement()).kind, 'report.issued');
    assert.equal(readLeaf(Buffer.from('{"at":"x","kind":"x","public":{}}')).kind, 'x');
    for (const text of ['{"kind":"x","at":"x","public":{}}', '{"at":"x","kind":"x", "public":{}}', 'x',
        '{"at":"x","kind":"x"}', '{"at":"x","kind":"x","kind":"x","public":{}}', '{"public":{}}',
        '{"at":"x","kind":"x","public":null}',
        '{"at":"x","kind":"\\u0078","public":{}}', '{"at":1,"kind":"x","public":{}}']) {
        assert.throws(() => readLeaf(Buffer.from(text)), Fault, text);
    }
});

test('what is no proof is refused', () => {
    const leaves = around(statement());
    const whole = proofOf(leaves, 5, checkpoint(leaves, [key]));
    assert.equal(readProof(whole).index, 5);
    for (const text of ['', 'x', whole.replace('@v1', '@v2'), whole.replace('index 5', 'index five'),
        whole.replace('index 5', 'index 05'), whole.replace(/extra .*\n/, ''), whole.replace('\n\n', '\n'),
        whole.replace(/(index 5\n)[^\n]*/, '$1AAAA'), whole.split('\n\n')[0]]) {
        assert.throws(() => readProof(text), Fault, text.slice(0, 80));
    }
});

// ---------------------------------------------------------------- the whole

test('a good file is proven, and what was not looked at is said', async () => {
    const told = await check();
    assert.deepEqual(states(told), ['file good', 'inclusion good', 'signature good', 'trust good',
        'history open', 'witness open']);
    assert.ok(told.isGood);
    assert.equal((await check({ trust: 'served' })).findings[3].state, 'open');
});

test('each lie is named', async () => {
    const lies = {
        file: [{ file: Buffer.from('a,b\r\n1,3\r\n') }],
        kind: [{ leaves: around(Buffer.from(String(statement()).replace('report.issued', 'a.b'))) }],
        inclusion: [{ proof: proofOf(around(statement()), 5, checkpoint(around(statement(), 12), [key])) },
            { proof: proofOf(around(statement()), 5, checkpoint(around(statement()), [key]))
                .replace('index 5', 'index 4') }],
        origin: [{ leaves: around(Buffer.from(String(statement()).replace(key.name, 'other.example'))) }],
        signature: [{ keys: '' }, { keys: makeKey(key.name).text }, { keys: makeKey('other.example').text },
            { note: checkpoint(around(statement()), [makeKey(key.name)]) }],
        proof: [{ proof: 'c2sp.org/tlog-proof@v1\n' }],
    };
    for (const [rule, cases] of Object.entries(lies)) {
        for (const changes of cases) {
            const told = await check(changes);
            assert.ok(!told.isGood);
            assert.deepEqual(failures(told).map((f) => f.rule), [rule], JSON.stringify(told.findings));
        }
    }
});

test('no byte of a proof can be changed', async () => {
    const leaves = around(statement());
    const whole = Buffer.from(proofOf(leaves, 5, checkpoint(leaves, [key])));
    for (let at = 0; at < whole.length; at += 3) {
        const changed = Buffer.from(whole);
        changed[at] ^= 1;
        const told = await check({ proof: changed.toString('utf8') });
        assert.ok(!told.isGood, `byte ${at}`);
    }
});

test('history: nothing was altered, or it is said what was', async () => {
    const leaves = around(statement());
    const more = [...leaves, leaf(11), leaf(12)];
    const forked = [...leaves.slice(0, 3), leaf(99), ...more.slice(4)];
    const ask = (all) => ({ consistency: async (old, size) =>
        consistencyOf(old, all.slice(0, size)).map((one) => one.toString('base64')) });
    const history = (told) => told.findings.filter(({ rule }) => ['history', 'rollback'].includes(rule))
        .map(({ state, rule, text }) => `${rule} ${state} ${text.split(':')[0].split(' ')[0]}`);
    const older = checkpoint(leaves.slice(0, 7), [key]);
    const newer = checkpoint(more, [key]);
    assert.deepEqual(history(await check({ earlier: older, newest: newer, ask: ask(more) })),
        ['history good The', 'history good The', 'history good The']);
    assert.deepEqual(history(await check({ earlier: newer, newest: newer, ask: ask(more) })),
        ['history good The', 'history good The', 'history good The']);
    assert.deepEqual(history(await check({ earlier: older })), ['history open Not']);
    assert.deepEqual(history(await check({ earlier: checkpoint(leaves, [key]) })), ['history good The']);
    const rolled = await check({ earlier: newer, newest: older, ask: ask(more) });
    assert.deepEqual(history(rolled), ['rollback bad ROLLBACK', 'rollback bad ROLLBACK']);
    assert.ok(!rolled.isGood);
    const fork = await check({ earlier: checkpoint(forked, [key]), ask: ask(more) });
    assert.deepEqual(history(fork), ['history bad FORK']);
    assert.match(failures(fork)[0].text, /altered/);
    const same = await check({ earlier: checkpoint(forked.slice(0, 11), [key]) });
    assert.deepEqual(history(same), ['history bad FORK']);
    const other = await check({ earlier: checkpoint(leaves, [makeKey('other.example')]) });
    assert.ok(!other.isGood);
    const unsigned = await check({ earlier: checkpoint(leaves, [makeKey(key.name)]) });
    assert.deepEqual(failures(unsigned).map((f) => f.text),
        ['The earlier checkpoint is not signed by the key.']);
});

test('witnesses: who saw it, who did not, and who may have', async () => {
    const leaves = around(statement());
    const more = [...leaves, leaf(11)];
    const keys = `${key.text}\n${witness.text}`;
    const ask = { consistency: async () => consistencyOf(11, more).map((one) => one.toString('base64')) };
    const found = (told) => told.findings.filter(({ rule }) => rule === 'witness')
        .map(({ state }) => state);
    assert.deepEqual(found(await check({ keys, note: checkpoint(leaves, [key, witness]) })), ['good']);
    assert.deepEqual(found(await check({ keys })), ['open']);
    assert.deepEqual(found(await check({ keys, newest: checkpoint(more, [key]), ask })), ['bad']);
    assert.deepEqual(found(await check({ keys, newest: checkpoint(more, [key, witness]), ask })), ['good']);
});
