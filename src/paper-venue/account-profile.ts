/** What the paper account is like, as a person would have set it up at the exchange. Its own settings: the engine's are not read. */
export interface AccountProfile {
  /** The number that the exchange knows it by: digits. */
  readonly accountId: string;
  readonly isMainAccount: boolean;
  readonly kind: 'unified' | 'unified_old' | 'classic';
  readonly marginMode: 'cross' | 'isolated' | 'portfolio';
  readonly positionMode: 'one_way' | 'hedge';
  /** Whether fees are paid in MNT, as long as there is enough of it; from the settle asset otherwise. */
  readonly feesInMnt: boolean;
  /** The MNT of a fresh account, a decimal string; 0: it has none. */
  readonly mntBalance: string;
  /** What one MNT is worth in the settle asset. */
  readonly mntPrice: string;
  readonly refusesPricesOutsideBand: boolean;
  /** Symbols that exist and that this account may not trade. */
  readonly untradable: readonly string[];
  readonly key: KeyProfile;
  /** What happens at the exchange: nothing, a stop that begins an hour after the venue's start, or one that ends then. No order is taken meanwhile. */
  readonly maintenance: 'none' | 'scheduled' | 'ongoing';
}

export interface KeyProfile {
  readonly isReadOnly: boolean;
  readonly mayOrder: boolean;
  readonly mayPosition: boolean;
  readonly mayWithdraw: boolean;
  readonly mayTransfer: boolean;
  readonly isBoundToAddress: boolean;
  /** Counted from the venue's start; absent: it does not end. */
  readonly endsInDays?: number;
}

/** An account with which nothing is wrong. */
export const GOOD_PROFILE: AccountProfile = {
  accountId: '100000001',
  isMainAccount: false,
  kind: 'unified',
  marginMode: 'cross',
  positionMode: 'one_way',
  feesInMnt: false,
  mntBalance: '0',
  mntPrice: '1',
  refusesPricesOutsideBand: true,
  untradable: [],
  key: {
    isReadOnly: false,
    mayOrder: true,
    mayPosition: true,
    mayWithdraw: false,
    mayTransfer: false,
    isBoundToAddress: true,
  },
  maintenance: 'none',
};

const HOUR_MS = 3_600_000;

/** A time at which no order is taken, on the venue's clock. */
export interface Stop {
  readonly beginMs: number;
  readonly endMs: number;
}

/** The account as it is now: the position mode may be switched, and the key revoked. */
export class PaperAccount {
  #positionMode: AccountProfile['positionMode'];
  #stoppedUntilMs = 0;
  #keyRevokedUntilMs = 0;
  readonly #revocationListeners: (() => void)[] = [];

  /** @param startedAtMs on the venue's clock */
  constructor(
    readonly profile: AccountProfile,
    readonly startedAtMs: number,
  ) {
    this.#positionMode = profile.positionMode;
  }

  get positionMode(): AccountProfile['positionMode'] {
    return this.#positionMode;
  }

  /** @returns false where it is that mode already */
  switchMode(to: AccountProfile['positionMode']): boolean {
    if (this.#positionMode === to) return false;
    this.#positionMode = to;
    return true;
  }

  /** The stop that the exchange announces; it lasts for two hours. */
  get maintenance(): Stop | undefined {
    const { maintenance } = this.profile;
    if (maintenance === 'none') return undefined;
    const beginMs = this.startedAtMs + (maintenance === 'scheduled' ? HOUR_MS : -HOUR_MS);
    return { beginMs, endMs: beginMs + 2 * HOUR_MS };
  }

  /**
   * Whether trading stands still, announced or not.
   *
   * @param nowMs the venue's clock
   * @param steadyNowMs the machine's
   */
  isStopped(nowMs: number, steadyNowMs: number): boolean {
    const { maintenance } = this;
    if (steadyNowMs < this.#stoppedUntilMs) return true;
    return maintenance !== undefined && nowMs >= maintenance.beginMs && nowMs < maintenance.endMs;
  }

  /** A stop that nobody announced. @param untilMs on the machine's clock */
  stopUntil(untilMs: number): void {
    this.#stoppedUntilMs = untilMs;
  }
  /** The key is refused until then, and what it opened ends. @param untilMs on the machine's clock; 0: it serves again */
  revokeKeyUntil(untilMs: number): void {
    this.#keyRevokedUntilMs = untilMs;
    if (untilMs > 0) for (const listener of this.#revocationListeners) listener();
  }

  /** @param steadyNowMs the machine's clock */
  isKeyRevoked(steadyNowMs: number): boolean {
    return steadyNowMs < this.#keyRevokedUntilMs;
  }

  onKeyRevoked(listener: () => void): void {
    this.#revocationListeners.push(listener);
  }
}
