import { alloKit } from './plugin.ts';

// The analyzer reads the default export of its configuration.
export default {
  globs: ['packages/elements/src/**/*.ts'],
  litelement: true,
  quiet: true,
  plugins: [alloKit()],
};
