import type { AccountFacts, AccountReport, Answered, Expectations, HabitFacts, MaintenanceFacts } from './facts';
import { nameSymbols, type PreflightFinding, type Severity } from './finding';
import { judgeKey } from './judge-key';
import { judgeSymbols } from './judge-symbols';

type Found = readonly PreflightFinding[];

/** No entry begins so shortly before the exchange stops trading: what rests then could not be cancelled. */
export const MAINTENANCE_LEAD_MS = 10 * 60_000;

const ORDER_OF_SEVERITY: readonly Severity[] = ['refuse', 'stop', 'warn', 'note'];

/**
 * What the answers of a venue mean for trading as it is configured, the worst first.
 *
 * @param nowMs UTC, milliseconds
 */
export function judgeAccount(report: AccountReport, expected: Expectations, nowMs: number): Found {
  const found = [
    ...judgeKey(report, expected, nowMs),
    ...judgeKind(report.account, expected),
    ...judgeHabits(report.habits, expected),
    ...judgeSymbols(report, expected),
    ...judgeMaintenance(report.maintenance, expected, nowMs),
    ...judgeMissing(report, expected),
  ];
  return ORDER_OF_SEVERITY.flatMap((severity) => found.filter((finding) => finding.severity === severity));
}

function judgeKind(answer: Answered<AccountFacts>, { venue }: Expectations): Found {
  if (answer.status !== 'known') return [];
  const { kind, marginMode } = answer.facts;
  if (kind !== 'unified') {
    const what =
      kind === 'classic'
        ? 'a classic one'
        : kind === 'unified_old'
          ? 'a unified one of the first kind'
          : 'of a kind that is not known';
    const sentence = `The account of ${venue} is ${what}, whose balances are read in another way: upgrade it to the Unified Trading Account 2.0 at the exchange.`;
    return [{ severity: 'refuse', code: 'ACCOUNT_KIND', sentence }];
  }
  if (marginMode === 'cross' || marginMode === 'isolated') return [];
  const sentence = `The account of ${venue} is in ${marginMode === 'portfolio' ? 'portfolio margin' : 'a margin mode that is not known'}, in which it is not told what an order holds: switch it to cross or isolated margin at the exchange (POST /v5/account/set-margin-mode).`;
  return [{ severity: 'refuse', code: 'MARGIN_MODE', sentence }];
}

function judgeHabits(answer: Answered<HabitFacts>, { venue, settleAsset }: Expectations): Found {
  if (answer.status !== 'known') return [];
  const { feeAsset, movesLimitPrices } = answer.facts;
  const found: PreflightFinding[] = [];
  if (feeAsset !== undefined && feeAsset !== settleAsset) {
    const sentence = `Fees on ${venue} are paid in ${feeAsset} and not in ${settleAsset}: keep some ${feeAsset} in the account, or switch that off at the exchange (futures fees in ${feeAsset}).`;
    found.push({ severity: 'warn', code: 'FEE_ASSET', sentence });
  }
  if (movesLimitPrices) {
    const sentence = `${venue} moves a limit price outside its band to the band's edge without a word: switch on the refusal of such prices at the exchange (lpaPerp) if an order must not rest at another price.`;
    found.push({ severity: 'note', code: 'LIMIT_PRICES_MOVED', sentence });
  }
  return found;
}

function judgeMaintenance(
  answer: Answered<readonly MaintenanceFacts[]>,
  { venue }: Expectations,
  nowMs: number,
): Found {
  if (answer.status !== 'known') return [];
  const ahead = answer.facts.filter(({ endMs }) => (endMs ?? Infinity) > nowMs);
  return ahead.map(({ title, beginMs, endMs }): PreflightFinding => {
    const fromMs = beginMs - MAINTENANCE_LEAD_MS;
    const end = endMs === undefined ? 'an end that is not told' : new Date(endMs).toISOString();
    const sentence = `${venue} does not trade from ${new Date(beginMs).toISOString()} to ${end} (${title}), so no entry is sent from ${new Date(fromMs).toISOString()} on: look at the exchange's status page.`;
    return { severity: 'stop', code: 'MAINTENANCE', sentence, fromMs, untilMs: endMs };
  });
}

/** What each question is about, and whether orders may be made without its answer. */
const QUESTIONS: readonly {
  readonly name: 'key' | 'account' | 'habits' | 'fees' | 'tradable' | 'maintenance';
  readonly what: string;
  readonly isNeeded: boolean;
}[] = [
  { name: 'key', what: 'what the key may do', isNeeded: true },
  { name: 'account', what: 'account type and margin mode', isNeeded: true },
  { name: 'habits', what: 'the asset of fees', isNeeded: false },
  { name: 'fees', what: 'the fee rates', isNeeded: false },
  { name: 'tradable', what: 'which symbols this account may trade', isNeeded: false },
  { name: 'maintenance', what: 'whether maintenance is planned', isNeeded: false },
];

/** Who is silent, and what to look at: a request that we held back says nothing of the exchange. */
function missingSentence(venue: string, what: string, answer?: Extract<Answered<never>, { status: 'unread' }>): string {
  if (answer?.isOurs === true)
    return `${venue} was not asked for ${what}: our own request limits were full; nothing is wrong at the exchange, and it is asked again by itself.`;
  const reason = (answer?.message ?? '').replace(/\.$/, '');
  return `${venue} did not tell ${what} (${reason}): it is asked again by itself; look at the network, the key and the exchange until then.`;
}

function isRefused(answer: Answered<unknown>): boolean {
  return answer.status === 'unread' && answer.isFinal;
}

/** Play money on this machine is traded without what could not be read; nothing else is. */
function judgeMissing(report: AccountReport, { venue, environment }: Expectations): Found {
  const stop: Severity = environment === 'paper' ? 'warn' : 'stop';
  const isKeyRefused = isRefused(report.key) || isRefused(report.account);
  const unread = QUESTIONS.flatMap(({ name, what, isNeeded }): Found => {
    const answer = report[name];
    if (answer.status === 'not_offered') {
      const sentence = `${venue} does not tell ${what} in ${environment}: look at the exchange yourself.`;
      return [{ severity: 'note', code: 'NOT_OFFERED', sentence }];
    }
    // A refused key was said already, and is why the rest is refused.
    if (answer.status === 'known' || (isKeyRefused && answer.isFinal)) return [];
    const sentence = missingSentence(venue, what, answer);
    return [{ severity: isNeeded ? stop : 'warn', code: 'NOT_READ', sentence }];
  });
  const symbols = Object.entries(report.symbols).filter(
    ([, answer]) => answer.status === 'unread' && !(isKeyRefused && answer.isFinal),
  );
  if (symbols.length === 0) return unread;
  const named = symbols.map(([symbol]) => symbol);
  const missing = symbols.flatMap(([, answer]) => (answer.status === 'unread' ? [answer] : []));
  // What the exchange refused says more than what we held back ourselves.
  const worst = missing.find(({ isOurs }) => isOurs !== true) ?? missing[0];
  const sentence = missingSentence(venue, `position mode and leverage of ${nameSymbols(named)}`, worst);
  return [...unread, { severity: stop, code: 'NOT_READ', sentence, symbols: named }];
}
