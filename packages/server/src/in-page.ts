/**
 * What a bundler finds in place of this package when it builds a page: no export, so that the build fails, and an error
 * for whoever gets around that. Must never import anything.
 *
 * @module
 */

export {};

throw new TypeError('@allo-kit/server holds secrets and must never be in a page: import it on your server alone');
