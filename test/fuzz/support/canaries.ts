/**
 * What may stand in no answer and in no line of the log: our secrets by their text, everybody's by their form, and
 * words that the requests themselves carry where secrets stand.
 */
import { encryptionKey, merchantKeys, secretKey } from '../../server/support/credentials.ts';

/** Carried by requests in cookies, tokens, queries and bodies. */
export const canary = 'CANARY-7f3a91';

const texts: readonly string[] = [
  canary, secretKey, encryptionKey, ...merchantKeys.privateKey.split('\n').filter((line) => /^[\w+/=]{60,}$/.test(line)),
];

const forms: readonly RegExp[] = [
  /eyJ[\w-]+\.[\w-]+/, /PRIVATE KEY/, /\b2238\d{30,}/, /Bearer \S{9}/i, /(?<!\d)(?:0|\+?62)8\d{8,}/,
];

/** Random ids may hold digits that look like a phone number. */
const randomIds = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g;

/** DOKU puts the authorisation code into the address of its own page (dossier 3.1), which is the shopper's to know. */
const bankPages = /"url":"[^"]*"/g;

/** DOKU's own token is the one secret that is given away, to DOKU. */
const issuedToken = /"responseCode":"2007300".*"accessToken":"[^"]*"/;

/** The secrets in this text; empty if there are none. */
export function secretsIn(text: string): string[] {
  const plain = text.replaceAll(randomIds, '').replaceAll(bankPages, '').replace(issuedToken, '');
  return [
    ...texts.filter((secret) => plain.includes(secret)).map((secret) => `${secret.slice(0, 12)}…`),
    ...forms.filter((form) => form.test(plain)).map(String),
  ];
}
