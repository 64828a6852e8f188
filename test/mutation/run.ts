/**
 * Mutation testing, the weekly form (reliability R93): Stryker breaks the sources in a copy, one place at a time, and the
 * tests have to notice. File by file, so that a run that was ended goes on where it was; ends with a score for each room.
 *
 * `MUTATION_ROOM` picks `snap`, `ledger` or `routes`; `MUTATION_ONLY` files whose path holds the text;
 * `MUTATION_AT_ONCE` how many mutants are tried at the same time (1). What is known already is in `.data`, and forgotten
 * when that is removed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { root, subjectsOf } from './rooms.ts';
import type { Subject } from './rooms.ts';

interface Mutant {
  status: 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'RuntimeError' | 'CompileError' | 'Ignored';
  mutatorName: string;
  replacement?: string;
  location: { start: { line: number } };
}

interface Report {
  files: Record<string, { mutants: Mutant[] }>;
}

const tools = fileURLToPath(new URL('./node_modules/.bin/stryker', import.meta.url));
const configuration = fileURLToPath(new URL('./stryker.config.mjs', import.meta.url));
const data = fileURLToPath(new URL('./.data/', import.meta.url));
const leastScore = 90;

const reportOf = ({ file }: Subject): string => `${data}${file.replaceAll('/', '-')}.json`;

async function breakFile(subject: Subject): Promise<void> {
  const env = { ...process.env, MUTATION_FILE: subject.file, MUTATION_TESTS: subject.tests.join(','), MUTATION_REPORT: reportOf(subject) };
  const child = spawn(tools, ['run', configuration, '--logLevel', 'error'], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Stryker ended with ${code} on ${subject.file}`);
}

function readMutants(subject: Subject): Mutant[] {
  const { files } = JSON.parse(readFileSync(reportOf(subject), 'utf8')) as Report;
  return Object.values(files).flatMap(({ mutants }) => mutants);
}

const isFound = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout';
const isMissed = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage';

function score(mutants: readonly Mutant[]): { text: string; percent: number } {
  const [found, missed] = [mutants.filter(isFound).length, mutants.filter(isMissed).length];
  const percent = found + missed === 0 ? 100 : (100 * found) / (found + missed);
  return { percent, text: `${percent.toFixed(1)} % (${found} of ${found + missed})` };
}

const { MUTATION_ROOM: room, MUTATION_ONLY: only = '' } = process.env;
const subjects = subjectsOf(room).filter(({ file }) => file.includes(only));
// A name that was written wrong must not pass for a score.
if (subjects.length === 0) throw new Error(`there is no such file: room ${room ?? 'any'}, path with "${only}"`);

mkdirSync(data, { recursive: true });
const byRoom = new Map<string, Mutant[]>();
for (const subject of subjects) {
  if (!existsSync(reportOf(subject))) await breakFile(subject);
  const mutants = readMutants(subject);
  byRoom.set(subject.room, [...(byRoom.get(subject.room) ?? []), ...mutants]);
  console.log(`${subject.file}: ${score(mutants).text}`);
  for (const { status, mutatorName, replacement = '', location } of mutants.filter(isMissed)) {
    console.log(`  ${status} line ${location.start.line}: ${mutatorName} ${replacement.replaceAll(/\s+/g, ' ').slice(0, 100)}`);
  }
}
console.log('');
for (const [room, mutants] of byRoom) console.log(`${room}: ${score(mutants).text}`);
process.exitCode = Array.from(byRoom.values()).every((mutants) => score(mutants).percent >= leastScore) ? 0 : 1;
