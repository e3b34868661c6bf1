import { TIMELINE_ENTRIES_MAX } from './signal-view';
import type { TimelineEntry } from './signal-view';

/**
 * Adds an entry at the end: entries stand in the order in which things happened, and their times never run backwards,
 * whoever's clock told them. A full timeline keeps its first entry and its newest: how it began, and what happens now.
 */
export function addTimeline(entries: readonly TimelineEntry[], entry: TimelineEntry): readonly TimelineEntry[] {
  const next = { ...entry, atMs: Math.max(entry.atMs, entries.at(-1)?.atMs ?? entry.atMs) };
  if (entries.length < TIMELINE_ENTRIES_MAX) return [...entries, next];
  return [...entries.slice(0, 1), ...entries.slice(entries.length - TIMELINE_ENTRIES_MAX + 2), next];
}
