import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startSimulator } from '../../../packages/server/src/simulator/simulator.ts';
import type { SimulatorOptions } from '../../../packages/server/src/simulator/options.ts';
import { clientId, merchantKeys, secretKey, TestMerchant } from './merchant.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulator-state-'));
after(() => rmSync(folder, { recursive: true }));

const options: SimulatorOptions = { clientId, secretKey, merchantPublicKey: merchantKeys.publicKey };
const lines = (file: string): unknown[] => readFileSync(file, 'utf8').trim().split('\n').map((line): unknown => JSON.parse(line));

test('links, tokens, balances, payments and DOKU\'s key survive a restart; the journal file goes on', async () => {
  const [stateFile, journalFile] = [join(folder, 'state.json'), join(folder, 'journal.jsonl')];
  const first = await startSimulator({ ...options, stateFile, journalFile });
  const merchant = new TestMerchant(first);
  const { token, authCode } = await merchant.bind();
  const reference = await merchant.paid(token);
  const open = await merchant.pay(token);
  const [debit] = first.journal();
  await first.close();

  const second = await startSimulator({ ...options, stateFile, journalFile });
  const again = new TestMerchant(second);
  assert.equal(second.publicKey, first.publicKey);
  assert.equal(second.accounts()[0]?.balance.BALANCE.value, '2488000.00');
  assert.equal((await again.exchange(authCode)).code, '2007400');
  assert.equal((await again.status(reference)).body['latestTransactionStatus'], '00');
  assert.equal((await again.status(open.body['partnerReferenceNo'])).body['latestTransactionStatus'], '03');
  assert.equal((await again.refund(token, again.refundBody(reference))).code, '2005800');
  const [refund] = second.journal();
  assert.deepEqual(lines(journalFile), [debit, refund]);
  await second.close();
});

test('is readable by its owner alone, and leaves no draft behind', async () => {
  const stateFile = join(folder, 'private.json');
  await (await startSimulator({ ...options, stateFile })).close();
  assert.equal(statSync(stateFile).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.new')), []);
});

for (const content of ['not json', '{"accounts":[]}']) {
  test(`refuses the state file ${content}`, async () => {
    const stateFile = join(folder, 'bad.json');
    writeFileSync(stateFile, content);
    await assert.rejects(startSimulator({ ...options, stateFile }), { name: 'TypeError', message: /^stateFile: / });
  });
}

const wrongOptions: readonly [string, string, Partial<SimulatorOptions>][] = [
  ['clientId', 'is missing', { clientId: '' }],
  ['secretKey', 'is missing', { secretKey: '' }],
  ['secretKey', 'is too short for one of DOKU\'s', { secretKey: 'SK-1234' }],
  ['merchantPublicKey', 'is no key', { merchantPublicKey: 'no key' }],
  ['merchantPublicKey', 'is the private half', { merchantPublicKey: merchantKeys.privateKey }],
  ['privateKey', 'is no key', { privateKey: 'no key' }],
  ['journalFile', 'cannot be written', { journalFile: join(folder, 'none', 'journal.jsonl') }],
  ['stateFile', 'cannot be written', { stateFile: join(folder, 'none', 'state.json') }],
  ['stateFile', 'is a folder', { stateFile: folder }],
  ['speed', 'is no speed', { clock: { speed: -1 } }],
];

for (const [name, how, wrong] of wrongOptions) {
  test(`names the option ${name} when it ${how}`, async () => {
    await assert.rejects(startSimulator({ ...options, ...wrong }), { name: 'TypeError', message: new RegExp(`^${name}: `) });
  });
}
