/**
 * SNAP's answers: a responseCode is the HTTP status (3 digits), the service (2) and the case (2).
 *
 * @module
 */

/** The operations of DOKU which the simulator serves. */
export type Operation = 'b2b' | 'b2b2c' | 'binding' | 'balance' | 'payment' | 'refund' | 'unbinding' | 'status';

export const serviceCodes = {
  b2b: '73',
  b2b2c: '74',
  binding: '07',
  balance: '11',
  payment: '54',
  refund: '58',
  unbinding: '09',
  status: '55',
} as const satisfies Record<Operation, string>;

export const operations = Object.keys(serviceCodes) as readonly Operation[];

/** A JSON answer to one call. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export function success(operation: Operation, members: Record<string, unknown> = {}): Answer {
  const responseCode = `200${serviceCodes[operation]}00`;
  return { status: 200, body: { responseCode, responseMessage: 'Successful', ...members } };
}

/** A refusal: HTTP status and case, with the service still unknown to whoever throws it. */
export class Refusal extends Error {
  readonly status: number;
  readonly caseCode: string;
  readonly members: Record<string, unknown>;

  constructor(status: number, caseCode: string, message: string, members: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.caseCode = caseCode;
    this.members = members;
  }

  toAnswer(operation: Operation): Answer {
    const responseCode = `${this.status}${serviceCodes[operation]}${this.caseCode}`;
    return { status: this.status, body: { responseCode, responseMessage: this.message.slice(0, 150), ...this.members } };
  }
}

export const refusals = {
  badRequest: () => new Refusal(400, '00', 'Bad Request'),
  format: (field: string) => new Refusal(400, '01', `Invalid Field Format ${field}`),
  mandatory: (field: string) => new Refusal(400, '02', `Invalid Mandatory Field ${field}`),
  unauthorized: (reason: string) => new Refusal(401, '00', `Unauthorized. ${reason}`),
  b2bToken: () => new Refusal(401, '01', 'Access Token Invalid (B2B)'),
  customerToken: () => new Refusal(401, '02', 'Invalid Customer Token'),
  limit: () => new Refusal(403, '02', 'Exceeds Transaction Amount Limit'),
  insufficientFunds: () => new Refusal(403, '14', 'Insufficient Funds', { referenceNo: '' }),
  notPermitted: (reason: string) => new Refusal(403, '15', `Transaction Not Permitted. ${reason}`),
  transactionStatus: () => new Refusal(404, '00', 'Invalid Transaction Status'),
  notFound: () => new Refusal(404, '01', 'Transaction Not Found'),
  amount: () => new Refusal(404, '13', 'Invalid Amount'),
  conflict: () => new Refusal(409, '00', 'Conflict'),
  duplicate: (field: string) => new Refusal(409, '01', `Duplicate ${field}`),
  generalError: () => new Refusal(500, '00', 'General Error'),
} as const;
