const listeners = new Set<() => void>();
let observer: MutationObserver | undefined;

/** Calls back when a `lang` anywhere in the document changes. One observer for all elements, none when there is no element. */
export function watchLanguage(listener: () => void): () => void {
  if (listeners.size === 0) observe();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) observer?.disconnect();
  };
}

function observe(): void {
  observer ??= new MutationObserver(() => listeners.forEach((listener) => listener()));
  observer.observe(document, { subtree: true, attributeFilter: ['lang'] });
}
