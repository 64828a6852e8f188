import type { Decorator, StoryContext, StoryObj } from '@storybook/web-components-vite';
import { html, nothing } from 'lit';
// Types the `msw` of a story's context.
import type {} from 'msw-storybook-addon/types';
import type { Backend, BackendState } from '../packages/elements/src/msw.ts';
import { createBackend, handlers } from '../packages/elements/src/msw.ts';

/** How a story comes about: what the shop's backend holds, and the state that its element then shows. */
export interface Scene<State extends string = string> {
  /** The state to be reached: at once, or by the story's play function. None for what draws nothing itself. */
  shows?: State;
  /** What the backend holds; the rest is as `createBackend` has it. */
  backend?: Partial<BackendState>;
  /** What else is done to the backend before the element asks. */
  prepare?: (backend: Backend) => void;
  /** The browser says that there is no network. Not for docs pages, where all stories share one browser. */
  offline?: boolean;
  /** Lets the window go to the bank. Otherwise it stays, as if the shopper had just come back. */
  leaves?: boolean;
}

/** A story of an element with these states and attributes. Its `play` gets the `backend` too. */
export type StoryOf<State extends string, Attributes = object> = StoryObj<Attributes> & { parameters: Scene<State> };

declare module 'storybook/internal/csf' {
  interface StoryContext {
    /** The backend that the story's elements talk to. */
    backend: Backend;
  }
}

/** One for each story in the page: a docs page shows many, and none must hear of another's account. */
const open = new Map<string, Backend>();

/** Serves a backend of its own to the story; as long as the story stays in the page, also when it is drawn again. */
export function openBackend(context: StoryContext): () => void {
  const { backend: initial, prepare, offline } = context.parameters as Scene;
  const backend = open.get(context.id) ?? createBackend(initial && structuredClone(initial));
  if (!open.has(context.id)) prepare?.(backend);
  open.set(context.id, backend);
  context.backend = backend;
  context.msw.use(...handlers(backend, endpointOf(context.id)));
  if (offline) Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
  return () => {
    Reflect.deleteProperty(navigator, 'onLine');
    open.delete(context.id);
    forget(endpointOf(context.id));
  };
}

/** The page of a shop around the story: its language, its theme and the address of its backend. */
export const onStage: Decorator = (story, { id, component, globals, parameters, viewMode }) => {
  const { shows = nothing, leaves = false } = parameters as Scene;
  return html`<div class="stage" role=${viewMode === 'story' ? 'main' : nothing} lang=${String(globals['locale'])} data-theme=${String(globals['theme'])}
    data-tag=${component ?? nothing} data-shows=${shows} @allo-authorize-request=${leaves ? nothing : stay}>
    <allo-provider endpoint=${endpointOf(id)}><div class="stage-column">${story()}</div></allo-provider>
  </div>`;
};

function endpointOf(storyId: string): string {
  return `/allo/${storyId}`;
}

function stay(event: Event): void {
  event.preventDefault();
}

/** What the elements keep in the browser for a payment under way: the next visit to the story begins anew. */
function forget(endpoint: string): void {
  const names = Object.keys(localStorage).filter((name) => name.startsWith('allo-kit:') && name.includes(endpoint));
  for (const name of names) localStorage.removeItem(name);
}
