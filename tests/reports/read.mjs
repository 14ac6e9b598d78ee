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
