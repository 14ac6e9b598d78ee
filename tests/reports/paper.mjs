// paper.mjs - reads a PDF with the programs of Poppler, and codes on it with those of ZBar.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = async (program, ...words) => (await promisify(execFile)(program, words,
    { encoding: 'utf8', maxBuffer: 1 << 28 })).stdout;

// Works on a file with the bytes, which is gone afterwards.
async function withFile(bytes, work) {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-paper-'));
    try {
        const file = join(folder, 'paper.pdf');
        writeFileSync(file, bytes);
        return await work(file, folder);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

// { Title, Pages, Tagged, .. }, as pdfinfo tells them.
export function infoOf(bytes) {
    return withFile(bytes, async (file) => Object.fromEntries((await run('pdfinfo', file)).split('\n')
        .map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter(Boolean)
        .map(([, name, value]) => [name, value])));
}

// The text as it stands on the pages, each ended by a form feed.
export const textOf = (bytes, ...how) => withFile(bytes, (file) => run('pdftotext', ...how, file, '-'));

// [name, type, embedded ..] of each font.
export const fontsOf = async (bytes) => (await withFile(bytes, (file) => run('pdffonts', file))).trim()
    .split('\n').slice(2).map((line) => line.split(/\s+/));

// What the codes on the first page say.
export const codesOf = (bytes) => withFile(bytes, async (file, folder) => {
    await run('pdftoppm', '-r', '150', '-f', '1', '-l', '1', '-png', '-singlefile', file, join(folder, 'page'));
    return (await run('zbarimg', '-q', '--raw', join(folder, 'page.png'))).trim().split('\n');
});

// The structure: the depth of each element or text, and what it is. Asked for once of the same bytes.
const structures = new WeakMap();

function structureOf(bytes) {
    if (!structures.has(bytes)) {
        structures.set(bytes, withFile(bytes, async (file) =>
            (await run('pdfinfo', '-struct-text', file)).split('\n').filter((line) => line.trim() !== '')
                .map((line) => ({ depth: /^ */.exec(line)[0].length / 2, text: line.trim() }))));
    }
    return structures.get(bytes);
}

// The names of the elements of tagged PDF, and of what they are in: "Document/Table/TR/TH".
export async function elementsOf(bytes) {
    const open = [];
    return (await structureOf(bytes)).filter(({ text }) => /^[A-Z]\w*( \((block|inline)\))?:?$/.test(text))
        .map(({ depth, text }) => {
            open.length = depth;
            open[depth] = /^\w+/.exec(text)[0];
            return open.join('/');
        });
}

// Every table: its rows, each a list of { name: TH or TD, text, attributes }. Poppler gives of a
// cell what stands before the first letter that is shaped, so text of other scripts is cut there.
export async function tablesOf(bytes) {
    const tables = [];
    let cell = null;
    for (const { text } of await structureOf(bytes)) {
        const name = /^(\w+)( \((block|inline)\))?:?$/.exec(text)?.[1];
        if (name === 'Table') {
            tables.push([]);
        } else if (name === 'TR') {
            tables.at(-1).push([]);
        } else if (name === 'TH' || name === 'TD') {
            cell = { name, text: '', attributes: [] };
            tables.at(-1).at(-1).push(cell);
        } else if (name !== undefined) {
            cell = null;
        } else if (cell !== null && text.startsWith('/')) {
            cell.attributes.push(text);
        } else if (cell !== null) {
            cell.text += text.replace(/^"|"$/g, '');
        }
    }
    return tables;
}

// The words of figures (Alt), in their order.
export function wordsOf(bytes) {
    const updated = bytes.toString('latin1');
    return [...updated.matchAll(/\/S \/Figure\n[^>]*?\/Alt <FEFF([0-9A-F]+)>/g)].map(([, hex]) => {
        const swapped = Buffer.from(hex, 'hex').swap16();
        return swapped.toString('utf16le');
    });
}

// What a child makes of lines: the bytes, or what it said instead.
export function press(lines, program = process.env.AIDLEDGER_BINARY) {
    return withFile('', async (path) => {
        const file = openSync(path, 'w');
        const child = spawn(program, ['form', 'pdf'], { stdio: ['pipe', file, 'pipe'] });
        closeSync(file);
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
        // A child that refuses the first lines does not read the rest.
        child.stdin.on('error', () => {});
        child.stdin.end(lines);
        const [status] = await once(child, 'close');
        assert.ok(status === 0 || status === 1, said);
        return status === 0 ? { bytes: readFileSync(path) } : { said: said.trim() };
    });
}
