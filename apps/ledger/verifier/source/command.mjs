const USAGE = `node verify.mjs <bundle> [--trust <file>] [--level <level>] [--json]

Checks an evidence bundle of Delta Hub offline: a ZIP archive, or a directory with its files
(verify.mjs and verify.html may lie beside them).

  --trust <file>   trust.json of the hub, got by another way than the bundle: whom you believe
  --level <level>  the least level that will do: local (default), witnessed or sealed
  --json           print one JSON object
  --help           print this

Exit codes
  0  verified against your trust list
  2  wrong arguments, or a file cannot be read
  3  refused; the code of the first failed check is printed
  4  consistent in itself, but no trust list was given: whose keys these are is not checked

用法：node verify.mjs <证据包> --trust <信任清单>。退出码 0 为通过，3 为不通过，4 为自身一致但未提供信任清单。
`;

const usage = (message) => {
  process.stderr.write(`USAGE: ${message}\n\n${USAGE}`);
  process.exit(2);
};

const readArguments = (given) => {
  const options = { bundle: undefined, trust: undefined, level: 'LOCAL', json: false };
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at];
    if (word === '--help' || word === '-h') {
      process.stdout.write(USAGE);
      process.exit(0);
    } else if (word === '--json') options.json = true;
    else if (word === '--trust' || word === '--level') {
      at += 1;
      if (given[at] === undefined) usage(`${word} needs a value`);
      options[word.slice(2)] = word === '--level' ? given[at].toUpperCase() : given[at];
    } else if (word.startsWith('-')) usage(`${word} is not known`);
    else if (options.bundle === undefined) options.bundle = word;
    else usage('one bundle at a time');
  }
  if (options.bundle === undefined) usage('no bundle given');
  if (!LEVELS.includes(options.level)) usage('--level is local, witnessed or sealed');
  return options;
};

/** The files of a directory in the order of a bundle; what does not belong comes last. */
const readDirectory = (directory) => {
  const found = readdirSync(directory).filter((name) => name !== 'verify.mjs' && name !== 'verify.html');
  const names = [
    ...FILE_NAMES.filter((name) => found.includes(name)),
    ...found.filter((name) => !FILE_NAMES.includes(name)),
  ];
  return new Map(
    names.map((name) => {
      const path = join(directory, name);
      return [name, statSync(path).isFile() ? new Uint8Array(readFileSync(path)) : new Uint8Array(0)];
    }),
  );
};

export const nodePrimitives = {
  sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
  ed25519: (publicKey, message, signature) => {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(publicKey) }, format: 'jwk' });
    return verify(null, message, key, signature);
  },
};

const describe = (verdict) => {
  if (!verdict.ok) return `REFUSED 不通过: ${verdict.code}\n${CODE_TEXTS[verdict.code].join('\n')}\n`;
  const title = verdict.isAnchored
    ? 'VERIFIED 通过'
    : 'CONSISTENT IN ITSELF, ANCHOR NOT GIVEN 自身一致，未提供信任清单（密钥属于谁未经核对）';
  return `${title}\n\n${reportText(verdict.facts)}`;
};

const main = async () => {
  const { bundle, trust, level, json } = readArguments(process.argv.slice(2));
  let verdict;
  try {
    const anchor = trust === undefined ? undefined : parseAnchor(readFileSync(trust, 'utf8'));
    verdict = statSync(bundle).isDirectory()
      ? await verifyFiles(nodePrimitives, readDirectory(bundle), { anchor, level })
      : await verifyZip(nodePrimitives, new Uint8Array(readFileSync(bundle)), { anchor, level });
  } catch (error) {
    if (!(error instanceof SyntaxError) && error.code === undefined) throw error;
    process.stderr.write(`UNREADABLE: ${error.message}\n`);
    process.exit(2);
  }
  process.stdout.write(json ? `${JSON.stringify(verdict)}\n` : describe(verdict));
  process.exitCode = verdict.ok ? (verdict.isAnchored ? 0 : 4) : 3;
};

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
