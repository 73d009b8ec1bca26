import type { Fleet } from "../../spec/index.ts";
import { isPostgresql } from "./stores.ts";

/** As whom the other sites' controllers come to this site's API server. */
export const VOTER_NAME = "holdfast-voter";
/** Holds what they log in with; its API server fills it. */
export const VOTER_TOKEN = "holdfast-voter-token";

/** This voter's part of the register that says who may write to a store. */
export function registerName(store: string): string {
  return `holdfast-register-${store}`;
}

/** Holds, under the key PEER_KUBECONFIG, how this site's controller reaches another voter. */
export function peerSecretName(voter: string): string {
  return `holdfast-peer-${voter}`;
}
export const PEER_KUBECONFIG = "kubeconfig";

/** MongoDB elects by itself: it has no register. Without any there is nothing to vote on, and no voter. */
export function registersOf(fleet: Fleet): readonly string[] {
  return fleet.stores.filter(isPostgresql).map((store) => registerName(store.name));
}
