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
import { run } from '../lib/sql.mjs';
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

// Rows from all over a report, its first and its last among them.
const spread = (list) => (list.length <= ROWS ? list : Array.from({ length: ROWS }, (_, i) =>
    list[Math.round(i * (list.length - 1) / (ROWS - 1))]));

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
