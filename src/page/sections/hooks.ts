import type { Config } from '../../config/schema';
import type { DoorNote } from '../../domain/explain/types';
import { doorTraceMark, readNewestDoorNotes } from '../../intake/door-trace';
import type { PageValues } from '../feed';

/** Of what was refused or repeated. */
const NOTES_SHOWN_MAX = 50;

/** The sources of alerts, and what was not taken at any door of late. */
export class HooksSection {
  private mark: string | undefined;
  private notes: readonly DoorNote[] = [];

  constructor(private readonly config: Pick<Config, 'dataDir' | 'hooks'>) {}

  async read(): Promise<PageValues['hooks']> {
    const { dataDir, hooks } = this.config;
    // The trace is read only where it has grown.
    const mark = doorTraceMark(dataDir);
    if (mark !== this.mark) this.notes = readNewestDoorNotes(dataDir, NOTES_SHOWN_MAX);
    this.mark = mark;
    return {
      is_on: hooks.enabled,
      sources: hooks.enabled ? Object.keys(hooks.sources) : [],
      recent: this.notes.map((note) => ({
        time: new Date(note.atMs).toISOString(),
        source: note.source,
        verdict: note.kind,
        code: note.code,
        message: note.message,
        fingerprint: note.fingerprint,
      })),
    };
  }
}
