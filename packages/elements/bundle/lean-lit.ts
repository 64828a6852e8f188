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
    constants: { supportsAdoptingStyleSheets: 'true' },
    expressions: {
      // A style sheet of ours is one literal text, made by our own tag and once.
      'safeToken !== constructionToken': 'false',
      'strings.length === 1': 'true',
      'strings !== undefined && strings.length === 1': 'false',
      's instanceof CSSStyleSheet ? s : s.styleSheet': 's.styleSheet',
      "this['_$cssResult$'] = true": '0',
    },
    unused: ['toString'],
  },
  '@lit/reactive-element/reactive-element.js': {
    constants: { DEV_MODE: 'false', polyfillSupport: 'undefined', emptyStringForBooleanAttribute: "''", debugLogEvent: 'undefined', defaultPropertyDeclaration: '{}' },
    expressions: {
      // No decorator leaves anything behind, and nobody looks for this copy.
      'metadata !== null': 'false',
      'this[Symbol.metadata]': 'null',
      "Symbol.metadata ??= Symbol('metadata')": '0',
      'global.litPropertyMetadata ??= new WeakMap()': '0',
      "(global.reactiveElementVersions ??= []).push('2.1.2')": '0',
      'superCtor._initializers !== undefined': 'false',
      'this.constructor._initializers?.forEach((i) => i(this))': '0',
      'getOwnPropertySymbols(props)': '[]',
      // Properties are texts and booleans, without a converter or a default of their own.
      'options.converter?.toAttribute !== undefined': 'false',
      'options.converter?.fromAttribute !== undefined': 'false',
      "typeof options.converter === 'function'": 'false',
      'convertedValue ?? this.__defaultValues?.get(propName) ?? convertedValue': 'convertedValue',
      'options.hasChanged ?? notEqual': 'notEqual',
      'options.useDefault && options.reflect && newValue === this.__defaultValues?.get(name) && !this.hasAttribute(ctor.__attributeNameForProperty(name, options))': 'false',
      'useDefault && !(this.__defaultValues ??= new Map()).has(name)': 'false',
      '!this.hasUpdated && !useDefault': '!this.hasUpdated',
      'options ??= ctor.getPropertyOptions(name)': '0',
      'ctor.getPropertyOptions(propName)': 'ctor.elementProperties.get(propName)',
      'useNewValue === false': 'true',
      'elementProperties.size > 0': 'false',
      "typeof name === 'string'": 'true',
      // No controller waits for the host; nothing is put off, held back or looked at the first time only.
      'this.__controllers?.forEach((c) => c.hostConnected?.())': '0',
      'this.__controllers?.forEach((c) => c.hostDisconnected?.())': '0',
      'this.__controllers?.forEach((c) => c.hostUpdate?.())': '0',
      'this.__controllers?.forEach((c) => c.hostUpdated?.())': '0',
      'this.shouldUpdate(changedProperties)': 'true',
      'this.firstUpdated(changedProperties)': '0',
      'this.getUpdateComplete()': 'this.__updatePromise',
      'this.scheduleUpdate()': 'this.performUpdate()',
      'result != null': 'false',
      'this.constructor.shadowRootOptions': "{ mode: 'open' }",
      "ReactiveElement.shadowRootOptions = { mode: 'open' }": '0',
    },
    bodies: {
      toAttribute: 'return type === Boolean ? (value ? "" : null) : value;',
      fromAttribute: 'return type === Boolean ? value !== null : value;',
      createProperty: 'this.elementProperties.set(name, options); defineProperty(this.prototype, name, this.getPropertyDescriptor(name, Symbol(), options));',
      getPropertyDescriptor: 'return { get() { return this[key]; }, set(value) { const before = this[key]; this[key] = value; this.requestUpdate(name, before, options); }, configurable: true, enumerable: true };',
      finalizeStyles: 'return [styles].flat(Infinity);',
    },
    unused: ['addInitializer', 'addController', 'removeController', 'shouldUpdate', 'firstUpdated', 'getUpdateComplete', 'getPropertyOptions', 'scheduleUpdate'],
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
    constants: { DEV_MODE: 'false', ENABLE_EXTRA_SECURITY_HOOKS: 'false', ENABLE_SHADYDOM_NOPATCH: 'false', polyfillSupport: 'undefined', debugLogEvent: 'undefined' },
    expressions: {
      "(global.litHtmlVersions ??= []).push('3.3.3')": '0',
      // Templates are HTML without comments; expressions are children or values of attributes, which are quoted with `"` or not at all.
      "type === SVG_RESULT ? '<svg>' : type === MATHML_RESULT ? '<math>' : ''": "''",
      "type === SVG_RESULT ? '</svg>' : type === MATHML_RESULT ? '</math>' : ''": "''",
      'type === SVG_RESULT || type === MATHML_RESULT': 'false',
      'rawTextElement.test(match[TAG_NAME])': 'false',
      'rawTextElement.test(node.tagName)': 'false',
      'rawTextEndRegex ?? textEndRegex': 'textEndRegex',
      "match[COMMENT_START] === '!--'": 'false',
      'match[COMMENT_START] !== undefined': 'false',
      'match[DYNAMIC_TAG_NAME] !== undefined': 'false',
      'regex === doubleQuoteAttrEndRegex || regex === singleQuoteAttrEndRegex': 'true',
      "match[QUOTE_CHAR] === '\"' ? doubleQuoteAttrEndRegex : singleQuoteAttrEndRegex": 'doubleQuoteAttrEndRegex',
      'match[ATTRIBUTE_NAME] === undefined': 'false',
      'attrNameEndIndex === -2': 'false',
      "regex === tagEndRegex && strings[i + 1].startsWith('/>') ? ' ' : ''": "''",
      'templatePart.type === ELEMENT_PART': 'false',
      'name.startsWith(marker)': 'false',
      '(i = node.data.indexOf(marker, i + 1)) !== -1': 'false',
      "m[1] === '.'": 'false',
      "m[1] === '?'": 'false',
      // A child is a template, a text or a list.
      "typeof type === 'number'": 'true',
      'value.nodeType !== undefined': 'false',
      'value !== this._$committedValue && value !== noChange': 'value !== this._$committedValue',
      'v === noChange': 'false',
      'newListener === noChange': 'false',
      'resolveDirective(this, value, directiveParent)': 'value',
      'resolveDirective(this, value, directiveParent, 0)': 'value',
      'resolveDirective(this, values[valueIndex + i], directiveParent, i)': 'values[valueIndex + i]',
      'resolveDirective(this, newListener, directiveParent, 0) ?? nothing': 'newListener',
      'change && !noCommit': 'change',
      'this.type = CHILD_PART': '0',
      'this.type = ATTRIBUTE_PART': '0',
      'this.type = EVENT_PART': '0',
      'this._$parent = parent': '0',
      'this.options = options': '0',
      'part !== undefined': 'true',
      'templatePart.type === ATTRIBUTE_PART': 'true',
      'isIterable(value)': 'true',
      'options?.creationScope ?? d': 'd',
      'wrap(start).nextSibling': 'start.nextSibling',
      'wrap(start).remove()': 'start.remove()',
      'this._$notifyConnectionChanged?.(false, true, from)': '0',
      'this._$disconnectableChildren = undefined': '0',
      'this.__isConnected = options?.isConnected ?? true': '0',
      // A listener is a function.
      '(newListener === nothing && oldListener !== nothing) || newListener.capture !== oldListener.capture || newListener.once !== oldListener.once || newListener.passive !== oldListener.passive': 'newListener === nothing && oldListener !== nothing',
      'this._$committedValue.call(this.options?.host ?? this.element, event)': 'this._$committedValue(event)',
      "typeof this._$committedValue === 'function'": 'true',
    },
    unused: ['startNode', 'endNode', 'parentNode', 'tagName', '_$isConnected', 'setConnected'],
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
