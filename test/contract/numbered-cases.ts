import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VenueUnderTest } from './venue-under-test';

/** Groups 1 to 4, reading, one request, what an answer proves, look-up, 8, the streams, and 9, positions. Parts of a number are written `VA-05.2`. */
const CONTRACT_NUMBERS: readonly string[] = [
  ...numbers(1, 8),
  ...numbers(10, 15),
  ...numbers(20, 27),
  ...numbers(30, 40),
  ...numbers(80, 87),
  ...numbers(90, 98),
];

const PAGE = join(__dirname, '../../docs/adding-a-venue.md');

function numbers(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `VA-${String(first + index).padStart(2, '0')}`);
}

/** The cases of one venue by their numbers. */
export class NumberedCases {
  private readonly named = new Set<string>();

  constructor(private readonly venue: VenueUnderTest) {}

  /** A case that the adapter must pass; one that the venue names as missing must fail, so that a mended one shows. */
  add(number: string, sentence: string, run: () => Promise<void>): void {
    this.named.add(number);
    if (number in this.venue.doesNotApply) return;
    if (number in this.venue.notYet) it.failing(`${number} ${sentence}`, run);
    else it(`${number} ${sentence}`, run);
  }

  /** Registered last: no number is forgotten, and what is missing is said. */
  addOverview(): void {
    const { notYet, doesNotApply, adapter } = this.venue;
    const exceptions = Object.entries({ ...notYet, ...doesNotApply });

    it('covers every number, or says why not', () => {
      const bases = new Set([...this.named].map((number) => number.split('.')[0]));
      expect(CONTRACT_NUMBERS.filter((number) => !bases.has(number))).toEqual([]);
      expect(exceptions.filter(([number, reason]) => !this.named.has(number) || reason === '')).toEqual([]);
    });

    it('says what is missing on the page about adding a venue', () => {
      const page = readFileSync(PAGE, 'utf8');
      const rows = exceptions.map(([number, reason]) => `| ${adapter} | ${number} | ${reason} |`);
      expect(rows.filter((row) => !page.includes(row))).toEqual([]);
    });
  }
}
