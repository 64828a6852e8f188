import type { LitElement } from 'lit';

/**
 * When a render takes away what had the focus, the focus goes to the main control of what came instead, or to the
 * element's frame: a keyboard must never be thrown back to the top of the page.
 */
export function keepFocus(host: LitElement): void {
  const root = host.shadowRoot;
  const focused = root?.activeElement;
  if (!focused) return;
  void host.updateComplete.then(() => {
    if (focused.isConnected || root.activeElement || !isOurs(host)) return;
    const next = root.querySelector<HTMLElement>('input, [part~=primary], button, a') ?? root.querySelector<HTMLElement>('[part~=base]');
    next?.focus();
  });
}

/** Nobody else has taken the focus meanwhile. */
function isOurs(host: Element): boolean {
  const active = (host.getRootNode() as Document | ShadowRoot).activeElement;
  return !active || active === host || active === document.body;
}
