// The reports against figures worked out by hand (world.mjs), and against themselves.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { api, sequenced, until } from '../lib/client.mjs';
import { somebody } from '../lib/principals.mjs';
import { rows } from '../lib/sql.mjs';
import { commit, good, makeWorld, pay, withDeadlinesPassed } from './world.mjs';

const slugs = readdirSync('reports').sort();
const manifests = Object.fromEntries(slugs.map((slug) => [slug,
    JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'))]));
let world;

before(async () => {
    world = await makeWorld();
});

const MONEY = ['committed', 'committed_ict_220', 'committed_ict_principal',
    'committed_ict_significant', 'disbursed', 'disbursed_ict_220', 'disbursed_ict_principal',
    'disbursed_ict_significant'];

// Until everything said so far has its place in the log.
function settled() {
    return until(() => rows('SELECT FROM ledger_queue').length === 0);
}

// Exact decimals as whole ten-thousandths.
function units(decimal) {
    const [, sign, whole, fraction] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(decimal);
    return BigInt(`${sign}${whole}${(fraction ?? '').padEnd(4, '0')}`);
}

// RFC 4180, without the notes.
function parseCsv(text) {
    const records = [];
    let record = [];
    let field = '';
    let quoted = false;
    for (let i = 0; i < text.length; i++) {
        const c = text[i];
        if (quoted && c === '"' && text[i + 1] === '"') {
            field += '"';
            i++;
        } else if (c === '"') {
            quoted = !quoted;
        } else if (!quoted && (c === ',' || (c === '\r' && text[i + 1] === '\n'))) {
            record.push(field);
            field = '';
            if (c === '\r') {
                records.push(record);
                record = [];
                i++;
            }
        } else {
            field += c;
        }
    }
    assert.equal(field, '', 'the last line ends');
    return records;
}

async function report(slug, query = '', accept = 'application/json') {
    return good(api.auditor.get(`/v1/reports/${slug}?as_of=${world.size}${query}`,
        { headers: { accept } }));
}

for (const slug of slugs) {
    test(`${slug}: a definition that changed has a bridge from every one before it`, () => {
        const { definition_version: newest, definitions } = manifests[slug];
        const told = definitions ?? [{ version: newest }];
        assert.deepEqual(told.map(({ version }) => Number(version)),
            Array.from({ length: Number(newest) }, (_, i) => Number(newest) - i));
        told.slice(0, -1).forEach(({ since, adds, differs, bridge }, i) => {
            const before = told[i + 1];
            assert.equal(since, before.until);
            assert.ok((adds ?? differs).length > 0);
            assert.equal(bridge !== undefined, differs !== undefined && !before.never_issued);
            if (bridge) {
                const { columns } = manifests[bridge.slice('/v1/reports/'.length)];
                assert.ok(columns.some(({ name }) => name === 'step'));
            }
        });
    });

    test(`${slug} is what was worked out by hand`, async () => {
        const expected = readFileSync(`reports/${slug}/expected.csv`, 'utf8');
        await withDeadlinesPassed(world.a, async () => {
            const { text, headers } = await report(slug, '&notes=none', 'text/csv');
            assert.equal(text, expected);
            assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
            assert.match(headers.get('content-disposition'),
                new RegExp(`filename="${slug}-${world.size}.csv"`));
        });
    });

    test(`${slug}: JSON holds the same cells, exact and typed`, async () => {
        const { body } = await report(slug);
        const csv = parseCsv((await report(slug, '&notes=none', 'text/csv')).text);
        const { columns } = manifests[slug];
        assert.deepEqual(csv[0], columns.map((column) => column.name));
        assert.deepEqual(body.rows.map((row) => columns.map(({ name }) => row[name] ?? '').map(String)),
            csv.slice(1));
        for (const row of body.rows) {
            for (const { name, type } of columns) {
                const kind = row[name] === null ? 'null' : typeof row[name];
                assert.ok(kind === 'null' || kind === (type === 'integer' ? 'number' : 'string'),
                    `${name} is a ${kind}`);
            }
        }
    });

    test(`${slug} says what it is, how it is computed and what it does not tell`, async () => {
        const manifest = manifests[slug];
        // Indicators have no donor.
        const [name, value] = manifest.parameters.some((p) => p.name === 'donor')
            ? ['donor', 'XI-DEMO-DONOR'] : ['country', 'KZ'];
        const { body } = await report(slug, `&${name}=${value}`);
        for (const member of ['title', 'definition_version', 'question', 'method', 'limitations',
            'null_rule', 'columns']) {
            assert.deepEqual(body[member], manifest[member], member);
        }
        assert.equal(body.report, slug);
        assert.equal(body.tree_size, world.size);
        assert.deepEqual(body.parameters, { [name]: value });
        assert.ok(body.method.length > 0 && body.limitations.length > 0);
        const { text } = await report(slug, `&${name}=${value}`, 'text/csv');
        const notes = text.split('\r\n').filter((line) => line.startsWith('# '));
        for (const line of [...manifest.method.map((m) => `# method: ${m}`),
            ...manifest.limitations.map((l) => `# limitations: ${l}`),
            `# tree size: ${world.size}`, `# parameter ${name}: ${value}`,
            `# definition version: ${manifest.definition_version}`]) {
            assert.ok(notes.includes(line), line);
        }
        const definition = await good(api.anonymous.get(`/v1/reports/${slug}/definition`));
        assert.equal(definition.body.query, readFileSync(`reports/${slug}/query.sql`, 'utf8'));
        assert.ok(definition.body.parameters.some((p) => p.name === 'as_of'));
    });

    test(`${slug} is the same bytes for ever, for everybody`, async () => {
        const first = [await report(slug), await report(slug, '', 'text/csv')].map((a) => a.text);
        const extra = await commit(api.donor, api.donorApprover, { commitment_date: '2021-05-05',
            amount: '77.00', currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
            sectors: [{ code: '22040', share: '100' }] });
        await good(api.signatory.post(`${extra}/ownership-inputs`, { position: 'endorse' }));
        const again = [await report(slug), await report(slug, '', 'text/csv')].map((a) => a.text);
        assert.deepEqual(again, first);
        const open = await api.anonymous.get(`/v1/reports/${slug}?as_of=${world.size}`);
        assert.equal(open.text, first[0]);
        const newest = await api.anonymous.get(`/v1/reports/${slug}`);
        const bound = await api.anonymous.get(`/v1/reports/${slug}?as_of=${newest.body.tree_size}`);
        assert.equal(bound.text, newest.text);
        assert.equal(newest.headers.get('aidledger-tree-size'), String(newest.body.tree_size));
        assert.equal((await api.anonymous.get(`/v1/reports/${slug}?as_of=0`)).body.rows.length, 0);
    });

    test(`${slug}: filters leave rows out and change none`, async () => {
        const all = (await report(slug)).body.rows;
        if (all[0].donor) {
            const { body } = await report(slug, '&donor=XI-TEST-NORTH');
            assert.deepEqual(body.rows, all.filter((row) => row.donor === 'XI-TEST-NORTH'));
            assert.ok(body.rows.length > 0);
        }
        for (const [query, name, value] of [['recipient=MW', 'recipient_country', 'MW'],
            ['sector=22040', 'sector', '22040'], ['year=2021', 'year', 2021],
            ['country=MW', 'country', 'MW']]) {
            // A column that nobody asked for is empty, and cannot show what a filter leaves.
            if ((all[0][name] ?? null) !== null
                && manifests[slug].parameters.some((p) => query.startsWith(`${p.name}=`))) {
                const { body } = await report(slug, `&${query}`);
                assert.deepEqual(body.rows, all.filter((row) => row[name] === value), query);
            }
        }
    });
}

// Nigeria and the northern donor differ on C.
const STANDING = { country: 'NG', position: 'contest', texts: ['We asked the regulator.',
    'We were not asked.'] };

function told(item) {
    assert.deepEqual(item.texts.map(({ side }) => side), ['donor', 'recipient']);
    assert.equal(item.entry, item.texts[0].entry, 'it stands from the second text on');
    assert.equal(item.commitment.id, world.c.split('/').at(-1));
    return { country: item.country, position: item.position,
        texts: item.texts.map(({ text }) => text) };
}

for (const slug of slugs) {
    test(`${slug}: a standing disagreement stands beside it in the words of both`, async () => {
        const { body, headers } = await report(slug);
        const { count, items, list } = body.standing_disagreements;
        assert.equal(count, 1);
        assert.deepEqual(items.map(told), [STANDING]);
        assert.equal(list, `/v1/standing-disagreements?as_of=${world.size}`);
        assert.equal(headers.get('link'), `<${list}>; rel="related"`);
        assert.equal(body.data_limitations, `/v1/reports/data-limitations?as_of=${world.size}`);
        assert.deepEqual((await good(api.anonymous.get(list))).body.items, items);
        const csv = await report(slug, '', 'text/csv');
        assert.ok(csv.text.includes('# standing disagreements: 1; the texts of both sides are at '
            + `${list}\r\n# data limitations: what the data do not tell is at `
            + `${body.data_limitations}\r\n`));
        const bare = await report(slug, '&notes=none', 'text/csv');
        assert.equal(bare.headers.get('link'), `<${list}>; rel="related"`);
        assert.ok(!bare.text.includes('#'));
        const open = await good(api.anonymous.get(`/v1/reports/${slug}?as_of=${world.open}`));
        assert.equal(open.body.standing_disagreements.count, 0, 'while it was disputed');
    });

    test(`${slug}: its filters hold for standing disagreements too, here and in their list`, async () => {
        const names = manifests[slug].parameters.map(({ name }) => name);
        for (const [query, count] of [['donor=XI-TEST-NORTH', 1], ['donor=XI-DEMO-DONOR', 0],
            ['donor=a%26b%20%C3%A9', 0], ['recipient=NG', 1], ['recipient=MW', 0],
            ['country=NG', 1], ['country=MW', 0], ['sector=11110', 1], ['sector=22040', 0],
            ['year=2021', 1], ['year=2020', 0]]) {
            if (names.includes(query.split('=')[0])) {
                const { body } = await report(slug, `&${query}`);
                assert.equal(body.standing_disagreements.count, count, query);
                const { list } = body.standing_disagreements;
                assert.equal(list, `/v1/standing-disagreements?${query.replace('recipient',
                    'country')}&as_of=${world.size}`);
                const place = /^(donor|country|recipient)=/.test(query) ? `${query}&` : '';
                assert.equal(body.data_limitations, `/v1/reports/data-limitations?${
                    place.replace('recipient', 'country')}as_of=${world.size}`);
                await good(api.anonymous.get(body.data_limitations));
                assert.deepEqual((await good(api.anonymous.get(list))).body.items,
                    body.standing_disagreements.items, query);
            }
        }
    });
}

test('the portfolio is the transactions of the API, part by part', async () => {
    const sums = new Map();
    let path = `/v1/commitments?as_of=${world.size}&limit=200`;
    while (path) {
        const page = await good(api.anonymous.get(path));
        for (const { id, organisation: donor } of page.body.items) {
            const transactions = await good(api.anonymous.get(
                `/v1/commitments/${id}/transactions?as_of=${world.size}&limit=200`));
            for (const t of transactions.body.items) {
                const measure = { 2: 'committed', 3: 'disbursed' }[t.transaction_type];
                const total = t.parts.reduce((sum, part) => sum + units(part.amount), 0n);
                assert.equal(total, units(t.amount), 'parts add up to the whole');
                for (const part of t.parts) {
                    const key = JSON.stringify([donor.identifier, part.country, part.region,
                        part.sector, Number(t.transaction_date.slice(0, 4)), t.currency]);
                    const row = sums.get(key)
                        ?? Object.fromEntries(MONEY.map((name) => [name, 0n]));
                    row[measure] += units(part.amount);
                    for (const [ring, name] of [[1, '220'], [2, 'principal'], [3, 'significant']]) {
                        row[`${measure}_ict_${name}`] +=
                            part.ict_ring !== null && part.ict_ring <= ring
                                ? units(part.ict_amount) : 0n;
                    }
                    sums.set(key, row);
                }
            }
        }
        path = /<([^>]+)>; rel="next"/.exec(page.headers.get('link'))?.[1];
    }
    const { body } = await report('portfolio');
    assert.equal(body.rows.length, sums.size);
    for (const row of body.rows) {
        const own = sums.get(JSON.stringify([row.donor, row.recipient_country,
            row.recipient_region, row.sector, row.year, row.currency]));
        for (const name of MONEY) {
            assert.equal(units(row[name]), own[name], `${JSON.stringify(row)} ${name}`);
        }
    }
});

test('union, no group and no country make up all; the groups overlap', async () => {
    const { body } = await report('group-allocation');
    const total = (groups, currency, name) => body.rows
        .filter((row) => groups.includes(row.recipient_group) && row.currency === currency)
        .reduce((sum, row) => sum + units(row[name]), 0n);
    for (const currency of ['USD', 'EUR', 'JPY']) {
        for (const name of MONEY) {
            assert.equal(total(['union', 'no group', 'no country'], currency, name),
                total(['all'], currency, name), `${currency} ${name}`);
        }
    }
    const four = ['LDC', 'SIDS', 'LLDC', 'EIT'];
    assert.ok(total(four, 'USD', 'committed') > total(['union'], 'USD', 'committed'));
    const portfolio = (await report('portfolio')).body.rows;
    for (const name of MONEY) {
        assert.equal(portfolio.filter((row) => row.currency === 'USD')
            .reduce((sum, row) => sum + units(row[name]), 0n), total(['all'], 'USD', name));
    }
});

test('a dispute and a case are open until both sides have ended them', async () => {
    const { body } = await good(api.auditor.get(`/v1/reports/ownership?as_of=${world.open}`));
    const [malawi, nigeria] = ['MW', 'NG'].map((country) =>
        body.rows.find((row) => row.country === country));
    assert.deepEqual([nigeria.disputed, nigeria.standing_disagreement], [1, 0]);
    assert.deepEqual([malawi.discrepant, malawi.reconciled], [1, 0]);
});

test('a disbursement of these days is not due to be confirmed yet', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await pay(api.donor, world.d, today, '10.00', 'USD');
    await settled();
    const { body } = await good(api.auditor.get('/v1/reports/ownership?donor=XI-DEMO-DONOR&country=MW'));
    const before = (await report('ownership', '&donor=XI-DEMO-DONOR&country=MW')).body.rows[0];
    assert.equal(body.rows[0].disbursements, before.disbursements + 1);
    assert.equal(body.rows[0].disbursements_due, before.disbursements_due);
    assert.equal(body.rows[0].confirmation_rate, before.confirmation_rate);
});

test('a membership that is stated anew counts from then on, and not before', async () => {
    const query = 'donor=XI-TEST-NORTH&year=2021';
    const groups = (answer) => answer.body.rows.map((row) => `${row.recipient_group} ${row.currency}`);
    const old = await good(api.auditor.get(`/v1/reports/group-allocation?${query}`));
    assert.ok(!groups(old).includes('SIDS JPY'));
    const stated = await good(api.steward.post('/v1/country-groups/SIDS/memberships', {
        country: 'NG', status: 'member', subclass: 'un_member', authority: 'For this test',
        list_version: '1', source: 'For this test', confidence: 'low', reason: 'For this test.' }));
    const size = await sequenced(stated.body.statement.entry);
    const fresh = await good(api.auditor.get(`/v1/reports/group-allocation?${query}&as_of=${size}`));
    assert.ok(groups(fresh).includes('SIDS JPY'));
    const past = await good(api.auditor.get(
        `/v1/reports/group-allocation?${query}&as_of=${old.body.tree_size}`));
    assert.equal(past.text, old.text);
});

test('no cell is a formula, and no quote or comma leaves its field', async () => {
    const name = '=HYPERLINK("http://example.org","a, b")';
    await good(api.steward.post('/v1/organisations', { identifier: 'XI-TEST-FORMULA', name }));
    const editor = await somebody('XI-TEST-FORMULA', 'donor_editor,donor_approver');
    await commit(editor, editor, { commitment_date: '2021-05-05', amount: '1.00', currency: 'USD',
        recipients: [{ country: 'MW', share: '100' }], sectors: [{ code: '22040', share: '100' }] });
    await settled();
    const path = '/v1/reports/portfolio?donor=XI-TEST-FORMULA&notes=none&format=csv';
    const csv = parseCsv((await good(api.anonymous.get(path))).text);
    assert.equal(csv[1][1], `'${name}`);
    assert.equal(csv[1].length, csv[0].length);
    const json = await good(api.anonymous.get('/v1/reports/portfolio?donor=XI-TEST-FORMULA'));
    assert.equal(json.body.rows[0].donor_name, name);
});

// What a report adds up to in one currency, over all years.
async function totalOf(query, currency) {
    const { body } = await good(api.auditor.get(`/v1/reports/${query}`));
    return Object.fromEntries(MONEY.map((name) => [name, body.rows
        .filter((row) => row.currency === currency && (row.recipient_group ?? 'all') === 'all')
        .reduce((sum, row) => sum + units(row[name]), 0n)]));
}

async function cancelled(path) {
    const { etag } = await good(api.donorApprover.get(path));
    const answer = await good(api.donorApprover.post(`${path}/cancel`,
        { reason: 'The agreement was ended.' }, { ifMatch: etag }));
    await settled();
    return answer.body.commitment.money;
}

test('a cancellation takes back what was not paid, in every cut, and nothing else', async () => {
    // 100.01 USD, of which 40.00 are paid. Back go 60.01. Three quarters are Malawi's, 45.0075, so
    // 45.01; Zambia's 15.0025 are 15.00. 70 % are 22040: of 45.01 that is 31.507, so 31.51, and of
    // 15.00 it is 10.50. 80 % are ICT, so a third of the rest: of 13.50 4.50, of 4.50 1.50.
    const recipients = [{ country: 'MW', share: '75' }, { country: 'ZM', share: '25' }];
    const content = { commitment_date: '2021-05-05', amount: '100.01', currency: 'USD', recipients,
        sectors: [{ code: '22040', share: '70' }, { code: '11110', share: '30' }],
        ict_significance: 2, ict_share: '80', ict_reason: 'Training to use the network.' };
    const queries = ['portfolio?recipient=MW', 'portfolio?recipient=ZM', 'group-allocation'];
    const totals = () => Promise.all(queries.map((query) => totalOf(query, 'USD')));
    const path = await commit(api.donor, api.donorApprover, content);
    await pay(api.donor, path, '2021-06-01', '40.00', 'USD');
    await settled();
    const before = await totals();
    assert.deepEqual(await cancelled(path), [{ currency: 'USD', committed: '40.00',
        disbursed: '40.00', expended: '0' }]);
    const after = await totals();
    const fallen = (name) => after.map((total, i) => before[i][name] - total[name]);
    assert.deepEqual(fallen('committed'), ['45.01', '15.00', '60.01'].map(units));
    assert.deepEqual(fallen('committed_ict_220'), ['31.51', '10.50', '42.01'].map(units));
    assert.deepEqual(fallen('committed_ict_principal'), ['36.01', '12.00', '48.01'].map(units));
    for (const name of MONEY.filter((one) => one.startsWith('disbursed'))) {
        assert.deepEqual(fallen(name), [0n, 0n, 0n], name);
    }
});

test('a cancellation before any payment leaves nothing committed anywhere', async () => {
    const before = await totalOf('portfolio?recipient=VU', 'USD');
    const path = await commit(api.donor, api.donorApprover, { commitment_date: '2021-05-05',
        amount: '0.03', currency: 'USD', recipients: [{ country: 'VU', share: '50' },
            { region: '298', share: '50' }], sectors: [{ code: '11110', share: '100' }] });
    // The odd cent of each record is Vanuatu's, and 0.06 has none: each goes back as it came.
    const { etag } = await good(api.donor.get(path));
    const amended = await good(api.donor.post(`${path}/amend`,
        { reason: 'More.', changes: { amount: '0.06' } }, { ifMatch: etag }));
    await good(api.donorApprover.post(`${path}/register`, undefined, { ifMatch: amended.etag }));
    assert.deepEqual((await cancelled(path)).map((m) => m.committed), ['0.00']);
    assert.deepEqual(await totalOf('portfolio?recipient=VU', 'USD'), before);
});

test('every report has its folder complete, and the catalogue lists it', async () => {
    const { body } = await good(api.anonymous.get('/v1/reports'));
    assert.deepEqual(body.items.map((item) => item.slug).sort(), slugs);
    for (const slug of slugs) {
        assert.deepEqual(readdirSync(`reports/${slug}`).filter((name) => name !== 'current.sql').sort(),
            ['expected.csv', 'manifest.json', 'query.sql']);
        assert.equal(manifests[slug].slug, slug);
        for (const column of manifests[slug].columns) {
            assert.ok(column.name && column.meaning && ['text', 'integer', 'decimal']
                .includes(column.type), `${slug} ${column.name}`);
        }
    }
});
