import { eventName, type HubEvent } from '@delta-hub/contracts';
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
  correctedBy(@Parent() { type, stream, view }: FactParent): FactParent | null {
    const correction = casesAt(this.readModels, view)
      .factsOfStream(stream)
      .find((row) => correctedFact(row) === eventName(type));
    return correction === undefined ? null : factAnswer(correction, view);
  }
}

/** Which fact of its case a row says is wrong; null for a row that says no such thing. */
const correctedFact = ({ type, jws }: FactRow): string | null => {
  if (eventName(type) !== 'transfer.fact-corrected') return null;
  const { data } = eventIn(jws) as HubEvent<'transfer.fact-corrected'>;
  return data.fact;
};
