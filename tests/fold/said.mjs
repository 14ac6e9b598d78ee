// said.mjs - which members a statement of each kind has, and which of them are private.
// SPDX-License-Identifier: Apache-2.0

const content = ['activity_id', 'title', 'narrative', 'agreement_reference', 'commitment_date',
    'start_date', 'end_date', 'recipients', 'sectors', 'collaboration_type', 'flow_type',
    'finance_type', 'aid_type', 'tied_status', 'ict_significance', 'ict_share', 'ict_reason',
    'amount', 'currency', 'schedule', 'loan_terms', 'in_kind'];

export const contentMembers = content;

export const kinds = {
    'organisation.recorded': ['id', 'identifier', 'name', 'type_code', 'country', 'four_eyes',
        'origin', 'note', 'source_sha256'],
    'organisation.four_eyes': ['four_eyes', 'reason'],
    'membership.recorded': ['id', 'country_group', 'country', 'valid_from', 'valid_from_precision',
        'valid_to', 'valid_to_precision', 'valid_to_alternatives', 'status', 'subclass',
        'authority', 'list_version', 'decision_ref', 'source', 'confidence', 'note', 'supersedes',
        'reason'],
    'rate_set.recorded': ['id', 'name', 'source', 'url', 'layout', 'base_currency', 'method',
        'published_on', 'retrieved_on', 'source_sha256', 'rates_sha256', 'rate_count', 'first_day',
        'last_day', 'left_out', 'note', 'supersedes', 'reason'],
    'calendar.recorded': ['id', 'country', 'year', 'weekend', 'holidays', 'source'],
    'priorities.stated': ['id', 'country', 'period_start', 'period_end', 'text', 'source',
        'priorities', 'supersedes'],
    'plan.stated': ['id', 'country', 'framework', 'version', 'title', 'source', 'note',
        'period_start', 'period_end', 'items'],
    'plan.extended': ['framework', 'version', 'items'],
    'alignment.stated': ['id', 'country', 'priorities', 'serves', 'reason'],
    'activity.recorded': ['iati_identifier', 'reporting_org', 'titles', 'descriptions',
        'activity_status', 'activity_dates', 'participating_orgs', 'other_identifiers',
        'related_activities', 'hierarchy', 'humanitarian', 'recipient_countries',
        'recipient_regions', 'sectors', 'collaboration_type', 'default_currency',
        'default_flow_type', 'default_finance_type', 'default_aid_types', 'default_tied_status',
        'last_updated', 'iati_version', 'marks', 'source_sha256'],
    'commitment.drafted': { private: content },
    'commitment.edited': { private: content },
    'commitment.submitted': { private: ['distinct_from'] },
    'commitment.returned': { private: ['reason'] },
    'commitment.registered': [...content, 'due_on', 'invited', 'distinct_from'],
    'commitment.amendment_proposed': { private: [...content, 'reason'] },
    'commitment.amendment_returned': { private: ['reason'] },
    'commitment.amended': [...content, 'reason', 'asked_again', 'due_on', 'invited'],
    'commitment.effected': ['agreement_reference', 'effective_date', 'baseline_schedule'],
    'commitment.suspended': ['reason'],
    'commitment.resumed': ['reason'],
    'commitment.cancelled': ['reason', 'undisbursed', 'currency'],
    'commitment.closed': [],
    'commitment.imported': [...content, 'status', 'source_sha256'],
    'schedule.recorded': ['schedule_version', 'planned_disbursements', 'settles', 'reason',
        'source_sha256'],
    'instalment.missed': ['schedule_version', 'instalment', 'due_on', 'unpaid', 'currency'],
    'link.recorded': ['id', 'framework', 'framework_version', 'item', 'share', 'rationale',
        'withdrawn'],
    'link.answered': ['id', 'link', 'country', 'answer', 'reason'],
    'document.recorded': ['id', 'title', 'category', 'media_type', 'url', 'sha256', 'byte_length'],
    'transaction.recorded': ['id', 'transaction_type', 'ref', 'transaction_date', 'value_date',
        'amount', 'currency', 'description', 'provider_org', 'receiver_org', 'recipient_country',
        'recipient_region', 'sector', 'disbursement_channel', 'flow_type', 'finance_type',
        'aid_type', 'tied_status', 'adjusts', 'reason', 'source_sha256', 'receipt_due_on',
        'settles', 'unscheduled', 'in_kind', 'agreement_reference'],
    'ownership.lodged': ['input', 'country', 'round', 'id', 'position', 'aspects', 'text', 'late',
        'supersedes', 'answer_due_on', 'receipts_due_on'],
    'ownership.answered': ['input', 'country', 'position', 'id', 'answer', 'reason', 'change_made',
        'late'],
    'ownership.extended': ['input', 'country', 'id', 'deadline', 'due_on', 'reason'],
    'ownership.paused': ['input', 'country', 'id', 'due_on', 'working_days', 'reason'],
    'ownership.resumed': ['input', 'country', 'id', 'due_on', 'reason'],
    'ownership.lapsed': ['input', 'country', 'id', 'due_on'],
    'ownership.unanswered': ['input', 'country', 'id', 'position', 'due_on'],
    'ownership.resolved': ['input', 'country', 'position', 'text'],
    'ownership.escalated': ['input', 'country', 'position', 'ground', 'evidence'],
    'ownership.joint_statement_proposed': ['input', 'country', 'position', 'id', 'side', 'text'],
    'ownership.joint_statement_agreed': ['input', 'country', 'position', 'statement', 'side'],
    'ownership.disagreement_stated': ['input', 'country', 'position', 'id', 'side', 'text'],
    'pledge.recorded': ['id', 'amount', 'currency', 'pledge_date', 'recipients', 'purpose'],
    'pledge.converted': ['id', 'commitment', 'amount', 'currency'],
    'pledge.returned': ['id', 'commitment', 'amount', 'currency', 'reason'],
    'pledge.withdrawn': ['id', 'amount', 'currency', 'reason'],
    'fiscal_calendar.recorded': ['id', 'country', 'of_organisation', 'start_month', 'start_day',
        'label', 'source'],
    'flow.linked': ['id', 'child', 'parent', 'link_type', 'amount', 'currency', 'note'],
    'flow.reversed': ['id', 'link', 'amount', 'currency', 'reason'],
    'flow.parked': ['transaction', 'purpose'],
    'review.proposed': ['id', 'donor', 'country', 'side', 'held_on', 'title', 'summary',
        'participants', 'commitments', 'actions'],
    'review.agreed': ['side'],
    'review.action_reported': ['id', 'action', 'side', 'text', 'evidence'],
    'review.action_accepted': ['id', 'action', 'side', 'text'],
    'review.action_disputed': ['id', 'action', 'side', 'text'],
    'comment.made': ['id', 'commitment', 'in_reply_to', 'comment_kind', 'side', 'country',
        'addressed_to', 'addressed_country', 'text'],
    'comment.corrected': ['id', 'comment', 'text', 'reason'],
    'comment.withdrawn': ['id', 'comment', 'reason'],
    'third_party.observed': { public: ['id', 'commitment', 'transaction', 'standing',
        'observed_on'], private: ['ground', 'text', 'place', 'evidence'] },
    'third_party.replied': ['id', 'side', 'country', 'text'],
    'third_party.withheld': ['id', 'harm', 'reason'],
    'third_party.restored': ['id', 'reason'],
    'receipt.confirmed': ['id', 'transaction', 'country', 'outcome', 'amount', 'currency',
        'value_date', 'treasury_reference', 'text', 'receipts_due_on', 'case_due_on'],
    'log_key.rotated': ['vkey', 'rotated_by', 'signature'],
    'report.issued': ['id', 'report', 'definition_version', 'parameters', 'rate_set', 'tree_size',
        'format', 'sha256', 'bytes', 'rows', 'totals'],
    'ledger.erased': ['entry', 'fields', 'reason', 'legal_basis', 'requested_on'],
    'period.closed': ['id', 'period_start', 'period_end', 'tree_size'],
    'period.reopened': ['reason'],
    'treasury.received': { public: ['id', 'country'], private: ['treasury_reference',
        'agreement_reference', 'ref', 'provider', 'amount', 'currency', 'value_date', 'note'] },
    'treasury.confirmed': ['transaction', 'confirmation', 'amount', 'currency'],
    'treasury.rejected': { private: ['transaction', 'reason'] },
    'treasury.withdrawn': { private: ['reason'] },
    'contract.stated': ['id', 'commitment', 'side', 'country', 'reference', 'title', 'natural_person',
        'supplier_name', 'supplier_identifier', 'supplier_country', 'amount', 'currency',
        'awarded_on', 'url', 'supersedes', 'reason'],
    'contract.withdrawn': ['reason'],
    'budget.stated': ['id', 'country', 'donor', 'year', 'commitment', 'amount', 'currency',
        'approved_on', 'source', 'url', 'sha256', 'supersedes', 'reason'],
    'budget.withdrawn': ['reason'],
    'observation.stated': ['id', 'indicator', 'country', 'year', 'origin', 'value', 'suppressed',
        'unit', 'definition_version', 'source', 'source_type', 'method', 'period_start',
        'period_end', 'units_observed', 'url', 'licence', 'status', 'parts', 'failures',
        'deviations', 'supersedes', 'reason'],
    'observation.withdrawn': ['reason'],
    'mask.proposed': ['id', 'indicator', 'country', 'year_start', 'year_end', 'reason'],
    'mask.decided': ['decision', 'reason'],
    'mask.withdrawn': ['reason'],
    'receipt.unconfirmed': ['transaction', 'country', 'due_on'],
    'receipt.escalated': ['confirmation', 'case_due_on'],
    'receipt.explained': ['confirmation', 'id', 'reason_code', 'text'],
    'receipt.corrected': ['confirmation', 'transaction'],
    'receipt.accepted': ['confirmation', 'id', 'side', 'difference', 'currency', 'text'],
    'receipt.received': ['confirmation', 'id', 'amount', 'currency', 'value_date', 'text'],
};

// What is read for a private field that is erased; nothing, where something may be absent.
const marks = {
    'commitment.drafted': ['title', 'ict_reason'],
    'commitment.edited': ['title', 'ict_reason'],
    'commitment.amendment_proposed': ['title', 'ict_reason'],
    'third_party.observed': ['ground', 'text', 'place'],
    'treasury.received': ['treasury_reference'],
    'treasury.rejected': ['reason'],
};

export function marked(leaf) {
    return Object.fromEntries((leaf.erased ?? [])
        .filter((name) => marks[leaf.kind]?.includes(name)).map((name) => [name, 'erased']));
}

// What is wrong with the members of a statement: a private matter told in public above all.
export function memberFaults(leaf) {
    const kind = kinds[leaf.kind];
    if (!kind) {
        return [`${leaf.name}: nobody knows the kind ${leaf.kind}`];
    }
    const { private: hidden = [], public: open = [] } = Array.isArray(kind)
        ? { public: kind } : kind;
    return [
        ...Object.keys(leaf.public).filter((name) => !open.includes(name))
            .map((name) => `${leaf.name}: "${name}" is no public member of ${leaf.kind} in tests/fold/said.mjs`),
        ...Object.keys(leaf.private).filter((name) => !hidden.includes(name))
            .map((name) => `${leaf.name}: "${name}" is no private member of ${leaf.kind} in tests/fold/said.mjs`),
    ];
}
