/** A line of a tree, and the lines below it. */
export interface TreeNode {
  readonly text: string;
  readonly below: readonly TreeNode[];
}

/** Draws a tree for people. */
export function drawTree(root: TreeNode): string {
  return linesOf(root).join("\n");
}

function linesOf({ text, below }: TreeNode): string[] {
  return [
    text,
    ...below.flatMap((node, index) => {
      const last = index === below.length - 1;
      const [first = "", ...rest] = linesOf(node);
      return [`${last ? "└─ " : "├─ "}${first}`, ...rest.map((line) => `${last ? "   " : "│  "}${line}`)];
    }),
  ];
}
