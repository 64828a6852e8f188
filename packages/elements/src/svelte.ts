/**
 * The tags in Svelte's markup: `import type {} from '@allo-kit/elements/svelte'` once, anywhere in the program. With
 * events as Svelte 5 listens to them (`onallo-paid`) and as Svelte 4 does (`on:allo-paid`).
 *
 * @module
 */
import type { HTMLAttributes } from 'svelte/elements';
import type { AlloTag, AlloTags, Given, Heard } from './tags.ts';
// What `bind:this` gives.
export type * from './define.ts';

type Listeners<Tag extends AlloTag> = {
  [Type in keyof AlloTags[Tag]['events'] as `on${'' | ':'}${Type & string}`]?: ((event: Heard<Tag, Type>) => void) | undefined;
};

/** What each tag takes and says in markup. */
export type AlloMarkup = { [Tag in AlloTag]: HTMLAttributes<AlloTags[Tag]['element']> & Given<Tag> & Listeners<Tag> };

declare module 'svelte/elements' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- only an interface can be added to
  interface SvelteHTMLElements extends AlloMarkup {}
}
