/**
 * Reads DOKU's seven-digit response codes: HTTP status (3), service (2), case (2), and says what each proves
 * (dossier 6, reliability 2.4). Must never read "failed" into a code that it does not know: the default is
 * `unknown`, for it may have been executed.
 *
 * @module
 */

import { serviceCodes } from './profiles.ts';
import type { Operation } from './profiles.ts';

/** The parts of a response code. */
export interface ResponseCode {
  httpStatus: number;
  serviceCode: string;
  caseCode: string;
}

/**
 * What a response code proves.
 *
 * - `success`, `in-progress`: 200-00, 202-00
 * - `refused`: not executed
 * - `access-token-refused`: not executed, and a new B2B token may help
 * - `customer-token-refused`: not executed, and a new B2B2C token may help
 * - `unknown`: nothing; it may have been executed
 */
export type ResponseClass = 'success' | 'in-progress' | 'refused' | 'access-token-refused' | 'customer-token-refused' | 'unknown';

const form = /^(\d{3})(\d{2})(\d{2})$/;

/** Case codes that prove that nothing was executed, by HTTP status. What is missing here is missing on purpose. */
const refusedCases: Readonly<Record<number, readonly string[]>> = {
  // Not 03: "Transaction Already Success".
  400: ['00', '01', '02', '04'],
  // Signature, clock or path. On a token request for a customer: not (or no longer) linked.
  401: ['00'],
  // Not 13: "OTP Sent To Cardholder", by which a transaction goes on.
  403: [...range(0, 12), ...range(14, 23)],
  // Not 00: on a refund it also says "already refunded"; only the status tells. Not 14: "Paid Bill". Not 18:
  // "Inconsistent Request", by which an earlier request under this reference stands. For 01 see notFoundOperations.
  404: [...range(2, 11), '13', ...range(15, 17)],
  405: ['00', '01'],
};

/** On a refund it may also say "refunded already": for that DOKU names no code, and only the status tells (dossier 3.4). */
const maybeRefunded: readonly string[] = ['405-01'];

/** A payment cannot be "not found": there 404-01 is none of its codes, and proves nothing. */
const notFoundOperations: readonly Operation[] = ['checkStatus', 'refund'];

/** DOKU answers a status request with its own service code or with that of the payment (dossier 8.3). */
const statusServiceCodes: readonly string[] = [serviceCodes.checkStatus, serviceCodes.paymentHostToHost];

/** @returns `undefined` unless it is seven digits; a number of seven digits will do, as one SDK writes it so */
export function parseResponseCode(value: unknown): ResponseCode | undefined {
  const parts = typeof value === 'string' || typeof value === 'number' ? form.exec(String(value)) : null;
  if (parts === null) return undefined;
  const [, httpStatus, serviceCode = '', caseCode = ''] = parts;
  return { httpStatus: Number(httpStatus), serviceCode, caseCode };
}

/** What a response code proves about an operation. A code of another service proves nothing. */
export function classifyResponseCode(responseCode: unknown, operation: Operation): ResponseClass {
  const code = parseResponseCode(responseCode);
  if (code === undefined || !hasServiceCode(code, operation)) return 'unknown';
  const { httpStatus, caseCode } = code;
  if (httpStatus === 200 && caseCode === '00') return 'success';
  if (httpStatus === 202 && caseCode === '00') return 'in-progress';
  if (httpStatus === 401 && (caseCode === '01' || caseCode === '03')) return 'access-token-refused';
  if (httpStatus === 401 && (caseCode === '02' || caseCode === '04')) return 'customer-token-refused';
  if (httpStatus === 404 && caseCode === '01') return notFoundOperations.includes(operation) ? 'refused' : 'unknown';
  if (operation === 'refund' && maybeRefunded.includes(`${httpStatus}-${caseCode}`)) return 'unknown';
  return refusedCases[httpStatus]?.includes(caseCode) ? 'refused' : 'unknown';
}

function hasServiceCode({ serviceCode }: ResponseCode, operation: Operation): boolean {
  if (operation === 'checkStatus') return statusServiceCodes.includes(serviceCode);
  return serviceCode === serviceCodes[operation];
}

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(2, '0'));
}
