import { fold } from '@delta-hub/decider';
import { transferDecider } from '../transfer.js';
import type { TransferCommand } from '../transfer.commands.js';
import type { TransferEvent } from '../transfer.events.js';
import { commands } from './cast.js';

/** The facts a series of commands leaves behind; throws when one is refused. */
export const play = (...series: readonly TransferCommand[]): TransferEvent[] =>
  series.reduce<TransferEvent[]>((history, command) => {
    const decision = transferDecider.decide(command, fold(transferDecider, history));
    if ('rejected' in decision) throw new Error(`${command.type}: ${decision.rejected.code}`);
    return [...history, ...decision.accepted];
  }, []);

/** The limits that a case has once: without those of copies and corrections. */
export const ofTheCase = <D extends { readonly about?: string }>(dues: readonly D[]): readonly D[] =>
  dues.filter(({ about }) => about === undefined);

const { apply, opine, consult, receive, agree, refuse, decide, serve, sendFile, receiveFile, receipt, report } =
  commands;

/** Histories up to and including an act, as scenario G0 has them. */
export const histories = (() => {
  const applied = [apply()];
  const opined = [...applied, opine()];
  const consulted = [...opined, consult()];
  const received = [...consulted, receive()];
  const agreed = [...received, agree()];
  const refused = [...received, refuse()];
  const approved = [...agreed, decide()];
  const turnedDown = [...refused, decide(undefined, false)];
  const served = [...approved, serve()];
  const told = [...turnedDown, serve()];
  const fileSent = [...served, sendFile()];
  const fileReceived = [...fileSent, receiveFile()];
  const receipted = [...fileReceived, receipt()];
  const reported = [...fileReceived, report()];
  const completed = [...receipted, report()];
  const all = { applied, opined, consulted, received, agreed, refused, approved, turnedDown, served, told };
  const papers = { fileSent, fileReceived, receipted, reported, completed };
  return Object.fromEntries(
    Object.entries({ ...all, ...papers }).map(([name, series]) => [name, play(...series)]),
  ) as Record<keyof typeof all | keyof typeof papers, TransferEvent[]>;
})();
