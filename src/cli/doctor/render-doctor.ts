import { printable } from '../../process/printable';
import { renderTable } from '../table';
import type { Style } from '../terminal';
import type { Checked } from './check';

/** Different shapes, not only colours: readable without colours and by everybody. */
const MARKS: Readonly<Record<Checked['verdict'], string>> = { well: '●', mend: '✕', unknown: '?', skipped: '·' };

/** A line per check: mark, what was checked, what was found, and how to mend it; then how many there are to mend. */
export function renderDoctor(checked: readonly Checked[], style: Style): string {
  const rows = checked.map((one) => {
    const isToMend = one.verdict === 'mend' && one.mend !== undefined;
    const found = isToMend ? `${one.found}. To mend it: ${one.mend}.` : one.found;
    // A table has a line for each: what is told on several lines is told on one.
    return [MARKS[one.verdict], one.name, printable(found.replaceAll(/\s*\r?\n\s*/g, ' '))];
  });
  const lines = renderTable([['', 'CHECK', 'FOUND'], ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    const verdict = checked[row - 1]?.verdict;
    if (verdict === 'mend') return column === 2 ? text : style.bad(text);
    if (verdict === 'skipped') return style.dim(text);
    if (verdict === 'unknown') return column === 2 ? text : style.warning(text);
    return column === 0 ? style.good(text) : text;
  });
  const count = checked.filter(({ verdict }) => verdict === 'mend').length;
  const things = count === 1 ? '1 thing' : `${count} things`;
  const summary = count > 0 ? `There ${count === 1 ? 'is' : 'are'} ${things} to mend.` : describeRest(checked);
  return [...lines, summary].join('\n');
}

/** What could not be found out is never called well. */
function describeRest(checked: readonly Checked[]): string {
  const count = checked.filter(({ verdict }) => verdict === 'unknown').length;
  if (count === 0) return 'All is well.';
  return `Nothing to mend was found; ${count} of ${checked.length} checks could not tell. Run it again in a minute.`;
}
