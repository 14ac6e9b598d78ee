// Reports as pages, in a browser, as their readers have them.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { base } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { accessibilityFaults, launch, picture, watch } from './browser.mjs';

const slugs = readdirSync('reports').sort();
let browser;

before(async () => {
    browser = await launch();
    await make.paid();
});

after(() => browser?.close());

// Every report in turn, on a page of these properties.
async function withReports(options, work) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const faults = watch(page);
    for (const slug of slugs) {
        await page.goto(`${base}/v1/reports/${slug}?format=html`);
        await work(page, slug);
    }
    assert.deepEqual(faults, []);
    await context.close();
}

for (const colorScheme of ['light', 'dark']) {
    test(`everybody can read a report: ${colorScheme}`, () =>
        withReports({ colorScheme }, async (page, slug) => {
            assert.deepEqual(await accessibilityFaults(page), [], slug);
            await picture(page, `report-${slug}-${colorScheme}`);
        }));
}

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test('a report fits on a phone, and its charts are drawn for it', () =>
    withReports({ viewport: { width: 360, height: 740 } }, async (page, slug) => {
        assert.ok(await sideways(page) <= 0, slug);
        assert.equal(await page.locator('svg.wide').filter({ visible: true }).count(), 0);
        await picture(page, `report-${slug}-phone`);
    }));

test('a report reads from right to left as well', () => withReports({}, async (page, slug) => {
    await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    assert.ok(await sideways(page) <= 0, slug);
}));

// Where on the line letters of a paragraph stand: those of the words, from left to right in order.
const isInOrder = (page, selector, words) => page.evaluate(([where, text]) => {
    const walker = document.createTreeWalker(document.querySelector(where), NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && !walker.currentNode.data.includes(text));
    const at = walker.currentNode.data.indexOf(text);
    const lefts = [...text].map((_, i) => {
        const range = document.createRange();
        range.setStart(walker.currentNode, at + i);
        range.setEnd(walker.currentNode, at + i + 1);
        return range.getBoundingClientRect().left;
    });
    return lefts.every((left, i) => i === 0 || left > lefts[i - 1]);
}, [selector, words]);

test('a name that turns its own letters around turns none of ours', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    for (const name of ['\u202Etneve', '\u2069\u202Etneve', '\u2067\u202Etneve', 'حدث \u202Ex']) {
        await page.goto(`${base}/v1/reports/portfolio?format=html&donor=${encodeURIComponent(name)}`
            + '&year=2021');
        assert.ok(await isInOrder(page, 'p.soft', ', year 2021.'), escape(name));
        assert.ok(await isInOrder(page, 'p.soft', ' As of tree size'), escape(name));
    }
    await context.close();
});

test('a report is printed without what only a screen needs, its table on pages of its own', () =>
    withReports({ viewport: { width: 720, height: 1000 } }, async (page, slug) => {
        await page.emulateMedia({ media: 'print' });
        assert.equal(await page.locator('header.top').isVisible(), false);
        assert.equal(await page.locator('svg.narrow').filter({ visible: true }).count(), 0);
        assert.equal(await page.locator('#rows').isVisible(), true, slug);
        assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(0, 0, 0)');
    }));

test('the page of a report takes the stylesheet, and nothing else', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${base}/v1/reports/portfolio?format=html`);
    assert.deepEqual(asked.filter((path) => path !== ','), ['/v1/reports/portfolio', '/style.css']);
    await context.close();
});
