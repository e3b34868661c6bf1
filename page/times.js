/**
 * Times and spans in words. Times are of UTC, as everywhere in the product; the reader's own stand in the title.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param {number} spanMs
 * @returns {string} `38 ms`, `4.2 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`
 */
export function spanWords(spanMs) {
  const size = Math.max(0, spanMs);
  if (size < SECOND_MS) return `${Math.floor(size)} ms`;
  if (size < 10 * SECOND_MS) return `${(Math.floor(size / 100) / 10).toFixed(1)} s`;
  return longSpanWords(size);
}

/**
 * In whole seconds, for what counts while it is looked at.
 *
 * @param {number} spanMs
 */
export function longSpanWords(spanMs) {
  const size = Math.max(0, Math.floor(spanMs / SECOND_MS) * SECOND_MS);
  if (size < MINUTE_MS) return `${size / SECOND_MS} s`;
  if (size < HOUR_MS) return pair(size, MINUTE_MS, 'min', SECOND_MS, 's');
  if (size < DAY_MS) return pair(size, HOUR_MS, 'h', MINUTE_MS, 'min');
  return pair(size, DAY_MS, 'd', HOUR_MS, 'h');
}

/**
 * @param {number} size
 * @param {number} unit
 * @param {string} name
 * @param {number} part
 * @param {string} partName
 */
function pair(size, unit, name, part, partName) {
  const rest = Math.floor((size % unit) / part);
  return `${Math.floor(size / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${partName}`}`;
}

/**
 * @param {string | undefined} iso
 * @returns {number | undefined} milliseconds; undefined: there is none, or it is no time
 */
export function readTime(iso) {
  const time = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * @param {number} timeMs
 * @param {number} nowMs the time alone is said of the same day (UTC), with the date of others
 * @returns {string} `14:03:07` or `11-27 14:03`
 */
export function timeWords(timeMs, nowMs) {
  const iso = new Date(timeMs).toISOString();
  const isToday = iso.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return isToday ? iso.slice(11, 19) : `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

/**
 * The whole of it, and what the reader's own clock says.
 *
 * @param {number} timeMs
 */
export function timeTitle(timeMs) {
  const time = new Date(timeMs);
  return `${time.toISOString().replace('T', ' ').replace('Z', ' UTC')}\n${time.toLocaleString(undefined, { timeZoneName: 'short' })}`;
}
