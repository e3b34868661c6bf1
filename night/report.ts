import { renderTable } from '../src/cli/table';
import { isProcessFault } from './faults';
import type { Told } from './judge';
import { seconds, type FaultReport, type NightReport } from './night-run';

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

function toldText(told: Told | undefined): string {
  if (told === undefined) return '-';
  return told.afterMs < 0 ? 'open' : seconds(told.afterMs);
}

function endText(told: Told | undefined): string {
  return told?.endAfterMs === undefined ? '-' : seconds(told.endAfterMs);
}

function rowOf({ fault, told, alert = '-' }: FaultReport): readonly string[] {
  const { name, atMs, servesAgainAtMs, endedAtMs } = fault;
  const again = isProcessFault(name) ? servesAgainAtMs : endedAtMs;
  return [
    timeOf(atMs),
    name,
    alert,
    toldText(told.email),
    toldText(told.json),
    endText(told.json),
    again === undefined ? '-' : seconds(again - atMs),
  ];
}

/** What people read. */
export function renderNight(report: NightReport): readonly string[] {
  const { signals, violations, uptime, alerts, messages } = report;
  const ups = Object.entries(uptime).map(([name, { share, downs }]) => [
    name,
    `${(share * 100).toFixed(2)} %`,
    String(downs),
  ]);
  const rules = Object.entries(alerts).map(([rule, { raised, resolved }]) => [rule, String(raised), String(resolved)]);
  return [
    `A night of ${report.minutes.toFixed(1)} minutes, seed ${report.seed}.`,
    '',
    ...renderTable([['component', 'up', 'times down'], ...ups]),
    '',
    ...renderTable([
      ['UTC', 'fault', 'told as', 'mail s', 'http s', 'over s', 'mended s'],
      ...report.faults.map(rowOf),
    ]),
    ...report.skipped,
    '',
    'Seconds after the fault: until the mail server and the webhook had the message, until its end was told, until what was hit',
    'served again, or until the night ended the trouble. "open": it belongs to an alert that was told before and was not over.',
    '',
    ...renderTable([['alert', 'raised', 'resolved'], ...rules]),
    '',
    `Messages received: ${counts(messages)}; ${report.repetitions} came twice, and their sender was ended ${report.monitorDeaths} times.`,
    `The dead man's switch got ${report.pings} pings; the longest silence was ${seconds(report.longestSilenceMs)} s.`,
    `Signals: ${signals.sent} sent, ${signals.accepted} accepted, ${signals.repeated} sent again and recognised, refused: ${counts(signals.refused)}.`,
    `Ends: ${counts(signals.outcomes)}. Orders at the venue: ${report.orders}, with the model's; at most ${report.mostOrdersPerSignal} per signal.`,
    '',
    ...(violations.length === 0
      ? [
          'Everything that had to be told was told; nothing was traded twice, no signal was lost, nothing was left running.',
        ]
      : [`NOT PASSED, the data is kept in ${report.dataDir}:`, ...violations.map((sentence) => `- ${sentence}`)]),
  ];
}

function counts(of: Readonly<Record<string, number>>): string {
  return (
    Object.entries(of)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  );
}
