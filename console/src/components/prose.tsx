/** The catalogue's pages: headings, paragraphs, lists, code and emphasis of Markdown, as elements and never as markup. */
import type { ReactNode } from "react";
import classes from "./prose.module.css";

export function Prose({ text }: { text: string }) {
  return <div className={classes.prose}>{blocks(text).map((block, index) => show(block, index))}</div>;
}

interface Block {
  kind: "heading" | "paragraph" | "list" | "code";
  lines: string[];
}

/** Splits Markdown into blocks. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  let code: string[] | null = null;
  let open: Block | undefined;
  const begin = (kind: Block["kind"], lines: string[]) => {
    open = { kind, lines };
    found.push(open);
  };
  for (const line of text.split("\n")) {
    const item = /^\s*(?:[-*]|\d+\.) (.*)/.exec(line)?.[1];
    if (line.startsWith("```")) {
      if (code) begin("code", code);
      code = code ? null : [];
      open = undefined;
    } else if (code) {
      code.push(line);
    } else if (line.trim() === "") {
      open = undefined;
    } else if (/^#+ /.test(line)) {
      begin("heading", [line.replace(/^#+ /, "")]);
      open = undefined;
    } else if (item !== undefined) {
      if (open?.kind === "list") open.lines.push(item);
      else begin("list", [item]);
    } else if (open?.kind === "list") {
      open.lines.push(`${open.lines.pop() ?? ""} ${line.trim()}`);
    } else if (open) {
      open.lines.push(line);
    } else {
      begin("paragraph", [line]);
    }
  }
  return found;
}

function show(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case "heading":
      return <h3 key={key}>{inline(block.lines[0] ?? "")}</h3>;
    case "code":
      return <pre key={key}>{block.lines.join("\n")}</pre>;
    case "list":
      return (
        <ul key={key}>
          {block.lines.map((line) => (
            <li key={line}>{inline(line)}</li>
          ))}
        </ul>
      );
    case "paragraph":
      return <p key={key}>{inline(block.lines.join("\n"))}</p>;
  }
}

/** Code and emphasis within a line. */
export function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/g).map((part, index) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: pieces of a text keep their order.
    if (part.startsWith("`") && part.length > 2) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith("**") && part.length > 4) return <strong key={index}>{part.slice(2, -2)}</strong>;
    // biome-ignore-end lint/suspicious/noArrayIndexKey: above.
    return part;
  });
}
