// A log of more than 65,536 leaves, whose tree is three levels of tiles: it is read and proved as a
// small one is.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { makeLog } from '../lib/log.mjs';
import { startService } from '../lib/service.mjs';
import { Tree, climb, leafHash, parseBundle, parseCheckpoint, parseProof, parseVkey, tileName }
    from '../lib/rfc6962.mjs';

const LEAVES = 256 * 256 + 256 + 37;
let log;
let service;
let leaves;
let tree;

async function get(path, type = 'text') {
    const answer = await fetch(`${service.url}${path}`);
    assert.equal(answer.status, 200, path);
    return type === 'bytes' ? Buffer.from(await answer.arrayBuffer()) : answer[type]();
}

const tile = (level, number, width) =>
    get(`/v1/ledger/tile/${level}/${tileName(number, width)}`, 'bytes');

before(async () => {
    log = makeLog();
    // Entries as they are in the queue when they have been committed, only made faster.
    log.run(`WITH made AS (
            INSERT INTO ledger_entry (entry, at, kind, organisation_id, actor, key, request, aggregate,
                                      version, leaf, leaf_hash)
            SELECT e.id, e.at, 'commitment.drafted', p.organisation_id, p.id, NULL, e.id, e.id, 1,
                   l.leaf, ledger_leaf_hash(l.leaf)
              FROM principal AS p
             CROSS JOIN ledger_log AS o
             CROSS JOIN LATERAL (SELECT md5('entry ' || g)::uuid AS id,
                                        date_trunc('milliseconds', now()) AS at
                                   FROM generate_series(1, ${LEAVES}) AS g) AS e
             CROSS JOIN LATERAL (SELECT convert_to(format(
                       '{"actor":"%s","aggregate":"%s","at":"%s","entry":"%s","key":null,'
                       '"kind":"commitment.drafted","log":"%s","organisation":"%s","prev":null,'
                       '"private":{},"public":{},"request":"%s","v":1,"version":1}',
                       p.id, e.id, rfc3339(e.at), e.id, o.origin, p.organisation_id, e.id),
                       'UTF8') AS leaf) AS l
             WHERE p.roles = ARRAY['clock']
            RETURNING entry)
        INSERT INTO ledger_queue (entry) SELECT m.entry FROM made AS m;
        ANALYZE ledger_entry, ledger_queue;`);
    assert.equal(log.command(['key', 'init']).status, 0);
    const sealer = log.seal();
    await log.untilSealed(120_000);
    await sealer.stop();
    service = await startService({ AIDLEDGER_DATABASE_URL: log.url,
        AIDLEDGER_REQUESTS_PER_MINUTE: '0',
        // Nobody reads what it says while a command is waited for.
        AIDLEDGER_LOG_LEVEL: 'warn' });
    leaves = log.leaves();
    tree = new Tree(leaves.map(leafHash));
});

after(async () => {
    await service?.stop();
    log?.drop();
});

test('its checkpoint is signed and has the root of all leaves', async () => {
    const vkeys = (await get('/.well-known/aidledger-vkey')).trimEnd().split('\n').map(parseVkey);
    const checkpoint = parseCheckpoint(await get('/v1/ledger/checkpoint'), vkeys);
    assert.deepEqual(checkpoint.signed, [true]);
    assert.equal(checkpoint.size, leaves.length);
    assert.deepEqual(checkpoint.root, tree.root());
});

test('its tiles are the tree, on every level', async () => {
    for (let level = 0; 256 ** level <= leaves.length; level++) {
        const below = 256 ** level;
        const covered = Math.floor(leaves.length / below);
        for (let number = 0; number * 256 < covered; number++) {
            const width = Math.min(256, covered - number * 256);
            const hashes = Array.from({ length: width }, (_, i) =>
                tree.root((number * 256 + i) * below, (number * 256 + i + 1) * below));
            assert.ok((await tile(level, number, width)).equals(Buffer.concat(hashes)),
                `${level}/${tileName(number, width)}`);
        }
    }
    assert.equal((await tile(2, 0, 1)).length, 32);
    for (const number of [0, 100, 255, 256]) {
        assert.deepEqual(parseBundle(await tile('entries', number)),
            leaves.slice(number * 256, number * 256 + 256));
    }
});

const corners = [0, 1, 255, 256, 257, 511, 512, 32_767, 32_768, 40_000, 65_279, 65_280, 65_535, 65_536,
    65_537, 65_791, 65_792, 65_793, LEAVES - 1];

test('every proof is that of the tree', async () => {
    for (const index of corners) {
        const { entry } = JSON.parse(leaves[index]);
        const proof = parseProof(await get(`/v1/ledger/entries/${entry}/proof`));
        assert.equal(proof.index, index);
        assert.deepEqual(proof.path, tree.path(index));
        assert.deepEqual(climb(leafHash(proof.extra), index, leaves.length, proof.path), tree.root());
    }
});

test('every tree begins with every older one', async () => {
    for (const old of [...corners, LEAVES]) {
        for (const size of [...corners, LEAVES].filter((one) => one >= old)) {
            const { hashes } = await get(`/v1/ledger/consistency?old=${old}&new=${size}`, 'json');
            assert.deepEqual(hashes, tree.consistency(old, size).map((h) => h.toString('base64')),
                `${old} ${size}`);
        }
    }
});

test('aidledger verify finds nothing wrong with it', async () => {
    const [vkey] = (await get('/.well-known/aidledger-vkey')).split('\n');
    const { status, stdout, stderr } = log.command(['verify', 'log', service.url, '--vkey', vkey]);
    assert.equal(status, 0, stdout + stderr);
});

// Not by the millisecond: by what is read. A tile is one row, a part of one at most 256 of an index.
test('a bundle is read by index, however long the log is', () => {
    const said = log.run(`BEGIN;
        SELECT octet_length(ledger_bundle_read('${tileName(200)}')) > 0;
        SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables
         WHERE relname IN ('ledger_leaf', 'ledger_entry', 'ledger_tile', 'ledger_checkpoint');
        COMMIT;`);
    assert.equal(said.trim(), 't\n0');
});
