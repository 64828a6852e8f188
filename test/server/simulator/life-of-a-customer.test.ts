import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWithEndpoints } from './merchant.ts';
import type { Json } from './merchant.ts';

let world: Awaited<ReturnType<typeof startWithEndpoints>>;
before(async () => {
  world = await startWithEndpoints();
});
after(() => world.stop());

test('a customer links, looks, pays, is refunded and unlinks; the books agree at every step', async () => {
  const { merchant, simulator } = world;
  const available = async (): Promise<unknown> => {
    const { body } = await merchant.balance(token);
    const infos = body['accountInfos'] as { balanceType: string; availableBalance: Json }[];
    return infos.find(({ balanceType }) => balanceType === 'BALANCE')?.availableBalance['value'];
  };
  const { token, authCode } = await merchant.bind();
  assert.equal(await available(), '2500000.00');

  const reference = await merchant.paid(token);
  assert.equal(await available(), '2488000.00');
  assert.equal((await merchant.status(reference)).body['latestTransactionStatus'], '00');

  const refund = await merchant.refund(token, merchant.refundBody(reference));
  assert.equal(refund.code, '2005800');
  assert.equal(await available(), '2500000.00');
  assert.equal((await merchant.status(reference)).body['latestTransactionStatus'], '04');

  assert.equal((await merchant.unbind(token)).code, '2000900');
  assert.equal((await merchant.balance(token)).code, '4011102');
  assert.equal((await merchant.exchange(authCode)).code, '4017400');
  assert.deepEqual(
    simulator.journal().map(({ kind, partnerReferenceNo, amount }) => ({ kind, partnerReferenceNo, amount })),
    [
      { kind: 'debit', partnerReferenceNo: reference, amount: 1_200_000 },
      { kind: 'refund', partnerReferenceNo: reference, amount: 1_200_000 },
    ],
  );
});
