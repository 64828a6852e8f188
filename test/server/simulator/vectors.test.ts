import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startSimulator } from '../../../packages/server/src/simulator/simulator.ts';
import type { Simulator } from '../../../packages/server/src/simulator/simulator.ts';

interface Vector {
  name: string;
  signatureKind: 'asymmetric' | 'symmetric';
  request: { path: string; headers: [string, string][]; bodyUtf8: string };
}

const folder = new URL('../../fixtures/vectors/', import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const keys = read('keys.json') as Record<'clientId' | 'secretKey' | 'merchantPublicKeySpkiPem' | 'dokuPrivateKeyPkcs8Pem', string>;
const vectors = readdirSync(folder).filter((file) => /^0\d/.test(file)).map((file) => read(file) as Vector);

let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({
    clientId: keys.clientId,
    secretKey: keys.secretKey,
    merchantPublicKey: keys.merchantPublicKeySpkiPem,
    privateKey: keys.dokuPrivateKeyPkcs8Pem,
    clock: { frozen: true, startAtMs: Date.parse('2025-03-14T10:15:36+07:00') },
  });
});
after(() => simulator.close());

/** What the transport sets by itself, for the body that is really sent. */
const ofTransport = /^(content-length|connection|host|accept-encoding)$/i;

async function replay({ request }: Vector, change: (body: string) => string = (body) => body): Promise<string> {
  const response = await fetch(simulator.url + request.path, { method: 'POST', headers: request.headers.filter(([name]) => !ofTransport.test(name)), body: change(request.bodyUtf8) });
  return ((await response.json()) as { responseCode: string }).responseCode;
}

/** What each request, captured from DOKU's own SDK, is answered once its signature has been found right. */
const expected: Record<string, string> = {
  '01-token-b2b': '2007300',
  '02-account-binding-allo': '2000700',
  '03-token-b2b2c': '4017400',
  '04-balance-inquiry-allo': '4011102',
  '05-payment-allo': '4015402',
  '07-refund-allo': '4015802',
  '08-check-status-allo': '4045501',
  '09-unbinding-allo': '4010902',
};

test('there is an expectation for each captured request', () => {
  assert.deepEqual(vectors.map(({ name }) => name), Object.keys(expected));
});

for (const vector of vectors) {
  test(`accepts the signature of ${vector.name}`, async () => {
    assert.equal(await replay(vector), expected[vector.name]);
  });
}

for (const vector of vectors.filter(({ signatureKind }) => signatureKind === 'symmetric')) {
  test(`refuses ${vector.name} with one more member in its body`, async () => {
    const code = await replay(vector, (body) => body.replace('{', '{"extra":1,'));
    assert.match(code, /^401..00$/);
  });
}
