import type { PaperAudit } from '../src/paper-venue/http/paper-routes';
import { pollUntil } from '../src/process/poll';
import type { ExitWatch } from './exit-watch';
import { checkExecutions, checkLives, checkMoney, type PositionFigures } from './position-checks';
import { PositionHands } from './position-hands';
import type { Access, Product } from './product';
import type { VenueAuditor } from './venue-auditor';
import { venueEpisodes } from './venue-episodes';
import { readVenueLedgers } from './venue-ledgers';
import { Violation } from './violation';
import { within } from './waiting';

/** After everything has healed, a position is protected or booked within this. */
const GUARDED_MAX_MS = 60_000;
/** The venue shows what happened a moment later, and the server lists a run. */
const LISTED_MAX_MS = 15_000;
const TRADES_DAYS = 1;

interface VenuePosition {
  readonly symbol: string;
  readonly stopLoss: string;
}

export interface PositionAttackParts {
  readonly product: Product;
  readonly auditor: VenueAuditor;
  readonly exits: ExitWatch;
  readonly seed: number;
  readonly isHandedIn: (clientOrderId: string) => boolean;
}

/** What an attack with positions does and checks beside all others. */
export class PositionAttack {
  readonly hands: PositionHands;
  private known: PositionFigures | undefined;

  constructor(private readonly parts: PositionAttackParts) {
    this.hands = new PositionHands(parts.product.installation.config, parts.seed);
  }

  /** Once everything was checked. */
  get figures(): PositionFigures | undefined {
    return this.known;
  }

  /** @throws Violation */
  static check({ positionLives }: PaperAudit): void {
    checkLives(positionLives);
  }

  /** Every position that we opened is protected or closed; then a person closes all of them. @throws Violation */
  async heal(access: Access, signal: AbortSignal): Promise<void> {
    let bare: readonly VenuePosition[] = [];
    const areGuarded = async (): Promise<boolean> => {
      const audit = await this.parts.auditor.observe();
      const ours = new Set(await this.symbolsOfOurs());
      const open = (audit?.positions ?? []) as readonly VenuePosition[];
      bare = open.filter(({ symbol, stopLoss }) => ours.has(symbol) && stopLoss === '');
      return audit !== undefined && bare.length === 0;
    };
    const guarded = await pollUntil(areGuarded, within(GUARDED_MAX_MS, signal));
    if (!guarded) throw new Violation('a position is protected or closed once all is well', JSON.stringify(bare));
    await this.hands.flatten(access, signal);
  }

  /** Once nothing is open. @throws Violation */
  async audit(access: Access, signal: AbortSignal): Promise<void> {
    const { product, auditor, exits, isHandedIn } = this.parts;
    const isKnown = async (): Promise<boolean> =>
      (await exits.refresh(access.client)) && exits.strangers().length === 0;
    const known = await pollUntil(isKnown, within(LISTED_MAX_MS, signal));
    if (!known) throw new Violation('every order belongs to a signal', exits.strangers().join(', '));
    const orders = (await auditor.allOrders()) ?? [];
    const audit = (await auditor.observe())!;
    const open = audit.positions as readonly VenuePosition[];
    if (open.length > 0) throw new Violation('every position is closed in the end', JSON.stringify(open));
    const episodes = venueEpisodes(orders);
    const executed = checkExecutions({
      orders,
      episodes,
      lives: audit.positionLives,
      exits: exits.exits,
      isHandedIn,
    });
    const { config, venueUrl } = product.installation;
    const asset = config.venues[config.venue]?.settleAsset ?? '';
    const { trades } = await this.hands.positionsOf(access.client).trades(TRADES_DAYS);
    const money = checkMoney({
      ledgers: await readVenueLedgers(venueUrl),
      episodes,
      trades,
      deposit: config.paperVenue.balance,
      wallet: audit.balances[asset]?.total ?? '',
      isHandedIn,
    });
    this.known = { ...executed, ...money };
  }

  private async symbolsOfOurs(): Promise<readonly string[]> {
    const { auditor, isHandedIn } = this.parts;
    return venueEpisodes((await auditor.allOrders()) ?? [])
      .filter(({ closedAtMs, fills }) => closedAtMs === undefined && isHandedIn(fills[0]?.order.orderLinkId ?? ''))
      .map(({ symbol }) => symbol);
  }
}
