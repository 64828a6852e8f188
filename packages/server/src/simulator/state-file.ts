/**
 * The bank's books in one JSON file, replaced as a whole after each change, so that a crash leaves the old
 * or the new state and never half of one. It holds DOKU's private key: readable by the owner alone.
 *
 * @module
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { BankState } from './records.ts';
import { emptyState } from './records.ts';
import { assertWritable, reasonOf } from './writable.ts';

export interface StateFile {
  state: BankState;
  /** DOKU's private key, PKCS#8 PEM, if the file has one. */
  privateKey?: string;
  save(privateKey: string): void;
}

/** Throws a TypeError if the file is there but is not a state file, or cannot be written. */
export function openStateFile(file: string | undefined): StateFile {
  if (!file) return { state: emptyState(), save: () => undefined };
  const { privateKey, ...state } = read(file);
  const draft = `${file}.new`;
  assertWritable('stateFile', file, draft);
  rmSync(draft);
  return {
    state,
    ...(privateKey !== undefined && { privateKey }),
    save(key) {
      writeFileSync(draft, JSON.stringify({ ...state, privateKey: key }), { mode: 0o600 });
      renameSync(draft, file);
    },
  };
}

function read(file: string): BankState & { privateKey?: string } {
  const text = readIfThere(file);
  if (text === undefined) return emptyState();
  try {
    const content = JSON.parse(text) as BankState & { privateKey?: string };
    if ([content.accounts, content.bindings, content.payments, content.refreshTokens].every(Array.isArray)) return content;
  } catch (cause) {
    throw new TypeError('stateFile: the file is not JSON; delete it to start anew', { cause });
  }
  throw new TypeError('stateFile: the file is not a state of this simulator; delete it to start anew');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new TypeError(`stateFile: the file ${file} cannot be read (${reasonOf(error)})`, { cause: error });
  }
}
