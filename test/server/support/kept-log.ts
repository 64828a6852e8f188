/**
 * A log that is looked at as it is written, and once more when all that is secret is known: what is logged before it first
 * crosses the wire is no secret to the watch yet. The log of a long run is longer than memory: but for its end it is kept
 * in a file, and looked through piece by piece.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { longestNeedle, mostAtOnce } from './canaries.ts';
import type { Canaries } from './canaries.ts';

export interface KeptLog {
  write(text: string): void;
  /** Looks at all of it, with what is known by now. */
  lookThrough(): void;
  close(): void;
}

const pieceBytes = 1_048_576;

/** In good time before the watch forgets the first of them. */
const looksEvery = mostAtOnce / 2;

/** @param path The file is made when there is more than a piece. */
export function keepLog(path: string, canaries: Canaries): KeptLog {
  let end = '';
  let file: number | undefined;
  let looksAt = looksEvery;
  let isOver = false;

  const putAway = (): void => {
    file ??= openSync(path, 'w+');
    writeSync(file, end);
    // What lies across the end of a piece stands whole at the beginning of the next.
    end = end.slice(-longestNeedle);
  };

  const kept: KeptLog = {
    write(text) {
      // Who is dead for the test may go on talking.
      if (isOver) return;
      end += text;
      canaries.look('the log', text);
      if (end.length >= pieceBytes) putAway();
      if (canaries.figures().secrets < looksAt) return;
      looksAt += looksEvery;
      kept.lookThrough();
    },
    lookThrough() {
      canaries.look('the log', end);
      if (file === undefined) return;
      const piece = Buffer.alloc(pieceBytes);
      for (let at = 0, length = pieceBytes; length === pieceBytes; at += pieceBytes - longestNeedle) {
        length = readSync(file, piece, 0, pieceBytes, at);
        canaries.look('the log', piece.subarray(0, length));
      }
    },
    close() {
      if (file !== undefined && !isOver) closeSync(file);
      isOver = true;
    },
  };
  return kept;
}
