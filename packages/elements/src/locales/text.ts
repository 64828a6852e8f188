/** One text in the languages built in. Words in braces are replaced: `{amount}`, `{time}`, `{balance}`. */
export type Text = readonly [id: string, en: string];

/** Texts by key. Each element carries its own, so that an element alone does not bring the words of all. */
export type Texts = Readonly<Record<string, Text>>;
