import type {
  AccountFacts,
  FeeFacts,
  HabitFacts,
  KeyFacts,
  MaintenanceFacts,
  SymbolFacts,
} from '../../../domain/preflight/facts';
import type { AdapterOptions } from '../../definition';
import { VenueError, type AccountInspector } from '../../venue';
import type { BybitSession } from '../bybit-session';
import { LEVERAGE_IS_THE_SAME } from '../outcome-codes';
import { TAKER_FEE_DEFAULT } from '../parse';
import { nameOf } from '../rows';
import { parseAccount, parseFees, parseHabits, parseKey, parseMaintenance, parseSymbol } from './parse';
import {
  accountPayload,
  feesPayload,
  habitsPayload,
  keyPayload,
  OWN_INSTRUMENTS_MAX,
  ownInstrumentsPayload,
  positionModePayload,
  settingPayload,
  statusPayload,
} from './payloads';

const CATEGORY = 'linear';
/** Pages of the account's own instruments that are read: linear has some seven hundred. */
const OWN_INSTRUMENT_PAGES_MAX = 20;

/** What Bybit tells of the account behind a key. */
export class BybitInspector implements AccountInspector {
  readonly takerFee: string;
  readonly #session: BybitSession;

  constructor(
    session: BybitSession,
    private readonly options: Pick<AdapterOptions, 'symbols' | 'environment' | 'takerFee'>,
  ) {
    this.takerFee = options.takerFee ?? TAKER_FEE_DEFAULT;
    this.#session = session;
  }

  /** Demo accounts are not told of their keys. */
  async key(): Promise<KeyFacts | undefined> {
    if (this.isDemo) return undefined;
    const { client } = this.#session;
    const { payload } = await this.#session.readAccount(keyPayload, () => client.privateGetV5UserQueryApi());
    return parseKey(payload);
  }

  async account(): Promise<AccountFacts> {
    const { client } = this.#session;
    const { payload } = await this.#session.readAccount(accountPayload, () => client.privateGetV5AccountInfo());
    return parseAccount(payload);
  }

  async habits(): Promise<HabitFacts | undefined> {
    if (this.isDemo) return undefined;
    const { client } = this.#session;
    const { payload } = await this.#session.readAccount(habitsPayload, () =>
      client.privateGetV5AccountUserSettingConfig(),
    );
    return parseHabits(payload);
  }

  async fees(): Promise<Readonly<Record<string, FeeFacts>> | undefined> {
    if (this.isDemo) return undefined;
    const { client } = this.#session;
    const { payload } = await this.#session.readAccount(feesPayload, () =>
      client.privateGetV5AccountFeeRate({ category: CATEGORY }),
    );
    return parseFees(payload.result.list, new Set(this.options.symbols));
  }

  async tradable(mayAsk: () => Promise<void>): Promise<readonly string[] | undefined> {
    if (this.isDemo) return undefined;
    const { client } = this.#session;
    const symbols: string[] = [];
    for (let page = 1, cursor: string | undefined; page <= OWN_INSTRUMENT_PAGES_MAX; page += 1) {
      if (page > 1) await mayAsk();
      const query = { category: CATEGORY, limit: OWN_INSTRUMENTS_MAX, ...(cursor === undefined ? {} : { cursor }) };
      const { payload } = await this.#session.readAccount(ownInstrumentsPayload, () =>
        client.privateGetV5AccountInstrumentsInfo(query),
      );
      const { list, nextPageCursor } = payload.result;
      // A row without a name is none of a symbol that anybody asks for.
      symbols.push(...list.flatMap((row) => nameOf(row, 'symbol') ?? []));
      if (nextPageCursor === undefined) return symbols;
      if (nextPageCursor === cursor) break;
      cursor = nextPageCursor;
    }
    // More than there can be, or the same page again: what is missing then is not known.
    throw new VenueError({ kind: 'UNKNOWN', message: 'The list of symbols of the account does not end.' });
  }

  async maintenance(): Promise<readonly MaintenanceFacts[] | undefined> {
    if (this.isDemo) return undefined;
    const { client } = this.#session;
    const { payload } = await this.#session.readPublic(statusPayload, () => client.publicGetV5SystemStatus());
    return parseMaintenance(payload.result.list, this.options.environment);
  }

  async symbol(symbol: string): Promise<SymbolFacts> {
    const { client } = this.#session;
    const { payload } = await this.#session.readAccount(positionModePayload, () =>
      client.privateGetV5PositionList({ category: CATEGORY, symbol }),
    );
    const facts = parseSymbol(payload, symbol);
    if (facts !== undefined) return facts;
    throw new VenueError({ kind: 'UNKNOWN', message: `The venue did not answer with the position of ${symbol}.` });
  }

  async setLeverage(symbol: string, leverage: number): Promise<string | undefined> {
    const { client } = this.#session;
    const body = { category: CATEGORY, symbol, buyLeverage: String(leverage), sellLeverage: String(leverage) };
    try {
      await this.#session.setLeverage(settingPayload, () => client.privatePostV5PositionSetLeverage(body));
      return undefined;
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const { venueCode, message, kind } = error.outcome;
      // What was not refused in words that are known may be a server's bad moment: it is asked again.
      if (kind !== 'REJECTED' && kind !== 'FATAL') throw error;
      return venueCode === String(LEVERAGE_IS_THE_SAME) ? undefined : message;
    }
  }

  private get isDemo(): boolean {
    return this.options.environment === 'demo';
  }
}
