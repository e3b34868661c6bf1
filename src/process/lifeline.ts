/** A process whose supervisor died has this long to stop in good order before it ends itself. */
export const ORPHAN_STOP_MAX_MS = 8_000;

/**
 * Ties this process to its supervisor: when the IPC channel closes, which the system does even for a supervisor killed with
 * SIGKILL, the process stops as if it had been asked to. Does nothing for a process that a person started.
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
}
