/** Edits JSON: a text area with its colours behind it, so that everything that a browser does with text still works. */
import { useId, useMemo } from "react";
import { useTexts } from "../language/language";
import { filled, texts } from "../language/texts";
import { JSON_TEXT, laidOut } from "../snippets/json.js";
import { Button } from "./button";
import { Json } from "./code";
import classes from "./json-editor.module.css";

const words = texts({
  format: ["Format", "格式化"],
  wrong: filled(
    (line: number, what: string) =>
      line ? `Line ${line} is not JSON: ${what}` : `This is not JSON: ${what}`,
    (line: number, what: string) =>
      line ? `第 ${line} 行不是合法的 JSON：${what}` : `不是合法的 JSON：${what}`,
  ),
});

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

/** Above this many characters a text is edited without colours, in a box of a fixed height: what is out of sight is not laid out. */
const COLOURED = 60_000;

export function JsonEditor({ label, value, onChange }: Props) {
  const t = useTexts(words);
  const id = useId();
  const fault = useMemo(() => faultIn(value), [value]);
  const isColoured = value.length <= COLOURED;
  return (
    <div className={classes.editor}>
      <div className={classes.head}>
        <label htmlFor={id}>{label}</label>
        <Button
          kind="quiet"
          small
          isDisabled={fault !== null || value.trim() === ""}
          onPress={() => onChange(laidOut(value, JSON_TEXT, "  "))}
        >
          {t.format}
        </Button>
      </div>
      <div className={classes.box} data-invalid={fault !== null || undefined}>
        <div className={classes.layers}>
          {isColoured && (
            <pre aria-hidden="true">
              <Json text={value} />
              {"\n"}
            </pre>
          )}
          <textarea
            id={id}
            data-code
            className={isColoured ? classes.clear : classes.long}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            wrap="off"
            aria-invalid={fault !== null}
            aria-describedby={`${id}-fault`}
          />
        </div>
      </div>
      <p id={`${id}-fault`} className={classes.fault}>
        {fault && t.wrong(fault.line, fault.what)}
      </p>
    </div>
  );
}

/** What keeps a text from being JSON, and the line where, if the browser says; nothing for none at all. */
export function faultIn(text: string): { line: number; what: string } | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(what)?.[1];
    const named = /line (\d+)/.exec(what)?.[1];
    const line = named
      ? Number(named)
      : at
        ? linesOf(text.slice(0, Number(at)))
        : /end of/.test(what)
          ? linesOf(text.trimEnd())
          : 0;
    return { line, what: what.replace(/ \(line.*\)| at position.*| in JSON.*/g, "") };
  }
}

const linesOf = (text: string) => text.split("\n").length;
