/**
 * One setting, from an option or an environment variable, and what is said of it when it is wrong. Its value is
 * never part of that.
 *
 * @module
 */

export interface Setting {
  /** Names of the option and of the variable, for the error. */
  name: string;
  /** Without blanks at its ends; undefined if there is none. */
  value: string | undefined;
}

/** The setting as it was given. Throws a `TypeError` that names it if it is no text: an object may look like one in a log. */
export function setting(option: string, variable: string, given: unknown, env: Readonly<Record<string, unknown>>): Setting {
  const name = `${option} (or ${variable})`;
  const text = given ?? env[variable] ?? '';
  if (typeof text !== 'string') throw new TypeError(`${name} is not right: it should be a text`);
  const value = text.trim();
  return { name, value: value === '' ? undefined : value };
}

export function wrong({ name, value }: Setting, form: string): TypeError {
  return new TypeError(`${name} ${value === undefined ? 'is missing' : 'is not right'}: ${form}`);
}
