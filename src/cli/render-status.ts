import type { PartStatus } from '../observability/health';
import { renderTable } from './table';
import { printable } from '../process/printable';
import { type Style } from './terminal';

/** What people read of a part. */
type PartState = 'up' | 'degraded' | 'down';

/** One line of the status: a process or a service. */
export interface StatusPart {
  readonly name: string;
  readonly status: PartStatus;
  readonly pid?: number;
  /** What it is connected to, or what is wrong with it. */
  readonly text: string;
}

const STATES: Readonly<Record<PartStatus, PartState>> = {
  healthy: 'up',
  starting: 'degraded',
  degraded: 'degraded',
  unhealthy: 'down',
};
/** Different shapes, not only colours: readable without colours and by everybody. */
const MARKS: Readonly<Record<PartState, string>> = { up: '●', degraded: '◐', down: '○' };

function styleState(text: string, state: PartState, style: Style): string {
  switch (state) {
    case 'up':
      return style.good(text);
    case 'degraded':
      return style.warning(text);
    case 'down':
      return style.bad(text);
  }
}

/** A part as `status --json` has it. */
export function presentPart({ name, status, pid, text }: StatusPart) {
  return { name, state: STATES[status], pid, text };
}

/** A line per part: mark, name, state, PID, connection. */
export function renderStatus(parts: readonly StatusPart[], style: Style): string {
  const shown = parts.map(presentPart);
  const rows = shown.map((part) => [
    MARKS[part.state],
    part.name,
    part.state,
    part.pid === undefined ? '-' : String(part.pid),
    printable(part.text),
  ]);
  const lines = renderTable([['', 'PART', 'STATE', 'PID', ''], ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    const state = shown[row - 1]?.state ?? 'down';
    return column === 0 || column === 2 ? styleState(text, state, style) : text;
  });
  return lines.join('\n');
}
