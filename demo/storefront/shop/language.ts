/** Which of the shop's two languages the page speaks; the elements follow the document's `lang` by themselves. */

export type Language = 'id' | 'en';

const key = 'teras-pagi-language';

function preferred(): Language {
  const chosen = localStorage.getItem(key);
  if (chosen === 'id' || chosen === 'en') return chosen;
  return navigator.language.startsWith('id') || !navigator.language.startsWith('en') ? 'id' : 'en';
}

export const language: Language = preferred();

document.documentElement.lang = language;

export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(key, chosen);
  location.reload();
}
