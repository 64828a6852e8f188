/**
 * Registers an element once. A second copy of the kit on the page (a micro-frontend, hot reload) must not
 * throw: the first copy stays, and the console says so with a code.
 */
export function register(tag: string, element: CustomElementConstructor): void {
  const present = customElements.get(tag);
  if (!present) customElements.define(tag, element);
  else if (present !== element) console.warn(`allo-kit ALREADY_DEFINED: <${tag}>`);
}
