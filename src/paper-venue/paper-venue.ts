import type { Server, ServerResponse } from 'node:http';
import { keeperOf } from './account-keeper';
import { GOOD_PROFILE, PaperAccount } from './account-profile';
import { TrafficAudit } from './audit';
import { Book } from './book/book';
import { forgetOrders, type ForgetFilter } from './book/forget';
import { Journal } from './book/journal';
import { PaperClock } from './clock';
import { FaultInjector } from './faults/fault-injector';
import type { FaultPlan } from './faults/fault-plan';
import { FundingRates, NO_FUNDING } from './funding/funding-rates';
import { heldSymbols } from './held-symbols';
import { listen, sendReply, serverUrl, stopServer } from './http/http-server';
import { jsonReply, type HttpReply, type HttpRequest } from './http/messages';
import {
  answerPaperRoute,
  buildAudit,
  PAPER_PATH_PREFIX,
  type PaperAudit,
  type PaperRoutesContext,
} from './http/paper-routes';
import { NO_REPORT_DELAY } from './http/report-delay';
import { RequestLimits } from './http/request-limits';
import type { VenueCore } from './http/route';
import { VenueService } from './http/venue-service';
import { openMarket } from './market/open-market';
import { PriceFeed } from './market/price-feed';
import { MatchingEngine } from './matching/matching-engine';
import { type SymbolState, TradingRules } from './matching/trading-rules';
import { assertSymbols, type PaperVenueOptions } from './options';
import { PrivateStream } from './stream/private-stream';
import { PUBLIC_PATH, PublicStream } from './stream/public-stream';

/** A running paper venue. */
export interface PaperVenue {
  /** Scheme, host and port, for the adapter. */
  readonly url: string;
  /** Sentences for people about prices and files. */
  readonly notices: readonly string[];
  /** @param summary leaves out the count per client id */
  audit(summary?: boolean): PaperAudit;
  /** Starts a fault plan, or heals the venue when there is none. */
  setFaults(plan: FaultPlan | undefined): void;
  /** Empties the real-time query of closed orders, as a restart does. */
  forgetRecentOrders(): void;
  /** Lets no query answer for these closed orders any more. @returns their client ids */
  forgetOrders(filter?: ForgetFilter): readonly string[];
  /** The venue cancels an open order, unasked. @throws VenueRefusal 110001 when there is none */
  cancelOrder(clientOrderId: string): void;
  /** What of a symbol trades from now on. */
  setSymbolState(symbol: string, state: SymbolState): void;
  /** The venue's clock is the machine's plus this, until the next fault plan. */
  setClockOffset(offsetMs: number): void;
  /** Ends every connection to the streams. */
  endStreams(): void;
  /** Resets every connection; accepted orders are in the journal already. */
  close(): Promise<void>;
}

/**
 * Starts the paper venue: a server on loopback that speaks the part of Bybit V5 that ccxt's bybit uses, so that one
 * adapter drives paper, test network and live.
 *
 * @throws PortInUseError, PaperVenueConfigError, CandleFileError, JournalError, MarketAnchorError
 */
export async function startPaperVenue(options: PaperVenueOptions): Promise<PaperVenue> {
  assertSymbols(options);
  const clock = new PaperClock(options.now);
  let context: PaperRoutesContext | undefined;
  // The port comes first: it is what keeps a second venue from touching the journal of a running one.
  const server = await listen(
    options.port,
    (request, response) => {
      if (context) answer(context, request, response);
      else sendReply(response, jsonReply({ error: 'The paper venue is starting.' }, 503));
    },
    (request, socket, head) => {
      if (context === undefined) socket.destroy();
      else if (request.url === PUBLIC_PATH) context.publicStream.upgrade(request, socket, head);
      else context.stream.upgrade(request, socket, head);
    },
  );
  try {
    const journal = new Journal(options.stateDir);
    const profile = options.account ?? GOOD_PROFILE;
    const book = Book.open(journal, { ...options, mntBalance: profile.mntBalance });
    const market = await openMarket({ ...options, held: heldSymbols(book) }, clock.steadyNowMs());
    const { spreadFraction, markBasisFraction = 0 } = options;
    const feed = new PriceFeed(market.source, options.seed, Number(spreadFraction), Number(markBasisFraction));
    feed.prepare(clock.steadyNowMs());
    feed.restoreJumps(book.priceJumps, market.still);
    const fees = {
      taker: options.takerFee,
      maker: options.makerFee,
      ...(profile.feesInMnt && { mntPrice: profile.mntPrice }),
    };
    const account = new PaperAccount(profile, clock.nowMs());
    const rules = new TradingRules({
      band: options.priceBand,
      refusesPricesOutsideBand: profile.refusesPricesOutsideBand,
      isStopped: (nowMs, steadyNowMs) => account.isStopped(nowMs, steadyNowMs),
      still: market.still,
    });
    const engine = new MatchingEngine(book, feed, clock, fees, options.clientIdUnique, rules);
    const { settleAsset: settle, seed, funding = NO_FUNDING } = options;
    const rates = new FundingRates(seed, funding);
    const keeper = keeperOf({ book, engine, feed, clock, fees, rates, settle, accountId: profile.accountId });
    // What fell due while nobody ran; the funding of a fresh account begins here.
    keeper.beat();
    const audit = new TrafficAudit();
    const limits = new RequestLimits(options.limits, options.banMs);
    const core: VenueCore = {
      book,
      engine,
      feed,
      clock,
      settle,
      reportDelay: options.reportDelay ?? NO_REPORT_DELAY,
      keepsAll: options.documentedRetention !== true,
      account,
      apiKey: options.apiKey,
      fees,
      keeper,
    };
    const service = new VenueService(core, limits, options, audit);
    const stream = new PrivateStream(core, options, audit);
    const publicStream = new PublicStream(core);
    const injector = injectorOf(service, audit, [stream, publicStream]);
    injector.setPlan(options.faults);
    context = { service, injector, stream, publicStream, startedAtMs: clock.steadyNowMs() };
    return runningVenue(server, context, journal, options.matchIntervalMs, market.notices);
  } catch (error) {
    await stopServer(server);
    throw error;
  }
}

function injectorOf(
  service: VenueService,
  audit: TrafficAudit,
  streams: readonly Pick<PrivateStream, 'setFaults'>[],
): FaultInjector {
  return new FaultInjector(service, audit, (seed, shares) => {
    for (const stream of streams) stream.setFaults(seed, shares);
  });
}

function answer(context: PaperRoutesContext, request: HttpRequest, response: ServerResponse): void {
  if (request.path.startsWith(PAPER_PATH_PREFIX)) {
    sendReply(response, answerDoor(context, request));
    return;
  }
  const admission = context.service.admit(request);
  if (admission.admitted) context.injector.respond(response, admission.admitted);
  else sendReply(response, admission.reply);
}

/** Whatever goes wrong behind the door for tests ends the request, never the venue. */
function answerDoor(context: PaperRoutesContext, request: HttpRequest): HttpReply {
  try {
    return answerPaperRoute(context, request);
  } catch (error) {
    process.emitWarning(`The paper venue failed at ${request.method} ${request.path}: ${String(error)}`);
    return jsonReply({ error: `The paper venue failed: ${String(error)}` }, 500);
  }
}

function runningVenue(
  server: Server,
  context: PaperRoutesContext,
  journal: Journal,
  matchIntervalMs: number,
  notices: readonly string[],
): PaperVenue {
  const { engine, book, clock, keeper } = context.service.core;
  const matching = setInterval(() => {
    try {
      keeper.beat();
    } catch (error) {
      // A full disk must not end the venue: the fills are tried again at the next beat.
      process.emitWarning(`The paper venue could not do what was due: ${String(error)}`);
    }
  }, matchIntervalMs);
  return {
    url: serverUrl(server),
    notices,
    audit: (summary = false) => buildAudit(context, summary),
    setFaults: (plan) => context.injector.setPlan(plan),
    forgetRecentOrders: () => book.orders.forgetRecentClosed(),
    forgetOrders: (filter) => forgetOrders(book, filter),
    cancelOrder: (clientOrderId) => {
      engine.cancel({ symbol: book.orders.byClientOrderId(clientOrderId)?.symbol ?? '', clientOrderId });
    },
    setSymbolState: (symbol, state) => engine.rules.setState(symbol, state),
    setClockOffset: (offsetMs) => clock.setOffset(offsetMs),
    endStreams: () => {
      context.stream.endConnections();
      context.publicStream.endConnections();
    },
    close: async () => {
      clearInterval(matching);
      context.injector.close();
      context.stream.close();
      context.publicStream.close();
      await stopServer(server);
      journal.close();
    },
  };
}
