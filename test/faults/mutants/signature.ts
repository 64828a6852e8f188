/**
 * Stands in for `snap/signature.ts`: a check of incoming signatures that folds case (M8), as DOKU's own SDK does.
 */
import * as product from '../../../packages/server/src/snap/signature.ts';
import { readMutant } from './active.ts';

export * from '../../../packages/server/src/snap/signature.ts';

export const verifySymmetric: typeof product.verifySymmetric = async (check) => {
  if (readMutant() !== 'M8') return product.verifySymmetric(check);
  const bodyHash = await product.hashBody(new Uint8Array(check.rawBody));
  for (const secretKey of check.secretKeys) {
    const expected = await product.signSymmetric(secretKey, product.symmetricStringToSign(check, bodyHash));
    if (expected.toLowerCase() === check.signature.toLowerCase()) return true;
  }
  return false;
};
