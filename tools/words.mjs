// Finds terms that our texts and names don't use, with the term to write in their place: `node tools/words.mjs`. `npm run check` runs it.
// Names of files and identifiers are read as words: `isInSight` as "is In Sight", `what-is-left` as "what is left".
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What no text or name may contain, and what to write. */
const words = [
  [/\bintents?\b/i, "recovery record"],
  [/\bclaim(s|ed|ing)?\b/i, "lock"],
  [/\b(its|their|another's|whose|takes?|taking) turns?\b|\bwho works on it\b/i, "lock"],
  [/\b(go|goes|gone|went|going) on with\b|\b(takes?|taken|took) (it )?up again\b/i, "resumes"],
  [/\bcuts? (\w+ )?off\b/i, "interrupted"],
  [/\bwish(es|ed)?\b/i, "requested replacement"],
  [/\bgone\b/i, "deleted, treated as deleted, no longer exists"],
  [/\bblind\w*\b|\bsights?\b/i, 'visibility; "the account can\'t see …"'],
  [/\bnames it in a warning\b|\bwarning names\b/i, "reports it"],
  [/\babandon(s|ed)?\b|\bclear(s|ed)? up\b/i, "cleans up, discards"],
  [/\blost answers?\b/i, "unknown outcome"],
  [/\bkept or lost\b|\bwhat is left\b/i, "not managed by this stack (retained or orphaned)"],
  [/\bdescend(s|ed|ants?)?\b/i, "dependent snapshots; depends on"],
  [/\bways? to (the|a|its|any|each) (simulated |Hyper-V )?hosts?\b|\bdoors?\b/i, "connection; functions"],
  [/\bat the other end\b/i, "remote; on the host"],
  [/\bin clear\b/i, "in plain text"],
  [/\bwho is asking\b|\bshown who asks\b/i, "the account; authentication"],
  [/\b(no|some)body\b/i, "name the person, the process or the object; owned by another resource"],
  [/\bat the border\b/i, "Pulumi adapter"],
  [/\bpolite(ly)?\b/i, "shutdown"],
  [/\bwhoever\b/i, "name the person, the process or the caller"],
  [/\bmend(s|ed|ing)?\b/i, "fix, correct"],
  [/\bpromise for ever\b/i, "stable API"],
  [/\btold\b|\bt(ells?|elling) of\b/i, "reported, returned, shown; distinguished"],
  [/\bw(rites?|riting|rote|ritten) (\w+ )?down\b/i, "records; writes the record"],
  [/\bwhat (was begun|is about to be done)\b/i, "recovery record"],
  [
    /\b(?<!\bthere )(is|are|was|were) no (?!longer|more|less|other|later|such|there)|\b(it|that|which|text) is none\b/i,
    "isn't a",
  ],
  [/\bnothing of\b|\bnone of its\b/i, "no …; not one of its"],
  [/\b(known|stated) in public\b/i, "published"],
  [/\banew\b|\bthus\b|\ball the same\b/i, "again; so; still"],
];

/** Where a word is right. */
const exceptions = [
  { file: /^tools\/words\.mjs$/, why: "the table itself" },
  { word: /descend/i, file: /soap|wsman/, why: "XML's own term" },
  { word: /intent/i, file: /class-declarations|schema\.json|services\.test/, why: "a property of Hyper-V's own class" },
  { word: /^door$/i, file: /schema\.json/, why: "a value of a WMI class" },
  { word: /abandon/i, file: /schema\.json/, why: "an error of the CIM standard" },
];

const isExcluded = /(^|\/)(package-lock\.json|go\.sum|LICENSE|.*\.svg|facts\/.*)$/;

/** Reads the words that a name is made of. */
const spelledOut = (text) => text.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_/.-]/g, " ");

const files = execFileSync("git", ["ls-files"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && !isExcluded.test(file));
let found = 0;

function look(file, place, line) {
  for (const [pattern, better] of words) {
    const [word] = pattern.exec(line) ?? pattern.exec(spelledOut(line)) ?? [];
    if (word === undefined) continue;
    const isRight = exceptions.some((one) => (one.file?.test(file) ?? true) && (one.word?.test(word) ?? true));
    if (isRight) continue;
    found += 1;
    console.log(`${place}: "${word.trim()}": write: ${better}`);
  }
}

for (const file of files) {
  look(file, file, file);
  const text = readFileSync(file, "utf8");
  if (text.includes("\0")) continue;
  for (const [at, line] of text.split("\n").entries()) look(file, `${file}:${at + 1}`, line);
}
if (found > 0) {
  console.log(`${found === 1 ? "1 word" : `${found} words`} to replace.`);
  process.exitCode = 1;
}
