// verify.test.mjs - `aidledger verify` on logs that another implementation has written: it takes the
// true one, and names what is wrong with every other.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync }
    from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';
import { leafHash, logKey, makeLog, witnessKey } from '../lib/tlog.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'aidledger-verify-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

let number = 0;
const folder = () => join(scratch, String(number++));
function file(text) {
    const path = folder();
    writeFileSync(path, text);
    return path;
}

// Resolves to { status, out, err }.
function verify(...words) {
    return new Promise((resolve, reject) => {
        const child = spawn(process.env.AIDLEDGER_BINARY, ['verify', ...words],
            { stdio: ['ignore', 'pipe', 'pipe'] });
        let out = '';
        let err = '';
        child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
        child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
        child.on('error', reject);
        child.on('close', (status) => resolve({ status, out, err }));
    });
}

async function expectVerified(...words) {
    const { status, out, err } = await verify(...words);
    assert.equal(status, 0, err);
    return out;
}

// It is not verified, and one line says why.
async function expectRefuted(why, ...words) {
    const { status, out, err } = await verify(...words);
    assert.equal(status, 1, `${out}${err}`);
    assert.match(err, /^aidledger: NOT verified: [^\n]+\n$/m);
    assert.match(err, why);
}

// ---------------------------------------------------------------- a log, whole and tampered with

let log;
let whole;
let about;

// 600 leaves: two full tiles and a part, of aggregates with one to three statements each.
before(() => {
    log = makeLog();
    about = Array.from({ length: 200 }, () => randomUUID());
    for (let i = 0; i < 600; i++) {
        log.add(about[(i * 7) % 200]);
    }
    whole = log.write(folder());
});

function tampered(change) {
    const copy = folder();
    cpSync(whole, copy, { recursive: true });
    change(copy);
    return copy;
}

function flip(path, at) {
    const bytes = readFileSync(path);
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    writeFileSync(path, bytes);
}

test('a true log is verified, whatever its size', async () => {
    const out = await expectVerified('log', whole, '--vkey', log.key.vkey);
    assert.match(out, /^verified 600 entries about 200 things$/m);
    assert.ok(out.includes(`log ${log.origin}\nsize 600\nroot ${log.root().toString('base64')}\n`));
    for (const size of [0, 1, 2, 255, 256, 257, 512, 513]) {
        const part = log.write(folder(), size);
        assert.match(await expectVerified('log', part, '--vkey', log.key.vkey),
            new RegExp(`^verified ${size} entries`));
    }
});

test('tiles of the second and third level are compared as well', async () => {
    const great = makeLog();
    for (let i = 0; i < 256 * 256 + 300; i++) {
        great.add();
    }
    const made = great.write(folder());
    const trusted = ['--vkey', great.key.vkey];
    assert.match(await expectVerified('log', made, ...trusted), /^verified 65836 entries/);
    await expectVerified('consistency', made, '--old', file(great.checkpoint(65537)), ...trusted);
    for (const path of ['tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1']) {
        flip(join(made, path), 31);
        await expectRefuted(new RegExp(`${path} is not what the entries below it give`), 'log', made,
            ...trusted);
        flip(join(made, path), 31);
    }
    rmSync(made, { recursive: true });
});

test('each byte that was changed is found where it is', async () => {
    const trusted = ['--vkey', log.key.vkey];
    const cases = [
        ['tile/entries/000', 2, /leaf 0 in tile\/entries\/000 does not have the hash/],
        ['tile/entries/001', -1, /leaf 511 in tile\/entries\/001 does not have the hash/],
        ['tile/entries/002.p/88', 300, /leaf 512 in tile\/entries\/002.p\/88 does not have the hash/],
        ['tile/entries/000', 1, /leaf 0 in tile\/entries\/000 does not have the hash/],
        ['tile/0/000', 32 * 17, /leaf 17 in tile\/entries\/000 does not have the hash/],
        ['tile/0/002.p/88', -1, /leaf 599 in tile\/entries\/002.p\/88 does not have the hash/],
        ['tile/1/000.p/2', 5, /tile\/1\/000.p\/2 is not what the entries below it give/],
    ];
    for (const [path, at, why] of cases) {
        await expectRefuted(why, 'log', tampered((copy) => flip(join(copy, path), at)), ...trusted);
    }
    await expectRefuted(/tile\/entries\/002.p\/88 ends before its entry 87 does: leaf 599/, 'log',
        tampered((copy) => {
            const path = join(copy, 'tile/entries/002.p/88');
            writeFileSync(path, readFileSync(path).subarray(0, -1));
        }), ...trusted);
    await expectRefuted(/has 1 bytes behind its last entry/, 'log', tampered((copy) => {
        const path = join(copy, 'tile/entries/000');
        writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]));
    }), ...trusted);
    await expectRefuted(/tile\/0\/000 does not hold 256 hashes/, 'log', tampered((copy) => {
        const path = join(copy, 'tile/0/000');
        writeFileSync(path, readFileSync(path).subarray(0, -32));
    }), ...trusted);
});

test('an entry and its tile that were changed together are not the signed root', async () => {
    const other = log.fork(600);
    const leaf = Buffer.from(String(log.leaves[100]).replace('number 100', 'number 999'));
    other.leaves[100] = leaf;
    other.hashes[100] = leafHash(leaf);
    const made = other.write(folder());
    writeFileSync(join(made, 'checkpoint'), log.checkpoint());
    // Its aggregate goes on later, and names the leaf as it was.
    await expectRefuted(/leaf 300 in tile\/entries\/001: its "prev" is not the hash/, 'log', made,
        '--vkey', log.key.vkey);
    const last = log.fork(600);
    last.leaves[599] = Buffer.from(String(log.leaves[599]).replace('number 599', 'number 999'));
    last.hashes[599] = leafHash(last.leaves[599]);
    const ends = last.write(folder());
    writeFileSync(join(ends, 'checkpoint'), log.checkpoint());
    await expectRefuted(/the root of the 600 entries is .*, the checkpoint says/, 'log', ends, '--vkey',
        log.key.vkey);
});

test('a checkpoint counts only with the right signature', async () => {
    const thief = logKey(log.origin);
    const resigned = tampered((copy) =>
        writeFileSync(join(copy, 'checkpoint'), log.checkpoint(600, [thief])));
    for (const what of ['log', 'checkpoint']) {
        await expectRefuted(/\(size 600\) is not signed by a key that is trusted/, what, resigned,
            '--vkey', log.key.vkey);
        await expectRefuted(/of which no key is trusted/, what, whole, '--vkey',
            logKey('log.example/another').vkey);
    }
    const broken = tampered((copy) => {
        const path = join(copy, 'checkpoint');
        const [text, line] = readFileSync(path, 'utf8').split('\n\n');
        const [dash, name, base64] = line.trimEnd().split(' ');
        const bytes = Buffer.from(base64, 'base64');
        bytes[20] ^= 1;
        writeFileSync(path, `${text}\n\n${dash} ${name} ${bytes.toString('base64')}\n`);
    });
    await expectRefuted(/has a wrong signature of a trusted key/, 'log', broken, '--vkey',
        log.key.vkey);
    // Both keys of a log that is being given a new one; either is enough.
    const both = tampered((copy) =>
        writeFileSync(join(copy, 'checkpoint'), log.checkpoint(600, [log.key, thief])));
    await expectVerified('checkpoint', both, '--vkey', log.key.vkey);
    await expectRefuted(/no signed checkpoint/, 'checkpoint', tampered((copy) =>
        writeFileSync(join(copy, 'checkpoint'), 'nothing\n')), '--vkey', log.key.vkey);
});

// ---------------------------------------------------------------- leaves that are none

test('a log whose leaves do not follow each other is refused, though its tree is right', async () => {
    const id = randomUUID();
    const cases = [
        [{ version: 3 }, /versions of its aggregate are missing before it/],
        [{ version: 1, prev: null }, /its version is one that its aggregate already had/],
        [{ prev: null }, /its "prev" is not the hash of the leaf before/],
        [{ prev: '00'.repeat(32) }, /its "prev" is not the hash of the leaf before/],
        [{ log: 'log.example/another' }, /is one of another log/],
        [{ v: 2 }, /its "v" is not 1/],
        [{ kind: 7 }, /its "kind" is no text/],
    ];
    for (const [overrides, why] of cases) {
        const other = makeLog();
        other.add(id);
        other.add(id, overrides);
        await expectRefuted(new RegExp(`leaf 1 in tile/entries/000.p/2:? .*${why.source}`), 'log',
            other.write(folder()), '--vkey', other.key.vkey);
    }
    for (const change of [(text) => ` ${text}`, (text) => text.replace('"at":', '"at": '),
        (text) => text.replace('\\n', '\\u000a'), (text) => text.replace(/^\{/, '{"zz":1,'),
        (text) => text.slice(0, -1), () => '']) {
        const other = makeLog();
        other.add(id);
        const leaf = change(String(other.leaves[0]));
        other.leaves[0] = Buffer.from(leaf);
        other.hashes[0] = leafHash(leaf);
        await expectRefuted(/leaf 0 in tile\/entries\/000.p\/1: /, 'log', other.write(folder()),
            '--vkey', other.key.vkey);
    }
});

// ---------------------------------------------------------------- against what was kept

test('a log that was put back is a rollback, one that was changed a fork', async () => {
    const trusted = ['--vkey', log.key.vkey];
    for (const size of [0, 1, 255, 256, 300, 512, 599, 600]) {
        const old = file(log.checkpoint(size));
        await expectVerified('log', whole, '--old', old, ...trusted);
        await expectVerified('consistency', whole, '--old', old, ...trusted);
    }
    const kept = file(log.checkpoint());
    const shorter = log.write(folder(), 598);
    for (const what of ['log', 'consistency']) {
        await expectRefuted(/ROLLBACK: the kept checkpoint has 600 entries, .* only 598/, what, shorter,
            '--old', kept, ...trusted);
    }
    // Everything behind leaf 400 is made anew, and signed with the true key.
    const other = log.fork(400);
    for (let i = 0; i < 300; i++) {
        other.add();
    }
    const forked = other.write(folder());
    await expectVerified('log', forked, ...trusted);
    for (const what of ['log', 'consistency']) {
        await expectRefuted(/FORK: /, what, forked, '--old', kept, ...trusted);
        await expectVerified(what, forked, '--old', file(log.checkpoint(400)), ...trusted);
    }
    await expectRefuted(/FORK: the log's first 600 entries are not those of the kept/, 'log', forked,
        '--old', kept, ...trusted);
    // Another log, and a kept checkpoint that nobody trusted has signed.
    await expectRefuted(/the kept checkpoint is of the log/, 'log', whole, '--old',
        file(makeLog().checkpoint()), ...trusted);
    await expectRefuted(/the kept checkpoint \(size 500\) is not signed/, 'log', whole, '--old',
        file(log.checkpoint(500, [logKey(log.origin)])), ...trusted);
});

test('what was verified can be kept, and is then what is compared with', async () => {
    const kept = folder();
    await expectVerified('log', whole, '--vkey', log.key.vkey, '--save', kept);
    assert.equal(readFileSync(kept, 'utf8'), readFileSync(join(whole, 'checkpoint'), 'utf8'));
    await expectRefuted(/ROLLBACK/, 'log', log.write(folder(), 10), '--vkey', log.key.vkey, '--old', kept,
        '--save', kept);
    assert.match(readFileSync(kept, 'utf8'), /\n600\n/);
    assert.deepEqual(readdirSync(scratch).filter((name) => name.endsWith('.new')), []);
});

// ---------------------------------------------------------------- keys that change

test('a key is taken from the log when the one before has signed it', async () => {
    const next = logKey(log.origin);
    const third = logKey(log.origin);
    const say = (to, key, by) => to.add(undefined, {
        kind: 'log_key.rotated',
        public: { vkey: key.vkey, rotated_by: by.vkey, signature: by.line(`${key.vkey}\n`).trimEnd() },
    });
    const other = log.fork(10);
    say(other, next, log.key);
    other.add();
    say(other, third, next);
    const made = other.write(folder(), 13, [third]);
    assert.match(await expectVerified('log', made, '--vkey', log.key.vkey),
        new RegExp(`^signed by ${third.vkey.split('+').slice(0, 2).join('+').replaceAll(/[+./]/g, '\\$&')}$`, 'm'));
    // Who only looks at the checkpoint cannot know.
    await expectRefuted(/not signed by a key that is trusted/, 'checkpoint', made, '--vkey',
        log.key.vkey);
    // A key that nobody trusted has announced is worth nothing.
    const stranger = logKey(log.origin);
    const stolen = log.fork(10);
    say(stolen, next, stranger);
    await expectRefuted(/not signed by a key that is trusted/, 'log',
        stolen.write(folder(), 11, [next]), '--vkey', log.key.vkey);
    // In the name of the trusted key, but not with it.
    const forged = log.fork(10);
    forged.add(undefined, {
        kind: 'log_key.rotated',
        public: { vkey: next.vkey, rotated_by: log.key.vkey,
            signature: log.key.line(`${third.vkey}\n`).trimEnd() },
    });
    await expectRefuted(/leaf 10 announces a key without the signature of the one before/, 'log',
        forged.write(folder(), 11, [next]), '--vkey', log.key.vkey);
});

test('without a key of one\'s own the published ones are used, and that is said', async () => {
    const copy = tampered((made) => writeFileSync(join(made, 'aidledger-vkey'), `${log.key.vkey}\n`));
    const { status, err } = await verify('log', copy);
    assert.equal(status, 0, err);
    assert.match(err, /only that it agrees with itself/);
    const none = await verify('log', whole);
    assert.equal(none.status, 3);
    assert.match(none.err, /publishes no keys/);
    const keys = file(`# ours\n\n${logKey('log.example/another').vkey}\n${log.key.vkey}\n`);
    await expectVerified('checkpoint', whole, '--vkey', keys);
    const wrong = await verify('checkpoint', whole, '--vkey', file('x\n'));
    assert.equal(wrong.status, 3);
    assert.match(wrong.err, /line 1/);
});

// ---------------------------------------------------------------- witnesses

test('a policy decides how many witnesses are enough', async () => {
    const witnesses = [witnessKey('w.example/1'), witnessKey('w.example/2')];
    const policy = (quorum) => file(`log ${log.key.vkey}\n${witnesses.map((witness, i) =>
        `witness w${i + 1} ${witness.vkey} http://127.0.0.1:1/\n`).join('')}group both ${quorum} w1 w2\n`
        + 'quorum both\n');
    const cosigned = (...signers) => tampered((copy) =>
        writeFileSync(join(copy, 'checkpoint'), log.checkpoint(600, [log.key, ...signers])));
    const two = cosigned(...witnesses);
    const one = cosigned(witnesses[1]);
    for (const what of ['checkpoint', 'log']) {
        assert.match(await expectVerified(what, two, '--policy', policy('2')),
            /^cosigned by w\.example\/1\+[0-9a-f]{8} at 20/m);
        await expectRefuted(/QUORUM: 1 of the policy's 2 witnesses/, what, one, '--policy', policy('all'));
        await expectVerified(what, one, '--policy', policy('any'));
        await expectRefuted(/QUORUM: 0 of/, what, whole, '--policy', policy('any'));
    }
    // Of another text.
    const text = log.text();
    const misled = tampered((copy) => writeFileSync(join(copy, 'checkpoint'),
        log.checkpoint() + witnesses[0].line(text.replace('600', '601')) + witnesses[1].line(text)));
    await expectRefuted(/wrong cosignature of witness w1/, 'checkpoint', misled, '--policy',
        policy('any'));
    const broken = await verify('checkpoint', whole, '--policy', file('quorum both\n'));
    assert.equal(broken.status, 3);
    assert.match(broken.err, /line 1/);
});

// ---------------------------------------------------------------- proofs and reports

test('a proof shows a leaf, and nothing but it', async () => {
    const trusted = ['--vkey', log.key.vkey];
    for (const [index, size] of [[0, 1], [0, 600], [255, 256], [299, 300], [511, 600], [599, 600]]) {
        const out = await expectVerified('proof', file(log.proof(index, { size })), ...trusted);
        assert.match(out, new RegExp(`^verified leaf ${index}\nkind comment.made$`, 'm'));
    }
    const proof = log.proof(300);
    const lines = proof.split('\n');
    const changed = (at, line) => file(lines.toSpliced
        ? lines.toSpliced(at, 1, ...line === null ? [] : [line]).join('\n')
        : [...lines.slice(0, at), ...line === null ? [] : [line], ...lines.slice(at + 1)].join('\n'));
    const why = /does not show that the leaf is number/;
    await expectRefuted(why, 'proof', changed(3, Buffer.alloc(32).toString('base64')), ...trusted);
    await expectRefuted(why, 'proof', changed(3, null), ...trusted);
    await expectRefuted(why, 'proof', changed(3, `${lines[3]}\n${lines[3]}`), ...trusted);
    await expectRefuted(/is number 301/, 'proof', changed(2, 'index 301'), ...trusted);
    await expectRefuted(why, 'proof',
        changed(1, `extra ${log.leaves[301].toString('base64')}`), ...trusted);
    await expectRefuted(/no proof/, 'proof', changed(0, 'c2sp.org/tlog-proof@v2'), ...trusted);
    await expectRefuted(/is not signed by a key/, 'proof',
        file(log.proof(300, { signers: [logKey(log.origin)] })), ...trusted);
    // Without the leaf itself its hash is enough.
    const bare = file(log.proof(300, { extra: false }));
    await expectRefuted(/--leaf-hash/, 'proof', bare, ...trusted);
    await expectVerified('proof', bare, ...trusted, '--leaf-hash', log.hashes[300].toString('hex'));
    await expectRefuted(why, 'proof', bare, ...trusted, '--leaf-hash',
        log.hashes[301].toString('hex'));
    await expectRefuted(/is not the one with that hash/, 'proof', file(proof), ...trusted, '--leaf-hash',
        log.hashes[301].toString('hex'));
});

test('a report is the one that was issued, to the byte', async () => {
    const other = log.fork(20);
    const bytes = Buffer.from('country;amount\nKE;1250000.00\n');
    const report = file(bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const index = other.add(undefined, { kind: 'report.issued', public: { sha256 } });
    const made = other.write(folder());
    const trusted = ['--vkey', log.key.vkey];
    writeFileSync(`${report}.proof`, other.proof(index));
    assert.match(await expectVerified('report', report, ...trusted), new RegExp(`^sha256 ${sha256}$`, 'm'));
    await expectVerified('report', report, ...trusted, '--proof', `${report}.proof`);
    const edited = file(String(bytes).replace('1250000', '1350000'));
    await expectRefuted(/is not the report that was issued: its SHA-256 is/, 'report', edited, ...trusted,
        '--proof', `${report}.proof`);
    await expectRefuted(/about another statement \(comment.made\)/, 'report', report, ...trusted, '--proof',
        file(other.proof(3)));
    // Without a proof the log is asked.
    rmSync(`${report}.proof`);
    assert.match(await expectVerified('report', report, made, ...trusted),
        new RegExp(`^leaf ${index}$`, 'm'));
    await expectRefuted(/the log has no report with the SHA-256/, 'report', edited, made, ...trusted);
});

// ---------------------------------------------------------------- over HTTP

// Serves a folder; answer(path, response) may take over by returning true.
async function serve(root, answer = () => false) {
    const server = createServer((request, response) => {
        const path = join(root, request.url);
        if (answer(request.url, response)) {
            return;
        }
        if (!existsSync(path)) {
            response.writeHead(404).end('not there');
            return;
        }
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(readFileSync(path));
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        stop: () => new Promise((resolve) => {
            server.closeAllConnections();
            server.close(resolve);
        }),
    };
}

test('a log is fetched, mirrored, and verified again from the mirror alone', async () => {
    const served = folder();
    log.write(join(served, 'v1/ledger'));
    const well = join(served, '.well-known');
    cpSync(whole, well, { recursive: true });
    writeFileSync(join(well, 'aidledger-vkey'), `${log.key.vkey}\n`);
    const asked = new Map();
    const server = await serve(served, (url, response) => {
        asked.set(url, (asked.get(url) ?? 0) + 1);
        // Busy once: it is asked again.
        if (url.endsWith('/tile/0/001') && asked.get(url) === 1) {
            response.writeHead(503).end();
            return true;
        }
        return false;
    });
    try {
        const mirror = folder();
        await expectVerified('log', server.url, '--vkey', log.key.vkey, '--mirror', mirror);
        await expectVerified('log', `${server.url}/v1/ledger/`, '--vkey', log.key.vkey);
        await expectVerified('consistency', server.url, '--vkey', log.key.vkey, '--old',
            file(log.checkpoint(300)));
        const own = await verify('log', server.url);
        assert.equal(own.status, 0, own.err);
        assert.match(own.err, /agrees with itself/);
        const names = (root) => readdirSync(root, { recursive: true })
            .filter((name) => statSync(join(root, name)).isFile()).sort();
        assert.deepEqual(names(mirror), [...names(whole), 'aidledger-vkey'].sort());
        await server.stop();
        await expectVerified('log', mirror, '--vkey', log.key.vkey);
        assert.equal((await verify('log', mirror)).status, 0);
    } finally {
        await server.stop().catch(() => {});
    }
});

// ---------------------------------------------------------------- the service itself

test('the service\'s own log is verified from nothing, as it grows, and from a mirror', async () => {
    const url = process.env.AIDLEDGER_TEST_URL;
    const trusted = ['--vkey', process.env.AIDLEDGER_TEST_VKEY];
    const sealed = () => until(() => rows(`SELECT NOT EXISTS (SELECT FROM ledger_queue)
        AND tree_size() = (SELECT size FROM ledger_sealed) AS done`)[0].done, 15_000);
    const kept = folder();
    await sealed();
    await expectVerified('log', url, ...trusted, '--save', kept);
    const { entry } = await make.registered();
    await sealed();
    await expectVerified('consistency', url, ...trusted, '--old', kept);
    const mirror = folder();
    await expectVerified('log', url, ...trusted, '--old', kept, '--save', kept, '--mirror', mirror);
    await expectVerified('log', mirror, ...trusted, '--old', kept);
    const { status, err } = await verify('log', mirror);
    assert.equal(status, 0, err);
    // Each part that was changed in the mirror is named.
    const parts = readdirSync(join(mirror, 'tile'), { recursive: true })
        .filter((name) => statSync(join(mirror, 'tile', name)).isFile());
    for (const part of parts) {
        const copy = folder();
        cpSync(mirror, copy, { recursive: true });
        flip(join(copy, 'tile', part), -1);
        await expectRefuted(/tile\/entries\/|tile\/\d/, 'log', copy, ...trusted);
    }
    await expectRefuted(/not signed by a key that is trusted|of which no key is trusted/, 'log', mirror,
        '--vkey', logKey(readFileSync(join(mirror, 'checkpoint'), 'utf8').split('\n')[0]).vkey);

    const proof = await api.anonymous.get(`/v1/ledger/entries/${entry}/proof`);
    assert.equal(proof.status, 200, proof.text);
    assert.match(await expectVerified('proof', file(proof.text), ...trusted), /^kind commitment\./m);
});

test('a report that the service has issued is verified by its bytes', async () => {
    const trusted = ['--vkey', process.env.AIDLEDGER_TEST_VKEY];
    const run = await make.proven();
    const report = file((await api.anonymous.get(`${run.path}/result`)).text);
    writeFileSync(`${report}.proof`, (await api.anonymous.get(`${run.path}/proof`)).text);
    assert.match(await expectVerified('report', report, ...trusted), /^kind report\.issued$/m);
    const edited = file(readFileSync(report, 'utf8').replace('1', '2'));
    await expectRefuted(/is not the report that was issued/, 'report', edited, ...trusted, '--proof',
        `${report}.proof`);
    rmSync(`${report}.proof`);
    await expectVerified('report', report, process.env.AIDLEDGER_TEST_URL, ...trusted);
});

test('a part that has become a whole tile since is read from that', async () => {
    const grown = tampered((copy) => {
        writeFileSync(join(copy, 'checkpoint'), log.checkpoint(300));
        rmSync(join(copy, 'tile/1'), { recursive: true });
        mkdirSync(join(copy, 'tile/1/000.p'), { recursive: true });
        const [[path, bytes]] = [...log.files(300)].filter(([name]) => name.startsWith('tile/1/'));
        writeFileSync(join(copy, path), bytes);
    });
    assert.match(await expectVerified('log', grown, '--vkey', log.key.vkey), /^verified 300 entries/);
    const mirror = folder();
    await expectVerified('log', grown, '--vkey', log.key.vkey, '--mirror', mirror);
    assert.ok(existsSync(join(mirror, 'tile/entries/001.p/44')));
    await expectVerified('log', mirror, '--vkey', log.key.vkey);
});

test('a server is not believed beyond its place', async () => {
    const secret = file(log.checkpoint());
    const trusted = ['--vkey', log.key.vkey];
    const cases = [
        [(url, response) => response.writeHead(302, { location: `file://${secret}` }).end(), 3],
        [(url, response) => response.writeHead(200).end('x'.repeat(1 << 20)), 3, /too long/],
        [(url, response) => response.writeHead(404).end(), 3, /there is no checkpoint/],
        [(url, response) => response.writeHead(403).end(), 3, /status 403/],
        [(url, response) => response.writeHead(200).end('\0'), 1, /no signed checkpoint/],
    ];
    for (const [answer, status, why] of cases) {
        const server = await serve(whole, (url, response) => {
            answer(url, response);
            return true;
        });
        const result = await verify('checkpoint', `${server.url}/log`, ...trusted);
        await server.stop();
        assert.equal(result.status, status, result.err);
        assert.match(result.err, why ?? /./);
    }
    for (const from of ['http://127.0.0.1:1/log', 'file:///etc', folder(), 'ftp://127.0.0.1/log']) {
        assert.equal((await verify('checkpoint', from, ...trusted)).status, 3, from);
    }
}, { timeout: 60_000 });

test('what is missing is told as missing, not as wrong', async () => {
    for (const path of ['tile/0/001', 'tile/entries/002.p/88', 'tile/1/000.p/2']) {
        const { status, err } = await verify('log', tampered((copy) => rmSync(join(copy, path))),
            '--vkey', log.key.vkey);
        assert.equal(status, 3, err);
        assert.ok(err.includes(`${path}: it is missing`), err);
    }
});

test('a wrong command line is told with the right one', async () => {
    for (const words of [[], ['everything'], ['log', whole, whole], ['log', '--old'], ['proof'],
        ['consistency', whole], ['log', whole, '--proof', 'x'], ['checkpoint', '--mirror', 'x'],
        ['proof', 'x', '--leaf-hash', '00'], ['log', '--save', 'a', '--save', 'b']]) {
        const { status, err } = await verify(...words, ...words[0] === 'consistency'
            ? ['--vkey', log.key.vkey] : []);
        assert.equal(status, 2, words.join(' '));
        assert.match(err, /usage: aidledger verify checkpoint/);
    }
});
