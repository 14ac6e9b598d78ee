// erasure.test.mjs - what is erased is gone from the database, and the log stays what it was.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { bodyExample } from '../lib/calls.mjs';
import { api, sequenced } from '../lib/client.mjs';
import { answerFaults, operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { rows, run } from '../lib/sql.mjs';

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const example = bodyExample(operations.ledger_erase);

function erase(entry, fields, who = api.steward) {
    return who.post(`/v1/ledger/entries/${entry}/erasures`, { ...example, fields });
}

// A word that stands nowhere else, with what JSON has to escape around it.
function marker() {
    return `Jane "Doe" ${randomBytes(8).toString('hex')}\tof Żary`;
}

function core(mark) {
    return /[0-9a-f]{16}/.exec(mark)[0];
}

const bin = process.env.AIDLEDGER_PG_BIN ?? '/usr/lib/postgresql/15/bin';

// Where the whole database says a word, in its tables and its files of logs. Bytes are dumped in
// hexadecimal digits: a word could hide there.
function found(word) {
    const dump = execFileSync(`${bin}/pg_dump`, ['--data-only', process.env.AIDLEDGER_TEST_DATABASE],
        { encoding: 'utf8', maxBuffer: 1 << 30 });
    const hex = Buffer.from(word).toString('hex');
    const places = dump.split('\n').filter((line) => line.includes(word) || line.includes(hex));
    const folder = `${process.env.AIDLEDGER_TEST_SCRATCH}/cluster/pg/log`;
    for (const file of readdirSync(folder)) {
        places.push(...readFileSync(`${folder}/${file}`, 'utf8').split('\n')
            .filter((line) => line.includes(word)));
    }
    return places.map((line) => line.slice(0, 200));
}

async function leafOf(entry) {
    await sequenced(entry);
    return (await good(api.anonymous.get(`/v1/ledger/entries/${entry}`))).body;
}

let kept;

before(async () => {
    const mark = marker();
    const key = randomUUID();
    const body = make.draft({ narrative: mark });
    const made = await good(api.donor.post('/v1/commitments', body, { key }));
    const path = `/v1/commitments/${made.body.commitment.id}`;
    const { entry } = made.body.statement;
    const leaf = await leafOf(entry);
    const read = await good(api.donor.get(path));
    const [secret] = rows(`SELECT encode(salt, 'hex') AS salt, value FROM ledger_secret
        WHERE entry = '${entry}' AND field = 'narrative'`);
    const position = leaf.leaf_index + 1;
    assert.notEqual(found(core(mark)).length, 0, 'what is looked for can be found');
    const answer = await erase(entry, ['narrative'], api.donorApprover);
    kept = { mark, key, body, path, entry, leaf, read, secret, position, answer };
});

test('it is answered, located and told of in public', async () => {
    const { answer, entry } = kept;
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(answerFaults(operations.ledger_erase, answer), []);
    const stated = await good(api.anonymous.get(answer.location));
    const said = JSON.parse(Buffer.from(stated.body.leaf, 'base64').toString());
    assert.equal(said.kind, 'ledger.erased');
    assert.deepEqual(said.public, { entry, ...example, fields: ['narrative'] });
    assert.deepEqual(said.private, {});
    const { body } = await good(api.anonymous.get(`/v1/ledger/entries/${entry}`));
    assert.deepEqual(body.erased, [{ field: 'narrative', erasure: answer.body.statement.entry }]);
    assert.ok(body.private.includes('narrative'));
    const { body: listed } = await good(api.anonymous.get(
        `/v1/ledger/entries?from=${kept.leaf.leaf_index}&limit=1`));
    assert.deepEqual(listed.items[0].erased, body.erased);
});

test('the leaf, its hash and its place stay as they were', async () => {
    const { leaf, entry } = kept;
    const now = await leafOf(entry);
    assert.deepEqual({ ...now, erased: [] }, leaf);
    const bytes = Buffer.from(now.leaf, 'base64');
    assert.equal(createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex'), now.leaf_hash);
    assert.equal(rows(`SELECT encode(leaf_hash, 'hex') AS h FROM ledger_leaf
        WHERE entry = '${entry}'`)[0].h, leaf.leaf_hash);
});

test('no table, no kept answer and no log of the database says it any more', () => {
    assert.deepEqual(found(core(kept.mark)), []);
    assert.deepEqual(found(kept.secret.salt), []);
});

test('whoever guesses the value cannot see that it is right', () => {
    const { entry, leaf, secret } = kept;
    const stated = JSON.parse(Buffer.from(leaf.leaf, 'base64').toString()).private.narrative;
    const commitment = (salt, value) => createHmac('sha256', salt)
        .update(`aidledger-v1\0${entry}\0narrative\0${value}`).digest('hex');
    // With the salt the very first guess shows.
    assert.equal(commitment(Buffer.from(secret.salt, 'hex'), secret.value), stated);
    const salts = [Buffer.alloc(32), Buffer.from(''), Buffer.from(entry.replaceAll('-', ''), 'hex'),
        Buffer.from(leaf.leaf_hash, 'hex')];
    for (let i = 0; i < 100_000; i++) {
        const guess = i < salts.length ? secret.value : JSON.stringify(`Jane Doe ${i}`);
        assert.notEqual(commitment(salts[i % salts.length], guess), stated);
    }
    // Nor is there a hash of the request.
    const fingerprint = createHash('sha256').update(run(
        `SELECT $json$${JSON.stringify(kept.body)}$json$::jsonb::text`).slice(0, -1)).digest('hex');
    assert.equal(rows(`SELECT count(*) AS n FROM idempotency
        WHERE fingerprint = '\\x${fingerprint}'`)[0].n, 0);
});

test('it reads as erased, now and at every position', async () => {
    const { path, read, position, entry } = kept;
    for (const at of ['', `?as_of=${position}`]) {
        const { body } = await good(api.donor.get(path + at));
        assert.deepEqual({ ...body, narrative: read.body.narrative, version: 1 },
            { ...read.body, version: 1 });
        assert.equal(body.narrative, null);
    }
    const { body } = await good(api.donor.get(`${path}/history`));
    const [drafted, erased] = body.items;
    assert.equal(drafted.entry, entry);
    assert.ok(!('narrative' in drafted.private) && 'title' in drafted.private);
    assert.equal(drafted.erased[0].field, 'narrative');
    assert.equal(erased.kind, 'ledger.erased');
    assert.ok(!(await good(api.donor.get(`${path}/field-history`))).text.includes(core(kept.mark)));
    const list = await good(api.donor.get(`/v1/commitments?text=${core(kept.mark)}`));
    assert.deepEqual(list.body.items, []);
});

test('the entity tag has changed with the document', async () => {
    const { etag } = await good(api.donor.get(kept.path));
    assert.notEqual(etag, kept.read.etag);
    const stale = await api.donor.patch(kept.path, { narrative: 'New.' }, { ifMatch: kept.read.etag });
    assert.equal(stale.status, 412);
});

test('a retry of the request learns that it was carried out, and what of', async () => {
    for (const body of [kept.body, { title: 'Another body' }]) {
        const retry = await api.donor.post('/v1/commitments', body, { key: kept.key });
        assert.equal(retry.status, 410, retry.text);
        assert.deepEqual(answerFaults(operations.commitment_create, retry), []);
        assert.equal(retry.body.type, '/problems/erased');
        assert.ok(retry.body.detail.includes(`/v1/ledger/entries/${kept.entry}`), retry.body.detail);
    }
    assert.equal(rows(`SELECT count(*) AS n FROM commitment
        WHERE document LIKE '%${kept.body.title}%'`)[0].n, 1);
});

test('a retry of the erasure itself gets the same answer, and another erasure does not work', async () => {
    const made = await make.drafted();
    const send = () => api.steward.post(`/v1/ledger/entries/${made.entry}/erasures`, example,
        { key: made.id });
    const first = await send();
    assert.equal(first.status, 201, first.text);
    assert.deepEqual((await send()).body, first.body);
    const again = await erase(made.entry, ['narrative']);
    assert.equal(again.status, 409);
    assert.ok(again.body.detail.includes(first.body.statement.entry), again.body.detail);
});

test('what was published is named', async () => {
    const sent = await make.submitted({ narrative: marker() });
    const [{ entry }] = rows(`SELECT entry FROM ledger_entry
        WHERE aggregate = '${sent.id}' AND version = 1`);
    const registered = await good(api.donorApprover.post(`${sent.path}/register`, undefined,
        { ifMatch: sent.etag }));
    const refused = await erase(entry, ['narrative']);
    assert.equal(refused.status, 409);
    assert.ok(refused.body.detail.includes(registered.body.statement.entry), refused.body.detail);
});

test('answers to what followed are cleared of it too, and of nothing else', async () => {
    const mark = marker();
    const keys = [1, 2, 3].map(() => randomUUID());
    const made = await make.drafted({ narrative: mark });
    const sent = await good(api.donor.post(`${made.path}/submit`, undefined,
        { ifMatch: made.etag, key: keys[0] }));
    const back = await good(api.donorApprover.post(`${made.path}/return`, { reason: `By ${mark}.` },
        { ifMatch: sent.etag, key: keys[1] }));
    // The donor takes the words out, and goes on without them.
    const edited = await good(api.donor.patch(made.path, { narrative: 'Nobody.' },
        { ifMatch: back.etag }));
    const again = { ifMatch: edited.etag, key: keys[2] };
    const resent = await good(api.donor.post(`${made.path}/submit`, undefined, again));
    await good(erase(made.entry, ['narrative']));
    await good(erase(back.body.statement.entry, ['reason']));
    assert.deepEqual(found(core(mark)), []);
    const retried = await api.donor.post(`${made.path}/submit`, undefined,
        { ifMatch: made.etag, key: keys[0] });
    assert.equal(retried.status, 410, retried.text);
    assert.ok(retried.body.detail.includes(sent.body.statement.entry));
    assert.equal((await api.donorApprover.post(`${made.path}/return`, { reason: `By ${mark}.` },
        { ifMatch: sent.etag, key: keys[1] })).status, 410);
    assert.deepEqual((await api.donor.post(`${made.path}/submit`, undefined, again)).body,
        resent.body);
});

test('every private text is found in every place it went to', async () => {
    const marks = {};
    const mark = (name) => (marks[name] = marker());
    const draft = await make.drafted({ title: mark('title'), narrative: mark('narrative'),
        agreement_reference: mark('agreement'), ict_reason: mark('ict'),
        in_kind: { kind: 'goods', description: mark('goods'), valuation_method: 'market_price',
            valuation: mark('value') } });
    const edited = await good(api.donor.patch(draft.path, { title: 'A title', narrative: null,
        agreement_reference: null, ict_reason: 'A reason.', in_kind: null },
    { ifMatch: draft.etag }));
    await good(erase(draft.entry, ['title', 'narrative', 'agreement_reference', 'ict_reason',
        'in_kind']));
    assert.ok(edited.etag);
    const alike = await make.alike();
    const told = await good(api.donor.post(`${alike.path}/submit`,
        { distinct_from: [{ commitment_id: alike.other, reason: mark('distinct') }] },
        { ifMatch: alike.etag }));
    await good(api.donorApprover.post(`${alike.path}/register`, undefined, { ifMatch: told.etag }));
    await good(erase(told.body.statement.entry, ['distinct_from']));
    const effective = await make.effective();
    const amended = await good(api.donor.post(`${effective.path}/amend`,
        { reason: mark('amendment'), changes: { narrative: mark('amended') } },
        { ifMatch: effective.etag }));
    const back = await good(api.donorApprover.post(`${effective.path}/return`,
        { reason: mark('returned') }, { ifMatch: amended.etag }));
    await good(erase(amended.body.statement.entry, ['reason', 'narrative']));
    await good(erase(back.body.statement.entry, ['reason']));
    const seen = await make.observed({ ground: mark('ground'), text: mark('text'),
        place: mark('place'), evidence: [{ title: mark('evidence') }] });
    await good(api.donor.post(`/v1/third-party-observations/${seen.id}/reply`, { text: 'No.' }));
    await good(erase(seen.entry, ['ground', 'text', 'place', 'evidence'], await make.thirdParty()));
    const { body: read } = await good(api.anonymous.get(seen.path));
    assert.deepEqual([read.ground, read.text, read.place, read.evidence],
        ['erased', 'erased', 'erased', []]);
    const books = await make.bookedPayment({ treasury_reference: mark('treasury'),
        note: mark('note'), provider: mark('provider') });
    const looked = await good(api.signatory.post(`${books.path}/reject`,
        { transaction_id: books.transaction, reason: mark('rejected') }, { ifMatch: books.etag }));
    const gone = await good(api.officer.post(`${books.path}/withdraw`,
        { reason: mark('withdrawn') }, { ifMatch: looked.etag }));
    await good(erase(books.entry, ['note', 'provider'], api.signatory));
    await good(erase(books.entry, ['treasury_reference', 'ref', 'agreement_reference']));
    await good(erase(looked.body.statement.entry, ['reason']));
    await good(erase(gone.body.statement.entry, ['reason']));
    for (const [name, text] of Object.entries(marks)) {
        assert.deepEqual(found(core(text)), [], name);
    }
});

test('a treasury that uploads its books again neither fails nor says anew what was erased', async () => {
    const row = { treasury_reference: `RB-${randomBytes(6).toString('hex')}`, amount: '1.00',
        currency: 'USD', value_date: '2026-11-05', provider: marker(), note: 'A note.' };
    const key = randomUUID();
    const { body } = await good(api.officer.post('/v1/treasury-receipts', [row], { key }));
    const [{ id }] = body.rows;
    await good(api.officer.post('/v1/treasury-receipts', [row]));
    const { entry } = await make.freshBook({ id });
    await good(erase(entry, ['provider', 'note'], api.signatory));
    assert.equal((await api.officer.post('/v1/treasury-receipts', [row], { key })).status, 410);
    const again = await good(api.officer.post('/v1/treasury-receipts', [row]));
    assert.equal(again.body.rows[0].result, 'known');
    assert.equal(again.body.rows[0].id, id);
    assert.deepEqual(found(core(row.provider)), []);
    const { body: read } = await make.freshBook({ id });
    assert.deepEqual([read.provider, read.note], [null, null]);
});

// ---------------------------------------------------------------- the walls

function asRole(role, statement) {
    return run(`BEGIN; SET LOCAL ROLE ${role};
        SELECT set_config('aidledger.erasing', '${kept.entry}', true),
               set_config('aidledger.roles', 'steward', true);
        ${statement}; COMMIT;`);
}

test('no lane erases by itself, whatever it claims to be doing', () => {
    for (const role of ['aidledger_writer', 'aidledger_importer', 'aidledger_scoped',
        'aidledger_sealer']) {
        for (const statement of [`DELETE FROM ledger_secret WHERE entry = '${kept.entry}'`,
            `UPDATE commitment_revision SET narrative = NULL WHERE entry = '${kept.entry}'`,
            "UPDATE idempotency SET fingerprint = ''",
            `INSERT INTO ledger_erasure VALUES ('${kept.entry}', 'title', '${kept.entry}')`,
            'DELETE FROM commitment_distinction']) {
            assert.throws(() => asRole(role, statement), /permission denied/, `${role} ${statement}`);
        }
    }
    for (const role of ['aidledger_writer', 'aidledger_scoped']) {
        assert.equal(asRole(role, 'SELECT count(*) FROM ledger_secret').trim().split('\n').at(-1),
            '0');
    }
});

test('the owner itself empties what is on record as erased, and nothing else', () => {
    const owner = (statement) => asRole('aidledger_owner', statement);
    // What it says is erased is.
    owner(`UPDATE commitment_revision SET narrative = NULL WHERE entry = '${kept.entry}'`);
    for (const statement of ["UPDATE commitment_revision SET title = 'erased'",
        "UPDATE commitment_revision SET narrative = 'Other words.'",
        'UPDATE commitment_revision SET amount = amount + 1', 'DELETE FROM commitment_revision']) {
        assert.throws(() => owner(`${statement} WHERE entry = '${kept.entry}'`),
            /an erasure would change/, statement);
    }
    for (const statement of ['TRUNCATE commitment_revision CASCADE', 'DELETE FROM ledger_erasure',
        "UPDATE ledger_entry SET leaf = ''", 'DELETE FROM ledger_entry']) {
        assert.throws(() => owner(statement), /never changed or removed/, statement);
    }
    const nothing = "SELECT set_config('aidledger.erasing', '', true)";
    assert.throws(() => owner(`${nothing}; UPDATE commitment_revision SET narrative = NULL`),
        /never changed or removed/);
    assert.equal(owner(`${nothing}; SELECT count(*) FROM ledger_secret`).trim().split('\n').at(-1),
        '0');
});

test('one function runs with the rights of the owner, and looks up names in one schema', () => {
    assert.deepEqual(rows(`SELECT proname, proconfig FROM pg_proc
        WHERE pronamespace = 'aidledger'::regnamespace AND prosecdef`),
    [{ proname: 'ledger_erased', proconfig: ['search_path=aidledger, pg_temp'] }]);
});
