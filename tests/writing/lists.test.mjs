// Lists: filters, pages, positions.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';

import { api, base, sequenced } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';

const word = `w${randomBytes(4).toString('hex')}`;
let made;

before(async () => {
    made = await make.effective({ title: `Landing station ${word}` });
    await api.donor.post(`${made.path}/links`, { framework: 'C11', framework_version: 'V1.2',
        item: 'pillar-c', rationale: 'Aid for ICT.' });
    await api.donor.post(`${made.path}/links`, { framework: 'C11', framework_version: 'V1.2',
        item: 'target-a', rationale: 'Data.' });
});

async function ids(path) {
    const answer = await api.anonymous.get(path);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.items.map((item) => item.id);
}

// Each filter with values that find the commitment, and values that do not.
const FILTERS = [
    ['donor=XI-DEMO-DONOR', 'donor=XI-DEMO-MW'],
    ['recipient=MW', 'recipient=ZM', 'recipient=KE'],
    ['group=LDC', 'group=LLDC', 'group=SIDS'],
    ['sector=22040', 'sector=11110', 'sector=22020'],
    ['pillar=c', 'pillar=pillar-c', 'pillar=d'],
    ['target=a', 'target=target-a', 'target=b'],
    ['status=EFFECTIVE', 'status=effective', 'status=REGISTERED'],
    ['year=2026', 'year=2028', 'year=2029'],
    [`text=${word}`, `text=${word.toUpperCase()}`, 'text=station%20x'],
];

for (const values of FILTERS) {
    test(`the filter ${values[0].split('=')[0]} finds what it says and nothing else`, async () => {
        const wrong = values.at(-1);
        for (const value of values.slice(0, -1)) {
            assert.deepEqual(await ids(`/v1/commitments?text=${word}&${value}`.replace(
                /\?text=\w+&text/, '?text')), [made.id], value);
        }
        assert.ok(!(await ids(`/v1/commitments?limit=200&${wrong}`)).includes(made.id), wrong);
    });
}

test('filters hold together', async () => {
    assert.deepEqual(await ids(`/v1/commitments?text=${word}&recipient=MW&group=LDC&pillar=c`
        + '&target=a&sector=22040&year=2027&status=EFFECTIVE&donor=XI-DEMO-DONOR'), [made.id]);
    assert.deepEqual(await ids(`/v1/commitments?text=${word}&recipient=MW&pillar=d`), []);
});

test('a group is the group of its day', async () => {
    // Vanuatu left the least developed countries on 4 December 2020.
    const other = await make.registered({ title: `Vanuatu ${word}`,
        recipients: [{ country: 'VU', share: '100' }] });
    const search = `/v1/commitments?text=Vanuatu%20${word}&group=LDC&group_on=`;
    assert.deepEqual(await ids(`${search}2020-12-03`), [other.id]);
    assert.deepEqual(await ids(`${search}2020-12-04`), []);
});

test('characters with a meaning in patterns have none in a search', async () => {
    assert.deepEqual(await ids('/v1/commitments?text=%25'), []);
    assert.deepEqual(await ids('/v1/commitments?text=_'), []);
    assert.deepEqual(await ids('/v1/commitments?text=%5C'), []);
    assert.deepEqual(await ids("/v1/commitments?text='%3B%20DROP%20TABLE%20commitment"), []);
});

test('following the Link headers shows each item once, also while more come', async () => {
    const tag = `page${randomBytes(4).toString('hex')}`;
    const all = [];
    for (let i = 0; i < 25; i++) {
        all.push((await make.registered({ title: `${tag} ${i}` })).id);
    }
    const seen = [];
    let path = `/v1/commitments?text=${tag}&limit=7`;
    for (let page = 0; path; page++) {
        const answer = await api.anonymous.get(path);
        assert.equal(answer.status, 200, answer.text);
        seen.push(...answer.body.items.map((item) => item.id));
        const link = answer.headers.get('link');
        assert.match(link, /rel="self"/);
        assert.match(link, /rel="first"/);
        path = /<([^>]+)>; rel="next"/.exec(link)?.[1];
        await make.registered({ title: `${tag} later ${page}` });
    }
    assert.deepEqual(seen, all.reverse());
});

test('a cursor is good for its own list and only as it was given', async () => {
    const answer = await api.anonymous.get('/v1/codelists/Sector?limit=2');
    const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link'))[1];
    const cursor = new URL(next, base).searchParams.get('after');
    assert.equal((await api.anonymous.get(next)).status, 200);
    for (const other of [`${cursor}A`, cursor.slice(1), cursor.replace(/.$/, '!'), 'AAAA', '',
        'x'.repeat(3000)]) {
        const refused = await api.anonymous.get(`/v1/codelists/Sector?after=${other}`);
        assert.equal(refused.status, 422, other);
        assert.equal(refused.body.errors[0].parameter, 'after');
    }
    assert.equal((await api.anonymous.get(`/v1/countries?after=${cursor}`)).status, 422);
});

test('as of a position a list and a commitment stay as they were', async () => {
    const tag = `asof${randomBytes(4).toString('hex')}`;
    const first = await make.effective({ title: `${tag} one` });
    const size = await sequenced(first.entry);
    const list = `/v1/commitments?text=${tag}&as_of=${size}`;
    const one = `${first.path}?as_of=${size}`;
    const before = [(await api.anonymous.get(list)).text, (await api.anonymous.get(one)).text,
        (await api.anonymous.get(`${first.path}/transactions?as_of=${size}`)).text];
    assert.equal((await ids(list)).length, 1);
    await make.effective({ title: `${tag} two` });
    await api.donor.post(`${first.path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-02', amount: '5.00', currency: 'USD' });
    await api.signatory.post(`${first.path}/ownership-inputs`, { position: 'endorse' });
    const after = [(await api.anonymous.get(list)).text, (await api.anonymous.get(one)).text,
        (await api.anonymous.get(`${first.path}/transactions?as_of=${size}`)).text];
    assert.deepEqual(after, before);
    const early = await api.anonymous.get(`${first.path}?as_of=0`);
    assert.equal(early.status, 404);
    const late = await api.anonymous.get(`${first.path}?as_of=900719925474099`);
    assert.equal(late.status, 422);
    assert.equal(late.body.errors[0].parameter, 'as_of');
});

test('a draft is not as of any position, whoever asks', async () => {
    const hidden = await make.drafted();
    const size = await sequenced(hidden.entry);
    assert.equal((await api.anonymous.get(`${hidden.path}?as_of=${size}`)).status, 404);
    assert.equal((await api.donor.get(`${hidden.path}?as_of=${size}`)).status, 200);
});
