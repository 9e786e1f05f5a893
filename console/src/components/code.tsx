/** A piece of code or an answer, as data: never as markup. JSON is coloured. */
import { useMemo } from "react";
import classes from "./code.module.css";
import { CopyButton } from "./copy";

interface Props {
  text: string;
  /** What it is, for those who cannot see it. */
  label: string;
  json?: boolean;
  /** Lines are broken, not scrolled. */
  wrap?: boolean;
}

/** Above this many characters colouring costs more than it gives. */
const COLOURED = 200_000;

export function Code({ text, label, json = false, wrap = false }: Props) {
  return (
    <figure className={classes.code} aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard. */}
      <pre tabIndex={0} className={wrap ? classes.wrap : undefined}>
        <code>{json && text.length <= COLOURED ? <Json text={text} /> : text}</code>
      </pre>
      <div className={classes.copy}>
        <CopyButton text={text} />
      </div>
    </figure>
  );
}

type Kind = "key" | "string" | "number" | "word" | "plain";

const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Splits JSON into pieces of a kind each; what is no JSON stays plain. */
export function pieces(text: string): { kind: Kind; text: string }[] {
  const found: { kind: Kind; text: string }[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    if (match.index > end) found.push({ kind: "plain", text: text.slice(end, match.index) });
    const [whole, string, colon, number] = match;
    if (string) {
      found.push({ kind: colon ? "key" : "string", text: string });
      if (colon) found.push({ kind: "plain", text: colon });
    } else found.push({ kind: number ? "number" : "word", text: whole });
    end = match.index + whole.length;
  }
  if (end < text.length) found.push({ kind: "plain", text: text.slice(end) });
  return found;
}

export function Json({ text }: { text: string }) {
  const parts = useMemo(() => pieces(text), [text]);
  return parts.map((part, index) =>
    part.kind === "plain" ? (
      part.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text keep their order.
      <span key={index} className={classes[part.kind]}>
        {part.text}
      </span>
    ),
  );
}
