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
  attributes?: Described[];
  events?: Described[];
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

export interface Member extends Described {
  kind: string;
  privacy?: string;
  readonly?: boolean;
}

export interface CssProperty {
  name: string;
  default?: string;
}

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
