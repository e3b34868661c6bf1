import { asMarkdown } from '../../../src/domain/markdown';

test.each([
  ['trend-4h_SIGNAL_EXPIRED 0.01 (72 of 72)', 'trend-4h_SIGNAL_EXPIRED 0.01 (72 of 72)'],
  ['ema*3*21', String.raw`ema\*3\*21`],
  ['![x](https://far.example/x.png)', String.raw`!\[x\](https://far.example/x.png)`],
  ['<b>`code`</b> ~~gone~~ \\', String.raw`\<b\>\`code\`\</b\> \~\~gone\~\~ \\`],
])('%s is shown as it stands', (text, written) => {
  expect(asMarkdown(text)).toBe(written);
});
