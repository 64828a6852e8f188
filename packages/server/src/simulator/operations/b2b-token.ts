/**
 * B2B token, service 73 (dossier 2.6).
 *
 * @module
 */
import type { OperationDefinition } from './operation.ts';
import { field, text } from '../fields.ts';
import { refusals, success } from '../refusal.ts';
import { b2bLifeSeconds } from '../tokens.ts';

export const b2bToken: OperationDefinition = {
  name: 'b2b',
  signature: 'asymmetric',
  headers: [],
  prepare(doku, { body }) {
    if (text(field(body, 'grantType')) !== 'client_credentials') throw refusals.format('grantType');
    return () => {
      const expiresIn = doku.switches.expiresInAsString ? String(b2bLifeSeconds) : b2bLifeSeconds;
      const { token: accessToken } = doku.tokens.issueB2b();
      return { answer: success('b2b', { accessToken, tokenType: 'Bearer', expiresIn, additionalInfo: '' }) };
    };
  },
};
