/**
 * One call from the merchant, from the gate to the answer, in DOKU's order (dossier 3.3): signature, fields,
 * X-EXTERNAL-ID, customer token, commit. Faults strike between fields and commit, or after it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Doku } from './doku.ts';
import type { CallTraits, OperationFault } from './faults.ts';
import type { Call, Customer, OperationDefinition, Outcome } from './operations/operation.ts';
import type { Answer } from './refusal.ts';
import { authenticate, checkHeaders, readCustomer } from './authentication.ts';
import { pause } from './background.ts';
import { endBinding } from './bindings.ts';
import { field, isObject } from './fields.ts';
import { Refusal, refusals, serviceCodes } from './refusal.ts';

/** What leaves: an answer, an answer that is no JSON, or nothing. */
export interface Reply {
  kind: 'answer' | 'garbled' | 'dropped';
  answer: Answer;
  /** To be done once the answer has left. */
  afterwards?: () => Promise<void>;
  fault?: OperationFault;
}

export async function handleCall(doku: Doku, operation: OperationDefinition, call: Call): Promise<Reply> {
  const fault: { hit?: OperationFault } = {};
  try {
    return { ...(await proceed(doku, operation, call, fault)), ...(fault.hit && { fault: fault.hit }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'answer', answer: error.toAnswer(operation.name), ...(fault.hit && { fault: fault.hit }) };
  }
}

async function proceed(doku: Doku, operation: OperationDefinition, call: Call, fault: { hit?: OperationFault }): Promise<Reply> {
  authenticate(doku, operation, call);
  checkBody(call);
  checkHeaders(call, operation);
  const commit = operation.prepare(doku, call);
  const hit = doku.faults.take(operation.name, traitsOf(doku, call));
  if (hit) fault.hit = hit;
  if ((await strike(doku, call, operation, hit, 'before')) === 'drop') return dropped();
  const use = { fingerprint: fingerprintOf(call), answer: undefined as Answer | undefined };
  const replay = claimExternalId(doku, operation, call, use);
  if (replay) return { kind: 'answer', answer: replay };
  const customer = operation.headers.includes('Authorization-Customer') ? readCustomer(doku, call) : undefined;
  const outcome = commit({ ...(customer && { customer }), ...(hit && { effect: hit.effect }) });
  use.answer = outcome.answer;
  const afterwards = await autoConfirm(doku, outcome, hit);
  return { ...(await finish(doku, operation, call, hit, outcome)), ...(afterwards && { afterwards }) };
}

async function finish(
  doku: Doku,
  operation: OperationDefinition,
  call: Call,
  hit: OperationFault | undefined,
  { answer }: Outcome,
): Promise<Reply> {
  try {
    const end = await strike(doku, call, operation, hit, 'after');
    return end === 'drop' ? dropped() : { kind: end === 'garble' ? 'garbled' : 'answer', answer };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'answer', answer: error.toAnswer(operation.name) };
    throw error;
  }
}

/** Confirms now if that has to come before the answer; otherwise hands back what is to be done after it. */
async function autoConfirm(doku: Doku, { confirm }: Outcome, hit: OperationFault | undefined): Promise<(() => Promise<void>) | undefined> {
  const mode = hit?.effect === 'confirm-before-answer' ? 'before-answer' : doku.switches.autoConfirm;
  if (mode === 'before-answer') await confirm?.();
  return mode === 'after-answer' ? confirm : undefined;
}

/** Does what the fault says for this side of the commit; refusals are thrown. */
async function strike(
  doku: Doku,
  call: Call,
  operation: OperationDefinition,
  hit: OperationFault | undefined,
  side: 'before' | 'after',
): Promise<'go on' | 'drop' | 'garble'> {
  switch (hit?.effect) {
    case `delay-${side}-commit`:
      await pause(hit.delayMs ?? 1000, doku.background.signal);
      // a simulator that was closed meanwhile must not commit any more
      return doku.background.signal.aborted ? 'drop' : 'go on';
    case `drop-${side}-commit`:
      return 'drop';
    case `error-${side}-commit`:
      throw refusals.generalError();
    case `answer-${side}-commit`:
      throw chosenAnswer(operation, hit);
    case 'garbled-after-commit':
      return side === 'after' ? 'garble' : 'go on';
    default:
      if (side === 'before') strikeTokens(doku, call, operation, hit);
      return 'go on';
  }
}

function strikeTokens(doku: Doku, call: Call, operation: OperationDefinition, hit: OperationFault | undefined): void {
  if (operation.signature === 'asymmetric') return;
  if (hit?.effect === 'b2b-token-invalid') throw refusals.b2bToken();
  if (hit?.effect === 'customer-token-invalid') throw refusals.customerToken();
  if (hit?.effect === 'unlink') unlinkCaller(doku, call);
}

function unlinkCaller(doku: Doku, call: Call): void {
  const customer = tryCustomer(doku, call);
  if (customer) endBinding(doku.bank, customer.binding, 'unlinked in the app');
}

function chosenAnswer(operation: OperationDefinition, { responseCode, responseMessage }: OperationFault): Refusal {
  const code = responseCode ?? `504${serviceCodes[operation.name]}00`;
  const members = { responseCode: code };
  return new Refusal(Number(code.slice(0, 3)), code.slice(-2), responseMessage ?? 'Simulated', members);
}

/** The answer to replay for a repeated X-EXTERNAL-ID, if that is switched on; refuses the call otherwise. */
function claimExternalId(
  doku: Doku,
  operation: OperationDefinition,
  { header }: Call,
  use: { fingerprint: string; answer: Answer | undefined },
): Answer | undefined {
  const externalId = header('X-EXTERNAL-ID');
  if (operation.signature === 'asymmetric' || externalId === undefined) return undefined;
  const earlier = doku.externalIds.claim(externalId, use);
  if (!earlier) return undefined;
  const replays = doku.switches.replayWithConflict && earlier.fingerprint === use.fingerprint;
  if (replays && earlier.answer) return { status: 409, body: earlier.answer.body };
  throw refusals.conflict();
}

function checkBody({ body }: Call): void {
  if (!isObject(body.value)) throw refusals.badRequest();
}

function fingerprintOf({ target, rawBody }: Call): string {
  return createHash('sha256').update(`${target}\n${rawBody}`).digest('hex');
}

function traitsOf(doku: Doku, call: Call): CallTraits {
  const textOf = (name: string): string | undefined => {
    const { value } = field(call.body, name);
    return typeof value === 'string' ? value : undefined;
  };
  const valueOf = (name: string): unknown => field(field(call.body, name), 'value').value;
  const amount = valueOf('amount') ?? valueOf('refundAmount');
  const phoneNo = textOf('phoneNo') ?? tryCustomer(doku, call)?.binding.phoneNo;
  const references = ['partnerReferenceNo', 'originalPartnerReferenceNo', 'partnerRefundNo'].map(textOf).filter((one) => one !== undefined);
  return { references, ...(typeof amount === 'string' && { amount }), ...(phoneNo !== undefined && { phoneNo }) };
}

function tryCustomer(doku: Doku, call: Call): Customer | undefined {
  try {
    return readCustomer(doku, call);
  } catch {
    return undefined;
  }
}

function dropped(): Reply {
  return { kind: 'dropped', answer: { status: 0, body: {} } };
}
