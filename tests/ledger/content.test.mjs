// content.test.mjs - a public field that is too large for its leaf stands beside it, under its hash.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { canonical, leafHash } from '../fold/log.mjs';
import { api, base } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows, run } from '../lib/sql.mjs';

function sha256(bytes) {
    return createHash('sha256').update(bytes).digest('hex');
}

test('a statement of 300,000 bytes: the leaf names what it says, and anybody can fetch it', async () => {
    const made = await make.longPlan();
    const { leaf, sha256: hash } = made;
    const { body: entry } = await api.anonymous.get(`/v1/ledger/entries/${made.entry}`);
    const bytes = Buffer.from(entry.leaf, 'base64');
    assert.ok(bytes.length <= 65_535);
    assert.equal(bytes.toString(), canonical(leaf));
    assert.equal(leafHash(bytes), entry.leaf_hash);
    assert.deepEqual(Object.keys(leaf.hashed), ['items']);
    assert.ok(!('items' in leaf.public) && leaf.public.framework === made.framework);
    const answer = await fetch(`${base}/v1/ledger/content/${hash}`);
    const said = Buffer.from(await answer.arrayBuffer());
    assert.ok(said.length > 300_000, `${said.length} bytes`);
    assert.equal(sha256(said), hash);
    assert.equal(said.toString(), canonical(JSON.parse(said)));
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    const known = await api.anonymous.get(`/v1/ledger/content/${hash}`,
        { headers: { 'if-none-match': answer.headers.get('etag') } });
    assert.equal(known.status, 304);
    // The state is what was said.
    const items = JSON.parse(said);
    const { n } = rows(`SELECT count(*) AS n FROM framework_item
        WHERE framework = '${made.framework}'`)[0];
    assert.equal(n, items.length);
});

test('what is said twice is kept once', async () => {
    const item = (at) => ({ code: String(at), kind: 'goal', title: `${at} ${'x'.repeat(900)}` });
    const items = Array.from({ length: 100 }, (_, at) => item(at));
    const [first, second] = [await make.plan({ items }), await make.plan({ items })];
    const hashes = rows(`SELECT convert_from(leaf, 'UTF8')::json #>> '{hashed,items}' AS hash
        FROM ledger_entry WHERE entry IN ('${first.entry}', '${second.entry}')`);
    assert.equal(hashes[0].hash, hashes[1].hash);
    assert.equal(rows(`SELECT count(*) AS n FROM ledger_content
        WHERE sha256 = '\\x${hashes[0].hash}'`)[0].n, 1);
});

// A statement appended as the service does, and taken back: its leaf and what stands beside it.
function appended(content) {
    const [{ actor, organisation_id: organisation }] =
        rows('SELECT actor, organisation_id FROM ledger_entry LIMIT 1');
    return JSON.parse(run(`BEGIN;
        SELECT set_config('aidledger.principal', '${actor}', true),
               set_config('aidledger.request', gen_random_uuid()::text, true) \\g /dev/null
        CREATE TEMPORARY TABLE made ON COMMIT DROP AS
        SELECT (r).entry FROM ledger_append('comment.made', '${organisation}', gen_random_uuid(), 1,
            NULL, $json$${JSON.stringify(content)}$json$::jsonb) AS r;
        SELECT json_build_object('length', octet_length(e.leaf),
                   'leaf', convert_from(e.leaf, 'UTF8'), 'public', ledger_public(e.leaf),
                   'content', (SELECT json_agg(encode(c.bytes, 'hex')) FROM ledger_content AS c
                                WHERE position(encode(c.sha256, 'hex')
                                               IN convert_from(e.leaf, 'UTF8')) > 0))
          FROM ledger_entry AS e JOIN made USING (entry);
        ROLLBACK;`));
}

test('65,535 bytes stay in the leaf, 65,536 do not', async () => {
    await make.drafted();
    const empty = appended({ text: '' }).length;
    const fits = appended({ text: 'x'.repeat(65_535 - empty) });
    assert.equal(fits.length, 65_535);
    assert.equal('hashed' in JSON.parse(fits.leaf), false);
    assert.equal(fits.content, null);
    const larger = { text: 'x'.repeat(65_536 - empty) };
    const moved = appended(larger);
    const leaf = JSON.parse(moved.leaf);
    assert.equal(moved.leaf, canonical(leaf));
    assert.deepEqual(leaf.public, {});
    assert.deepEqual(leaf.hashed, { text: sha256(JSON.stringify(larger.text)) });
    assert.deepEqual(moved.public, larger);
});

test('the largest go first, no more than have to, and bytes are counted, not characters', async () => {
    const content = { text: 'é'.repeat(30_000), country: 'x'.repeat(50_000), side: 'donor',
        comment_kind: 'x'.repeat(40_000) };
    const moved = appended(content);
    const leaf = JSON.parse(moved.leaf);
    assert.deepEqual(Object.keys(leaf.hashed), ['country', 'text']);
    assert.deepEqual(Object.keys(leaf.public), ['comment_kind', 'side']);
    assert.equal(moved.leaf, canonical(leaf));
    assert.deepEqual(moved.public, content);
    assert.deepEqual(Object.keys(moved.public), Object.keys(content).sort());
});

test('what is private never moves: its values stand in no leaf anyway', async () => {
    const made = await make.drafted({ narrative: 'x'.repeat(10_000) });
    const { body } = await api.anonymous.get(`/v1/ledger/entries/${made.entry}`);
    assert.ok(body.leaf.length < 10_000);
});
