import { Handle, type Outcome } from '@delta-hub/handoff-app';
import { Chance } from './chance.js';
import { answeringNow } from './answering.js';
import { check, type Findings } from './invariants.js';
import { AGENCIES, type Attempt, type Case, nextAttempt, nodeOfAgency } from './officers.js';
import { verifyOnce } from './verify-once.js';
import { VirtualTime } from './virtual-time.js';
import { inMemory, type MakeSubstrate, NODES, onSqlite, World } from './world.js';

/** The size of one simulated world. */
export interface Scale {
  readonly cases: number;
  /** Acts that officers try, all cases together. */
  readonly acts: number;
}

/** What is played: the same seed, scale and substrate are the same history. */
export interface Play {
  readonly seed: number;
  readonly scale: Scale;
  readonly substrate: 'memory' | 'sqlite';
}

/** What came of a world. */
export interface Result extends Findings {
  readonly attempts: number;
  /** How often each fault struck, by its name and where. */
  readonly struck: Readonly<Record<string, number>>;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Looks after which a world that is still not at rest never will be. */
const MOST_ROUNDS = 500;
/** Heartbeats after which what was lost has been sent again: a peer that asked in vain before waits for 256. */
const MOST_BEATS = 300;
/** Before a quiet time: to tell, to find out, to ask, to be answered. */
const QUIET_BEATS = 4;
/** How often an act is asked for once all is well, before nobody believes any more that it is answered. */
const MOST_ASKED = 20;
const BAD_DAY = { unknownOutcome: 0.02, away: 0.003, lost: 0.002, redelivered: 0.05, slow: 0.01, crash: 1 } as const;
const SUBSTRATES: Readonly<Record<Play['substrate'], MakeSubstrate>> = { memory: inMemory, sqlite: onSqlite };

verifyOnce();

/** Changes the parts of a world, to see whether it is found out. */
export type Spoil = (make: MakeSubstrate) => MakeSubstrate;

/**
 * One world of the given seed: officers act on many cases at four nodes while lines are cut, clocks go wrong, records come
 * twice and in another order, answers are lost and nodes die at any operation; then everything heals and the invariants are checked.
 */
export const simulate = async (
  { seed, scale, substrate }: Play,
  directory: string,
  spoil: Spoil = (make) => make,
): Promise<Result> => {
  const chance = new Chance(seed);
  const world = new World(chance, spoil(SUBSTRATES[substrate])(chance, directory));
  const time = new VirtualTime();
  try {
    await time.until(world.start());
    const player = new Player(world, time, scale.cases);
    await player.registerAll();
    world.faults = BAD_DAY;
    for (let act = 0; act < scale.acts; act += 1) await player.moment();
    await player.finish();
    const found = await time.until(check(world, player.cases, player.answered));
    return {
      ...found,
      broken: [...player.seen, ...found.broken],
      attempts: player.attempts,
      struck: Object.fromEntries([...world.struck.counts].sort()),
    };
  } finally {
    await time.until(world.stop());
    time.end();
  }
};

class Player {
  readonly cases: readonly Case[];
  /** Ids of the facts that an officer was told are recorded, with where. */
  readonly answered: { readonly node: string; readonly factIds: readonly string[] }[] = [];
  /** What did not hold while the world was at its worst. */
  readonly seen: string[] = [];
  attempts = 0;
  private readonly unanswered: Attempt[] = [];

  constructor(
    private readonly world: World,
    private readonly time: VirtualTime,
    cases: number,
  ) {
    const all: Case[] = [];
    for (let n = 0; n < cases; n += 1) {
      // Now and then somebody is registered twice, and it is found out later that they are one person.
      const before = all.at(-1);
      const twin = before !== undefined && before.twin === undefined && world.chance.is(0.2) ? before : undefined;
      const home = twin?.home ?? world.chance.of(AGENCIES);
      const one: Case = { personId: `T-SIM-${String(n).padStart(4, '0')}`, home, origin: home, receiving: home };
      if (twin !== undefined) Object.assign(one, { twin }).twin.twin = one;
      all.push(one);
    }
    this.cases = all;
  }

  async registerAll(): Promise<void> {
    for (const one of this.cases) {
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
      const handle = new Handle({ type: 'RegisterIntake', input }, this.world.chance.uuid(), commander);
      await this.try({ of: one, node, handle });
    }
  }

  /** A moment of a bad day: time passes, a line may break or mend, what died may come back, an officer acts. */
  async moment(): Promise<void> {
    const { world, time, cases } = this;
    const { chance } = world;
    // Now and then some days pass in which nobody does anything but the nodes, which go on to say that they are there.
    if (chance.is(0.02)) {
      await this.beat(QUIET_BEATS);
      world.time += chance.below(12) * DAY;
    } else world.time += chance.below(30) * MINUTE;
    if (world.strikes(0.02, 'line cut')) world.node(chance.of(NODES)).isCut = true;
    if (chance.is(0.05)) world.node(chance.of(NODES)).isCut = false;
    if (chance.is(0.01)) this.setClock();
    if (chance.is(0.3)) await time.until(world.revive());
    if (chance.is(0.03)) for (const node of world.nodes.values()) node.tick();
    if (chance.is(0.05)) for (const node of world.nodes.values()) node.remember();
    if (chance.is(0.04)) this.look();
    world.fillDisks();
    await time.pass(chance.below(6));
    if (this.attempts % 8 === 0) this.watchClocks();
    const again = chance.is(0.3) ? this.unanswered.shift() : undefined;
    await this.try(again ?? nextAttempt(world, chance.of(cases)));
  }

  /** All is well again; everything that was never answered is asked once more, and everything arrives. */
  async finish(): Promise<void> {
    const { world, time } = this;
    await time.until(world.heal());
    for (let rounds = 0; this.unanswered.length > 0 && rounds < MOST_ASKED; rounds += 1)
      for (const one of this.unanswered.splice(0)) await this.try(one);
    this.seen.push(...this.unanswered.map(({ handle: { request } }) => `${request.type} is never answered`));
    await this.makeWhole();
    // Limits that wait for nothing but time pass too.
    world.time += 8 * DAY;
    for (const node of world.nodes.values()) node.tick();
    await this.settle();
  }

  private async beat(times: number): Promise<void> {
    for (let beats = 0; beats < times; beats += 1) {
      this.world.time += MINUTE;
      for (const node of this.world.nodes.values()) node.tick();
      await this.time.pass(12);
    }
  }

  /** Heartbeats go on until no node lacks a fact that another has sent. */
  private async makeWhole(): Promise<void> {
    const { world } = this;
    for (let rounds = 0; rounds < MOST_BEATS; rounds += 1) {
      await this.settle();
      const lacking = [...world.nodes.values()].flatMap(({ name, handoff }) =>
        handoff.health.peers().flatMap(({ id, missingFacts }) => (missingFacts > 0 ? [`${name} of ${id}`] : [])),
      );
      if (lacking.length > 0) world.struck.count('facts missed');
      // Once to tell, once to find out.
      if (rounds >= 2 && lacking.length === 0) return;
      await this.beat(1);
    }
    this.seen.push('a node lacks facts that another has sent, and does not get them');
  }

  /** A clock goes wrong by more than the five minutes that are marked, or is set right. */
  private setClock(): void {
    const { world } = this;
    const node = world.node(world.chance.of(NODES));
    node.skewMs %= 90_000;
    if (world.strikes(0.4, 'clock wrong'))
      node.skewMs += (world.chance.below(2) * 2 - 1) * world.chance.below(40) * MINUTE;
  }

  /** Whether a node sees that a clock is wrong, its own or a peer's. */
  private watchClocks(): void {
    for (const { isDown, handoff } of this.world.nodes.values())
      if (!isDown && handoff.health.peers().some(({ isSkewed }) => isSkewed))
        this.world.struck.count('clock seen wrong');
  }

  /** An operator looks at the nodes; somebody asks who answers. */
  private look(): void {
    for (const node of this.world.nodes.values())
      if (!node.isDown) {
        node.handoff.health.subscribers().catch(() => undefined); // it may die under the question
        this.seen.push(...answeringNow(node, this.world.chance.of(this.cases).personId));
      }
  }

  private async try(attempt: Attempt): Promise<void> {
    this.attempts += 1;
    const node = this.world.node(attempt.node);
    const outcome = node.isDown
      ? undefined
      : await this.time.until(node.handoff.execute(attempt.handle).catch((): undefined => undefined));
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

  /** Waits until every node has all that is meant for it: the same positions twice, nothing behind. */
  private async settle(): Promise<void> {
    for (let before = '', calm = 0, rounds = 0; calm < 2; rounds += 1) {
      await this.time.pass(20);
      const nodes = [...this.world.nodes.values()];
      const states = (
        await this.time.until(Promise.all(nodes.map(({ handoff }) => handoff.health.subscribers())))
      ).flat();
      const now = states.map(({ name, position }) => `${name} ${position ?? ''}`).join(' ');
      const isIdle = states.every(({ behind }) => behind === 0);
      calm = isIdle && now === before ? calm + 1 : 0;
      before = now;
      if (!isIdle) await this.time.pass(100);
      if (rounds < MOST_ROUNDS) continue;
      const late = states.filter(({ behind }) => behind !== 0);
      this.seen.push(...late.map(({ name, fault }) => `${name} does not come to rest: ${fault ?? 'it is behind'}`));
      return;
    }
  }
}
