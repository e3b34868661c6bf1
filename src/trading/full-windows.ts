import type { RateUsage, WindowUsage } from '../domain/limiter/types';

/** What many wait for is asked once. */
const SHARED_MS = 1_000;
/** Nobody's wait gets longer for a word about it. */
const ASK_MAX_MS = 500;

/** Why a permit has to be waited for, in words: which window of the venue's limits is full, or that the venue bans us. */
export class FullWindows {
  private asked: { readonly atMs: number; readonly words: Promise<string | undefined> } | undefined;

  constructor(private readonly usage: () => Promise<RateUsage>) {}

  /** @returns undefined: it cannot be told */
  words(): Promise<string | undefined> {
    const nowMs = performance.now();
    if (this.asked === undefined || nowMs - this.asked.atMs > SHARED_MS) {
      this.asked = { atMs: nowMs, words: this.ask() };
    }
    return this.asked.words;
  }

  private async ask(): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ASK_MAX_MS).unref();
    });
    try {
      return await Promise.race([this.usage().then(usageWords), late]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** `The order window has 72 of 72 used in 60 s.` */
export function usageWords({ global, endpoints, blockedUntilMs }: RateUsage): string | undefined {
  if (blockedUntilMs > 0) return `The venue takes no requests until ${new Date(blockedUntilMs).toISOString()}.`;
  const { order } = endpoints;
  const named: readonly (readonly [string, WindowUsage | undefined])[] = [
    ['order', order],
    ['global', global],
  ];
  const share = (window: WindowUsage | undefined): number => (window ? window.used / Math.max(1, window.limit) : 0);
  const [name, window] = named.toSorted((one, other) => share(other[1]) - share(one[1]))[0]!;
  if (!window) return undefined;
  return `The ${name} window has ${window.used} of ${window.limit} used in ${window.windowMs / 1_000} s.`;
}
