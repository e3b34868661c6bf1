import { parseDecimal } from '../decimal';
import type { AccountReport, Answered, Expectations, FeeFacts, PositionFacts, SymbolFacts } from './facts';
import { nameSymbols, type PreflightFinding } from './finding';

type Found = readonly PreflightFinding[];

/** What holds for the configured symbols, one finding for all symbols of which it holds. */
export function judgeSymbols(report: AccountReport, expected: Expectations): Found {
  const known = Object.entries(report.symbols).flatMap(([symbol, answer]) =>
    answer.status === 'known' ? [{ symbol, ...answer.facts }] : [],
  );
  return [
    ...judgeMode(known, expected),
    ...judgeLeverage(known, report.leverageRefusals, expected),
    ...judgePositions(known, expected),
    ...judgeTradable(report.tradable, expected),
    ...judgeFees(report.fees, expected),
  ];
}

type Named = SymbolFacts & { readonly symbol: string };

function judgeMode(known: readonly Named[], { venue }: Expectations): Found {
  const symbols = known.filter(({ positionMode }) => positionMode === 'hedge').map(({ symbol }) => symbol);
  if (symbols.length === 0) return [];
  const sentence = `${nameSymbols(symbols)} on ${venue} ${are(symbols)} in hedge mode, in which every order would be refused: close what is open there, and switch the position mode to one-way at the exchange (POST /v5/position/switch-mode, mode 0).`;
  return [{ severity: 'refuse', code: 'HEDGE_MODE', sentence, symbols }];
}

function judgeLeverage(
  known: readonly Named[],
  refusals: AccountReport['leverageRefusals'],
  { venue, leverage, leverageAtVenue }: Expectations,
): Found {
  // In hedge mode something else has to be mended first, and each side has a leverage of its own.
  const oneWay = known.filter(({ positionMode }) => positionMode === 'one_way');
  const byLeverage = new Map<string, string[]>();
  for (const { symbol, positions } of oneWay) {
    const found = positions[0]?.leverage;
    if (found !== undefined && isSame(found, leverage)) continue;
    const key = found ?? '';
    byLeverage.set(key, [...(byLeverage.get(key) ?? []), symbol]);
  }
  return [...byLeverage].map(([found, symbols]): PreflightFinding => {
    const what = found === '' ? 'is not told' : `is ${found}`;
    const reasons = [...new Set(symbols.flatMap((symbol) => refusals[symbol] ?? []))];
    const why = reasons.length > 0 ? `, and setting it was refused (${reasons.join('; ')})` : '';
    if (leverageAtVenue === 'will_set') {
      const sentence = `The leverage of ${nameSymbols(symbols)} on ${venue} ${what}: the next start sets it to ${leverage}.`;
      return { severity: 'note', code: 'LEVERAGE', sentence, symbols };
    }
    const remedy =
      leverageAtVenue === 'set'
        ? `set it at the exchange`
        : `set it at the exchange, or let the start do so (venues.${venue}.leverageAtVenue: set)`;
    const sentence = `The leverage of ${nameSymbols(symbols)} on ${venue} ${what}, and orders would be booked with ${leverage}${why}: ${remedy}, or set venues.${venue}.leverage to what is there.`;
    return { severity: 'refuse', code: 'LEVERAGE', sentence, symbols };
  });
}

function isSame(text: string, leverage: number): boolean {
  return parseDecimal(text)?.equals(leverage) === true;
}

function judgePositions(known: readonly Named[], { venue }: Expectations): Found {
  const having = (is: (position: PositionFacts) => boolean): string[] =>
    known.filter(({ positions }) => positions.some(is)).map(({ symbol }) => symbol);
  const found: PreflightFinding[] = [];
  const takenOver = having(({ isTakenOver }) => isTakenOver);
  if (takenOver.length > 0) {
    const sentence = `${venue} is liquidating or deleveraging ${nameSymbols(takenOver)}: look at the account at the exchange.`;
    found.push({ severity: 'warn', code: 'POSITION_TAKEN_OVER', sentence, symbols: takenOver });
  }
  const reduceOnly = having(({ isReduceOnly }) => isReduceOnly);
  if (reduceOnly.length > 0) {
    const sentence = `${venue} lets ${nameSymbols(reduceOnly)} only be reduced, so entries there would be refused: lower the position or its risk limit at the exchange.`;
    found.push({ severity: 'warn', code: 'REDUCE_ONLY_POSITION', sentence, symbols: reduceOnly });
  }
  const open = having(({ size }) => parseDecimal(size)?.isZero() === false);
  if (open.length > 0) {
    const sentence = `There are open positions in ${nameSymbols(open)} on ${venue}: exits of any strategy reduce them, whoever opened them.`;
    found.push({ severity: 'note', code: 'OPEN_POSITION', sentence, symbols: open });
  }
  return found;
}

function judgeTradable(answer: Answered<readonly string[]>, { venue, symbols }: Expectations): Found {
  if (answer.status !== 'known') return [];
  const missing = symbols.filter((symbol) => !answer.facts.includes(symbol));
  if (missing.length === 0) return [];
  const sentence = `${venue} does not let this account trade ${nameSymbols(missing)}: take ${missing.length === 1 ? 'it' : 'them'} out of venues.${venue}.symbols, or ask the exchange why.`;
  return [{ severity: 'stop', code: 'SYMBOL_NOT_ALLOWED', sentence, symbols: missing }];
}

/** Reservations hold what an order costs with the fee that is counted with; a higher one makes them too small. */
function judgeFees(
  answer: Answered<Readonly<Record<string, FeeFacts>>>,
  { venue, symbols, takerFee }: Expectations,
): Found {
  if (answer.status !== 'known') return [];
  const dearer = new Map<string, string[]>();
  const untold: string[] = [];
  for (const symbol of symbols) {
    const fee = Object.hasOwn(answer.facts, symbol) ? answer.facts[symbol]?.taker : undefined;
    if (fee === undefined) untold.push(symbol);
    else if (parseDecimal(fee)?.greaterThan(takerFee) === true) dearer.set(fee, [...(dearer.get(fee) ?? []), symbol]);
  }
  const found = [...dearer].map(([fee, named]): PreflightFinding => {
    const sentence = `The taker fee of ${nameSymbols(named)} on ${venue} is ${fee}, and reservations count with ${takerFee}: raise sizing.safetyMargin by the difference times venues.${venue}.leverage, or an order may be refused for want of funds.`;
    return { severity: 'warn', code: 'FEE_RATE', sentence, symbols: named };
  });
  if (untold.length === 0) return found;
  const sentence = `${venue} does not tell the taker fee of ${nameSymbols(untold)}, and reservations count with ${takerFee}: look at the fee rates at the exchange.`;
  return [...found, { severity: 'warn', code: 'FEE_RATE', sentence, symbols: untold }];
}

function are(symbols: readonly string[]): string {
  return symbols.length === 1 ? 'is' : 'are';
}
