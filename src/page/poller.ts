import { BEAT_INTERVAL_MS, SECTION_INTERVAL_MS, type PageSectionName } from './feed';
import { beatFrame } from './frames';
import { SectionFrames } from './section-frames';
import { SectionLoop, type SectionReader } from './section-loop';

export type PageReaders = { readonly [Name in PageSectionName]: SectionReader<Name> };

export interface PagePollerOptions {
  readonly readers: PageReaders;
  /** See SectionLoopOptions. */
  readonly explain: (error: unknown) => string;
  readonly onFailure?: (name: PageSectionName, error: unknown) => void;
  /** Takes the secrets out of a text of JSON that this process knows. @returns undefined: the text cannot be shown */
  readonly redactJson: (json: string) => string | undefined;
  /** Longest for one reading, milliseconds. */
  readonly deadlineMs?: number;
  /** Milliseconds between readings, by section. */
  readonly intervalsMs?: Readonly<Record<PageSectionName, number>>;
  readonly beatMs?: number;
  readonly wallClock?: () => number;
  readonly clock?: () => number;
}

/** Longer than what readers themselves give the server. */
const DEADLINE_MS = 5_000;

/** Takes what a viewer is sent, a whole event at a time. */
export type PageViewer = (frame: string) => void;

/**
 * Reads for all viewers of the page together what they are shown, and only while there are any: nobody who looks costs nothing. What
 * has not changed is not sent again.
 */
export class PagePoller {
  private readonly viewers = new Set<PageViewer>();
  private readonly loops: readonly SectionLoop<PageSectionName>[];
  private readonly frames: SectionFrames;
  private beat: NodeJS.Timeout | undefined;

  constructor(private readonly options: PagePollerOptions) {
    const names = Object.keys(SECTION_INTERVAL_MS) as PageSectionName[];
    this.frames = new SectionFrames(options.redactJson);
    this.loops = names.map((name) => this.loopOf(name));
  }

  get viewerCount(): number {
    return this.viewers.size;
  }

  /**
   * Sends what is known, and from then on what changes.
   *
   * @returns what ends it
   */
  watch(viewer: PageViewer): () => void {
    this.viewers.add(viewer);
    if (this.viewers.size === 1) this.start();
    for (const { newest } of this.loops) if (newest) viewer(this.frames.of(newest));
    return () => {
      if (this.viewers.delete(viewer) && this.viewers.size === 0) this.stop();
    };
  }

  private loopOf(name: PageSectionName): SectionLoop<PageSectionName> {
    const { readers, explain, onFailure, deadlineMs = DEADLINE_MS, intervalsMs = SECTION_INTERVAL_MS } = this.options;
    const { wallClock = Date.now, clock = () => performance.now() } = this.options;
    return new SectionLoop({
      name,
      intervalMs: intervalsMs[name],
      deadlineMs,
      read: readers[name],
      explain,
      onChange: (section) => this.sendAll(this.frames.of(section)),
      onFailure,
      wallClock,
      clock,
    });
  }

  private start(): void {
    for (const loop of this.loops) loop.start();
    this.beat = setInterval(() => this.sendBeat(), this.options.beatMs ?? BEAT_INTERVAL_MS);
  }

  private stop(): void {
    clearInterval(this.beat);
    for (const loop of this.loops) loop.stop();
  }

  private sendBeat(): void {
    const { wallClock = Date.now } = this.options;
    const names = Object.keys(SECTION_INTERVAL_MS);
    const times = this.loops.flatMap(({ readAt }, index) => (readAt === undefined ? [] : [[names[index], readAt]]));
    const now = new Date(wallClock()).toISOString();
    this.sendAll(beatFrame({ now, read_at: Object.fromEntries(times) as Record<string, string> }));
  }

  private sendAll(frame: string): void {
    for (const viewer of this.viewers) viewer(frame);
  }
}
