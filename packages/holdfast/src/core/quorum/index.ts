export { emptyAcceptor, vote } from "./acceptor.ts";
export type { AcceptorState, Register, VoteRequest } from "./acceptor.ts";
export { compareBallots } from "./ballot.ts";
export type { Ballot } from "./ballot.ts";
export { fellBack, newest, readAnswers } from "./reading.ts";
export type { Answer, Floor, Reading } from "./reading.ts";
export { acceptRound, prepareRound, progressOf, renewRound, requestOf, withAnswer, withSilence } from "./round.ts";
export type { Ownership, Round } from "./round.ts";
