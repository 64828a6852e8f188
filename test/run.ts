/**
 * `npm test`: every check there is, each with its own output; ends with how many passed and failed in all. Everything
 * runs even if something before it failed.
 */
import { spawn } from 'node:child_process';
import { howToGet, missingPackages } from './browsers/places.mjs';

interface Stage {
  name: string;
  command: string;
  args: string[];
  /** Reads how many tests passed and failed from the output; without it the stage itself is one test. */
  counts?: (output: string) => Counts | undefined;
  /** It measures how soon something is over, writes what others read, or is enough for two cores: nothing runs beside it. */
  isAlone?: boolean;
  /** Why it cannot run on this machine, and what to do about it. */
  hindrance?: string | undefined;
}

interface Counts {
  passed: number;
  failed: number;
}

const nodeTests = (name: string, patterns: string[], ...flags: string[]): Stage => ({
  name, command: 'node', args: ['--test', '--test-reporter=spec', ...flags, ...patterns], counts: countNodeTests,
});

const missing = missingPackages();

const stages: Stage[] = [
  // The longest, and mostly waiting for a page: all that comes runs beside it.
  nodeTests('end to end', ['test/e2e/**/*.test.ts'], '--test-concurrency=2'),
  { name: 'lint', command: 'eslint', args: ['--config', 'test/eslint.config.js', '--max-warnings', '0', 'packages', 'demo', 'test', 'stories'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the stories', command: 'tsc', args: ['-p', 'stories/.storybook'] },
  { name: 'types of a page', command: 'tsc', args: ['-p', 'test/types'] },
  { name: 'types in React 19', command: 'tsc', args: ['-p', 'test/types/react-19'] },
  { name: 'types in React 18', command: 'tsc', args: ['-p', 'test/types/react-18'] },
  { name: 'types in Vue', command: 'vue-tsc', args: ['-p', 'test/types/vue'] },
  { name: 'types in Svelte', command: 'svelte-check', args: ['--workspace', 'test/types/svelte', '--tsconfig', './tsconfig.json', '--fail-on-warnings'] },
  { name: 'elements', command: 'wtr', args: ['--config', 'test/web-test-runner.config.js'], counts: countElementTests },
  nodeTests('stories', ['test/stories/**/*.test.ts']),
  nodeTests('architecture', ['test/architecture.test.ts']),
  { ...nodeTests('packaging', ['test/packaging/**/*.test.ts']), isAlone: true },
  nodeTests('server', ['test/server/**/*.test.ts'], '--test-concurrency=3'),
  {
    // Two browsers of their own, and WebKit is slow enough.
    name: 'elements in Firefox and WebKit',
    isAlone: true,
    command: 'wtr',
    args: ['--config', 'test/browsers/web-test-runner.config.js'],
    counts: countElementTests,
    hindrance: missing.length > 0 ? howToGet(missing) : undefined,
  },
  nodeTests('fuzz', ['test/fuzz/**/*.test.ts'], '--test-concurrency=2'),
  { ...nodeTests('faults', ['test/faults/**/*.test.ts', 'test/fire/outages.test.ts', 'test/fire/overload.test.ts'], '--test-concurrency=3'), isAlone: true },
  { ...nodeTests('simulation', ['test/simulation/simulation.test.ts']), isAlone: true },
];

/** node:test ends with one line per figure; a run that was cut off has none. */
function countNodeTests(output: string): Counts | undefined {
  const figure = (name: string): number | undefined => lastNumber(output, new RegExp(`^ℹ ${name} (\\d+)$`, 'gm'));
  const [passed, failed, cancelled] = [figure('pass'), figure('fail'), figure('cancelled')];
  return passed === undefined || failed === undefined ? undefined : { passed, failed: failed + (cancelled ?? 0) };
}

function countElementTests(output: string): Counts | undefined {
  const [, passed, failed] = /^elements: (\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}

/** Reasons for which tests of a stage did not run, each with those it kept from it. */
function hindrancesIn(output: string): string[] {
  const skipped = [...output.matchAll(/^\s*﹣ (.+) \([\d.]+ms\) # (.+)$/gm)].map(([, name = '', reason = '']) => ({ name, reason }));
  const told = Map.groupBy(skipped.filter(({ reason }) => reason !== 'SKIP'), ({ reason }) => reason);
  return Array.from(told, ([reason, tests]) => `${reason} (${[...new Set(tests.map(({ name }) => name))].join('; ')})`);
}

function lastNumber(output: string, pattern: RegExp): number | undefined {
  const found = [...output.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

interface Run {
  code: number;
  output: string;
  seconds: number;
}

function run({ command, args }: Stage, show: (text: string) => void): Promise<Run> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' });
    let output = '';
    const end = (code: number): void => resolve({ code, output, seconds: Math.round((performance.now() - startedAt) / 1000) });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      show(text);
    });
    child.on('error', (error) => {
      output += String(error);
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/** What the exit code says and what was counted have to agree: a stage that failed has at least one failure. */
function judge(stage: Stage, { code, output }: Run): Counts {
  const counts = stage.counts?.(output) ?? { passed: code === 0 && !stage.counts ? 1 : 0, failed: stage.counts || code !== 0 ? 1 : 0 };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

const mostLines = 60;

/** The part of a stage's output that says what failed: it stands far above the end, and is shown there again. */
function failuresIn(output: string): string {
  const [, ofNode] = output.split('✖ failing tests:\n');
  const lines = (ofNode ?? output).trim().split('\n');
  const ofElements = lines.filter((line) => line.startsWith('✖ '));
  if (ofNode !== undefined) return lines.slice(0, mostLines).join('\n');
  return (ofElements.length > 0 ? ofElements : lines.slice(-mostLines)).join('\n');
}

const only = process.argv.slice(2);
const chosen = stages.filter(({ name }) => only.length === 0 || only.includes(name));
const total: Counts = { passed: 0, failed: 0 };
const report: string[] = [];
const failures: string[] = [];

function take(stage: Stage, ran: Run): void {
  const counts = judge(stage, ran);
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (counts.failed > 0) failures.push(`── what failed: ${stage.name} ──\n${failuresIn(ran.output)}`);
  report.push(`${stage.name}: ${counts.passed} passed, ${counts.failed} failed (${ran.seconds} s)`);
  report.push(...hindrancesIn(ran.output).map((hindrance) => `${stage.name}: did not run: ${hindrance}`));
}

/** Each shows what it has to say when it is done. */
async function runTwoByTwo(waiting: Stage[]): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage; stage = waiting.shift()) {
      console.log(`… ${stage.name}`);
      const ran = await run(stage, () => undefined);
      console.log(`\n── ${stage.name} ──\n${ran.output}`);
      take(stage, ran);
    }
  };
  await Promise.all([lane(), lane()]);
}

async function runAlone(stage: Stage): Promise<void> {
  console.log(`\n── ${stage.name} ──`);
  take(stage, await run(stage, (text) => process.stdout.write(text)));
}

const able = chosen.filter(({ hindrance }) => hindrance === undefined);
await runTwoByTwo(able.filter(({ isAlone }) => !isAlone));
for (const stage of able.filter(({ isAlone }) => isAlone)) await runAlone(stage);
report.push(...chosen.flatMap(({ name, hindrance }) => (hindrance === undefined ? [] : [`${name}: did not run: ${hindrance}`])));

for (const failure of failures) console.log(`\n${failure}`);
console.log(`\n${report.join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
