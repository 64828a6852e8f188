/**
 * Plays a scene on the stage: the element in the page, in the state that the scene is about.
 *
 * @module
 */
import { expect } from '@open-wc/testing';
import type { Scene } from './scenes.ts';
import { buttonOf } from './scenes.ts';
import type { Shown } from './stage.ts';
import { drawn, findAll, mount, rootsOf, serve, shows, until } from './stage.ts';

export async function play(scene: Scene): Promise<Shown> {
  const { tag, state, attributes = {}, prepare, late, presses = 0, offline = false, leaves = false } = scene;
  const { backend, endpoint } = serve(leaves ? { bankUrl: new URL('#bank', location.href).href } : {});
  prepare?.(backend);
  // Undone by `clearScene`.
  if (offline) Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
  const element = await mount(tag, { endpoint, ...attributes });
  // The stage keeps the window from leaving.
  if (leaves) element.addEventListener('allo-authorize-request', (event) => event.stopPropagation());
  if (presses > 0) await leavesState(element, 'loading');
  late?.(backend);
  for (let i = 0; i < presses; i++) {
    const shown = element.state;
    await until(() => findAll(element, buttonOf(scene)).length > 0);
    findAll(element, buttonOf(scene))[0]?.click();
    await leavesState(element, shown);
  }
  await shows(element, state);
  // What is inside it may be on its way still.
  if (state !== 'loading') await until(() => !rootsOf(element).some(({ host }) => (host as Shown).state === 'loading'));
  await drawn(element);
  expect(element.state, 'it stays so').to.equal(state);
  return element;
}

/** What a scene changed beyond its own element and backend. */
export function clearScene(): void {
  Reflect.deleteProperty(navigator, 'onLine');
}

export function leavesState(element: Shown, state: string): Promise<void> {
  if (element.state !== state) return Promise.resolve();
  return new Promise((resolve) => element.addEventListener('allo-state-change', () => resolve(), { once: true }));
}
