/** How Stryker works on one file; which, and with which tests, it is told by `run.ts`. */
const { MUTATION_FILE = '', MUTATION_TESTS = '', MUTATION_AT_ONCE = '1', MUTATION_REPORT = '' } = process.env;

export default {
  mutate: [MUTATION_FILE],
  testRunner: 'tap',
  tap: { testFiles: MUTATION_TESTS.split(','), nodeArgs: ['--test-reporter=tap', '-r', '{{hookFile}}', '{{testFile}}'] },
  coverageAnalysis: 'perTest',
  // Sentences and names may change without anybody being harmed; what must be so to the letter is compared with DOKU's vectors.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['/.stryker-tmp*', '/demo', '/stories', '/packages/elements/dist', '/packages/server/dist', '/test/mutation', '/test/elements', '/test/e2e', '/test/browsers', '/test/types'],
  concurrency: Number(MUTATION_AT_ONCE),
  timeoutMS: 8_000,
  // One of its own: Stryker removes the whole of it in the end.
  tempDirName: `.stryker-tmp-${process.pid}`,
  reporters: ['json'],
  jsonReporter: { fileName: MUTATION_REPORT },
  allowConsoleColors: false,
};
