import type { OutcomeKind } from '../domain/outcome';

/** What each code of a venue proves. A code that is not in a table proves nothing. */
export type CodeTable = ReadonlyMap<string, OutcomeKind>;

/** @throws Error when a code is listed twice: the second meaning would silently replace the first */
export function codeTable(rows: Partial<Record<OutcomeKind, readonly number[]>>): CodeTable {
  const table = new Map<string, OutcomeKind>();
  for (const [kind, codes] of Object.entries(rows) as [OutcomeKind, readonly number[]][]) {
    for (const code of codes) {
      if (table.has(String(code))) throw new Error(`The code ${code} is listed twice.`);
      table.set(String(code), kind);
    }
  }
  return table;
}
