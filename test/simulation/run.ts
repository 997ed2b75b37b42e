/** `npm run test:simulation`: plays many worlds and says what did not hold, and how to see it again. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Played } from './player.js';
import { playTogether } from './players.js';
import { replayOf } from './replay.js';
import type { Play } from './simulate.js';

const HELP = `Plays seeded worlds of four nodes under faults and checks the invariants of the hub.

  --seed <n>          the first seed (1)
  --worlds <n>        how many worlds, with the seeds that follow (40)
  --cases <n>         persons in a world, each one history (50)
  --acts <n>          acts that officers try in a world (24 for each person)
  --substrate <name>  memory, or sqlite: files in a temporary directory (memory)
  --jobs <n>          worlds that are played at once, each in a process of its own (one for each processor)
  --json              one line of JSON for each world, and one for all
  --help

Exit codes: 0 everything held, 2 wrong arguments, 3 something did not hold.`;

const number = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} is a whole number from 1`);
  return value;
};

const options = () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      worlds: { type: 'string', default: '40' },
      cases: { type: 'string', default: '50' },
      acts: { type: 'string' },
      substrate: { type: 'string', default: 'memory' },
      jobs: { type: 'string', default: `${availableParallelism()}` },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { substrate } = values;
  if (substrate !== 'memory' && substrate !== 'sqlite') throw new RangeError('--substrate is memory or sqlite');
  const cases = number(values.cases, 'cases');
  const acts = values.acts === undefined ? 24 * cases : number(values.acts, 'acts');
  const seed = number(values.seed, 'seed');
  const worlds = number(values.worlds, 'worlds');
  const jobs = number(values.jobs, 'jobs');
  const plays = Array.from({ length: worlds }, (_, n): Play => ({ seed: seed + n, scale: { cases, acts }, substrate }));
  return { plays, jobs, json: values.json, help: values.help };
};

const playAll = async ({ plays, jobs, json }: ReturnType<typeof options>): Promise<number> => {
  const started = performance.now();
  let [worlds, histories, facts, crashes, failed, cpuSeconds] = [0, 0, 0, 0, 0, 0];
  for await (const result of playTogether(plays, jobs)) {
    const play = plays[worlds]!;
    worlds += 1;
    histories += play.scale.cases;
    facts += result.facts;
    cpuSeconds += result.cpuSeconds;
    for (const [what, times] of Object.entries(result.struck)) if (what.startsWith('crash ')) crashes += times;
    if (result.broken.length > 0) failed += 1;
    report(play, result, histories / cpuSeconds, json);
  }
  const seconds = (performance.now() - started) / 1_000;
  const perSecond = { perSecond: histories / seconds, perCpuSecond: histories / cpuSeconds };
  const summary = { worlds, histories, facts, crashes, failed, seconds, cpuSeconds, ...perSecond };
  console.log(
    json
      ? JSON.stringify(summary)
      : `${histories} histories in ${worlds} worlds, ${facts} facts stored, ${crashes} crashes, ${failed} worlds failed: ` +
          `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${summary.perSecond.toFixed(1)} histories a second, ` +
          `${summary.perCpuSecond.toFixed(1)} in a second of CPU`,
  );
  return failed === 0 ? 0 : 3;
};

const report = (play: Play, { broken, history, facts }: Played, perCpuSecond: number, json: boolean): void => {
  if (json) return console.log(JSON.stringify({ seed: play.seed, history, facts, broken }));
  console.error(
    `seed ${play.seed}: ${broken.length === 0 ? 'held' : 'FAILED'}, ${perCpuSecond.toFixed(1)} histories in a second of CPU`,
  );
  if (broken.length === 0) return;
  console.log(`seed ${play.seed} failed:\n  ${broken.slice(0, 10).join('\n  ')}\nto see it again: ${replayOf(play)}`);
};

try {
  const given = options();
  if (given.help) console.log(HELP);
  else process.exitCode = await playAll(given);
} catch (error) {
  if (!(error instanceof RangeError) && (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') !== true)
    throw error;
  console.error(`${(error as Error).message}\n\n${HELP}`);
  process.exitCode = 2;
}
