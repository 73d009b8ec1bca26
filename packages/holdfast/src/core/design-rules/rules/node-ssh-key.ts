import { hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

/** Characters of the base64 text of a 2048-bit RSA key: 279 bytes of type, exponent and modulus. */
const RSA_2048_LENGTH = 372;

/** Compute's API 2020-06-01, which the Hub speaks, says of keyData: "at least 2048-bit and in ssh-rsa format". */
export const nodeSshKey: DesignRule = {
  id: "node-ssh-key",
  severity: "error",
  requirements: ["R20", "R118"],
  asks: "The SSH key of nodes on Azure Stack Hub is an RSA key of at least 2048 bits.",
  why: "AKS Engine takes any key, and the Hub's Resource Manager then refuses the machines.",
  example: {
    broken:
      "publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHTaZ1EbotZCnqQGEKeceP8qT6twoenaGJG7jiUXKz38 ratings-operators",
    fixed:
      "publicKey: ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCT5a6NrhCnn0FZSAuTFNwjwtO/h3nUoosq/SE2Xw/ZkLNxdvCcvwTdlwmyEhsn8Nmc6+DeCc+qeBqkeYutV79ctBcREolpuesOYBSjcfJGw0mFxkdpJHsMrBIyf8Mk3//DZX9nzkGbsqkJ045JTmB8lJ2hUocRsyV57li+uxeLg+e642IBWS13oGDg+nJlKFJZ0DhfBpDMHvt+r0mmwq5NyH1SIc25QFr61uiT1b6chtj9n+b3bkexJn+r9kH4gRq1C81cAL4m9FMKdJ/pouISDFPtgZhrsUkDC2PkxGgqlJj2Kr4TVUo6EQyBoUV+QFFF0UOuGF7E0OPctd1CsfHr ratings-operators",
  },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const [type = "", key = ""] = site.cluster.ssh.publicKey.split(" ");
      const path = ["sites", index, "cluster", "ssh", "publicKey"];
      const hint = "Make one: ssh-keygen -t rsa -b 4096, and write the public half here.";
      if (type !== "ssh-rsa") {
        yield { path, message: `Azure Stack Hub takes RSA keys only, and the key of ${site.name} is ${type}`, hint };
      } else if (key.length < RSA_2048_LENGTH) {
        yield {
          path,
          message: `the RSA key of ${site.name} has less than the 2048 bits that Azure Stack Hub wants`,
          hint,
        };
      }
    }
  },
};
