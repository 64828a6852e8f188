/**
 * Made-up names and keys of the merchant and of DOKU, one set for a whole run: making RSA keys is slow.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const makeKeys = () => generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const merchantKeys = makeKeys();
export const dokuKeys = makeKeys();
export const clientId = 'BRN-0299-1741922130000';
export const secretKey = 'SK-TESTONLY0123456789abcdef';
export const encryptionKey = randomBytes(32).toString('base64');
