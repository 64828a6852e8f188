/**
 * What counts as an absolute address on the web.
 *
 * @module
 */

const protocols: readonly string[] = ['http:', 'https:'];

/** Takes an http or https address apart; `undefined` if the text is none. */
export function parseWebUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && protocols.includes(url.protocol) ? url : undefined;
}
