// read.mjs - readers of the forms of a report, written apart from what writes them.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';

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

// A ZIP archive: its files by name, each as bytes.
export function readZip(bytes) {
    const files = new Map();
    const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
    let at = bytes.readUInt32LE(end + 16);
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
        const [method, size, name, extra, comment] = [bytes.readUInt16LE(at + 10),
            bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30),
            bytes.readUInt16LE(at + 32)];
        const local = bytes.readUInt32LE(at + 42);
        const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
        const packed = bytes.subarray(start, start + size);
        files.set(bytes.toString('utf8', at + 46, at + 46 + name),
            method === 8 ? inflateRawSync(packed) : packed);
        at += 46 + name + extra + comment;
    }
    return files;
}

function columnOf(reference) {
    return [.../^[A-Z]+/.exec(reference)[0]].reduce((n, letter) =>
        n * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

// A worksheet: rows of cells { text } or { number }, undefined where there is none. A number is told
// with the 15 digits that a spreadsheet shows of it.
export function readSheet(xml) {
    return [...xml.matchAll(/<row r="(\d+)"[^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, , cells = '']) => {
        const row = [];
        for (const [, reference, attributes, body] of
            cells.matchAll(/<c r="([A-Z]+\d+)"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
            if (/t="inlineStr"/.test(attributes)) {
                row[columnOf(reference)] = { text: unescape(/<t[^>]*>(.*?)<\/t>/s.exec(body)[1]) };
            } else if (body) {
                const number = Number(/<v>(.*?)<\/v>/.exec(body)[1]);
                row[columnOf(reference)] = { number, style: /s="(\d+)"/.exec(attributes)?.[1] };
            }
        }
        return row;
    });
}

// The digits of an exact decimal that a spreadsheet keeps, without zeros at its end.
export function digitsOf(decimal) {
    return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
