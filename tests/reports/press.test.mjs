// Forms that are made by processes beside the loop: what becomes of them when something goes wrong.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { base, until } from '../lib/client.mjs';
import { startService } from '../lib/service.mjs';
import { readZip } from './read.mjs';

const PATH = '/v1/reports/portfolio?as_of=0&format=xlsx';
let quick;
let patient;

before(async () => {
    quick = await startService({ AIDLEDGER_FORM_TIMEOUT_MS: '2000', AIDLEDGER_FORMERS: '1' });
    patient = await startService({ AIDLEDGER_FORMERS: '1' });
});

after(async () => {
    assert.equal(await quick.stop(), 0);
    assert.equal(await patient.stop(), 0);
});

// The children of a service that make a form at this moment.
function formers(service) {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
        try {
            const [, parent] = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
            return Number(parent) === service.pid
                && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('aidledger\0form\0');
        } catch {
            return false;
        }
    }).map(Number);
}

// Asks for forms until one is being made that could be stopped half-way.
async function stopped(service, signal) {
    for (;;) {
        const answer = fetch(service.url + PATH, { signal });
        let ended = false;
        answer.finally(() => { ended = true; }).catch(() => {});
        let child;
        await until(() => {
            [child] = formers(service);
            return child !== undefined || ended;
        });
        if (child !== undefined && await isHeld(child)) {
            return { child, answer };
        }
        await answer;
    }
}

// Stops a process; false when it has come to its end before that.
async function isHeld(child) {
    const state = () => /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${child}/stat`, 'utf8'))[1];
    try {
        process.kill(child, 'SIGSTOP');
        return await until(() => 'TZX'.includes(state()) && state()) === 'T';
    } catch {
        return false;
    }
}

async function works(service) {
    const answer = await fetch(service.url + PATH);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, bytes.toString());
    assert.ok(readZip(bytes).has('xl/workbook.xml'));
}

test('a form that takes too long is ended, and the next one is made', async () => {
    const { answer } = await stopped(quick);
    const late = await answer;
    assert.deepEqual([late.status, (await late.json()).type], [504, '/problems/timeout']);
    await until(() => formers(quick).length === 0);
    await works(quick);
});

test('nothing is made for a client that has gone', async () => {
    const leaving = new AbortController();
    const { answer } = await stopped(patient, leaving.signal);
    leaving.abort();
    await assert.rejects(answer);
    await until(() => formers(patient).length === 0);
    await works(patient);
});

test('a child that is killed is told of as an answer, and no more', async () => {
    const { child, answer } = await stopped(patient);
    process.kill(child, 'SIGKILL');
    const told = await answer;
    assert.deepEqual([told.status, (await told.json()).type], [503, '/problems/unavailable']);
    assert.match(told.headers.get('retry-after'), /^[1-9]\d*$/);
    await works(patient);
});

test('that a child takes more memory than it may is told, and that trying again does not help', async () => {
    const plain = process.env.AIDLEDGER_PLAIN_BINARY;
    const small = await startService({ AIDLEDGER_FORM_MEMORY_MAX: '1048576' }, plain);
    for (const form of ['xlsx', 'pdf']) {
        const told = await fetch(`${small.url}/v1/reports/portfolio?as_of=0&format=${form}`);
        const { type, detail } = await told.json();
        assert.deepEqual([told.status, type], [503, '/problems/unavailable'], form);
        assert.match(detail, /more memory than it may; ask for less/);
        assert.equal(told.headers.get('retry-after'), null, form);
    }
    assert.equal((await fetch(`${small.url}/v1/reports/portfolio?as_of=0`)).status, 200);
    assert.equal(await small.stop(), 0);
    const usual = await startService({}, plain);
    await works(usual);
    assert.equal(await usual.stop(), 0);
});

test('while a form is being made, everybody else is answered', async () => {
    const { child, answer } = await stopped(patient);
    for (let i = 0; i < 20; i++) {
        const { status } = await fetch(`${patient.url}/v1/reports/portfolio?as_of=0`);
        assert.equal(status, 200);
    }
    process.kill(child, 'SIGCONT');
    assert.equal((await answer).status, 200);
});

test('there are bounds to what is made at a time and to what waits for it', async () => {
    const { child, answer } = await stopped(patient);
    const others = Array.from({ length: 20 }, () => fetch(patient.url + PATH));
    const refused = (await Promise.race(others.map(async (one) =>
        ((await one).status === 503 ? one : new Promise(() => {})))));
    assert.match(refused.headers.get('retry-after'), /^\d+$/);
    assert.equal(formers(patient).length, 1);
    process.kill(child, 'SIGCONT');
    const statuses = (await Promise.all([answer, ...others])).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].sort(), [200, 503]);
    assert.equal(statuses.filter((status) => status === 200).length, 9, 'one, and eight that waited');
});

test('short of memory a form is whole, or there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-form-'));
    const lines = await (await fetch(`${base}/v1/reports/ownership?as_of=0&format=ndjson`)).text();
    const [facts] = lines.split('\n').map((line) => line && JSON.parse(line));
    const disagreements = { count: 900, list: '/v1/standing-disagreements', items: Array.from({ length: 900 }, (_, at) =>
        ({ commitment: { title: `Wells ${at} é` }, country: 'XA', texts: [{ side: 'donor', text: 'We paid. '.repeat(40) }] })) };
    const row = Object.fromEntries(facts.columns.map(({ name, type }) => [name, type === 'text' ? 'é' : 1]));
    const many = [{ ...facts, standing_disagreements: disagreements, row_count: 300 }, ...Array.from({ length: 300 }, (_, at) =>
        ({ ...row, donor_name: `Donor ${at}`, country: `C${at}` }))].map((line) => `${JSON.stringify(line)}\n`).join('');
    const make = async (form, kib) => {
        const file = openSync(join(folder, 'form'), 'w');
        const child = spawn(process.env.AIDLEDGER_PLAIN_BINARY, ['form', form], {
            stdio: ['pipe', file, 'ignore'],
            env: { ...process.env, AIDLEDGER_FORM_MEMORY_MAX: String(kib << 10) } });
        closeSync(file);
        child.stdin.on('error', () => {}).end(many);
        const [status, signal] = await once(child, 'close');
        return { made: status === 0 && signal === null, refused: status === 3,
            bytes: readFileSync(join(folder, 'form')) };
    };
    for (const name of ['html', 'xlsx']) {
        const whole = await make(name, 1 << 20);
        assert.ok(whole.made);
        const made = [];
        // Our own code refuses; the library of workbooks may end the child.
        for (let kib = 1024; kib <= 65536; kib = Math.ceil(kib * 1.12)) {
            const form = await make(name, kib);
            assert.ok(form.made || form.refused || name === 'xlsx', `${name}, ${kib} KiB`);
            assert.ok(!form.made || form.bytes.equals(whole.bytes), `${name}, ${kib} KiB`);
            made.push(form.made);
        }
        assert.deepEqual([made[0], made.at(-1)], [false, true], name);
    }
    rmSync(folder, { recursive: true });
});

test('a page of many rows is the same page as one that is made at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-form-'));
    const address = `${base}/v1/reports/ownership?as_of=0`;
    const lines = await (await fetch(`${address}&format=ndjson`)).text();
    const file = join(folder, 'page.html');
    const footing = await (await fetch(`${base}/v1/ledger/roots/0`)).json();
    const made = spawnSync(process.env.AIDLEDGER_BINARY, ['form', 'html'],
        { input: `${JSON.stringify({ footing, site: '' })}\n${lines}`, stdio: ['pipe', openSync(file, 'w'), 'pipe'] });
    assert.equal(made.status, 0, String(made.stderr));
    assert.equal(readFileSync(file, 'utf8'), await (await fetch(`${address}&format=html`)).text());
    rmSync(folder, { recursive: true });
});

test('lines that are not whole, or no report, make no form', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-form-'));
    const lines = await (await fetch(`${base}/v1/reports/ownership?as_of=0&format=ndjson`)).text();
    const make = (form, input) => {
        const { status, stderr } = spawnSync(process.env.AIDLEDGER_BINARY, ['form', form],
            { input, stdio: ['pipe', openSync(join(folder, 'form'), 'w'), 'pipe'] });
        return [status, String(stderr).trim().split('\n')[0]];
    };
    assert.deepEqual(make('xlsx', lines.replace('"row_count":0', '"row_count":3')),
        [1, 'aidledger: form xlsx: rows are missing']);
    assert.deepEqual(make('html', lines.slice(0, -1)),
        [1, 'aidledger: form html: the last line has no end']);
    assert.deepEqual(make('xlsx', `${lines}{"donor":1}\n`),
        [1, 'aidledger: form xlsx: a row lacks a column']);
    assert.deepEqual(make('xlsx', '{}\n'),
        [1, 'aidledger: form xlsx: the first line does not tell the facts of a report']);
    assert.deepEqual(make('xlsx', lines.replace('"ownership"', '"other"')),
        [1, 'aidledger: form xlsx: the first line names no report of this program']);
    assert.deepEqual(make('xlsx', ''), [1, 'aidledger: form xlsx: there are no lines']);
    assert.equal(make('pdf2', lines)[0], 2);
    rmSync(folder, { recursive: true });
});
