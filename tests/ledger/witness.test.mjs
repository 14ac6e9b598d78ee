// witness.test.mjs - `aidledger witness`: it cosigns what extends what it has cosigned, whatever
// happens to it, and a quorum of witnesses shows that nobody was told another story.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync }
    from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../lib/client.mjs';
import { makeLog as makeSealedLog } from '../lib/log.mjs';
import { consistency, cosignedAt, logKey, makeLog } from '../lib/tlog.mjs';

const binary = process.env.AIDLEDGER_BINARY;
const scratch = mkdtempSync(join(tmpdir(), 'aidledger-witness-'));
const running = new Set();
after(() => {
    running.forEach((child) => child.kill('SIGKILL'));
    rmSync(scratch, { recursive: true, force: true });
});

let number = 0;
const path = () => join(scratch, String(number++));
const run = (...words) => spawnSync(binary, words, { encoding: 'utf8' });

// A witness of its own: { vkey, url, stop(signal), start(), post(), state() }.
async function makeWitness(name, ...vkeys) {
    const folder = path();
    mkdirSync(folder);
    const key = join(folder, 'key');
    const state = join(folder, 'state');
    mkdirSync(state);
    const made = run('witness', 'init', '--name', name, '--key', key);
    assert.equal(made.status, 0, made.stderr);
    const witness = {
        vkey: made.stdout.trim(), key, state, port: 0, log: '',
        start: async () => {
            const portFile = join(folder, 'port');
            rmSync(portFile, { force: true });
            witness.child = spawn('setpriv', ['--pdeathsig', 'KILL', binary, 'witness', '--key', key,
                '--state', state, '--listen', '127.0.0.1', '--port', String(witness.port),
                ...vkeys.flatMap((vkey) => ['--log', vkey])],
            { env: { ...process.env, AIDLEDGER_PORT_FILE: portFile }, stdio: ['ignore', 'ignore', 'pipe'] });
            running.add(witness.child);
            witness.child.stderr.setEncoding('utf8').on('data', (text) => { witness.log += text; });
            witness.ended = new Promise((resolve) => { witness.child.once('exit', resolve); });
            await until(() => {
                if (witness.child.exitCode !== null) {
                    throw new Error(`the witness ended: ${witness.log}`);
                }
                try {
                    witness.port = Number(readFileSync(portFile, 'utf8'));
                } catch {
                    return false;
                }
                return witness.port > 0;
            }, 15_000);
            witness.url = `http://127.0.0.1:${witness.port}`;
        },
        stop: async (signal = 'SIGTERM') => {
            witness.child.kill(signal);
            const status = await witness.ended;
            running.delete(witness.child);
            return status;
        },
        post: async (body) => {
            const answer = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });
            return { status: answer.status, type: answer.headers.get('content-type'),
                text: await answer.text() };
        },
        // What it says itself of the newest tree it cosigned.
        latest: async () => Number(/^latest (\d+) /m.exec(
            await (await fetch(`${witness.url}/`)).text())[1]),
    };
    await witness.start();
    return witness;
}

const body = (log, old, size, { proof = consistency(old, log.hashes.slice(0, size)), signers } = {}) =>
    `old ${old}\n${proof.map((hash) => `${hash.toString('base64')}\n`).join('')}\n`
    + log.checkpoint(size, signers);

function grown(count, origin) {
    const log = makeLog(origin);
    for (let i = 0; i < count; i++) {
        log.add();
    }
    return log;
}

let log;
before(() => { log = grown(400); });

// ---------------------------------------------------------------- the key

test('a key is made once, and only its owner can read it', () => {
    const key = path();
    const made = run('witness', 'init', '--name', 'w.example/1', '--key', key);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /^w\.example\/1\+[0-9a-f]{8}\+B[A-Za-z0-9+/]+=*\n$/);
    assert.equal(statSync(key).mode & 0o777, 0o600);
    const again = run('witness', 'init', '--name', 'w.example/1', '--key', key);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /cannot be written: File exists/);
    assert.equal(run('witness', 'init', '--name', 'w example', '--key', path()).status, 1);
    for (const words of [[], ['init'], ['init', '--name', 'x'], ['--key', key], ['--state', scratch],
        ['--key', key, '--state', scratch]]) {
        assert.equal(run('witness', ...words).status, 2, words.join(' '));
    }
    // A log's key does not cosign.
    writeFileSync(`${key}.log`, `${log.key.skey}\n`);
    const other = run('witness', '--key', `${key}.log`, '--state', scratch, '--log', log.key.vkey);
    assert.equal(other.status, 1);
    assert.match(other.stderr, /a log's key, not a witness's/);
});

// ---------------------------------------------------------------- verdicts

test('it cosigns a log as it grows, and refuses everything else by the letter', async () => {
    const witness = await makeWitness('w.example/1', log.key.vkey, logKey('log.example/another').vkey);
    const cosigned = async (old, size) => {
        const { status, text } = await witness.post(body(log, old, size));
        assert.equal(status, 200, text);
        const time = cosignedAt(witness.vkey, log.text(size), text);
        assert.ok(Math.abs(time - Date.now() / 1000) < 60, text);
        assert.equal(await witness.latest(), size);
    };
    const refused = async (status, why, request) => {
        const latest = await witness.latest();
        const answer = await witness.post(request);
        assert.equal(answer.status, status, answer.text);
        assert.match(answer.text, why);
        assert.equal(await witness.latest(), latest);
        return answer;
    };
    assert.equal(await witness.latest(), 0);
    await cosigned(0, 10);
    await cosigned(10, 10);
    await cosigned(10, 255);
    await cosigned(255, 300);

    const conflict = await refused(409, /^300\n$/, body(log, 10, 300));
    assert.equal(conflict.type, 'text/x.tlog.size');
    await refused(409, /^300\n$/, body(log, 0, 200));
    await refused(409, /^300\n$/, body(log, 200, 250));
    await refused(400, /old size is above/, body(log, 300, 299, { proof: [] }));
    const fork = log.fork(200);
    for (let i = 0; i < 150; i++) {
        fork.add();
    }
    await refused(409, /^300\n$/, body(fork, 300, 300));
    await refused(422, /does not show/, body(fork, 300, 350));
    const good = consistency(300, log.hashes.slice(0, 350));
    await refused(422, /does not show/, body(log, 300, 350, { proof: good.slice(1) }));
    await refused(422, /does not show/, body(log, 300, 350, { proof: [...good, good[0]] }));
    await refused(422, /does not show/, body(log, 300, 350, { proof: [] }));
    await refused(422, /does not show/, body(log, 300, 300, { proof: [good[0]] }));
    await refused(404, /not known/, body(grown(3), 0, 3));
    await refused(403, /not signed/, body(log, 300, 350, { signers: [logKey(log.origin)] }));
    await refused(403, /not signed/, body(log, 300, 350, { signers: [logKey('log.example/another')] }));
    for (const broken of ['', 'old 0\n', '\n', body(log, 300, 350).replace('old 300', 'old 0300'),
        body(log, 300, 350).replace('old 300', 'new 300'), body(log, 300, 350).replace('\n\n', '\n'),
        body(log, 300, 350, { proof: Array.from({ length: 64 }, () => good[0]) }),
        body(log, 300, 350).replace(`${good[0].toString('base64')}`, 'AAAA')]) {
        await refused(400, /./, broken);
    }
    await refused(413, /too long/, 'x'.repeat(64 * 1024 + 1));
    // Everything was refused, and it goes on where it was.
    await cosigned(300, 400);
    const root = await fetch(witness.url);
    assert.ok((await root.text()).includes(`key ${witness.vkey}\n`));
    assert.equal((await fetch(`${witness.url}/x`)).status, 404);
    assert.equal((await fetch(`${witness.url}/add-checkpoint`)).status, 405);
    assert.equal(await witness.stop(), 0);
});

test('several keys of a log, and several logs, each by itself', async () => {
    const second = grown(20);
    const next = logKey(log.origin);
    const keys = path();
    writeFileSync(keys, `# what we witness\n${log.key.vkey}\n${next.vkey}\n`);
    const witness = await makeWitness('w.example/2', keys, second.key.vkey);
    assert.equal((await witness.post(body(log, 0, 100))).status, 200);
    assert.equal((await witness.post(body(second, 0, 20))).status, 200);
    assert.equal((await witness.post(body(log, 100, 200, { signers: [next] }))).status, 200);
    assert.equal((await witness.post(body(second, 20, 20))).status, 200);
    await witness.stop();
});

// ---------------------------------------------------------------- whatever happens to it

test('it knows after a restart what it knew before', async () => {
    const witness = await makeWitness('w.example/3', log.key.vkey);
    assert.equal((await witness.post(body(log, 0, 150))).status, 200);
    await witness.stop('SIGKILL');
    await witness.start();
    assert.equal((await witness.post(body(log, 0, 100))).text, '150\n');
    assert.equal((await witness.post(body(log, 150, 160))).status, 200);
    // Two on one folder would cosign two stories.
    const other = run('witness', '--key', witness.key, '--state', witness.state, '--log', log.key.vkey,
        '--port', '0');
    assert.equal(other.status, 1);
    assert.match(other.stderr, /another witness works on this folder/);
    await witness.stop();
    // A state that cannot be read is not taken for none.
    const [name] = readdirSync(witness.state).filter((one) => one !== 'lock');
    writeFileSync(join(witness.state, name), 'nothing');
    await witness.start();
    assert.equal((await witness.post(body(log, 0, 10))).status, 500);
    await witness.stop();
});

// The state is on the disk before the answer goes out. The kill falls anywhere; in every other round
// the answer is lost for whoever asked.
test('killed between state and answer, it goes on from the state', async () => {
    const witness = await makeWitness('w.example/4', log.key.vkey);
    let known = 0;
    let between = 0;
    for (let round = 0; round < 12; round++) {
        const size = known + 5;
        const text = body(log, known, size);
        let answered = '';
        const socket = connect(witness.port, '127.0.0.1');
        if (round % 2 === 1) {
            socket.setEncoding('utf8').on('data', (part) => { answered += part; });
        }
        const gone = new Promise((resolve) => {
            socket.on('error', resolve);
            socket.on('close', resolve);
        });
        await new Promise((resolve) => { socket.write(
            `POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
            resolve); });
        await new Promise((resolve) => { setTimeout(resolve, round % 2 === 0 ? 50 : round % 4 - 1); });
        await witness.stop('SIGKILL');
        socket.destroy();
        await gone;
        await witness.start();
        const latest = await witness.latest();
        assert.ok(latest === known || latest === size, `${latest} after ${known} and ${size}`);
        if (answered.includes('\u2014')) {
            assert.equal(latest, size, 'it has cosigned what it does not know of');
        } else if (latest === size) {
            between += 1;
        }
        // What a log does then: it asks again from the size that it is told.
        const again = await witness.post(body(log, known, size));
        assert.equal(again.status, latest === size ? 409 : 200);
        if (again.status === 409) {
            assert.equal(again.text, `${size}\n`);
            assert.equal((await witness.post(body(log, size, size))).status, 200);
        }
        known = size;
    }
    assert.ok(between > 0, 'no round fell between state and answer');
    await witness.stop();
});

test('asked by many at once it never goes back', async () => {
    const witness = await makeWitness('w.example/5', log.key.vkey);
    const cosigned = [];
    const ask = async (sizes) => {
        let old = 0;
        for (const size of sizes) {
            let answer = await witness.post(body(log, old, Math.max(old, size)));
            if (answer.status === 409) {
                old = Number(answer.text);
                answer = await witness.post(body(log, old, Math.max(old, size)));
            }
            if (answer.status === 200) {
                old = Math.max(old, size);
                cosigned.push(old);
                assert.ok(cosignedAt(witness.vkey, log.text(old), answer.text));
            } else {
                assert.equal(answer.status, 409, answer.text);
            }
        }
    };
    await Promise.all(Array.from({ length: 8 }, (_, at) =>
        ask(Array.from({ length: 12 }, (__, step) => 1 + (step * 8 + at) * 4))));
    assert.equal(await witness.latest(), Math.max(...cosigned));
    // In the order in which it answered: what its log tells is that order.
    const sizes = [...witness.log.matchAll(/msg=cosigned .*size=(\d+)/g)].map(([, size]) => Number(size));
    assert.ok(sizes.length >= 12);
    assert.deepEqual(sizes, [...sizes].sort((a, b) => a - b));
    await witness.stop();
});

// ---------------------------------------------------------------- with the sealer

test('the sealer shows its checkpoints to two witnesses, and verify wants both', async () => {
    const sealed = makeSealedLog();
    try {
        const init = sealed.command(['key', 'init']);
        assert.equal(init.status, 0, init.stderr);
        const [, vkey] = /^vkey=(.*)$/m.exec(init.stdout);
        const witnesses = [await makeWitness('w.example/6', vkey), await makeWitness('w.example/7', vkey)];
        const policy = join(sealed.folder, 'policy');
        const write = (quorum) => writeFileSync(policy, `log ${vkey}\n${witnesses.map((witness, at) =>
            `witness w${at} ${witness.vkey} ${witness.url}\n`).join('')}group both ${quorum} w0 w1\n`
            + 'quorum both\n');
        write('all');
        const sealer = sealed.seal([], { AIDLEDGER_WITNESSES: policy });
        const cosignatures = (size) => sealed.rows(
            `SELECT witness, line FROM ledger_cosignature WHERE tree_size = ${size}`);
        // The newest checkpoint as it is published: the note and what witnesses have said of it.
        const publish = () => {
            const { tree_size: size, note } = sealed.checkpoints().at(-1);
            const folder = path();
            mkdirSync(folder);
            writeFileSync(join(folder, 'checkpoint'),
                note + cosignatures(size).map(({ line }) => `${line}\n`).join(''));
            return { size, folder };
        };
        const grow = async (count) => {
            sealed.append(count);
            await sealed.untilSealed();
        };
        await grow(30);
        await grow(300);
        const both = publish();
        assert.deepEqual(cosignatures(both.size).map(({ witness }) => witness).sort(),
            witnesses.map((witness) => witness.vkey).sort());
        const verified = run('verify', 'checkpoint', both.folder, '--policy', policy);
        assert.equal(verified.status, 0, verified.stderr);
        assert.match(verified.stdout, /^cosigned by w\.example\/6\+/m);
        assert.match(verified.stdout, /^cosigned by w\.example\/7\+/m);
        assert.equal(await witnesses[0].latest(), both.size);

        // One of them is down: the log goes on with the other, and a verifier who wants both is told.
        await witnesses[1].stop('SIGKILL');
        const began = Date.now();
        await grow(10);
        await grow(10);
        assert.ok(Date.now() - began < 8000, 'a witness that is down has held up the log');
        const one = publish();
        assert.ok(one.size > both.size);
        const refused = run('verify', 'checkpoint', one.folder, '--policy', policy);
        assert.equal(refused.status, 1, refused.stdout);
        assert.match(refused.stderr, /QUORUM: 1 of the policy's 2 witnesses/);
        write('any');
        assert.equal(run('verify', 'checkpoint', one.folder, '--policy', policy).status, 0);

        // It comes back, and is told what it has missed.
        await witnesses[1].start();
        await until(async () => {
            await grow(1);
            return cosignatures(sealed.sealed()).length === 2;
        }, 30_000);
        assert.equal(await witnesses[1].latest(), sealed.sealed());
        assert.equal(await sealer.stop(), 0, sealer.said());
        await Promise.all(witnesses.map((witness) => witness.stop()));
    } finally {
        sealed.drop();
    }
}, { timeout: 120_000 });
