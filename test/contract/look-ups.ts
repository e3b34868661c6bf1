import type { ServerResponse } from 'node:http';
import type { LookUpAnswer } from '../../src/domain/market';
import type { Bench } from './bench';
import { BROKEN_ANSWERS } from './broken-answers';

/** What the sources of a look-up answer; a source that a case does not name is empty. */
export class LookUps {
  constructor(private readonly bench: Bench) {}

  /** The sources that hold orders, without the fills at the end. */
  get orderSources(): readonly string[] {
    return this.bench.stub.routes.lookUp.slice(0, -1);
  }

  get fills(): string {
    return this.bench.stub.routes.lookUp.at(-1) ?? '';
  }

  answer(source: string, answer: (response: ServerResponse) => void): void {
    this.bench.answer(source, answer);
  }

  empty(): void {
    const { stub } = this.bench;
    for (const source of this.orderSources) this.answer(source, (response) => stub.replyOrders(response, []));
    this.answer(this.fills, (response) => stub.replyFills(response, []));
  }

  hold(source: string, rows: readonly unknown[]): void {
    this.empty();
    this.answer(source, (response) => this.bench.stub.replyOrders(response, rows));
  }

  /** Each source with each answer that cannot be read, while the others are empty: its name, and what sets it up. */
  get unreadableSources(): readonly (readonly [string, () => void])[] {
    const { stub } = this.bench;
    const answers = BROKEN_ANSWERS.concat([
      ['a result without a list', (response) => stub.reply(response, {})],
      ['403', (response) => response.writeHead(403).end('access too frequent')],
      ['429', (response) => response.writeHead(429).end('slow down')],
    ]);
    return stub.routes.lookUp.flatMap((source) =>
      answers.map(([name, answer]) => {
        const breakSource = () => {
          this.empty();
          this.answer(source, answer);
        };
        return [`${source}: ${name}`, breakSource] as const;
      }),
    );
  }

  /** @param sinceMs see Venue */
  ask(sinceMs?: number): Promise<LookUpAnswer> {
    return this.bench.venue.lookUpOrder(this.bench.plan.symbol, this.bench.plan.clientOrderId, sinceMs);
  }
}
