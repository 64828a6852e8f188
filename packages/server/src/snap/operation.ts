/**
 * What every operation is built with, and the constant that names Allo to DOKU.
 *
 * @module
 */

import type { SignedPost } from './post.ts';

/** How an operation reaches DOKU. */
export interface OperationContext {
  post: SignedPost;
  /** The member `additionalInfo.origin`, by which DOKU's SDKs name themselves; left out unless given (dossier 3). */
  origin?: Readonly<Record<string, string>> | undefined;
}

/** `additionalInfo.channel` of every operation. */
export const channel = 'DIRECT_DEBIT_ALLO_SNAP';
