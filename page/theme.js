import { setText } from './dom.js';

/**
 * Dark or light: as the system says, or as chosen here.
 */

const KEY = 'oncefill-theme';
const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);
/** What is drawn rather than styled has to be drawn anew. */
export const THEME_EVENT = 'oncefill-theme';

/** @returns {typeof THEMES[number]} */
function stored() {
  try {
    const word = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === word) ?? 'auto';
  } catch {
    // A browser may keep nothing for us.
    return 'auto';
  }
}

/** @param {HTMLButtonElement} button shows what is chosen; each press chooses the next one */
export function startTheme(button) {
  let theme = stored();
  const apply = () => {
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    setText(button, `Theme: ${theme}`);
    document.dispatchEvent(new Event(THEME_EVENT));
  };
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It holds until the page is closed, then.
    }
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}
