/**
 * Decimal strings, exactly: amounts are never made binary fractions on their way to the screen.
 */

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * @typedef {object} Decimal
 * @property {bigint} units
 * @property {number} scale digits behind the point
 */

/**
 * @param {unknown} text
 * @returns {Decimal | undefined} undefined: it is no decimal
 */
export function readDecimal(text) {
  const [, sign, whole, fraction = ''] = (typeof text === 'string' && DECIMAL.exec(text)) || [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

/**
 * @param {Decimal} decimal
 * @param {number} scale
 * @returns {bigint} its units at this scale, halves away from zero
 */
function unitsAt({ units, scale: own }, scale) {
  if (scale >= own) return units * 10n ** BigInt(scale - own);
  const divisor = 10n ** BigInt(own - scale);
  const size = units < 0n ? -units : units;
  const rounded = (size + divisor / 2n) / divisor;
  return units < 0n ? -rounded : rounded;
}

/**
 * @param {unknown} one
 * @param {unknown} other
 * @returns {string | undefined} their difference; undefined: one of them is not known
 */
export function subtract(one, other) {
  const [a, b] = [readDecimal(one), readDecimal(other)];
  if (!a || !b) return undefined;
  const scale = Math.max(a.scale, b.scale);
  return write(unitsAt(a, scale) - unitsAt(b, scale), scale);
}

/**
 * @param {unknown} text
 * @returns {-1 | 0 | 1 | undefined}
 */
export function signOf(text) {
  const decimal = readDecimal(text);
  if (!decimal) return undefined;
  if (decimal.units === 0n) return 0;
  return decimal.units < 0n ? -1 : 1;
}

/**
 * What of a whole it is, for bars alone.
 *
 * @param {unknown} part
 * @param {unknown} whole
 * @returns {number | undefined} 0 to 1
 */
export function fractionOf(part, whole) {
  const [a, b] = [readDecimal(part), readDecimal(whole)];
  if (!a || !b || b.units <= 0n) return undefined;
  const scale = Math.max(a.scale, b.scale);
  const thousandths = (unitsAt(a, scale) * 1_000n) / unitsAt(b, scale);
  return Math.min(1, Math.max(0, Number(thousandths) / 1_000));
}

/**
 * @param {bigint} units
 * @param {number} scale
 */
function write(units, scale) {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}

/**
 * For people: thousands apart, no more digits than asked for, and a true minus. What is small keeps its first digits: only nothing is
 * shown as zero.
 *
 * @param {Decimal} decimal
 * @param {{ digitsMin?: number, digitsMax?: number, significantMin?: number, isSigned?: boolean }} [options] significantMin: digits
 *   from the first that is not zero
 */
export function display(decimal, { digitsMin = 0, digitsMax = 8, significantMin = 2, isSigned = false } = {}) {
  const leading = decimal.scale - (decimal.units < 0n ? -decimal.units : decimal.units).toString().length;
  const wanted = decimal.units === 0n ? digitsMax : Math.max(digitsMax, leading + significantMin);
  const scale = Math.max(digitsMin, Math.min(decimal.scale, wanted));
  const units = unitsAt(decimal, scale);
  const [whole = '', fraction = ''] = write(units < 0n ? -units : units, scale).split('.');
  const kept = fraction.slice(0, digitsMin) + fraction.slice(digitsMin).replace(/0+$/, '');
  const sign = units < 0n ? '−' : isSigned && units > 0n ? '+' : '';
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${kept === '' ? '' : `.${kept}`}`;
}
