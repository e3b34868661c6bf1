import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page that names the pinned versions, with the day on which their advisories were looked at. */
const PAGE = 'docs/pins.md';
const AGE_MAX_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Says that nobody has looked at the advisories for a while.
 *
 * @param {string} page the text of docs/pins.md
 * @param {number} nowMs milliseconds UTC
 * @returns {string | undefined} one sentence, or nothing to say
 */
export function describePinsAge(page, nowMs) {
  const date = /^Looked at: (\d{4}-\d{2}-\d{2})$/m.exec(page)?.[1];
  const lookedAtMs = Date.parse(date ?? '');
  if (Number.isNaN(lookedAtMs)) return `${PAGE} does not say when the pinned versions were looked at.`;
  const days = Math.floor((nowMs - lookedAtMs) / DAY_MS);
  if (days <= AGE_MAX_DAYS) return undefined;
  return `Warning: the advisories of the pinned versions were looked at ${days} days ago (${PAGE}); look again.`;
}

/** @param {string} root the project's folder */
export function readPinsPage(root) {
  return readFileSync(join(root, PAGE), 'utf8');
}
