/**
 * Customer token, service 74 (dossier 2.7): an authCode can be exchanged again and again while the binding
 * lives; before and after that it is `4017400`.
 *
 * @module
 */
import type { Call, OperationDefinition } from './operation.ts';
import type { Doku } from '../doku.ts';
import type { Binding } from '../records.ts';
import { field, text } from '../fields.ts';
import { newRefreshToken } from '../numbers.ts';
import { refusals, success } from '../refusal.ts';
import { formatTimestamp } from '../timestamp.ts';
import { refreshLifeDays } from '../tokens.ts';

const dayMs = 86_400_000;

export const b2b2cToken: OperationDefinition = {
  name: 'b2b2c',
  signature: 'asymmetric',
  headers: [],
  prepare(doku, call) {
    const find = readGrant(doku, call);
    return () => {
      const binding = find();
      if (binding?.state !== 'ACTIVE') throw refusals.unauthorized('Invalid Authorization Code');
      return { answer: success('b2b2c', issue(doku, binding)) };
    };
  },
};

function readGrant(doku: Doku, { body }: Call): () => Binding | undefined {
  switch (text(field(body, 'grantType'))) {
    case 'authorization_code': {
      const authCode = text(field(body, 'authCode'), { max: 256 });
      return () => doku.bank.binding(authCode);
    }
    case 'refresh_token': {
      const refreshToken = text(field(body, 'refreshToken'), { max: 512 });
      return () => findRefreshable(doku, refreshToken);
    }
    default:
      throw refusals.format('grantType');
  }
}

function findRefreshable({ bank, clock }: Doku, refreshToken: string): Binding | undefined {
  const held = bank.state.refreshTokens.find(({ token }) => token === refreshToken);
  return held && held.expiresAtMs > clock.now() ? bank.binding(held.bindingId) : undefined;
}

function issue({ bank, clock, tokens }: Doku, binding: Binding): Record<string, unknown> {
  const { token: accessToken, expiresAtMs } = tokens.issueCustomer(binding.accountId);
  const refresh = { token: newRefreshToken(), bindingId: binding.id, expiresAtMs: clock.now() + refreshLifeDays * dayMs };
  bank.state.refreshTokens.push(refresh);
  bank.onChange();
  return {
    accessToken,
    tokenType: 'Bearer',
    accessTokenExpiryTime: formatTimestamp(expiresAtMs),
    refreshToken: refresh.token,
    refreshTokenExpiryTime: formatTimestamp(refresh.expiresAtMs),
    additionalInfo: '',
  };
}
