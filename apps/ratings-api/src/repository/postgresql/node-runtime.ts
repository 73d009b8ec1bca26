// Imported before pg. It asks at load time whether it runs in a Cloudflare Worker, first by `navigator.userAgent`, and where that is missing (Node
// before 21) by making a Response, which loads all of Node's fetch: 8 MB for an answer that is always no. So give it what newer Nodes have.
if (!("navigator" in globalThis)) {
  Object.defineProperty(globalThis, "navigator", {
    value: { userAgent: `Node.js/${process.versions.node.split(".")[0] ?? ""}` },
    configurable: true,
  });
}
