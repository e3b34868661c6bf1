import { renderTable } from '../../../src/cli/table';

test('columns are as wide as their widest cell, and no line ends in blanks', () => {
  expect(
    renderTable([
      ['name', 'state', ''],
      ['a long name', 'up', 'and more'],
      ['b', 'starting'],
    ]),
  ).toEqual(['name         state', 'a long name  up        and more', 'b            starting']);
});

test('styles do not move columns', () => {
  const lines = renderTable(
    [
      ['a', 'b'],
      ['longer', 'c'],
    ],
    (text, row) => (row === 0 ? `<dim>${text}</dim>` : text),
  );
  expect(lines).toEqual(['<dim>a</dim>       <dim>b</dim>', 'longer  c']);
});

test('no rows make no lines', () => {
  expect(renderTable([])).toEqual([]);
});
