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
  /** Functions and methods by the body they come down to. */
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
    constants: { DEV_MODE: 'false', polyfillSupport: 'undefined', emptyStringForBooleanAttribute: "''", debugLogEvent: 'undefined', defaultPropertyDeclaration: '{}', defaultConverter: '0' },
    expressions: {
      // No decorator leaves anything behind, and nobody looks for this copy.
      "Symbol.metadata ??= Symbol('metadata')": '0',
      'global.litPropertyMetadata ??= new WeakMap()': '0',
      "(global.reactiveElementVersions ??= []).push('2.1.2')": '0',
      'superCtor._initializers !== undefined': 'false',
      'this.constructor._initializers?.forEach((i) => i(this))': '0',
      // Properties are texts and booleans, of which only the state is reflected, without a converter or a default of their own.
      "options.converter?.toAttribute !== undefined ? options.converter : defaultConverter": '0',
      "typeof options.converter === 'function' ? { fromAttribute: options.converter } : options.converter?.fromAttribute !== undefined ? options.converter : defaultConverter": '0',
      'converter.toAttribute(value, options.type)': 'value',
      'converter.fromAttribute(value, options.type)': 'options.type ? value !== null : value',
      'attr !== undefined && options.reflect === true': 'true',
      'attrValue == null': 'false',
      'convertedValue ?? this.__defaultValues?.get(propName) ?? convertedValue': 'convertedValue',
      '(options.hasChanged ?? notEqual)(newValue, oldValue)': '!is(newValue, oldValue)',
      'options.useDefault && options.reflect && newValue === this.__defaultValues?.get(name) && !this.hasAttribute(ctor.__attributeNameForProperty(name, options))': 'false',
      'useDefault && !(this.__defaultValues ??= new Map()).has(name)': 'false',
      '!this.hasUpdated && !useDefault': '!this.hasUpdated',
      'options ??= ctor.getPropertyOptions(name)': '0',
      'ctor.getPropertyOptions(propName)': 'ctor.elementProperties.get(propName)',
      'useNewValue === false': 'true',
      // No controller waits for the host; nothing is put off, held back or looked at the first time only.
      'this.__controllers?.forEach((c) => c.hostConnected?.())': '0',
      'this.__controllers?.forEach((c) => c.hostDisconnected?.())': '0',
      'this.getUpdateComplete()': 'this.__updatePromise',
      'this.scheduleUpdate()': 'this.performUpdate()',
      'result != null': 'false',
      'this.constructor.shadowRootOptions': "{ mode: 'open' }",
      "ReactiveElement.shadowRootOptions = { mode: 'open' }": '0',
    },
    bodies: {
      __attributeNameForProperty: 'return options.attribute ?? name.toLowerCase();',
      createProperty: `
        const key = Symbol();
        this.elementProperties.set(name, options);
        defineProperty(this.prototype, name, { get() { return this[key]; }, set(value) { const before = this[key]; this[key] = value; this.requestUpdate(name, before, options); }, configurable: true, enumerable: true });`,
      finalize: `
        if (this.hasOwnProperty('finalized')) return;
        this.finalized = true;
        this.__prepare();
        if (this.hasOwnProperty('properties')) for (const [name, options] of Object.entries(this.properties)) this.createProperty(name, options);
        this.__attributeToPropertyMap = new Map([...this.elementProperties].map(([name, options]) => [this.__attributeNameForProperty(name, options), name]));
        this.elementStyles = this.finalizeStyles(this.styles);`,
      finalizeStyles: 'return [styles].flat(Infinity);',
      performUpdate: `
        if (!this.isUpdatePending) return;
        const changed = this._$changedProperties;
        if (!this.hasUpdated) {
          this.renderRoot ??= this.createRenderRoot();
          for (const [name, value] of this.__instanceProperties ?? []) this[name] = value;
          this.__instanceProperties = undefined;
        }
        try { this.willUpdate(changed); this.update(changed); } catch (error) { this.__markUpdated(); throw error; }
        this.hasUpdated = true;
        this.updated(changed);`,
    },
    unused: ['addInitializer', 'addController', 'removeController', 'getPropertyDescriptor', 'shouldUpdate', 'firstUpdated', '_$didUpdate', 'getUpdateComplete', 'getPropertyOptions', 'scheduleUpdate'],
  },
  'lit-element/lit-element.js': {
    constants: { DEV_MODE: 'false', polyfillSupport: 'undefined' },
    expressions: {
      'global.litElementHydrateSupport?.({ LitElement })': '0',
      "(global.litElementVersions ??= []).push('4.2.2')": '0',
      "LitElement['_$litElement$'] = true": '0',
      // Directives that want to know of the connection: there are none.
      'this.renderOptions.isConnected = this.isConnected': '0',
    },
    unused: ['connectedCallback', 'disconnectedCallback', 'render'],
  },
  'lit-html/lit-html.js': {
    constants: {
      DEV_MODE: 'false', ENABLE_EXTRA_SECURITY_HOOKS: 'false', ENABLE_SHADYDOM_NOPATCH: 'false', polyfillSupport: 'undefined', debugLogEvent: 'undefined',
      // A listener is a function, always.
      shouldRemoveListener: 'false',
      shouldAddListener: 'oldListener === nothing',
      // A tag; its end, or an attribute in it up to its value.
      textEndRegex: '/<()(\\/?[a-zA-Z][^>\\s]*)/g',
      tagEndRegex: '/>|\\s([^\\s">=/]+)(=)/g',
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
      "strings.length > 2 || strings[0] !== '' || strings[1] !== ''": 'false',
      'value.split(marker)': '0',
      'part.strings !== undefined': 'false',
      'strings === undefined': 'true',
      'match[ATTRIBUTE_NAME] === undefined': 'false',
      "regex === tagEndRegex && strings[i + 1].startsWith('/>') ? ' ' : ''": "''",
      'templatePart.type === ELEMENT_PART': 'false',
      'name.startsWith(marker)': 'false',
      '(i = node.data.indexOf(marker, i + 1)) !== -1': 'false',
      'node.hasAttributes()': 'true',
      "m[1] === '.'": 'false',
      "m[1] === '?'": 'false',
      // A child is a template, a text or a list.
      "typeof type === 'number'": 'true',
      'value.nodeType !== undefined': 'false',
      'value !== this._$committedValue && value !== noChange': 'value !== this._$committedValue',
      'newListener === noChange': 'false',
      'resolveDirective(this, value, directiveParent)': 'value',
      'resolveDirective(this, value, directiveParent, 0)': 'value',
      'resolveDirective(this, newListener, directiveParent, 0) ?? nothing': 'newListener',
      'change && !noCommit': 'change',
      'this.type = CHILD_PART': '0',
      'this.type = ATTRIBUTE_PART': '0',
      'this._$parent = parent': '0',
      'this.options = options': '0',
      'instance._clone(this.options)': 'instance._clone()',
      'new ChildPart(node, node.nextSibling, this, options)': 'new ChildPart(node, node.nextSibling)',
      'new templatePart.ctor(node, templatePart.name, templatePart.strings, this, options)': 'new templatePart.ctor(node, templatePart.name, templatePart.strings)',
      'new ChildPart(this._insert(createMarker()), this._insert(createMarker()), this, this.options)': 'new ChildPart(this._insert(createMarker()), this._insert(createMarker()))',
      'new ChildPart(container.insertBefore(createMarker(), endNode), endNode, undefined, options ?? {})': 'new ChildPart(container.insertBefore(createMarker(), endNode), endNode)',
      'new TemplateInstance(template, this)': 'new TemplateInstance(template)',
      'part !== undefined': 'true',
      'templatePart.type === ATTRIBUTE_PART': 'true',
      'isIterable(value)': 'true',
      'options?.creationScope ?? d': 'd',
      'wrap(start).nextSibling': 'start.nextSibling',
      'wrap(start).remove()': 'start.remove()',
      'this._$notifyConnectionChanged?.(false, true, from)': '0',
      'this._$disconnectableChildren = undefined': '0',
      'this.__isConnected = options?.isConnected ?? true': '0',
      'this._$committedValue.call(this.options?.host ?? this.element, event)': 'this._$committedValue(event)',
      "typeof this._$committedValue === 'function'": 'true',
    },
    unused: ['startNode', 'endNode', 'parentNode', 'tagName', 'EventPart.constructor', '_$isConnected', 'setConnected'],
  },
  '@lit/task/task.js': {
    // A task of ours runs when it is told to, and is looked at through what it sets.
    expressions: {
      '(this._host = host).addController(this)': 'this._host = host',
      "typeof task === 'object' ? task : { task, args }": 'task',
      'this._argsFn = taskConfig.args': '0',
      'this._argsEqual = taskConfig.argsEqual ?? shallowArrayEquals': '0',
      'this._onComplete = taskConfig.onComplete': '0',
      'this._onError = taskConfig.onError': '0',
      'this.autoRun = taskConfig.autoRun ?? true': '0',
      "'initialValue' in taskConfig": 'false',
      "this.autoRun === 'afterUpdate'": 'false',
      'args ??= this._getArgs()': '0',
      'this._previousArgs = args': '0',
      'this._taskComplete = undefined': '0',
      'this._resolveTaskComplete = undefined': '0',
      'this._rejectTaskComplete = undefined': '0',
      'this._onComplete?.(result)': '0',
      'this._resolveTaskComplete?.(result)': '0',
      'this._onError?.(error)': '0',
      'this._rejectTaskComplete?.(error)': '0',
      'this._value = result': '0',
      'this._error = error': '0',
    },
    unused: ['taskComplete', 'hostUpdate', 'hostUpdated', '_getArgs', '_performTask', 'value', 'error', 'status', 'render'],
  },
};

/** Without comments and line breaks. */
const flat = (node: ts.Node): string => node.getText().replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/ \)/g, ')');

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
    if (ts.isConstructorDeclaration(node)) {
      const name = `${node.parent.name?.getText() ?? ''}.constructor`;
      if (unused.includes(name)) return replace(node, name, '');
    }
    if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessor(node)) && node.body && node.name) {
      const name = node.name.getText();
      if (unused.includes(name)) return replace(node, name, '');
      if (Object.hasOwn(bodies, name)) return replace(node.body, name, `{ ${bodies[name]} }`);
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
