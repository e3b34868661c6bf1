import { isDeepStrictEqual } from 'node:util';
import type { UnreadableRows } from '../venue';

/** What a schema found wrong, the first one first. */
interface Faults {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

interface RowSchema<Row> {
  safeParse(value: unknown): { success: true; data: Row } | { success: false; error: Faults };
}

/** An answer whose needed row cannot be read. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
}

/** Names the field; its value stays where it is. */
export function faultOf({ issues: [first] }: Faults): string {
  return first === undefined ? 'malformed' : `${first.path.map(String).join('.')}: ${first.message}`;
}

/** @returns undefined for a row that has no such name */
export function nameOf(row: unknown, field: string): string | undefined {
  if (typeof row !== 'object' || row === null || !Object.hasOwn(row, field)) return undefined;
  const name = (row as Readonly<Record<string, unknown>>)[field];
  return typeof name === 'string' && name.length > 0 && name.length <= NAME_CHARACTERS_MAX ? name : undefined;
}

/** Symbols and coins are words. */
const NAME_CHARACTERS_MAX = 40;

/** The rows of configured symbols that could be read, and what is wrong with the others of them. */
export interface ReadRows<Row> {
  readonly rows: readonly Row[];
  readonly faults: UnreadableRows['faults'];
}

/**
 * Row by row: what is not configured is dropped before anything of it is read, and one that cannot be read concerns its own
 * symbol only. A symbol that is told of twice counts once, and not at all where the two differ.
 */
export function readRows<Row>(
  candidates: readonly unknown[],
  schema: RowSchema<Row>,
  symbols: ReadonlySet<string>,
): ReadRows<Row> {
  const rows = new Map<string, Row>();
  const faults: { symbol: string; fault: string }[] = [];
  const contradicted = new Set<string>();
  for (const candidate of candidates) {
    const symbol = nameOf(candidate, 'symbol');
    if (symbol === undefined || !symbols.has(symbol)) continue;
    const row = schema.safeParse(candidate);
    const before = rows.get(symbol);
    if (!row.success) faults.push({ symbol, fault: faultOf(row.error) });
    else if (before === undefined) rows.set(symbol, row.data);
    else if (!isDeepStrictEqual(before, row.data)) contradicted.add(symbol);
  }
  const readable = [...rows].filter(([symbol]) => !contradicted.has(symbol)).map(([, row]) => row);
  const differing = [...contradicted].map((symbol) => ({ symbol, fault: 'it has two rows that differ' }));
  return { rows: readable, faults: [...faults, ...differing] };
}
