/** A value that people take with them: shown in full or cut, copied by a button that says that it did. */
import { useEffect, useState } from "react";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { IconButton } from "./button";
import classes from "./copy.module.css";

const words = texts({
  copy: ["Copy", "复制"],
  copied: ["Copied", "已复制"],
});

/** Copies, also where the page is not on a secure origin and the browser has no clipboard for scripts. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useTexts(words);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <>
      <IconButton
        icon={done ? "check" : "copy"}
        label={done ? t.copied : (label ?? t.copy)}
        onPress={() => void copyText(text).then(setDone)}
      />
      <span role="status" className="visually-hidden">
        {done ? t.copied : ""}
      </span>
    </>
  );
}

/** A value in a box of its own with a button to copy it. */
export function CopyField({ text, label }: { text: string; label: string }) {
  return (
    <div className={classes.field}>
      <input readOnly aria-label={label} value={text} onFocus={(event) => event.target.select()} />
      <CopyButton text={text} />
    </div>
  );
}

/** An id in a row: whole, or as it is shortened there; copied whole. */
export function Id({ value, shown = value }: { value: string; shown?: string }) {
  return (
    <span className={classes.id}>
      <code title={value}>{shown}</code>
      <CopyButton text={value} />
    </span>
  );
}
