// Finds words that our texts don't use, with the word to write in their place: `node tools/words.mjs`. `npm run check` runs it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What no text may contain, and what to write. The patterns are words, never parts of a name in code. */
const words = [
  [/\bintents?\b/i, "recovery record"],
  [/\bclaim(s|ed)?\b/i, "lock"],
  [/\b(go|goes|gone|went|going) on with\b|\btakes? (it )?up again\b/i, "resumes"],
  [/\bcut off\b/i, "interrupted"],
  [/\bwish(es|ed)?( for)?\b/i, "requested"],
  [/\btaken for gone\b|\b(is|are|was|were) gone\b/i, "deleted, treated as deleted"],
  [/\bblind\b(?!")/i, 'visibility; "the account can\'t see …"'],
  [/\babandon(s|ed)?\b|\bclears? up\b/i, "cleans up, discards"],
  [/\blost answers?\b/i, "unknown outcome"],
  [/\bkept or lost\b/i, "not managed by this stack (retained or orphaned)"],
  [/\bdescend(s|ed|ants?)?\b/i, "dependent snapshots; depends on"],
  [/\bthe way to (the|a|its) hosts?\b/i, "connection"],
  [/\bin clear\b/i, "in plain text"],
  [/\bwho (is asking|asks)\b/i, "the account; authentication"],
  [/\bsomebody else's\b/i, "owned by another resource"],
  [/\bat the border\b/i, "Pulumi adapter"],
  [/\bpolite(ly)?\b/i, "shutdown"],
  [/\bwhoever\b/i, "the caller …"],
  [/\bpromise for ever\b|\bfor ever\b/i, "stable API; always"],
  [/\bnobody\b|\bsomebody\b/i, "name the person, process or object"],
];

/** Where a word is right: Pulumi's or the host's own term, or the subject itself. */
const exceptions = [
  // the table itself
  { file: /^tools\/words\.mjs$/ },
];

const isText = /\.(ts|mts|mjs|cjs|js|md|ps1|psm1|yml|yaml|json|sh)$/;
const isExcluded = /(^|\/)(package-lock\.json|test\/fixtures\/|sdk\/|go\.(mod|sum)$)/;

const files = execFileSync("git", ["ls-files"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => isText.test(file) && !isExcluded.test(file));
let found = 0;
for (const file of files) {
  for (const [at, line] of readFileSync(file, "utf8").split("\n").entries()) {
    for (const [pattern, better] of words) {
      const [word] = pattern.exec(line) ?? [];
      if (word === undefined || exceptions.some((one) => one.file.test(file) && (one.word?.test(word) ?? true)))
        continue;
      found += 1;
      console.log(`${file}:${at + 1}: "${word}": write: ${better}`);
    }
  }
}
if (found > 0) {
  console.log(`${found} words to replace.`);
  process.exitCode = 1;
}
