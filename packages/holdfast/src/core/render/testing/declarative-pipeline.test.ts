import { describe, expect, it } from "vitest";
import { declarativeProblems } from "./declarative-pipeline.ts";

const SOUND = `// A comment with a { in it.
def step(String command) {
  sh '''#!/bin/sh
echo "} is text"
'''
}
pipeline {
  agent none
  options {
    disableConcurrentBuilds()
    timeout(time: 3, unit: 'DAYS')
  }
  parameters {
    choice(name: 'mode', choices: ['a', 'b'], description: 'it\\'s one {')
  }
  stages {
    stage('ask') {
      when { beforeInput true; expression { params.mode == 'a' } }
      input { message 'go on?' }
      steps { echo 'yes' }
    }
    stage('do') {
      agent { label 'x' }
      environment { A = "\${env.A ?: ''}" }
      steps {
        withCredentials([string(credentialsId: 'a',
            variable: 'B')]) {
          sh "true"
        }
      }
      post { always { archiveArtifacts artifacts: 'x' } }
    }
  }
  post { failure { mail to: 'a@b.example', subject: 'x', body: 'y' } }
}
`;

describe("declarativeProblems", () => {
  it("has nothing to say of a sound pipeline", () => {
    expect(declarativeProblems(SOUND)).toEqual([]);
  });

  it.each([
    ["a brace that is not closed", "  post { failure {", "  post { failure ", /closes nothing/],
    ["a bracket of another kind", "unit: 'DAYS')", "unit: 'DAYS']", /\] closes nothing/],
    ["a string without an end", "label 'x'", "label 'x", /does not end/],
    ["an unknown section", "  options {", "  settings {", /may not have settings/],
    ["no agent", "  agent none\n", "", /lacks agent/],
    ["stages outside of stages", "  stages {", "  steps {", /may not have steps/],
    ["a stage that does nothing", "      steps { echo 'yes' }\n", "", /needs one of steps/],
    ["steps that are empty", "steps { echo 'yes' }", "steps { }", /is empty/],
    ["a machine's step without a machine", "echo 'yes'", "sh 'yes'", /sh needs an agent/],
    ["a condition that is none", "expression { params", "expresion { params", /may not have expresion/],
    ["an input without a question", "message 'go on?'", "ok 'go on?'", /lacks message/],
    [
      "an option that stages do not have",
      "      steps {\n",
      "      options { timestamps(); quietPeriod(1) }\n      steps {\n",
      /may not have quietPeriod/,
    ],
    ["the same section twice", "  agent none\n", "  agent none\n  agent none\n", /agent more than once/],
    ["the same stage twice", "stage('do')", "stage('ask')", /twice/],
    ["an environment that assigns nothing", 'A = "', 'A "', /no assignment/],
    ["an agent that is a word", "agent none", "agent somewhere", /none, any or a block/],
    ["a time for after that there is not", "post { failure {", "post { failing {", /may not have failing/],
  ])("refuses %s", (_, from, to, problem) => {
    expect(SOUND).toContain(from);
    expect(declarativeProblems(SOUND.replace(from, to)).join("\n")).toMatch(problem);
  });
});
