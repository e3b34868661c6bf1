import { displayWidth } from '../../../src/cli/display-width';
import { renderTable } from '../../../src/cli/table';

test.each([
  ['', 0],
  ['grid-1 é', 8],
  ['e\u0301', 1],
  ['👨‍💻', 2],
  ['👩‍👩‍👧‍👦 x', 4],
  ['👍🏽', 2],
  ['🇩🇪', 2],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', 2],
  ['1️⃣', 2],
  ['❤️', 2],
  ['⌚', 2],
  ['→ ● ◐ …', 7],
  ['移動平均', 8],
  ['ﾃｽﾄ', 3],
  ['ＡＢ', 4],
  ['한국어', 6],
  ['「あ」', 6],
  ['می‌خواهم', 7],
  ['क्षि', 1],
  ['\uFFFD', 1],
])('%p takes %d columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test('a table with wide cells has straight columns', () => {
  const strategies = ['👨‍💻 grid', '移動平均', 'می‌خواهم', 'e\u0301cart', 'plain'];
  const lines = renderTable(strategies.map((strategy) => [strategy, 'FILLED']));
  const columns = lines.map((line) => displayWidth(line.slice(0, line.indexOf('FILLED'))));
  expect(new Set(columns).size).toBe(1);
});
