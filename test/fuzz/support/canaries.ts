/**
 * What may stand in no answer and in no line of the log: our secrets by their text, everybody's by their form, and
 * words that the requests themselves carry where secrets stand.
 */
import { secretForms, withoutAllowed } from '../../server/support/canaries.ts';
import { encryptionKey, merchantKeys, secretKey } from '../../server/support/credentials.ts';

/** Carried by requests in cookies, tokens, queries and bodies. */
export const canary = 'CANARY-7f3a91';

const texts: readonly string[] = [
  canary, secretKey, encryptionKey, ...merchantKeys.privateKey.split('\n').filter((line) => /^[\w+/=]{60,}$/.test(line)),
];

/** Random ids may hold digits that look like a phone number. */
const randomIds = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g;

/** The secrets in this text; empty if there are none. */
export function secretsIn(text: string): string[] {
  const plain = withoutAllowed(text).replaceAll(randomIds, '');
  return [
    ...texts.filter((secret) => plain.includes(secret)).map((secret) => `${secret.slice(0, 12)}…`),
    ...Object.entries(secretForms).flatMap(([name, form]) => (form.test(plain) ? [name] : [])),
  ];
}
