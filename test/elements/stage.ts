/**
 * Where the elements are tried: a real page, and the contract's backend behind a service worker. Each test has its
 * own endpoint, so that no test hears of another's account or order.
 *
 * @module
 */

import { fixture, fixtureCleanup } from '@open-wc/testing';
import { emulateMedia } from '@web/test-runner-commands';
import { setupWorker } from 'msw/browser';
import type { SetupWorker } from 'msw/browser';
import type { AlloError, AlloPay } from '../../packages/elements/src/index.ts';
import type { Backend } from '../../packages/elements/src/msw.ts';
import { createBackend, handlers } from '../../packages/elements/src/msw.ts';

/** What every element of the kit that shows something has in common. */
export type Shown = HTMLElement & { state: string; error: AlloError | undefined; updateComplete: Promise<boolean>; refresh(): void };

// Not a literal: the demo uses the built package, and one program must not see the tag names declared twice.
let definitions = '../../packages/elements/src/define.ts';

/** Tries the built script file instead of the sources; to be said before the stage opens. */
export function useScriptFile(): void {
  definitions = '../../packages/elements/dist/allo-kit.js';
}

const worker: SetupWorker = setupWorker();
let count = 0;
let served: Promise<void> | undefined;

export async function openStage(): Promise<void> {
  await import(definitions);
  await (served ??= startWorker());
  // The window must stay: where it was to go is asserted by the event.
  document.addEventListener('allo-authorize-request', stay);
  document.documentElement.lang = 'id';
}

async function startWorker(): Promise<void> {
  // The worker of the page before: MSW would update it in the background, which fails if that page is just going.
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  await worker.start({ quiet: true, onUnhandledFrame: 'bypass' });
}

/** The worker goes with the page. */
export function closeStage(): void {
  document.removeEventListener('allo-authorize-request', stay);
}

export function clearStage(): void {
  fixtureCleanup();
  worker.resetHandlers();
  localStorage.clear();
  document.documentElement.lang = 'id';
}

/** No motion from here on. Chromium can be told; Firefox and WebKit cannot, and are started that way. */
export async function holdStill(): Promise<void> {
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) await emulateMedia({ reducedMotion: 'reduce' });
}

/** Serves a backend at an address of its own. */
export function serve(initial: Parameters<typeof createBackend>[0] = {}): { backend: Backend; endpoint: string } {
  const backend = createBackend(initial);
  const endpoint = `/allo-${++count}`;
  worker.use(...handlers(backend, endpoint));
  return { backend, endpoint };
}

/** Puts an element into the page. */
export function mount<T extends HTMLElement = Shown>(tag: string, attributes: Record<string, string>): Promise<T> {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return fixture<T>(element);
}

/** An `<allo-pay>` for the order that the backend has. */
export function mountPay(endpoint: string, attributes: Record<string, string> = {}): Promise<AlloPay> {
  return mount<AlloPay>('allo-pay', { endpoint, 'order-id': 'INV-7', ...attributes });
}

/** Waits until an element shows a state. Fails with what it shows instead. */
export function shows(element: { state: string }, state: string): Promise<void> {
  return until(() => element.state === state, () => `expected the state ${state}, but it is ${element.state}`);
}

/** Waits for a condition, looked at again after every frame. */
export async function until(condition: () => boolean, describe: () => string = () => condition.toString()): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(describe());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits for as long as the backend takes to answer a few questions: what asks on and on would have done so by then. */
export async function roundTrips(endpoint: string): Promise<void> {
  for (let trips = 0; trips < 10; trips += 1) await fetch(`${endpoint}/account`);
}

export function inside(element: Element): ShadowRoot {
  if (!element.shadowRoot) throw new Error(`<${element.localName}> has no shadow root`);
  return element.shadowRoot;
}

/** The shadow root of an element, and those of the elements that are shown in it. */
export function rootsOf(element: Element): ShadowRoot[] {
  const root = inside(element);
  return [root, ...[...root.querySelectorAll('*')].filter((one) => one.shadowRoot && one.checkVisibility()).flatMap(rootsOf)];
}

/** Everything of a kind that an element shows, also in the elements inside it. */
export function findAll<T extends HTMLElement = HTMLElement>(element: Element, selector: string): T[] {
  return rootsOf(element).flatMap((root) => [...root.querySelectorAll<T>(selector)]);
}

/** Nothing waits to be drawn, in the element and in those inside it. */
export async function drawn(element: Shown): Promise<void> {
  const elements = [...rootsOf(element).map(({ host }) => host as Shown), element];
  for (const { updateComplete } of elements) await updateComplete;
}

/** What can be read in an element, without what only screen readers read. */
export function textOf(element: Element): string {
  return readable(inside(element));
}

/** The button or link with a text in it. */
export function control(element: Element, text: string): HTMLElement {
  const found = [...inside(element).querySelectorAll<HTMLElement>('button, a')].find((one) => readable(one).includes(text));
  if (!found) throw new Error(`no control "${text}" in: ${readable(inside(element))}`);
  return found;
}

export function press(element: Element, text: string): void {
  control(element, text).click();
}

/** The events that reach an element from now on, in order. */
export function record<Name extends keyof HTMLElementEventMap>(target: HTMLElement, ...names: Name[]): HTMLElementEventMap[Name][] {
  const events: HTMLElementEventMap[Name][] = [];
  for (const name of names) target.addEventListener(name, (event) => events.push(event));
  return events;
}

function readable(node: Node): string {
  const texts: string[] = [];
  const walk = (one: Node): void => {
    if (one instanceof Element && one.getAttribute('part') === 'hidden') return;
    if (one.nodeType === Node.TEXT_NODE) texts.push(one.textContent ?? '');
    one.childNodes.forEach(walk);
  };
  walk(node);
  return texts.join('').replace(/[\s\u00a0]+/g, ' ').trim();
}

function stay(event: Event): void {
  event.preventDefault();
}
