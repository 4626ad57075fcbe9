// Light, dark, or as the system says. The choice is remembered and applied before the first paint (see boot.js).

const ORDER = ['system', 'light', 'dark'];

function current() {
  const theme = localStorage.getItem('theme');
  return ORDER.includes(theme) ? theme : 'system';
}

/** Goes on to the next theme. */
export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];
  localStorage.setItem('theme', next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

/** The icon and the words for the button that switches. */
export function themeLabel() {
  const theme = current();
  const names = { system: 'contrast', light: 'sun', dark: 'moon' };
  return { name: names[theme], label: `Theme: ${theme === 'system' ? 'as the system' : theme}. Switch.` };
}
