// kill.test.mjs - kill -9 of the service and of PostgreSQL under load: what was acknowledged stays,
// once, and everything is back by itself.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';

// A clone of nothing but the host scripts: its cluster, its locks and its keys are its own.
const home = process.env.AIDLEDGER_TEST_CLUSTER;
const binary = process.env.AIDLEDGER_BINARY;
const WRITERS = 16;
// KILL_CYCLES=20 SUITE_SECONDS=3600 make test T=fault kills each of them so many times, at moments of
// chance.
const CYCLES = Number(process.env.KILL_CYCLES ?? 1);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// ---------------------------------------------------------------- the processes

let supervisor;
let said = '';

function freePort() {
    return new Promise((resolve) => {
        const probe = net.createServer().listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

function workingIn(name, folder) {
    return readdirSync('/proc').filter((pid) => /^[0-9]+$/.test(pid)).map(Number).filter((pid) => {
        try {
            return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name
                && readlinkSync(`/proc/${pid}/cwd`) === folder;
        } catch {
            return false;
        }
    });
}

const postmaster = () => Number(readFileSync(`${home}/var/pg/postmaster.pid`, 'utf8').split('\n')[0]);
const sealerPid = () => Number(readFileSync(`${home}/var/sealer.pid`, 'utf8'));
const servicePid = () => Number(readFileSync(`${home}/var/service.pid`, 'utf8'));

function backends() {
    return workingIn('postgres', `${home}/var/pg`).filter((pid) => pid !== postmaster()
        && /aidledger_writer/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
}

async function isReady() {
    try {
        return (await fetch(`${process.env.AIDLEDGER_TEST_URL}/readyz`)).status === 200;
    } catch {
        return false;
    }
}

async function ready(ms) {
    const deadline = Date.now() + ms;
    while (!await isReady()) {
        assert.ok(Date.now() < deadline && supervisor.exitCode === null, `not ready:\n${said}`);
        await pause(50);
    }
}

let lib;

before(async () => {
    mkdirSync(`${home}/service`, { recursive: true });
    cpSync('service/host', `${home}/service/host`, { recursive: true });
    const port = await freePort();
    supervisor = spawn('setpriv', ['--pdeathsig', 'TERM', `${home}/service/host/run.sh`, binary],
        { env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
    supervisor.stdout.on('data', (data) => { said += data; });
    supervisor.stderr.on('data', (data) => { said += data; });
    process.env.AIDLEDGER_TEST_URL = `http://127.0.0.1:${port}`;
    await ready(60_000);
    Object.assign(process.env, {
        AIDLEDGER_TEST_KEYS: `${home}/var/demo-keys.env`,
        AIDLEDGER_TEST_DATABASE: `host=${home}/var/sock port=15432 dbname=aidledger user=aid`,
    });
    // They read what was just set.
    lib = {
        ...await import('../lib/client.mjs'),
        ...await import('../lib/fold.mjs'),
        ...await import('../lib/sql.mjs'),
        make: await import('../lib/make.mjs'),
    };
});

after(async () => {
    if (supervisor?.exitCode === null) {
        supervisor.kill('SIGTERM');
        await new Promise((resolve) => supervisor.once('exit', resolve));
    }
});

// ---------------------------------------------------------------- the load

// A request until it is acknowledged, always with the same key: as a careful client does.
async function insist(load, path, body) {
    const key = randomUUID();
    for (;;) {
        let answer;
        try {
            answer = await lib.api.donor.post(path, body, { key });
        } catch {
            load.broken += 1;
        }
        if (answer?.status === 201) {
            load.acknowledged.push({ key, path, body, text: answer.text, entry: answer.body.statement.entry });
            return;
        }
        if (answer) {
            load.refused += 1;
            // Nothing else may be said to a good request while the database is away.
            assert.ok([503, 504].includes(answer.status), answer.text);
            assert.match(answer.text, /\/problems\/(unavailable|in-doubt|timeout)/);
        }
        assert.ok(Date.now() < load.deadline, `not acknowledged: ${answer?.text}\n${said}`);
        await pause(20);
    }
}

// One half of the writers makes drafts, the other pays on one commitment.
function start(kinds, ms) {
    const load = { acknowledged: [], broken: 0, refused: 0, stopped: false, deadline: Date.now() + ms };
    const writer = async ({ path, body }) => {
        while (!load.stopped) {
            await insist(load, path, body(randomUUID()));
        }
    };
    load.writers = Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(kinds[i % kinds.length])));
    load.writers.catch(() => { load.stopped = true; });
    load.finish = async () => {
        load.stopped = true;
        await load.writers;
    };
    return load;
}

async function progress(load, count) {
    const goal = load.acknowledged.length + count;
    await lib.until(() => load.stopped || load.acknowledged.length >= goal, 40_000);
    assert.ok(!load.stopped, 'a writer gave up');
}

// ---------------------------------------------------------------- the tests

const kills = {
    'the service': () => process.kill(servicePid(), 'SIGKILL'),
    PostgreSQL: () => process.kill(postmaster(), 'SIGKILL'),
    'a backend of PostgreSQL': () => process.kill(backends()[0], 'SIGKILL'),
    'the sealer': () => process.kill(sealerPid(), 'SIGKILL'),
    both: () => [servicePid(), postmaster()].forEach((pid) => process.kill(pid, 'SIGKILL')),
};

const kept = `${home}/kept-checkpoint`;
let load;
let commitment;
const title = `Killed ${randomUUID()}`;

test('everything is killed in turn under load, and comes back by itself', async () => {
    commitment = await lib.make.effective();
    writeFileSync(kept, await (await fetch(`${process.env.AIDLEDGER_TEST_URL}/v1/ledger/checkpoint`)).text());
    load = start([
        { path: '/v1/commitments', body: (id) => ({ title: `${title} ${id}` }) },
        {
            path: `${commitment.path}/transactions`,
            body: (id) => ({
                transaction_type: '3', transaction_date: '2026-11-02', amount: '1.01',
                currency: 'USD', description: id,
            }),
        },
    ], 60_000 * CYCLES);
    const rounds = Array.from({ length: CYCLES }, () => Object.entries(kills)).flat();
    for (const [what, kill] of rounds) {
        await progress(load, 1 + Math.floor(Math.random() * 60));
        const service = servicePid();
        kill();
        await progress(load, 40);
        // Who lost the database waits for it; who was killed is another process now.
        const restarted = ['the service', 'both'].includes(what);
        assert.equal(servicePid() !== service, restarted, `after the kill of ${what}`);
    }
    await load.finish();
    assert.ok(load.broken > 0, 'no connection was ever cut');
});

test('what was acknowledged is there, and answered alike when asked again', async () => {
    const entries = new Set(lib.rows('SELECT entry FROM ledger_entry').map((row) => row.entry));
    const lost = load.acknowledged.filter(({ entry }) => !entries.has(entry));
    assert.deepEqual(lost, []);
    for (const { path, body, key, text } of load.acknowledged) {
        const again = await lib.api.donor.post(path, body, { key });
        assert.equal(again.text, text);
    }
});

test('no draft is there twice, though it was asked for until it was acknowledged', () => {
    const held = lib.rows(`SELECT title, count(DISTINCT commitment_id) AS n FROM commitment_revision
                            WHERE title LIKE '${title}%' GROUP BY title`);
    const asked = load.acknowledged.filter(({ body }) => body.title);
    assert.equal(held.length, asked.length);
    assert.deepEqual(held.filter(({ n }) => n !== 1), []);
});

test('what was paid is the sum of what was acknowledged', async () => {
    const paid = lib.rows(`SELECT count(*) AS n, count(DISTINCT description) AS different,
                                  sum(amount)::text AS total
                             FROM transaction
                            WHERE commitment_id = '${commitment.id}' AND transaction_type = '3'`)[0];
    assert.equal(paid.n, load.acknowledged.filter(({ body }) => body.amount).length);
    assert.equal(paid.different, paid.n);
    assert.equal(Math.round(Number(paid.total) * 100), 101 * paid.n);
    const { body } = await lib.api.auditor.get(commitment.path);
    assert.equal(body.money[0].disbursed, paid.total);
});

test('afterwards every statement has its place, and the log and the tables agree', async () => {
    await lib.until(() => lib.rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0, 10_000);
    assert.deepEqual(lib.faults(), []);
});

test('the log is verified, and extends the checkpoint that was kept from before', async () => {
    await lib.until(() => lib.rows('SELECT tree_size() = (SELECT size FROM ledger_sealed) AS done')[0].done);
    const told = spawnSync(binary, ['verify', 'log', process.env.AIDLEDGER_TEST_URL, '--old', kept],
        { encoding: 'utf8' });
    assert.equal(told.status, 0, told.stdout + told.stderr);
});

test('a killed PostgreSQL leaves no process behind', () => {
    const mine = workingIn('postgres', `${home}/var/pg`);
    const parents = mine.filter((pid) => pid !== postmaster()).map((pid) =>
        Number(/\nPPid:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]));
    assert.ok(mine.length > 1);
    assert.deepEqual([...new Set(parents)], [postmaster()]);
});

// ---------------------------------------------------------------- leaving in good order

function requestText(body) {
    const token = lib.api.donor.token;
    return `POST /v1/commitments HTTP/1.1\r\nHost: aidledger\r\nAuthorization: Bearer ${token}\r\n`
        + `Idempotency-Key: ${randomUUID()}\r\nContent-Type: application/json\r\n`
        + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

// A connection that has sent so much of its request, and what it hears until it is closed.
function connection(text) {
    return new Promise((resolve, reject) => {
        const { port } = new URL(process.env.AIDLEDGER_TEST_URL);
        const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(text, () => resolve({
            finish: (rest) => socket.write(rest),
            answer: new Promise((done) => {
                let heard = '';
                socket.on('data', (data) => { heard += data; });
                socket.on('error', (error) => done(`${heard}\n${error.code}`));
                socket.on('close', () => done(heard));
            }),
        })));
        socket.once('error', reject);
    });
}

test('told to stop, the service answers everything it has been asked', async () => {
    const request = () => requestText(JSON.stringify({ title: `Last ${randomUUID()}` }));
    const halves = await Promise.all(Array.from({ length: 10 }, async () => {
        const text = request();
        return { rest: text.slice(-20), ...await connection(text.slice(0, -20)) };
    }));
    const whole = await Promise.all(Array.from({ length: 60 }, () => connection(request())));
    const service = servicePid();
    process.kill(service, 'SIGTERM');
    await pause(50);
    halves.forEach(({ finish, rest }) => finish(rest));
    for (const { answer } of [...whole, ...halves]) {
        assert.match(await answer, /^HTTP\/1\.1 201 [^]*"statement"/);
    }
    await lib.until(() => !existsSync(`/proc/${service}/exe`), 5_000);
    assert.doesNotMatch(said, /has ended \((?!killed by SIGKILL|exit status 0)/);
});

test('told to stop, the supervisor leaves nothing running', async () => {
    await ready(20_000);
    const pids = [servicePid(), postmaster()];
    supervisor.kill('SIGTERM');
    await new Promise((resolve) => supervisor.once('exit', resolve));
    assert.deepEqual(pids.filter((pid) => existsSync(`/proc/${pid}`)), []);
    assert.deepEqual(workingIn('postgres', `${home}/var/pg`), []);
});
