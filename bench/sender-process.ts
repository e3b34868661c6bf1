import { postSignal } from './post-signal';
import type { Sent, ToSend } from './sender';
import { fineWallClock } from './wall-clock';

/** A reading of the clock is good for some seconds. */
const CLOCK_MAX_MS = 2_000;

const apiUrl = process.argv[2] ?? '';
let nowMs = fineWallClock();
let readAtMs = performance.now();

async function send({ id, signal }: ToSend): Promise<void> {
  if (performance.now() - readAtMs > CLOCK_MAX_MS) {
    nowMs = fineWallClock();
    readAtMs = performance.now();
  }
  const handedInAtMs = nowMs();
  const sent: Sent = await postSignal(apiUrl, signal).then(
    (posted) => ({ id, posted: { ...posted, handedInAtMs } }),
    (error: unknown) => ({ id, fault: String(error) }),
  );
  process.send?.(sent);
}

process.on('message', (asked: ToSend) => void send(asked));
// The bench has ended.
process.once('disconnect', () => process.exit());
