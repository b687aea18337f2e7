/** The oldest Node.js that the dependencies run on. `npm ci` itself gets by with less: see `engines`. */
const MINIMUM = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `This program needs Node.js ${MINIMUM.join('.')} or newer and this is ${process.versions.node}: start it with "npm start", which brings its own Node.js.\n`,
  );
  process.exit(1);
}
