import type { RiskRuleView, RiskView } from '../messages/venue-account';
import { printable } from '../process/printable';
import { renderTable } from './table';
import type { Style } from './terminal';

function stateOf({ limit, isBlocking, blockedUntilMs }: RiskRuleView): string {
  if (limit === undefined) return 'off';
  if (!isBlocking) return 'open';
  return blockedUntilMs === undefined
    ? 'BLOCKS'
    : `BLOCKS until ${new Date(blockedUntilMs).toISOString().slice(0, 16)}Z`;
}

/** A line per rule, and what the account stands at. */
export function renderRisk(view: RiskView, style: Style): string {
  const rows = view.rules.map((rule) => [
    rule.code,
    printable(rule.of ?? ''),
    printable(rule.limit ?? '-'),
    printable(rule.value ?? 'unknown'),
    stateOf(rule),
  ]);
  const lines = renderTable([['RULE', 'OF', 'LIMIT', 'NOW', ''], ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    return column === 4 && text.startsWith('BLOCKS') ? style.bad(text) : text;
  });
  const equity = `Equity ${view.equity ?? 'unknown'}, at the start of the day (UTC) ${view.dayStartEquity ?? 'unknown'}.`;
  const naked = view.unprotected.map((symbol) => style.bad(`${printable(symbol)} has no stop.`));
  return [equity, ...naked, ...lines].join('\n');
}
