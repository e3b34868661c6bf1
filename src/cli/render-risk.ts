import type { RiskRuleView, RiskView } from '../messages/venue-account';
import { printable } from '../process/printable';
import { boundName } from './bound-names';
import { money } from './figures';
import { renderTable } from './table';
import type { Style } from './terminal';

const STATE_COLUMN = 5;

/** Which setting of the configuration holds the bound. */
const SETTINGS: Readonly<Partial<Record<RiskRuleView['code'], string>>> = {
  ORDER_TOO_LARGE: 'risk.orderValueMax',
  PRICE_OUT_OF_BAND: 'risk.priceBandFraction',
  POSITION_TOO_LARGE: 'risk.perSymbol',
  EXPOSURE_LIMIT: 'risk.total',
  GROUP_EXPOSURE_LIMIT: 'risk.groups',
  TOO_MANY_POSITIONS: 'risk.positionsMax',
  DAILY_LOSS_LIMIT: 'risk.dailyLossFraction',
  DRAWDOWN_LIMIT: 'risk.drawdownFraction',
  LOSS_STREAK: 'risk.lossStreak',
  COOLING_DOWN: 'risk.coolDownMinutes',
  POSITION_FOREIGN: 'positions.foreign',
};

function settingOf({ code, of = '', limit = '' }: RiskRuleView): string {
  if (code !== 'TOO_MANY_ENTRIES') return SETTINGS[code] ?? '';
  const span = `${of} ${limit}`;
  if (span.includes('minute')) return 'risk.entriesPerMinute';
  return span.includes('day') ? 'risk.entriesPerDay' : 'risk.entriesPerMinute, risk.entriesPerDay';
}

function stateOf({ limit, isBlocking, blockedUntilMs }: RiskRuleView): string {
  if (isBlocking) {
    return blockedUntilMs === undefined
      ? 'BLOCKS'
      : `BLOCKS until ${new Date(blockedUntilMs).toISOString().slice(0, 16)}Z`;
  }
  return limit === undefined ? 'off' : 'ok';
}

/** A line per rule, and what the account stands at. */
export function renderRisk(view: RiskView, settleAsset: string, style: Style): string {
  const rows = view.rules.map((rule) => [
    boundName(rule.code),
    printable(rule.of ?? ''),
    settingOf(rule),
    printable(rule.limit ?? '-'),
    printable(rule.value ?? 'unknown'),
    stateOf(rule),
  ]);
  const lines = renderTable([['RULE', 'OF', 'SETTING', 'LIMIT', 'NOW', ''], ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    return column === STATE_COLUMN && text.startsWith('BLOCKS') ? style.bad(text) : text;
  });
  const sum = (amount: string | undefined) => (amount === undefined ? 'unknown' : `${money(amount)} ${settleAsset}`);
  const equity = `Equity ${sum(view.equity)}, at the start of the day (UTC) ${sum(view.dayStartEquity)}.`;
  const naked = view.unprotected.map((symbol) => style.bad(`${printable(symbol)} has no stop.`));
  return [equity, ...naked, ...lines].join('\n');
}
