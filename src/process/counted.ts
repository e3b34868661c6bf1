/** `1 open entry`, `3 open entries`. @param many absent: one with an s */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
