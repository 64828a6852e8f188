/**
 * The form of an operation: check the fields, then commit. Between the two the gateway applies faults,
 * uniqueness and the customer token, in DOKU's order (dossier 3.3).
 *
 * @module
 */
import type { Doku } from '../doku.ts';
import type { OperationEffect } from '../faults.ts';
import type { Field } from '../fields.ts';
import type { Binding } from '../records.ts';
import type { Answer, Operation } from '../refusal.ts';
import { refusals } from '../refusal.ts';

/** A call whose signature is right. */
export interface Call {
  method: string;
  /** Path and query as requested. */
  target: string;
  header: (name: string) => string | undefined;
  rawBody: string;
  /** The parsed body. */
  body: Field;
}

/** The customer in whose name a call is made. */
export interface Customer {
  binding: Binding;
  token: string;
}

export interface CommitContext {
  /** There whenever the operation asks for a customer token. */
  customer?: Customer;
  /** The effect of the fault that hit the call. */
  effect?: OperationEffect;
}

export interface Outcome {
  answer: Answer;
  /** What a customer would now do at the bank's page; done by `autoConfirm`. */
  confirm?: () => Promise<void>;
}

export interface OperationDefinition {
  name: Operation;
  /** Which signature it carries. */
  signature: 'asymmetric' | 'symmetric';
  /** Headers that are mandatory for Allo on top of the common ones. */
  headers: readonly ('X-IP-ADDRESS' | 'X-DEVICE-ID' | 'Authorization-Customer')[];
  /** Checks the fields (throws a Refusal); the result makes it so (may throw one too). */
  prepare(doku: Doku, call: Call): (context: CommitContext) => Outcome;
}

export function customerOf({ customer }: CommitContext): Customer {
  if (!customer) throw refusals.customerToken();
  return customer;
}
