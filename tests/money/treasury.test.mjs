// What a treasury received and what was paid: which rule finds it, and that nothing counts twice.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { api, request, sequenced } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const word = () => randomBytes(6).toString('hex');

// A payment to Malawi of an amount that no other has.
async function paid(changes) {
    const amount = `${1000000 + randomBytes(4).readUInt32BE()}.00`;
    const { transaction, commitment } = await make.paid({ recipient_country: 'MW',
        amount, ...changes });
    return { id: transaction.id, amount, commitment };
}

const look = async (book) =>
    (await done(api.signatory.get(`${book.path}?candidates=true`))).body;

// The match with this payment, if there is one.
async function matchOf(payment, row) {
    const { state, proposals, candidates } = await look(await make.booked(row));
    const found = [...proposals, ...candidates].find((one) => one.transaction_id === payment.id);
    assert.equal(state, proposals.length > 0 ? 'PROPOSED' : 'UNMATCHED');
    assert.ok(proposals.every((one) => one.rule === 1));
    assert.ok(candidates.every((one) => one.rule > 1));
    return found && { rule: found.rule, score: found.score, grounds: found.grounds.join(' ') };
}

test('the rules are tried in their order, and each has its limits', async () => {
    const ref = `DISB-${word()}`;
    const payment = await paid({ ref, provider_org: { name: 'Bank of the North', ref: 'XI-BANK' } });
    const { amount } = payment;
    const near = (percent) => (Number(amount) * percent).toFixed(2);
    const other = { agreement_reference: `Another ${word()}` };
    const cases = [
        [{ ref, amount: '1.00', value_date: '2025-01-01' }, 1, 65, 'agreement reference'],
        [{ ref: ref.toLowerCase().replace('-', ' / '), agreement_reference: 'agr2026017', amount },
            1, 90, 'agreement reference amount date_within_10_days'],
        [{ ref, amount: '1.00', currency: 'MWK' }, 1, 75, 'agreement reference date_within_10_days'],
        [{ amount, value_date: '2026-11-12' }, 2, 60, 'agreement amount date_within_10_days'],
        [{ amount, value_date: '2026-10-23' }, 2, 60, 'agreement amount date_within_10_days'],
        [{ amount, value_date: '2026-11-13' }, undefined],
        [{ amount, value_date: '2026-11-13', provider: 'xi-demo-donor' }, 3, 65,
            'agreement amount provider date_within_30_days'],
        [{ amount, currency: 'EUR' }, undefined],
        [{ amount: near(1.004), value_date: '2026-11-03' }, undefined],
        [{ ...other, amount: near(1.004), provider: 'Bank of the North', value_date: '2026-10-03' },
            3, 23, 'provider amount_within_tolerance date_within_30_days'],
        [{ ...other, amount: near(0.996), provider: 'XI-BANK', value_date: '2026-11-03' },
            3, 28, 'date_within_10_days provider amount_within_tolerance'],
        [{ ...other, amount, provider: 'XI-BANK', value_date: '2026-10-02' }, undefined],
        [{ ...other, amount: near(1.006), provider: 'XI-BANK' }, undefined],
        [{ ...other, amount: near(0.994), provider: 'XI-BANK' }, undefined],
        [{ ...other, amount, provider: 'Bank of the South' }, undefined],
        [{ ...other, ref, amount, provider: 'Bank of the South' }, undefined],
    ];
    for (const [row, rule, score, grounds] of cases) {
        assert.deepEqual(await matchOf(payment, row), rule && { rule, score, grounds },
            JSON.stringify(row));
    }
});

test('a payment that names its agreement is looked for by that one', async () => {
    const agreement = `AGR-${word()}`;
    await make.registered({ agreement_reference: agreement });
    const ref = `DISB-${word()}`;
    const payment = await paid({ ref, agreement_reference: agreement });
    assert.equal((await matchOf(payment, { ref, agreement_reference: agreement })).rule, 1);
    const { agreement_reference: ofCommitment } = (await done(api.anonymous.get(
        payment.commitment.path))).body;
    assert.equal(await matchOf(payment, { ref, agreement_reference: ofCommitment }), undefined);
});

test('what is confirmed, reversed or told apart is proposed no more', async () => {
    const full = await make.bookedPayment();
    const second = await make.booked({ ref: full.ref });
    assert.equal((await look(second)).state, 'PROPOSED');
    await make.bookConfirmed(full, 'full');
    assert.equal((await look(second)).state, 'UNMATCHED');
    const reversed = await make.bookedPayment();
    await done(api.donor.post(`${reversed.commitment.path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-03', amount: '-175000.01', currency: 'USD',
        recipient_country: 'MW', adjusts: reversed.transaction, reason: 'It was sent back.' }));
    assert.equal((await look(reversed)).state, 'UNMATCHED');
});

test('a payment that is reported after its receipt is found all the same', async () => {
    const ref = `DISB-${word()}`;
    const early = await make.booked({ ref });
    assert.equal(early.body.state, 'UNMATCHED');
    const { transaction } = await make.paid({ recipient_country: 'MW', amount: '175000.01', ref });
    const { state, proposals } = await look(early);
    assert.equal(state, 'PROPOSED');
    assert.deepEqual(proposals.map((one) => one.transaction_id), [transaction.id]);
    // The tag is of what is shown: a cache that asks again gets the proposal.
    const again = await api.signatory.get(early.path, { headers: { 'if-none-match': early.etag } });
    assert.equal(again.status, 200);
    const unchanged = await api.signatory.get(early.path,
        { headers: { 'if-none-match': again.etag } });
    assert.equal(unchanged.status, 304);
    // And it is of the version: what is proposed meanwhile keeps nobody from deciding.
    await make.bookConfirmed({ ...early, transaction: transaction.id }, 'full');
});

test('what other receipts confirm of a payment is not left of it', async () => {
    const first = await make.bookedPayment({ amount: '100000.00' });
    await make.bookConfirmed(first, 'partial');
    const [left] = (await look(await make.booked({ ref: first.ref, amount: '75000.01' }))).proposals;
    assert.equal(left.amount_left, '75000.01');
    assert.ok(left.grounds.includes('amount'));
});

test('of two who confirm one payment at once, one is told that it is confirmed', async () => {
    for (let round = 0; round < 5; round++) {
        const one = await make.bookedPayment();
        const other = { ...await make.booked({ ref: one.ref }), transaction: one.transaction };
        const answers = await Promise.all([one, other].map((book) => api.signatory.post(
            `${book.path}/confirm`, { transaction_id: one.transaction, outcome: 'full' },
            { ifMatch: book.etag })));
        assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
        const [{ n }] = rows(`SELECT count(*) AS n FROM receipt_confirmation
            WHERE transaction_id = '${one.transaction}'`);
        assert.equal(n, 1);
    }
});

test('of two uploads of the same books at once, one records them', async () => {
    const books = Array.from({ length: 20 }, () => ({ treasury_reference: `RB-${word()}`,
        amount: '1.00', currency: 'USD', value_date: '2026-11-05' }));
    const answers = await Promise.all([1, 2, 3].map(() =>
        api.officer.post('/v1/treasury-receipts', books)));
    assert.deepEqual(answers.map(({ body }) => body.received).sort((a, b) => a - b), [0, 0, 20]);
    assert.deepEqual(answers.map(({ body }) => body.known).sort((a, b) => a - b), [0, 20, 20]);
});

test('a retry is answered as before, and a trial does not use up its key', async () => {
    const key = `treasury-${word()}`;
    const csv = `treasury_reference,amount,currency,value_date\nRB-${word()},1.00,USD,2026-11-05\n`;
    const send = (query) => request('POST', `/v1/treasury-receipts${query}`,
        { token: api.officer.token, raw: csv, key, headers: { 'content-type': 'text/csv' } });
    assert.equal((await send('?dry_run=true')).body.rows[0].id, null);
    const first = await send('');
    assert.equal(first.body.received, 1);
    assert.equal((await send('')).text, first.text);
});

test('the largest upload, all of it or nothing', async () => {
    const line = (at) => `RB-${at}-${word()},AGR-2026-017,DISB-${at},XI-DEMO-DONOR,${at}.50,USD,`
        + `2026-11-05,"A note, of some length, for row ${at}"`;
    const head = 'treasury_reference,agreement_reference,ref,provider,amount,currency,value_date,note';
    const send = (lines) => request('POST', '/v1/treasury-receipts', { token: api.officer.token,
        raw: [head, ...lines].join('\r\n'), headers: { 'content-type': 'text/csv' } });
    const lines = Array.from({ length: 500 }, (_, at) => line(at + 1));
    const over = await send([...lines, line(501)]);
    assert.equal(over.status, 422);
    assert.deepEqual(over.body.errors.map((one) => one.rule), ['items']);
    const spoilt = await send([...lines.slice(1), line(500).replace('USD', 'XXY')]);
    assert.deepEqual(spoilt.body.errors.map((one) => `${one.pointer} ${one.rule}`),
        ['/499/currency codelist']);
    const whole = await send(lines);
    assert.equal(whole.status, 200, whole.text);
    assert.equal(whole.body.received, 500);
});

test('nobody but its country and auditors reads a row, and the note is the organisation\'s', async () => {
    const note = `Account of ${word()}`;
    const book = await make.bookedPayment({ note });
    await make.bookConfirmed(book, 'full');
    const [{ entry }] = rows(`SELECT entry FROM treasury_receipt WHERE id = '${book.id}'`);
    await sequenced(entry);
    const leaf = Buffer.from((await done(api.anonymous.get(`/v1/ledger/entries/${entry}`))).body.leaf,
        'base64').toString();
    assert.ok(!leaf.includes(note) && !leaf.includes(book.reference), leaf);
    assert.equal((await done(api.officer.get(book.path))).body.note, note);
    assert.equal((await done(api.auditor.get(book.path))).body.note, note);
    // The note is kept beside the ledger and nowhere else: once erased there, it is gone.
    const [{ places }] = rows(`SELECT count(*) AS places FROM ledger_secret
        WHERE entry = '${entry}' AND field = 'note'`);
    assert.equal(places, 1);
    const [{ copies }] = rows(`SELECT count(*) AS copies FROM treasury_receipt AS r
        WHERE r.id = '${book.id}' AND to_jsonb(r)::text LIKE '%${note}%'`);
    assert.equal(copies, 0);
    const told = await done(api.anonymous.get(
        `/v1/receipt-confirmations?transaction=${book.transaction}`));
    assert.ok(!told.text.includes(note));
    assert.equal(told.body.items[0].treasury_reference, book.reference);
});

test('a row is told again as it was, with what it might have been by then', async () => {
    const book = await make.bookedPayment({ value_date: '2026-11-24' });
    const at = async () => {
        const [{ entry }] = rows(`SELECT entry FROM ledger_entry WHERE aggregate = '${book.id}'
            ORDER BY version DESC LIMIT 1`);
        return { size: await sequenced(entry), read: await look(book) };
    };
    const seen = [await at()];
    await done(api.donor.post(`${book.commitment.path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-03', amount: '-5000.00', currency: 'USD',
        recipient_country: 'MW', adjusts: book.transaction, reason: 'A part came back.' }));
    const second = await make.booked({ amount: '100000.00', ref: book.ref });
    await make.bookConfirmed({ ...second, transaction: book.transaction }, 'partial');
    const { size } = await (async () => {
        const [{ entry }] = rows(`SELECT entry FROM ledger_entry WHERE aggregate = '${second.id}'
            ORDER BY version DESC LIMIT 1`);
        return { size: await sequenced(entry) };
    })();
    seen.push({ size, read: await look(book) });
    await done(api.signatory.post(`${book.path}/reject`, { transaction_id: book.transaction,
        reason: 'Another one.' }, { ifMatch: book.etag }));
    seen.push(await at());
    const { etag } = await make.freshBook(book);
    await done(api.officer.post(`${book.path}/withdraw`, { reason: 'Booked twice.' },
        { ifMatch: etag }));
    seen.push(await at());
    assert.deepEqual(seen.map(({ read }) => read.state),
        ['PROPOSED', 'PROPOSED', 'UNMATCHED', 'WITHDRAWN']);
    assert.deepEqual(seen.slice(0, 2).map(({ read }) => read.proposals[0].amount_left),
        ['175000.01', '70000.01']);
    for (const { size: position, read } of seen) {
        const then = await done(api.auditor.get(
            `${book.path}?candidates=true&as_of=${position}`));
        assert.deepEqual(then.body.proposals, read.proposals);
        assert.deepEqual({ ...then.body, candidates: null }, { ...read, candidates: null });
        const list = await done(api.auditor.get(
            `/v1/treasury-receipts?country=MW&as_of=${position}&limit=200`));
        assert.deepEqual(list.body.items.find((one) => one.id === book.id),
            { ...read, candidates: null });
    }
});
