import type { Caller } from '@delta-hub/crypto';
import type { CommandBus } from '@nestjs/cqrs';
import { factAnswer, type PersonParent, type TransferParent } from './answers.js';
import { copiesHere } from './copy-answers.js';
import { officeOf } from './copy-commands.js';
import type { ReadModels } from './read-models.js';
import { refusalAnswer } from './refusals.js';
import { Handle, type Outcome, type Request } from './requests.js';
import type { Projector } from './projections.js';

type CopyRequest = Extract<Request, { type: 'AcknowledgeCopy' | 'AcknowledgeCopyCorrection' }>;

/** Gives commands to the bus and answers once the read models show what came of them. */
export class Commands {
  constructor(
    private readonly bus: CommandBus,
    private readonly projector: Projector,
    private readonly readModels: ReadModels,
  ) {}

  async onTransfer(request: Request, key: string, caller: Caller) {
    return this.answer(await this.give(request, key, caller), 'TransferRecorded', (stream) => ({
      transfer: this.readModels.transfer(stream) as TransferParent,
    }));
  }

  async onPerson(request: Request, key: string, caller: Caller) {
    const typename = request.type === 'RegisterIntake' ? 'IntakeRecorded' : 'PersonRecorded';
    return this.answer(await this.give(request, key, caller), typename, (stream) => ({
      person: { id: stream.slice('person-'.length) } satisfies PersonParent,
    }));
  }

  /** About one copy of a case: its recipient is answered with that copy, and nothing else of the case. */
  async onCopy(request: CopyRequest, key: string, caller: Caller) {
    const about = `${request.input.of}/${officeOf(request.input.office)}`;
    return this.answer(await this.give(request, key, caller), 'CopyRecorded', (stream) => ({
      copy: copiesHere(this.readModels, stream, undefined).find(
        ({ copy: { sent } }) => `${sent.data.of}/${sent.data.office}` === about,
      ),
    }));
  }

  private give(request: Request, key: string, caller: Caller): Promise<Outcome> {
    return this.bus.execute<Handle, Outcome>(new Handle(request, key, caller));
  }

  private async answer(outcome: Outcome, typename: string, subject: (stream: string) => object) {
    if ('rejected' in outcome) return refusalAnswer(outcome.rejected);
    const { stream, factIds, position } = outcome.accepted;
    await this.projector.waitFor(position);
    const facts = factIds.flatMap((id) => this.readModels.fact(id) ?? []).map((row) => factAnswer(row));
    return { __typename: typename, facts, ...subject(stream) };
  }
}
