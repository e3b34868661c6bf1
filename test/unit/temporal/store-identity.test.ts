import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcStatus } from '../../../src/temporal/grpc-status';
import { askingGate, assertOwnStore, keepOwnStore, type StoreQuestion } from '../../../src/temporal/own-store';
import {
  isSameStore,
  keepStoreIdentity,
  readStoreIdentity,
  replaceStoreIdentity,
  storeIdentityPath,
  type FoundStore,
  type StorePlace,
} from '../../../src/temporal/store-identity';

const OURS = { clusterId: 'cluster-a', namespaceId: 'namespace-a' };
const OTHER = { clusterId: 'cluster-b', namespaceId: 'namespace-b' };
const ADDRESS = '127.0.0.1:7233';

let place: StorePlace;
beforeEach(() => {
  place = { dataDir: mkdtempSync(join(tmpdir(), 'oncefill-store-')), namespace: 'oncefill-paper' };
});
afterEach(() => rmSync(place.dataDir, { recursive: true, force: true }));

function refusal(code: number): Error {
  return Object.assign(new Error('refused'), { code, details: '', metadata: {} });
}

/** A server that has this store; without an id it says so as servers do. */
function serverOf({ clusterId, namespaceId }: FoundStore, noCluster: number = GrpcStatus.UNIMPLEMENTED): StoreQuestion {
  const workflowService = {
    getClusterInfo: async () => {
      if (clusterId === undefined) throw refusal(noCluster);
      return { clusterId };
    },
    describeNamespace: async () => {
      if (namespaceId === undefined) throw refusal(GrpcStatus.NOT_FOUND);
      return { namespaceInfo: { id: namespaceId } };
    },
  };
  return { place, address: ADDRESS, asker: { workflowService } as unknown as StoreQuestion['asker'] };
}

describe('the same store', () => {
  test.each<[string, FoundStore]>([
    ['another database', OTHER],
    ['another database with a copied namespace', { ...OURS, clusterId: 'cluster-b' }],
    ['a namespace that was made anew', { ...OURS, namespaceId: 'namespace-b' }],
    ['a namespace that is gone', { clusterId: 'cluster-a' }],
    ['a cluster that does not tell its id any more', { namespaceId: 'namespace-a' }],
    ['nothing', {}],
  ])('is not %s', (_what, found) => {
    expect(isSameStore(OURS, found)).toBe(false);
  });

  test('is known by its namespace alone where its cluster never told its id', () => {
    const kept = { namespaceId: 'namespace-a' };
    expect(isSameStore(kept, OURS)).toBe(true);
    expect(isSameStore(kept, OTHER)).toBe(false);
  });
});

describe('what is kept', () => {
  test('is the first store, whoever comes later', () => {
    expect(readStoreIdentity(place)).toBeUndefined();
    expect(keepStoreIdentity(place, OURS)).toEqual(OURS);
    expect(keepStoreIdentity(place, OTHER)).toEqual(OURS);
    expect(readStoreIdentity(place)).toEqual(OURS);
    replaceStoreIdentity(place, OTHER);
    expect(readStoreIdentity(place)).toEqual(OTHER);
  });

  test("is its owner's alone, and each namespace's", () => {
    keepStoreIdentity(place, OURS);
    expect(statSync(storeIdentityPath(place)).mode & 0o777).toBe(0o600);
    expect(readStoreIdentity({ ...place, namespace: 'another' })).toBeUndefined();
  });

  test.each(['', '{', '[]', '{}', '{"namespaceId":""}', '{"namespaceId":"a","more":1}'])(
    'is refused, not forgotten, where it reads %j',
    (text) => {
      keepStoreIdentity(place, OURS);
      writeFileSync(storeIdentityPath(place), text);
      expect(() => readStoreIdentity(place)).toThrow(expect.objectContaining({ code: 'OTHER_STORE' }));
    },
  );
});

describe('a start', () => {
  test('keeps the first store and goes on with it', async () => {
    await assertOwnStore(serverOf({ clusterId: 'cluster-a' }));
    await keepOwnStore(serverOf(OURS));
    await assertOwnStore(serverOf(OURS));
    await keepOwnStore(serverOf(OURS));
    expect(readStoreIdentity(place)).toEqual(OURS);
  });

  test.each([OTHER, { clusterId: 'cluster-a' }, {}])(
    'is refused with both stores and the remedy: %j',
    async (found) => {
      await keepOwnStore(serverOf(OURS));
      await expect(assertOwnStore(serverOf(found))).rejects.toMatchObject({
        code: 'OTHER_STORE',
        message: expect.stringMatching(/namespace-a.*oncefill store accept/) as string,
      });
      expect(readStoreIdentity(place)).toEqual(OURS);
    },
  );

  test('is not told of another store by a server that cannot be asked now', async () => {
    await keepOwnStore(serverOf(OURS));
    const dead = serverOf({ namespaceId: 'namespace-a' }, GrpcStatus.UNAVAILABLE);
    await expect(assertOwnStore(dead)).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
  });
});

describe('a command', () => {
  test('keeps nothing where nothing is kept', async () => {
    await askingGate(serverOf(OURS)).confirm();
    expect(readStoreIdentity(place)).toBeUndefined();
  });

  test('is refused at another store', async () => {
    await keepOwnStore(serverOf(OURS));
    await askingGate(serverOf(OURS)).confirm();
    await expect(askingGate(serverOf(OTHER)).confirm()).rejects.toMatchObject({ code: 'OTHER_STORE' });
  });
});
