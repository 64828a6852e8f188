/**
 * The doorway to the HTTP contract, which the elements own. The only file of this package that reaches into
 * the other; the build copies the contract in, so that each published package stands alone.
 *
 * @module
 */

export * from '../../elements/src/contract.ts';
