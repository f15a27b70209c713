// Finds terms that our texts don't use, with the term to write in their place: `node tools/words.mjs`. `npm run check` runs it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What no text may contain, and what to write. */
const words = [
  [/\bintents?\b/i, "recovery record"],
  [/\bclaim(s|ed)?\b/i, "lock"],
  [/\b(go|goes|gone|went|going) on with\b|\btakes? (it )?up again\b/i, "resumes"],
  [/\bcut off\b/i, "interrupted"],
  [/\bwish(es|ed)?\b/i, "requested replacement"],
  [
    /\b(tak(e|es|en|ing)|took) .*for gone\b|\breally gone\b|\b(is|are|was|were) gone\b/i,
    "deleted, treated as deleted, no longer exists",
  ],
  [/(?<!")\bblind\b(?!")|\bsights?\b/i, 'visibility; "the account can\'t see …"'],
  [/\babandon(s|ed)?\b|\bclear(s|ed)? up\b/i, "cleans up, discards"],
  [/\blost answers?\b/i, "unknown outcome"],
  [/\bkept or lost\b/i, "not managed by this stack (retained or orphaned)"],
  [/\bdescend(s|ed|ants?)?\b/i, "dependent snapshots; depends on"],
  [/\bways? to (the|a|its|any|each) (simulated |Hyper-V )?hosts?\b|\bdoors? of\b/i, "connection; functions"],
  [/\bat the other end\b/i, "remote; on the host"],
  [
    /\b(is|are|was|were|be|been|isn't|aren't|wasn't|weren't) told\b(?! apart)|\bt(old|ells?|elling) of\b/i,
    "reported, returned, shown",
  ],
  [/\b(its|their|another's|whose) turns?\b/i, "lock"],
  [/\bnames it in a warning\b|\bwarning names\b/i, "reports it"],
  [/\bw(rites?|riting|rote|ritten) down\b/i, "records; writes the record"],
  [/\bin clear\b/i, "in plain text"],
  [/\bwho is asking\b|\bshown who asks\b/i, "the account; authentication"],
  [/\bsomebody else's\b/i, "owned by another resource"],
  [/\bat the border\b/i, "Pulumi adapter"],
  [/\bpolite(ly)?\b/i, "shutdown"],
  [/\bwhoever\b/i, "name the person, the process or the caller"],
  [/\bpromise for ever\b/i, "stable API"],
  [/\b(no|some)body\b/i, "name the person, the process or the object"],
];

/** Where a word is right. */
const exceptions = [
  { file: /^tools\/words\.mjs$/, why: "the table itself" },
  { word: /descend/i, file: /soap|wsman/, why: "XML's own term" },
  {
    word: /blind/i,
    file: /simulator|option-tests|behaviours|host-behaviour|probe/,
    why: "a value of the simulated host's option `rights`",
  },
];

const isText = /\.(ts|mts|mjs|cjs|js|md|ps1|psm1|yml|json|sh)$/;
const isExcluded = /(^|\/)(package-lock\.json|test\/fixtures\/|sdk\/|go\.(mod|sum)$)/;

const files = execFileSync("git", ["ls-files"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => isText.test(file) && !isExcluded.test(file));
let found = 0;
for (const file of files) {
  for (const [at, line] of readFileSync(file, "utf8").split("\n").entries()) {
    for (const [pattern, better] of words) {
      const [word] = pattern.exec(line) ?? [];
      if (word === undefined) continue;
      if (exceptions.some((one) => one.file.test(file) && (one.word?.test(word) ?? true))) continue;
      found += 1;
      console.log(`${file}:${at + 1}: "${word}": write: ${better}`);
    }
  }
}
if (found > 0) {
  console.log(`${found === 1 ? "1 word" : `${found} words`} to replace.`);
  process.exitCode = 1;
}
