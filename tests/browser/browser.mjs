// browser.mjs - Debian's Chromium, driven by what npm brings (tests/browser/package.json).
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const folder = process.env.AIDLEDGER_TEST_BROWSER ?? 'build/browser';
const require = createRequire(`${folder.startsWith('/') ? '' : `${process.cwd()}/`}${folder}/package.json`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// A browser of its own for each suite; nothing of it is left behind.
export function launch() {
    return chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
}

// What axe-core finds, in words. It is not loaded by the page, whose policy would refuse it.
export async function accessibilityFaults(page) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

// A picture for whoever wants to look, beside the logs.
export async function picture(page, name) {
    const pictures = `${folder}/pictures`;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

// Every fault of a page: what its scripts threw, and what it was refused.
export function watch(page) {
    const found = [];
    page.on('pageerror', (error) => found.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error') {
            found.push(message.text());
        }
    });
    return found;
}
