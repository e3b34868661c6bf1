/** A patch whose new way no history holds is not guarded by the replay: the next change may break runs that took it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { readHistories, type RecordedHistory } from './history-files';

const WORKFLOWS_DIR = join(packageRoot(), 'workflows');
/** The SDK's name of the marker that a run leaves when it takes a patch's new way. */
const PATCH_MARKER = 'core_patch';

/** Patches that are named by a constant; those of the account's rules bear a version, and account-rules.test.ts has them. */
function namedPatches(): readonly string[] {
  return readdirSync(WORKFLOWS_DIR)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(WORKFLOWS_DIR, file), 'utf8');
      return [...source.matchAll(/(?:patched|isHistoryLong)\((?<constant>[A-Z_]+)\)/g)].map(({ groups }) => {
        const constant = groups?.constant ?? '';
        const name = new RegExp(`const ${constant} = '(?<name>[a-z-]+)'`).exec(source)?.groups?.name;
        if (name === undefined) throw new Error(`${file}: ${constant} is not a constant of this file.`);
        return name;
      });
    });
}

function patchesOf({ history }: RecordedHistory): readonly string[] {
  return (history.events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
    if (marker?.markerName !== PATCH_MARKER) return [];
    return Object.values(marker.details ?? {}).flatMap(({ payloads }) =>
      (payloads ?? []).map(({ data }) => (JSON.parse(Buffer.from(data ?? []).toString()) as { id: string }).id),
    );
  });
}

const PATCHES = [...new Set(namedPatches())].toSorted();
const histories = readHistories();

test('the patches of the workflows are found', () => {
  expect(PATCHES).toContain('word-needs-the-venue');
});

test.each(PATCHES)('a recorded run took the new way of %s', (patch) => {
  expect(histories.filter((recorded) => patchesOf(recorded).includes(patch)).map(({ name }) => name)).not.toEqual([]);
});

test.each(['word-before-an-answer', 'resting-unseen-for-a-while', 'cancel-taken-and-not-shown'])(
  'what the venue keeps silent about is recorded before and after: %s',
  (scene) => {
    const ofScene = histories.filter(({ name }) => name.startsWith(`signal-${scene}-`));
    const news = ['word-needs-the-venue', 'resting-is-patient', 'cancels-come-first'];
    const tookNews = ofScene.map((recorded) => patchesOf(recorded).some((patch) => news.includes(patch)));
    expect(tookNews).toHaveLength(2);
    expect(new Set(tookNews)).toEqual(new Set([false, true]));
  },
);
