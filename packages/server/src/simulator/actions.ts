/**
 * What a developer can do to the simulator while it runs. Tests call it directly, the control API and the
 * control page pass on what they are sent.
 *
 * @module
 */
import type { Doku } from './doku.ts';
import type { Reconfiguration } from './options.ts';
import type { InstrumentName } from './records.ts';
import { endBinding } from './bindings.ts';
import { confirmBinding, confirmPayment, rejectBinding, rejectPayment } from './doku.ts';
import { parseMinor } from './money.ts';
import { defaultSwitches } from './options.ts';
import { paymentFailures } from './payments.ts';

export interface Actions {
  /** Changes addresses, merchant name and switches; what is not given stays. */
  configure(changes: Reconfiguration): void;
  /** The customer unlinks in the bank's app: a phone number or a custIdMerchant. False if nothing was linked. */
  unlinkInApp(phoneNoOrCustIdMerchant: string): boolean;
  /** Sets what an account holds, for example `'12000.00'`. */
  setBalance(phoneNo: string, instrument: InstrumentName, value: string): void;
  /** Ends all tokens of the kind that were issued so far. */
  revokeTokens(kind: 'b2b' | 'customer'): void;
  /** Does what a customer would do at the bank's page; resolves with the merchant's address to go to. */
  approve(pageUrl: string): Promise<string>;
  cancel(pageUrl: string): Promise<string>;
}

export function createActions(doku: Doku): Actions {
  return {
    configure: (changes) => configure(doku, changes),
    unlinkInApp(key) {
      const binding = doku.bank.activeBinding({ phoneNo: key }) ?? doku.bank.activeBinding({ custIdMerchant: key });
      if (binding) endBinding(doku.bank, binding, 'unlinked in the app');
      return binding !== undefined;
    },
    setBalance(phoneNo, instrument, value) {
      const minor = parseMinor(value);
      if (minor === undefined) throw new TypeError('setBalance: an amount looks like 12000.00');
      doku.bank.setHolding(phoneNo, instrument, minor);
    },
    revokeTokens: (kind) => (kind === 'b2b' ? doku.tokens.revokeB2b() : doku.tokens.revokeCustomer()),
    approve: (pageUrl) => visit(doku, pageUrl, true),
    cancel: (pageUrl) => visit(doku, pageUrl, false),
  };
}

function configure({ merchant, switches }: Doku, changes: Reconfiguration): void {
  const { tokenUrl, paymentNotificationUrl, bindingNotificationUrl, merchantName, ...rest } = changes;
  if (tokenUrl !== undefined) merchant.tokenUrl = tokenUrl;
  if (paymentNotificationUrl !== undefined) merchant.paymentNotificationUrl = paymentNotificationUrl;
  if (bindingNotificationUrl !== undefined) merchant.bindingNotificationUrl = bindingNotificationUrl;
  if (merchantName !== undefined) merchant.name = merchantName;
  const unknown = Object.keys(rest).find((key) => !(key in defaultSwitches));
  if (unknown !== undefined) throw new TypeError(`configure: there is no option ${unknown}`);
  Object.assign(switches, rest);
}

async function visit(doku: Doku, pageUrl: string, approve: boolean): Promise<string> {
  const id = pageUrl.slice(pageUrl.lastIndexOf('/') + 1);
  const binding = doku.bank.binding(id);
  if (binding) {
    await (approve ? confirmBinding(doku, binding) : rejectBinding(doku, binding, 'cancelled'));
    return binding.state === 'ACTIVE' ? binding.successUrl : binding.failedUrl;
  }
  const payment = doku.bank.payment(id);
  if (!payment) throw new RangeError('there is no bank page at this address');
  await (approve ? confirmPayment(doku, payment) : rejectPayment(doku, payment, paymentFailures.cancelled));
  return payment.state === 'SUCCESS' ? payment.successUrl : payment.failedUrl;
}
