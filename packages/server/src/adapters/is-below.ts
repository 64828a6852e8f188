/**
 * Where a path of an application lies to the handler's.
 *
 * @module
 */

/** Whether the path is `base`, which has no slash at its end, or below it. */
export const isBelow = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);
