import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  patched,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { AccountRules } from '../src/domain/account-rules';
import { isRecord } from '../src/domain/plain-values';
import { riskTermsFault } from '../src/domain/risk/terms';
import type { NamedVenue } from '../src/domain/trading-venue';
import type { AccountHealth, PositionClosed, VenueAccountSettings } from '../src/messages/venue-account';
import { AccountMove } from './account-move';
import { AccountRisk } from './account-risk';
import { ACCOUNT_RULES, RulesOfRun, type CarriedAccount } from './account-rules';
import { AFTER_CLOSING_MS, BalanceRefresh } from './balance-refresh';
import { fittingAccount } from './carried-account';
import { Ledger } from './ledger';
import { Limiter } from './limiter';
import { LostAccount } from './lost-account';
import { MoneyWatch } from './money-watch';
import { PositionWatch } from './position-watch';
import { ReservationGuard } from './reservation-guard';
import { handleAccountMessages } from './venue-account-messages';

/** The first rules under which an account guards its reservations and follows a lost one. */
const GUARDED_SINCE_RULES = 2;

/** Positions stay ours whatever the book drops, their end is seen in the balances at once, and no entry outlives a limit of losses. */
const CARES_FOR_ENTRIES = 'account-cares-for-entries';

/** Of each entry that filled its position's workflow is told until that is booked, whether a report shows it or not. */
const TELLS_ENTRIES = 'account-tells-entries';

/** An entry waits while a position of its symbol that no report showed is not booked: bounds may forbid it after that. */
const AWAITS_UNSEEN = 'account-awaits-unseen';

/** A position's workflow is told of so many entries at most: with hundreds pending it refused the whole report. */
const BOUNDS_OPENERS = 'account-bounds-openers';

/** Of a wait that is over, what must have passed by the clock of the run for the clock to be going. */
const STANDING_CLOCK_SHARE = 0.5;

/**
 * One account at one venue, for all processes together: its money (the ledger) and its request budget (the limiter). An
 * order needs both, and asks for both in one step.
 */
export const venueAccount = accountUnder(ACCOUNT_RULES);

/** @param all see ACCOUNT_RULES */
export function accountUnder(
  all: readonly AccountRules[],
): (settings: VenueAccountSettings, carried?: CarriedAccount) => Promise<void> {
  return (settings, carried) => runAccount(new RulesOfRun(all), settings, carried);
}

async function runAccount(
  rulesOfRun: RulesOfRun,
  settings: VenueAccountSettings,
  carried: CarriedAccount | undefined,
): Promise<void> {
  const { environment, venue } = settings;
  const at = { environment, venue };
  // An account follows a lost one once: what continues it has its own past.
  let current: VenueAccountSettings = { ...settings, followsLost: undefined };
  const { rules } = rulesOfRun;
  const isGuarded = rulesOfRun.number >= GUARDED_SINCE_RULES;
  const state = rulesOfRun.adopt(carried);
  const risk = new AccountRisk(venue, rules.risk, settings.riskTerms, state?.risk);
  const ledger = new Ledger(rules.ledger, settings, state?.ledger, risk);
  const limiter = new Limiter(rules.limiter, settings.limits, state?.window);
  const followsLost = isGuarded && carried === undefined && settings.followsLost === true;
  const lost = new LostAccount(at, ledger, carried?.awaitsOpenOrders ?? followsLost);
  if (followsLost) lost.begin();
  const refresh = new BalanceRefresh(at, ledger);
  const watches = watchRisk({ environment, venue }, { rules, risk, ledger, refresh }, carried?.entriesToTell);
  const guard = new ReservationGuard(at, ledger, settings.guardIntervalMs);
  const move = new AccountMove(settings);
  const describe = (): void => setCurrentDetails(`${ledger.describe(venue)}\n\n${limiter.describe()}`);

  handleAccountMessages({
    venue,
    ledger,
    limiter,
    move,
    risk,
    setTradingState: (command) => lost.setTradingState(command),
    requestRefresh: () => refresh.request(),
    closed: (closing) => takeClosing(closing, { risk, refresh }, watches?.caresForEntries === true),
    configure(next) {
      const fault = settingsFault(next, rules);
      if (fault !== undefined) {
        log.warn('The configured settings were refused; the former ones stay in force.', { fault });
        return;
      }
      const { updateIntervalMs, snapshotLagMs, limits, riskTerms } = next;
      current = { ...current, updateIntervalMs, snapshotLagMs, limits, riskTerms };
      ledger.configure(current);
      risk.configure(riskTerms);
      limiter.configure(limits);
      refresh.request();
      describe();
    },
    health: () => healthOf({ ledger, limiter, refresh, guard }),
  });

  if (lost.awaitsOpenOrders) void lost.readOpenOrders();
  if (isGuarded) void guard.run();
  void watches?.positions.run();

  const isOver = (): boolean => move.isDue || workflowInfo().continueAsNewSuggested || rulesOfRun.areOutdated;
  const afterReport = (): void => {
    describe();
    void watches?.money.readIfDue();
  };
  const options = { isOver, afterReport, intervalMs: () => current.updateIntervalMs, watchesClock: isGuarded };
  for (;;) {
    await keepRefreshing(refresh, options);
    await condition(allHandlersFinished);
    const carriedOn = fittingAccount(current, {
      ...rulesOfRun.carry({ ledger: ledger.state(), window: limiter.state(), risk: risk.state() }),
      awaitsOpenOrders: lost.awaitsOpenOrders || undefined,
      entriesToTell: risk.entriesState(),
    });
    if (!move.isDue) await continueAsNew<typeof venueAccount>(current, carriedOn);
    const hasMoved = await move.handOver(current, carriedOn);
    if (hasMoved) return setCurrentDetails(`Moved: ${venue} has an account under its new id.`);
  }
}

interface LookedAt {
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly refresh: BalanceRefresh;
  readonly guard: ReservationGuard;
}

function healthOf({ ledger, limiter, refresh, guard }: LookedAt): AccountHealth {
  const { blockedForMs, kind } = limiter.block();
  return {
    ...ledger.health(),
    blockedForMs,
    blockedBy: kind,
    balancesProblem: refresh.problem,
    stuck: guard.stuck,
  };
}

interface RiskParts {
  readonly rules: AccountRules;
  readonly risk: AccountRisk;
  readonly ledger: Ledger;
  readonly refresh: BalanceRefresh;
}

/** Whoever reads positions and the money log; undefined: under these rules, or without an environment, nobody does. */
function watchRisk(
  { environment, venue }: NamedVenue,
  { rules, risk, ledger, refresh }: RiskParts,
  entriesToTell: CarriedAccount['entriesToTell'],
) {
  if (rules.risk === undefined || environment === undefined) return undefined;
  const money = new MoneyWatch({ environment, venue }, risk);
  const positions = new PositionWatch({ environment, venue }, risk, ledger, money);
  ledger.onNews = () => positions.request();
  const caresForEntries = patched(CARES_FOR_ENTRIES);
  if (caresForEntries) {
    risk.keepOwnEntries();
    // The report may know of it long before it is booked.
    risk.onClosed = () => refresh.requestAfterClosing();
    positions.stopEntries();
  }
  if (patched(TELLS_ENTRIES)) risk.tellEntries(entriesToTell);
  if (patched(AWAITS_UNSEEN)) risk.awaitUnseen();
  if (patched(BOUNDS_OPENERS)) risk.boundOpeners();
  return { money, positions, caresForEntries };
}

/** @param isPatient whether balances that know of it already are not read once more */
function takeClosing(
  closing: PositionClosed,
  { risk, refresh }: Pick<RiskParts, 'risk' | 'refresh'>,
  isPatient: boolean,
): void {
  risk.closed(closing);
  const isSeen = isPatient && risk.isInEquity(closing, AFTER_CLOSING_MS);
  if (risk.isOn && !isSeen) refresh.requestAfterClosing();
}

interface RefreshOptions {
  readonly isOver: () => boolean;
  /** Pause after a report that succeeded. */
  readonly intervalMs: () => number;
  /** Called after each report. */
  readonly afterReport: () => void;
  readonly watchesClock: boolean;
}

/** Reads the balances in time, until the run is over or its clock stands. */
async function keepRefreshing(
  refresh: BalanceRefresh,
  { isOver, intervalMs, afterReport, watchesClock }: RefreshOptions,
): Promise<void> {
  while (!isOver()) {
    const { waitMs } = refresh;
    const beforeMs = Date.now();
    const dueNow = await condition(() => refresh.requested || isOver(), waitMs || 1);
    if (dueNow && !refresh.requested) return;
    // A run's time never goes back: after the server's clock did, it stands still. A new run begins with the true time.
    if (watchesClock && !dueNow && Date.now() - beforeMs < waitMs * STANDING_CLOCK_SHARE) return;
    void refresh.run(intervalMs()).then(afterReport);
    // A venue that does not answer must not keep a full history from ending; the next run asks anew.
    await condition(() => !refresh.running || isOver());
  }
}

function settingsFault(
  settings: VenueAccountSettings | null | undefined,
  { limiter }: AccountRules,
): string | undefined {
  if (!isRecord(settings) || typeof settings.venue !== 'string') return 'No venue is named.';
  const { updateIntervalMs, snapshotLagMs, limits } = settings;
  if (!Number.isSafeInteger(updateIntervalMs) || updateIntervalMs <= 0) return 'updateIntervalMs must be positive.';
  if (!Number.isFinite(snapshotLagMs) || snapshotLagMs < 0) return 'snapshotLagMs must be zero or more.';
  const terms = riskTermsFault(settings.riskTerms);
  if (terms !== undefined) return terms;
  return limiter.limitsFault(limits);
}
