/**
 * How tests turn a file into what Node.js runs, for swc: in Jest, and in the programs that tests start.
 *
 * @param {'typescript' | 'ecmascript'} syntax
 */
module.exports = (syntax) => ({
  jsc: { parser: { syntax }, target: 'es2022' },
  module: { type: 'commonjs' },
});
