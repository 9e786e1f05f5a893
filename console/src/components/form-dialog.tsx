/** A dialog with a form: its fields, what went wrong as a whole, and the two buttons. */
import type { ReactNode } from "react";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { useDeed } from "./deed";
import { Dialog } from "./dialog";
import { FailureNote } from "./failure";
import { FormActions, FormLayout } from "./field";

const words = texts({
  cancel: ["Cancel", "取消"],
});

interface Props {
  title: string;
  /** What stands above the fields. */
  about?: string;
  isOpen: boolean;
  onClose: () => void;
  /** Not closed by a press outside: where something was typed. */
  keeps?: boolean;
  /** What the button says: the deed itself, never "OK". */
  deed: string;
  /** Does it, and closes the dialog. What it throws is shown; a field at fault it marks itself. */
  onSubmit: () => Promise<unknown>;
  /** The fields. */
  children: ReactNode;
}

export function FormDialog({
  title,
  about,
  isOpen,
  onClose,
  keeps = false,
  deed,
  onSubmit,
  children,
}: Props) {
  const t = useTexts(words);
  const { busy, error, run, forget } = useDeed(onSubmit);
  const close = () => {
    forget();
    onClose();
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close} keeps={keeps}>
      {about && <p>{about}</p>}
      <FormLayout label={title} onSubmit={() => void run()}>
        {children}
        {error !== null && <FailureNote error={error} />}
        <FormActions>
          <Button onPress={close}>{t.cancel}</Button>
          <Button type="submit" kind="primary" isPending={busy}>
            {deed}
          </Button>
        </FormActions>
      </FormLayout>
    </Dialog>
  );
}
