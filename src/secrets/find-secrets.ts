import {
  asBytes,
  BACKSLASH_TOKEN,
  undisguise,
  UNESCAPINGS,
  unpackerOf,
  utf8,
  type Decoded,
  type Span,
  type Unpack,
} from './decodings';

/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** Shorter values are no credentials: they are refused where one is read, and blotting them out would eat every text. */
export const SECRET_CHARACTERS_MIN = 8;

/** How many spellings may lie over each other, such as base64 of a text that is escaped for JSON and then for a URL. */
const NESTING_MAX = 4;
/** Decoded characters looked at for each one of a text, and the least for a short one; beyond it nothing of it is shown. */
const WORK_PER_CHARACTER_MAX = 16;
const WORK_MIN = 65_536;
/** What a text costs by itself, however short it is, in characters. */
const WORK_PER_TEXT = 8;
/** What a view costs by itself. */
const WORK_PER_VIEW = 32;

/** Texts that are remembered to hold no secret, and how long they may be: ids come again with every answer. */
const CLEAN_TEXTS_MAX = 8_192;
const CLEAN_CHARACTERS_MAX = 128;

/** How much of a larger whole may still be looked at; whoever looks takes from it. */
export interface WorkBudget {
  /** Characters, decoded ones included; below zero: it was too much. */
  charactersLeft: number;
}

/** For who looks at one text alone, which has a bound of its own. */
export function unboundedWork(): WorkBudget {
  // A number that can be counted down from: what a text cost is remembered.
  return { charactersLeft: Number.MAX_SAFE_INTEGER };
}

/** Takes secrets out of a text; a text for which the budget is not enough is blotted out as a whole. */
export type Redactor = (text: string, budget?: WorkBudget) => string;

/** What is searched for, and with what. */
interface Search {
  /** The secrets, in UTF-8, with spaces and cases folded. */
  readonly needles: readonly string[];
  readonly unpack: Unpack;
  /** What every spelling of a secret holds: so many characters without a control among them. */
  readonly readable: RegExp;
}

/**
 * Makes the one function that takes secrets out of texts. It finds them raw, in upper and lower case, escaped as in JSON,
 * JavaScript or C (wholly or in part), percent-encoded, as HTML entities, in base64 and base64url at every alignment, in
 * hexadecimal digits, separated or not, in wide letters, with control and format characters between theirs (thus in
 * UTF-16, too), and in spellings of spellings. It does not find them reversed, cut, in base32 or as a list of numbers.
 *
 * @param secrets values to blot out; those shorter than SECRET_CHARACTERS_MIN are left alone
 * @returns a function from a text to the text without secrets; a text in JSON stays JSON
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const wanted = [...new Set(secrets.flatMap(partsOf))];
  if (wanted.length === 0) return (text) => text;
  const lengthMin = Math.min(...wanted.map((secret) => secret.length));
  const search: Search = {
    needles: wanted.flatMap((secret) => {
      const bytes = utf8(secret);
      return [...new Set([fold(bytes), fold(undisguise(bytes)?.text ?? bytes)])];
    }),
    unpack: unpackerOf(lengthMin),
    readable: new RegExp(`[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]{${lengthMin},}`),
  };
  /** With what each of them cost: an answer that is too much stays too much. */
  const clean = new Map<string, number>();
  return (text, budget = unboundedWork()) => {
    // No spelling is shorter than what it spells. To look at it took time all the same.
    budget.charactersLeft -= WORK_PER_TEXT;
    if (text.length < lengthMin) return text;
    const known = clean.get(text);
    if (known !== undefined && known <= budget.charactersLeft) {
      budget.charactersLeft -= known;
      return text;
    }
    const own = { charactersLeft: budget.charactersLeft };
    const spans = findSpans(text, search, own);
    const cost = budget.charactersLeft - own.charactersLeft;
    budget.charactersLeft = own.charactersLeft;
    if (spans === 'too much') return REDACTED;
    if (spans.length > 0) return replaceSpans(text, widen(text, spans));
    if (clean.size >= CLEAN_TEXTS_MAX) clean.clear();
    if (text.length <= CLEAN_CHARACTERS_MAX) clean.set(text, cost);
    return text;
  };
}

/** A private key spans lines, and may be shown line by line. */
function partsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => !line.startsWith('-----'));
  return [secret, ...lines].filter((part) => part.length >= SECRET_CHARACTERS_MIN);
}

/** A form writes a space as a plus sign, and a server names in capitals: for the comparison they are one character. */
function fold(text: string): string {
  return text.replaceAll('+', ' ').toLowerCase();
}

/** Every part of the text that spells a secret, or that there was too much to look at. */
function findSpans(text: string, search: Search, budget: WorkBudget): readonly Span[] | 'too much' {
  const spans: Span[] = [];
  const seen = new Seen();
  let workLeft = Math.max(WORK_MIN, text.length * WORK_PER_CHARACTER_MAX);
  let views: readonly Decoded[] = [asBytes(text)];
  for (let depth = 0; depth <= NESTING_MAX && views.length > 0; depth += 1) {
    const inner: Decoded[] = [];
    for (const view of views) {
      if (seen.hasOrAdd(view)) continue;
      workLeft -= view.text.length;
      budget.charactersLeft -= view.text.length + WORK_PER_VIEW;
      if (workLeft < 0 || budget.charactersLeft < 0) return 'too much';
      for (const span of occurrences(view, search)) spans.push(span);
      // What was unpacked from the wrong place is noise: no further spelling is written in that.
      if (!search.readable.test(view.text)) {
        for (const span of disguised(view, search)) spans.push(span);
        continue;
      }
      if (depth === NESTING_MAX) continue;
      for (const unescape of UNESCAPINGS) inner.push(...within(view, unescape(view.text)));
      for (const unpacked of search.unpack(view.text)) inner.push(...within(view, unpacked));
    }
    views = inner;
  }
  return spans;
}

/** Views that were looked at: two orders of undoing the same spellings lead to one. */
class Seen {
  private readonly startsOf = new Map<string, Set<number>>();

  /** The same text may be found in two places. */
  hasOrAdd({ text, locate }: Decoded): boolean {
    const { start } = locate({ start: 0, end: text.length });
    const starts = this.startsOf.get(text);
    if (starts?.has(start)) return true;
    if (starts) starts.add(start);
    else this.startsOf.set(text, new Set([start]));
    return false;
  }
}

/** What was found in a view, located in the text itself. */
function within(view: Decoded, decoded: Decoded | undefined): readonly Decoded[] {
  if (decoded === undefined) return [];
  return [{ text: decoded.text, locate: (span) => view.locate(decoded.locate(span)) }];
}

function occurrences({ text, locate }: Decoded, { needles }: Search): readonly Span[] {
  const folded = fold(text);
  const spans: Span[] = [];
  for (const needle of needles) {
    for (let at = folded.indexOf(needle); at !== -1; at = folded.indexOf(needle, at + 1)) {
      spans.push(locate({ start: at, end: at + needle.length }));
    }
  }
  return spans;
}

/** UTF-16 is every second byte a control character: it looks like noise, and is looked at once more without them. */
function disguised(view: Decoded, search: Search): readonly Span[] {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  const rest = fold(view.text.replaceAll(/[\x00-\x1f\x7f]+/g, ''));
  if (!search.needles.some((needle) => rest.includes(needle))) return [];
  return within(view, undisguise(view.text)).flatMap((plain) => occurrences(plain, search));
}

/** Half an escape left behind would break the string that it stands in. */
function widen(text: string, spans: readonly Span[]): readonly Span[] {
  if (!text.includes('\\')) return spans;
  const tokens = [...text.matchAll(BACKSLASH_TOKEN)].map(({ index, 0: token }) => ({
    start: index,
    end: index + token.length,
  }));
  return spans.map(({ start, end }) => ({
    start: tokenAround(tokens, start)?.start ?? start,
    end: tokenAround(tokens, end)?.end ?? end,
  }));
}

/** The token that an index cuts in two. */
function tokenAround(tokens: readonly Span[], index: number): Span | undefined {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.end ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  const token = tokens[low];
  return token !== undefined && token.start < index ? token : undefined;
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  let clean = '';
  let done = 0;
  for (const { start, end } of spans.toSorted((left, right) => left.start - right.start)) {
    if (end <= done) continue;
    // What overlaps the one before is the same blot.
    if (start >= done) clean += text.slice(done, start) + REDACTED;
    done = end;
  }
  return clean + text.slice(done);
}
