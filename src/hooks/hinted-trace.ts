import type { Config } from '../config/schema';
import type { DoorTrace } from '../intake/door-trace';
import { timeHint } from './interpret-alert';

/** How the door calls a source. */
export function doorName(name: string): string {
  return `hook ${name}`;
}

/** The same trace, that tells of an alert's time what its sender is told: a sender such as TradingView shows nobody the answer. */
export function hintedTrace(
  trace: Pick<DoorTrace, 'note'>,
  { hooks: { sources } }: Pick<Config, 'hooks'>,
): Pick<DoorTrace, 'note'> {
  const byName = new Map(Object.entries(sources).map(([name, source]) => [doorName(name), source]));
  return {
    note: (note) => {
      const source = byName.get(note.source ?? '');
      const hint = source === undefined ? '' : timeHint(source, note.code ?? '');
      trace.note({ ...note, message: `${note.message}${hint}` });
    },
  };
}
