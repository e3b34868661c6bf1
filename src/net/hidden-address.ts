import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const ATTEMPTS_MAX = 10;
/** Everything in 127.0.0.0/8 is this machine. */
const BYTE_VALUES = 256;
const PORT_MIN = 1_024;
const PORT_MAX = 65_535;

/** An address and a port of this machine. */
export interface HiddenAddress {
  readonly host: string;
  readonly port: number;
}

function pick(): HiddenAddress {
  // Never 127.0.0.1, where everybody looks, and no network or broadcast address.
  const [a, b, c] = [randomInt(1, BYTE_VALUES), randomInt(BYTE_VALUES), randomInt(1, BYTE_VALUES - 1)];
  return { host: `127.${a}.${b}.${c}`, port: randomInt(PORT_MIN, PORT_MAX + 1) };
}

async function canListen({ host, port }: HiddenAddress): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A free place on loopback for a server that has no guard of its own: 16 million addresses times 64 thousand ports, drawn by
 * chance, are more than a web page can try. It hides from pages only: other users of the machine can look it up.
 *
 * @returns undefined on systems that have no loopback address beside 127.0.0.1
 */
export async function pickHiddenAddress(): Promise<HiddenAddress | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const address = pick();
    if (await canListen(address)) return address;
  }
  return undefined;
}
