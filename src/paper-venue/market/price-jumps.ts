/** From an instant on, all prices of a symbol are those of the market times a factor. */
export interface PriceJump {
  readonly symbol: string;
  /** On the machine's clock, milliseconds UTC. */
  readonly fromMs: number;
  /** Of the market's own price, not of the price before the jump. Above zero. */
  readonly factor: number;
}

/** Jumps kept; of more the oldest are forgotten, and their candles with them. */
export const JUMPS_MAX = 1_000;

/** How tests moved prices. */
export class PriceJumps {
  #jumps: readonly PriceJump[] = [];

  /** Oldest first. */
  get all(): readonly PriceJump[] {
    return this.#jumps;
  }

  restore(jumps: readonly PriceJump[]): void {
    this.#jumps = jumps;
  }

  add(jump: PriceJump): void {
    this.#jumps = [...this.#jumps, jump].slice(-JUMPS_MAX);
  }

  has(symbol: string): boolean {
    return this.#jumps.some((jump) => jump.symbol === symbol);
  }

  /** What the market's price of an instant is multiplied by. */
  factorAt(symbol: string, atMs: number): number {
    return this.#jumps.findLast((jump) => jump.symbol === symbol && jump.fromMs <= atMs)?.factor ?? 1;
  }

  /** Whether a jump lies within the interval. */
  isMovedWithin(symbol: string, afterMs: number, untilMs: number): boolean {
    return this.#jumps.some((jump) => jump.symbol === symbol && jump.fromMs > afterMs && jump.fromMs <= untilMs);
  }
}
