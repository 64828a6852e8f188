/** Stands in where the browser refuses storage: what is kept then lasts as long as the page. */
const memory = new Map<string, string>();

/** What was kept under a name in this browser, in any tab. */
export function recall(name: string): string | undefined {
  try {
    return memory.get(name) ?? localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a text, or forgets it if there is none. */
export function keep(name: string, text?: string): void {
  memory.delete(name);
  try {
    if (text === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    if (text !== undefined) memory.set(name, text);
  }
}
