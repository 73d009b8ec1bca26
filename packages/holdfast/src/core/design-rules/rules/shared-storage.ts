import type { DesignRule } from "../rule.ts";

/** Names of storage that many mount at once: file shares and cluster file systems. */
const SHARED_CLASS = /(?:^|[-_.])(?:azurefile|file|nfs|smb|cifs|efs|ceph-?fs|gluster(?:fs)?|rwx|shared)(?:$|[-_.])/i;
const SHARED_PLACE = /^(?:nfs|smb|cifs|file):\/\/|^\\\\[^\\]/i;

export const sharedStorage: DesignRule = {
  id: "shared-storage",
  severity: "warning",
  requirements: ["R74", "R75", "R76"],
  asks: "Nothing relies on storage that sites or pods share: data is copied by the database.",
  why: "Each Hub's storage is its own and is not copied to another; a share at one site is gone with it, and databases are damaged on it.",
  example: {
    broken: "storage: { size: 128Gi, className: azurefile-csi }",
    fixed: "storage: { size: 128Gi, className: managed-standard }",
  },
  *check({ stores, application }) {
    for (const [index, { name, storage }] of stores.entries()) {
      if (storage.className === undefined || !SHARED_CLASS.test(storage.className)) continue;
      yield {
        path: ["stores", index, "storage", "className"],
        message: `${storage.className} looks like a file share, on which ${name} is slow and can be damaged`,
        hint: "Use a class of disks, ReadWriteOnce, for example managed-standard.",
      };
    }
    for (const [index, { name, configuration, args }] of application.components.entries()) {
      const path = ["application", "components", index];
      const texts = [
        ...Object.entries(configuration).map(([key, text]) => ({ text, at: [...path, "configuration", key] })),
        ...args.map((text, position) => ({ text, at: [...path, "args", position] })),
      ];
      for (const { text, at } of texts) {
        if (!SHARED_PLACE.test(text)) continue;
        yield {
          path: at,
          message: `${name} uses a file share, which belongs to one place: sites share no storage`,
          hint: "Keep the data in a store of the fleet.",
        };
      }
    }
  },
};
