import { Handle, type Outcome } from '@delta-hub/handoff-app';
import { Chance } from './chance.js';
import { broken } from './invariants.js';
import { AGENCIES, type Attempt, type Case, nextAttempt, nodeOfAgency } from './officers.js';
import { NODES, type Substrate, World } from './world.js';

/** The size of one simulated world. */
export interface Scale {
  readonly cases: number;
  /** Acts that officers try, all cases together. */
  readonly acts: number;
}

export interface Result {
  readonly seed: number;
  /** What does not hold at the end, in words; must be empty. */
  readonly broken: readonly string[];
  readonly facts: number;
  /** How many facts of each type were recorded. */
  readonly types: Readonly<Record<string, number>>;
  readonly crashes: number;
  readonly attempts: number;
}

const DAY = 86_400_000;
const BAD_DAY = { unknownOutcome: 0.02, away: 0.01, redelivered: 0.05, crash: 0.0015 };

/** Lets everything that can go on go on for a moment; timers run when there is nothing else to do. */
export interface Turns {
  pass(count: number): Promise<void>;
  /** Passes turns and timers until the promise is settled. */
  until<T>(promise: Promise<T>): Promise<T>;
}

/**
 * One world of the given seed: officers act on many cases at four nodes while lines are cut, records come twice and in
 * another order, answers are lost and nodes die at any operation; then everything heals and the invariants are checked.
 */
export const simulate = async (
  seed: number,
  scale: Scale,
  {
    substrate,
    directory,
    turns,
  }: {
    readonly substrate: (chance: Chance, directory: string) => Substrate;
    readonly directory: string;
    readonly turns: Turns;
  },
): Promise<Result> => {
  const chance = new Chance(seed);
  const world = new World(chance, substrate(chance, directory), directory);
  const cases = Array.from({ length: scale.cases }, (_, n): Case => {
    const home = world.chance.of(AGENCIES);
    return { personId: `T-SIM-${String(n).padStart(4, '0')}`, home, origin: home, receiving: home };
  });
  await world.start();
  try {
    const player = new Player(world, turns);
    await player.registerAll(cases);
    world.faults = BAD_DAY;
    for (let act = 0; act < scale.acts; act += 1) await player.moment(cases);
    await turns.until(world.heal());
    for (const node of world.nodes.values()) node.tick();
    await player.finish();
    await settled(world, turns);
    return {
      seed,
      ...broken(world, cases, player.answered),
      crashes: [...world.nodes.values()].reduce((sum, { crashes }) => sum + crashes, 0),
      attempts: player.attempts,
    };
  } finally {
    await turns.until(world.stop());
  }
};

class Player {
  /** Ids of the facts that an officer was told are recorded, with where. */
  readonly answered: { readonly node: string; readonly factIds: readonly string[] }[] = [];
  attempts = 0;
  private readonly unanswered: Attempt[] = [];

  constructor(
    private readonly world: World,
    private readonly turns: Turns,
  ) {}

  async registerAll(cases: readonly Case[]): Promise<void> {
    for (const one of cases) {
      const node = nodeOfAgency(one.home);
      const input = {
        personId: one.personId,
        category: this.world.chance.is(0.3)
          ? ('TemporaryServiceOutsidePrison' as const)
          : ('SuspendedSentence' as const),
        correctionStart: '2025-01-06',
        correctionEnd: '2027-01-05',
      };
      const commander = { officerId: `officer-${one.home}`, role: 'officer' as const, agencyId: one.home, node };
      await this.try({
        of: one,
        node,
        handle: new Handle({ type: 'RegisterIntake', input }, this.world.chance.uuid(), commander),
      });
    }
  }

  /** A moment of a bad day: time passes, a line may break or mend, what died may come back, an officer acts. */
  async moment(cases: readonly Case[]): Promise<void> {
    const { world, turns } = this;
    const { chance } = world;
    // Now and then some days pass in which nobody does anything.
    world.time += chance.is(0.01) ? chance.below(9) * DAY : chance.below(90) * 60_000;
    if (chance.is(0.02)) world.node(chance.of(NODES)).isCut = true;
    if (chance.is(0.05)) world.node(chance.of(NODES)).isCut = false;
    if (chance.is(0.3)) await turns.until(world.revive());
    if (chance.is(0.1)) for (const node of world.nodes.values()) node.tick();
    await turns.pass(chance.below(6));
    const again = chance.is(0.3) ? this.unanswered.shift() : undefined;
    await this.try(again ?? nextAttempt(world, cases));
  }

  /** Everything that was never answered is asked once more, now that all is well. */
  async finish(): Promise<void> {
    for (let one = this.unanswered.shift(); one !== undefined; one = this.unanswered.shift()) await this.try(one);
  }

  private async try(attempt: Attempt): Promise<void> {
    this.attempts += 1;
    const node = this.world.node(attempt.node);
    const outcome = node.isDown
      ? undefined
      : await this.turns.until(node.handoff.execute(attempt.handle).catch((): undefined => undefined));
    if (outcome === undefined) this.unanswered.push(attempt);
    else this.take(attempt, outcome);
  }

  private take({ of, node, handle }: Attempt, outcome: Outcome): void {
    if (!('accepted' in outcome)) return;
    this.answered.push({ node, factIds: outcome.accepted.factIds });
    const { request, commander } = handle;
    if (request.type !== 'ApplyTransfer') return;
    of.transferId = outcome.accepted.stream;
    of.origin = commander.agencyId;
    of.receiving = `cca-${request.input.receivingDivision}`;
  }
}

/** Waits until every node has all that is meant for it: the same positions twice, nothing behind. */
const settled = async (world: World, turns: Turns): Promise<void> => {
  for (let before = '', calm = 0; calm < 2;) {
    await turns.pass(20);
    const states = await turns.until(
      Promise.all([...world.nodes.values()].map(({ handoff }) => handoff.health.subscribers())),
    );
    const now = JSON.stringify(states.flat().map(({ name, position }) => `${name} ${position ?? ''}`));
    const isIdle = states.flat().every(({ behind }) => behind === 0);
    calm = isIdle && now === before ? calm + 1 : 0;
    before = now;
    if (!isIdle) await turns.pass(200);
  }
};
