import type { Socket } from 'node:net';
import { OtherStoreError } from '../../temporal/errors';
import type { AdmittedSignal } from '../signal-starter';
import { IntakeUnavailableError } from '../types';
import type { HandedOver } from './hand-over';
import { readLines, sendLine } from './line-reader';
import { parseLine, REQUESTS_WAITING_MAX, type Greeting } from './protocol';

/** An engine of which nothing came for this long, although something waits, is stuck. */
const SILENCE_MAX_MS = 1_000;
const LOOK_INTERVAL_MS = 250;
/** Counted and not measured: after a pause of this process itself, what came meanwhile is read before the next look. */
const SILENT_LOOKS_MAX = SILENCE_MAX_MS / LOOK_INTERVAL_MS;
/** An engine that is there and does not answer: longer than it waits for the server, shorter than an HTTP request may take. */
const ANSWER_LOOKS_MAX = 12_000 / LOOK_INTERVAL_MS;

const FOREIGN = 'the engine speaks another language';

export interface HandOverLinkOptions {
  readonly socket: Socket;
  readonly identity: Greeting;
  readonly onWelcome: () => void;
  /** A request was answered: the engine works. */
  readonly onAnswer: () => void;
  /** The connection ended, for a reason without a full stop. @param isAtFault it is of no use to come back soon */
  readonly onEnd: (why: string, isAtFault: boolean) => void;
}

interface Waiting {
  readonly resolve: (handed: HandedOver | undefined) => void;
  readonly reject: (error: Error) => void;
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
    socket.once('error', ({ code }: NodeJS.ErrnoException) => (this.why = `the connection to it broke (${code})`));
    socket.once('close', () => {
      clearInterval(this.looks);
      // Each is started by the API now: where the engine started it as well, the server refuses the second one.
      for (const { resolve } of this.waiting.values()) resolve(undefined);
      this.waiting.clear();
      onEnd(this.why, this.isAtFault);
    });
    readLines(socket, { onBytes: () => (this.silentLooks = 0), onLine: (line) => this.read(line) });
    sendLine(socket, identity);
  }

  /** @returns as HandOver says. @throws as HandOver says */
  start(admitted: AdmittedSignal): Promise<HandedOver | undefined> {
    const { socket } = this.options;
    if (!this.isWelcome || !socket.writable || this.waiting.size >= REQUESTS_WAITING_MAX)
      return Promise.resolve(undefined);
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      this.beginLooks();
      this.waiting.set(id, { resolve, reject, looks: 0 });
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
    if (this.silentLooks > SILENT_LOOKS_MAX) {
      this.refuse('the engine does not answer');
      return;
    }
    for (const [id, waiting] of this.waiting) {
      waiting.looks += 1;
      if (waiting.looks > ANSWER_LOOKS_MAX) this.settle(id)?.resolve(undefined);
    }
  }

  private settle(id: unknown): Waiting | undefined {
    const waiting = this.waiting.get(id as number);
    this.waiting.delete(id as number);
    return waiting;
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

  private take(answer: Readonly<Record<string, unknown>>): void {
    const waiting = this.settle(answer['id']);
    if (!waiting) return;
    this.options.onAnswer();
    const { status, runId, code } = answer;
    const message = String(answer['message']);
    if (status === 'known') waiting.resolve(typeof runId === 'string' ? { runId } : {});
    else if (status === 'failed' && code === 'OTHER_STORE') waiting.reject(new OtherStoreError(message));
    else if (status === 'failed' && code === 'SERVER_UNAVAILABLE') waiting.reject(new IntakeUnavailableError(message));
    else waiting.resolve(undefined);
  }
}
