import type { CheckStatus, Diagnosis } from '../doctor/check';
import { printable } from '../process/printable';
import { renderTable } from './table';
import type { Style } from './terminal';

/** The marks of `status`: shapes, not colours alone. */
const MARKS: Readonly<Record<CheckStatus, string>> = { ok: '●', skipped: '–', mend: '○' };
const PAINTS: Readonly<Record<CheckStatus, 'good' | 'dim' | 'bad'>> = { ok: 'good', skipped: 'dim', mend: 'bad' };

/** A line per check: mark, what was checked, what was found, and how to mend it. */
export function renderDiagnoses(diagnoses: readonly Diagnosis[], style: Style): string {
  const rows = diagnoses.map(({ check, status, found, mend }) => [
    MARKS[status],
    check,
    printable(mend === undefined ? found : `${found.replace(/\.$/, '')}. ${mend}`),
  ]);
  const count = diagnoses.filter(({ status }) => status === 'mend').length;
  const end = count === 0 ? style.good('Nothing to mend.') : style.bad(`To mend: ${count}.`);
  const lines = renderTable(rows, (text, row, column) => {
    const status = diagnoses[row]?.status ?? 'mend';
    return column === 0 ? style[PAINTS[status]](text) : text;
  });
  return [...lines, end].join('\n');
}
