import { join } from 'node:path';
import type { AlertRule, Finding } from '../../domain/alerts/alert';
import type { AlertState } from '../../domain/alerts/state';
import { parseDecimal } from '../../domain/decimal';
import type { Config } from '../../config/schema';
import { inWords } from '../account-health';
import { logFolder } from '../log-files';
import type { PartHealth } from '../part-health';
import { describeBound, foreignSymbols, reachedBounds } from '../positions-health';
import { ofSupervisor } from './supervisor-look';
import { SIGNALS_NAMED_MAX } from '../trading-health';

/** What was seen at one moment. What is absent was not looked at, or could not be: nothing follows from it. */
export interface Sight {
  /** What the server and the venue say of every part. */
  readonly parts?: readonly PartHealth[];
  /** Why the server could not be asked for them. */
  readonly serverFault?: string;
  /** Errors of the last minute, by process. */
  readonly errors?: ReadonlyMap<string, number>;
  /** What is wrong with the disk; empty: nothing. */
  readonly diskFault?: string;
  /** What is wrong with who starts all processes; empty: nothing. */
  readonly supervisorFault?: string;
  /** Free funds by asset, decimal strings. */
  readonly freeFunds?: Readonly<Record<string, string>>;
}

/** What decides whether something is worth a message. */
export type WatchSettings = Pick<Config, 'venue' | 'alerts' | 'workers' | 'orders' | 'ml' | 'dataDir'>;

type Found = Omit<Finding, 'atMs'>;

const ENGINE = 'trading_engine';
const SERVER = 'temporal';
/** An account tells of so many reservations, and of no more. */
const OVERDUE_LISTED_MAX = 20;

/** What the engine notices itself, and what people are told of it. */
const RULES_OF_CODES: readonly { readonly rule: AlertRule; readonly codes: readonly string[] }[] = [
  { rule: 'venue_unreachable', codes: ['VENUE_UNREACHABLE'] },
  { rule: 'key_refused', codes: ['ORDERS_REFUSED', 'ACCOUNT_REFUSED', 'MARKET_DATA_REFUSED'] },
  { rule: 'key_ends_soon', codes: ['KEY_ENDS_SOON'] },
  { rule: 'entries_stopped', codes: ['ENTRIES_STOPPED'] },
];

/**
 * What follows from what was seen.
 *
 * @param known names what was found before, so that it can be said that it is over
 * @param nowMs UTC, milliseconds
 */
export function findingsOf(
  sight: Sight,
  settings: WatchSettings,
  known: AlertState,
  nowMs: number,
): readonly Finding[] {
  const { parts = [] } = sight;
  const engine = parts.find(({ name }) => name === ENGINE);
  const account = parts.find(({ name }) => name === 'venue_account');
  const found: readonly Found[] = [
    ...ofServer(sight),
    ...ofEngine(engine, account, settings),
    ...ofTaken(engine, known),
    ...ofAccount(account, settings.venue, known),
    ...ofOrders(parts, settings, known, nowMs),
    ...ofPositions(parts, known),
    ...ofPredictions(parts, settings, nowMs),
    ...parts.flatMap((part) => ofMemory(part, settings)),
    ...ofErrors(sight, settings, known),
    ...ofDisk(sight, settings),
    ...ofFunds(sight, settings),
    ...ofSupervisor(sight.supervisorFault),
  ];
  return found.map((finding) => ({ ...finding, atMs: nowMs }));
}

function ofServer({ parts, serverFault }: Sight): readonly Found[] {
  const part = parts?.find(({ name }) => name === SERVER);
  if (serverFault === undefined && part === undefined) return [];
  const fault = serverFault ?? (part?.status === 'unhealthy' ? part.text : undefined);
  const text =
    fault === undefined
      ? 'The Temporal server answers.'
      : `The Temporal server cannot be used, so nothing is traded: ${fault}.`;
  return [{ rule: 'temporal_unreachable', subject: SERVER, holds: fault !== undefined, text }];
}

/** An engine that is silent, or of an older release, says nothing of what it notices. */
function ofEngine(
  engine: PartHealth | undefined,
  account: PartHealth | undefined,
  { venue, workers }: WatchSettings,
): readonly Found[] {
  const { ownProblems, heartbeatAgeMs = Infinity } = engine ?? {};
  if (ownProblems === undefined || heartbeatAgeMs > workers.heartbeatTimeoutSeconds * 1_000) return [];
  const say = (rule: AlertRule, subject: string, codes: readonly string[]): Found => {
    const sentences = ownProblems.filter(({ code }) => codes.includes(code)).map(({ sentence }) => sentence);
    const holds = sentences.length > 0;
    return { rule, subject, holds, text: holds ? sentences.join(' ') : `The engine notices nothing of it any more.` };
  };
  const ban = say('venue_banned', venue, ['VENUE_BAN']);
  const isHeldBack = account?.account?.blockedBy === 'banned' && account.account.blockedForMs > 0;
  const heldBack = {
    ...ban,
    holds: true,
    text: `${venue} has banned us: nothing is sent or looked up until the ban ends.`,
  };
  return [
    ...RULES_OF_CODES.map(({ rule, codes }) => say(rule, venue, codes)),
    ban.holds || !isHeldBack ? ban : heldBack,
    say('clock_off', ENGINE, ['CLOCK_OFF']),
  ];
}

/** What the exchange closed by force lately, each with a message of its own. */
function ofTaken(engine: PartHealth | undefined, known: AlertState): readonly Found[] {
  const { ownProblems } = engine ?? {};
  if (ownProblems === undefined) return [];
  const taken = ownProblems.flatMap(({ code, sentence }): readonly Found[] => {
    const [name, symbol] = code.split(' ');
    if (name !== 'POSITION_TAKEN' || symbol === undefined) return [];
    return [{ rule: 'position_taken', subject: symbol, holds: true, text: sentence }];
  });
  return [...taken, ...gone('position_taken', taken, known, 'It was more than ten minutes ago.')];
}

function ofAccount(account: PartHealth | undefined, venue: string, known: AlertState): readonly Found[] {
  const health = account?.account;
  if (health === undefined) return [];
  const { balancesAgeMs, balancesAgeMaxMs, balancesProblem, overdue } = health;
  const orphaned = overdue.map(({ id, purpose, ageMs }): Found => {
    const text = `The signal ${id} (${purpose}) has held funds for ${inWords(ageMs)}, longer than it should: "oncefill signal show ${id}" tells why.`;
    return { rule: 'reservation_orphaned', subject: id, holds: true, text };
  });
  const isComplete = overdue.length < OVERDUE_LISTED_MAX;
  const over = isComplete ? gone('reservation_orphaned', orphaned, known, 'It holds no funds any more.') : [];
  // Never read and no reason yet: the account has just begun.
  if (balancesAgeMs === undefined && balancesProblem === undefined) return [...orphaned, ...over];
  const isOld = balancesAgeMs === undefined || Math.abs(balancesAgeMs) > balancesAgeMaxMs;
  const cause = balancesProblem === undefined ? '' : `: ${balancesProblem}`;
  const age = balancesAgeMs === undefined ? 'were never read' : `are ${inWords(Math.abs(balancesAgeMs))} old`;
  const text = isOld
    ? `The balances of ${venue} ${age}, so entries wait${cause}.`
    : `The balances of ${venue} are read.`;
  return [...orphaned, ...over, { rule: 'balances_old', subject: venue, holds: isOld, text }];
}

function ofOrders(
  parts: readonly PartHealth[],
  { orders }: WatchSettings,
  known: AlertState,
  nowMs: number,
): readonly Found[] {
  const waiting = parts.find(({ name }) => name === 'signals')?.waiting;
  if (waiting === undefined) return [];
  const old = waiting
    .map(({ id, startedAtMs }) => ({ id, ageMs: nowMs - startedAtMs }))
    .filter(({ ageMs }) => ageMs > orders.unknownAlertSeconds * 1_000)
    .map(({ id, ageMs }): Found => {
      const text = `The order of the signal ${id} is unknown or missing since at most ${inWords(ageMs)}; its funds stay held, or the position that it was to close stays as it is: "oncefill signal show ${id}" tells what to do.`;
      return { rule: 'order_unknown', subject: id, holds: true, text };
    });
  // Of a list that was cut, it is not known what else it held.
  if (waiting.length > SIGNALS_NAMED_MAX) return old;
  return [...old, ...gone('order_unknown', old, known, 'It is known where the order is.')];
}

function ofPositions(parts: readonly PartHealth[], known: AlertState): readonly Found[] {
  const risk = parts.find(({ name }) => name === 'positions')?.risk;
  // Before the venue's first report nothing is known of any position.
  if (risk === undefined || risk.positionsAsOfMs === 0) return [];
  const naked = risk.unprotected.map((symbol): Found => {
    const text = `The position of ${symbol} has no stop at the exchange: it is set again, or the position is closed, which happens while trading is halted only with protection.whileHalted: keepAndClose. "oncefill position show ${symbol}" tells more.`;
    return { rule: 'position_unprotected', subject: symbol, holds: true, text };
  });
  const foreign = foreignSymbols(risk).map((symbol): Found => {
    const text = `A position of ${symbol} is open that nobody here opened; the symbol takes no entry while it is there.`;
    return { rule: 'position_foreign', subject: symbol, holds: true, text };
  });
  const bounds = reachedBounds(risk).map((bound): Found => {
    return {
      rule: 'risk_limit',
      subject: bound.code,
      holds: true,
      text: `No entry is taken: ${describeBound(bound)}.`,
    };
  });
  const old = risk.isOutdated ? [oldPositions(risk.positionsAsOfMs)] : [];
  return [
    ...old,
    ...gone('positions_old', old, known, 'The positions are reported again.'),
    ...naked,
    ...gone('position_unprotected', naked, known, 'The position has a stop, or is closed.'),
    ...foreign,
    ...gone('position_foreign', foreign, known, 'The position is closed, or is ours.'),
    ...bounds,
    ...gone('risk_limit', bounds, known, 'Entries are taken again.'),
  ];
}

function oldPositions(reportedAtMs: number): Found {
  const when = new Date(reportedAtMs).toISOString().slice(0, 19);
  const text = `The positions were last reported at ${when}Z, so entries wait, and nothing is closed by rule.`;
  return { rule: 'positions_old', subject: 'positions', holds: true, text };
}

/** Those that were found before and are not in a list that is complete. */
function gone(rule: AlertRule, found: readonly Found[], { alerts }: AlertState, text: string): readonly Found[] {
  return alerts
    .filter((alert) => alert.rule === rule && !found.some(({ subject }) => subject === alert.subject))
    .map(({ subject }) => ({ rule, subject, holds: false, text }));
}

function ofPredictions(
  parts: readonly PartHealth[],
  { ml, alerts, dataDir }: WatchSettings,
  nowMs: number,
): readonly Found[] {
  const lastTickMs = parts.find(({ name }) => name === 'predictions')?.lastTickMs;
  if (lastTickMs === undefined) return [];
  const missed = Math.floor((nowMs - lastTickMs) / (ml.candleIntervalMinutes * 60_000)) - 1;
  const holds = missed >= alerts.predictionsMissed;
  const text = holds
    ? `The model has predicted nothing for ${missed} candles, so it makes no signals: ${join(logFolder(dataDir), 'ml_manager_*.log')} tells why.`
    : 'The model predicts.';
  return [{ rule: 'predictions_missing', subject: 'ml_manager', holds, text }];
}

function ofMemory({ name, memoryShare }: PartHealth, { alerts }: WatchSettings): readonly Found[] {
  if (memoryShare === undefined) return [];
  const percent = Math.round(memoryShare * 100);
  const text = `${name} uses ${percent} % of the memory that it may use; at 100 % it ends, and is started again.`;
  return [{ rule: 'memory_high', subject: name, holds: memoryShare >= alerts.memoryShare, text }];
}

function ofErrors({ errors }: Sight, { alerts, dataDir }: WatchSettings, known: AlertState): readonly Found[] {
  if (errors === undefined) return [];
  const counted = [...errors].map(([subject, count]): Found => ({
    rule: 'errors_frequent',
    subject,
    holds: count >= alerts.errorsPerMinute,
    text: `${subject} logged ${count} errors within a minute: ${join(logFolder(dataDir), 'errors_*.log')} tells which.`,
  }));
  // Who counts may have been started after the last of the errors, and then knows nothing of who logged them.
  return [...counted, ...gone('errors_frequent', counted, known, 'It logs no errors any more.')];
}

function ofDisk({ diskFault }: Sight, { dataDir }: WatchSettings): readonly Found[] {
  if (diskFault === undefined) return [];
  const text = diskFault || 'There is room on the disk again.';
  return [{ rule: 'disk_full', subject: dataDir, holds: diskFault !== '', text }];
}

function ofFunds({ freeFunds }: Sight, { alerts, venue }: WatchSettings): readonly Found[] {
  if (freeFunds === undefined) return [];
  return Object.entries(alerts.balanceLow).flatMap(([asset, least]): readonly Found[] => {
    const free = parseDecimal(freeFunds[asset]);
    // An asset that the venue does not tell of is not known to be there or not.
    if (free === undefined) return [];
    const text = `${venue} has ${free.toFixed()} ${asset} free; alerts.balanceLow names ${least}.`;
    return [{ rule: 'balance_low', subject: asset, holds: free.lessThan(least), text }];
  });
}
