/**
 * Type-aware rules for all TypeScript; rules for templates and custom elements where there are some.
 */
import { fileURLToPath } from 'node:url';
import { configs as litConfigs } from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import { configs as wcConfigs } from 'eslint-plugin-wc';
import tseslint from 'typescript-eslint';

const elements = ['packages/elements/src/**/*.ts'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.js', '**/*.mjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: fileURLToPath(new URL('..', import.meta.url)) } } },
  {
    rules: {
      // A number in a text is what it looks like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `return show(x);` ends a step early, in functions of every kind.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Objects here are records of closures; nothing but the elements uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An async function without await still turns what it throws into a rejection, which is the point of several.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
    },
  },
  { ...litConfigs['flat/recommended'], files: elements },
  { ...wcConfigs['flat/recommended'], files: elements },
  { files: elements, plugins: { 'lit-a11y': litA11y }, rules: litA11y.configs.recommended.rules },
  {
    files: ['test/elements/**/*.ts'],
    rules: {
      // chai's assertions read as properties; those that are promises are awaited where they need to be.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/elements/**'],
    rules: {
      // node:test's `test()` and `describe()` answer promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] }] }],
    },
  },
);
