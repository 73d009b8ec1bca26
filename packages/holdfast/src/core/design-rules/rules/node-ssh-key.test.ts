import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { nodeSshKey } from "./node-ssh-key.ts";

/** What the examples have: 2048 bits, exactly enough. */
const example =
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCT5a6NrhCnn0FZSAuTFNwjwtO/h3nUoosq/SE2Xw/ZkLNxdvCcvwTdlwmyEhsn8Nmc6+DeCc+qeBqkeYutV79ctBcREolpuesOYBSjcfJGw0mFxkdpJHsMrBIyf8Mk3//DZX9nzkGbsqkJ045JTmB8lJ2hUocRsyV57li+uxeLg+e642IBWS13oGDg+nJlKFJZ0DhfBpDMHvt+r0mmwq5NyH1SIc25QFr61uiT1b6chtj9n+b3bkexJn+r9kH4gRq1C81cAL4m9FMKdJ/pouISDFPtgZhrsUkDC2PkxGgqlJj2Kr4TVUo6EQyBoUV+QFFF0UOuGF7E0OPctd1CsfHr";
const rsa1024 =
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDJfdN1Bovcaj6Q9XIQvYMrKQv57ymNJV7iz6++AY+bhnhk4oJYy53IgO09V2fpc8mzJDTlyHcxWyx7pLMtICcNCIaMsJqW/bGfTpVViToleeM+F7GQdNtGbwEcDZcZhp0w6WOiNx3gLb5bfeCD0pQ8qibLzYHaH2Ka8/ehjnuP5Q==";
const ecdsa =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGpNDhqAMGyjhNVIxUmO+INhPfnF6hgN7puFGzkujB62rGzDyqWR3CLiXTM2P/Zxzj9K6EIprhO4hSGzJEEWQ2A=";
const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHTaZ1EbotZCnqQGEKeceP8qT6twoenaGJG7jiUXKz38";
const refused = [0, 1].map((site) => `error sites[${site}].cluster.ssh.publicKey`);

describe("node-ssh-key (R20, R118)", () => {
  testRule(
    nodeSshKey,
    Object.entries({ ed25519, ecdsa, "1024-bit RSA": rsa1024 }).map(([what, key]) => ({
      what: `refuses ${what}`,
      example: "ratings-azure-stack-hub",
      edits: [[example, key]],
      findings: refused,
    })),
  );
});
