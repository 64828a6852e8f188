/**
 * Every path under which DOKU is known to serve an operation (dossier 1.2 and 1.3). A signature is verified
 * over the path as requested, so the spellings are not redirected to each other.
 *
 * @module
 */
import type { OperationDefinition } from './operations/operation.ts';
import { accountBinding } from './operations/account-binding.ts';
import { accountUnbinding } from './operations/account-unbinding.ts';
import { b2bToken } from './operations/b2b-token.ts';
import { b2b2cToken } from './operations/b2b2c-token.ts';
import { balanceInquiry } from './operations/balance-inquiry.ts';
import { checkStatus } from './operations/check-status.ts';
import { payment } from './operations/payment.ts';
import { refund } from './operations/refund.ts';

export interface Endpoint {
  path: string;
  operation: OperationDefinition;
  /** Of the archived generation `merchant/allo/v1.0`. */
  archived: boolean;
}

const current: readonly (readonly [string, OperationDefinition])[] = [
  ['/authorization/v1/access-token/b2b', b2bToken],
  ['/authorization/v1/access-token/b2b2c', b2b2cToken],
  ['/api/v1/access-token/b2b2c', b2b2cToken],
  ['/direct-debit/core/v1/registration-account-binding', accountBinding],
  ['/direct-debit/core/v1/balance-inquiry', balanceInquiry],
  ['/direct-debit/core/v1/debit/payment-host-to-host', payment],
  ['/direct-debit/core/v1/debit/refund', refund],
  ['/direct-debit/core/v1/registration-account-unbinding', accountUnbinding],
  ['/orders/v1.0/debit/status', checkStatus],
];

const archived: readonly (readonly [string, OperationDefinition])[] = [
  ['/direct-debit/merchant/allo/v1.0/registration-account-binding', accountBinding],
  ['/direct-debit/merchant/allo/v1.0/balance-inquiry', balanceInquiry],
  ['/direct-debit/merchant/allo/v1.0/payment-host-to-host', payment],
  ['/direct-debit/merchant/allo/v1.0/payment/host-to-host', payment],
  ['/direct-debit/merchant/allo/v1.0/debit/refund', refund],
  ['/direct-debit/merchant/allo/v1.0/registration-account-unbinding', accountUnbinding],
  ['/direct-debit/allo/v1.0/registration-account-unbinding', accountUnbinding],
];

export const endpoints: readonly Endpoint[] = [
  ...current.map(([path, operation]) => ({ path, operation, archived: false })),
  ...archived.map(([path, operation]) => ({ path, operation, archived: true })),
];
