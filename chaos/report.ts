import { renderTable } from '../src/cli/table';
import type { PositionFigures } from './position-checks';
import type { SeedReport } from './seed-run';
import type { PointReport } from './sweep';

/** Of seeds with positions, in a table of their own. */
const POSITION_COLUMNS = [
  'seed',
  'positions',
  'exits',
  'double exits',
  'late exits',
  'flips',
  'bare ms',
  'bare by fault',
  'trades',
  'estimated',
];

const SEED_COLUMNS = [
  'seed',
  'faults',
  'kills',
  'steps',
  'signals',
  'repeated',
  'settled',
  'orders',
  'duplicates',
  'leaks',
  'requests',
  'replays',
  'minutes',
];

/** What programs read. */
export function seedsAsJson(reports: readonly SeedReport[]): object {
  return {
    passed: reports.every(({ violation }) => violation === undefined),
    totals: totalsOf(reports),
    seeds: reports,
  };
}

export function sweepAsJson(reports: readonly PointReport[]): object {
  const passed = reports.every(({ violation }) => violation === undefined);
  return { passed, points: reports.length, duplicates: duplicatesOf(reports), leaks: leaksOf(reports), reports };
}

/** The table of a run over seeds, as lines. */
export function renderSeeds(reports: readonly SeedReport[]): string[] {
  const totals = totalsOf(reports);
  const rows = reports.map((report) => [
    String(report.seed),
    String(sumOf(report.faults)),
    String(sumOf(report.kills)),
    String(sumOf(report.clockSteps)),
    String(report.signals),
    String(report.repetitions),
    String(report.settled),
    String(report.orders),
    String(report.duplicates),
    String(report.leaks),
    String(report.venueRequests),
    String(report.replays),
    report.minutes.toFixed(1),
  ]);
  const sums = [
    `${totals.seeds} seeds`,
    String(sumOf(totals.faults)),
    String(sumOf(totals.kills)),
    String(sumOf(totals.clockSteps)),
    String(totals.signals),
    String(totals.repetitions),
    String(totals.settled),
    String(totals.orders),
    String(totals.duplicates),
    String(totals.leaks),
    String(totals.venueRequests),
    String(totals.replays),
    totals.minutes.toFixed(1),
  ];
  return [
    ...renderTable([SEED_COLUMNS, ...rows, sums]),
    '',
    ...renderPositions(reports),
    `Faults by class: ${renderCounts(totals.faults)}.`,
    ...reports
      .filter(({ notMet }) => notMet.length > 0)
      .map(({ seed, notMet }) => `Seed ${seed} did not meet: ${notMet.join(', ')}.`),
    `Kills: ${renderCounts(totals.kills)}.`,
    `Steps of the engine's clock: ${renderCounts(totals.clockSteps)}.`,
    `Ends: ${renderCounts(totals.outcomes)}.`,
  ];
}

/** What positions came to, as lines; none without any. The times without a stop are the longest, milliseconds. */
function renderPositions(reports: readonly SeedReport[]): string[] {
  const known = reports.flatMap(({ seed, positions }) => (positions ? [{ name: String(seed), ...positions }] : []));
  if (known.length === 0) return [];
  const sum = (pick: (figures: PositionFigures) => number): number =>
    known.reduce((total, figures) => total + pick(figures), 0);
  const longest = (pick: (figures: PositionFigures) => number): number => Math.max(...known.map(pick));
  const total = {
    name: `${known.length} seeds`,
    positions: sum(({ positions }) => positions),
    exits: sum(({ exits }) => exits),
    doubleExits: sum(({ doubleExits }) => doubleExits),
    lateExits: sum(({ lateExits }) => lateExits),
    flips: sum(({ flips }) => flips),
    unprotectedMs: longest(({ unprotectedMs }) => unprotectedMs),
    unprotectedByFaultMs: longest(({ unprotectedByFaultMs }) => unprotectedByFaultMs),
    trades: sum(({ trades }) => trades),
    estimated: sum(({ estimated }) => estimated),
  };
  const rows = [...known, total].map(({ name, ...figures }) => [
    name,
    String(figures.positions),
    String(figures.exits),
    String(figures.doubleExits),
    String(figures.lateExits),
    String(figures.flips),
    String(figures.unprotectedMs),
    String(figures.unprotectedByFaultMs),
    String(figures.trades),
    String(figures.estimated),
  ]);
  return [...renderTable([POSITION_COLUMNS, ...rows]), ''];
}

/** The table of a sweep, as lines. */
export function renderSweep(reports: readonly PointReport[]): string[] {
  const rows = reports.map(({ point, scenario, outcome = '-', orders, seconds, violation, position }) => [
    point,
    scenario,
    violation === undefined ? outcome : 'FAILED',
    String(orders),
    position?.end ?? '-',
    position ? String(position.exits) : '-',
    position ? String(position.unprotectedMs) : '-',
    seconds.toFixed(0),
  ]);
  return [
    ...renderTable([['point', 'sent', 'end', 'orders', 'position', 'exits', 'bare ms', 'seconds'], ...rows]),
    '',
    `${reports.length} points, ${duplicatesOf(reports)} duplicates, ${leaksOf(reports)} leaks.`,
  ];
}

function totalsOf(reports: readonly SeedReport[]) {
  const sum = (pick: (report: SeedReport) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  return {
    seeds: reports.length,
    signals: sum(({ signals }) => signals),
    repetitions: sum(({ repetitions }) => repetitions),
    orders: sum(({ orders }) => orders),
    duplicates: sum(({ duplicates }) => duplicates),
    leaks: sum(({ leaks }) => leaks),
    settled: sum(({ settled }) => settled),
    venueRequests: sum(({ venueRequests }) => venueRequests),
    replays: sum(({ replays }) => replays),
    minutes: sum(({ minutes }) => minutes),
    faults: mergeCounts(reports.map(({ faults }) => faults)),
    kills: mergeCounts(reports.map(({ kills }) => kills)),
    clockSteps: mergeCounts(reports.map(({ clockSteps }) => clockSteps)),
    outcomes: mergeCounts(reports.map(({ outcomes }) => outcomes)),
  };
}

function duplicatesOf(reports: readonly PointReport[]): number {
  return reports.filter(({ orders }) => orders > 1).length;
}

/** Every failed point counts: its books were not shown to be equal. */
function leaksOf(reports: readonly PointReport[]): number {
  return reports.filter(({ violation }) => violation !== undefined).length;
}

function mergeCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) merged[name] = (merged[name] ?? 0) + count;
  }
  return merged;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function renderCounts(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).toSorted(([, left], [, right]) => right - left);
  return entries.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
