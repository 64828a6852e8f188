/** Stands in where the browser refuses storage: what is kept then lasts as long as the page. */
const memory = new Map<string, string>();

/** What was kept under a name in this browser, in any tab. */
export function recall(name: string): string | null | undefined {
  try {
    return memory.get(name) ?? localStorage.getItem(name);
  } catch {
    return undefined;
  }
}

/** Keeps a text, or forgets it if there is none. */
export function keep(name: string, text?: string): void {
  memory.delete(name);
  try {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
  } catch {
    if (text) memory.set(name, text);
  }
}
