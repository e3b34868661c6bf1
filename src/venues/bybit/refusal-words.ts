/**
 * What a refusal means, where its code alone does not say it, or says it in words that need the venue's manual.
 *
 * - price_passed: the price that would trigger a stop or a target is behind the market already
 * - no_position: there is nothing to guard or to reduce
 * - unchanged: what is there is what was asked for
 * - hedge_mode: the account holds positions by side, and takes no order of ours
 */
export type RefusalMeaning = 'price_passed' | 'no_position' | 'unchanged' | 'hedge_mode';

interface RefusalWords {
  readonly code: string;
  /** Of the venue's text; absent: the code decides. Never its numbers: their scale varies by symbol. */
  readonly says?: RegExp;
  readonly meaning: RefusalMeaning;
  /** For people. */
  readonly words: string;
}

/** The first one that fits holds. */
const REFUSALS: readonly RefusalWords[] = [
  {
    code: '10001',
    says: /^\W*take.?profit\b.*base_price/i,
    meaning: 'price_passed',
    words: 'the target was already passed',
  },
  { code: '10001', says: /base_price/i, meaning: 'price_passed', words: 'the stop was already passed' },
  { code: '10001', says: /zero position/i, meaning: 'no_position', words: 'no position is there to guard' },
  {
    code: '10001',
    says: /position idx not match/i,
    meaning: 'hedge_mode',
    words: 'position idx not match position mode: the account is in hedge mode; switch it to one-way mode',
  },
  { code: '34040', meaning: 'unchanged', words: 'it is set like this already' },
  { code: '110017', meaning: 'no_position', words: 'no position is left to reduce' },
  { code: '110092', meaning: 'price_passed', words: 'the trigger price was already passed' },
  { code: '110093', meaning: 'price_passed', words: 'the trigger price was already passed' },
];

/** @returns undefined: the venue's own text is all that there is */
export function refusalWordsOf(
  code: string | undefined,
  text: string,
): Pick<RefusalWords, 'meaning' | 'words'> | undefined {
  return REFUSALS.find((refusal) => refusal.code === code && (refusal.says?.test(text) ?? true));
}
