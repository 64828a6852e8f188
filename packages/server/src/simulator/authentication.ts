/**
 * The gate in front of every operation: headers, time, tokens and signatures (dossier sections 1.4 and 2).
 * It must never let a call pass to learn more about it.
 *
 * @module
 */
import type { Doku } from './doku.ts';
import type { Call, Customer, OperationDefinition } from './operations/operation.ts';
import { ipv4, optionalText, text } from './fields.ts';
import { refusals } from './refusal.ts';
import { verifyClientKey, verifyRequest } from './signature.ts';
import { parseTimestamp } from './timestamp.ts';

/** How far X-TIMESTAMP may be behind and ahead of the simulator's clock. */
const oldestMs = 15 * 60_000;
const newestMs = 5 * 60_000;

/** Throws a Refusal unless the call comes from the merchant, now. */
export function authenticate(doku: Doku, operation: OperationDefinition, call: Call): void {
  checkContentType(call);
  if (operation.signature === 'asymmetric') return checkTokenRequest(doku, call);
  checkSigned(doku, call);
}

/** The rules for headers that come after the signature: they say more about the call than who made it. */
export function checkHeaders({ header }: Call, operation: OperationDefinition): void {
  if (operation.signature === 'asymmetric') return;
  text(headerField(header, 'X-EXTERNAL-ID'), { max: 36 });
  optionalText(headerField(header, 'CHANNEL-ID'), { max: 5 });
  const device = headerField(header, 'X-DEVICE-ID');
  const address = headerField(header, 'X-IP-ADDRESS');
  if (operation.headers.includes('X-DEVICE-ID')) text(device);
  else optionalText(device);
  if (operation.headers.includes('X-IP-ADDRESS')) ipv4(address);
  if (operation.headers.includes('Authorization-Customer')) text(headerField(header, 'Authorization-Customer'), { max: 2055 });
}

/** The customer of Authorization-Customer, which comes with and without `Bearer ` (dossier 8.2). */
export function readCustomer(doku: Doku, { header }: Call): Customer {
  const token = bearer(header('Authorization-Customer') ?? '') ?? header('Authorization-Customer') ?? '';
  const accountId = doku.tokens.readCustomer(token, doku.switches.latestCustomerTokenOnly);
  const binding = accountId === undefined ? undefined : doku.bank.activeBinding({ accountId });
  if (!binding) throw refusals.customerToken();
  return { binding, token };
}

function checkTokenRequest(doku: Doku, { header }: Call): void {
  const clientKey = text(headerField(header, 'X-CLIENT-KEY'), { max: 255 });
  const signature = text(headerField(header, 'X-SIGNATURE'), { max: 2048 });
  const timestamp = checkTimestamp(doku, header);
  if (clientKey !== doku.merchant.clientId) throw refusals.unauthorized('Unknown Client');
  if (!verifyClientKey(doku.keys.merchantPublicKey, clientKey, timestamp, signature)) throw refusals.unauthorized('Invalid Signature');
}

function checkSigned(doku: Doku, { header, method, target, rawBody }: Call): void {
  const partnerId = text(headerField(header, 'X-PARTNER-ID'), { max: 36 });
  const signature = text(headerField(header, 'X-SIGNATURE'), { max: 2048 });
  const authorization = text(headerField(header, 'Authorization'), { max: 2055 });
  const timestamp = checkTimestamp(doku, header);
  if (partnerId !== doku.merchant.clientId) throw refusals.unauthorized('Unknown Client');
  const accessToken = bearer(authorization) ?? '';
  if (!doku.tokens.isB2bValid(accessToken, doku.switches.latestTokenOnly)) throw refusals.b2bToken();
  const parts = { method, target, accessToken, body: rawBody, timestamp };
  if (!verifyRequest(doku.merchant.secretKey, parts, signature)) throw refusals.unauthorized('Signature Not Match');
}

function checkTimestamp(doku: Doku, header: Call['header']): string {
  const timestamp = text(headerField(header, 'X-TIMESTAMP'));
  const sentMs = parseTimestamp(timestamp);
  if (sentMs === undefined) throw refusals.format('X-TIMESTAMP');
  const nowMs = doku.clock.wireNow();
  if (sentMs < nowMs - oldestMs || sentMs > nowMs + newestMs) throw refusals.unauthorized('Timestamp Out Of Range');
  return timestamp;
}

function checkContentType({ header }: Call): void {
  const [mediaType = ''] = text(headerField(header, 'Content-Type'), { pattern: /^/, max: 255 }).split(';');
  if (mediaType.trim().toLowerCase() !== 'application/json') throw refusals.format('Content-Type');
}

function headerField(header: Call['header'], name: string) {
  return { name, value: header(name) };
}

function bearer(value: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(value)?.[1];
}
