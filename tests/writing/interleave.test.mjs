// Several parties act on one commitment at once: what comes of it is what comes of some order of
// theirs, one after the other, and whoever loses is told so.
// SPDX-License-Identifier: Apache-2.0
//
// Three actions are prepared on what everybody has read. Each of the six orders is first walked one
// after the other, on a commitment of its own: that is what may come of them. Then the same requests
// are in flight together, started in each order; and queued behind a transaction that holds the
// commitment, again in each order. Statuses, statements in their order and documents must be those of
// one of the six.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, request, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { hold, rows } from '../lib/sql.mjs';

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

// ---------------------------------------------------------------- what they act on

async function known() {
    const made = await make.registered({ title: 'Interleaved' });
    return make.fresh(made);
}

// In effect, a part of it paid, a change proposed by its donor and another asked for by Malawi.
async function busy() {
    const made = await make.effective({ title: 'Interleaved' });
    const paid = await done(api.donor.post(`${made.path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-02', amount: '175000.01', currency: 'USD',
        recipient_country: 'MW' }));
    const lodged = await done(api.signatory.post(`${made.path}/ownership-inputs`,
        { position: 'request_change', text: 'Later.' }));
    const now = await make.fresh(made);
    await done(api.donor.post(`${made.path}/amend`, { reason: 'Less.',
        changes: { amount: '900000.00' } }, { ifMatch: now.etag }));
    const input = `/v1/ownership-inputs/${lodged.body.ownership_input.id}`;
    return { ...await make.fresh(made), transaction: paid.body.transaction.id, input,
        inputTag: (await done(api.anonymous.get(input))).etag };
}

// Who sends what, where, on the condition that nothing has changed.
const of = (who, verb, body) => (made) => [who, `${made.path}/${verb}`, body, made.etag];
const ofInput = (who, verb, body) => (made) => [who, `${made.input}/${verb}`, body, made.inputTag];
const pay = (made) => [api.donor, `${made.path}/transactions`, { transaction_type: '3',
    transaction_date: '2026-11-03', amount: '1000.00', currency: 'USD' }];

const meetings = {
    known: {
        given: known,
        actions: {
            lodge: (made) => [api.signatory, `${made.path}/ownership-inputs`,
                { position: 'contest', text: 'Not so.' }],
            amend: of(api.donor, 'amend', { reason: 'Less.', changes: { amount: '900000.00' } }),
            cancel: of(api.donorApprover, 'cancel', { reason: 'It was ended.' }),
            pay,
        },
    },
    busy: {
        given: busy,
        actions: {
            register: of(api.donorApprover, 'register'),
            cancel: of(api.donorApprover, 'cancel', { reason: 'It was ended.' }),
            answer: ofInput(api.donorApprover, 'answer', { answer: 'rejected', reason: 'No.' }),
            supersede: ofInput(api.signatory, 'supersede', { position: 'endorse' }),
            confirm: (made) => [api.officer, '/v1/receipt-confirmations', {
                transaction_id: made.transaction, outcome: 'partial', amount: '120000.00',
                value_date: '2026-11-09' }],
        },
    },
};

// ---------------------------------------------------------------- what comes of it

// Without what no two commitments share.
function plain(value) {
    const kept = JSON.stringify(value, (name, inner) => (name === 'tree_size' ? undefined : inner))
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '#')
        .replaceAll(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, '@')
        .replaceAll(/AGR-[0-9a-f]{12}/g, 'AGR');
    return JSON.parse(kept);
}

async function outcome(made, statuses) {
    const read = async (path) => plain((await done(api.auditor.get(path))).body);
    const transactions = await read(`${made.path}/transactions?limit=200`);
    const history = await read(`${made.path}/history?limit=200`);
    return JSON.stringify({
        statuses,
        statements: history.items.map(({ version, kind }) => `${version} ${kind}`),
        commitment: await read(made.path),
        inputs: await read(`${made.path}/ownership-inputs`),
        receipts: await read(`/v1/receipt-confirmations?commitment=${made.id}`),
        transactions: transactions.items.map((item) => JSON.stringify(item)).sort(),
    });
}

const seen = new Set();

// Who is told to try again, because two waited for each other, does.
async function send([who, path, body, ifMatch], key) {
    for (;;) {
        const answer = await request('POST', path, { token: who.token, body, ifMatch, key });
        if (answer.status !== 503) {
            assert.ok(answer.status < 300 || [409, 412].includes(answer.status),
                `${path}: ${answer.text}`);
            seen.add(answer.status);
            return answer.status;
        }
    }
}

let sent = 0;
const prepare = (made, names, actions) =>
    names.map((name) => () => send(actions[name](made), `interleaved-${sent++}`));

function orders(names) {
    return names.length < 2 ? [names] : names.flatMap((name) =>
        orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest]));
}

function triples(names) {
    return names.flatMap((a, i) => names.slice(i + 1).flatMap((b, j) =>
        names.slice(i + j + 2).map((c) => [a, b, c])));
}

const told = (order, statuses) =>
    Object.fromEntries(order.map((name, at) => [name, statuses[at]])
        .sort(([a], [b]) => (a < b ? -1 : 1)));

async function oneAfterTheOther(given, actions, order) {
    const made = await given();
    const statuses = [];
    for (const act of prepare(made, order, actions)) {
        statuses.push(await act());
    }
    return outcome(made, told(order, statuses));
}

async function together(given, actions, order) {
    const made = await given();
    const statuses = await Promise.all(prepare(made, order, actions).map((act) => act()));
    return outcome(made, told(order, statuses));
}

const waiting = () => rows(`SELECT count(*) AS n FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`)[0].n;

async function queued(given, actions, order) {
    const made = await given();
    const letGo = await hold(`SELECT FROM commitment WHERE id = '${made.id}' FOR UPDATE;`);
    const flights = [];
    for (const act of prepare(made, order, actions)) {
        flights.push(act());
        await until(() => waiting() === flights.length, 4000);
    }
    await letGo();
    return outcome(made, told(order, await Promise.all(flights)));
}

for (const [what, { given, actions }] of Object.entries(meetings)) {
    for (const names of triples(Object.keys(actions))) {
        test(`${what}: ${names.join(', ')}`, async () => {
            const serial = new Map();
            for (const order of orders(names)) {
                serial.set(await oneAfterTheOther(given, actions, order), order.join(', '));
            }
            assert.ok(serial.size > 1, 'the order tells');
            for (const order of orders(names)) {
                for (const meet of [together, queued]) {
                    const found = await meet(given, actions, order);
                    assert.ok(serial.has(found), `${meet.name}, ${order.join(', ')}: in no order `
                        + `comes what came, ${found.slice(0, 2000)}`);
                }
            }
        });
    }
}

test('losers were told both ways', () => {
    assert.deepEqual([...seen].filter((status) => status >= 300).sort(), [409, 412]);
});
