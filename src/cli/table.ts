/**
 * Columns padded to their widest cell, two spaces apart. Cells are plain text: `styleCell` colours them after the widths
 * are known, because colour codes have a length but no width.
 *
 * @param rows the first is the heading; no row has more cells
 * @returns lines without trailing blanks
 */
export function renderTable(
  rows: readonly (readonly string[])[],
  styleCell: (text: string, row: number, column: number) => string = (text) => text,
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row, rowIndex) =>
    row
      .map((cell, column) => {
        const padding = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - cell.length);
        return styleCell(cell, rowIndex, column) + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}
