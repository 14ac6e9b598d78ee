// fold.mjs - do the state tables hold what the statements in the log say, and nothing else?
// SPDX-License-Identifier: Apache-2.0
//
// Rebuilds the state tables from the bytes of the leaves in their order, the private parts opened
// with the salts that are kept beside, and compares row by row and column by column.
import { readLog } from '../fold/log.mjs';
import { follow } from '../fold/state.mjs';
import { differences, tables } from '../fold/tables.mjs';
import { rows, run } from './sql.mjs';

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

// The rows of each table that are about some commitments: by the first of these columns it has.
const belongs = {
    commitment_id: 'SELECT id FROM asked',
    transaction_id: 'SELECT id FROM transaction WHERE commitment_id IN (SELECT id FROM asked)',
    input_id: 'SELECT id FROM ownership_input WHERE commitment_id IN (SELECT id FROM asked)',
    position_id: `SELECT p.id FROM ownership_position AS p JOIN ownership_input AS i
        ON i.id = p.input_id WHERE i.commitment_id IN (SELECT id FROM asked)`,
    statement_id: `SELECT j.id FROM ownership_joint_statement AS j JOIN ownership_position AS p
        ON p.id = j.position_id JOIN ownership_input AS i ON i.id = p.input_id
        WHERE i.commitment_id IN (SELECT id FROM asked)`,
    confirmation_id: `SELECT id FROM receipt_confirmation
        WHERE commitment_id IN (SELECT id FROM asked)`,
};
const said = `SELECT entry FROM ledger_entry WHERE aggregate IN (SELECT id FROM asked)
    OR aggregate NOT IN (SELECT id FROM commitment)`;

function someOf(table, columns) {
    if (table === 'commitment') {
        return '(SELECT * FROM commitment WHERE id IN (SELECT id FROM asked))';
    }
    const by = Object.keys(belongs).find((name) => columns.includes(name));
    return by ? `(SELECT * FROM "${table}" WHERE ${by} IN (${belongs[by]}))` : `"${table}"`;
}

// All at one moment: a single statement has a single snapshot. In base64, for psql leaves out what
// it takes for no character (U+1FFFF).
function query(columns) {
    const some = (table) => (columns ? `(SELECT * FROM ${table} WHERE entry IN (${said}))` : table);
    return `SELECT encode(convert_to(json_build_object(
    'origin', (SELECT origin FROM ledger_log),
    'queued', (SELECT count(*) FROM ledger_queue),
    'leaves', ${rowsOf(some('ledger_leaf'), ['leaf_index'])},
    'entries', ${rowsOf(some('ledger_entry'), ['entry'])},
    'secrets', ${rowsOf(some('ledger_secret'), ['entry', 'field'])},
    'content', (SELECT coalesce(json_agg(t), '[]') FROM ledger_content AS t),
    'currencies', (SELECT coalesce(json_agg(c), '[]') FROM currency AS c),
    'rates', ${rowsOf('exchange_rate', ['set_id', 'currency', 'valid_from'])},
    'results', ${rowsOf('report_result', ['sha256'])},
    'columns', ${columnsQuery},
    'held', (SELECT json_object_agg(h.name, h.held) FROM (VALUES ${Object.entries(tables)
        .map(([name, { key }]) =>
            `('${name}', ${rowsOf(columns ? someOf(name, columns[name]) : `"${name}"`, key)})`)
        .join(', ')}) AS h (name, held)))::text, 'UTF8'), 'base64');`;
}

// Tampering locks tables that the service reads in an order of its own: who is caught in a deadlock
// begins anew, for nothing has been changed.
function undisturbed(statements, database, tries = 10) {
    try {
        return run(statements, database);
    } catch (error) {
        if (tries === 1 || !error.message.includes('deadlock detected')) {
            throw error;
        }
        return undisturbed(statements, database, tries - 1);
    }
}

// What the database holds, or what it holds about some commitments. "tampering" are statements that
// are taken back right after reading.
export function snapshot({ database, tampering = '', commitments } = {}) {
    let columns = null;
    let asked = '';
    if (commitments) {
        columns = Object.fromEntries(rows(`SELECT table_name AS name,
            json_agg(column_name) AS columns FROM information_schema.columns
            WHERE table_schema = 'aidledger' GROUP BY table_name`, database)
            .map((table) => [table.name, table.columns]));
        asked = `CREATE TEMPORARY TABLE asked ON COMMIT DROP AS
            SELECT unnest('{${commitments.join()}}'::uuid[]) AS id; ANALYZE asked;`;
    }
    const read = undisturbed(`SET timezone = 'UTC';\nBEGIN;\n${asked}\n${tampering}\n`
        + `${query(columns)}\nROLLBACK;`, database);
    return JSON.parse(Buffer.from(read, 'base64').toString('utf8'));
}

// Everything in which the database differs from what its log says, of everything or of some
// commitments.
export function faults(options = {}) {
    const read = snapshot(options);
    const { said, found } = readLog({ ...read, whole: !options.commitments });
    const state = follow(said, read);
    return [...found, ...state.found, ...differences(state, read)];
}

export { tables };
