/**
 * Where sealed values stand, as the seal binds them to it: ciphertext that was moved does not open.
 *
 * @module
 */

/** The secrets of one link. */
export type SealedField = 'authCode' | 'token';

export const linkPlace = (linkId: string, field: SealedField): string => `links/${linkId}/${field}`;

export const sharedTokenPlace = (name: string): string => `shared_tokens/${name}`;
