/** The part of the custom-elements manifest (schema 1.0) that is made and read here. */
export interface Manifest {
  modules: ManifestModule[];
}

export interface ManifestModule {
  path: string;
  declarations?: Declaration[];
  exports?: { kind: string; name: string; declaration: { name: string; module?: string } }[];
}

export interface Declaration {
  kind: string;
  name: string;
  tagName?: string;
  customElement?: boolean;
  summary?: string;
  description?: string;
  superclass?: unknown;
  members?: Member[];
  attributes?: Attribute[];
  events?: Described[];
  slots?: Described[];
  cssParts?: Described[];
  cssProperties?: CssProperty[];
  cssStates?: { name: string }[];
}

export interface Described {
  name: string;
  description?: string;
  type?: { text: string };
  default?: string;
  inheritedFrom?: unknown;
}

export interface Attribute extends Described {
  /** The property that follows it. */
  fieldName?: string;
}

export interface Member extends Described {
  kind: string;
  privacy?: string;
  readonly?: boolean;
}

export type CssProperty = Described;

/** An element of the kit as the manifest declares it. */
export type ElementDeclaration = Declaration & { tagName: string };

export function elementsOf({ modules }: Manifest): ElementDeclaration[] {
  const isElement = (one: Declaration): one is ElementDeclaration => one.tagName !== undefined;
  return modules.flatMap(({ declarations = [] }) => declarations.filter(isElement));
}

/** Every state an element can show, in the order of its union; none if it has no state. */
export function statesOf({ cssStates = [] }: Declaration): string[] {
  return cssStates.map(({ name }) => name);
}

/** What a page can set: `state`, for instance, is there to be read only. */
export function membersToSet({ attributes = [], members = [] }: Declaration): { attributes: Attribute[]; properties: Member[] } {
  const isReadOnly = (fieldName: string | undefined): boolean => members.some(({ name, readonly }) => name === fieldName && readonly === true);
  return {
    attributes: attributes.filter(({ fieldName }) => !isReadOnly(fieldName)),
    properties: members.filter(({ kind, readonly }) => kind === 'field' && readonly !== true),
  };
}

/** One of each name, in order. What several elements have in common is described in one place, and therefore alike. */
export function unique<T extends Described>(all: T[]): T[] {
  const byName = new Map(all.map((one) => [one.name, one]));
  return [...byName.values()].sort((one, other) => one.name.localeCompare(other.name));
}
