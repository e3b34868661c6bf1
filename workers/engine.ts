import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import { watchClocks } from '../src/trading/clock-problems';
import { watchDisk } from '../src/trading/disk-problems';
import { EntityCaller } from '../src/trading/entity-caller';
import { FormerWorkflows } from '../src/trading/former-workflows';
import { Funds } from '../src/trading/funds';
import { HeadStarts } from '../src/trading/head-start';
import { feedLimiter } from '../src/trading/limit-feedback';
import { MovedPrices } from '../src/trading/moved-prices';
import { OrderObservers } from '../src/trading/order-observers';
import { OrderPlanner, type SizingSettings } from '../src/trading/order-planner';
import { OrderSender } from '../src/trading/order-sender';
import { PacedVenue } from '../src/trading/paced-venue';
import { Permits } from '../src/trading/permits';
import { EntryGate } from '../src/trading/preflight/entry-gate';
import { Problems } from '../src/trading/problems';
import { RefusedForFunds } from '../src/trading/refused-for-funds';
import { RefusedOrders } from '../src/trading/refused-orders';
import { SendChecker } from '../src/trading/send-checker';
import { Repricer } from '../src/trading/repricer';
import { ShortRoad } from '../src/trading/short-road';
import { VenueAccountClient } from '../src/trading/venue-account-client';
import { watchVenue } from '../src/trading/venue-problems';
import { rateLimitsOf } from '../src/config/rate-limits';
import { wasDiskLowBefore } from '../src/observability/alerts/disk-look';
import { DoorMetrics, TradeMetrics } from '../src/observability/metrics/signal-metrics';
import { redact } from '../src/secrets/known-secrets';
import type { Config, VenueConfig } from '../src/config/schema';
import { tradingVenueOf } from '../src/config/trading-environment';
import type { TradingVenue } from '../src/domain/trading-venue';
import { DiskWatch } from '../src/intake/disk-watch';
import { createSignalCheck, type SignalCheck } from '../src/intake/genuine-signal';
import { createSignalIntake, type SignalIntakeOptions } from '../src/intake/signal-intake';
import { countedIntake, type SignalCounter } from '../src/intake/counted-intake';
import { DoorTrace } from '../src/intake/door-trace';
import { tracedIntake } from '../src/intake/traced-intake';
import { WorkflowStarter, type SignalStarter } from '../src/intake/signal-starter';
import type { SignalIntake } from '../src/intake/types';
import { credentialsOf, type Credentials } from '../src/venues/ccxt/credentials';
import { createVenue } from '../src/venues/create-venue';
import { VENUE_DEFINITIONS } from '../src/venues/definitions';
import { silentVenue } from '../src/venues/silent-venue';
import { openClient } from '../src/temporal/client';
import type { Venue } from '../src/venues/venue';
import { venueAccountWorkflowId } from '../src/messages/ids';
import { refreshSignal } from '../src/messages/venue-account';
import type { TermsOf } from '../src/messages/trade';
import type { StoreGate } from '../src/temporal/store-gate';
import { ensureVenueAccount } from './entities';
import { printAlert } from './print-alert';
import { compareCandles, hearCandles, type HeardCandles } from './candle-stream';
import { hearStream, type HeardStream } from './venue-stream';
import { termsFrom } from './trade-terms';

/** How often the venue's clock is measured again: quartz drifts by seconds a day. */
const CLOCK_INTERVAL_MS = 300_000;
/** Longer than this the account is not told to read its balances; the next refusal tries again. */
const REFRESH_SIGNAL_MAX_MS = 5_000;

/** What the workers of one process share: one connection, one client, one venue. */
export interface Engine {
  readonly config: Config;
  readonly venueConfig: VenueConfig;
  /** The one venue that this process trades on. */
  readonly ours: TradingVenue;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly store: StoreGate;
  readonly logger: Logger;
  readonly venue: Venue;
  readonly entities: EntityCaller;
  readonly accounts: VenueAccountClient;
  readonly permits: Permits;
  readonly pacedVenue: PacedVenue;
  readonly checker: SendChecker;
  readonly sender: OrderSender;
  readonly repricer: Repricer;
  readonly movedPrices: MovedPrices;
  /** What the venue's private stream tells; it is silent where there is none. */
  readonly stream: HeardStream;
  /** How the venue's stream of candles is, which this process opens with its first tick of the model. */
  readonly candles: HeardCandles;
  readonly funds: Funds;
  readonly headStarts: HeadStarts;
  /** Whether entries may leave, by what is known of the account. */
  readonly entryGate: EntryGate;
  readonly termsOf: TermsOf;
  /** Whether intake can have started a signal's workflow. */
  readonly check: SignalCheck;
  readonly formerWorkflows: FormerWorkflows;
  /** What this process sees to be wrong. */
  readonly problems: Problems;
  /** Intake in this process, which also runs the signals: they get a head start. */
  readonly intake: SignalIntake;
  /** For signals that were admitted elsewhere: the same head start. */
  readonly starter: SignalStarter;
  /** Where this process counts; absent: nowhere. */
  readonly registry?: Registry;
  /** What is counted of the trading; absent: nothing. */
  readonly metrics?: TradeMetrics;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** The keys that requests are signed with; absent: those of the venue that is traded. */
  readonly credentials?: Credentials;
  /** Absent: true. A process that asks the venue for nothing needs no keys and loads no exchange library. */
  readonly asksVenue?: boolean;
  /** Where this process counts what it trades; absent: nowhere. */
  readonly registry?: Registry;
}

/** Builds the shared parts. Nothing is sent to the venue before the first activity asks for it. */
export function openEngine(
  config: Config,
  connection: NativeConnection,
  logger: Logger,
  store: StoreGate,
  { credentials, asksVenue = true, registry }: EngineOptions = {},
): Engine {
  const venueConfig = venueConfigOf(config);
  const ours = tradingVenueOf(config);
  const account = venueAccountWorkflowId(ours);
  const client = openClient(connection, config.temporal.namespace);
  const venue = openVenue(config, venueConfig, { credentials, asksVenue }, () => permits);
  const entities = new EntityCaller(client, config.workers.entityCallsMax, async () => {
    // A store that knows no account may be one that knows nothing at all.
    await store.confirm();
    await ensureVenueAccount(client, config, venue.promises);
  });
  const accounts = new VenueAccountClient(entities, ours.environment);
  const { door, trade: metrics } = asksVenue ? openMetrics(registry, venue) : {};
  const permits = openPermits(accounts, config.venue, metrics);
  feedLimiter(venue, client, account, logger);
  const problems = new Problems((sentence) => printAlert(logger, sentence));
  const disk = openDisk(config);
  const endWatches = beginWatches({ venue, permits, problems, disk });
  const clock = asksVenue ? keepClock(venue, logger) : undefined;
  const { pacedVenue, candles } = paceVenue(venue, permits, logger, { config, venueConfig, registry });
  const movedPrices = new MovedPrices((sentence, about) => logger.warn(sentence, about));
  const stream = hearStream(venue, logger, { registry, isWanted: venueConfig.privateStream });
  const refusals = watchRefusals(ours, { venueConfig, venue, problems, entities });
  const sender = new OrderSender(pacedVenue, new OrderObservers(venue, permits, stream), refusals, movedPrices);
  const funds = new Funds(accounts);
  const entryGate = new EntryGate(() => venue.clockMs() ?? Date.now());
  const planner = new OrderPlanner(entities, account, pacedVenue, orderTerms(config, venueConfig, venue), entryGate);
  const checker = new SendChecker(entities, permits, store, account, () => metrics?.permitLapsed('order'));
  const termsOf = termsFrom(config, venueConfig, venue.promises);
  const road = new ShortRoad(funds, permits, planner, checker, sender, termsOf);
  const check = createSignalCheck(config.signals.dedupWindowSeconds * 1000);
  const headStarts = new HeadStarts(road, permits, check, config.workers.activitiesMax);
  return {
    config,
    venueConfig,
    ours,
    connection,
    client,
    store,
    logger,
    venue,
    entities,
    accounts,
    permits,
    pacedVenue,
    checker,
    sender,
    repricer: new Repricer(pacedVenue, venueConfig.leverage, config.protection),
    movedPrices,
    stream,
    candles,
    funds,
    headStarts,
    entryGate,
    termsOf,
    check,
    formerWorkflows: new FormerWorkflows(client),
    problems,
    intake: modelIntake({ client, config, store, headStart: headStarts, disk }, door),
    registry,
    metrics,
    starter: new WorkflowStarter({ client, ours, store, headStart: headStarts }),
    close: () => closeVenue(venue, clock, endWatches),
  };
}

function paceVenue(
  venue: Venue,
  permits: Permits,
  logger: Logger,
  { config, venueConfig, registry }: Pick<Engine, 'config' | 'venueConfig' | 'registry'>,
): Pick<Engine, 'pacedVenue' | 'candles'> {
  const heard = hearCandles(venue, logger, venueConfig.publicStream);
  const limits = rateLimitsOf(config, venueConfig);
  const pacedVenue = new PacedVenue(venue, permits, config.sizing.priceMaxAgeMs, limits, heard.stream);
  return { pacedVenue, candles: compareCandles(heard, venue.name, () => pacedVenue.pushedCandles, registry) };
}

/** Of the signals that workflows hand in: the model's. */
function modelIntake(options: SignalIntakeOptions, counter: SignalCounter | undefined): SignalIntake {
  const { dataDir } = options.config;
  const intake = countedIntake(createSignalIntake(options), counter);
  return tracedIntake(intake, { by: 'model' }, new DoorTrace({ dataDir, redact }));
}

function venueConfigOf({ venue, venues }: Config): VenueConfig {
  const venueConfig = venues[venue];
  if (!venueConfig) throw new Error(`The venue "${venue}" is not configured.`);
  return venueConfig;
}

/** By what orders are planned: sizes, bounds, and what guards the positions that they open. */
function orderTerms({ sizing, protection, risk }: Config, { leverage }: VenueConfig, venue: Venue): SizingSettings {
  const isAttachable = venue.promises.attachedStop === true;
  return { ...sizing, leverage, bounds: risk, protection: { settings: protection, isAttachable } };
}

/** What the book of alerts says of the disk still holds. */
function openDisk({ dataDir, storage }: Config): DiskWatch {
  return new DiskWatch({ dataDir, ...storage, wasLow: wasDiskLowBefore(dataDir) });
}

async function closeVenue(venue: Venue, clock: NodeJS.Timeout | undefined, endWatches: () => void): Promise<void> {
  clearInterval(clock);
  endWatches();
  await venue.close();
}

function openPermits(accounts: VenueAccountClient, venue: string, metrics: TradeMetrics | undefined): Permits {
  return new Permits(
    accounts,
    venue,
    (endpoint, waitMs) => metrics?.permitWaits(endpoint, waitMs),
    (endpoint) => metrics?.permitLapsed(endpoint),
  );
}

/** What is counted of the trading, and of the signals that come in by this process's door: the model's. */
function openMetrics(
  registry: Registry | undefined,
  venue: Venue,
): { readonly door?: DoorMetrics; readonly trade?: TradeMetrics } {
  if (!registry) return {};
  const trade = new TradeMetrics(registry);
  venue.onRequestReport(({ endpoint, outcome }) => trade.answered(endpoint, outcome?.kind));
  return { door: new DoorMetrics(registry), trade };
}

/** @param permits made after the venue, and asked for the first time by its first request */
function openVenue(
  config: Config,
  venueConfig: VenueConfig,
  { credentials, asksVenue }: EngineOptions,
  permits: () => Permits,
): Venue {
  const { venue: name, paperVenue } = config;
  if (!asksVenue) return silentVenue(name, VENUE_DEFINITIONS[venueConfig.adapter].promises);
  const isPaper = venueConfig.environment === 'paper';
  return createVenue({
    name,
    config: venueConfig,
    baseUrl: isPaper ? `http://127.0.0.1:${paperVenue.port}` : undefined,
    credentials: credentials ?? credentialsOf(config),
    permits: { forClock: () => permits().forRead('market_data', 'exit') },
    takerFee: isPaper ? paperVenue.takerFee : undefined,
  });
}

/** Hears what became of every order that was sent. */
function watchRefusals(
  ours: TradingVenue,
  { venueConfig, venue, problems, entities }: Pick<Engine, 'venueConfig' | 'venue' | 'problems' | 'entities'>,
): Pick<RefusedOrders, 'note'> {
  const inARow = new RefusedOrders(venue.name, problems);
  const forFunds = new RefusedForFunds({
    venue: venue.name,
    codes: VENUE_DEFINITIONS[venueConfig.adapter].fundsRefusals,
    problems,
    refresh: () => entities.signal(venueAccountWorkflowId(ours), refreshSignal, [], REFRESH_SIGNAL_MAX_MS),
  });
  return {
    note(outcome) {
      inARow.note(outcome);
      forFunds.note(outcome);
    },
  };
}

interface Watched {
  readonly venue: Venue;
  readonly permits: Permits;
  readonly problems: Problems;
  readonly disk: DiskWatch;
}

/** Tells a person what this process sees to be wrong. @returns ends it */
function beginWatches({ venue, permits, problems, disk }: Watched): () => void {
  watchVenue(venue, problems);
  problems.start();
  const endClockWatch = watchClocks(venue, permits, problems);
  const endDiskWatch = watchDisk(disk, problems);
  return () => {
    endClockWatch();
    endDiskWatch();
    problems.stop();
  };
}

/** Requests are signed with the venue's time; the adapter measures it at its first request, and here again. */
function keepClock(venue: Venue, logger: Logger): NodeJS.Timeout {
  const measure = async (): Promise<void> => {
    try {
      await venue.time();
    } catch (error) {
      logger.warn("The venue's clock could not be measured.", { reason: String(error) });
    }
  };
  return setInterval(() => void measure(), CLOCK_INTERVAL_MS).unref();
}
