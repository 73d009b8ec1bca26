/**
 * Every code that a problem can carry, with what it means and what to do. Codes are stable: scripts match on them.
 * docs/reference/errors.md is generated from this table.
 */
export const problemCodes = {
  "file-unreadable": {
    meaning: "A file that was named could not be read.",
    remedy: "Check the path and the permissions.",
  },
  "file-exists": {
    meaning: "A file that would be written is there already.",
    remedy: "Remove it or name another place.",
  },
  "file-unwritable": { meaning: "A file could not be written.", remedy: "Check the path and the permissions." },
  "document-empty": { meaning: "The fleet file holds nothing.", remedy: "Start from `holdfast init`." },
  "document-too-complex": {
    meaning: "The file is longer, deeper or has more aliases than any fleet needs.",
    remedy:
      "Look for what does not belong in it, and write out what aliases repeat. A fleet is one file: it cannot be split.",
  },
  "yaml-syntax": {
    meaning: "The text is neither YAML nor JSON.",
    remedy: "Correct the line that is named; indentation and quotes are the usual cause.",
  },
  "duplicate-key": { meaning: "A key stands twice in the same map.", remedy: "Keep one of the two." },
  "unknown-key": {
    meaning: "A key is not part of the format.",
    remedy: "Take the suggested key; docs/reference/fleet-file.md lists all.",
  },
  "missing-key": { meaning: "A key that has no default is missing.", remedy: "Add it." },
  "wrong-type": {
    meaning: "A value is of another kind, for example a number where text is meant.",
    remedy: "Write what the message expects; put text that looks like a number in quotes.",
  },
  "invalid-value": { meaning: "A value is not one that the format allows.", remedy: "Write what the message expects." },
  "unknown-name": {
    meaning: "A name is used that nothing in the file has.",
    remedy: "Correct the name, or add what it names.",
  },
  "duplicate-name": { meaning: "Two things have the same name.", remedy: "Give each a name of its own." },
  contradiction: {
    meaning: "Two parts of the file contradict each other.",
    remedy: "Change one of the two places that are named.",
  },
  "secret-in-plain-text": {
    meaning: "The file holds what looks like a password, key or token.",
    remedy: "Put it in a Kubernetes Secret and name it under `secrets`; then replace it, as it was written down.",
  },
  "lab-already-running": {
    meaning: "One lab runs at a time in a state folder.",
    remedy: "Use it, end it with `holdfast lab down`, or name another folder with HOLDFAST_LAB_DIR.",
  },
  "lab-not-running": { meaning: "The command needs a running lab.", remedy: "Start one with `holdfast lab up FILE`." },
  "lab-not-built": { meaning: "The programs that the lab runs are missing.", remedy: "Run `npm run build`." },
  "lab-platform-unsupported": {
    meaning: "The lab needs what only Linux has.",
    remedy: "Run it in a Linux container or virtual machine.",
  },
  "lab-folder-unwritable": {
    meaning: "The lab cannot write its state folder, or the folder holds something that is not the lab's.",
    remedy: "Make it writable, or name an empty one with HOLDFAST_LAB_DIR.",
  },
  "lab-port-taken": {
    meaning: "Another program listens where the lab would.",
    remedy: "End that program, or choose another port with --port.",
  },
  "lab-site-failed": {
    meaning: "A site of the lab ended or did not become ready.",
    remedy: "The message holds the last lines of the log, or names it.",
  },
  "lab-not-served": {
    meaning: "The application does not answer under its name although its sites run.",
    remedy: "`holdfast lab status` and `holdfast lab logs SITE` say what is missing.",
  },
  "lab-ended": { meaning: "The lab was taken down while it was still starting.", remedy: "Start it again." },
  "lab-site-unknown": { meaning: "The lab has no site of that name.", remedy: "Take one that the message lists." },
  "lab-pod-unknown": {
    meaning: "The site has no pod whose name begins so.",
    remedy: "Take one that the message lists.",
  },
  "lab-site-state": {
    meaning: "The site is not in a state in which that can be done.",
    remedy: "`holdfast lab status` shows the states.",
  },
  "lab-link-unknown": {
    meaning: "The lab has no link between those two.",
    remedy: "Take one that the message lists.",
  },
  "lab-image-unknown": {
    meaning: "An image of the fleet has no program in the lab, where pods are local processes.",
    remedy: "Name a command for it under `lab.images` in the fleet file.",
  },
  "lab-fleet-too-large": {
    meaning: "The fleet has more sites than the lab has address blocks.",
    remedy: "Rehearse with fewer sites.",
  },
  "store-unknown": {
    meaning: "The fleet has no store of that name whose primary holdfast chooses.",
    remedy: "Take one that the message lists; MongoDB elects its primary by itself.",
  },
  "site-unknown": {
    meaning: "The fleet, or the store, has no site of that name.",
    remedy: "Take one that the message lists.",
  },
  "clusters-unknown": {
    meaning: "It is not known how the clusters of the fleet's sites are reached.",
    remedy:
      "Name contexts of your kubeconfig like the sites, or say `--context SITE=NAME`; a lab that runs the fleet is found by itself.",
  },
  "sites-unreachable": {
    meaning: "None of the clusters that could be asked answers.",
    remedy: "The message says why, site by site: check the network, the kubeconfig and the sites themselves.",
  },
  "output-unwritable": {
    meaning: "Files could not be rendered into the folder that was named.",
    remedy: "Name another folder with --out, or correct its permissions.",
  },
  "output-file-foreign": {
    meaning:
      "A file stands where a rendered one belongs, and `.holdfast-render.json` does not say that holdfast wrote it (or is missing).",
    remedy: "Move it, restore `.holdfast-render.json` from Git, or write over it with --force.",
  },
  "output-file-edited": {
    meaning: "A rendered file was edited by hand since holdfast wrote it, so rendering would lose the edit.",
    remedy: "Bring the edit into the fleet file, or give it up with --force; `holdfast render --diff` shows it.",
  },
  "output-record-broken": {
    meaning: "The list of what holdfast rendered into a folder cannot be read.",
    remedy: "Restore `.holdfast-render.json` from Git, or begin a new one with --force.",
  },
  unexpected: {
    meaning: "holdfast itself made a mistake.",
    remedy: "Please report it with the command line and the text that was printed.",
  },
  usage: { meaning: "The command line is not understood.", remedy: "See `holdfast help`." },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ProblemCode = keyof typeof problemCodes;
