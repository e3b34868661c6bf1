const compileOptions = require('./test/support/compile-options.cjs');

const compile = (syntax) => ['@swc/jest', compileOptions(syntax)];

// Whoever runs the tests may have keys for their own histories.
delete process.env.ONCEFILL_HISTORY_KEYS;
delete process.env.ONCEFILL_HISTORY_KEYS_FILE;

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/scripts/jest-setup.mjs',
  setupFiles: ['<rootDir>/scripts/jest-build-failure.cjs'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/dist\\.next/', '<rootDir>/data/'],
  // Sources first: what a compiler left beside one must not be tested in its place.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '^.+\\.ts$': compile('typescript'),
    // ccxt's CommonJS build requires these ES modules, which Node can do and Jest cannot.
    '/node_modules/@(noble|scure)/.+\\.js$': compile('ecmascript'),
    // What a browser loads as modules.
    '^.+/page/[^/]+\\.js$': compile('ecmascript'),
  },
  transformIgnorePatterns: ['/node_modules/(?!@(noble|scure)/)'],
  // Twice what a workflow test needs that waits for a real server on a machine that does much else; others need no second.
  testTimeout: 120_000,
  testSequencer: '<rootDir>/scripts/longest-first.cjs',
  // More than the two cores of the smallest machine: two thirds of the time, tests of servers and processes wait.
  maxWorkers: 5,
};
