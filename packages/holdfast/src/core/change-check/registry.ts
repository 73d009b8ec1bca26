import type { ChangeRule } from "./change-rule.ts";
import {
  changeControlPlaneCount,
  changeDnsPrefix,
  changeKubernetesVersion,
  changeNetworkPlugin,
  changeVmSize,
} from "./rules/cluster.ts";
import { changeLease, changeVoters } from "./rules/lease.ts";
import { changeNetwork, changeVpnGateway } from "./rules/network.ts";
import { changeEngineVersion, changePlatform } from "./rules/platform.ts";
import { changeMongodbVotes, changeOnlyCopy, changeStorage, changeStoreIdentity } from "./rules/stores.ts";

/** Every rule about a change, in the order of docs/reference/rules.md. */
export const changeRules: readonly ChangeRule[] = [
  changePlatform,
  changeNetwork,
  changeVpnGateway,
  changeControlPlaneCount,
  changeVmSize,
  changeNetworkPlugin,
  changeDnsPrefix,
  changeKubernetesVersion,
  changeEngineVersion,
  changeVoters,
  changeLease,
  changeStoreIdentity,
  changeOnlyCopy,
  changeStorage,
  changeMongodbVotes,
];
