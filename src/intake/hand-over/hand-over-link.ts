import type { Socket } from 'node:net';
import { errorCode } from '../../process/error-code';
import type { AdmittedSignal } from '../signal-starter';
import type { HandedOver } from './hand-over';
import { readLines, sendLine } from './line-reader';
import { ANSWER_MAX_MS, parseLine, readAnswer, REQUESTS_WAITING_MAX, type Greeting } from './protocol';

/** An engine of which nothing came for this long, although something waits, is stuck. */
const SILENCE_MAX_MS = 1_000;
const LOOK_INTERVAL_MS = 250;
/** Counted and not measured: after a pause of this process itself, what came meanwhile is read before the next look. */
const SILENT_LOOKS_MAX = SILENCE_MAX_MS / LOOK_INTERVAL_MS;
/** Of an engine that is there and does not answer. */
const ANSWER_LOOKS_MAX = ANSWER_MAX_MS / LOOK_INTERVAL_MS;

const FOREIGN = 'the engine speaks another language';
const SILENT = 'the engine does not answer';
const HELPLESS = 'the engine cannot start signals at the moment';

export interface HandOverLinkOptions {
  readonly socket: Socket;
  readonly identity: Greeting;
  readonly onWelcome: () => void;
  /** A request was answered as it should be: the engine works. */
  readonly onAnswer: () => void;
  /** The connection ended, for a reason without a full stop. @param isAtFault it is of no use to come back soon */
  readonly onEnd: (why: string, isAtFault: boolean) => void;
}

interface Waiting {
  readonly resolve: (handed: HandedOver) => void;
  looks: number;
}

/** One connection to the engine, at the API's end. */
export class HandOverLink {
  private readonly waiting = new Map<number, Waiting>();
  private looks: NodeJS.Timeout | undefined;
  private isWelcome = false;
  private lastId = 0;
  private silentLooks = 0;
  private why = 'the engine ended';
  private isAtFault = false;

  constructor(private readonly options: HandOverLinkOptions) {
    const { socket, identity, onEnd } = options;
    this.beginLooks();
    socket.on('error', (error) => {
      const code = errorCode(error);
      if (code === undefined) this.refuse(FOREIGN);
      else this.why = `the connection to it broke (${code})`;
    });
    socket.once('close', () => {
      clearInterval(this.looks);
      // Each is started by the API now: where the engine started it as well, the server refuses the second one.
      for (const { resolve } of this.waiting.values()) resolve({ status: 'unknown' });
      this.waiting.clear();
      onEnd(this.why, this.isAtFault);
    });
    readLines(socket, { onBytes: () => (this.silentLooks = 0), onLine: (line) => this.read(line) });
    sendLine(socket, identity);
  }

  /** @returns as HandOver says */
  start(admitted: AdmittedSignal): Promise<HandedOver> {
    const { socket } = this.options;
    if (!this.isWelcome || !socket.writable || this.waiting.size >= REQUESTS_WAITING_MAX)
      return Promise.resolve({ status: 'returned' });
    const id = (this.lastId += 1);
    return new Promise((resolve) => {
      this.beginLooks();
      this.waiting.set(id, { resolve, looks: 0 });
      sendLine(socket, { id, ...admitted });
    });
  }

  close(): void {
    this.options.socket.destroy();
  }

  private refuse(why: string): void {
    this.why = why;
    this.isAtFault = true;
    this.close();
  }

  /** While nothing waits, nothing is looked at. */
  private beginLooks(): void {
    if (this.looks) return;
    this.silentLooks = 0;
    this.looks = setInterval(() => this.look(), LOOK_INTERVAL_MS).unref();
  }

  private look(): void {
    if (this.isWelcome && this.waiting.size === 0) {
      clearInterval(this.looks);
      this.looks = undefined;
      return;
    }
    this.silentLooks += 1;
    for (const waiting of this.waiting.values()) waiting.looks += 1;
    // The first has waited longest.
    const [longest] = this.waiting.values();
    if (this.silentLooks > SILENT_LOOKS_MAX || (longest && longest.looks > ANSWER_LOOKS_MAX)) this.refuse(SILENT);
  }

  private read(line: string): void {
    const message = parseLine(line);
    if (!message) this.refuse(FOREIGN);
    else if (this.isWelcome) this.take(message);
    else if (message['welcome'] === true) {
      this.isWelcome = true;
      this.options.onWelcome();
    } else this.refuse(typeof message['why'] === 'string' ? message['why'] : FOREIGN);
  }

  private take(message: Readonly<Record<string, unknown>>): void {
    const answer = readAnswer(message);
    if (!answer) {
      this.refuse(FOREIGN);
      return;
    }
    const { id, ...handed } = answer;
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    const isAtFault = handed.status !== 'known' && handed.isAtFault === true;
    if (!isAtFault) this.options.onAnswer();
    waiting.resolve(handed.status === 'known' ? handed : { status: handed.status });
    // The others would hear the same, later.
    if (isAtFault) this.refuse(HELPLESS);
  }
}
