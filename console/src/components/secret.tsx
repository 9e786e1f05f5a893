/**
 * A secret, shown once. It lives in the state of whoever opened this, and in no query, store or address; closing takes it out of the page.
 */
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { CopyField } from "./copy";
import { Dialog } from "./dialog";
import { FormActions } from "./field";
import classes from "./secret.module.css";

const words = texts({
  once: [
    "This is shown only once. Copy it now: it cannot be shown again after you close this dialog.",
    "该内容仅显示一次。请立即复制并保存，关闭后无法再次查看。",
  ],
  done: ["I have copied it", "我已复制"],
});

export interface SecretPart {
  label: string;
  value: string;
}

interface Props {
  title: string;
  /** What is shown; nothing when there is no secret to show. */
  parts: readonly SecretPart[] | null;
  /** Forgets it. */
  onClose: () => void;
}

export function SecretDialog({ title, parts, onClose }: Props) {
  const t = useTexts(words);
  return (
    <Dialog title={title} isOpen={parts !== null} onClose={onClose} keeps>
      <p>{t.once}</p>
      {parts?.map((part) => (
        <div key={part.label} className={classes.part}>
          <span>{part.label}</span>
          <CopyField label={part.label} text={part.value} />
        </div>
      ))}
      <FormActions>
        <Button kind="primary" onPress={onClose}>
          {t.done}
        </Button>
      </FormActions>
    </Dialog>
  );
}
