import { feeSentence } from '../../../src/domain/settlement';

test.each([
  [{ fee: '0.33' }, 'fee 0.33 USDT'],
  [{ fee: '0' }, 'fee 0 USDT'],
  [{ fee: '-0.1' }, 'fee -0.1 USDT'],
  [{ fee: '' }, 'fee unknown'],
  [{ fee: '0', otherFees: { MNT: '0.002' } }, 'fee 0.002 MNT'],
  [{ fee: '0.1', otherFees: { MNT: '0.002' } }, 'fee 0.1 USDT and 0.002 MNT'],
  [{ fee: '', otherFees: { MNT: '0.002' } }, 'fee unknown and 0.002 MNT'],
])('%p is told as %p: each fee in its own asset', (order, sentence) => {
  expect(feeSentence(order, 'USDT')).toBe(sentence);
});
