import { describeFunnel } from '../domain/model-gate/funnel';
import type { SpanCounts, TickCounts } from '../domain/model-gate/recent-counts';
import type { OpenView } from '../messages/ml-manager';
import type { PredictionsReport } from '../observability/predictions-report';
import { printable } from '../process/printable';
import { liveScoreLines, presentLiveScore } from './render-live-score';
import { operationLines, presentOperation } from './render-ml-operation';
import { renderTable } from './table';
import type { Style } from './terminal';

const GATE_WORDS = {
  costs: 'costs (a prediction has to promise more than its trade costs)',
  demo: 'demo (paper only: a prediction need not promise what its trade costs)',
} as const;

function timeOf(atMs: number | undefined): string {
  return atMs === undefined ? 'never' : `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function isoOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}

/** The prediction loop as `ml status --json` has it. */
export function presentPredictions({ state, stats }: PredictionsReport) {
  return {
    running: state.status === 'running',
    model: state.model,
    ...presentOperation(state),
    gate: state.gate,
    demo: state.demoWords,
    last_tick_at: isoOf(state.lastTickMs),
    next_tick_at: isoOf(state.nextTickMs),
    last_error: state.lastError,
    left_out: state.leftOut,
    ...presentCounts(stats),
    last_funnel: state.lastFunnel,
    last_hour: presentSpan(stats.lastHour),
    last_day: presentSpan(stats.lastDay),
    ...presentLiveScore(state),
    views: (state.views ?? []).map(({ symbol, direction, openedAtMs, endsAtMs }) => ({
      symbol,
      direction,
      opened_at: isoOf(openedAtMs),
      ends_at: isoOf(endsAtMs),
    })),
  };
}

function presentCounts({ ticks, failedTicks, predictions, funnel, ...signals }: TickCounts) {
  const { signalsAccepted: accepted, signalsDuplicate: duplicate, signalsRefused: refused } = signals;
  return { ticks, failed_ticks: failedTicks, predictions, signals: { accepted, duplicate, refused }, funnel };
}

function presentSpan(span: SpanCounts | undefined) {
  return span && { since: isoOf(span.sinceMs), ...presentCounts(span) };
}

/** What the model does, and why its predictions are no signals. */
export function renderPredictions(report: PredictionsReport, style: Style): string {
  const { state, stats } = report;
  const { status, model, gate, lastTickMs, nextTickMs, lastError, lastFunnel, demoWords, views = [] } = state;
  const lines = [
    `Predictions ${status === 'running' ? style.good(status) : style.warning(status)}, model ${printable(model)}.`,
    `Last candle ${timeOf(lastTickMs)}, next ${timeOf(nextTickMs)}.`,
    gate === undefined ? 'No gate is configured: no prediction becomes a signal.' : `Gate: ${GATE_WORDS[gate]}.`,
  ];
  if (state.leftOut !== undefined) lines.push(style.warning(printable(state.leftOut)));
  lines.push(...operationLines(state, style));
  if (demoWords !== undefined) lines.push(`Each signal is a ${printable(demoWords)} of its order's value.`);
  if (lastFunnel !== undefined) lines.push(`Last tick: ${describeFunnel(lastFunnel)}.`);
  if (stats.lastHour !== undefined) lines.push(`The hour up to it: ${countsWords(stats.lastHour)}`);
  if (stats.lastDay !== undefined) lines.push(`The day up to it: ${countsWords(stats.lastDay)}`);
  if (stats.funnel !== undefined) lines.push(`So far: ${describeFunnel(stats.funnel)}.`);
  lines.push(ticksWords(stats));
  if (lastError !== undefined) lines.push(style.bad(`The last tick failed: ${printable(lastError)}`));
  return [...lines, ...liveScoreLines(state, style), ...viewLines(views, style)].join('\n');
}

function countsWords(span: SpanCounts): string {
  const funnel = span.funnel === undefined ? '' : `${describeFunnel(span.funnel)}. `;
  return `${funnel}${ticksWords(span)}`;
}

function ticksWords({ ticks, failedTicks, signalsAccepted, signalsDuplicate, signalsRefused }: TickCounts): string {
  return `${ticks} ${ticks === 1 ? 'tick' : 'ticks'}, ${failedTicks} failed; signals: ${signalsAccepted} accepted, ${signalsDuplicate} duplicate, ${signalsRefused} refused.`;
}

function viewLines(views: readonly OpenView[], style: Style): readonly string[] {
  if (views.length === 0) return ['No view is open.'];
  const rows = views.map((view) => [
    printable(view.symbol),
    printable(view.direction),
    timeOf(view.openedAtMs),
    timeOf(view.endsAtMs),
  ]);
  return renderTable([['VIEW', 'SIDE', 'SINCE', 'UNTIL'], ...rows], (text, row) =>
    row === 0 ? style.dim(text) : text,
  );
}
