/** A process whose supervisor died has this long to stop in good order before it ends itself. */
export const ORPHAN_STOP_MAX_MS = 8_000;

/** How often a supervised process says that its event loop turns. */
const BEAT_INTERVAL_MS = 1_000;

/** What a process says of itself by itself: that it lives. */
export interface Beat {
  readonly kind: 'beat';
}

/**
 * Ties this process to its supervisor: when the IPC channel closes, which the system does even for a supervisor killed with
 * SIGKILL, the process stops as if it had been asked to. Until then it shows that it lives. Does nothing for a process that a
 * person started.
 */
export function followSupervisor(): void {
  const channel = process.channel;
  if (!channel) return;
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), ORPHAN_STOP_MAX_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // Listening alone would keep a process alive that has finished its work.
  channel.unref();
  showThatWeLive();
}

/** Whether the supervisor that started this process is gone: a stop is then part of its end, and nobody asked for it. */
export function isOrphaned(): boolean {
  return process.connected === false;
}

/** From the event loop, which does the work: a thread beside it would go on while the loop hangs. */
function showThatWeLive(): void {
  const beat: Beat = { kind: 'beat' };
  let isOnItsWay = false;
  const send = (): void => {
    // A supervisor that stands still reads nothing: one beat waits, not a pile of them.
    if (isOnItsWay || !process.connected) return;
    isOnItsWay = true;
    process.send?.(beat, undefined, undefined, () => {
      isOnItsWay = false;
    });
  };
  send();
  setInterval(send, BEAT_INTERVAL_MS).unref();
}
