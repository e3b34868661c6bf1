import type { AccountReport, Answered, SymbolFacts } from '../../domain/preflight/facts';
import { someAtOnce } from '../../process/some-at-once';
import { addPermit, withPermit, type RequestPermit } from '../../venues/request-permit';
import { NoPermitError, VenueError, type AccountInspector, type EndpointGroup } from '../../venues/venue';

/** Questions under way at once: permits of the same moment share one step of the account. */
const QUESTIONS_AT_ONCE_MAX = 8;
const UNASKED: Answered<never> = { status: 'unread', message: 'it was not asked yet', isFinal: false };

/** The questions about the account as a whole. */
type Part = Exclude<keyof AccountReport, 'symbols' | 'leverageRefusals'>;
const PARTS: readonly Part[] = ['key', 'account', 'maintenance', 'habits', 'fees', 'tradable'];

interface Question {
  readonly name: string;
  readonly endpoint: EndpointGroup;
  readonly ask: (mayAsk: () => Promise<void>) => Promise<unknown>;
}

export interface ReaderOptions {
  readonly inspector: AccountInspector;
  readonly symbols: readonly string[];
  /** Awaited before every request: a permit, or a pace where the venue was made without permits. */
  readonly mayAsk: (endpoint: EndpointGroup) => Promise<RequestPermit | void>;
}

/** Asks a venue what it tells of the account, so many questions at a time, and remembers the answers. */
export class AccountReader {
  private readonly answers = new Map<string, Answered<unknown>>();
  private readonly refusals = new Map<string, string>();
  private readonly toAsk = new Set<string>();
  /** What the venue refuses to tell: asked again at the next look, not in this one. */
  private readonly refused = new Set<string>();
  private readonly questions: readonly Question[];

  constructor(private readonly options: ReaderOptions) {
    const { inspector, symbols } = options;
    const ofParts = PARTS.map((part): Question => {
      const endpoint = part === 'maintenance' ? 'market_data' : 'account';
      return { name: part, endpoint, ask: (mayAsk) => inspector[part](mayAsk) };
    });
    const ofSymbols = symbols.map((symbol): Question => {
      return { name: nameOf(symbol), endpoint: 'account', ask: () => inspector.symbol(symbol) };
    });
    this.questions = [...ofParts, ...ofSymbols];
    this.askAnew();
  }

  /** From now on everything is asked again; what was answered stands until then. */
  askAnew(): void {
    this.refused.clear();
    for (const { name } of this.questions) this.toAsk.add(name);
  }

  /** What was refused is asked again. */
  resume(): void {
    for (const name of this.refused) this.toAsk.add(name);
    this.refused.clear();
  }

  get questionCount(): number {
    return this.questions.length;
  }

  /** Whether every question has an answer. */
  get isComplete(): boolean {
    return this.toAsk.size + this.refused.size === 0;
  }

  /** How many questions may be answered if they are asked again now. */
  get openCount(): number {
    return this.toAsk.size;
  }

  /** Asks at most so many questions that have no new answer yet. */
  async ask(questionsMax: number): Promise<void> {
    const open = this.questions.filter(({ name }) => this.toAsk.has(name)).slice(0, Math.max(0, questionsMax));
    await someAtOnce(open, QUESTIONS_AT_ONCE_MAX, async (question) =>
      this.take(question, await this.answerTo(question)),
    );
  }

  /**
   * Sets the leverage of every symbol in one-way mode that has another one. What was refused stands in the report; what could not
   * be asked is as if it had not been read, and comes again.
   */
  async setLeverage(leverage: number): Promise<void> {
    const others = this.options.symbols.filter((symbol) => {
      const answer = this.answers.get(nameOf(symbol)) as Answered<SymbolFacts> | undefined;
      if (answer?.status !== 'known' || answer.facts.positionMode !== 'one_way') return false;
      return Number(answer.facts.positions[0]?.leverage) !== leverage;
    });
    await someAtOnce(others, QUESTIONS_AT_ONCE_MAX, (symbol) => this.setLeverageOf(symbol, leverage));
  }

  report(): AccountReport {
    const part = <Name extends Part>(name: Name): AccountReport[Name] =>
      (this.answers.get(name) ?? UNASKED) as AccountReport[Name];
    const symbols = this.options.symbols.map((symbol) => [symbol, this.answers.get(nameOf(symbol)) ?? UNASKED]);
    return {
      key: part('key'),
      account: part('account'),
      habits: part('habits'),
      fees: part('fees'),
      tradable: part('tradable'),
      maintenance: part('maintenance'),
      symbols: Object.fromEntries(symbols) as AccountReport['symbols'],
      leverageRefusals: Object.fromEntries(this.refusals),
    };
  }

  private async answerTo({ endpoint, ask }: Question): Promise<Answered<unknown>> {
    const { mayAsk } = this.options;
    const mayAskMore = async (): Promise<void> => {
      const permit = await mayAsk(endpoint);
      if (permit) addPermit(permit);
    };
    try {
      const facts = await this.permitted(endpoint, () => ask(mayAskMore));
      return facts === undefined ? { status: 'not_offered' } : { status: 'known', facts };
    } catch (error) {
      return unread(error);
    }
  }

  private async permitted<Result>(endpoint: EndpointGroup, request: () => Promise<Result>): Promise<Result> {
    const permit = await this.options.mayAsk(endpoint);
    return permit ? withPermit(permit, request) : request();
  }

  private take({ name }: Question, answer: Answered<unknown>): void {
    const isPassing = answer.status === 'unread' && !answer.isFinal;
    if (!isPassing) this.toAsk.delete(name);
    if (answer.status === 'unread' && answer.isFinal) this.refused.add(name);
    // What was known stays known while only the network fails.
    if (isPassing && this.answers.get(name)?.status === 'known') return;
    this.answers.set(name, answer);
  }

  private async setLeverageOf(symbol: string, leverage: number): Promise<void> {
    const { inspector } = this.options;
    const name = nameOf(symbol);
    const answer = this.answers.get(name) as Extract<Answered<SymbolFacts>, { status: 'known' }>;
    try {
      const refusal = await this.permitted('order', () => inspector.setLeverage(symbol, leverage));
      if (refusal !== undefined) {
        this.refusals.set(symbol, refusal);
        return;
      }
      this.refusals.delete(symbol);
      const positions = answer.facts.positions.map((position) => ({ ...position, leverage: String(leverage) }));
      this.answers.set(name, { status: 'known', facts: { ...answer.facts, positions } });
    } catch (error) {
      this.answers.set(name, unread(error));
      this.toAsk.add(name);
    }
  }
}

function nameOf(symbol: string): string {
  return `symbol ${symbol}`;
}

/** @throws whatever is no failure of the venue */
function unread(error: unknown): Extract<Answered<never>, { status: 'unread' }> {
  if (!(error instanceof VenueError)) throw error;
  const { kind, message, venueCode } = error.outcome;
  const isOurs = error instanceof NoPermitError;
  return { status: 'unread', message, isFinal: kind === 'FATAL', venueCode, ...(isOurs && { isOurs }) };
}
