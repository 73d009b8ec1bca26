/** What the controller is called in a cluster, for those who have to reach it or let it in. */
export const CONTROLLER_NAME = "holdfast-controller";
export const CONTROLLER_CONFIG = "holdfast-config";
export const DNS_SERVICE = "holdfast-dns";

export const controllerPorts = { dns: 5353, http: 8081 } as const;
