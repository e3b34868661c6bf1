import type { AccountProfile, PaperAccount } from '../account-profile';

const DAY_MS = 86_400_000;
/** Bybit counts days for keys that end by themselves, and says this for those that do not. */
const NEVER_ENDS_DAY = -2;
const NEVER_ENDS_AT = '1970-01-01T00:00:00Z';
const MARGIN_MODES: Readonly<Record<AccountProfile['marginMode'], string>> = {
  cross: 'REGULAR_MARGIN',
  isolated: 'ISOLATED_MARGIN',
  portfolio: 'PORTFOLIO_MARGIN',
};
const KIND_NUMBERS: Readonly<Record<AccountProfile['kind'], number>> = { classic: 1, unified_old: 3, unified: 6 };

export function keyRow({ profile, startedAtMs }: PaperAccount, apiKey: string, nowMs: number): object {
  const { key, accountId, isMainAccount, kind } = profile;
  const endsAtMs = key.endsInDays === undefined ? undefined : startedAtMs + key.endsInDays * DAY_MS;
  const granted = (rights: Readonly<Record<string, boolean>>): string[] =>
    Object.entries(rights).flatMap(([right, isGranted]) => (isGranted ? [right] : []));
  return {
    id: '1',
    note: 'paper',
    apiKey,
    readOnly: key.isReadOnly ? 1 : 0,
    secret: '',
    permissions: {
      ContractTrade: granted({ Order: key.mayOrder, Position: key.mayPosition }),
      Spot: [],
      Wallet: granted({
        AccountTransfer: key.mayTransfer,
        SubMemberTransfer: key.mayTransfer && isMainAccount,
        Withdraw: key.mayWithdraw,
      }),
      Options: [],
      Derivatives: granted({ DerivativesTrade: key.mayOrder }),
      CopyTrading: [],
      BlockTrade: [],
      Exchange: [],
      NFT: [],
      Affiliate: [],
      Earn: [],
    },
    ips: key.isBoundToAddress ? ['127.0.0.1'] : ['*'],
    type: 1,
    deadlineDay: endsAtMs === undefined ? NEVER_ENDS_DAY : Math.floor((endsAtMs - nowMs) / DAY_MS),
    expiredAt: endsAtMs === undefined ? NEVER_ENDS_AT : inSeconds(endsAtMs),
    createdAt: inSeconds(startedAtMs),
    unified: 0,
    uta: kind === 'classic' ? 0 : 1,
    userID: Number(accountId),
    inviterID: 0,
    vipLevel: 'No VIP',
    mktMakerLevel: '0',
    affiliateID: 0,
    rsaPublicKey: '',
    isMaster: isMainAccount,
    parentUid: isMainAccount ? '0' : '100000000',
    kycLevel: 'LEVEL_DEFAULT',
    kycRegion: '',
  };
}

/** As the venue writes times of keys: without milliseconds. */
function inSeconds(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function accountRow({ profile, startedAtMs }: PaperAccount): object {
  return {
    unifiedMarginStatus: KIND_NUMBERS[profile.kind],
    marginMode: MARGIN_MODES[profile.marginMode],
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
    updatedTime: String(startedAtMs),
    dcpStatus: 'OFF',
    timeWindow: 0,
    smpGroup: 0,
  };
}

export function habitsRow({ profile }: PaperAccount): object {
  return {
    lpaSpot: false,
    lpaPerp: profile.refusesPricesOutsideBand,
    deltaEnable: false,
    smsef: false,
    fmsef: profile.feesInMnt,
  };
}

/** @returns no row, or one about the stop that the exchange announces */
export function statusRows({ maintenance }: PaperAccount, nowMs: number): object[] {
  if (maintenance === undefined) return [];
  const { beginMs, endMs } = maintenance;
  return [
    {
      id: '1',
      title: 'Paper venue: planned maintenance',
      state: nowMs < beginMs ? 'scheduled' : nowMs < endMs ? 'ongoing' : 'completed',
      begin: String(beginMs),
      end: String(endMs),
      href: '',
      serviceTypes: [1, 2],
      product: [1],
      uidSuffix: [],
      maintainType: 1,
      env: 1,
    },
  ];
}
