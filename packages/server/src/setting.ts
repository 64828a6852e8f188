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

/** Names of a setting: in the options, and in the environment. */
export function setting(option: string, variable: string, given: string | undefined, env: Readonly<Record<string, string | undefined>>): Setting {
  const value = (given ?? env[variable])?.trim();
  return { name: `${option} (or ${variable})`, value: value === '' ? undefined : value };
}

export function wrong({ name, value }: Setting, form: string): TypeError {
  return new TypeError(`${name} ${value === undefined ? 'is missing' : 'is not right'}: ${form}`);
}
