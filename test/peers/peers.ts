import { join } from 'node:path';

interface Step {
  readonly program: string;
  readonly words: readonly string[];
}

/** A client library that others wrote. */
export interface Peer {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** Judged only where it is asked for. */
  readonly isLarge: boolean;
  /** @param folder an empty one */
  install(folder: string): readonly Step[];
  /** The program that makes the calls. @param sources the folder of this file */
  calls(folder: string, sources: string): Step;
}

const PYTHON = process.platform === 'win32' ? 'python' : 'python3';

function pythonPeer(name: string, packageName: string, version: string, script: string, isLarge = false): Peer {
  const pythonIn = (folder: string): string => join(folder, 'venv', 'bin', 'python');
  return {
    name,
    package: packageName,
    version,
    isLarge,
    install: (folder) => [
      { program: PYTHON, words: ['-m', 'venv', join(folder, 'venv')] },
      {
        program: pythonIn(folder),
        words: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${packageName}==${version}`],
      },
    ],
    calls: (folder, sources) => ({ program: pythonIn(folder), words: [join(sources, script)] }),
  };
}

export const PEERS: readonly Peer[] = [
  pythonPeer('pybit', 'pybit', '5.17.0', 'pybit_calls.py'),
  {
    name: 'bybit-api',
    package: 'bybit-api',
    version: '4.7.7',
    isLarge: false,
    install: (folder) => [
      { program: 'npm', words: ['init', '--yes'] },
      {
        program: 'npm',
        words: ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, 'bybit-api@4.7.7'],
      },
    ],
    calls: (_folder, sources) => ({ program: process.execPath, words: [join(sources, 'bybit-api-calls.mjs')] }),
  },
  pythonPeer('nautilus', 'nautilus_trader', '1.221.0', 'nautilus_calls.py', true),
];

export function peerNames(): readonly string[] {
  return PEERS.map(({ name }) => name);
}
