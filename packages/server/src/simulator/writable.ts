/**
 * Whether a file can be written, tried at the start: at the first payment it would be too late to say.
 *
 * @module
 */
import { appendFileSync } from 'node:fs';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder has to exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  EACCES: 'this process is not allowed to',
  EPERM: 'this process is not allowed to',
  EROFS: 'the disk is read-only',
};

/** Throws a TypeError that names the option unless `probe`, the file itself by default, can be written; makes it if it is not there. */
export function assertWritable(option: string, file: string, probe = file): void {
  try {
    appendFileSync(probe, '', { mode: probe === file ? 0o666 : 0o600 });
  } catch (cause) {
    throw new TypeError(`${option}: the file ${file} cannot be written (${reasonOf(cause)})`, { cause });
  }
}

/** What the machine says of a file, in words if there are any. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return reasons[code] ?? code;
}
