import { initialState } from '@lit/task';
import { AlloError } from '../errors.ts';

/** Leaving the page is not a failure: a Task whose run was aborted goes back to its beginning instead of showing one. */
export async function unlessAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T | typeof initialState> {
  try {
    const result = await run();
    return signal.aborted ? initialState : result;
  } catch (error) {
    if (signal.aborted) return initialState;
    throw error;
  }
}

/** What went wrong as an {@link AlloError}, whatever was thrown. */
export function toAlloError(cause: unknown): AlloError {
  return cause instanceof AlloError ? cause : new AlloError('INVALID_RESPONSE', { cause });
}
