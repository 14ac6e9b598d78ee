// world.test.mjs - a generated world is one that the service could have written.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../lib/client.mjs';
import { faults } from '../lib/fold.mjs';
import { startService } from '../lib/service.mjs';
import { rows, run } from '../lib/sql.mjs';
import { load } from './world.mjs';

const suite = process.env.AIDLEDGER_TEST_DATABASE;
const on = (name) => suite.replace(/dbname=\S+/, `dbname=${name}`);
const worlds = ['world_one', 'world_again'];
const databases = worlds.map(on);
let made;

const leaves = (database) => createHash('sha256').update(JSON.stringify(rows(
    `SELECT convert_from(e.leaf, 'UTF8') AS leaf FROM ledger_leaf AS l JOIN ledger_entry AS e
      ON e.entry = l.entry ORDER BY l.leaf_index`, database))).digest('hex');

before(async () => {
    for (const name of worlds) {
        run(`CREATE DATABASE ${name} TEMPLATE aidledger STRATEGY file_copy`, on('postgres'));
    }
    made = await load({ conninfo: databases[0], transactions: 4000, seed: 7 });
});

after(() => {
    for (const name of worlds) {
        run(`DROP DATABASE ${name} (FORCE)`, on('postgres'));
    }
});

test('its state tables hold what its log says, row by row', () => {
    assert.ok(made.transactions >= 4000 && made.transactions < 4050, JSON.stringify(made));
    const found = faults({ database: databases[0] });
    assert.deepEqual(found.slice(0, 20), []);
});

test('its documents are those that the service makes', () => {
    const [{ same, all }] = rows(`SELECT count(*) AS all, count(*) FILTER (
        WHERE document = commitment_document(id, NULL)::text) AS same FROM commitment`, databases[0]);
    assert.equal(same, all);
    assert.equal(Number(all), made.commitments);
});

test('no constraint was bypassed: its rows are taken with all of them on', () => {
    const [{ broken }] = rows(`SELECT count(*) AS broken FROM pg_index WHERE NOT (indisready AND indisvalid)`,
        databases[0]);
    assert.equal(Number(broken), 0);
    // Added anew, a constraint looks at every row.
    const constraints = rows(`SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name,
        pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE connamespace = 'aidledger'::regnamespace AND contype IN ('c', 'f')
          AND conrelid <> 0 AND conparentid = 0`, databases[0]);
    run(`BEGIN; ${constraints.map(({ table, name, definition }) => `ALTER TABLE ${table} DROP CONSTRAINT ${name};
        ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition};`).join('\n')} ROLLBACK;`, databases[0]);
});

test('it holds what people do: every kind of answer, and every outcome', () => {
    const states = rows(`SELECT DISTINCT state FROM ownership_input ORDER BY 1`, databases[0])
        .map(({ state }) => state);
    assert.deepEqual(states, ['ANSWERED', 'AWAITING_DONOR', 'DISPUTED', 'ENDORSED', 'INVITED', 'LAPSED_SILENT',
        'NOT_INVITED', 'RESOLVED', 'STANDING_DISAGREEMENT', 'UNANSWERED'].filter((state) =>
        states.includes(state)));
    for (const needed of ['ENDORSED', 'LAPSED_SILENT', 'NOT_INVITED', 'RESOLVED']) {
        assert.ok(states.includes(needed), needed);
    }
    const kinds = rows('SELECT DISTINCT kind FROM ledger_entry', databases[0]).map(({ kind }) => kind);
    for (const needed of ['transaction.recorded', 'ownership.lodged', 'ownership.answered', 'receipt.confirmed',
        'receipt.unconfirmed', 'link.recorded', 'schedule.recorded']) {
        assert.ok(kinds.includes(needed), needed);
    }
});

test('the same seed makes the same log, but for the names the database gives', async () => {
    run(`UPDATE ledger_log SET origin = (SELECT '${rows('SELECT origin FROM ledger_log', databases[0])[0].origin}')`,
        databases[1]);
    await load({ conninfo: databases[1], transactions: 4000, seed: 7 });
    assert.equal(leaves(databases[1]), leaves(databases[0]));
});

test('a sealer builds its tree and signs it, and a service serves it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-world-'));
    const env = { ...process.env, AIDLEDGER_DATABASE_URL: databases[0], AIDLEDGER_LOG_KEY: join(folder, 'log.key') };
    execFileSync(process.env.AIDLEDGER_BINARY, ['key', 'init'], { env, stdio: 'ignore' });
    const sealer = spawn('setpriv', ['--pdeathsig', 'KILL', process.env.AIDLEDGER_BINARY, 'seal'],
        { env, stdio: 'ignore' });
    const ended = once(sealer, 'exit');
    try {
        await until(() => Number(rows('SELECT size FROM ledger_sealed', databases[0])[0].size) === made.leaves,
            30_000);
        const [{ tiles }] = rows('SELECT count(*) AS tiles FROM ledger_tile WHERE level = 0', databases[0]);
        assert.equal(Number(tiles), Math.floor(made.leaves / 256));
        const service = await startService({ AIDLEDGER_DATABASE_URL: databases[0] });
        const list = await (await fetch(`${service.url}/v1/commitments?limit=5`)).json();
        assert.equal(list.items.length, 5);
        const report = await (await fetch(`${service.url}/v1/reports/ownership`)).json();
        assert.equal(report.tree_size, made.leaves);
        assert.ok(report.rows.length > 10);
        assert.equal(await service.stop(), 0);
    } finally {
        sealer.kill('SIGTERM');
        await ended;
        rmSync(folder, { recursive: true });
    }
});
