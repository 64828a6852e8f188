/**
 * The address of the bank's page for one link. DOKU puts the authorisation code into it, which must stand in the
 * database under seal alone: it is kept with a gap in its place.
 *
 * @module
 */

import type { LinkRow } from '../store/rows.ts';
import type { LinkPage } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { openAuthCode } from './tokens.ts';

/** Stands in no address: braces are always encoded there. */
const gap = '{authCode}';

export const withGap = ({ url, authCode }: LinkPage): string => url.replaceAll(authCode, gap);

/** The link with the address as the bank gave it, for the shopper alone. */
export async function withPage(ctx: LedgerContext, link: LinkRow): Promise<LinkRow> {
  if (link.pageUrl === null || !link.pageUrl.includes(gap)) return link;
  // What cannot be read just now, for want of a key, is no reason to say nothing of the account.
  const authCode = await openAuthCode(ctx, link).catch(() => undefined);
  return { ...link, pageUrl: authCode === undefined ? null : link.pageUrl.replaceAll(gap, () => authCode) };
}
