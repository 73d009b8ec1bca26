import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../store/contract.ts";
import { openPersistence, StoreCorruptError } from "./index.ts";
import type { JournaledStore, SavedState } from "./persistence.ts";
import { decodeRecords, encodeRecord } from "./records.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pocket-store-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const entry = (resourceVersion: number, key: string, text?: string): JournalEntry =>
  ({
    resourceVersion,
    key,
    ...(text === undefined
      ? {}
      : { object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: key }, data: { text } } }),
  }) as unknown as JournalEntry;

/** The smallest store with a journal: a map of entries. */
function memory(saved?: SavedState): JournaledStore & { put(entry: JournalEntry): void } {
  const entries = new Map(saved?.entries.map((e) => [e.key, e]));
  let resourceVersion = saved?.resourceVersion ?? 0;
  let listener: (entry: JournalEntry) => void = () => undefined;
  return {
    onJournal: (added) => (listener = added),
    snapshot: () => ({ resourceVersion, entries: [...entries.values()] }),
    put: (e) => {
      resourceVersion = e.resourceVersion;
      if (e.object === undefined) entries.delete(e.key);
      else entries.set(e.key, e);
      listener(e);
    },
  };
}

describe("records", () => {
  it("give back what was encoded, and any cut or damage of the last one reads as torn", () => {
    const values = [{ a: 1 }, { b: "ü\n" }, { c: null }];
    const whole = Buffer.from(values.map((v) => encodeRecord(JSON.stringify(v))).join(""));
    expect(decodeRecords(whole)).toEqual({ records: values, goodBytes: whole.length, end: "whole" });
    const lastAt = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let cut = lastAt + 1; cut < whole.length; cut += 1) {
      expect(decodeRecords(whole.subarray(0, cut))).toEqual({
        records: values.slice(0, 2),
        goodBytes: lastAt,
        end: "torn",
      });
    }
  });

  it("never take damaged bytes for records", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (texts, at, flip) => {
          const whole = Buffer.from(texts.map((text) => encodeRecord(JSON.stringify(text))).join(""));
          const damaged = Buffer.from(whole);
          damaged[at % whole.length]! ^= flip;
          const { records, end } = decodeRecords(damaged);
          expect(records).toEqual(texts.slice(0, records.length));
          expect(records.length).toBeLessThan(texts.length);
          expect(end).not.toBe("whole");
        },
      ),
    );
  });
});

describe("openPersistence", () => {
  it("gives back the state that was journaled", async () => {
    const first = openPersistence({ directory });
    expect(first.saved).toBeUndefined();
    const store = memory();
    first.attach(store);
    store.put(entry(1, "a", "one"));
    store.put(entry(2, "b", "two"));
    store.put(entry(3, "a", "three"));
    store.put(entry(4, "b"));
    await first.flushed();
    await first.close();
    const again = openPersistence({ directory });
    expect(again.saved).toEqual({ resourceVersion: 4, entries: [entry(3, "a", "three")] });
    await again.close();
  });

  it("has a change in the file before the store's write returns", async () => {
    const persistence = openPersistence({ directory });
    const store = memory();
    persistence.attach(store);
    store.put(entry(1, "a", "one"));
    expect(decodeRecords(readFileSync(join(directory, "journal-1"))).records).toEqual([entry(1, "a", "one")]);
    await persistence.close();
  });

  it("recovers every prefix of a journal cut anywhere and goes on from there", async () => {
    const lines = [1, 2, 3].map((n) => encodeRecord(JSON.stringify(entry(n, `k${n}`, "v".repeat(n)))));
    const whole = lines.join("");
    for (let cut = 0; cut <= whole.length; cut += 1) {
      rmSync(directory, { recursive: true });
      const persistence0 = openPersistence({ directory });
      await persistence0.close();
      writeFileSync(join(directory, "journal-1"), whole.slice(0, cut));
      const good = lines.filter((_, index) => lines.slice(0, index + 1).join("").length <= cut).length;

      const persistence = openPersistence({ directory });
      expect(persistence.saved?.entries.length).toBe(good);
      const store = memory(persistence.saved);
      persistence.attach(store);
      store.put(entry(9, "after", "x"));
      await persistence.close();

      const reopened = openPersistence({ directory });
      expect(reopened.saved?.entries.map((e) => e.key)).toEqual([...["k1", "k2", "k3"].slice(0, good), "after"]);
      await reopened.close();
    }
  });

  it("refuses a journal that is damaged before its end", async () => {
    const persistence = openPersistence({ directory });
    const store = memory();
    persistence.attach(store);
    for (let n = 1; n <= 3; n += 1) store.put(entry(n, `k${n}`, "value"));
    await persistence.close();
    const file = join(directory, "journal-1");
    writeFileSync(file, readFileSync(file, "latin1").replace("value", "VALUE"), "latin1");
    expect(() => openPersistence({ directory })).toThrow(StoreCorruptError);
  });

  it("snapshots a long journal, keeps only what is needed, and restores from both", async () => {
    const persistence = openPersistence({ directory, journalBytesMax: 20_000 });
    const store = memory();
    persistence.attach(store);
    for (let n = 1; n <= 2_000; n += 1) {
      store.put(entry(n, `k${n % 10}`, "x".repeat(50)));
      if (n % 100 === 0) await persistence.flushed();
    }
    await persistence.close();
    const files = readdirSync(directory).sort();
    expect(files.filter((name) => name.startsWith("snapshot"))).toHaveLength(1);
    expect(files.length).toBeLessThanOrEqual(3);
    const again = openPersistence({ directory });
    expect(again.saved?.resourceVersion).toBe(2_000);
    expect(new Map(again.saved?.entries.map((e) => [e.key, e]))).toEqual(
      new Map(store.snapshot().entries.map((e) => [e.key, e])),
    );
    await again.close();
  });

  it("takes the older set while a snapshot is unfinished", async () => {
    const persistence = openPersistence({ directory });
    const store = memory();
    persistence.attach(store);
    store.put(entry(1, "a", "one"));
    await persistence.close();
    // A crash between the next journal's beginning and the snapshot's rename.
    writeFileSync(join(directory, "journal-2"), encodeRecord(JSON.stringify(entry(2, "b", "two"))));
    writeFileSync(join(directory, "snapshot-2.new"), "half");
    const again = openPersistence({ directory });
    expect(again.saved).toEqual({ resourceVersion: 2, entries: [entry(1, "a", "one"), entry(2, "b", "two")] });
    await again.close();
    truncateSync(join(directory, "journal-1"), 20);
    expect(() => openPersistence({ directory })).toThrow(StoreCorruptError);
  });

  it("loses nothing that was visible when the process is killed", async () => {
    const program = join(directory, "writer.mts");
    const store = join(directory, "store");
    writeFileSync(
      program,
      `import { openPersistence } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
       const persistence = openPersistence({ directory: ${JSON.stringify(store)}, journalBytesMax: 30_000 });
       let listener = () => undefined;
       const entries = new Map((persistence.saved?.entries ?? []).map((e) => [e.key, e]));
       let version = persistence.saved?.resourceVersion ?? 0;
       persistence.attach({ onJournal: (l) => (listener = l), snapshot: () => ({ resourceVersion: version, entries: [...entries.values()] }) });
       for (;;) {
         version += 1;
         const e = { resourceVersion: version, key: "k" + (version % 50), object: { metadata: {}, n: version, pad: "x".repeat(200) } };
         entries.set(e.key, e);
         listener(e);
         if (version % 5 === 0) await persistence.flushed();
         if (version % 5 === 0) process.stdout.write(version + "\\n");
       }`,
    );
    let acknowledged = 0;
    for (const linesBeforeKill of [1, 40, 200]) {
      const child = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["ignore", "pipe", "inherit"] });
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line);
        lines += 1;
        if (lines === linesBeforeKill) child.kill("SIGKILL");
      }
      const persistence = openPersistence({ directory: store });
      expect(persistence.saved!.resourceVersion).toBeGreaterThanOrEqual(acknowledged);
      expect(Math.max(...persistence.saved!.entries.map((e) => e.resourceVersion))).toBe(
        persistence.saved!.resourceVersion,
      );
      await persistence.close();
    }
    appendFileSync(
      join(
        store,
        readdirSync(store)
          .filter((n) => n.startsWith("journal"))
          .sort()
          .at(-1)!,
      ),
      "0123",
    );
    const torn = openPersistence({ directory: store });
    expect(torn.saved!.resourceVersion).toBeGreaterThanOrEqual(acknowledged);
    await torn.close();
  });
});
