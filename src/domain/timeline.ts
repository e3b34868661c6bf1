import { TIMELINE_ENTRIES_MAX } from './signal-view';
import type { TimelineEntry } from './signal-view';

/** Adds an entry at the end. A full timeline keeps its first entry and its newest: how it began, and what happens now. */
export function addTimeline(entries: readonly TimelineEntry[], entry: TimelineEntry): readonly TimelineEntry[] {
  if (entries.length < TIMELINE_ENTRIES_MAX) return [...entries, entry];
  return [...entries.slice(0, 1), ...entries.slice(entries.length - TIMELINE_ENTRIES_MAX + 2), entry];
}
