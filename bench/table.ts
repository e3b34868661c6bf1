import { renderTable } from '../src/cli/table';

/** What a cell says when there is no figure. */
const NOT_MEASURED = 'not measured';

/**
 * A table for people: the first column is text, the others are figures and stand right-aligned below their headings.
 *
 * @param rows the first is the heading; a row may be shorter than it
 * @returns lines without trailing blanks
 */
export function renderFigures(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const aligned = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0))),
  );
  return renderTable(aligned);
}

/**
 * A figure with a unit.
 *
 * @param decimals places after the point
 */
export function figure(value: number | undefined, decimals: number, unit = ''): string {
  if (value === undefined) return NOT_MEASURED;
  return unit === '' ? value.toFixed(decimals) : `${value.toFixed(decimals)} ${unit}`;
}

/** A share of one as per cent. */
export function percent(value: number | undefined, decimals = 0): string {
  return figure(value === undefined ? undefined : value * 100, decimals, '%');
}

/** Bytes as MiB. */
export function mebibytes(bytes: number | undefined): string {
  return figure(bytes === undefined ? undefined : bytes / 1024 ** 2, 1, 'MiB');
}
