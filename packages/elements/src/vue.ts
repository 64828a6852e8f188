/**
 * The tags in Vue's templates: `import type {} from '@allo-kit/elements/vue'` once, anywhere in the program. Vue's
 * compiler has to be told that they are no components of Vue: `isCustomElement: (tag) => tag.startsWith('allo-')`.
 *
 * The shape is the one of Vue's guide, "Vue and Web Components".
 *
 * @module
 */
import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { AlloTag, AlloTags, Given, Heard } from './tags.ts';

type Component<Tag extends AlloTag> = new () => AlloTags[Tag]['element'] & {
  /** For templates only; a `ref` has no such property. */
  $props: HTMLAttributes & PublicProps & Given<Tag>;
  /** For templates only; a `ref` has no such method. */
  $emit: EmitFn<{ [Type in keyof AlloTags[Tag]['events']]: (event: Heard<Tag, Type>) => void }>;
};

/** What each tag takes and says in a template. */
export type AlloComponents = { [Tag in AlloTag]: Component<Tag> };

declare module 'vue' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- only an interface can be added to
  interface GlobalComponents extends AlloComponents {}
}
