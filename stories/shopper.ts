import { userEvent, waitFor } from 'storybook/test';

/** An element of the kit, as a play function looks at it. */
export type Shown = HTMLElement & { state: string };

/** Long enough for a busy machine; without a picture of the whole page in the error. */
const patience = { timeout: 10_000, onTimeout: (error: Error): Error => error };

/** The element of a story. */
export function elementIn(canvas: HTMLElement, tag: string): Shown {
  const found = canvas.querySelector<Shown>(tag);
  if (!found) throw new Error(`the story has no <${tag}>`);
  return found;
}

/** Waits until an element shows a state. */
export async function shows(element: Shown, state: string): Promise<void> {
  await waitFor(() => {
    if (element.state !== state) throw new Error(`<${element.localName}> shows ${element.state}, not ${state}`);
  }, patience);
}

/** A control inside an element, by its parts: `primary`, `danger`, `input`. Of several the last. */
export function control(element: Shown, part: string): HTMLElement {
  const found = [...(element.shadowRoot?.querySelectorAll<HTMLElement>(`[part~='${part}']`) ?? [])].at(-1);
  if (!found) throw new Error(`<${element.localName}> has no ${part} in the state ${element.state}`);
  return found;
}

/** Waits until an element can be pressed there, and presses as a shopper does: with the focus. */
export async function press(element: Shown, part: string): Promise<void> {
  await userEvent.click(await waitFor(() => control(element, part), patience));
}
