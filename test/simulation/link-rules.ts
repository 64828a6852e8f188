/**
 * Whether what the merchant was told of links is what happened to them, and nothing of one customer was ever used for
 * another.
 */
import type { AccountEvent } from '../../packages/server/src/ledger/allo-event.ts';
import type { Violation } from '../faults/checker.ts';
import type { BookedStep, Books } from '../faults/books.ts';

/** Each type of event, and the steps of a link one of which it reports. */
const reported: Readonly<Record<AccountEvent['type'], (step: BookedStep, wasLinked: boolean) => boolean>> = {
  'account.linked': ({ from, to }) => from === 'exchanging' && to === 'active',
  'account.unlinked': ({ to }, wasLinked) => wasLinked && to === 'unlinked',
  'account.relink-required': ({ to }) => to === 'relink_required',
};

export function findLinkViolations({ steps, events }: Books): Violation[] {
  const byLink = Map.groupBy(steps.filter(({ table }) => table === 'links'), ({ rowId }) => rowId);
  return Array.from(byLink).flatMap(([linkId, ofLink]) => {
    const wasLinked = ofLink.some(({ to }) => to === 'active');
    return (Object.keys(reported) as AccountEvent['type'][]).flatMap((type) => {
      const happened = ofLink.filter((step) => reported[type](step, wasLinked)).length;
      const told = events.filter((event) => event.subjectId === linkId && event.type === type).length;
      return told === happened ? [] : [{ rule: 'events are the final states' as const, detail: `${type} of link ${linkId} happened ${happened} times and was told ${told} times` }];
    });
  });
}
