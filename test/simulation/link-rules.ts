/**
 * Whether the bank knows of no link that we do not.
 */
export interface LinkViolation {
  rule: 'a link at the bank is in the ledger';
  detail: string;
}

export interface LinkEvidence {
  /** X-EXTERNAL-ID of each link that stands at the bank. */
  standing: readonly string[];
  /** The ledger's links, by the same number. */
  states: ReadonlyMap<string, string>;
}

/** What the shopper agreed to must not stand at the bank with nobody here who could end it. */
export function findLinkViolations({ standing, states }: LinkEvidence): LinkViolation[] {
  const rule = 'a link at the bank is in the ledger';
  return standing.flatMap((externalId) => {
    const state = states.get(externalId) ?? 'not there';
    return state === 'active' ? [] : [{ rule, detail: `a link stands at the bank, and in the ledger it is ${state}` }];
  });
}
