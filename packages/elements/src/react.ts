/**
 * The tags in JSX, for React 18 and 19: `import type {} from '@allo-kit/elements/react'` once, anywhere in the program.
 *
 * React 19 sets properties (`orderId`) and attributes (`order-id`) and listens to events (`onallo-paid`). React 18
 * knows attributes only: no properties, no events (take a `ref` and `addEventListener`), and it writes `false` as the
 * text `"false"`, which a boolean attribute takes for a yes; so there a boolean is `''` or left out.
 *
 * @module
 */
import type * as React from 'react';
import type { AlloTag, AlloTags, Given, Heard } from './tags.ts';

/** `createFactory` is gone from the types of React 19. */
type IsReact18 = typeof React extends { createFactory: unknown } ? true : false;

/** What every HTML element takes, and the `class` that React hands on as it is. */
type Html<Element> = React.HTMLAttributes<Element> & React.ClassAttributes<Element> & { class?: string | undefined };

type Text<Value> = Value extends boolean ? '' : Value;

type Props18<Tag extends AlloTag> =
  & Omit<Html<AlloTags[Tag]['element']>, 'className' | 'hidden'>
  & { hidden?: '' | undefined }
  & { [Name in keyof AlloTags[Tag]['attributes']]?: Text<AlloTags[Tag]['attributes'][Name]> | undefined }
  // TypeScript would let an unknown name with a hyphen pass.
  & { [Type in keyof AlloTags[Tag]['events'] as `on${Type & string}`]?: never };

type Props19<Tag extends AlloTag> =
  & Html<AlloTags[Tag]['element']>
  & Given<Tag>
  & { [Type in keyof AlloTags[Tag]['events'] as `on${Type & string}`]?: ((event: Heard<Tag, Type>) => void) | undefined };

/** What each tag takes in JSX, for the version of React that is installed. */
export type AlloElements = { [Tag in AlloTag]: IsReact18 extends true ? Props18<Tag> : Props19<Tag> };

declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- it is where React looks for tags
  namespace JSX {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- only an interface can be added to
    interface IntrinsicElements extends AlloElements {}
  }
}
