import { heartbeat } from '@temporalio/activity';

const HEARTBEAT_INTERVAL_MS = 2_000;

/** Lets the server know that this process is still at it: where it dies, the call is over after its heartbeat timeout. */
export async function withHeartbeats<Result>(work: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(() => heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
