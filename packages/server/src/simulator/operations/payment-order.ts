/**
 * The fields of a payment request (dossier 3.3).
 *
 * @module
 */
import type { Call } from './operation.ts';
import type { Field } from '../fields.ts';
import type { Switches } from '../options.ts';
import type { PaymentOrder } from '../payments.ts';
import type { PaymentPart } from '../records.ts';
import { amount, channel, field, isObject, object, optionalList, optionalText, text, url } from '../fields.ts';
import { isInstrument } from '../records.ts';
import { refusals } from '../refusal.ts';

export function readPaymentOrder({ body, header }: Call, switches: Switches): PaymentOrder {
  const partnerReferenceNo = reference(field(body, 'partnerReferenceNo'), switches);
  const minor = amount(field(body, 'amount'));
  const parts = readParts(field(body, 'payOptionDetails'), minor, switches);
  const info = object(field(body, 'additionalInfo'));
  channel(info);
  checkContent(info, switches);
  return {
    partnerReferenceNo,
    minor,
    parts,
    externalId: header('X-EXTERNAL-ID') ?? '',
    additionalInfo: isObject(info.value) ? info.value : {},
    successUrl: url(field(info, 'successPaymentUrl')),
    failedUrl: url(field(info, 'failedPaymentUrl')),
  };
}

/** A number the merchant gives: 1–64 characters, or 32–64 by the rule of DOKU's SDKs for Allo. */
export function reference(from: Field, switches: Switches): string {
  return text(from, switches.strictReferences ? { min: 32, max: 64, pattern: /^[a-zA-Z0-9]+$/ } : {});
}

function readParts(from: Field, minor: number, { strictSum }: Switches): PaymentPart[] {
  const parts = (optionalList(from) ?? []).map((item) => readPart(item, minor));
  if (parts.length === 0) return [{ instrument: 'BALANCE', minor }];
  if (parts.reduce((sum, part) => sum + part.minor, 0) === minor) return parts;
  if (strictSum) throw refusals.amount();
  // DOKU was seen to ignore a sum that is off: the amount is what counts
  return parts.slice(0, 1).map(({ instrument }) => ({ instrument, minor }));
}

function readPart(item: Field, minor: number): PaymentPart {
  const method = field(object(item), 'payMethod');
  const instrument = text(method);
  if (!isInstrument(instrument)) throw refusals.format(method.name);
  const [transAmount, feeAmount] = [field(item, 'transAmount'), field(item, 'feeAmount')];
  if (feeAmount.value !== undefined) amount(feeAmount, 0);
  return { instrument, minor: transAmount.value === undefined ? minor : amount(transAmount) };
}

function checkContent(info: Field, { strictContent }: Switches): void {
  const [remarks, lineItems] = [field(info, 'remarks'), field(info, 'lineItems')];
  if (optionalText(remarks, { max: 40 }) === undefined && strictContent) throw refusals.mandatory(remarks.name);
  const lines = optionalList(lineItems) ?? [];
  if (lines.length === 0 && strictContent) throw refusals.mandatory(lineItems.name);
  lines.forEach(checkLine);
  optionalText(field(info, 'paymentType'), { pattern: /^SALE$/ });
}

function checkLine(line: Field): void {
  text(field(object(line), 'name'), { max: 32 });
  text(field(line, 'price'), { max: 19, pattern: /^\d{1,16}\.\d{2}$/ });
  const { name, value } = field(line, 'quantity');
  if (value === undefined) throw refusals.mandatory(name);
  const isWhole = (typeof value === 'number' || typeof value === 'string') && /^[1-9]\d{0,9}$/.test(String(value));
  if (!isWhole) throw refusals.format(name);
}
