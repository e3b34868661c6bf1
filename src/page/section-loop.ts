import { STALE_AFTER_READS, type PageSection, type PageSectionName, type PageValues } from './feed';

/** Reads what a section shows. It throws where that cannot be read; the error's message is shown to people, if it is one of ours. */
export type SectionReader<Name extends PageSectionName> = () => Promise<PageValues[Name]>;

export interface SectionLoopOptions<Name extends PageSectionName> {
  readonly name: Name;
  readonly intervalMs: number;
  /** A reading that takes longer is told as a problem, and waited for: there is never a second one beside it. */
  readonly deadlineMs: number;
  readonly read: SectionReader<Name>;
  /** What people are told of a reading that failed, a sentence. */
  readonly explain: (error: unknown) => string;
  /** Told of a reading that failed otherwise than the one before it. */
  readonly onFailure?: (name: Name, error: unknown) => void;
  /** Called with what is new. */
  readonly onChange: (section: PageSection<Name>) => void;
  /** Milliseconds UTC. */
  readonly wallClock: () => number;
  /** Milliseconds, never goes back. */
  readonly clock: () => number;
}

/** Keeps one section of the page read while it is started. */
export class SectionLoop<Name extends PageSectionName> {
  private section: PageSection<Name>;
  /** The value as it was told last, to see whether another one is new. */
  private told = '';
  private timer: NodeJS.Timeout | undefined;
  private isStarted = false;
  private isReading = false;
  /** When the newest reading began. */
  private begunAtMs = -Infinity;
  /** When the value was read. */
  private readAtMs = -Infinity;

  constructor(private readonly options: SectionLoopOptions<Name>) {
    this.section = { name: options.name };
  }

  /** The newest that is known; undefined: nothing was read yet. */
  get newest(): PageSection<Name> | undefined {
    return this.section.read_at === undefined && this.section.problem === undefined ? undefined : this.section;
  }

  get readAt(): string | undefined {
    return this.section.read_at;
  }

  /** What was read while somebody looked before counts only for so long as it would not be called stale. */
  start(): void {
    const { intervalMs, name, clock } = this.options;
    if (clock() - this.readAtMs > STALE_AFTER_READS * intervalMs) this.forget(name);
    this.isStarted = true;
    this.plan();
  }

  stop(): void {
    this.isStarted = false;
    clearTimeout(this.timer);
  }

  private forget(name: Name): void {
    this.section = { name };
    this.told = '';
  }

  /** Never sooner than an interval after the last reading began, however often somebody comes and goes. */
  private plan(): void {
    const { intervalMs, clock } = this.options;
    clearTimeout(this.timer);
    if (!this.isStarted || this.isReading) return;
    const waitMs = Math.max(0, this.begunAtMs + intervalMs - clock());
    this.timer = setTimeout(() => void this.readOnce(), waitMs);
  }

  private async readOnce(): Promise<void> {
    const { read, explain, deadlineMs, clock } = this.options;
    this.isReading = true;
    this.begunAtMs = clock();
    const late = setTimeout(() => this.takeProblem(`No answer came within ${deadlineMs / 1_000} s.`), deadlineMs);
    try {
      this.takeValue(await read());
    } catch (error) {
      this.takeProblem(explain(error), error);
    } finally {
      clearTimeout(late);
      this.isReading = false;
      this.plan();
    }
  }

  private takeValue(value: PageValues[Name]): void {
    const { name, wallClock, clock } = this.options;
    const text = JSON.stringify(value);
    const isSame = text === this.told;
    const isNew = !isSame || this.section.problem !== undefined;
    // What did not change stays the object it is, by which others see that.
    const shown = isSame ? this.section.value : value;
    this.told = text;
    this.readAtMs = clock();
    this.section = { name, read_at: new Date(wallClock()).toISOString(), value: shown };
    if (isNew) this.tell();
  }

  private takeProblem(problem: string, error?: unknown): void {
    if (this.section.problem === problem) return;
    this.section = { ...this.section, problem };
    if (error !== undefined) this.options.onFailure?.(this.options.name, error);
    this.tell();
  }

  private tell(): void {
    if (this.isStarted) this.options.onChange(this.section);
  }
}
