// read.mjs - readers of the forms of a report, written apart from what writes them.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';

// RFC 4180: the records of a CSV without notes.
export function readCsv(text) {
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
            assert.ok(quoted || field === '', 'a quote begins a field or is in one');
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
    assert.equal(field + record.join(), '', 'the last line ends');
    assert.ok(records.every(({ length }) => length === records[0].length), 'as many fields each');
    return records;
}

// NDJSON: the facts in the first line, and the rows.
export function readLines(text) {
    assert.ok(text.endsWith('\n'), 'the last line ends');
    const [facts, ...rows] = text.slice(0, -1).split('\n').map((line) => JSON.parse(line));
    return { facts, rows };
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescape(text) {
    return text.replace(/&(\w+|#39);/g, (all, name) => {
        assert.ok(name in ENTITIES, all);
        return ENTITIES[name];
    });
}

// HTML: a tree of { name, attributes, children }, texts as strings. Every element is closed.
export function readHtml(text) {
    const root = { name: '', attributes: {}, children: [] };
    const open = [root];
    assert.ok(text.startsWith('<!doctype html>\n'), 'it says what it is');
    for (const [, close, name, attributes, plain] of text.slice(16)
        .matchAll(/<(\/?)([A-Za-z][A-Za-z0-9]*)((?: [A-Za-z-]+="[^"<>]*")*)>|([^<]+)/g)) {
        const top = open.at(-1);
        if (plain !== undefined) {
            assert.doesNotMatch(plain, /[>"']|&(?!(amp|lt|gt|quot|#39);)/, 'all of it is escaped');
            top.children.push(unescape(plain));
        } else if (close) {
            assert.equal(top.name, name, 'elements are closed in turn');
            open.pop();
        } else {
            const element = { name, children: [], attributes: Object.fromEntries(
                [...attributes.matchAll(/([A-Za-z-]+)="([^"]*)"/g)]
                    .map(([, key, value]) => [key, unescape(value)])) };
            top.children.push(element);
            if (!['meta', 'link'].includes(name)) {
                open.push(element);
            }
        }
    }
    assert.equal(open.length, 1, 'everything is closed');
    return root;
}

// The elements with this name, in the order of the document.
export function all(element, name) {
    return element.children.flatMap((child) => (typeof child === 'string' ? []
        : [...(child.name === name ? [child] : []), ...all(child, name)]));
}

export function textOf(element) {
    return element.children.map((child) => (typeof child === 'string' ? child : textOf(child)))
        .join('');
}

// The cells of a table: the rows of its head, body and foot.
export function cellsOf(table) {
    return Object.fromEntries(['thead', 'tbody', 'tfoot'].map((part) => [part,
        all(table, part).flatMap((found) => all(found, 'tr')).map((row) => row.children.map(textOf))]));
}
