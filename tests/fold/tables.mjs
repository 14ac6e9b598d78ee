// tables.mjs - the state tables: what each should hold, what it holds, and every difference.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

import { documentOf } from './document.mjs';
import { canonical } from './log.mjs';

// How rows are told apart, and which columns no statement speaks of.
export const tables = {
    ledger_erasure: { key: ['entry', 'field'] },
    organisation: { key: ['id'], unsaid: ['created_at'] },
    country_group_membership: { key: ['id'], unsaid: ['recorded_at'] },
    working_calendar: { key: ['id'] },
    exchange_rate_set: { key: ['id'] },
    framework: { key: ['code'] },
    framework_version: { key: ['framework', 'version'] },
    framework_item: { key: ['framework', 'framework_version', 'code'] },
    priority_statement: { key: ['id'] },
    national_priority: { key: ['statement_id', 'rank'] },
    priority_supersession: { key: ['statement_id', 'superseded_id'] },
    alignment_statement: { key: ['id'] },
    activity: { key: ['id'] },
    commitment: { key: ['id'] },
    commitment_revision: { key: ['commitment_id', 'revision'] },
    commitment_distinction: { key: ['entry', 'other_id'] },
    commitment_state: { key: ['commitment_id', 'version'] },
    planned_disbursement: { key: ['commitment_id', 'schedule', 'ordinal'] },
    instalment: { key: ['commitment_id', 'schedule', 'ordinal'], unsaid: ['state'] },
    instalment_settlement: { key: ['entry', 'ordinal'] },
    instalment_miss: { key: ['commitment_id', 'schedule', 'ordinal'] },
    framework_link: { key: ['id'] },
    link_answer: { key: ['id'] },
    document_hash: { key: ['id'] },
    transaction: { key: ['id'] },
    allocation: { key: ['transaction_id', 'ordinal'] },
    transaction_source: { key: ['transaction_id'] },
    ownership_input: { key: ['commitment_id', 'country'] },
    ownership_position: { key: ['id'] },
    ownership_answer: { key: ['id'] },
    ownership_resolution: { key: ['position_id'] },
    ownership_state: { key: ['input_id', 'version'] },
    ownership_deadline: { key: ['id'] },
    ownership_escalation: { key: ['position_id'] },
    ownership_joint_statement: { key: ['id'] },
    ownership_agreement: { key: ['statement_id'] },
    ownership_disagreement: { key: ['id'] },
    joint_review: { key: ['id'] },
    joint_review_participant: { key: ['review_id', 'organisation_id'] },
    joint_review_commitment: { key: ['review_id', 'commitment_id'] },
    joint_review_action: { key: ['review_id', 'ordinal'] },
    joint_review_agreement: { key: ['review_id'] },
    joint_review_event: { key: ['id'] },
    comment: { key: ['id'] },
    comment_change: { key: ['id'] },
    third_party_observation: { key: ['id'] },
    third_party_account: { key: ['observation_id'] },
    third_party_reply: { key: ['id'] },
    third_party_moderation: { key: ['id'] },
    disbursement_receipt: { key: ['transaction_id', 'country'] },
    report_run: { key: ['id'] },
    period_close: { key: ['id'] },
    period_reopening: { key: ['close_id'] },
    transaction_reporting: { key: ['transaction_id'] },
    treasury_receipt: { key: ['id'] },
    treasury_receipt_state: { key: ['receipt_id', 'version'] },
    treasury_rejection: { key: ['receipt_id', 'transaction_id'] },
    receipt_lapse: { key: ['transaction_id', 'country'] },
    receipt_confirmation: { key: ['id'] },
    receipt_confirmation_state: { key: ['confirmation_id', 'version'] },
    receipt_explanation: { key: ['id'] },
    receipt_correction: { key: ['transaction_id'] },
    receipt_acceptance: { key: ['id'] },
    receiver_confirmation: { key: ['id'] },
    fiscal_calendar: { key: ['id'] },
    flow_parent: { key: ['transaction_id'] },
    flow_link: { key: ['id'] },
    flow_parking: { key: ['transaction_id'] },
    observation: { key: ['id'] },
    observation_withdrawal: { key: ['observation_id'] },
    indicator_mask: { key: ['id'] },
    indicator_mask_decision: { key: ['mask_id'] },
    indicator_mask_withdrawal: { key: ['mask_id'] },
    contract_award: { key: ['id'] },
    contract_award_withdrawal: { key: ['award_id'] },
    approved_budget: { key: ['id'] },
    approved_budget_withdrawal: { key: ['budget_id'] },
    pledge: { key: ['id'] },
    pledge_conversion: { key: ['id'] },
    pledge_withdrawal: { key: ['id'] },
};

// Tables that hold no consequence of a statement; the rates of a set and the bytes of a report are
// held against their hashes.
const apart = ['schema_migration', 'country', 'country_weekend', 'former_entity', 'country_group', 'dac_ldc_year',
    'codelist', 'codelist_item', 'currency', 'ict_relevance', 'framework_submission',
    'framework_submission_place', 'wsis_event', 'indicator', 'indicator_list',
    'indicator_definition', 'dac_membership', 'reference_document',
    'principal', 'api_key', 'api_key_revocation', 'ledger_log', 'ledger_field', 'explained_figure',
    'ledger_entry',
    'ledger_secret', 'ledger_content', 'ledger_queue', 'ledger_leaf', 'ledger_tile', 'ledger_checkpoint',
    'ledger_cosignature', 'ledger_key', 'idempotency', 'import_rule',
    'discount_rate_set', 'discount_rate', 'exchange_rate', 'currency_name', 'report_result',
    'report_run_queue', 'report_run_proof',
    // tests/lib/rollup.mjs holds these against the rows.
    'rollup_progress', 'rollup_portfolio', 'rollup_group', 'rollup_group_country', 'rollup_ownership',
    'rollup_disagreement', 'rollup_disagreement_place', 'rollup_disagreement_count', 'rollup_speech'];

// Reference data and the demonstration's organisations are there before the first statement.
function before(name, row) {
    return ['organisation', 'country_group_membership', 'exchange_rate_set', 'framework',
        'framework_version', 'framework_item'].includes(name)
        && row.entry === null;
}

// Inputs get their number when a government is asked, which no statement names until it speaks:
// those numbers are taken from the table, and everything that refers to them must agree.
function learnNumbers(state, held) {
    const inputs = new Map(held.ownership_input.map((row) =>
        [`${row.commitment_id} ${row.country}`, row.id]));
    for (const row of state.inputRows()) {
        row.input.id ??= inputs.get(`${row.commitment_id} ${row.country}`) ?? null;
    }
}

function documents(state, held) {
    const organisations = new Map(held.organisation.map((row) => [row.id, row]));
    state.organisations.forEach((row) => organisations.set(row.id, row));
    const transactions = new Map();
    for (const t of state.transactions.values()) {
        transactions.set(t.commitment_id, [...(transactions.get(t.commitment_id) ?? []), t]);
    }
    const positions = new Map(state.rows.ownership_position.map((p) => [p.id, p.position]));
    return (c) => documentOf(c, { state, organisations, transactions, positions });
}

// What each table should hold, from a State; "held" is what it does hold.
export function expected(state, held) {
    learnNumbers(state, held);
    const document = documents(state, held);
    return {
        ...state.rows,
        organisation: [...state.organisations.values()],
        activity: [...state.activities.values()],
        commitment: [...state.commitments.values()].map((c) => ({
            ...state.commitmentRow(c), document: document(c),
        })),
        transaction: [...state.transactions.values()]
            .map(({ parts, ...row }) => row),
        ownership_input: state.inputRows()
            .map(({ input, ordinal, deadlines, ...row }) => ({ ...row, id: input.id })),
        ownership_state: state.rows.ownership_state
            .map(({ input, ...row }) => ({ ...row, input_id: input.id })),
        disbursement_receipt: [...state.disbursements.values()],
        treasury_receipt: [...state.treasury.values()],
        pledge: [...state.pledges.values()],
        flow_parent: [...state.flowParents.values()],
        instalment: [...state.commitments.values()].flatMap((c) => c.instalments),
    };
}

// One spelling for one value, whichever side it comes from.
function spelled(value, column) {
    if (value === null || value === undefined) {
        return null;
    }
    if (column.type === 'timestamp with time zone') {
        return /\.\d{4,}/.test(value) ? value : new Date(value).toISOString();
    }
    if (column.type === 'ARRAY' || column.type === 'jsonb' || column.name === 'document') {
        let parsed = value;
        if (typeof value === 'string') {
            try {
                parsed = JSON.parse(value);
            } catch {
                return value;
            }
        }
        // The items are a set: what lists filter by.
        return canonical(JSON.parse(JSON.stringify(
            column.name === 'items' ? [...parsed].sort() : parsed)));
    }
    return String(value);
}

// A long value from where it begins to be another one.
function short(value, other) {
    if (value === null || value.length <= 300) {
        return String(value);
    }
    const same = [...value].findIndex((character, at) => character !== other?.[at]);
    const from = Math.max(0, same - 60);
    return `${from > 0 ? '...' : ''}${value.slice(from, from + 240)}...`;
}

function columnFaults(name, columns, rows) {
    const { unsaid = [] } = tables[name];
    const told = new Set(rows.flatMap(Object.keys));
    return columns.filter((column) => rows.length > 0 && !told.has(column.name)
        && !unsaid.includes(column.name))
        .map((column) => `${name}.${column.name}: the fold does not know this column`);
}

function rowFaults(name, label, columns, held, said) {
    const { unsaid = [] } = tables[name];
    return columns.filter((column) => !unsaid.includes(column.name))
        .map((column) => ({
            column: column.name,
            is: spelled(held[column.name], column),
            should: spelled(said[column.name], column),
        }))
        .filter(({ is, should }) => is !== should)
        .map(({ column, is, should }) =>
            `${name} ${label}: ${column} is ${short(is, should)}, `
                + `the log says ${short(should, is)}`);
}

function tableFaults(name, columns, held, said) {
    const { key } = tables[name];
    const label = (row) => key.map((part) => row[part]).join('/');
    const waiting = new Map(said.map((row) => [label(row), row]));
    const found = columnFaults(name, columns, said);
    for (const row of held.filter((one) => !before(name, one))) {
        const match = waiting.get(label(row));
        waiting.delete(label(row));
        found.push(...(match ? rowFaults(name, label(row), columns, row, match)
            : [`${name} ${label(row)}: the log says nothing of this row`]));
    }
    for (const missing of waiting.keys()) {
        found.push(`${name} ${missing}: the row is missing`);
    }
    return found;
}

// Of organisations that were there before the first statement only the wish for four eyes can have
// changed since.
function baselineFaults(state, held) {
    const found = [];
    for (const row of held.organisation.filter((one) => before('organisation', one))) {
        const should = state.fourEyes.get(row.id) ?? row.identifier === 'XI-DEMO-DONOR';
        if (row.four_eyes !== String(should)) {
            found.push(`organisation ${row.id}: four_eyes is ${row.four_eyes}, not ${should}`);
        }
    }
    return found;
}

// A statement names the hash of its rates, which have no leaves of their own.
function rateFaults(sets, rates) {
    const lines = new Map(sets.map((row) => [row.id, []]));
    const found = [];
    for (const r of rates) {
        const line = [r.currency, r.valid_from, r.valid_to, r.rate, r.quotation,
            r.confidence ?? '-'].join(' ');
        if (lines.has(r.set_id)) {
            lines.get(r.set_id).push(`${line}\n`);
        } else {
            found.push(`exchange_rate ${r.set_id} ${line}: the log says nothing of this set`);
        }
    }
    for (const row of sets) {
        const held = lines.get(row.id);
        const hash = createHash('sha256').update(held.sort().join('')).digest('hex');
        if (`\\x${hash}` !== row.rates_sha256 || held.length !== Number(row.rate_count)) {
            found.push(`exchange_rate ${row.id}: the rates are not those that were stated`);
        }
    }
    return found;
}

// A statement names the hash of the bytes that were issued.
function resultFaults(runs, results) {
    const sizes = new Map();
    const found = [];
    for (const { sha256, content } of results) {
        const bytes = Buffer.from(content.slice(2), 'hex');
        sizes.set(sha256, bytes.length);
        if (`\\x${createHash('sha256').update(bytes).digest('hex')}` !== sha256) {
            found.push(`report_result ${sha256}: the bytes are others`);
        }
        if (!runs.some((run) => run.sha256 === sha256)) {
            found.push(`report_result ${sha256}: the log says nothing of it`);
        }
    }
    return [...found, ...runs.filter((run) => sizes.get(run.sha256) !== run.bytes)
        .map((run) => `report_result ${run.sha256}: it is missing, or not as long as was stated`)];
}

// Every difference between the state tables and what the statements say.
export function differences(state, { held, columns, rates, results }) {
    const should = expected(state, held);
    const known = new Set([...Object.keys(tables), ...apart]);
    const found = Object.keys(columns).filter((name) => !known.has(name))
        .map((name) => `${name}: the fold does not know this table`);
    for (const name of Object.keys(tables)) {
        found.push(...tableFaults(name, columns[name], held[name], should[name]));
    }
    const sets = [...should.exchange_rate_set,
        ...held.exchange_rate_set.filter((row) => before('exchange_rate_set', row))];
    return [...found, ...baselineFaults(state, held), ...rateFaults(sets, rates),
        ...resultFaults(should.report_run, results)];
}
