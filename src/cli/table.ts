import { displayWidth } from './display-width';

/**
 * Columns padded to their widest cell, two spaces apart. Cells are plain text: `styleCell` colours them after the widths
 * are known, because colour codes have a length but no width. Wide characters count as the terminal shows them.
 *
 * @param rows the first is the heading; no row has more cells
 * @returns lines without trailing blanks
 */
export function renderTable(
  rows: readonly (readonly string[])[],
  styleCell: (text: string, row: number, column: number) => string = (text) => text,
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row, rowIndex) =>
    row
      .map((cell, column) => {
        const padding = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return styleCell(cell, rowIndex, column) + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}
