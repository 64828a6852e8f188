/**
 * Whether what the merchant was told of links is what happened to them, and the bank knows of none that we do not.
 */
import type { AccountEvent } from '../../packages/server/src/ledger/allo-event.ts';
import type { BookedStep, Books } from '../faults/books.ts';
import type { Rule } from '../faults/checker.ts';

export interface LinkViolation {
  rule: Extract<Rule, 'events are the final states'> | 'a link at the bank is in the ledger';
  detail: string;
}

export interface LinkEvidence {
  books: Books;
  /** X-EXTERNAL-ID of each link that stands at the bank. */
  standing: readonly string[];
  /** The ledger's links, by the same number. */
  states: ReadonlyMap<string, string>;
}

/** Each type of event, and the steps of a link one of which it reports. */
const reported: Readonly<Record<AccountEvent['type'], (step: BookedStep, wasLinked: boolean) => boolean>> = {
  'account.linked': ({ from, to }) => from === 'exchanging' && to === 'active',
  'account.unlinked': ({ to }, wasLinked) => wasLinked && to === 'unlinked',
  'account.relink-required': ({ from, to }) => from !== to && to === 'relink_required',
};

export const findLinkViolations = (evidence: LinkEvidence): LinkViolation[] => [...wrongEvents(evidence.books), ...unknownLinks(evidence)];

/** What the shopper agreed to must not stand at the bank with nobody here who could end it. */
function unknownLinks({ standing, states }: LinkEvidence): LinkViolation[] {
  const rule = 'a link at the bank is in the ledger';
  return standing.flatMap((externalId) => {
    const state = states.get(externalId) ?? 'not there';
    return state === 'active' ? [] : [{ rule, detail: `a link stands at the bank, and in the ledger it is ${state}` }];
  });
}

function wrongEvents({ steps, events }: Books): LinkViolation[] {
  const byLink = Map.groupBy(steps.filter(({ table }) => table === 'links'), ({ rowId }) => rowId);
  return Array.from(byLink).flatMap(([linkId, ofLink]) => {
    const wasLinked = ofLink.some(({ to }) => to === 'active');
    return (Object.keys(reported) as AccountEvent['type'][]).flatMap((type) => {
      const happened = ofLink.filter((step) => reported[type](step, wasLinked)).length;
      const told = events.filter((event) => event.subjectId === linkId && event.type === type).length;
      return told === happened ? [] : [{ rule: 'events are the final states', detail: `${type} of link ${linkId} happened ${happened} times and was told ${told} times` }];
    });
  });
}
