/**
 * Whether each row came to be what it is by steps that were written down, one after the other, none of them out of an
 * end but the few that are known.
 */
import type { JobTable } from '../../packages/server/src/store/rows.ts';
import { jobTables } from '../server/support/ends.ts';
import type { BookedRow, BookedStep } from './books.ts';
import type { Evidence } from './evidence.ts';

/** What the bank says "not paid" of is over, unless it takes the money after all; it may have given that back by then, too. */
const afterUnpaid = ['succeeded', 'late_success', 'review', 'refunded'];
const unpaidStates: ReadonlySet<string> = new Set(['failed', 'cancelled', 'expired', 'not_executed']);

/** Ways on from an end. */
const onward: Readonly<Record<JobTable, Readonly<Record<string, readonly string[]>>>> = {
  payments: {
    failed: afterUnpaid, cancelled: afterUnpaid, expired: afterUnpaid, not_executed: afterUnpaid,
    succeeded: ['succeeded', 'refunding', 'refunded'], refunded: [], review: ['refunding', 'refunded'],
  },
  refunds: { succeeded: [], failed: [], review: ['succeeded'], manual: ['sending', 'succeeded'] },
  links: { unlinked: [], failed: [], abandoned: [], relink_required: ['relink_required'] },
};

export function brokenSteps({ books, takenLate }: Evidence): string[] {
  const trails = Map.groupBy(books.steps, ({ table, rowId }) => `${table} ${rowId}`);
  const rows = new Map(jobTables.flatMap((table) => books[table].map((row): [string, BookedRow] => [`${table} ${row.id}`, row])));
  const late = new Set(books.payments.filter(({ reference }) => takenLate?.has(reference) === true).map(({ id }) => id));
  const strange = Array.from(trails.keys()).filter((name) => !rows.has(name)).map((name) => `${name} has a trail, and is not there`);
  const leading = Array.from(rows).flatMap(([name, row]) => leadsElsewhere(name, row, trails.get(name)?.at(-1)));
  const stepping = Array.from(trails).flatMap(([name, steps]) => steps.flatMap((step, index) => wrongStep(name, step, { index, before: steps[index - 1], late })));
  return [...strange, ...leading, ...stepping];
}

function leadsElsewhere(name: string, { state, version }: BookedRow, last: BookedStep | undefined): string[] {
  return last?.to === state && last.version === version ? [] : [`${name} is ${state}, and its trail leads to ${last?.to ?? 'nothing'}`];
}

/** @param late Ids of the payments that the bank called unpaid and took all the same. */
function wrongStep(name: string, step: BookedStep, { index, before, late }: { index: number; before: BookedStep | undefined; late: ReadonlySet<string> }): string[] {
  if (step.from !== before?.to) return [`${name} stepped from ${step.from ?? 'nothing'}, but was ${before?.to ?? 'nothing'}`];
  if (step.version !== index + 1) return [`${name} has no step ${index + 1}`];
  if (step.from === undefined) return [];
  const ways = onward[step.table][step.from];
  const isOver = step.table === 'payments' && unpaidStates.has(step.from) && !late.has(step.rowId);
  return ways === undefined || (ways.includes(step.to) && !isOver) ? [] : [`${name} stepped from ${step.from} to ${step.to}`];
}
