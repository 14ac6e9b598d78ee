// Reports as PDF: every number of the JSON, in a document that can be filed, read aloud and verified.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, test } from 'node:test';

import { api, base, until } from '../lib/client.mjs';
import { somebody } from '../lib/principals.mjs';
import { startService } from '../lib/service.mjs';
import { rows } from '../lib/sql.mjs';
import { codesOf, elementsOf, fontsOf, infoOf, press, tablesOf, textOf, wordsOf } from './paper.mjs';
import { all, readHtml, readSheet, readZip, textOf as htmlText } from './read.mjs';
import { commit, good, makeWorld } from './world.mjs';

const SITE = 'https://aid.example.org';
const slugs = readdirSync('reports').sort();
const manifests = Object.fromEntries(slugs.map((slug) => [slug,
    JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'))]));

// Names as donors have them, in the scripts of recipients; and what is none.
const NAMES = {
    'XI-TEST-AR': 'وزارة الاتصالات وتقنية المعلومات',
    'XI-TEST-BN': 'ডাক ও টেলিযোগাযোগ মন্ত্রণালয়',
    'XI-TEST-AM': 'የኢትዮጵያ መንግሥት',
    'XI-TEST-MORE': 'ខ្មែរ မြန်မာ ລາວ हिन्दी ไทย தமிழ் සිංහල Қазақстан Հայաստան ქართული עברית Việt',
    'XI-TEST-AWKWARD': `<b>&amp;</b> %s %n \\"'() \u202E<script> https://evil.example/' uri='x`,
};
const EXACT = '12345678901234567.89';
let size;
let site;
let made;

before(async () => {
    await makeWorld();
    for (const [identifier, name] of Object.entries(NAMES)) {
        await good(api.steward.post('/v1/organisations', { identifier, name, type_code: '10' }));
        const [editor, approver] = await Promise.all([
            somebody(identifier, 'donor_editor'), somebody(identifier, 'donor_approver')]);
        await commit(editor, approver, { commitment_date: '2022-03-01', amount: EXACT,
            currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
            sectors: [{ code: '22040', share: '100' }] });
    }
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    size = (await good(api.anonymous.get('/v1/reports/portfolio'))).body.tree_size;
    await until(async () => (await root(size)).checkpoint !== null);
    site = await startService({ AIDLEDGER_PUBLIC_URL: SITE });
    made = {};
    for (const slug of slugs) {
        made[slug] = await form(slug, 'pdf');
    }
});

after(async () => assert.equal(await site.stop(), 0));

const root = async (of) => (await fetch(`${base}/v1/ledger/roots/${of}`)).json();

async function form(slug, name, query = '', from = site.url) {
    const answer = await fetch(`${from}/v1/reports/${slug}?as_of=${size}&format=${name}${query}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, bytes.toString());
    assert.equal(answer.headers.get('aidledger-tree-size'), String(size));
    return { bytes, headers: answer.headers };
}

const json = async (slug, query = '') => JSON.parse((await form(slug, 'json', query)).bytes);
const digestOf = async (slug, query = '') => createHash('sha256')
    .update((await form(slug, 'json', query)).bytes).digest('hex');
const plain = (number) => number.replaceAll(',', '');
// Poppler takes hyphens away where a line ends.
const squeezed = (text) => text.normalize('NFC')
    .replace(/[\s\u2066-\u2069\u202a-\u202e\u200e\u200f-]/g, '');

// The rows of the report, put together from its tables again: those of one block of rows hold parts
// of the columns. Numbers only: what is shaped is compared as text.
async function rowsOf(slug, bytes) {
    const { columns } = manifests[slug];
    const labels = columns.map(({ name }) => name.replaceAll('_', ' '));
    const numbers = columns.filter(({ type }) => type !== 'text' && type !== 'date');
    const told = new Map(numbers.map(({ name }) => [name, []]));
    const sums = new Map(numbers.map(({ name }) => [name, []]));
    // The table of what columns mean is the last one.
    for (const [head, ...body] of (await tablesOf(bytes)).slice(0, -1)) {
        let at = 0;
        for (const [place, { name, text, attributes }] of head.entries()) {
            assert.deepEqual([name, attributes], ['TH', ['/Scope /Column']]);
            // Of a header in two lines Poppler tells the first.
            at = labels.findIndex((label, i) => i >= at && label.startsWith(text));
            assert.ok(at >= 0, `${slug}: no column "${text}"`);
            const wanted = head.length === labels.length ? place : at;
            at = wanted + 1;
            if (!told.has(columns[wanted].name)) {
                continue;
            }
            for (const row of body) {
                const into = row[0].name === 'TH' ? sums : told;
                into.get(columns[wanted].name).push(plain(row[place].text));
            }
        }
    }
    return { told, sums };
}

for (const slug of slugs) {
    test(`${slug}: the paper has every number of the JSON, digit by digit`, async () => {
        const document = await json(slug);
        const { bytes, headers } = made[slug];
        assert.equal(headers.get('content-type'), 'application/pdf');
        assert.equal(headers.get('content-disposition'), `attachment; filename="${slug}-${size}.pdf"`);
        const parts = (await tablesOf(bytes)).slice(0, -1).map(([head]) => head.length);
        const whole = parts.every((length) => length === manifests[slug].columns.length);
        const text = (await textOf(bytes, '-layout')).replaceAll(',', '');
        for (const row of document.rows) {
            for (const { name, type } of manifests[slug].columns) {
                if (row[name] !== null && (type === 'decimal' || type === 'integer')) {
                    assert.ok(text.includes(String(row[name])), `${name} ${row[name]}`);
                }
            }
        }
        if (!whole) {
            return;
        }
        const { told } = await rowsOf(slug, bytes);
        for (const [name, cells] of told) {
            assert.deepEqual(cells, document.rows.map((row) => String(row[name] ?? '')), name);
        }
    });

    test(`${slug}: the paper says what the report is, as the page does`, async () => {
        // Indicators have no donor.
        const [name, value] = manifests[slug].parameters.some((p) => p.name === 'donor')
            ? ['donor', 'XI-TEST-NORTH'] : ['country', 'NG'];
        const { bytes } = await form(slug, 'pdf', `&${name}=${value}`);
        const document = await json(slug, `&${name}=${value}`);
        const text = squeezed(await textOf(bytes));
        const anchor = await root(size);
        for (const sentence of [document.title, document.question, document.null_rule,
            ...document.method, ...document.limitations, manifests[slug].aggregation_rule ?? '',
            `${name} ${value}.`, `tree size ${size}, newest statement `,
            'We were not asked.', 'We asked the regulator.', 'What it does not tell',
            await digestOf(slug, `&${name}=${value}`), anchor.root, anchor.checkpoint.note,
            ...manifests[slug].columns.map(({ meaning }) => meaning)]) {
            assert.ok(text.includes(squeezed(sentence)), sentence);
        }
    });

    test(`${slug}: the paper is a tagged document in English, of A4, with a name`, async () => {
        const { bytes } = made[slug];
        const info = await infoOf(bytes);
        assert.deepEqual([info.Title, info.Tagged, info.Encrypted],
            [manifests[slug].title, 'yes', 'no']);
        assert.match(info['Page size'], /\(A4\)$/);
        assert.match(bytes.toString('latin1'), /\/Lang \(en\)/);
        const elements = await elementsOf(bytes);
        for (const wanted of ['Document', 'Document/H1', 'Document/H2', 'Document/P',
            'Document/L/LI/LBody', 'Document/Table/TR/TH', 'Document/Table/TR/TD']) {
            assert.ok(elements.includes(wanted), wanted);
        }
        assert.equal(elements.filter((element) => element === 'Document').length, 1);
        const figures = elements.filter((element) => element.endsWith('/Figure')).length;
        const words = wordsOf(bytes);
        assert.equal(words.length, figures);
        assert.match(words[0], /^QR code: /);
        assert.ok(words.every((text) => text.length > 10));
        const fonts = await fontsOf(bytes);
        assert.ok(fonts.length > 0 && fonts.every((font) => font.includes('yes')), String(fonts));
        assert.ok(fonts.every(([name]) => /^[A-Z]{6}\+Noto/.test(name)), String(fonts));
        const pages = (await textOf(bytes, '-layout')).split('\f').slice(0, -1);
        assert.equal(pages.length, Number(info.Pages));
        pages.forEach((page, at) => {
            assert.ok(page.includes(`page ${at + 1} of ${pages.length}`), 'which page');
            assert.ok(page.includes(`${slug} · tree size ${size} · root `), 'of what');
        });
    });

    test(`${slug}: the same report is the same paper, byte for byte`, async () => {
        assert.deepEqual((await form(slug, 'pdf')).bytes, made[slug].bytes);
    });
}

test('sums are exact, and of each part of the columns', async () => {
    const { bytes } = made.portfolio;
    const cells = (await tablesOf(bytes)).slice(0, -1).flat().filter(([first]) => first.text === 'Total');
    assert.ok(cells.every(([first]) => first.attributes.includes('/Scope /Row')));
    // Five times the one, and what else was committed in that currency.
    const sum = (5n * 1234567890123456789n + 282600n + 70000n).toString();
    assert.ok(cells.flat().map(({ text }) => plain(text).replace('.', '')).some((text) =>
        text.length === sum.length && BigInt(text) >= 5n * 1234567890123456789n), 'a sum of 17 digits');
});

test('columns that do not fit beside each other follow, each part with what it is about', async () => {
    const tables = (await tablesOf(made.portfolio.bytes)).slice(0, -1);
    const parts = tables.map(([head]) => head.map(({ text }) => text));
    assert.ok(new Set(parts.map(String)).size > 1, 'there are parts');
    assert.ok(parts.every(([first, second]) => first === 'donor' && second === 'donor name'));
    const counts = tables.map((table) => table.length);
    assert.equal(counts[0], counts[1], 'the same rows');
    const own = new Set(parts.flat());
    for (const label of ['committed', 'disbursed', 'year', 'currency']) {
        assert.ok(own.has(label), label);
    }
});

test('names of every script are there, letter by letter, and none lacks a glyph', async () => {
    const text = squeezed(await textOf(made.portfolio.bytes));
    for (const name of ['XI-TEST-BN', 'XI-TEST-AM']) {
        for (const word of NAMES[name].split(' ')) {
            assert.ok(text.includes(squeezed(word)), word);
        }
    }
    // Poppler turns the letters of a ligature around: it is one in the second word.
    for (const word of NAMES['XI-TEST-AR'].replaceAll('لا', 'ال').split(' ')) {
        assert.ok(text.includes(word), word);
    }
    assert.ok(!text.includes(squeezed('The fonts of the service lack')));
});

test('letters that no font has are told', async () => {
    const lines = (await form('portfolio', 'ndjson')).bytes.toString();
    const { bytes } = await press(lines.replace(NAMES['XI-TEST-AM'], 'a\u{10FFFD}b\u{10FFFD}'));
    assert.match((await textOf(bytes)).replace(/\s+/g, ' '), /The fonts of the service lack \d+ letters of this paper/);
});

test('text is text: nothing in a name is markup, a link or a format', async () => {
    const { bytes } = made.portfolio;
    const text = (await textOf(bytes, '-raw')).replace(/\s+/g, ' ');
    assert.ok(text.includes('<b>&amp;</b> %s %n'), 'as it is');
    const links = [...bytes.toString('latin1').matchAll(/\/URI \(([^)]*)\)/g)].map(([, to]) => to);
    assert.ok(links.length > 0);
    assert.ok(links.every((to) => to.startsWith(`${SITE}/`)), String(links));
});

test('the code leads to the page that verifies this very report', async () => {
    const query = '&recipient=MW&year=2022';
    const { bytes } = await form('portfolio', 'pdf', query);
    const [code, ...more] = await codesOf(bytes);
    assert.equal(more.length, 0);
    const link = new URL(code);
    assert.equal(link.origin + link.pathname, `${SITE}/verify`);
    const asked = Object.fromEntries(new URLSearchParams(link.hash.slice(1)));
    const digest = await digestOf('portfolio', query);
    assert.deepEqual(asked, { report: 'portfolio', sha256: digest, as_of: String(size),
        recipient: 'MW', year: '2022' });
    assert.ok((await textOf(bytes)).includes(digest.slice(0, 16).toUpperCase().match(/.{4}/g).join('-')));
});

test('a service that was not told its address prints none, whatever a request says', async () => {
    const bytes = await new Promise((resolve, reject) => {
        const parts = [];
        request(`${base}/v1/reports/ownership?as_of=${size}&format=pdf`,
            { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } }, (answer) => {
                answer.on('data', (part) => parts.push(part));
                answer.on('end', () => resolve(Buffer.concat(parts)));
            }).on('error', reject).end();
    });
    await assert.rejects(codesOf(bytes), 'no code');
    const text = (await textOf(bytes)).replace(/\s+/g, ' ');
    assert.ok(!bytes.includes('evil.example') && !text.includes('evil.example'));
    assert.ok(text.includes(`/v1/reports/ownership?as_of=${size}`));
    assert.match(text, /has not been told its public address/);
    assert.match(text, /[0-9A-F]{4}(-[0-9A-F]{4}){3}/);
});

test('charts are drawn, and what they show stands below in words', async () => {
    const { bytes } = made.portfolio;
    const page = readHtml((await form('portfolio', 'html')).bytes.toString());
    const drawings = all(page, 'svg').filter(({ attributes }) => attributes.role === 'img'
        && attributes.class.endsWith('wide'));
    const text = squeezed(await textOf(bytes));
    assert.ok(drawings.length > 1);
    assert.equal(wordsOf(bytes).length, drawings.length + 1, 'and the code');
    for (const drawing of drawings) {
        const [title, words] = ['title', 'desc'].map((name) => htmlText(all(drawing, name)[0]));
        assert.ok(text.includes(squeezed(title)), title);
        for (const figure of words.match(/\d+\.\d\d(?=[,. ])/g) ?? []) {
            assert.ok(text.includes(figure), figure);
        }
    }
});

test('the page and the workbook tell the root and the checkpoint too', async () => {
    const anchor = await root(size);
    const page = readHtml((await form('portfolio', 'html')).bytes.toString());
    assert.ok(all(page, 'code').some((code) => htmlText(code) === anchor.root));
    const links = all(page, 'a').map(({ attributes }) => attributes.href);
    assert.ok(links.includes(`/v1/ledger/checkpoints/${anchor.checkpoint.size}`));
    assert.ok(links.includes(`/v1/reports/portfolio?as_of=${size}&format=pdf`));
    assert.ok(links.includes(`/verify#report=portfolio&sha256=${await digestOf('portfolio')}&as_of=${size}`));
    const files = readZip((await form('portfolio', 'xlsx')).bytes);
    const about = readSheet(files.get('xl/worksheets/sheet2.xml').toString())
        .map((row) => row.map((cell) => cell?.text));
    for (const fact of [['Root hash', anchor.root], ['Signed checkpoint', anchor.checkpoint.note]]) {
        assert.ok(about.some(([name, value]) => name === fact[0] && value === fact[1]), fact[0]);
    }
});

test('a checkpoint of a larger tree covers a size that was never signed', async () => {
    const signed = new Set(rows('SELECT tree_size FROM ledger_checkpoint').map((row) => Number(row.tree_size)));
    const between = Array.from({ length: size }, (_, at) => at).find((at) => !signed.has(at));
    const anchor = await root(between);
    assert.equal(anchor.size, between);
    assert.ok(anchor.checkpoint.size > between);
    const answer = await fetch(`${site.url}/v1/reports/portfolio?as_of=${between}&format=pdf`);
    const text = squeezed(await textOf(Buffer.from(await answer.arrayBuffer())));
    assert.ok(text.includes(squeezed(`/v1/ledger/consistency?old=${between}&new=${anchor.checkpoint.size}`)));
    assert.ok(text.includes(squeezed(anchor.checkpoint.note)));
});

// ---------------------------------------------------------------- many rows, awkward lines

// Lines of a portfolio of so many rows.
async function linesOf(count, change = () => ({})) {
    const [facts, row] = (await form('portfolio', 'ndjson')).bytes.toString().split('\n').map((line) =>
        (line === '' ? null : JSON.parse(line)));
    return [{ ...facts, row_count: count }, ...Array.from({ length: count }, (_, at) =>
        ({ ...row, ...change(at) }))].map((line) => `${JSON.stringify(line)}\n`).join('');
}

test('many rows are all there, under a header on each page', async () => {
    const committed = (at) => `${1_000_003 * (at + 1)}.${String(at % 100).padStart(2, '0')}`;
    const { bytes, said } = await press(await linesOf(3000, (at) => ({ committed: committed(at),
        donor_name: `Donor of many rows, number ${at}` })));
    assert.equal(said, undefined);
    const pages = (await textOf(bytes, '-layout')).split('\f').slice(0, -1);
    const told = new Set(plain(pages.join('\n')).match(/\d+\.\d\d/g));
    for (let at = 0; at < 3000; at++) {
        assert.ok(told.has(committed(at)), committed(at));
    }
    const full = pages.filter((page) => (page.match(/^ *\d+ .*Donor of many rows/gm) ?? []).length > 5);
    assert.ok(full.length > 50);
    assert.ok(full.every((page) => /\bdonor name\b/.test(page)), 'a header');
});

test('rows beyond what a paper holds are refused with the forms that hold them', async () => {
    const { said } = await press(await linesOf(5001));
    assert.equal(said, 'aidledger: form pdf: the report has more rows than a paper');
    // Of each year a row for each country and sector.
    const countries = rows('SELECT code FROM country ORDER BY code LIMIT 50').map(({ code }) => code);
    const sectors = rows(`SELECT code FROM codelist_item WHERE codelist = 'Sector'
                           ORDER BY code LIMIT 50`).map(({ code }) => code);
    const [editor, approver] = await Promise.all([
        somebody('XI-TEST-AR', 'donor_editor'), somebody('XI-TEST-AR', 'donor_approver')]);
    for (const year of [2019, 2020, 2021]) {
        await commit(editor, approver, { commitment_date: `${year}-05-05`, amount: '2500000.00',
            currency: 'USD', ict_significance: undefined,
            recipients: countries.map((country) => ({ country, share: '2' })),
            sectors: sectors.map((code) => ({ code, share: '2' })) });
    }
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    const refused = await api.anonymous.get('/v1/reports/portfolio?format=pdf');
    assert.deepEqual([refused.status, refused.body.errors[0].parameter, refused.body.errors[0].rule],
        [422, 'format', 'rows']);
    assert.match(refused.body.errors[0].detail, /CSV, NDJSON or XLSX/);
});

// The letters of the name stand in the order that it says; those around it in ours.
test('a name that turns its own letters around turns none of ours', async () => {
    const [facts, row] = (await form('boundary-totals', 'ndjson', '&organisations=XI-DEMO-DONOR')).bytes
        .toString().split('\n').map((line) => (line === '' ? null : JSON.parse(line)));
    for (const name of ['\u202Eeman', '\u2069\u202Eeman', '\u2067\u202Eeman']) {
        const told = { ...facts, row_count: 1, parameters: { organisations: name, year: '2021' },
            standing_disagreements: { count: 1, list: '/v1/standing-disagreements', items: [{
                commitment: { title: name }, country: 'NG', texts: [{ side: 'donor', text: name }] }] } };
        const only = { ...row, scope: 'set', member: name, year: 2021, currency: 'USD',
            incoming_committed: '20.00', incoming_paid: '10.00' };
        const { bytes } = await press(`${JSON.stringify(told)}\n${JSON.stringify(only)}\n`);
        const text = (await textOf(bytes)).replace(/[\u2066-\u2069\u202a-\u202e]/g, '')
            .replace(/\s+/g, ' ');
        assert.match(text, /organisations name, year 2021\./, escape(name));
        assert.match(text, /Where both sides agreed to differ name, NG/, escape(name));
        assert.match(text, /Incoming to the set by year, member name, USD/, escape(name));
    }
});

test('a cell that is longer than a page is cut, and that is told', async () => {
    const long = 'An endless name of a donor. '.repeat(2000);
    const { bytes } = await press(await linesOf(3, (at) => (at === 1 ? { donor_name: long } : {})));
    assert.match((await textOf(bytes)).replace(/\s+/g, ' '), /1 cells were too long for paper and end in "…"/);
});

test('words without an end, and numbers of many digits, stay in their columns', async () => {
    const number = `${'9'.repeat(40)}.${'9'.repeat(10)}`;
    const { bytes } = await press(await linesOf(3, () => ({ donor: 'X'.repeat(300), donor_name: 'ق'.repeat(400),
        committed: number })));
    assert.ok(plain(await textOf(bytes)).replace(/\s/g, '').includes(number));
});

test('a line before the report that tells nothing of it makes no paper', async () => {
    const lines = (await form('portfolio', 'ndjson')).bytes.toString();
    const anchor = await root(size);
    const line = (...parts) => `${JSON.stringify(Object.assign({}, ...parts))}\n`;
    const wrong = 'aidledger: form pdf: the line before the report does not tell where it stands';
    for (const before of [{ footing: 'x', site: '' }, { footing: anchor }, { footing: anchor, site: 'x' },
        { footing: anchor, site: "https://example.org/'" }, { footing: { ...anchor, root: 1 }, site: '' },
        { footing: { ...anchor, checkpoint: {} }, site: '' }]) {
        assert.equal((await press(line(before) + lines)).said.split('\n')[0], wrong, JSON.stringify(before));
    }
    assert.deepEqual((await press(line({ footing: anchor, site: SITE }) + lines)).bytes, made.portfolio.bytes);
    assert.ok((await textOf((await press(lines)).bytes)).includes('not told to whoever made this paper'));
});
