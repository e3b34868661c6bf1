import { InvalidArgumentError } from 'commander';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Ten years: no log is older. */
const SPAN_MAX_MS = 3_650 * 86_400_000;
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/;

/**
 * A parser for "since when": a span back from now (90s, 30m, 2h, 3d), or an instant in UTC (2026-03-01, 2026-03-01T12:00Z).
 *
 * @returns gives milliseconds UTC
 */
export function sinceOption(nowMs: () => number = Date.now): (text: string) => number {
  return (text) => {
    const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
    const spanMs = Number(count) * (UNITS_MS[unit] ?? 0);
    if (spanMs > 0 && spanMs <= SPAN_MAX_MS) return nowMs() - spanMs;
    const atMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(atMs)) return atMs;
    throw new InvalidArgumentError(
      'It must be a span such as 90s, 30m, 2h or 3d, or an instant in UTC such as 2026-03-01T12:00Z.',
    );
  };
}
