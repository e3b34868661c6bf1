/** What the paper account is like, as a person would have set it up at the exchange. Its own settings: the engine's are not read. */
export interface AccountProfile {
  /** The number that the exchange knows it by: digits. */
  readonly accountId: string;
  readonly isMainAccount: boolean;
  readonly kind: 'unified' | 'unified_old' | 'classic';
  readonly marginMode: 'cross' | 'isolated' | 'portfolio';
  readonly positionMode: 'one_way' | 'hedge';
  /** Whether fees are said to be paid in another asset; they are taken from the settle asset all the same. */
  readonly feesInMnt: boolean;
  readonly refusesPricesOutsideBand: boolean;
  /** Symbols that exist and that this account may not trade. */
  readonly untradable: readonly string[];
  readonly key: KeyProfile;
  /** What is told of the exchange: nothing, a stop an hour ahead, or one that goes on. Orders are taken all the same. */
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

/** The account as it is now: the position mode may be switched. */
export class PaperAccount {
  #positionMode: AccountProfile['positionMode'];

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
}
