/**
 * Account binding, service 07 (dossier 3.1). The authCode in the answer is worth nothing until the customer
 * has finished at the bank's page.
 *
 * @module
 */
import type { Call, OperationDefinition } from './operation.ts';
import type { BindingOrder } from '../bindings.ts';
import type { Field } from '../fields.ts';
import { openBinding } from '../bindings.ts';
import { confirmBinding, watchBinding } from '../doku.ts';
import { channel, field, object, optionalText, text, url } from '../fields.ts';
import { success } from '../refusal.ts';

export const accountBinding: OperationDefinition = {
  name: 'binding',
  signature: 'symmetric',
  headers: ['X-DEVICE-ID', 'X-IP-ADDRESS'],
  prepare(doku, call) {
    const order = readOrder(call);
    return () => {
      const binding = openBinding(doku.bank, order);
      watchBinding(doku, binding);
      const { id: authCode, custIdMerchant, referenceNo } = binding;
      const redirectUrl = `${doku.origin}/direct-debit/ui/binding/core/${authCode}`;
      const additionalInfo = { custIdMerchant, accountStatus: 'PENDING', authCode };
      return {
        answer: success('binding', { referenceNo, redirectUrl, additionalInfo }),
        confirm: () => confirmBinding(doku, binding),
      };
    };
  },
};

function readOrder({ body, header }: Call): BindingOrder {
  const phoneNo = text(field(body, 'phoneNo'), { min: 9, max: 16, pattern: /^62\d+$/ });
  const info = object(field(body, 'additionalInfo'));
  channel(info);
  const custIdMerchant = text(field(info, 'custIdMerchant'));
  checkPerson(info);
  const successUrl = url(field(info, 'successRegistrationUrl'));
  const failedUrl = url(field(info, 'failedRegistrationUrl'));
  checkDevice(info);
  return { phoneNo, custIdMerchant, successUrl, failedUrl, externalId: header('X-EXTERNAL-ID') ?? '' };
}

function checkPerson(info: Field): void {
  optionalText(field(info, 'customerName'), { max: 70 });
  optionalText(field(info, 'email'), { max: 256 });
  optionalText(field(info, 'idCard'), { max: 20 });
  optionalText(field(info, 'country'), { max: 60 });
  optionalText(field(info, 'address'), { max: 255 });
  optionalText(field(info, 'dateOfBirth'), { max: 8, pattern: /^\d{8}$/ });
}

/** Optional for other banks, mandatory for Allo. */
function checkDevice(info: Field): void {
  text(field(info, 'deviceModel'));
  text(field(info, 'osType'), { pattern: /^(?:ios|android)$/i });
  text(field(info, 'channelId'), { pattern: /^(?:app|web)$/i });
}
