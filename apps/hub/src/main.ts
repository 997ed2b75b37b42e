#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { codeOf, exitCodeOf, HubFault } from './faults.js';
import { ENVIRONMENTS } from './kafka/environments.js';
import { NODES } from './nodes.js';

type Action = Parameters<Command['action']>[0];

/** A command's module is loaded when the command is given: only what runs a node waits for Nest. */
const lazily =
  <Given extends unknown[]>(
    load: () => Promise<(...given: Given) => void | Promise<void>>,
  ): ((...given: Given) => Promise<void>) =>
  async (...given) =>
    (await load())(...given);

const DATA = 'data directory; made when absent';
const toPort = (text: string): number => {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_531)
    throw new HubFault('USAGE', `--port: ${text} is not a port from 0 to 65531`);
  return port;
};
const toSeconds = (text: string): number => {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400)
    throw new HubFault('USAGE', `--ttl: ${text} is not from 1 to 86400 seconds`);
  return seconds;
};

const toIndex = (text: string): number => {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw new HubFault('USAGE', `--from: ${text} is not an index from 0`);
  return Number(text);
};

const program = new Command('delta-hub')
  .description(
    '长三角社区矫正协同枢纽: hands people under community correction across provincial borders, and proves it.',
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong arguments, configuration or scenario file, 3 verification, an act or an expectation failed. Errors on standard error begin with their stable code.',
  )
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'USAGE: ')) })
  .exitOverride();

program
  .command('up')
  .description('run the four provincial nodes on this machine, play scenario G0 once, and keep serving')
  .option('--data <dir>', DATA, 'data')
  .option('--port <n>', 'port of node 31; nodes 32, 33, 34 take the next three; 0: any', toPort, 4031)
  .option('--no-play', 'serve without playing the scenario')
  .action(lazily(async () => (await import('./up.js')).up));

program
  .command('init')
  .description('make a data directory: of one node with fresh keys, or of all four for a trial')
  .option('--data <dir>', DATA, 'data')
  .option('--node <node>', '31, 32, 33 or 34; all four unless given')
  .option('--json', 'print one JSON object', false)
  .action(lazily(async () => (await import('./single-node.js')).init));

program
  .command('trust')
  .description('write the trust list of a node from public.json of each other party')
  .argument('<files...>', 'public.json of the other three nodes')
  .requiredOption('--node <node>', '31, 32, 33 or 34')
  .option('--data <dir>', 'data directory', 'data')
  .option('--replace', 'write a trust list anew that is there already', false)
  .option('--json', 'print one JSON object', false)
  .action(lazily(async () => (await import('./single-node.js')).trust));

program
  .command('node')
  .description('run one node until it is stopped; the others are where DELTA_HUB_PEERS says')
  .requiredOption('--node <node>', '31, 32, 33 or 34')
  .option('--data <dir>', 'data directory', 'data')
  .option('--port <n>', 'port of its gateway; 0: any', toPort, 4032)
  .action(lazily(async () => (await import('./single-node.js')).runNode));

program
  .command('demo')
  .description('run the four nodes, play a scenario (G0), verify everything, and exit: 0 only if all is as expected')
  .option('--data <dir>', 'data directory to keep; a temporary one, removed afterwards, when absent')
  .option('--port <n>', 'port of node 31; 0: any free ports', toPort, 0)
  .option('--scenario <file>', 'what to play: a scenario file, see apps/hub/scenarios; G0 when absent')
  .option('--json', 'print one JSON object on standard output; progress goes to standard error', false)
  .action(lazily(async () => (await import('./demo.js')).demo));

program
  .command('scenario')
  .description('play scenario files, each on four fresh nodes in this process; 0 only if all ended as they say')
  .argument('<files...>', 'scenario files, YAML or JSON: docs/scenarios.md')
  .option('--json', 'print one JSON object on standard output; progress goes to standard error', false)
  .action(lazily(async () => (await import('./check-scenarios.js')).checkScenarios));

program
  .command('token')
  .description('print a development token for an officer (refused in production)')
  .requiredOption('--node <id>', 'node the token is for: 31, 32, 33 or 34')
  .requiredOption('--agency <id>', 'agency of the officer, e.g. cca-320509')
  .option('--role <role>', 'officer, office-officer, inspector, operator or recipient', 'officer')
  .option('--officer <id>', 'the officer’s number', 'officer-dev-001')
  .option('--juvenile', 'of one whose duty minors are: sees sealed records', false)
  .option('--ttl <seconds>', 'how long the token is good for', toSeconds, 28_800)
  .option('--data <dir>', 'data directory of the hub', 'data')
  .option('--json', 'print {"token": ...}', false)
  .action(lazily(async () => (await import('./token.js')).token));

const ledger = program.command('ledger').description('the nodes’ transparency logs');
ledger
  .command('verify')
  .description('recompute a ledger from its stored bytes and name the first faulty entry')
  .argument('<source>', 'data directory, directory of one node, exported log, or address of a node (http://host:port)')
  .addOption(
    new Option('--level <level>', 'structure: hashes, tiles, heads; signatures: everything')
      .choices(['structure', 'signatures'])
      .default('signatures'),
  )
  .option('--since <file>', 'go on behind the state in this file, and keep it up to date; begins it when absent')
  .option('--token <token>', 'inspector’s token; needed for an address')
  .option('--trust <file>', 'trust list; needed for an address or an exported log, the directory’s own when absent')
  .option('--json', 'print one JSON object', false)
  .addHelpText('after', '\nExit codes: 0 verified, 1 could not be read, 2 wrong arguments, 3 a fault was found.')
  .action(lazily(async () => (await import('./ledger-verify.js')).ledgerVerify));

ledger
  .command('replay')
  .description('the entries of a node’s ledger in their order, each verified, as of a size or an instant')
  .argument('<source>', 'directory of one node, or its address (http://host:port), which then verifies for itself')
  .option('--as-of <moment>', 'a size, or an instant YYYY-MM-DDTHH:mm:ss.sssZ; the newest signed head when absent')
  .option(
    '--from <index>',
    'first entry to look at: with the size of the first line as --as-of, goes on after a cut',
    toIndex,
  )
  .option('--token <token>', 'token of an inspector; needed for an address')
  .option('--case <id>', 'one case, e.g. transfer-<uuid>')
  .option('--person <id>', 'the cases of a person; needs --reason, and for a directory --officer; both are recorded')
  .option('--agency <id>', 'the cases and acts of an agency')
  .option('--region <node>', 'the cases and acts of a node: 31, 32, 33 or 34')
  .option('--officer <id>', 'who replays the cases of a person')
  .option('--reason <text>', 'why, with the legal basis')
  .option('--json', 'print one JSON object a line: the moment, the entries, the end', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 every entry verified, 1 could not be read, 2 wrong arguments, 3 an entry does not verify.',
  )
  .action(lazily(async () => (await import('./ledger-replay.js')).ledgerReplay));

ledger
  .command('export')
  .description(
    'write a node’s ledger as static files (C2SP tlog-tiles), the checkpoint last; goes on where it was cut off',
  )
  .argument('<source>', 'directory of one node, or its address (http://host:port)')
  .argument('<dir>', 'where to; made when absent')
  .option('--token <token>', 'token of an inspector; needed for an address')
  .option('--json', 'print one JSON object', false)
  .addHelpText('after', '\nThe entries are for inspectors: serve tile/entries/ to nobody else.')
  .action(lazily(async () => (await import('./ledger-export.js')).ledgerExport));

ledger
  .command('prove')
  .description('the evidence bundle of one event, checked and written to a file')
  .argument('<source>', 'directory of one node, or its address (http://host:port)')
  .argument('<event>', 'id of the event')
  .option('--token <token>', 'token of an inspector, or of an officer of a party to the case; needed for an address')
  .option('--trust <file>', 'trust list to compare keys and policy with; that of the directory unless given')
  .option('--out <file>', 'where to write; evidence-<event>.zip when absent')
  .option('--json', 'print one JSON object', false)
  .action(lazily(async () => (await import('./ledger-prove.js')).ledgerProve));
ledger
  .command('settle')
  .description('accept the facts of a node again whose log had forked, once the cause is known; the proofs stay')
  .argument('<directory>', 'directory of the node that holds them; it may be running')
  .requiredOption('--forked <node>', 'node whose log had forked: 31, 32, 33 or 34')
  .requiredOption('--reason <text>', 'what was found and decided')
  .action(lazily(async () => (await import('./ledger-settle.js')).ledgerSettle));
ledger
  .command('scratch')
  .description('serve a log that takes any bytes on POST /add, for tools that try logs (refused in production)')
  .requiredOption('--data <dir>', 'its own directory, never that of a node; made when absent')
  .option('--port <n>', 'port on the loopback interface; 0: any', toPort, 0)
  .action(lazily(async () => (await import('./ledger-scratch.js')).ledgerScratch));

const keys = program.command('keys').description('the keys of a node; the node must be stopped');
const ofNode = (command: Command): Command =>
  command
    .requiredOption('--node <id>', 'the node: 31, 32, 33 or 34')
    .option('--data <dir>', 'data directory of the hub', 'data')
    .option('--json', 'print one JSON object', false);
ofNode(keys.command('list').description('every key that the node knows, and when it is valid')).action(
  lazily(async () => (await import('./keys.js')).keysList),
);
ofNode(keys.command('rotate').description('a new key in place of the one that signs events'))
  .option('--ledger', 'in place of the one that signs the heads of the log', false)
  .option('--compromised-from <instant>', 'the present key was stolen: from this instant on (UTC, milliseconds)')
  .action(lazily(async () => (await import('./keys.js')).keysRotate));
ofNode(keys.command('revoke').description('take a key away; a key of another node is gone once two nodes say so'))
  .requiredOption('--kid <id>', 'the key, e.g. 32/1')
  .requiredOption('--reason <reason>', 'superseded, lost or compromised')
  .option('--from <instant>', 'compromised from this instant on (UTC, milliseconds)')
  .action(lazily(async () => (await import('./keys.js')).keysRevoke));
ofNode(
  keys
    .command('doubts')
    .description('what a compromised key signed and no witness had seen before: to be declared again, or repaired'),
).action(lazily(async () => (await import('./keys-doubts.js')).keysDoubts));
ofNode(keys.command('reattest').description("declare this node's own events that are in doubt again"))
  .option('--event <id>', 'this one; may be repeated', (id: string, ids: readonly string[] = []) => [...ids, id])
  .option('--all', 'every one that is in doubt', false)
  .action(lazily(async () => (await import('./keys-doubts.js')).keysReattest));

const topics = program.command('topics').description('the topics and access rules on Apache Kafka, from one file');
const onKafka = (name: string, summary: string, run: Action) =>
  topics
    .command(name)
    .description(summary)
    .option('--file <file>', 'what is wanted', 'deploy/kafka/topics.yaml')
    .addOption(
      new Option('--environment <name>', 'replicas by environment').choices(ENVIRONMENTS).default('development'),
    )
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', '\nThe brokers are those of KAFKA_BROKERS. Exit codes: 0 as the file says, 3 it differs.')
    .action(run);
onKafka(
  'diff',
  'show what the brokers lack of the file',
  lazily(async () => (await import('./kafka/topics.js')).topicsDiff),
);
onKafka(
  'apply',
  'make what is missing; what could lose records or rights is only shown',
  lazily(async () => (await import('./kafka/topics.js')).topicsApply),
);

const atNode = (command: Command): Command =>
  command
    .requiredOption('--node <node>', '31, 32, 33 or 34; it must not run')
    .option('--data <dir>', 'data directory', 'data')
    .option('--json', 'print one JSON object', false);
atNode(topics.command('reread'))
  .description(
    'when it starts, a node reads the topics of a peer from their beginning: after their loss or replacement',
  )
  .requiredOption('--peer <node>', 'whose topics')
  .action(lazily(async () => (await import('./topic-places.js')).topicsReread));
atNode(topics.command('resend'))
  .description('when it starts, a node sends everything of its own again; receivers take each fact once')
  .action(lazily(async () => (await import('./topic-places.js')).topicsResend));

program
  .command('subscribe')
  .description('follow a topic of facts and print every CloudEvent whose signature verifies, one JSON line each')
  .requiredOption('--topic <topic>', 'delta-hub.<node>.events.v1 or delta-hub.<node>.copies.v1')
  .requiredOption(
    '--trust <file>',
    'trust list with the first keys of the nodes; later ones are learnt from their events',
  )
  .option('--state <file>', 'go on behind the place in this file, and keep it up to date; begins it when absent')
  .option('--until-end', 'stop at what is the end of the topic now', false)
  .option(
    '--client-id <id>',
    'how to be known to Kafka; groups, where a client needs one, begin with it and a dot',
    'partner',
  )
  .option('--data <dir>', 'data directory whose embedded broker to read; not for Kafka', 'data')
  .addHelpText(
    'after',
    '\nThe broker is that of DELTA_HUB_BROKER; for Kafka see KAFKA_BROKERS. What does not verify, and what is sealed for others, is one JSON line on standard error. Exit codes: 0 everything verified, 1 the broker is not there or the place in the topic is lost, 2 wrong arguments, 3 something did not verify.',
  )
  .action(lazily(async () => (await import('./subscribe.js')).subscribe));

const store = program.command('store').description("who may do what on the KurrentDB of a node's events");
const onStore = (name: string, summary: string, run: Action) =>
  store
    .command(name)
    .description(summary)
    .addOption(new Option('--node <id>', 'whose server').choices(NODES.map(({ id }) => id)).makeOptionMandatory())
    .option('--group <name>', 'the group on the server that the accounts of nodes belong to', 'delta-hub')
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      '\nThe server is that of KURRENTDB_URL, the account in KURRENTDB_CREDENTIALS_FILE an administrator. Exit codes: 0 as it must be, 3 it differs.',
    )
    .action(run);
onStore(
  'diff',
  'show which rights differ from: the group appends and reads, and deletes nothing',
  lazily(async () => (await import('./store-access.js')).storeDiff),
);
onStore(
  'apply',
  'set them; replaces the default rights and those on $all',
  lazily(async () => (await import('./store-access.js')).storeApply),
);

// Whoever reads what is printed may go away before its end, as `head` does: nobody is left to be told anything.
process.stdout.on('error', (error: Error & { readonly code?: string }) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(1);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const code = codeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    // Node's own errors begin with their code already.
    process.stderr.write(message.startsWith(`${code}: `) ? `${message}\n` : `${code}: ${message}\n`);
    process.exitCode = exitCodeOf(code);
  }
}
