import { connect, type Socket } from 'node:net';
import { errorCode } from '../../process/error-code';
import type { AdmittedSignal } from '../signal-starter';
import type { HandedOver, HandOver } from './hand-over';
import { HandOverLink } from './hand-over-link';
import type { Greeting } from './protocol';
import { lookAtSocket, openPlace, SocketPlaceError, type SocketPlace } from './socket-place';

/** The first pause, also while there is no engine: one that starts is found within it. */
const RETRY_MIN_MS = 1_000;
/** An engine that is there and does not answer is asked ever later, up to this. */
const RETRY_MAX_MS = 30_000;
const ABSENT = 'no engine of this data folder takes signals';

export interface HandOverClientOptions {
  readonly dataDir: string;
  readonly identity: Greeting;
  /** Told when signals begin to be handed over, and when they do so no longer. */
  readonly tell: (sentence: string) => void;
}

/**
 * Hands signals to the engine of the same data folder. The connection is made and greeted beforehand: where there is none at
 * the moment, no signal waits for it.
 */
export class HandOverClient implements HandOver {
  private link: HandOverLink | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** Connections that were of no use, since the last answer. */
  private failures = 0;
  /** Why nothing is handed over; empty: it is. */
  private why = ABSENT;
  private told = ABSENT;

  constructor(private readonly options: HandOverClientOptions) {}

  /** Begins to look for the engine. */
  open(): void {
    if (!this.isClosed) this.connect();
  }

  /** `works`, or `off` with the reason. */
  get state(): string {
    return this.why === '' ? 'works' : `off: ${this.why}`;
  }

  start(admitted: AdmittedSignal): Promise<HandedOver> {
    return this.why === '' && this.link ? this.link.start(admitted) : Promise.resolve({ status: 'returned' });
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.link?.close();
  }

  private connect(): void {
    let place: SocketPlace;
    try {
      place = openPlace(this.options.dataDir);
      if (lookAtSocket(this.options.dataDir) === 'none') {
        place.close();
        this.end(ABSENT);
        return;
      }
    } catch (error) {
      this.end(error instanceof SocketPlaceError ? error.message : `its socket cannot be used (${errorCode(error)})`);
      return;
    }
    const socket = connect(place.address);
    socket.once('connect', () => {
      socket.off('error', failed);
      place.close();
      this.greet(socket);
    });
    const failed = (error: Error): void => {
      place.close();
      // Left behind by one that was killed.
      this.end(errorCode(error) === 'ECONNREFUSED' ? ABSENT : `its socket cannot be used (${errorCode(error)})`);
    };
    socket.once('error', failed);
  }

  private greet(socket: Socket): void {
    if (this.isClosed) {
      socket.destroy();
      return;
    }
    this.link = new HandOverLink({
      socket,
      identity: this.options.identity,
      onWelcome: () => this.note(''),
      onAnswer: () => (this.failures = 0),
      onEnd: (why, isAtFault) => {
        this.link = undefined;
        if (isAtFault) this.failures += 1;
        this.end(why);
      },
    });
  }

  private end(why: string): void {
    this.note(why);
    if (this.isClosed) return;
    const pauseMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.failures);
    this.timer = setTimeout(() => this.connect(), pauseMs).unref();
  }

  private note(why: string): void {
    this.why = why;
    if (this.isClosed || why === this.told) return;
    this.told = why;
    const sentence =
      why === ''
        ? 'signals are handed to the engine of this data folder'
        : `signals are started by the API itself, which takes longer: ${why}`;
    this.options.tell(sentence);
  }
}
