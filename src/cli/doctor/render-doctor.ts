import { printable } from '../../process/printable';
import { renderTable } from '../table';
import type { Style } from '../terminal';
import type { Checked } from './check';

/** Different shapes, not only colours: readable without colours and by everybody. */
const MARKS: Readonly<Record<Checked['verdict'], string>> = { well: '●', mend: '✕', skipped: '·' };

/** A line per check: mark, what was checked, what was found, and how to mend it; then how many there are to mend. */
export function renderDoctor(checked: readonly Checked[], style: Style): string {
  const rows = checked.map((one) => {
    const found = one.verdict === 'mend' ? `${one.found}. To mend it: ${one.mend}.` : one.found;
    return [MARKS[one.verdict], one.name, printable(found)];
  });
  const lines = renderTable([['', 'CHECK', 'FOUND'], ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    const verdict = checked[row - 1]?.verdict;
    if (verdict === 'mend') return column === 2 ? text : style.bad(text);
    if (verdict === 'skipped') return style.dim(text);
    return column === 0 ? style.good(text) : text;
  });
  const count = checked.filter(({ verdict }) => verdict === 'mend').length;
  const things = count === 1 ? '1 thing' : `${count} things`;
  return [...lines, count === 0 ? 'All is well.' : `There ${count === 1 ? 'is' : 'are'} ${things} to mend.`].join('\n');
}
