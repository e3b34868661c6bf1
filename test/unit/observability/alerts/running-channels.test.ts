import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareChannels, deskPidPath, noteChannels } from '../../../../src/observability/alerts/running-channels';
import { claimPidFile } from '../../../../src/process/pid-file';
import { useDataFolder } from './folder';

const dataDir = useDataFolder();
const MAIL = { server: 'a', password: 'canary-PASSWORD' };

test('while nobody keeps the book nothing differs from a file', () => {
  expect(compareChannels(dataDir(), { email: MAIL })).toBeUndefined();
});

describe('beside a desk that runs', () => {
  beforeEach(() => {
    mkdirSync(dirname(deskPidPath(dataDir())), { recursive: true });
    claimPidFile(deskPidPath(dataDir()), process.pid);
  });

  test.each([
    ['the same', { email: MAIL, room: { url: 'x' } }, []],
    ['another secret', { email: { ...MAIL, password: 'other' }, room: { url: 'x' } }, ['email']],
    ['one more', { email: MAIL, room: { url: 'x' }, second: {} }, ['second']],
    ['one less', { email: MAIL }, ['room']],
    ['none', {}, ['email', 'room']],
  ])('a file with %s differs in what it says', (_what, settings, differing) => {
    noteChannels(dataDir(), { email: MAIL, room: { url: 'x' } }, 'email, room');
    expect(compareChannels(dataDir(), settings)).toEqual({ pid: process.pid, words: 'email, room', differing });
  });

  test('that noted nothing, every channel is doubtful', () => {
    expect(compareChannels(dataDir(), { email: MAIL })).toEqual({ pid: process.pid, differing: ['email'] });
  });

  test('no secret is written down', () => {
    noteChannels(dataDir(), { email: MAIL }, 'email');
    expect(readFileSync(join(dataDir(), 'run', 'alert-channels.json'), 'utf8')).not.toContain('canary');
  });
});
