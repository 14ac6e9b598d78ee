// The figures of a generated world against the records that explain them: what the small world of the
// reports' tests does not think of.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startService } from '../lib/service.mjs';
import { rows, run } from '../lib/sql.mjs';
import { load } from '../seed/world.mjs';
import { REPORTS, compareAll, told } from './explained.mjs';

const ROWS = 3;
const on = (name) => process.env.AIDLEDGER_TEST_DATABASE.replace(/dbname=\S+/, `dbname=${name}`);
const database = on('world_explained');
const folder = mkdtempSync(join(tmpdir(), 'aidledger-world-'));
let sealer;
let service;

// A service is ready when what it serves is sealed.
before(async () => {
    run('CREATE DATABASE world_explained TEMPLATE aidledger STRATEGY file_copy', on('postgres'));
    await load({ conninfo: database, transactions: 1500, seed: 11 });
    const env = { ...process.env, AIDLEDGER_DATABASE_URL: database,
        AIDLEDGER_LOG_KEY: join(folder, 'log.key') };
    execFileSync(process.env.AIDLEDGER_BINARY, ['key', 'init'], { env, stdio: 'ignore' });
    sealer = spawn('setpriv', ['--pdeathsig', 'KILL', process.env.AIDLEDGER_BINARY, 'seal'],
        { env, stdio: 'ignore' });
    service = await startService({ AIDLEDGER_DATABASE_URL: database });
});

after(async () => {
    await service?.stop();
    if (sealer) {
        const ended = once(sealer, 'exit');
        sealer.kill('SIGTERM');
        await ended;
    }
    rmSync(folder, { recursive: true });
    run('DROP DATABASE world_explained (FORCE)', on('postgres'));
});

async function get(path) {
    const answer = await fetch(`${service.url}${path}`);
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

// The reports whose rows are of a donor or a country: parameter and column. Rows of boundary-totals,
// data-limitations, framework-coverage, group-allocation and participation are of all together; with a
// country, money-flow counts the links that it endorsed, and not those that any government did.
const BY_BOTH = { donor: 'donor', country: 'country' };
const NARROWED = {
    'portfolio': { donor: 'donor', recipient: 'recipient_country' },
    'cube': { donor: 'donor', recipient: 'recipient_country' },
    'reconciliation': BY_BOTH, 'predictability': BY_BOTH, 'medium-term-predictability': BY_BOTH,
    'on-budget': BY_BOTH, 'untied-aid': BY_BOTH, 'untied-aid-bridge': BY_BOTH, 'ownership': BY_BOTH,
    'money-flow': { donor: 'donor' }, 'donor-scorecard': { donor: 'donor' },
    'timeliness': { donor: 'donor' }, 'recipient-scorecard': { country: 'country' } };
const CELLS = 'dimensions=donor,recipient_country,sector&measures=amount,ict_220,transactions';

// Rows from all over a report, its first and its last among them.
const spread = (list) => (list.length <= ROWS ? list : Array.from({ length: ROWS }, (_, i) =>
    list[Math.round(i * (list.length - 1) / (ROWS - 1))]));

for (const [slug, columns] of Object.entries(NARROWED)) {
    test(`${slug}: asked for a donor or a country, its rows of the whole`, async () => {
        const [{ size }] = rows('SELECT count(*) AS size FROM aidledger.ledger_leaf', database);
        let compared = 0;
        for (const at of [Number(size), Math.floor(size * 0.6)]) {
            const path = `/v1/reports/${slug}?as_of=${at}&${slug === 'cube' ? CELLS : ''}`;
            const whole = (await get(path)).body.rows;
            for (const [name, column] of Object.entries(columns)) {
                const known = [...new Set(whole.map((row) => row[column]))].filter(Boolean);
                for (const value of spread(known)) {
                    const { status, body } = await get(`${path}&${name}=${value}`);
                    assert.equal(status, 200, JSON.stringify(body));
                    const own = whole.filter((row) => row[column] === value);
                    assert.deepEqual(body.rows, own, `${path} ${name}=${value}`);
                    compared += own.length;
                }
            }
        }
        assert.ok(compared > 0);
    });
}

for (const [slug, { of, asked = [''] }] of Object.entries(REPORTS)) {
    test(`${slug}: rows of a generated world`, async () => {
        const bound = slug === 'cube' ? asked.find((text) => text.includes('recipient_group')) : '';
        const pick = (list) => (of ? [...new Set(list.map((row) => row[of]))].flatMap((name) =>
            spread(list.filter((row) => row[of] === name)).slice(0, 2)) : spread(list));
        const compared = await compareAll(get, slug, bound, { measures: told(slug, database), pick,
            together: 1 });
        // Nobody comments in this world, nor observes an indicator.
        assert.ok(compared > 0 || ['participation', 'data-collection'].includes(slug), slug);
    });
}
