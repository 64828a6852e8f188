/** A piece of a text to be replaced, by offsets. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits].sort((one, other) => other.start - one.start).reduce((done, edit) => done.slice(0, edit.start) + edit.text + done.slice(edit.end), text);
}
