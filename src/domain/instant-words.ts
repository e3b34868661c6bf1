/** An instant for people: `2026-01-05 14:02:24Z`. @param atMs milliseconds UTC */
export function instantWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
