// The page that verifies reports, in a browser, as its readers have it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { api, base, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';
import { accessibilityFaults, launch, picture, watch } from './browser.mjs';

const DISK = pathToFileURL('service/web/verify.html').href;

let browser;
let run;
let report;
let proof;
let key;
let origin;

before(async () => {
    browser = await launch();
    await make.paid();
    ({ run } = await make.proven({ report: 'portfolio', format: 'csv',
        parameters: { recipient: 'MW' } }));
    report = Buffer.from((await api.anonymous.get(run.result)).text);
    proof = (await api.anonymous.get(run.proof)).text;
    [{ vkey: key }] = rows('SELECT vkey FROM ledger_key');
    [{ origin }] = rows('SELECT origin FROM ledger_log');
});

after(() => browser?.close());

async function open(url = `${base}/verify`, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
    const page = await context.newPage();
    page.faults = watch(page);
    await page.goto(url);
    return page;
}

// Whatever a test opens is closed again.
async function withPage(work, ...how) {
    const page = await open(...how);
    try {
        return await work(page);
    } finally {
        await page.context().close();
    }
}

const named = (name, content) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });

async function give(page, { file = report, proof: given, keys, earlier }) {
    await page.setInputFiles('#file', named('portfolio.csv', file));
    await page.setInputFiles('#proof', given ? named('portfolio.csv.proof', given) : []);
    await page.evaluate(() => { document.getElementById('more').open = true; });
    await page.fill('#keys', keys ?? '');
    await page.fill('#earlier', earlier ?? '');
    await page.click('#verify');
    await page.waitForSelector('#result:not([hidden])');
    return page.evaluate(() => ({
        verdict: document.getElementById('verdict').textContent,
        summary: document.getElementById('summary').textContent,
        good: document.getElementById('result').classList.contains('good'),
        told: [...document.querySelectorAll('#findings li')].map((item) =>
            `${item.className}: ${item.textContent}`),
    }));
}

function assertTold({ told }, ...patterns) {
    for (const pattern of patterns) {
        assert.ok(told.some((line) => pattern.test(line)), `${pattern}\n${told.join('\n')}`);
    }
}

// ---------------------------------------------------------------- what is true

test('a file that was issued is verified, with a key from elsewhere', () => withPage(async (page) => {
    const told = await give(page, { keys: key });
    assert.equal(told.verdict, 'This is the report that was issued.');
    assertTold(told, /^good: Proven The file is, to the last byte, the report "portfolio"/,
        /^good: Proven That it was issued stands in the log: leaf \d+/,
        /^good: Proven The log signed it/, /^good: Proven You trust the key that you gave/,
        /^good: Proven The tree of \d+ statements/, /^open: Not proven No witness was asked for/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'verdict');
    assert.match(await page.textContent('#facts'), new RegExp(run.sha256));
    assert.match(await page.textContent('#checkpoint'), new RegExp(`^${origin}\n\\d+\n`));
    assert.deepEqual(page.faults, []);
}));

test('a key from the same server shows only that the parts fit', () => withPage(async (page) => {
    const told = await give(page, {});
    assert.ok(told.good);
    assertTold(told, /^open: Not proven The key came from the same server/);
    const again = await give(page, {});
    assertTold(again, /^open: Not proven The key is the one that the server gave when this browser first/);
}));

// The log goes on, and its newest checkpoint says so.
async function draftedAndSealed() {
    await make.drafted();
    await until(() => rows(`SELECT NOT EXISTS (SELECT FROM ledger_queue)
        AND tree_size() = (SELECT size FROM ledger_sealed) AS done`)[0].done);
}

test('what was verified is remembered, and what comes later is held against it', () =>
    withPage(async (page) => {
        await give(page, { keys: key });
        assert.match(await page.textContent('#memory'), new RegExp(`remembers the log ${origin}`));
        await draftedAndSealed();
        await page.reload();
        const told = await give(page, {});
        assert.ok(told.good, told.told.join('\n'));
        assertTold(told, /^good: Proven The key is the one that this browser remembers/,
            /are of one history: nothing between them/);
        await page.click('#forget');
        assert.equal(await page.isHidden('#memory'), true);
    }));

// What a page says that was opened with this after the "#".
async function follow(page) {
    await page.waitForSelector('#result:not([hidden])');
    return page.evaluate(() => ({
        verdict: document.getElementById('verdict').textContent,
        read: document.getElementById('paper').hidden ? null : document.getElementById('read').getAttribute('href'),
        told: [...document.querySelectorAll('#findings li')].map((item) =>
            `${item.className}: ${item.textContent}`),
    }));
}

test('the code on a paper leads to the report behind it', async () => {
    const issued = (await make.proven({ report: 'portfolio', format: 'json',
        parameters: { recipient: 'MW' } })).run;
    const place = `as_of=${issued.tree_size}&recipient=MW`;
    const whole = `${base}/verify#report=portfolio&sha256=${issued.sha256}&${place}`;
    await withPage(async (page) => {
        const told = await follow(page);
        assert.equal(told.verdict, 'The report behind this paper is unchanged.');
        assertTold(told, new RegExp(`^good: .*the code ${issued.sha256.slice(0, 4).toUpperCase()}-`),
            /^good: Proven That it was issued stands in the log/, /^good: Proven The log signed it/);
        assert.equal(told.read, `/v1/reports/portfolio?${place}&format=html`);
        assert.deepEqual(await accessibilityFaults(page), []);
        await picture(page, 'verify-paper');
        assert.deepEqual(page.faults, []);
    }, whole);
    const other = Buffer.from((await api.anonymous.get(`/v1/reports/portfolio?${place}&year=2021`)).text);
    const digest = createHash('sha256').update(other).digest('hex');
    await withPage(async (page) => {
        const told = await follow(page);
        assert.equal(told.verdict, 'The report behind this paper is unchanged.');
        assertTold(told, /^good: /, /^open: Not proven Whether it was issued/);
    }, `${base}/verify#report=portfolio&sha256=${digest}&${place}&year=2021`);
});

test('a paper of another report is told apart, and a wrong address does nothing', async () => {
    await withPage(async (page) => {
        const told = await follow(page);
        assert.equal(told.verdict, 'Do not rely on this paper.');
        assertTold(told, /^bad: .*the one on the paper is ABAB-ABAB-ABAB-ABAB/);
    }, `${base}/verify#report=portfolio&sha256=${'ab'.repeat(32)}&as_of=${run.tree_size}`);
    await withPage(async (page) => {
        const told = await follow(page);
        assert.equal(told.verdict, 'Nothing was verified.');
    }, `${base}/verify#report=nothing&sha256=${'ab'.repeat(32)}&as_of=0`);
    await withPage(async (page) => {
        assert.equal(await page.isHidden('#result'), true);
        assert.deepEqual(page.faults, []);
    }, `${base}/verify#report=../x&sha256=${'ab'.repeat(32)}`);
});

test('both files are dropped at once', () => withPage(async (page) => {
    await page.evaluate(({ file, text }) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'a.csv.proof'));
        data.items.add(new File([file], 'a.csv'));
        document.getElementById('form').dispatchEvent(new DragEvent('drop',
            { dataTransfer: data, bubbles: true, cancelable: true }));
    }, { file: report.toString(), text: proof });
    const names = await page.evaluate(() => ['file', 'proof'].map((id) =>
        document.getElementById(id).files[0]?.name));
    assert.deepEqual(names, ['a.csv', 'a.csv.proof']);
    await page.click('#verify');
    await page.waitForSelector('#result.good');
}));

// ---------------------------------------------------------------- what is not

const changed = () => {
    const other = Buffer.from(report);
    other[other.length - 3] ^= 1;
    return other;
};

test('one byte that was changed is refused, and named', () => withPage(async (page) => {
    const told = await give(page, { file: changed(), proof, keys: key });
    assert.equal(told.verdict, 'Do not rely on this file.');
    assert.match(told.summary, /not the one that was issued.*At least one byte differs/);
    assertTold(told, /^bad: Failed This file is not/, /^good: Proven The log signed it/);
    const unknown = await give(page, { file: changed(), keys: key });
    assert.match(unknown.summary, /issued no report with these bytes/);
    assert.match(await page.textContent('#facts'), /^SHA-256 of this file[0-9a-f]{64}$/);
    await picture(page, 'refused');
}));

test('another key of the same name did not sign it', () => withPage(async (page) => {
    const told = await give(page, { proof, keys: makeKey(origin).text });
    assert.equal(told.verdict, 'Do not rely on this file.');
    assert.match(told.summary, /not signed by the key: it was forged, or the key is not that of the log/);
    const broken = await give(page, { proof, keys: `${key.slice(0, -4)}AAA=` });
    assert.match(broken.summary, /is no verifier key/);
}));

function makeKey(name) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const bytes = Buffer.concat([Buffer.of(1),
        Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url')]);
    const id = createHash('sha256').update(`${name}\n`).update(bytes).digest().subarray(0, 4);
    return { name, id, privateKey, text: `${name}+${id.toString('hex')}+${bytes.toString('base64')}` };
}

// The very statement, as the only one of a log of somebody else.
function elsewhere() {
    const other = makeKey('elsewhere.example/log');
    const [, extra] = proof.split('\n');
    const root = createHash('sha256').update(Buffer.of(0))
        .update(Buffer.from(extra.slice(6), 'base64')).digest('base64');
    const text = `${other.name}\n1\n${root}\n`;
    const signature = sign(null, Buffer.from(text), other.privateKey);
    return { key: other.text, proof: `c2sp.org/tlog-proof@v1\n${extra}\nindex 0\n\n${text}\n`
        + `\u2014 ${other.name} ${Buffer.concat([other.id, signature]).toString('base64')}\n` };
}

test('a proof of another log is refused', () => withPage(async (page) => {
    const other = elsewhere();
    const told = await give(page, { proof: other.proof, keys: key });
    assert.equal(told.verdict, 'Do not rely on this file.');
    assertTold(told, /^bad: Failed .*the key is of ".*", another log/,
        /^bad: Failed The statement is of the log/);
    const believed = await give(page, { proof: other.proof, keys: other.key });
    assert.ok(!believed.good);
    assertTold(believed, /^bad: Failed The statement is of the log/);
}));

test('a log that became shorter is found out', () => withPage(async (page) => {
    assert.ok((await give(page, { keys: key })).good);
    const [{ note }] = rows(`SELECT note FROM ledger_checkpoint WHERE tree_size > 0
        ORDER BY tree_size LIMIT 1`);
    await page.route('**/v1/ledger/checkpoint', (route) =>
        route.fulfill({ contentType: 'text/plain', body: note }));
    const told = await give(page, { keys: key });
    assert.equal(told.verdict, 'Do not rely on this file.');
    assertTold(told, /^bad: Failed ROLLBACK: you saw the log with \d+ statements, and now it shows/);
    await page.unroute('**/v1/ledger/checkpoint');
    const given = await give(page, { keys: key, earlier: note });
    assert.ok(given.good, given.told.join('\n'));
}));

test('a history that was altered is found out', () => withPage(async (page) => {
    await page.route('**/v1/ledger/consistency*', (route) => route.fulfill({
        contentType: 'text/plain', body: `${createHash('sha256').update('x').digest('base64')}\n` }));
    await draftedAndSealed();
    const [{ note }] = rows(`SELECT note FROM ledger_checkpoint WHERE tree_size > 1
        ORDER BY tree_size LIMIT 1`);
    const told = await give(page, { keys: key, earlier: note });
    assertTold(told, /^bad: Failed FORK: .*Statements that you saw before were altered/);
}));

// ---------------------------------------------------------------- without the service

test('off line it takes the proof and a key, and says what it could not look at', () =>
    withPage(async (page) => {
        await page.context().setOffline(true);
        const told = await give(page, { proof, keys: key });
        assert.ok(told.good, told.told.join('\n'));
        assertTold(told, /^good: Proven The log signed it/, /^open: Not proven No earlier checkpoint/);
        const [{ note }] = rows('SELECT note FROM ledger_checkpoint WHERE tree_size > 0 LIMIT 1');
        assertTold(await give(page, { proof, keys: key, earlier: note }),
            /^open: Not proven Not checked: whether the tree/);
        assert.match((await give(page, { keys: key })).summary, /Choose the proof as well/);
        assert.match((await give(page, { proof })).summary, /remembers|no key|This is|follows/);
    }));

test('a copy on a disk does the same', () => withPage(async (page) => {
    const told = await give(page, { proof, keys: key });
    assert.ok(told.good, told.told.join('\n'));
    assert.ok(!(await give(page, { file: changed(), proof, keys: key })).good);
    assert.deepEqual(page.faults, []);
}, DISK));

test('without a key nothing is believed', () => withPage(async (page) => {
    const told = await give(page, { proof });
    assert.ok(!told.good);
    assert.match(told.summary, /no key to check the signature with/);
}, DISK));

test('without a report nothing is done', () => withPage(async (page) => {
    await page.click('#verify');
    assert.equal(await page.textContent('#trouble'), 'Choose the report first.');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'file');
}));

test('without scripts it says how else', () => withPage(async (page) => {
    assert.match(await page.textContent('noscript, main'), /aidledger verify report FILE/);
    assert.ok(await page.isHidden('#form'));
}, `${base}/verify`, { javaScriptEnabled: false }));

// ---------------------------------------------------------------- how it is made

test('it loads little, and from nowhere else', async () => {
    const seen = [];
    const context = await browser.newContext();
    const page = await context.newPage();
    page.on('request', (request) => seen.push(request.url()));
    await page.goto(`${base}/verify`, { waitUntil: 'networkidle' });
    await context.close();
    assert.ok(seen.every((url) => url.startsWith(`${base}/verify`)), seen.join('\n'));
    assert.equal(seen.length, 4);
    let bytes = 0;
    for (const url of seen) {
        const answer = await fetch(url);
        bytes += gzipSync(Buffer.from(await answer.arrayBuffer()), { level: 1 }).length;
        assert.match(answer.headers.get('content-security-policy'),
            /^default-src 'none'; script-src 'self'; style-src 'self';/);
        assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
    assert.ok(bytes <= 20_000, `${bytes} bytes`);
});

test('nothing of the page runs or looks from within it', async () => {
    const { text } = await api.anonymous.get('/verify');
    assert.doesNotMatch(text, / style=| on[a-z]+=|<style|<script(?![^>]* src=)/);
    assert.equal((await api.anonymous.get('/verify/nothing.js')).status, 404);
    assert.equal((await api.anonymous.get('/verify/%2e%2e%2fverify.html')).status, 400);
});

for (const colorScheme of ['light', 'dark']) {
    test(`everybody can read it: ${colorScheme}`, () => withPage(async (page) => {
        assert.deepEqual(await accessibilityFaults(page), []);
        await give(page, { keys: key });
        assert.deepEqual(await accessibilityFaults(page), []);
        await picture(page, `desk-${colorScheme}`);
        await give(page, { file: changed(), proof, keys: key });
        assert.deepEqual(await accessibilityFaults(page), []);
    }, `${base}/verify`, { colorScheme }));
}

test('it fits on a phone', () => withPage(async (page) => {
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(await width(), 360);
    await picture(page, 'phone-empty');
    await give(page, { keys: key });
    await page.evaluate(() => { document.getElementById('kept').open = true; });
    assert.equal(await width(), 360);
    await picture(page, 'phone');
}, `${base}/verify`, { viewport: { width: 360, height: 740 } }));

test('what was found can be printed', () => withPage(async (page) => {
    await give(page, { keys: key });
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.isHidden('#form'));
    assert.ok(await page.isVisible('#findings'));
    await picture(page, 'print');
}));
