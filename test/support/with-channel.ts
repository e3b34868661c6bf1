/**
 * Does something in a process that has another channel to its supervisor than this one.
 *
 * @param channel what receives messages; undefined: there is no supervisor
 */
export function withChannel(channel: ((message: unknown) => boolean) | undefined, act: () => void): void {
  const own = Object.getOwnPropertyDescriptor(process, 'send');
  process.send = channel;
  try {
    act();
  } finally {
    if (own) Object.defineProperty(process, 'send', own);
    else delete process.send;
  }
}
