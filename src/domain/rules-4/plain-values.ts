/** A copy of `items` with `item` at its end; the oldest are dropped when it would hold more than `countMax`. */
export function appendBounded<T>(items: readonly T[], item: T, countMax: number): readonly T[] {
  const kept = items.length < countMax ? items : items.slice(items.length - countMax + 1);
  return [...kept, item];
}

/** The record's own value for a key. A key such as `constructor`, taken from outside, must not find the prototype's. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Deeper values are none of ours, and unfolding one can end in an error where the stack is short. */
const DEPTH_MAX = 100;

/** Whether a JSON value is nested more than DEPTH_MAX deep. Takes any, however deep: it goes level by level. */
function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    level = level
      .filter((item) => typeof item === 'object' && item !== null)
      .flatMap((item) => Object.values(item as object));
    if (level.length === 0) return false;
  }
  return true;
}

/**
 * An upper bound of a value's size as JSON in UTF-8, in bytes. Characters outside the basic plane count six instead of
 * four. Infinity for a value that is nested too deep.
 */
export function jsonBytes(value: unknown): number {
  if (isDeep(value)) return Infinity;
  const text = JSON.stringify(value) ?? '';
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) bytes += unit >= 0x800 ? 2 : 1;
  }
  return bytes;
}

/** The longest beginning of `text` whose JSON form has at most `bytesMax` bytes. */
export function cutText(text: string, bytesMax: number): string {
  let cut = text.slice(0, bytesMax);
  while (jsonBytes(cut) > bytesMax) cut = cut.slice(0, Math.floor(cut.length * 0.8));
  return cut;
}

/** Tells a JSON object from every other value. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a message, cut after 60 characters. Takes any: `String()` throws for JSON such as `{"toString": 1}`. */
export function showValue(value: unknown): string {
  if (isDeep(value)) return `nested more than ${DEPTH_MAX} deep`;
  const text = (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Adds an entry to a map, in place; beyond the bound the one that was added first is dropped. */
export function setBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, entriesMax: number): void {
  map.set(key, value);
  if (map.size <= entriesMax) return;
  map.delete(map.keys().next().value as Key);
}
