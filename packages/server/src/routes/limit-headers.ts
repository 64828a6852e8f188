/**
 * What a client is told of the limits it is under (draft-ietf-httpapi-ratelimit-headers-11), whether it was let in or
 * refused. Only of its own: how often a telephone was rung by others is nobody's business.
 *
 * @module
 */

import type { RateLimits, Subjects } from '../ledger/rate-limits.ts';

/** `RateLimit-Policy: "links-per-customer";q=3;w=3600` and `RateLimit: "links-per-customer";r=2;t=3600`. */
export function setLimitHeaders(headers: Headers, limits: RateLimits, subjects: Subjects): void {
  const standing = limits.standing(subjects).map((each) => ({ ...each, name: `"${each.limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}"` }));
  if (standing.length === 0) return;
  headers.set('ratelimit-policy', standing.map(({ name, count, perSeconds }) => `${name};q=${count};w=${perSeconds}`).join(', '));
  headers.set('ratelimit', standing.map(({ name, left, nextSeconds }) => `${name};r=${left};t=${nextSeconds}`).join(', '));
}
