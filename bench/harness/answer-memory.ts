// Shows how much is alive while a large answer is read, and how large it is, in MB: a process of its own, run with --expose-gc.
import { largeAnswer, readAnswer } from "./large-answer";

async function main(): Promise<void> {
  const collect = (globalThis as unknown as { readonly gc: () => void }).gc;
  const { pieces, bytes } = await largeAnswer(3000);
  const alive = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = alive();
  let [most, items] = [0, 0];
  readAnswer(pieces, () => {
    items += 1;
    if (items % 250 === 0) most = Math.max(most, alive() - before);
  });
  process.stdout.write(JSON.stringify({ liveMb: most / 1e6, answerMb: bytes / 1e6 }));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
