/** Why something failed, as the server says it: a sentence, and below it the last lines that a program wrote, as they were. */
import classes from "./cause.module.css";
import { Icon } from "./icon";
import { inline } from "./prose";
import tones from "./tone.module.css";

export function Cause({ text }: { text: string }) {
  const [sentence = "", about = "", ...lines] = text.trimEnd().split("\n");
  return (
    <div className={classes.cause}>
      <p>{inline(sentence)}</p>
      {about && <p className={classes.about}>{about}</p>}
      {lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard.
        <pre tabIndex={0} ref={toEnd}>
          {lines.map((line) => line.replace(/^ {2}/, "")).join("\n")}
        </pre>
      )}
    </div>
  );
}

/** What was written last tells most. */
const toEnd = (element: HTMLPreElement | null) => {
  if (element) element.scrollTop = element.scrollHeight;
};

/** The cause in a box: of what failed, or of what is still waited for. */
export function CauseNote({ text, isFailed }: { text: string; isFailed: boolean }) {
  return (
    <div
      role={isFailed ? "alert" : "status"}
      className={`${classes.note} ${tones[isFailed ? "bad" : "busy"]}`}
    >
      <Icon name={isFailed ? "alert" : "clock"} className={classes.icon} />
      <Cause text={text} />
    </div>
  );
}

/** The sentence alone, where there is room for no more. */
export const sentenceOf = (text: string) => text.split("\n", 1)[0] ?? "";
