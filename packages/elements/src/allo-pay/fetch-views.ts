import { AlloError } from '../errors.ts';
import type { PayViews } from './pay-views.ts';

/** In the script file, which is one, replaced by what is there already. */
export async function fetchViews(): Promise<typeof PayViews> {
  try {
    return (await import('./pay-views.ts')).PayViews;
  } catch (cause) {
    throw new AlloError('NETWORK_ERROR', { retryable: true, cause });
  }
}
