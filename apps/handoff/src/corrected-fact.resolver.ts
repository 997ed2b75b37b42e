import { eventName, type HubEvent } from '@delta-hub/contracts';
import { aboutFact, nthOf, type OnceType } from '@delta-hub/handoff';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { factAnswer, type FactParent } from './answers.js';
import { casesAt } from './past-cases.js';
import { type FactRow, ReadModels } from './read-models.js';
import { eventIn } from './signed-events.js';

/** 更正: a wrong fact is shown with the one that corrects it, wherever it is shown. */
@Resolver('Fact')
export class CorrectedFactResolver {
  constructor(private readonly readModels: ReadModels) {}

  @ResolveField('correctedBy')
  correctedBy(@Parent() { type, stream, jws, view }: FactParent): FactParent | null {
    // What was not so is struck whatever the instant that is asked about: only what was known counts.
    const { validAt: _validAt, ...known } = view ?? {};
    const correction = casesAt(this.readModels, view && known)
      .factsOfStream(stream)
      .find((row) => correctedFact(row) === factName({ type, jws }));
    return correction === undefined ? null : factAnswer(correction, view);
  }
}

/** Which fact of its case a row says is wrong; null for a row that says no such thing. */
const correctedFact = ({ type, jws }: FactRow): string | null => {
  if (eventName(type) !== 'transfer.fact-corrected') return null;
  const { data } = eventIn(jws) as HubEvent<'transfer.fact-corrected'>;
  return aboutFact(data.fact, nthOf({ data }));
};

/** A fact as a correction names it: by its type, and which of them it is. */
const factName = ({ type, jws }: Pick<FactRow, 'type' | 'jws'>): string =>
  aboutFact(eventName(type) as OnceType, nthOf(eventIn(jws)));
