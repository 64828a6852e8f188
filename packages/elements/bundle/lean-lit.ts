/**
 * Lit without what these elements never use. The script file is made from Lit's own readable build; what is said
 * here about it (no decorators, no directives, style sheets can be constructed …) lets the minifier drop the rest.
 * A statement that no longer fits a newer Lit stops the build, so nothing is left out by accident.
 *
 * @module
 */
import ts from 'typescript';
import type { Plugin } from 'vite';
import type { Edit } from './edit.ts';
import { applyEdits } from './edit.ts';

interface Facts {
  /** What a constant of the module is, instead of what it is found to be at run time. */
  constants?: Record<string, string>;
  /** Expressions whose value is known here. */
  expressions?: Record<string, string>;
  /** Functions and methods by the body they come down to; or, from `(` on, by the parameters, too. */
  bodies?: Record<string, string>;
  /** Methods and accessors that nobody calls. */
  unused?: readonly string[];
}

/** Every browser with `light-dark()`, which our styles need, constructs style sheets and needs no polyfill. */
const facts: Record<string, Facts> = {
  '@lit/reactive-element/css-tag.js': {
    // A style sheet of ours is one literal text.
    constants: {
      supportsAdoptingStyleSheets: 'true',
      css: '([text]) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet; }',
    },
    expressions: { 'styles.map((s) => s instanceof CSSStyleSheet ? s : s.styleSheet)': 'styles' },
  },
  '@lit/reactive-element/reactive-element.js': {
    constants: { global: '0', DEV_MODE: 'false', polyfillSupport: 'undefined', emptyStringForBooleanAttribute: "''", debugLogEvent: 'undefined', defaultPropertyDeclaration: '0', defaultConverter: '0' },
    expressions: {
      // No decorator leaves anything behind, and nobody looks for this copy.
      "Symbol.metadata ??= Symbol('metadata')": '0',
      'global.litPropertyMetadata ??= new WeakMap()': '0',
      "(global.reactiveElementVersions ??= []).push('2.1.2')": '0',
      // No controller waits for the host; nothing is put off, held back or looked at the first time only.
      'this.__controllers?.forEach((c) => c.hostConnected?.())': '0',
      'this.__controllers?.forEach((c) => c.hostDisconnected?.())': '0',
      'this.getUpdateComplete()': 'this.__updatePromise',
      "ReactiveElement.shadowRootOptions = { mode: 'open' }": '0',
      'ReactiveElement.elementStyles = []': '0',
      "ReactiveElement[JSCompiler_renameProperty('finalized', ReactiveElement)] = new Map()": 'ReactiveElement.finalized = 1',
    },
    bodies: {
      observedAttributes: 'this.finalize(); return this.__attributeToPropertyMap.keys();',
      finalize: `
        if (this.hasOwnProperty('finalized')) return;
        this.finalized = true;
        const above = getPrototypeOf(this);
        above.finalize();
        this.elementProperties = new Map(above.elementProperties);
        if (this.hasOwnProperty('properties')) for (const [name, options] of Object.entries(this.properties)) {
          const key = Symbol();
          this.elementProperties.set(name, options);
          defineProperty(this.prototype, name, { get() { return this[key]; }, set(value) { const before = this[key]; this[key] = value; this.requestUpdate(name, before, options); } });
        }
        this.__attributeToPropertyMap = new Map([...this.elementProperties].map(([name, options]) => [options.attribute ?? name.toLowerCase(), name]));
        this.elementStyles = [this.styles].flat(Infinity);`,
      'ReactiveElement.constructor': `
        super();
        this.__updatePromise = new Promise((resolve) => (this.enableUpdating = resolve));
        this.__markUpdated();
        this.__instanceProperties = new Map();
        for (const name of this.constructor.elementProperties.keys()) if (this.hasOwnProperty(name)) { this.__instanceProperties.set(name, this[name]); delete this[name]; }
        this.requestUpdate();`,
      // Properties are texts and booleans, of which only the state is reflected, without a converter or a default of their own.
      attributeChangedCallback: `
        const { elementProperties, __attributeToPropertyMap } = this.constructor;
        const property = __attributeToPropertyMap.get(name);
        this[property] = elementProperties.get(property).type ? value !== null : value;`,
      scheduleUpdate: 'this.performUpdate();',
      __enqueueUpdate: `
        this.isUpdatePending = true;
        try { await this.__updatePromise; } catch (error) { Promise.reject(error); }
        await this.scheduleUpdate();
        return !this.isUpdatePending;`,
      requestUpdate: `(name, oldValue, options) {
        if (name) {
          if (is(this[name], oldValue)) return;
          if (!this._$changedProperties.has(name)) this._$changedProperties.set(name, this.hasUpdated ? oldValue : undefined);
          if (options.reflect) this.__reflectingProperties.add(name);
        }
        if (!this.isUpdatePending) this.__updatePromise = this.__enqueueUpdate(); }`,
      update: `
        for (const name of this.__reflectingProperties) this.setAttribute(name, this[name]);
        this.__markUpdated();`,
      __markUpdated: `
        this._$changedProperties = new Map();
        this.__reflectingProperties = new Set();
        this.isUpdatePending = false;`,
      performUpdate: `
        const changed = this._$changedProperties;
        if (!this.hasUpdated) {
          for (const [name, value] of this.__instanceProperties) this[name] = value;
        }
        try { this.willUpdate(changed); this.update(changed); } catch (error) { this.__markUpdated(); throw error; }
        this.hasUpdated = true;
        this.updated(changed);`,
    },
    unused: ['updated', 'addInitializer', 'createProperty', '__attributeNameForProperty', '__prepare', '__saveInstanceProperties', '__initialize', 'addController', 'removeController', 'getPropertyDescriptor', 'shouldUpdate', 'firstUpdated', '_$didUpdate', 'getUpdateComplete', 'getPropertyOptions', 'finalizeStyles', 'createRenderRoot', 'enableUpdating', '_$changeProperty', '__propertyToAttribute', '_$attributeToProperty'],
  },
  'lit-element/lit-element.js': {
    constants: { DEV_MODE: 'false', polyfillSupport: 'undefined' },
    expressions: {
      'global.litElementHydrateSupport?.({ LitElement })': '0',
      "(global.litElementVersions ??= []).push('4.2.2')": '0',
      "LitElement['_$litElement$'] = true": '0',
      "LitElement[JSCompiler_renameProperty('finalized', LitElement)] = true": '0',
    },
    bodies: { update: 'const value = this.render(); super.update(changedProperties); render(value, this.renderRoot);' },
    // No directive wants to know of the connection, and the root is made by KitElement.
    unused: ['LitElement.constructor', 'createRenderRoot', 'connectedCallback', 'disconnectedCallback', 'render'],
  },
  'lit-html/lit-html.js': {
    constants: {
      global: '0', trustedTypes: '0', DEV_MODE: 'false', ENABLE_EXTRA_SECURITY_HOOKS: 'false', ENABLE_SHADYDOM_NOPATCH: 'false', polyfillSupport: 'undefined', debugLogEvent: 'undefined',
      // A tag; its end, or an attribute in it up to its value.
      textEndRegex: '/<()(\\/?[a-zA-Z][^>\\s]*)/g',
      tagEndRegex: '/>|\\s([^\\s">=/]+)(=)/g',
      policy: "self.trustedTypes?.createPolicy('lit-html', { createHTML: (text) => text })",
      svg: '0',
      mathml: '0',
      isPrimitive: '(value) => !(value instanceof Object)',
      render: '(value, root) => (root.__part ??= new ChildPart(root.appendChild(createMarker()), null))._$setValue(value)',
    },
    expressions: {
      "(global.litHtmlVersions ??= []).push('3.3.3')": '0',
      // Templates are HTML without comments; expressions are children or whole values of attributes.
      "type === SVG_RESULT ? '<svg>' : type === MATHML_RESULT ? '<math>' : ''": "''",
      "type === SVG_RESULT ? '</svg>' : type === MATHML_RESULT ? '</math>' : ''": "''",
      'type === SVG_RESULT || type === MATHML_RESULT': 'false',
      'rawTextElement.test(match[TAG_NAME])': 'false',
      'rawTextElement.test(node.tagName)': 'false',
      'rawTextEndRegex ?? textEndRegex': 'textEndRegex',
      "match[COMMENT_START] === '!--'": 'false',
      'match[COMMENT_START] !== undefined': 'false',
      'match[DYNAMIC_TAG_NAME] !== undefined': 'false',
      "match[QUOTE_CHAR] === undefined ? tagEndRegex : match[QUOTE_CHAR] === '\"' ? doubleQuoteAttrEndRegex : singleQuoteAttrEndRegex": 'tagEndRegex',
      'regex === tagEndRegex': 'true',
      'attrNameEndIndex >= 0': 'true',
      'node.getAttribute(name)': '0',
      'value.split(marker)': '0',
      'match[ATTRIBUTE_NAME] === undefined': 'false',
      "regex === tagEndRegex && strings[i + 1].startsWith('/>') ? ' ' : ''": "''",
      'templatePart.type === ELEMENT_PART': 'false',
      'name.startsWith(marker)': 'false',
      '(i = node.data.indexOf(marker, i + 1)) !== -1': 'false',
      'node.hasAttributes()': 'true',
      '/([.?@])?(.*)/.exec(realName)': '/(@?)(.*)/.exec(realName)',
      "m[1] === '.'": 'false',
      "m[1] === '?'": 'false',
      "typeof type === 'number'": 'true',
      'instance._clone(this.options)': 'instance._clone()',
      'new ChildPart(node, node.nextSibling, this, options)': 'new ChildPart(node, node.nextSibling)',
      'new templatePart.ctor(node, templatePart.name, templatePart.strings, this, options)': 'new templatePart.ctor(node, templatePart.name)',
      'new ChildPart(this._insert(createMarker()), this._insert(createMarker()), this, this.options)': 'new ChildPart(this._insert(createMarker()), this._insert(createMarker()))',
      'new TemplateInstance(template, this)': 'new TemplateInstance(template)',
      'part !== undefined': 'true',
      'part.strings !== undefined': 'false',
      'templatePart.type === ATTRIBUTE_PART': 'true',
      'options?.creationScope ?? d': 'd',
      'wrap(start).nextSibling': 'start.nextSibling',
      'wrap(start).remove()': 'start.remove()',
      'this._$notifyConnectionChanged?.(false, true, from)': '0',
      'this._$committedValue.call(this.options?.host ?? this.element, event)': 'this._$committedValue(event)',
      "typeof this._$committedValue === 'function'": 'true',
    },
    bodies: {
      'AttributePart.constructor': '(element, name) { this.element = element; this.name = name; this._$committedValue = nothing; }',
      'AttributePart._$setValue': `(value) {
        if (value === this._$committedValue) return;
        this._$committedValue = value;
        if (value === nothing) this.element.removeAttribute(this.name);
        else this.element.setAttribute(this.name, value ?? ""); }`,
      'EventPart._$setValue': `(listener) {
        if (this._$committedValue === nothing) this.element.addEventListener(this.name, this);
        this._$committedValue = listener; }`,
      'ChildPart.constructor': '(start, end) { this._$committedValue = nothing; this._$startNode = start; this._$endNode = end; }',
      // A child is a template, a text or a list.
      'ChildPart._$setValue': `(value) {
        if (isPrimitive(value)) {
          if (value === nothing || value == null || value === '') {
            if (this._$committedValue !== nothing) this._$clear();
            this._$committedValue = nothing;
          } else if (value !== this._$committedValue) this._commitText(value);
        } else if (value['_$litType$'] !== undefined) this._commitTemplateResult(value);
        else this._commitIterable(value); }`,
      // What a backend's answer made look like a template is none: no text of ours is there to explain it.
      trustFromTemplateString: 'if (!isArray(tsa) || !tsa.raw) throw Error(); return policy?.createHTML(stringFromTSA) ?? stringFromTSA;',
      'TemplateInstance.constructor': '(template) { this._$parts = []; this._$template = template; }',
    },
    unused: ['startNode', 'endNode', 'parentNode', 'tagName', 'EventPart.constructor', '_$isConnected', 'setConnected', '_commitValue'],
  },
  '@lit/task/task.js': {
    // A task of ours runs when it is told to, and is looked at through what it sets.
    bodies: {
      'Task.constructor': '(host, { task }) { this._host = host; this._task = task; }',
      run: `
        this.abort();
        this._host.requestUpdate();
        const latest = this._abortController = new AbortController();
        try { await this._task(args, latest); } catch {}
        if (latest === this._abortController) this._host.requestUpdate();`,
      abort: 'this._abortController?.abort();',
    },
    unused: ['taskComplete', 'hostUpdate', 'hostUpdated', '_getArgs', '_performTask', 'value', 'error', 'status', 'render'],
  },
};

/** Without comments and line breaks. */
const flat = (node: ts.Node): string => node.getText().replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/ \)/g, ')');

/** By its own name, or as one of its class. */
function namesOf(node: ts.FunctionDeclaration | ts.ConstructorDeclaration | ts.MethodDeclaration | ts.GetAccessorDeclaration): string[] {
  const name = ts.isConstructorDeclaration(node) ? 'constructor' : (node.name?.getText() ?? '');
  return ts.isClassLike(node.parent) ? [`${node.parent.name?.getText() ?? ''}.${name}`, name] : [name];
}

function editsFor(code: string, { constants = {}, expressions = {}, bodies = {}, unused = [] }: Facts, found: Set<string>): Edit[] {
  const edits: Edit[] = [];
  const replace = (node: ts.Node, name: string, text: string): void => {
    found.add(name);
    edits.push({ start: node.getStart(), end: node.getEnd(), text });
  };
  const visit = (node: ts.Node): void => {
    const text = ts.isExpression(node) && Object.hasOwn(expressions, flat(node)) ? expressions[flat(node)] : undefined;
    if (text !== undefined) return replace(node, flat(node), text);
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) {
      const value = constants[node.name.text];
      if (value !== undefined) return replace(node.initializer, node.name.text, value);
    }
    if ((ts.isFunctionDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessor(node)) && node.body) {
      for (const name of namesOf(node)) {
        if (unused.includes(name)) return replace(node, name, '');
        const own = Object.hasOwn(bodies, name) ? bodies[name] : undefined;
        if (own?.startsWith('(')) return replace(node, name, (ts.isConstructorDeclaration(node) ? 'constructor' : (node.name?.getText() ?? '')) + own);
        if (own !== undefined) return replace(node.body, name, `{ ${own} }`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('lit.js', code, ts.ScriptTarget.Latest, true));
  return edits;
}

/** Throws if something said of a module is not to be found in it. */
export function leanText(module: string, code: string): string {
  const own = facts[module];
  if (!own) return code;
  const found = new Set<string>();
  const edits = editsFor(code, own, found);
  const wanted = [...Object.keys({ ...own.constants, ...own.expressions, ...own.bodies }), ...(own.unused ?? [])];
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`not in this version of ${module}: ${missing.join(' · ')}`);
  return applyEdits(code, edits);
}

/** Takes Lit's readable modules instead of its minified ones, and leaves out what is not used. */
export function leanLit(): Plugin {
  const moduleOf = (id: string): string | undefined => /node_modules\/((?:@lit\/(?:reactive-element|task)|lit-element|lit-html)\/.*\.js)$/.exec(id)?.[1]?.replace('/development/', '/');
  return {
    name: 'lean-lit',
    enforce: 'pre',
    transform: (code, id) => {
      const module = moduleOf(id);
      return module ? { code: leanText(module, code), map: null } : undefined;
    },
  };
}
