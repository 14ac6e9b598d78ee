// document.mjs - the present document of a commitment, as it follows from the statements.
// SPDX-License-Identifier: Apache-2.0
import { sum } from './split.mjs';

function money(c, transactions) {
    const counted = transactions.filter((t) => ['2', '3', '4'].includes(t.transaction_type));
    const total = (currency, type) => {
        const amounts = counted.filter((t) => t.currency === currency
            && t.transaction_type === type).map((t) => t.amount);
        return sum(amounts);
    };
    return [...new Set(counted.map((t) => t.currency))].sort().map((currency) => ({
        currency,
        committed: total(currency, '2'),
        disbursed: total(currency, '3'),
        expended: total(currency, '4'),
    }));
}

// A link to a national plan is for the government whose plan it is to answer.
function asked(state, link, recipients) {
    const owner = state.planOf(link.framework);
    return owner ? recipients.filter((part) => part.country === owner) : recipients;
}

// What each government that is asked, or has answered, says of a link.
function governments(link, recipients, answers) {
    const mine = answers.filter((row) => row.link_id === link.id);
    const countries = new Set([...recipients.map((part) => part.country).filter(Boolean),
        ...mine.map((row) => row.country)]);
    return [...countries].sort().map((country) => {
        const told = mine.filter((row) => row.country === country).reverse();
        return {
            country,
            state: told[0]?.answer ?? 'unanswered',
            answers: told.map(({ id, answer, reason, entry, recorded_at }) => ({
                id, answer, reason, entry, answered_at: recorded_at,
            })),
        };
    });
}

// "organisations" are all there are, for statements name organisations that were there before them;
// "inputs" carry the numbers of inputs that no statement names yet.
export function documentOf(c, { state, organisations, transactions, positions }) {
    const told = c.revisions[c.revision - 1];
    const reference = (id) => {
        const { identifier, name } = organisations.get(id);
        return { id, identifier, name };
    };
    const activity = state.activities.get(told.activity_id);
    return {
        id: c.id,
        organisation: reference(c.organisation_id),
        origin: c.origin,
        status: c.status,
        version: c.version,
        revision: c.revision,
        amendment_pending: c.amendment !== null,
        ...told,
        activity_id: undefined,
        schedule: undefined,
        activity: activity
            ? { id: activity.id, iati_identifier: activity.iati_identifier } : null,
        recipients: told.recipients ?? [],
        sectors: told.sectors ?? [],
        effective_date: c.effective_date,
        money: money(c, transactions.get(c.id) ?? []),
        schedule_version: c.schedule,
        baseline_schedule_version: c.baseline_schedule,
        links: state.links(c).map(([, link]) => ({
            id: link.id,
            framework: link.framework,
            framework_version: link.framework_version,
            item: link.item,
            share: link.share,
            rationale: link.rationale,
            withdrawn: link.withdrawn,
            in_force: true,
            counts: state.counts(link),
            asserted_by: reference(link.asserted_by),
            governments: governments(link, asked(state, link, told.recipients ?? []),
                state.rows.link_answer),
            entry: link.entry,
        })),
        ownership: [...c.inputs.values()].sort((a, b) => (a.country < b.country ? -1 : 1))
            .map((input) => ({
                id: input.id,
                country: input.country,
                state: input.state,
                due_on: input.due_on,
                position: positions.get(input.position_id) ?? null,
            })),
        created_at: c.created_at,
    };
}
