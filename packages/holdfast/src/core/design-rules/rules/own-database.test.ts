import { describe } from "vitest";
import type { Edit, ExampleName } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { ownDatabase } from "./own-database.ts";

const PERSONAL: ExampleName = "ratings-disconnected";
const NOT_PERSONAL: Edit = ["personalData: true", "personalData: false"];
const uses = (personal: boolean, text: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} ${text}`,
  example: PERSONAL,
  edits: [["SITE_NAME: ${site}", `OTHER: "${text}"`], ...(personal ? [] : [NOT_PERSONAL])],
  findings,
});
const [WARNING, ERROR, ADVICE] = ["warning", "error", "advice"].map(
  (severity) => `${severity} application.components[0].configuration.OTHER`,
) as [string, string, string];

describe("own-database (R5, R9, R10, R142)", () => {
  testRule(ownDatabase, [
    uses(false, "Server=tcp:ratings.database.windows.net,1433;Database=ratings", WARNING),
    uses(true, "https://ratings.documents.azure.com:443/", ERROR),
    uses(false, "mongodb+srv://cluster0.ab1cd.mongodb.net/ratings", WARNING),
    uses(false, "postgres.123.eu-west-1.rds.amazonaws.com", WARNING),
    uses(false, "https://sqs.eu-west-1.amazonaws.com/1/queue", ADVICE),
    uses(true, "sb://ratings.servicebus.windows.net/", ADVICE),
    uses(false, "http://mongodb.net.example:27017"),
    uses(false, "http://ratings-db-rw:5432"),
  ]);
});
