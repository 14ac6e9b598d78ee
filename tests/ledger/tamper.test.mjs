// tamper.test.mjs - what a superuser of the database might do to the log, and who notices: each is
// found and named by the program that anybody can run, with what anybody can keep.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../lib/client.mjs';
import { leafHash, makeLog, nodeHash, rootOf } from '../lib/log.mjs';
import { startService } from '../lib/service.mjs';

const LEAVES = 600;
let log;
let service;
let vkey;
let kept; // the checkpoint that an auditor took home

before(async () => {
    log = makeLog();
    const init = log.command(['key', 'init']);
    assert.equal(init.status, 0, init.stderr);
    vkey = init.stdout.match(/^vkey=(.*)$/m)[1];
    log.append(LEAVES - 100);
    await seal();
    service = await startService({ AIDLEDGER_DATABASE_URL: log.url });
    kept = join(log.folder, 'kept');
    writeFileSync(kept, await (await fetch(`${service.url}/v1/ledger/checkpoint`)).text());
    log.append(100);
    await seal();
});

after(async () => {
    await service?.stop();
    log.drop();
});

async function seal(words = []) {
    const sealer = log.seal(words);
    await sealer.untilSaid(/job_works/);
    await log.untilSealed();
    await sealer.stop();
}

const verify = (words) => spawnSync(process.env.AIDLEDGER_BINARY, ['verify', ...words,
    '--vkey', vkey], { encoding: 'utf8' });

function isVerified(...words) {
    const told = verify(words);
    assert.equal(told.status, 0, told.stdout + told.stderr);
}

function isFound(pattern, ...words) {
    const told = verify(words);
    assert.equal(told.status, 1, told.stdout + told.stderr);
    assert.match(told.stdout + told.stderr, pattern);
}

// Everything that is done here is undone, so that the next one finds an honest log.
async function tampered(statements, look) {
    const tables = ['ledger_entry', 'ledger_leaf', 'ledger_tile', 'ledger_checkpoint', 'ledger_key'];
    log.run(tables.map((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table};`).join('\n'));
    try {
        log.run(`SET session_replication_role = replica; ${statements}`);
        await look();
    } finally {
        log.run(`SET session_replication_role = replica;
            ${[...tables].reverse().map((table) => `DELETE FROM ${table};`).join('\n')}
            ${tables.map((table) => `INSERT INTO ${table} SELECT * FROM kept_${table};
                DROP TABLE kept_${table};`).join('\n')}`);
    }
}

// Statements that make tiles and leaf hashes what the bytes of the leaves now are.
function rehashed() {
    const leaves = log.rows(`SELECT l.leaf_index, e.entry, translate(encode(e.leaf, 'base64'), E'\\n', '') AS leaf
        FROM ledger_leaf AS l JOIN ledger_entry AS e ON e.entry = l.entry ORDER BY l.leaf_index`);
    const hashes = leaves.map((row) => leafHash(Buffer.from(row.leaf, 'base64')));
    const hex = (hash) => `'\\x${hash.toString('hex')}'::bytea`;
    const statements = hashes.map((hash, i) => `
        UPDATE ledger_leaf SET leaf_hash = ${hex(hash)} WHERE leaf_index = ${i};
        UPDATE ledger_entry SET leaf_hash = ${hex(hash)} WHERE entry = '${leaves[i].entry}';`);
    for (let tile = 0; (tile + 1) * 256 <= hashes.length; tile += 1) {
        const covered = hashes.slice(tile * 256, (tile + 1) * 256);
        statements.push(`UPDATE ledger_tile SET hashes = ${hex(Buffer.concat(covered))},
            root = ${hex(rootOf(covered))} WHERE level = 0 AND tile_index = ${tile};`);
    }
    return statements.join('\n');
}

const url = () => `${service.url}/v1/ledger`;

test('an honest log is verified, and extends the checkpoint that was kept', () => {
    isVerified('log', url());
    isVerified('log', url(), '--old', kept);
    isVerified('consistency', '--old', kept, url());
    // The functions of this file agree with the program.
    assert.equal(rootOf([leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))]).toString('hex'),
        nodeHash(leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))).toString('hex'));
});

test('a changed row: the leaf is named', async () => {
    await tampered(`UPDATE ledger_entry AS e SET leaf = convert_to(replace(convert_from(e.leaf, 'UTF8'),
            '"reason":"x', '"reason":"z'), 'UTF8') FROM ledger_leaf AS l
         WHERE l.entry = e.entry AND l.leaf_index = 123;`,
    () => isFound(/\b123\b/, 'log', url()));
});

test('a changed tile: it is named', async () => {
    await tampered(`UPDATE ledger_tile SET hashes = overlay(hashes PLACING '\\x00'::bytea FROM 33 FOR 1)
         WHERE level = 0 AND tile_index = 1;`, () => isFound(/\b257\b|tile\/0\/001/, 'log', url()));
});

test('a changed row with everything hashed anew: the signed root does not fit', async () => {
    await tampered(`UPDATE ledger_entry AS e SET leaf = convert_to(replace(convert_from(e.leaf, 'UTF8'),
            '"reason":"x', '"reason":"z'), 'UTF8') FROM ledger_leaf AS l
         WHERE l.entry = e.entry AND l.leaf_index = 123;`, async () => {
        log.run(`SET session_replication_role = replica; ${rehashed()}`);
        isFound(/root/i, 'log', url());
    });
});

test('with the key in hand, everything hashed and signed anew: not what was kept', async () => {
    await tampered(`UPDATE ledger_entry AS e SET leaf = convert_to(replace(convert_from(e.leaf, 'UTF8'),
            '"reason":"x', '"reason":"z'), 'UTF8') FROM ledger_leaf AS l
         WHERE l.entry = e.entry AND l.leaf_index = 123;
         DELETE FROM ledger_checkpoint;`, async () => {
        log.run(`SET session_replication_role = replica; ${rehashed()}`);
        const state = log.stateFile();
        renameSync(state, `${log.folder}/honest`);
        await seal(['--adopt']);
        isVerified('log', url());
        isFound(/FORK/, 'log', url(), '--old', kept);
        isFound(/FORK|does not extend|consisten/i, 'consistency', '--old', kept, url());
        renameSync(`${log.folder}/honest`, state);
    });
});

test('the newest dropped and the rest signed anew: fewer than were kept', async () => {
    await tampered(`DELETE FROM ledger_checkpoint WHERE tree_size > 300;
        DELETE FROM ledger_leaf WHERE leaf_index >= 300; DELETE FROM ledger_tile WHERE tile_index > 0;
        DELETE FROM ledger_checkpoint;`, async () => {
        const state = log.stateFile();
        renameSync(state, `${log.folder}/honest`);
        await seal(['--adopt']);
        isVerified('log', url());
        isFound(/ROLLBACK/, 'log', url(), '--old', kept);
        renameSync(`${log.folder}/honest`, state);
    });
});

test('signed with another key: not by the one that is trusted', async () => {
    renameSync(log.key, `${log.folder}/honest.key`);
    const state = log.stateFile();
    renameSync(state, `${log.folder}/honest`);
    assert.equal(log.command(['key', 'init']).status, 0);
    await tampered('DELETE FROM ledger_checkpoint;', async () => {
        await seal(['--adopt']);
        isFound(/sign/i, 'checkpoint', url());
        isFound(/sign/i, 'log', url());
    });
    chmodSync(log.key, 0o600);
    renameSync(`${log.folder}/honest.key`, log.key);
    renameSync(`${log.folder}/honest`, state);
});

test('changed between commit and seal: the writer holds another hash', async () => {
    log.append(1, 'receipt');
    const [written] = log.rows(`SELECT e.entry, encode(e.leaf_hash, 'hex') AS leaf_hash
        FROM ledger_queue AS q JOIN ledger_entry AS e ON e.entry = q.entry`);
    // Whoever changes the bytes makes the recorded hash fit too: else the sealer would name it.
    log.run(`SET session_replication_role = replica;
        UPDATE ledger_entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'receipt', 'forged'), 'UTF8')
         WHERE entry = '${written.entry}';
        UPDATE ledger_entry SET leaf_hash = ledger_leaf_hash(leaf) WHERE entry = '${written.entry}';`);
    await seal();
    const proof = join(log.folder, 'proof');
    const answer = await until(async () => {
        const told = await fetch(`${url()}/entries/${written.entry}/proof`);
        return told.status === 200 ? told : false;
    });
    writeFileSync(proof, await answer.text());
    isVerified('proof', proof);
    isFound(/hash/i, 'proof', proof, '--leaf-hash', written.leaf_hash);
    assert.ok(readFileSync(proof, 'utf8').startsWith('c2sp.org/tlog-proof@v1\n'));
});
