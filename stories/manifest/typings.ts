import type { Attribute, Described, ElementDeclaration, Manifest } from './manifest.ts';
import { elementsOf, membersToSet } from './manifest.ts';

/** `src/tags.ts`: what each tag takes and says, as one type from which the typings of every framework follow. */
export function typingsOf(manifest: Manifest): string {
  const elements = elementsOf(manifest);
  const events = new Map(elements.flatMap((element) => element.events ?? []).map((event) => [event.name, event]));
  const classes = elements.map(({ name, tagName }) => `import type { ${name} } from './${tagName}/${tagName}.ts';`);
  const eventTypes = [...events.values()].map(typeOf).sort();
  return `// Made from the custom-elements manifest by \`npm run describe\`. What is written here by hand is lost.
${classes.join('\n')}
import type {
${eventTypes.map((name) => `  ${name},\n`).join('')}} from './events.ts';

/** What each tag takes and says. The typings of frameworks are made from it; yours can be, too. */
export interface AlloTags {
${elements.map((element) => tagOf(element, [...events.values()])).join('\n')}
}

export type AlloTag = keyof AlloTags;

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

/** What a tag takes: attributes and properties, any of which can be left out. */
export type Given<Tag extends AlloTag> = Optional<AlloTags[Tag]['attributes'] & AlloTags[Tag]['properties']>;

/** An event of a tag as a listener at that tag gets it. */
export type Heard<Tag extends AlloTag, Type extends keyof AlloTags[Tag]['events']> =
  AlloTags[Tag]['events'][Type] & { readonly currentTarget: AlloTags[Tag]['element'] };
`;
}

/** What bubbles out of an element inside is heard at the one around it, too. */
function tagOf(element: ElementDeclaration, everyEvent: Described[]): string {
  const { attributes, properties } = membersToSet(element);
  const { events = [], slots = [] } = element;
  const heard = slots.some(({ name }) => name === '') ? everyEvent : events;
  return `  ${commented(element.summary, 2)}
  '${element.tagName}': {
    element: ${element.name};
    attributes: ${membersOf(attributes, (one) => attributeType(one, element.name))};
    properties: ${membersOf(properties, ({ name }) => `${element.name}['${name}']`)};
    events: ${membersOf(heard, typeOf)};
  };`;
}

function membersOf<T extends Described>(all: T[], type: (one: T) => string): string {
  if (all.length === 0) return 'Record<never, never>';
  return `{\n${all.map((one) => `      ${commented(one.description, 6)}\n      ${quoted(one.name)}: ${type(one)};\n`).join('')}    }`;
}

/** As the property that follows it: that one is checked by the compiler, and is what counts. */
function attributeType({ fieldName, type }: Attribute, className: string): string {
  return fieldName === undefined ? `${type?.text ?? 'string'} | undefined` : `${className}['${fieldName}']`;
}

function typeOf({ type }: Described): string {
  return type?.text ?? 'Event';
}

function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name}'`;
}

/** A JSDoc comment of lines that are short enough to be read. */
function commented(description = '', indent: number): string {
  const lines = [''];
  for (const word of description.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + indent > 110) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  const margin = ' '.repeat(indent);
  return lines.length === 1 ? `/** ${lines.join('')} */` : `/**\n${lines.map((line) => `${margin} * ${line}\n`).join('')}${margin} */`;
}
