import {
  look,
  noteSign,
  watchNobody,
  type Liveness,
  type LivenessPolicy,
  type Silent,
  type SignKind,
} from './liveness';

/** How often it is looked who is silent. */
const LOOK_INTERVAL_MS = 1_000;
/** A start may do much in one piece, on a slow machine: loading code and the model. */
const START_SILENCE_MAX_MS = 5 * 60_000;
/** A look that comes this late was kept from coming. */
const STANDSTILL_MS = 5_000;

/** @param silenceMaxMs at least 5,000: beats come every second */
export function livenessPolicy(silenceMaxMs: number): LivenessPolicy {
  return {
    silenceMaxMs,
    startSilenceMaxMs: Math.max(silenceMaxMs, START_SILENCE_MAX_MS),
    standstillMs: Math.min(STANDSTILL_MS, silenceMaxMs / 2),
  };
}

/** Tells who does not live any more though it has not ended: it hangs, or was stopped. */
export class LivenessWatch {
  private liveness: Liveness = watchNobody(performance.now());
  private readonly enders = new Map<string, (silent: Silent) => void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly policy: LivenessPolicy,
    private readonly lookIntervalMs = LOOK_INTERVAL_MS,
  ) {}

  /** Begins to watch over somebody who has just been started. */
  watch(name: string, end: (silent: Silent) => void): void {
    this.enders.set(name, end);
    this.note(name, 'started');
    if (this.timer !== undefined) return;
    // Nobody looked while nobody was watched: that was no standstill.
    this.liveness = { ...this.liveness, lookedAtMs: performance.now() };
    this.timer = setInterval(() => this.lookAround(), this.lookIntervalMs).unref();
  }

  /** Whoever is not watched is not noted. */
  note(name: string, kind: SignKind): void {
    if (kind === 'ended') this.enders.delete(name);
    this.liveness = noteSign(this.liveness, name, kind, performance.now());
    if (this.enders.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private lookAround(): void {
    const { liveness, silent } = look(this.liveness, performance.now(), this.policy);
    this.liveness = liveness;
    for (const each of silent) this.enders.get(each.name)?.(each);
  }
}
