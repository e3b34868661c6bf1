/** @param {number} value @returns {string} three digits that matter, as far as there are any */
function formatFigure(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/**
 * @param {string[][]} rows the head first
 * @returns {string[]} a Markdown table's lines, its columns aligned; all but the first hold numbers
 */
function alignTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  const formatLine = (cells) => `| ${cells.join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const [head, ...body] = rows.map((cells) => formatLine(cells.map(pad)));
  return [head, formatLine(rule), ...body];
}

/**
 * @param {{ rows: object[], machine: object, accounts: number, sagasAtOnce: number }} report
 * @returns {string} a Markdown table, and below it what ran where
 */
export function formatTable({ rows, machine, accounts, sagasAtOnce }) {
  const head = ['engine', 'order at venue p50, ms', 'whole saga p50, ms', `sagas/s at ${sagasAtOnce} at once`];
  const body = rows.map(({ name, acceptedP50Ms, sagaP50Ms, sagasPerSecond }) => [
    name,
    ...[acceptedP50Ms, sagaP50Ms, sagasPerSecond].map(formatFigure),
  ]);
  const notes = rows.map(
    (row) => `- ${row.name}: ${row.version}; ${row.durability}; ${row.sagas} sagas, each one order; the ledger agrees.`,
  );
  const { cores, processor, memoryGib, system, node } = machine;
  const ledgers = accounts === 1 ? 'one ledger, shared by all sagas' : `${accounts} ledgers, taken in turn`;
  notes.push(`- ${ledgers}; ${cores} cores (${processor}), ${memoryGib} GiB, ${system}, Node.js ${node}.`);
  return `${[...alignTable([head, ...body]), '', ...notes].join('\n')}\n`;
}
