// replay.test.mjs - `make replay` agrees with a service that is true, and names what is not.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, test } from 'node:test';

import { bodyExample } from '../lib/calls.mjs';
import { api, base, sequenced } from '../lib/client.mjs';
import { operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { rows, run } from '../lib/sql.mjs';
import { treeRoot } from '../fold/replay.mjs';
import { leafHash } from '../fold/log.mjs';

function replay(environment = {}) {
    return new Promise((resolve) => {
        execFile(process.execPath, ['tests/fold/replay.mjs'], { env: { ...process.env,
            AIDLEDGER_URL: base, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE,
            ...environment } }, (error, out, err) =>
            resolve({ status: error ? error.code : 0, out, err }));
    });
}

// As an administrator of the database could; and back again.
async function tampered(change, back) {
    const lawless = 'SET session_replication_role = replica;';
    run(lawless + change);
    try {
        return await replay();
    } finally {
        run(lawless + back);
    }
}

before(async () => {
    await make.paid();
    await make.answered();
    await make.bookedPayment({ note: 'J. Doe' });
    const seen = await make.observed();
    const answer = await api.steward.post(`/v1/ledger/entries/${seen.entry}/erasures`,
        { ...bodyExample(operations.ledger_erase), fields: ['text', 'place'] });
    assert.equal(answer.status, 201, answer.text);
    // More than one bundle of leaves, and one that is beside its leaf.
    for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 30 }, () => make.bareDraft()));
    }
    await sequenced((await make.longPlan()).entry);
});

test('the tree of the replay is that of RFC 6962', () => {
    const leaf = (text) => leafHash(Buffer.from(text, 'hex'));
    // The test vectors of the Certificate Transparency reference implementation.
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657',
        '606162636465666768696a6b6c6d6e6f'].map(leaf);
    const roots = ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
        'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
        '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
        '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
        'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
        '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'];
    assert.deepEqual(roots.map((_, size) => treeRoot(inputs.slice(0, size))), roots);
});

test('a true service: every table counted, nothing different', async () => {
    const { status, out, err } = await replay();
    assert.equal(status, 0, out + err);
    const [{ commitments }] = rows('SELECT count(*) AS commitments FROM commitment');
    assert.match(out, new RegExp(`^commitment +${commitments} rows$`, 'm'));
    assert.match(out, /^replay: \d+ of the log's \d+ statements, 2 erased fields$/m);
    assert.match(out, /^replay: the database holds what the log says$/m);
});

test('while others go on writing', async () => {
    let running = true;
    const writing = (async () => {
        while (running) {
            await Promise.all([make.bareDraft(), make.bareDraft(), make.registered()]);
        }
    })();
    const { status, out, err } = await replay();
    running = false;
    await writing;
    assert.equal(status, 0, out + err);
});

test('one row that is changed by hand is named', async () => {
    const [{ id, ordinal, amount }] = rows(
        'SELECT transaction_id AS id, ordinal, amount::text FROM allocation LIMIT 1');
    const set = (value) => `UPDATE allocation SET amount = ${value}
        WHERE transaction_id = '${id}' AND ordinal = ${ordinal};`;
    const { status, out } = await tampered(set(`${amount} + 0.01`), set(amount));
    assert.equal(status, 1, out);
    assert.match(out, /^allocation +\d+ rows, 1 differences$/m);
    assert.ok(out.includes(`replay: allocation ${id}/${ordinal}: amount is`), out);
    assert.match(out, /^replay: 1 differences$/m);
});

test('one leaf that is changed by hand is named, whatever else is changed with it', async () => {
    const [{ entry, leaf }] = rows(`SELECT entry, encode(leaf, 'hex') AS leaf FROM ledger_entry
        WHERE kind = 'plan.stated' LIMIT 1`);
    const set = (bytes) => `UPDATE ledger_entry SET leaf = ${bytes} WHERE entry = '${entry}';`;
    const { status, out } = await tampered(
        set(`convert_to(replace(convert_from(leaf, 'UTF8'), '"source":"M', '"source":"m'), 'UTF8')`),
        set(`'\\x${leaf}'`));
    assert.equal(status, 1, out);
    assert.match(out, /replay: the leaves come to the root [0-9a-f]{64}, signed is/);
});

test('what cannot be found out is no agreement', async () => {
    const away = await replay({ AIDLEDGER_URL: 'http://127.0.0.1:9' });
    assert.equal(away.status, 2);
    assert.match(away.err, /^replay: http:\/\/127\.0\.0\.1:9\S* cannot be asked: /);
    const url = process.env.AIDLEDGER_TEST_DATABASE;
    const reader = await replay({ AIDLEDGER_DATABASE_URL: `${url} user=aidledger_public` });
    assert.equal(reader.status, 2, reader.out);
    assert.match(reader.err, /^replay: .*(does not see every row|psql)/m);
});
