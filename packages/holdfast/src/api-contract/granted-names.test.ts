import { expect, it } from "vitest";
import { STATUS_CONFIG_MAP, requestName } from "../core/render/access/index.ts";
import { requestConfigMap, statusConfigMap } from "./index.ts";

it("has the names that the rendered roles grant", () => {
  expect(requestName("db")).toBe(requestConfigMap("db").name);
  expect(STATUS_CONFIG_MAP).toBe(statusConfigMap.name);
});
