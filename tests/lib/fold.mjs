// fold.mjs - do the state tables hold what the statements in the log say, and nothing else?
// SPDX-License-Identifier: Apache-2.0
//
// Rebuilds the state tables from the bytes of the leaves in their order, the private parts opened
// with the salts that are kept beside, and compares row by row and column by column.
import { readLog } from '../fold/log.mjs';
import { follow } from '../fold/state.mjs';
import { differences, tables } from '../fold/tables.mjs';
import { run } from './sql.mjs';

// Every column as text: numbers keep all their digits.
function rowsOf(source, order) {
    return `(SELECT coalesce(json_agg(r.row ORDER BY ${order.map((c) => `r.${c}`).join(', ')}), '[]')
       FROM (SELECT (SELECT json_object_agg(e.key, e.value)
                       FROM jsonb_each_text(to_jsonb(t)) AS e) AS row,
                    ${order.map((c) => `t.${c}`).join(', ')}
               FROM ${source} AS t) AS r)`;
}

const columnsQuery = `(SELECT json_object_agg(c.table_name, c.columns)
       FROM (SELECT i.table_name, json_agg(json_build_object(
                        'name', i.column_name, 'type', i.data_type,
                        'generated', i.is_generated = 'ALWAYS') ORDER BY i.ordinal_position)
                        AS columns
               FROM information_schema.columns AS i
               JOIN information_schema.tables AS t USING (table_schema, table_name)
              WHERE i.table_schema = 'aidledger' AND t.table_type = 'BASE TABLE'
              GROUP BY i.table_name) AS c)`;

// All at one moment: a single statement has a single snapshot.
const query = `SELECT json_build_object(
    'origin', (SELECT origin FROM ledger_log),
    'queued', (SELECT count(*) FROM ledger_queue),
    'leaves', ${rowsOf('ledger_leaf', ['leaf_index'])},
    'entries', ${rowsOf('ledger_entry', ['entry'])},
    'secrets', ${rowsOf('ledger_secret', ['entry', 'field'])},
    'currencies', (SELECT coalesce(json_agg(c), '[]') FROM currency AS c),
    'rates', ${rowsOf('exchange_rate', ['set_id', 'currency', 'valid_from'])},
    'columns', ${columnsQuery},
    'held', json_build_object(${Object.entries(tables).map(([name, { key }]) =>
        `'${name}', ${rowsOf(`"${name}"`, key)}`).join(', ')}));`;

// What the database holds. "tampering" are statements that are taken back right after reading.
export function snapshot({ database, tampering = '' } = {}) {
    const out = run(`SET timezone = 'UTC';\nBEGIN;\n${tampering}\n${query}\nROLLBACK;`, database);
    return JSON.parse(out);
}

// Everything in which the database differs from what its log says.
export function faults(options) {
    const read = snapshot(options);
    const { said, found } = readLog(read);
    const state = follow(said, read);
    return [...found, ...state.found, ...differences(state, read)];
}

export { tables };
