/** How long nothing may be heard, milliseconds. */
export interface LivenessPolicy {
  /** Of somebody who has been ready. */
  readonly silenceMaxMs: number;
  /** Of somebody who never was: a start may keep it from saying anything. */
  readonly startSilenceMaxMs: number;
  /** Between two looks: longer, and it was the looker who stood still. At most half of the shorter silence. */
  readonly standstillMs: number;
}

interface Life {
  readonly lastSignMs: number;
  readonly wasReady: boolean;
}

/** Who is watched, and when they were last heard of. Times are of one monotonic clock, milliseconds. */
export interface Liveness {
  readonly lookedAtMs: number;
  readonly lives: ReadonlyMap<string, Life>;
}

export type SignKind = 'started' | 'ready' | 'beat' | 'ended';

/** Somebody who is to be ended. */
export interface Silent {
  readonly name: string;
  /** Since its last sign of life. */
  readonly silentMs: number;
}

export function watchNobody(nowMs: number): Liveness {
  return { lookedAtMs: nowMs, lives: new Map() };
}

/** Notes what was heard. A beat of somebody who is not watched, because it has ended, says nothing. */
export function noteSign(liveness: Liveness, name: string, kind: SignKind, nowMs: number): Liveness {
  const lives = new Map(liveness.lives);
  const life = lives.get(name);
  if (kind === 'ended') lives.delete(name);
  else if (kind === 'started') lives.set(name, { lastSignMs: nowMs, wasReady: false });
  else if (life) lives.set(name, { lastSignMs: nowMs, wasReady: life.wasReady || kind === 'ready' });
  return { ...liveness, lives };
}

/**
 * Says who has been silent for too long. Who looks late stood still itself (it was stopped, the machine slept), and may have
 * what was said meanwhile still unread: everybody gets a fresh span then. So does who is named, until its end is noted.
 */
export function look(
  liveness: Liveness,
  nowMs: number,
  policy: LivenessPolicy,
): { readonly liveness: Liveness; readonly silent: readonly Silent[] } {
  const stoodStill = nowMs - liveness.lookedAtMs > policy.standstillMs;
  const silent: Silent[] = [];
  const lives = new Map<string, Life>();
  for (const [name, life] of liveness.lives) {
    const silentMs = nowMs - life.lastSignMs;
    const isOver = silentMs >= (life.wasReady ? policy.silenceMaxMs : policy.startSilenceMaxMs);
    if (isOver && !stoodStill) silent.push({ name, silentMs });
    lives.set(name, isOver || stoodStill ? { ...life, lastSignMs: nowMs } : life);
  }
  return { liveness: { lookedAtMs: nowMs, lives }, silent };
}
